//! What the integration tests share: naming and running them, a client for the
//! built plugin, and the real command line.

use std::future::Future;

use libtest_mimic::Trial;

pub mod browser;
pub mod cli;
pub mod lines;
pub mod plugin;
pub mod require;
pub mod restapi;
pub mod run;
pub mod secrets;
#[cfg(unix)]
pub mod snippets;
pub mod system;
pub mod terraform;

/// Defines `trials()`, the module's list of tests, from plain functions. Each
/// is named after its path: `protocol::handshake::first_line_is_announced`.
macro_rules! trials {
    ($($test:ident),* $(,)?) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$($crate::support::trial(module_path!(), stringify!($test), $test)),*]
        }
    };
}

/// As `trials!`, from `async` functions. Each gets a runtime of its own.
macro_rules! async_trials {
    ($($test:ident),* $(,)?) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(
                $crate::support::trial(module_path!(), stringify!($test), || $crate::support::block_on($test()))
            ),*]
        }
    };
}

/// As `trials!`, of tests that run Terraform or OpenTofu; without one they are
/// ignored with a reason. Those after `since (MAJOR, MINOR)` need that version of
/// Terraform, or the version of OpenTofu that can do the same: as `Least` knows
/// it, or as `or_opentofu (MAJOR, MINOR)` says; none with `or_opentofu None`.
macro_rules! acceptance_trials {
    ($($test:ident),* $(,)? $(; since ($major:literal, $minor:literal)
        $(or_opentofu $other:tt)?: $($newer:ident),* $(,)?)*) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            let any: Vec<libtest_mimic::Trial> = vec![
                $($crate::support::require::acceptance_trial(
                    module_path!(), stringify!($test), $crate::support::require::Least::of((1, 5)), $test
                ),)*
            ];
            let newer: Vec<Vec<libtest_mimic::Trial>> = vec![$({
                let least = $crate::support::require::Least::of(($major, $minor))
                    $(.or_opentofu($other))?;
                vec![$($crate::support::require::acceptance_trial(
                    module_path!(), stringify!($newer), least, $newer
                )),*]
            }),*];
            any.into_iter().chain(newer.into_iter().flatten()).collect()
        }
    };
}

/// As `trials!`, of tests that get the path of a Chromium; without one they are
/// ignored with a reason.
macro_rules! browser_trials {
    ($($test:ident),* $(,)?) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$($crate::support::require::browser_trial(module_path!(), stringify!($test), $test)),*]
        }
    };
}

/// A test that fails by panicking. `module` is the full module path, whose
/// first part, this binary's name, says nothing and is left out.
pub fn trial(module: &str, name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    Trial::test(format!("{module}::{name}"), move || {
        test();
        Ok(())
    })
}

/// Runs `future` to its end on a fresh runtime with time and network.
pub fn block_on<F: Future<Output = ()>>(future: F) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built")
        .block_on(future);
}
