//! Protocol layer: when the process ends, other than by the client's request.
//!
//! Ctrl-C, and the SIGTERM of `timeout` or of a cancelled CI job, reach the plugin
//! too, because it is in Terraform's process group. They are not meant for it:
//! Terraform finishes what it is doing first, and asks the plugin to hurry through
//! an RPC. Default handling would kill the plugin in the middle of an apply.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Who the process belongs to, and so what may end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A Terraform process started it, and will ask it to end.
    Terraform,
    /// A person started it, in a terminal or a debugger.
    Person,
}

/// How often to look whether the parent is still there.
const PARENT_POLL: Duration = Duration::from_secs(1);

/// Cancels `shutdown` when the process should end, other than by the client's
/// Shutdown: for a person on SIGINT (Ctrl-C) and SIGTERM, for Terraform when
/// Terraform is gone. Must be called inside a tokio runtime; the watch ends with it.
///
/// # Errors
/// When signals cannot be handled. They would then kill the process, so this
/// must not be ignored.
pub fn watch(owner: Owner, shutdown: &CancellationToken) -> io::Result<()> {
    signals::watch(owner, shutdown)?;
    #[cfg(unix)]
    if owner == Owner::Terraform {
        tokio::spawn(watch_parent(std::os::unix::process::parent_id(), shutdown.clone()));
    }
    Ok(())
}

/// A process whose parent dies is given another one. Without this a plugin
/// outlives a Terraform that was killed, for ever.
///
/// Compared is with the parent at the start, not with 1: in a container
/// Terraform itself may have that number.
#[cfg(unix)]
async fn watch_parent(parent: u32, shutdown: CancellationToken) {
    loop {
        tokio::time::sleep(PARENT_POLL).await;
        let now = std::os::unix::process::parent_id();
        if now != parent {
            tracing::warn!(parent, now, "the process that started the plugin is gone");
            shutdown.cancel();
            return;
        }
    }
}

#[cfg(unix)]
mod signals {
    use super::{CancellationToken, Owner, io};
    use tokio::signal::unix::{SignalKind, signal};

    // SIGHUP keeps whatever disposition was inherited: under nohup it is
    // ignored, and a handler would undo that.
    pub(super) fn watch(owner: Owner, shutdown: &CancellationToken) -> io::Result<()> {
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
}

#[cfg(windows)]
mod signals {
    use super::{CancellationToken, Owner, io};
    use tokio::signal::windows::{ctrl_break, ctrl_c};

    pub(super) fn watch(owner: Owner, shutdown: &CancellationToken) -> io::Result<()> {
        let mut interrupts = ctrl_c()?;
        let mut breaks = ctrl_break()?;
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupts.recv() => {}
                    _ = breaks.recv() => {}
                }
                if owner == Owner::Person {
                    tracing::debug!("interrupted");
                    shutdown.cancel();
                } else {
                    tracing::trace!("interrupt ignored: Terraform decides when to end");
                }
            }
        });
        Ok(())
    }
}
