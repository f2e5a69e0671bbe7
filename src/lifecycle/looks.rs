//! What a plan would like to know of the account and can do without. Knows no endpoint: the
//! request itself is the caller's.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Client, Deadline, Error, Kind};
use crate::framework::diagnostics::Diagnostic;

use super::context::Context;
use super::noun::{Noun, Verb};

/// A plan does not wait longer than this for a check it can do without.
const PATIENCE: Duration = Duration::from_secs(20);
/// Nor longer than this for the first answer of all.
const SILENCE: Duration = Duration::from_secs(5);

/// What the looks of all plans of a process have in common. Rules:
///
/// 1. Until something has answered, one looks for all. If it fails in a way that
///    the others would meet too, none looks any more, and it is told once.
/// 2. A plan that was made without a refresh, or in an apply, asks for nothing. It
///    shows itself by a resource that was not read, and from then on none looks.
#[derive(Debug, Default)]
pub struct Looks {
    turn: Mutex<()>,
    trouble: OnceLock<Trouble>,
    /// By whom it is told.
    told: OnceLock<String>,
    are_over: AtomicBool,
}

/// Why no look can succeed.
#[derive(Debug)]
enum Trouble {
    /// The key is refused, whatever is asked.
    Unauthorized(Error),
    /// No connection, or no answer in time.
    Unreachable(Option<Error>),
    /// There are answers, but they take too long.
    Slow,
}

impl Looks {
    /// From now on nothing is looked up.
    pub(super) fn end(&self) {
        self.are_over.store(true, Ordering::Relaxed);
    }

    fn are_in_vain(&self) -> bool {
        self.are_over.load(Ordering::Relaxed) || self.trouble.get().is_some()
    }

    /// What there is to tell of the trouble that a look met, for the first `teller`
    /// who asks, and for nobody else.
    pub(super) fn trouble(&self, client: &Client, noun: &Noun, teller: &str) -> Option<Diagnostic> {
        let trouble = self.trouble.get().filter(|trouble| !matches!(trouble, Trouble::Slow))?;
        if self.told.get_or_init(|| teller.to_owned()) != teller {
            return None;
        }
        let remedy = |error: &Error| noun.remedy(Verb::List, error).unwrap_or_default();
        Some(match trouble {
            Trouble::Unauthorized(error) => Diagnostic::error(
                "Cannot use this Wavix API key",
                format!(
                    "Wavix rejects `api_key`, so this plan cannot be applied. {}\n\n{error}",
                    remedy(error)
                ),
            ),
            Trouble::Unreachable(error) => {
                let url = client.config().base_url();
                let host = url.host_str().unwrap_or_default();
                let port = url.port_or_known_default().map_or_else(String::new, |port| format!(":{port}"));
                let (cause, remedy) = match error {
                    Some(error) => (error.to_string(), remedy(error)),
                    None => (
                        format!("Wavix did not respond within {} seconds.", SILENCE.as_secs()),
                        "Check the network, and `base_url` and `http_proxy` in the provider configuration."
                            .to_owned(),
                    ),
                };
                Diagnostic::warning(
                    format!("Cannot reach Wavix at {host}{port}"),
                    format!(
                        "The plan is not compared with the account, so it may contain a duplicate {} or exceed a \
                         limit of the account. The apply needs the connection. {remedy}\n\n{cause}",
                        noun.name
                    ),
                )
            }
            Trouble::Slow => return None,
        })
    }

    fn judge(&self, error: Option<Error>, without: &'static str) {
        let trouble = match error {
            None => Trouble::Unreachable(None),
            Some(error) if error.is_unauthorized() => Trouble::Unauthorized(error),
            Some(error) if matches!(error.kind(), Kind::Connect | Kind::Setup) => {
                Trouble::Unreachable(Some(error))
            }
            Some(error) => {
                tracing::info!(%error, "{without}");
                if !error.is_timeout() {
                    return;
                }
                Trouble::Slow
            }
        };
        // The first is as good as any.
        let _ = self.trouble.set(trouble);
    }
}

/// Something that is looked up when first needed. Rules:
///
/// 1. It is looked up once at most, whatever that comes to; who comes meanwhile
///    waits for it. Only a lookup that the user interrupted does not count.
/// 2. A failure is logged, or told as [`Looks`] says.
#[derive(Debug)]
pub struct Lookup<T>(OnceCell<Option<T>>);

impl<T> Default for Lookup<T> {
    fn default() -> Self {
        Self(OnceCell::new())
    }
}

impl<T> Lookup<T> {
    /// One that never looks.
    pub fn disabled() -> Self {
        Self(OnceCell::new_with(Some(None)))
    }

    /// What `fetch` found. `without` says in the log what is not done when it
    /// finds nothing.
    pub async fn get<F>(
        &self,
        ctx: &Context,
        without: &'static str,
        cancel: &CancellationToken,
        fetch: impl FnOnce(CallOptions) -> F,
    ) -> Option<&T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (looks, client) = (ctx.looks(), ctx.client());
        let lookup = || async {
            let turn = if client.has_been_answered() { None } else { Some(looks.turn.lock().await) };
            if looks.are_in_vain() {
                return Ok(None);
            }
            let options = CallOptions {
                connect_once: true,
                ..CallOptions::new(Deadline::after(PATIENCE), cancel.clone())
            };
            let answer = tokio::select! {
                biased;
                found = fetch(options) => found.map_err(Some),
                () = silence(client) => Err(None),
            };
            drop(turn);
            match answer {
                Ok(found) => Ok(Some(found)),
                Err(Some(error)) if error.is_cancelled() => Err(()),
                Err(error) => {
                    looks.judge(error, without);
                    Ok(None)
                }
            }
        };
        self.0.get_or_try_init(lookup).await.ok().and_then(Option::as_ref)
    }
}

/// Something that is looked up for each of many.
#[derive(Debug)]
pub struct Lookups<T>(std::sync::Mutex<BTreeMap<String, Arc<Lookup<T>>>>);

impl<T> Default for Lookups<T> {
    fn default() -> Self {
        Self(std::sync::Mutex::default())
    }
}

impl<T> Lookups<T> {
    /// That of this one.
    pub fn of(&self, key: &str) -> Arc<Lookup<T>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(key.to_owned()).or_default())
    }
}

/// Ends when nothing has answered for too long.
async fn silence(client: &Client) {
    tokio::time::sleep(SILENCE).await;
    if client.has_been_answered() {
        std::future::pending().await
    }
}
