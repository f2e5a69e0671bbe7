//! Unix: process groups, signals, sockets with a path.

use std::ffi::OsString;
use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::NotInterrupted;
use crate::core::Socket;

/// Puts what is started into a process group of its own.
pub(in crate::core) fn own_group(command: &mut Command) {
    command.process_group(0);
}

/// A process and whatever it started.
pub(in crate::core) struct Group(Pid);

impl Group {
    /// The group that [`own_group`] made; `None` once the process was waited for.
    pub(in crate::core) fn of(child: &Child) -> Option<Self> {
        pid(child).map(Self)
    }

    /// Ends everything in it.
    pub(in crate::core) fn kill(&self) {
        // Fails when nothing is left, which is what is wanted.
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Sends SIGINT to the process alone.
pub(in crate::core) fn interrupt(child: &Child) -> Result<(), NotInterrupted> {
    let pid = pid(child).ok_or_else(|| NotInterrupted::Refused("it has ended".to_owned()))?;
    kill_process(pid, Signal::INT).map_err(|error| NotInterrupted::Refused(error.to_string()))
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

/// Connects to a socket with a path.
pub(in crate::core) async fn connect_socket(path: &str) -> io::Result<Box<dyn Socket>> {
    Ok(Box::new(UnixStream::connect(path).await?))
}

/// Whether a file is a socket.
pub(in crate::core) fn is_socket(kind: FileType) -> bool {
    kind.is_socket()
}

/// A program and arguments that start `program` and wait for it.
pub(crate) fn between(program: &Path) -> (&'static Path, Vec<OsString>) {
    (Path::new("sh"), vec!["-c".into(), "\"$0\" & wait".into(), program.into()])
}
