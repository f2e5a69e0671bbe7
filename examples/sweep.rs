//! Removes what tests left in an account of Wavix:
//!
//! ```text
//! export WAVIX_API_KEY=…             # of an account for tests
//! cargo run --example sweep -- --dry-run
//! cargo run --example sweep
//! ```
//!
//! Only objects whose labels begin with `tf-acc-`, and webhooks of `tf-acc.invalid`. Exits with 1 when something is left or the account
//! does not look like one for tests.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(unreachable_pub, reason = "what is shared with the tests is public there")]

#[path = "../tests/integration/live/marks.rs"]
mod marks;
#[path = "sweep/order.rs"]
mod order;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = order::carry_out(std::env::args().skip(1), |name| std::env::var(name).ok()).await;
    if outcome.code == 0 {
        print!("{}", outcome.text);
    } else {
        eprint!("{}", outcome.text);
    }
    ExitCode::from(outcome.code)
}
