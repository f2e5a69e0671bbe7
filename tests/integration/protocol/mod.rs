//! How Terraform starts, reaches and ends the plugin.

use libtest_mimic::Trial;

mod handshake;

/// The tests of every module below this one.
pub fn trials() -> Vec<Trial> {
    [handshake::trials()].into_iter().flatten().collect()
}
