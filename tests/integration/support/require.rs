//! What a test needs from the machine, and what its absence means: on a laptop
//! the test is ignored with a printed reason, in CI and where the tool was
//! asked for by name it fails, so that nothing is skipped unseen.

use std::path::Path;
use std::sync::OnceLock;

use libtest_mimic::{Completion, Trial};

use super::browser;
use super::cli::{Cli, Missing};

/// Terraform or OpenTofu, looked for once.
pub fn cli() -> &'static Result<Cli, Missing> {
    static CLI: OnceLock<Result<Cli, Missing>> = OnceLock::new();
    CLI.get_or_init(Cli::find)
}

/// Whether the command line is OpenTofu's.
pub fn is_opentofu() -> bool {
    cli().as_ref().is_ok_and(|cli| cli.title.starts_with("OpenTofu"))
}

/// How often an apply with creates walks the list: the plan once, for trunks that it
/// would double, and the apply once, for what was there before its creates.
pub const LOOKS_OF_AN_APPLY: usize = 2;

/// Whether the plans that belong to an apply show that, see `Phase` in
/// `framework::resource`.
pub fn tells_an_apply_from_a_plan() -> bool {
    let cli = cli().as_ref().unwrap_or_else(|missing| panic!("{missing}"));
    cli.version >= (1, 9) && !is_opentofu()
}

/// How often an apply lists the account's numbers once more: where it cannot be told
/// from a plan, it checks caller IDs as a plan does.
pub fn numbers_asked_again() -> usize {
    usize::from(!tells_an_apply_from_a_plan())
}

/// The versions from which on a command line can do what a test needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Least {
    terraform: (u32, u32),
    /// `None`: no version of OpenTofu can.
    opentofu: Option<(u32, u32)>,
}

impl Least {
    /// What came with this version of Terraform, and when OpenTofu had it.
    pub fn of(terraform: (u32, u32)) -> Self {
        let opentofu = match terraform {
            // Ephemeral resources.
            (1, 10) => Some((1, 11)),
            // List resources and actions.
            (1, 14..) => None,
            // OpenTofu went its own way after 1.5; from 1.6 on, and again with
            // write-only arguments and identities, the numbers are the same.
            same => Some(same),
        };
        Self { terraform, opentofu }
    }

    /// The same, but from this version of OpenTofu on, or with none.
    pub fn or_opentofu(self, version: impl Into<Option<(u32, u32)>>) -> Self {
        Self { opentofu: version.into(), ..self }
    }

    /// Why this command line will not do.
    pub fn missing(self, cli: &Cli) -> Option<String> {
        let least = if cli.title.starts_with("OpenTofu") { self.opentofu } else { Some(self.terraform) };
        match least {
            Some(least) if cli.version >= least => None,
            Some((major, minor)) => {
                Some(format!("needs version {major}.{minor} or later, this is {}", cli.title))
            }
            None => Some(format!("OpenTofu cannot do it, and this is {}", cli.title)),
        }
    }
}

/// A test that runs the real command line. `module` as for `trial`.
pub fn acceptance_trial(
    module: &str,
    name: &str,
    least: Least,
    test: impl FnOnce() + Send + 'static,
) -> Trial {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    Trial::ignorable_test(format!("{module}::{name}"), move || match cli() {
        Ok(cli) => match least.missing(cli) {
            Some(reason) => Ok(Completion::ignored_with(reason)),
            None => {
                test();
                Ok(Completion::Completed)
            }
        },
        Err(missing) if missing.was_named || in_ci() => Err(missing.to_string().into()),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    })
}

/// A test that drives a browser. No browser is needed to work on this project,
/// so that not even CI insists on one.
pub fn browser_trial(module: &str, name: &str, test: fn(&Path)) -> Trial {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    Trial::ignorable_test(format!("{module}::{name}"), move || match browser::find() {
        Some(binary) => {
            test(&binary);
            Ok(Completion::Completed)
        }
        None => Ok(Completion::ignored_with(format!(
            "no Chromium is on PATH, and {} is not set",
            browser::NAMED_BY
        ))),
    })
}

/// Whether nothing may be skipped.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
