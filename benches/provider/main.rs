//! `cargo bench --bench provider`: builds the provider and what people would
//! use instead, measures them in turn in the same run, prints one table and
//! writes it to `benches/RESULTS.md`.
//!
//! Absolute times mean little on shared machines, so what counts is the ratio
//! of two programs measured one after the other. A run in which the ratios of
//! the figures that have a goal differ too much from round to round is shown
//! with its spread, and not written. A peer or tool that is missing leaves its
//! column empty, with the reason below the table.

#![allow(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    missing_docs,
    unreachable_pub,
    reason = "a program for the command line, whose figures are read by people"
)]

mod arguments;
mod commands;
mod machine;
mod numbers;
mod process;
mod programs;
mod results;
mod rpc;
mod samples;
mod simulator;
mod start;
mod workspace;

#[expect(dead_code, reason = "shared with the acceptance tests, which use more of it")]
#[path = "../../tests/integration/support/cli.rs"]
mod cli;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use arguments::Arguments;
use programs::Programs;
use samples::Samples;

/// Why a figure is missing. Always a sentence for people.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;

/// What all figures share.
pub struct Run {
    arguments: Arguments,
    programs: Programs,
    samples: Samples,
    /// What is missing, and why.
    notes: Vec<String>,
    end: Instant,
}

impl Run {
    /// Whether there is time for something that takes about so long.
    fn has_time_for(&mut self, what: &str, needed: Duration) -> bool {
        let left = self.end.saturating_duration_since(Instant::now());
        if left >= needed {
            return true;
        }
        self.note(format!("{what}: left out, because the run must end in time; `--minutes` gives it more."));
        false
    }

    fn note(&mut self, note: String) {
        println!("  {note}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{}", arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            println!("{problem}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match measure(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            println!("Cannot measure: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: Arguments) -> Result<(), Problem> {
    let end = Instant::now() + arguments.time;
    let mut notes = Vec::new();
    let programs = Programs::build(&arguments, &mut notes)?;
    let mut run = Run { arguments, programs, samples: Samples::default(), notes, end };
    let ceiling = simulator::ceiling()?;
    println!("The simulated API answers {ceiling:.0} requests per second by itself.");
    // The figures with goals first: what comes last is what a slow machine
    // has to do without.
    programs::measure_sizes(&mut run);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(start::measure(&mut run));
    commands::measure(&mut run);
    runtime.block_on(rpc::measure(&mut run));
    commands::measure_more(&mut run);
    runtime.block_on(rpc::measure_memory(&mut run));
    let page = results::Page::new(&run, ceiling);
    println!("\n{page}");
    page.keep()
}
