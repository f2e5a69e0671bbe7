//! The same with the real Terraform: many trunks in one configuration, each
//! struck by a fault of its own.

mod cells;
mod interrupts;

/// The tests of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [cells::trials(), interrupts::trials()].into_iter().flatten().collect()
}
