//! Terraform Core's side of the protocol: starting a plugin, trusting it, and
//! asking it. What answers mean is judged in `oracle`.

mod announced;
mod answers;
mod certificate;
mod connection;
mod handshake;
mod judge;
mod launch;
mod plugin;
mod proposed;
mod resource;
mod session;
mod system;
mod trace;

pub(crate) use answers::shown_diagnostics;
pub use answers::{Applied, Imported, Instance, Planned, errors};
pub use certificate::ClientCertificate;
pub(crate) use connection::channel;
pub use connection::{Refusal, Socket, connect, connect_plain, connect_tls};
pub use handshake::Handshake;
pub use launch::{Launch, MAGIC_COOKIE, Patience};
pub use plugin::{End, Lines, Plugin};
pub use proposed::proposed_new_state;
pub use resource::{CAPABILITIES, Resource};
pub use session::{CallError, Session, SideStreams};
pub use system::NotInterrupted;
pub(crate) use system::between;
pub use trace::{Exchange, Trace};

/// Why a plugin could not be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StartError {
    /// The program could not be started at all.
    #[error("cannot start {program}: {reason}")]
    Spawn {
        /// The program's path.
        program: String,
        /// What the system says.
        reason: String,
    },
    /// It ended before the handshake line.
    #[error("the process ended ({end}) before its handshake line; standard error: {stderr}")]
    Ended {
        /// How it ended.
        end: String,
        /// The last of what it wrote.
        stderr: String,
    },
    /// It is running, but has written no line.
    #[error("no handshake line after {0:?}: the process hangs")]
    Silent(std::time::Duration),
    /// The first line of standard output is no handshake line.
    #[error("the first line on standard output is no handshake line ({reason}): {line:?}")]
    Garbage {
        /// The line, shortened.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It could not be connected to.
    #[error("cannot connect: {0}")]
    Connect(String),
}
