//! The account that the stories are tried in.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use libtest_mimic::{Completion, Trial};
use terraform_provider_wavix::facade::client::Secret;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use wavix_sim::compare::{Sweep, WAVIX};

use crate::support::require::{self, Least};
use crate::support::terraform::Terraform;

use super::marks::{ALLOWED_BY, FOREIGN_TRUNKS, MARK};

/// Set to 1, it lets the stories touch the account of `WAVIX_API_KEY`.
pub const ASKED_BY: &str = "WAVIX_ACC";

/// An account, by variables.
#[derive(Debug)]
pub struct Account {
    base_url: String,
    key: Secret,
    foreign_trunks: usize,
    /// Digits or E.164; without one, trunks may present any number of the account.
    callerid: Option<String>,
}

/// Only one story at a time: accounts have limits, and slots.
static TURN: Mutex<()> = Mutex::new(());

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Account {
    fn named() -> Result<Self, String> {
        let most = variable(ALLOWED_BY).map_or(Ok(FOREIGN_TRUNKS), |most| most.parse());
        Ok(Self {
            base_url: variable("WAVIX_BASE_URL").unwrap_or_else(|| WAVIX.to_owned()),
            key: variable("WAVIX_API_KEY")
                .map(Secret::new)
                .ok_or_else(|| format!("{ASKED_BY} is set, and WAVIX_API_KEY is not"))?,
            foreign_trunks: most.map_err(|_| format!("{ALLOWED_BY} is a number of trunks"))?,
            callerid: variable("WAVIX_ACC_CALLERID"),
        })
    }

    /// The account, once it has shown to be one for tests, and what earlier runs left there is gone.
    fn get() -> &'static Result<Self, String> {
        static ACCOUNT: OnceLock<Result<Account, String>> = OnceLock::new();
        ACCOUNT.get_or_init(|| {
            let account = Self::named()?;
            account.sweep()?;
            Ok(account)
        })
    }

    fn sweep(&self) -> Result<(), String> {
        let sweep = Sweep::new(&self.base_url, self.key.expose(), MARK, self.foreign_trunks);
        let mut outcome = Ok(());
        crate::support::block_on(async {
            outcome = match sweep.run().await {
                Ok(swept) if swept.left.is_empty() => Ok(()),
                Ok(swept) => Err(format!("cannot remove what earlier runs left: {}", swept.left.join(", "))),
                Err(trouble) => Err(format!("{trouble} {ALLOWED_BY} allows more trunks of others.")),
            };
        });
        outcome
    }

    /// A directory whose provider talks to the account.
    #[track_caller]
    pub fn terraform(&self) -> Terraform {
        Terraform::unconfigured()
            .env("WAVIX_API_KEY", self.key.expose())
            .env("WAVIX_BASE_URL", &self.base_url)
    }

    /// What a trunk says of its caller ID.
    pub fn caller_id(&self) -> String {
        match &self.callerid {
            Some(callerid) => format!("callerid = {callerid:?}"),
            None => "multiple_numbers = true".to_owned(),
        }
    }

    /// A label of this run that no other has, and the sweeper knows.
    pub fn label(what: &str) -> String {
        static RUN: OnceLock<String> = OnceLock::new();
        format!("{}{} {what}", MARK.label, RUN.get_or_init(|| random(4)))
    }

    /// A password that nobody can guess.
    pub fn password() -> String {
        random(16)
    }
}

/// So many bytes from the system, in hexadecimal digits.
fn random(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    let random = aws_lc_rs::default_provider().secure_random.fill(&mut buffer);
    random.expect("the system has random numbers");
    buffer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Removes what the stories of this run left, if there were any. Called once, after the last.
pub fn sweep_up() {
    if variable(ASKED_BY).as_deref() == Some("1")
        && let Ok(account) = Account::get()
        && let Err(left) = account.sweep()
    {
        eprintln!("{left}; `cargo run --example sweep` tries again");
    }
}

/// A story: ignored unless it was asked for. `module` as for `trial`.
pub fn story(module: &str, name: &str, least: Least, test: fn(&Account)) -> Trial {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    Trial::ignorable_test(format!("{module}::{name}"), move || {
        if variable(ASKED_BY).as_deref() != Some("1") {
            return Ok(Completion::ignored_with(format!(
                "{ASKED_BY}=1 runs it in the account of WAVIX_API_KEY"
            )));
        }
        // Who asks for it has a command line, or is told.
        let cli = require::cli().as_ref().map_err(ToString::to_string)?;
        if let Some(reason) = least.missing(cli) {
            return Ok(Completion::ignored_with(reason));
        }
        let _turn: MutexGuard<'_, ()> = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let account = Account::get().as_ref().map_err(Clone::clone)?;
        test(account);
        Ok(Completion::Completed)
    })
}
