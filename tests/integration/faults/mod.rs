//! Create once, lose nothing: the built provider under every fault that a
//! network and a server can produce, under limits and under interrupts.
//!
//! - `matrix` holds verbs against faults, as data, and walks all of it;
//! - [`ledger`] keeps what Terraform would keep about one trunk, and judges
//!   each answer by Core's rules;
//! - [`bench`] is the plugin as Terraform starts it.

mod bench;
mod interrupts;
mod ledger;
mod limits;
mod matrix;
mod sequences;
mod soak;
mod surroundings;
mod terraform;

/// Every test of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [
        interrupts::trials(),
        limits::trials(),
        matrix::trials(),
        sequences::trials(),
        soak::trials(),
        surroundings::trials(),
        terraform::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
