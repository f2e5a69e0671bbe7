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

/// A test that runs the real command line, of version `least` or later.
/// `module` as for `trial`.
pub fn acceptance_trial(module: &str, name: &str, least: (u32, u32), test: fn()) -> Trial {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    Trial::ignorable_test(format!("{module}::{name}"), move || match cli() {
        Ok(cli) if cli.version < least => Ok(Completion::ignored_with(format!(
            "needs version {}.{} or later, this is {}",
            least.0, least.1, cli.title
        ))),
        Ok(_) => {
            test();
            Ok(Completion::Completed)
        }
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
