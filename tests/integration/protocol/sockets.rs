//! Unix sockets: where they are, who may enter, and which paths will not do.

use std::os::unix::fs::PermissionsExt;

use tokio::io::AsyncWriteExt;

use super::handshake::assert_refused;
use crate::support::plugin::Launch;

async_trials![
    the_socket_is_in_a_directory_only_its_owner_may_enter,
    the_socket_is_made_where_the_client_wants_it,
    an_empty_tmpdir_is_not_a_directory,
    a_path_that_cannot_be_announced_is_refused,
    a_range_of_ports_says_nothing_about_a_socket,
];

async fn the_socket_is_in_a_directory_only_its_owner_may_enter() {
    let plugin = Launch::by_terraform().start();
    let address = plugin.handshake().address;
    let directory = std::path::Path::new(&address).parent().unwrap();
    let mode = std::fs::metadata(directory).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 1);
}

async fn the_socket_is_made_where_the_client_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = Launch::by_terraform().env("PLUGIN_UNIX_SOCKET_DIR", directory.path()).start();
    assert!(plugin.handshake().address.starts_with(directory.path().to_str().unwrap()));
    assert_eq!(plugin.temporary_files(), 0);
    plugin.connect().await;
}

async fn an_empty_tmpdir_is_not_a_directory() {
    let mut plugin = Launch::by_terraform().env("TMPDIR", "").start();
    let address = plugin.handshake().address;
    assert!(address.starts_with("/tmp/plugin-"), "{address}");
    plugin.shut_down().await;
    assert!(!std::path::Path::new(&address).exists());
}

async fn a_path_that_cannot_be_announced_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let piped = directory.path().join("a|b");
    std::fs::create_dir(&piped).unwrap();
    let long = directory.path().join("x".repeat(100));
    std::fs::create_dir(&long).unwrap();
    for path in [piped, long] {
        let finished = Launch::by_terraform().env("PLUGIN_UNIX_SOCKET_DIR", &path).output();
        assert_refused(&finished, "the socket path");
        assert_eq!(std::fs::read_dir(path).unwrap().count(), 0);
    }
}

async fn a_range_of_ports_says_nothing_about_a_socket() {
    // The range is about TCP only.
    let plugin = Launch::by_terraform().env("PLUGIN_MIN_PORT", "2000").env("PLUGIN_MAX_PORT", "1000").start();
    assert_eq!(plugin.handshake().network, "unix");
    // A port nobody speaks TLS on is of no use, so this is not either.
    crate::support::plugin::connect_plain("unix", &plugin.handshake().address)
        .await
        .shutdown()
        .await
        .unwrap();
}
