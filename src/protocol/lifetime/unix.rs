//! Unix: signals, and the parent's number.

use std::fmt;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP keeps whatever disposition was inherited: under nohup it is ignored, and a
/// handler would undo that.
pub(super) struct Signals {
    interrupts: Signal,
    terminations: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupts: signal(SignalKind::interrupt())?,
            terminations: signal(SignalKind::terminate())?,
        })
    }

    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupts.recv() => "SIGINT",
            _ = self.terminations.recv() => "SIGTERM",
        }
    }
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
