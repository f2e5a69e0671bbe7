//! Windows: no signals, and plugins that listen on TCP ports.

use std::ffi::OsString;
use std::fs::FileType;
use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::NotInterrupted;
use crate::core::Socket;

/// `CREATE_NEW_PROCESS_GROUP`: a Ctrl-C for this program is none for the plugin.
const OWN_GROUP: u32 = 0x200;

/// Puts what is started into a process group of its own.
pub(in crate::core) fn own_group(command: &mut Command) {
    command.creation_flags(OWN_GROUP);
}

/// A process and whatever it started.
pub(in crate::core) struct Group(u32);

impl Group {
    /// The process with all that it starts; `None` once it was waited for.
    pub(in crate::core) fn of(child: &Child) -> Option<Self> {
        child.id().map(Self)
    }

    /// Ends everything in it.
    pub(in crate::core) fn kill(&self) {
        let mut command = std::process::Command::new("taskkill");
        command.args(["/F", "/T", "/PID", &self.0.to_string()]);
        // Fails when nothing is left, which is what is wanted.
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// An event of the console goes to a group, and only with its own console.
pub(in crate::core) fn interrupt(_: &Child) -> Result<(), NotInterrupted> {
    Err(NotInterrupted::Unable)
}

/// There are none: Terraform itself uses TCP here.
pub(in crate::core) async fn connect_socket(_: &str) -> io::Result<Box<dyn Socket>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets on this system"))
}

/// Whether a file is a socket.
pub(in crate::core) fn is_socket(_: FileType) -> bool {
    false
}

/// A program and arguments that start `program` and wait for it.
pub(crate) fn between(program: &Path) -> (&'static Path, Vec<OsString>) {
    (Path::new("cmd"), vec!["/D".into(), "/C".into(), program.into()])
}
