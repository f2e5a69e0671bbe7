//! What the systems do differently around a process. The two files have the
//! same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as here;
#[cfg(windows)]
use windows as here;

pub(super) use here::{Group, connect_socket, interrupt, is_socket, own_group};

pub(crate) use here::between;

/// Why a process was not interrupted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInterrupted {
    /// This system cannot do it to one process.
    #[error("this system cannot interrupt a single process")]
    Unable,
    /// The system refused.
    #[error("the process cannot be interrupted: {0}")]
    Refused(String),
}
