//! Socket directories of processes that were killed, which nobody else removes. Nothing is
//! touched that may have an owner.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::unix_socket::{PREFIX, RANDOM, SOCKET_NAME};

/// Younger ones may just be being made: between its creation and its first
/// listening a socket refuses connections as a dead one does.
const MIN_AGE: Duration = Duration::from_secs(60);
/// More are left to the next start.
const MOST: usize = 1000;

/// Removes those in this directory whose owner is gone.
pub(super) fn remove(parent: &Path) {
    remove_older_than(MIN_AGE, parent);
}

fn remove_older_than(age: Duration, parent: &Path) {
    // What cannot be listed cannot be tidied, and is no reason not to work.
    let Ok(entries) = fs::read_dir(parent) else { return };
    let candidates = entries.flatten().filter(|entry| is_named_like_ours(&entry.file_name()));
    for directory in candidates.take(MOST).map(|entry| entry.path()) {
        if is_abandoned(&directory, age) {
            // Not recursively, so that nothing goes but what was put there.
            let _ = fs::remove_file(directory.join(SOCKET_NAME));
            match fs::remove_dir(&directory) {
                Ok(()) => {
                    tracing::debug!(path = %directory.display(), "removed files of a killed process")
                }
                Err(error) => {
                    tracing::debug!(%error, path = %directory.display(), "files of a killed process could \
                                                                                    not be removed")
                }
            }
        }
    }
}

fn is_named_like_ours(name: &OsStr) -> bool {
    name.to_str().and_then(|name| name.strip_prefix(PREFIX)).is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether it is a directory of ours, with nothing but a socket on which nobody
/// listens. What belongs to another user is not even looked into.
fn is_abandoned(directory: &Path, age: Duration) -> bool {
    let Ok(metadata) = fs::symlink_metadata(directory) else { return false };
    let is_private = metadata.is_dir() && metadata.mode() & 0o007 == 0;
    let is_old = metadata.modified().is_ok_and(|then| then.elapsed().is_ok_and(|time| time >= age));
    if !is_private || !is_old {
        return false;
    }
    let Ok(entries) = fs::read_dir(directory) else { return false };
    if entries.flatten().any(|entry| entry.file_name() != SOCKET_NAME) {
        return false;
    }
    match UnixStream::connect(directory.join(SOCKET_NAME)) {
        Ok(_) => false,
        Err(error) => matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::DirBuilder;
    use std::os::unix::fs::DirBuilderExt;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let directory = |name: &str| {
            let path = parent.path().join(name);
            DirBuilder::new().mode(0o700).create(&path).unwrap();
            path
        };
        let dead = directory("plugin-aaaaaaaa");
        drop(UnixListener::bind(dead.join(SOCKET_NAME)).unwrap());
        let empty = directory("plugin-bbbbbbbb");
        let living = directory("plugin-cccccccc");
        let _listener = UnixListener::bind(living.join(SOCKET_NAME)).unwrap();
        let strange = directory("plugin-dddddddd");
        fs::write(strange.join("notes"), "mine").unwrap();
        let other_names = [directory("plugin-dir12345678"), directory("terraform-provider-eeeeeeee")];

        remove(parent.path());
        assert!(dead.exists(), "it may be about to listen");
        remove_older_than(Duration::ZERO, parent.path());
        assert!(!dead.exists() && !empty.exists());
        assert!(living.join(SOCKET_NAME).exists() && strange.join("notes").exists());
        assert!(other_names.iter().all(|other| other.exists()));
    }
}
