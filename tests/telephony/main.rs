//! The documentation's configurations in the real programs, against a carrier
//! on loopback. Where a program is missing, its tests are ignored, with a
//! printed reason; `.ci/telephony` installs what Debian has, and insists.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test states expectations; one that is not met fails the test"
)]
#![allow(unreachable_pub, missing_docs, reason = "a test binary has no callers")]

#[allow(dead_code, unused_macros, reason = "shared with the integration tests, which need more of it")]
#[macro_use]
#[path = "../integration/support/mod.rs"]
mod support;

/// Lists tests that run in a machine of their own, once with each of the
/// programs: `asterisk::guide::it_loads::asterisk22`.
macro_rules! machine_trials {
    ($($program:ident),+; $($test:ident),* $(,)?) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            let programs = [$($crate::machine::Program::$program),+];
            let mut trials = Vec::new();
            $($crate::with_each(&mut trials, module_path!(), stringify!($test), $test, &programs);)*
            trials
        }
    };
}

mod asterisk;
mod asterisk_calls;
mod asterisk_guide;
mod asterisk_options;
mod carrier;
mod freeswitch;
mod freeswitch_calls;
mod freeswitch_guide;
mod kamailio;
mod kamailio_guide;
mod livekit;
mod livekit_guide;
mod machine;
mod passwords;
mod pasted;
mod results;
mod user;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};
use machine::Program;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = [
        carrier::digest::reading::trials(),
        pasted::reading::trials(),
        results::quoted::trials(),
        asterisk_calls::trials(),
        asterisk_guide::trials(),
        asterisk_options::trials(),
        kamailio_guide::trials(),
        freeswitch_calls::trials(),
        freeswitch_guide::trials(),
        livekit_guide::trials(),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials.into_iter().flatten().collect());
    support::terraform::remove_installation();
    let is_whole = conclusion.num_filtered_out == 0 && machine::unable().is_none();
    if is_whole && !arguments.list && !results::conclude() {
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// Adds a test for each of the programs.
fn with_each(trials: &mut Vec<Trial>, module: &str, test: &str, run: fn(Program), programs: &[Program]) {
    let module = module.split_once("::").map_or(module, |(_, inner)| inner);
    for program in programs.iter().copied() {
        let name = format!("{module}::{test}::{}", program.word());
        let inner = name.clone();
        trials.push(Trial::ignorable_test(name, move || {
            if machine::is_inside() {
                run(program);
                return Ok(Completion::Completed);
            }
            let outcome = machine::run(&inner, program);
            results::note(&inner, matches!(outcome, Ok(Completion::Completed)));
            outcome
        }));
    }
}
