//! All integration tests, in one binary: linking is the slow part of building
//! them, and the harness must be able to ignore a test at run time, with a
//! printed reason, when a tool it needs is missing.
//!
//! A test is a function listed in its module's `trials!` or `async_trials!`.
//! One that is written but not listed is dead code, and the compiler says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a test states expectations; one that is not met fails the test"
)]
#![allow(unreachable_pub, missing_docs, reason = "a test binary has no callers")]

#[macro_use]
mod support;

mod abilities;
mod acceptance;
#[cfg(unix)]
mod around;
mod budgets;
mod conformance;
mod documentation;
mod faults;
mod live;
mod packages;
mod page;
mod protocol;
mod tidy;

#[path = "../../benches/trunk.rs"]
mod trunk;

use std::num::NonZero;
use std::process::ExitCode;

use libtest_mimic::Arguments;

/// Many tests wait for most of their time: three for each processor keep it busy.
fn at_once() -> usize {
    3 * std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn main() -> ExitCode {
    if let Some(code) = support::restapi::serve_if_started_as_one() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert_with(at_once);
    let trials = [
        // What waits for longest begins first.
        faults::trials(),
        live::trials(),
        tidy::trials(),
        protocol::trials(),
        conformance::trials(),
        abilities::trials(),
        budgets::trials(),
        documentation::trials(),
        packages::trials(),
        acceptance::trials(),
        page::trials(),
        #[cfg(unix)]
        around::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    support::terraform::remove_installation();
    packages::remove_release();
    live::account::sweep_up();
    conclusion.exit_code()
}
