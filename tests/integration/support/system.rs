//! What the systems do differently around processes and files.

use std::io;
use std::path::Path;
use std::process::Command;

use super::plugin::Socket;

/// Puts what is started into a process group of its own, as a shell does.
pub fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    /// `CREATE_NEW_PROCESS_GROUP`
    #[cfg(windows)]
    const OWN_GROUP: u32 = 0x200;
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, OWN_GROUP);
}

/// Connects to a socket with a path.
#[cfg(unix)]
pub async fn connect_socket(path: &str) -> io::Result<Box<dyn Socket>> {
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

/// There are none.
#[cfg(not(unix))]
pub async fn connect_socket(_: &str) -> io::Result<Box<dyn Socket>> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Lets a file be started as a program.
#[cfg(unix)]
pub fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

/// The end of its name says what can be started.
#[cfg(not(unix))]
pub fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}
