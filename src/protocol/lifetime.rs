//! When the process ends, other than by the client's request.
//!
//! Ctrl-C, and the SIGTERM of `timeout` or of a cancelled CI job, reach the plugin
//! too, because it is in Terraform's process group. They are not meant for it:
//! Terraform finishes what it is doing first, and asks the plugin to hurry through
//! an RPC. Default handling would kill the plugin in the middle of an apply.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use system::{Parent, Signals};

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
    tokio::spawn(watch_signals(Signals::new()?, owner, shutdown.clone()));
    if owner == Owner::Terraform {
        match Parent::find() {
            Ok(parent) => drop(tokio::spawn(watch_parent(parent, shutdown.clone()))),
            // Terraform's Shutdown ends the process all the same.
            Err(error) => tracing::warn!(%error, "cannot watch the process that started the plugin"),
        }
    }
    Ok(())
}

async fn watch_signals(mut signals: Signals, owner: Owner, shutdown: CancellationToken) {
    loop {
        let signal = signals.next().await;
        if owner == Owner::Person {
            tracing::debug!(signal, "ended by a signal");
            shutdown.cancel();
        } else {
            tracing::debug!(signal, "signal ignored: Terraform decides when to end");
        }
    }
}

/// Without this a plugin outlives a Terraform that was killed, for ever, and
/// with it the API key in its memory.
async fn watch_parent(parent: Parent, shutdown: CancellationToken) {
    loop {
        tokio::time::sleep(PARENT_POLL).await;
        if parent.is_gone() {
            tracing::warn!(%parent, "the process that started the plugin is gone");
            shutdown.cancel();
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_that_started_this_one_is_found_and_there() {
        let parent = Parent::find().unwrap();
        assert!(!parent.is_gone(), "{parent}");
        assert_ne!(parent.to_string(), std::process::id().to_string());
    }
}
