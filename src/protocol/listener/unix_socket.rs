//! A Unix socket that only its owner can reach, and that is gone, with its directory, when
//! it is dropped.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use super::Error;
use crate::protocol::environment::Environment;

/// The longest path a socket can have, in bytes: the size of the kernel's
/// field without the closing zero. Linux has four bytes more than the others.
const MAX_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) { 107 } else { 103 };

/// How many names are tried. With eight random characters the first is free
/// unless something is very wrong.
const ATTEMPTS: usize = 16;

/// A listening socket.
pub(super) struct UnixSocket {
    listener: UnixListener,
    // Removed after the listener is closed: fields are dropped in this order.
    directory: PrivateDirectory,
}

impl UnixSocket {
    /// Binds in a new directory; returns the path as text as well. A directory that
    /// was asked for is used or named in the error; a temporary one that cannot be
    /// used gives way to the system's.
    pub(super) fn bind(environment: &Environment) -> Result<(Self, String), Error> {
        if let Some(parent) = &environment.socket_dir {
            return Self::bind_in(parent, environment);
        }
        let refused = match Self::bind_in(&environment.temp_dir, environment) {
            Ok(bound) => return Ok(bound),
            Err(error) => error,
        };
        for parent in environment.temp_dirs().iter().skip(1) {
            if let Ok(bound) = Self::bind_in(parent, environment) {
                tracing::warn!(%refused, instead = %parent.display(), "the temporary directory cannot be used");
                return Ok(bound);
            }
        }
        Err(refused)
    }

    /// Where its directory is.
    pub(super) fn parent(&self) -> Option<PathBuf> {
        self.directory.path.parent().map(Path::to_owned)
    }

    fn bind_in(parent: &Path, environment: &Environment) -> Result<(Self, String), Error> {
        // The client has another working directory in mind than ours, perhaps.
        let parent = std::path::absolute(parent).map_err(failed("find", parent))?;
        // Before anything is created: the name is as long as any other.
        announceable(&parent.join(directory_name()).join(SOCKET_NAME))?;

        let directory = PrivateDirectory::create_in(&parent)?;
        let path = directory.path.join(SOCKET_NAME);
        let address = announceable(&path)?;
        let listener = UnixListener::bind(&path).map_err(failed("listen on", &path))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed("restrict", &path))?;
        if let Some(group) = &environment.socket_group {
            share(&directory.path, &path, group)?;
        }
        Ok((Self { listener, directory }, address))
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

pub(super) const SOCKET_NAME: &str = "s";
/// How the name of a socket's directory begins.
pub(super) const PREFIX: &str = "plugin-";
/// Characters that follow.
pub(super) const RANDOM: usize = 8;

/// Short, since a path has so little room. Guessing it gains nothing: creating
/// the directory fails if it exists.
fn directory_name() -> String {
    let random: String = (0..RANDOM).map(|_| fastrand::alphanumeric()).collect();
    format!("{PREFIX}{random}")
}

/// The path as it will stand in the handshake line.
fn announceable(path: &Path) -> Result<String, Error> {
    let refuse = |problem: String| Error::SocketPath { path: path.to_string_lossy().into_owned(), problem };
    let text = path.to_str().ok_or_else(|| refuse("is not valid UTF-8".to_owned()))?;
    if text.contains(['|', '\n', '\r']) {
        return Err(refuse("contains a \"|\" or a line break, which the handshake cannot carry".to_owned()));
    }
    if text.len() > MAX_PATH {
        return Err(refuse(format!(
            "has {} bytes, but a socket's path can have at most {MAX_PATH}",
            text.len()
        )));
    }
    Ok(text.to_owned())
}

/// Lets a group connect as well. Its members need to pass through the
/// directory, not to list it.
fn share(directory: &Path, socket: &Path, group: &str) -> Result<(), Error> {
    let gid = group_number(group)?;
    for (path, mode) in [(directory, 0o710), (socket, 0o660)] {
        chown(path, None, Some(gid)).map_err(failed("give the group access to", path))?;
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(failed("give the group access to", path))?;
    }
    Ok(())
}

/// A group's number. Names are looked up in `/etc/group` only: asking the name
/// service would need C, and whoever has groups elsewhere can give the number.
fn group_number(group: &str) -> Result<u32, Error> {
    let unknown = || Error::Group(group.to_owned());
    if let Ok(number) = group.parse() {
        return Ok(number);
    }
    let file = fs::read_to_string("/etc/group").map_err(|_| unknown())?;
    file.lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok()).flatten()
        })
        .ok_or_else(unknown)
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Socket { action, path: path.to_string_lossy().into_owned(), source }
}

/// A directory nobody else may enter. It exists as long as this value.
struct PrivateDirectory {
    path: PathBuf,
}

impl PrivateDirectory {
    fn create_in(parent: &Path) -> Result<Self, Error> {
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let path = parent.join(directory_name());
            match builder.create(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
                Err(error) => return Err(failed("create a directory in", parent)(error)),
            }
        }
        let last = last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into());
        Err(failed("create a directory in", parent)(last))
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // Only what was put there, and never recursively: a temporary
        // directory is shared ground.
        let removed = fs::remove_file(self.path.join(SOCKET_NAME)).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        if let Err(error) = removed.and_then(|()| fs::remove_dir(&self.path)) {
            tracing::warn!(%error, path = %self.path.display(), "the directory of the socket could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(directory: &Path) -> Environment {
        Environment::from_pairs([("PLUGIN_UNIX_SOCKET_DIR", directory)])
    }

    #[tokio::test]
    async fn only_the_owner_can_reach_the_socket_and_nothing_is_left_behind() {
        let parent = tempfile::tempdir().unwrap();
        let (socket, address) = UnixSocket::bind(&environment(parent.path())).unwrap();
        let path = Path::new(&address);
        assert!(path.starts_with(parent.path()));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        UnixStream::connect(path).await.unwrap();
        drop(socket);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_path_too_long_or_with_a_separator_is_refused_before_anything_is_created() {
        let parent = tempfile::tempdir().unwrap();
        for (name, problem) in
            [("x".repeat(100), "at most"), ("a|b".into(), "\"|\""), ("a\nb".into(), "line break")]
        {
            let directory = parent.path().join(name);
            fs::create_dir(&directory).unwrap();
            let error = UnixSocket::bind(&environment(&directory)).err().unwrap().to_string();
            assert!(error.contains(problem) && error.contains("PLUGIN_UNIX_SOCKET_DIR"), "{error}");
            assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        }
    }

    #[tokio::test]
    async fn a_directory_that_does_not_exist_is_named_in_the_error() {
        let error = UnixSocket::bind(&environment(Path::new("/nonexistent-dir"))).err().unwrap().to_string();
        assert!(error.contains("\"/nonexistent-dir\""), "{error}");
    }

    #[tokio::test]
    async fn a_temporary_directory_that_is_too_long_or_missing_gives_way_to_the_systems() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("x".repeat(100));
        fs::create_dir(&long).unwrap();
        for unfit in [long.as_path(), Path::new("/nonexistent-dir")] {
            let environment = Environment::from_pairs([("TMPDIR", unfit)]);
            let (_socket, address) = UnixSocket::bind(&environment).unwrap();
            let systems = environment.temp_dirs().into_iter().skip(1);
            assert!(systems.into_iter().any(|other| Path::new(&address).starts_with(other)), "{address}");
            UnixStream::connect(&address).await.unwrap();
        }
        assert_eq!(fs::read_dir(&long).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_group_gets_access_and_an_unknown_one_is_an_error() {
        use std::os::unix::fs::MetadataExt;

        let parent = tempfile::tempdir().unwrap();
        // The group this process has anyway: giving a file to another needs a
        // privilege.
        let gid = fs::metadata(parent.path()).unwrap().gid();
        let mut shared = environment(parent.path());
        shared.socket_group = Some(gid.to_string());
        let (_socket, address) = UnixSocket::bind(&shared).unwrap();
        let socket = fs::metadata(&address).unwrap();
        let directory = fs::metadata(Path::new(&address).parent().unwrap()).unwrap();
        assert_eq!((socket.gid(), socket.permissions().mode() & 0o777), (gid, 0o660));
        assert_eq!((directory.gid(), directory.permissions().mode() & 0o777), (gid, 0o710));

        shared.socket_group = Some("no such group".to_owned());
        assert!(matches!(UnixSocket::bind(&shared), Err(Error::Group(_))));
    }
}
