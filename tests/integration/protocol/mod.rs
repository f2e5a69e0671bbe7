//! How Terraform starts, reaches and ends the plugin.

use libtest_mimic::Trial;

mod actions;
mod arguments;
mod ending;
mod floods;
mod handshake;
mod lifecycle;
mod limits;
mod logging;
mod mtls;
mod reattach;
#[cfg(unix)]
mod sockets;

/// The tests of every module below this one.
pub fn trials() -> Vec<Trial> {
    [
        actions::trials(),
        arguments::trials(),
        ending::trials(),
        floods::trials(),
        handshake::trials(),
        lifecycle::trials(),
        limits::trials(),
        logging::trials(),
        mtls::trials(),
        reattach::trials(),
        #[cfg(unix)]
        sockets::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
