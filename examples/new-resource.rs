//! Writes the skeleton of a managed object, which compiles and keeps the contract of
//! all objects against its own simulation:
//!
//! ```text
//! cargo run --example new-resource -- sub_account
//! cargo fmt --all && cargo test --lib contract::sub_account
//! ```
//!
//! What is left to do is what CONTRIBUTING.md says below "Add a resource", and what
//! `cargo test --test integration tidy` finds missing.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(unreachable_pub, reason = "shared with the tests")]

#[path = "new-resource/skeleton.rs"]
mod skeleton;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name] = arguments.as_slice() else {
        eprintln!("usage: new-resource NAME\n\nNAME is the object's name without the prefix: sub_account");
        return ExitCode::from(2);
    };
    match skeleton::write(Path::new(env!("CARGO_MANIFEST_DIR")), name) {
        Ok(written) => {
            for (path, lines) in &written {
                println!("{lines:>4} lines  {path}");
            }
            let lines: usize = written.iter().map(|(_, lines)| lines).sum();
            println!("{lines:>4} lines in all\n\nNext: cargo fmt --all && cargo test --lib contract::{name}");
            println!("Then what CONTRIBUTING.md says below \"Add a resource\".");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("new-resource: {error}\nNothing was written.");
            ExitCode::FAILURE
        }
    }
}
