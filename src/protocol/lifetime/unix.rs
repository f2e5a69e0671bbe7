//! Unix: signals, and the parent's number.

use std::fmt;
use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Owner;

// SIGHUP keeps whatever disposition was inherited: under nohup it is
// ignored, and a handler would undo that.
pub(super) fn watch_signals(owner: Owner, shutdown: &CancellationToken) -> io::Result<()> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                _ = interrupts.recv() => "SIGINT",
                _ = terminations.recv() => "SIGTERM",
            };
            if owner == Owner::Person {
                tracing::debug!(signal, "ended by a signal");
                shutdown.cancel();
            } else {
                tracing::debug!(signal, "signal ignored: Terraform decides when to end");
            }
        }
    });
    Ok(())
}

/// The process that started this one. A process whose parent ends is given
/// another.
pub(super) struct Parent(u32);

impl Parent {
    pub(super) fn find() -> io::Result<Self> {
        Ok(Self(std::os::unix::process::parent_id()))
    }

    /// Compared is with the parent at the start, not with 1: in a container
    /// Terraform itself may have that number.
    pub(super) fn is_gone(&self) -> bool {
        std::os::unix::process::parent_id() != self.0
    }
}

impl fmt::Display for Parent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
