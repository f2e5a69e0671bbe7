//! Stories that cost nothing, for an account of Wavix itself: `WAVIX_ACC=1` runs them against the account whose key is in
//! `WAVIX_API_KEY`. A simulator never knows whether the API has changed; these do.
//!
//! Nothing here may buy, release, call or send, and nothing may be left that could be used: trunks admit registrations from
//! addresses of documentation only, keys are inactive, webhooks lead nowhere. Every label begins with `tf-acc-`, so that
//! `cargo run --example sweep` finds what a failed story has left.

pub mod account;
mod marks;
mod rehearsal;
mod stories;

/// The stories, and their rehearsal with a simulator in the place of the account.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [stories::trials(), rehearsal::trials()].into_iter().flatten().collect()
}
