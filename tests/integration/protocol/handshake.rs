//! What the plugin says before Terraform connects.

use std::net::{Ipv4Addr, TcpListener};

use terraform_provider_wavix::facade::protocol::handshake::MAGIC_COOKIE;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;

use crate::support::plugin::{Finished, Launch};

async_trials![
    without_the_cookie_a_sentence_is_all_there_is,
    the_protocol_version_is_six_in_whatever_order_the_client_lists_its_own,
    the_line_has_six_fields_and_nothing_follows_it,
    a_client_that_asks_for_multiplexing_is_told_there_is_none,
    over_tcp_a_port_of_the_range_is_taken,
    an_empty_range_of_ports_is_refused,
];

/// What clients use when nobody says which.
const NETWORK: &str = if cfg!(unix) { "unix" } else { "tcp" };

async fn without_the_cookie_a_sentence_is_all_there_is() {
    for cookie in [None, Some(""), Some("wrong"), Some(&MAGIC_COOKIE[1..])] {
        let mut launch = Launch::by_terraform().env("TF_PLUGIN_MAGIC_COOKIE", cookie.unwrap_or_default());
        if cookie.is_none() {
            launch = Launch::bare();
        }
        let finished = launch.output();
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert_eq!(finished.stdout, "");
        assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
        assert!(finished.stderr.contains("Terraform"), "{finished:?}");
        assert_eq!(finished.files_left, 0);
    }
}

async fn the_protocol_version_is_six_in_whatever_order_the_client_lists_its_own() {
    for versions in ["5,6", "6,5", "6", "5", ""] {
        let plugin = Launch::by_terraform().env("PLUGIN_PROTOCOL_VERSIONS", versions).start();
        let handshake = plugin.handshake();
        assert_eq!(
            (handshake.core_version.as_str(), handshake.version.as_str()),
            ("1", "6"),
            "for {versions:?}"
        );
    }
}

async fn the_line_has_six_fields_and_nothing_follows_it() {
    let mut plugin = Launch::by_terraform().start();
    let handshake = plugin.handshake();
    assert_eq!(handshake.network, NETWORK);
    assert_eq!(handshake.transport, "grpc");
    assert!(handshake.certificate.is_some());
    assert!(handshake.rest.is_empty(), "{handshake:?}");

    let mut provider = plugin.provider().await;
    provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    plugin.shut_down().await;
    assert_eq!(plugin.stdout.all().len(), 1);
}

async fn a_client_that_asks_for_multiplexing_is_told_there_is_none() {
    let plugin = Launch::by_terraform().env("PLUGIN_MULTIPLEX_GRPC", "true").start();
    assert_eq!(plugin.handshake().rest, ["false"]);
}

/// What a start that fails must look like: Terraform shows its users what
/// follows this prefix, and nothing is left behind.
pub(super) fn assert_refused(finished: &Finished, reason: &str) {
    assert_eq!(
        (finished.code, finished.stdout.as_str(), finished.files_left),
        (Some(1), "", 0),
        "{finished:?}"
    );
    let last = finished.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("fatal error: ") && last.contains(reason), "{finished:?}");
}

async fn over_tcp_a_port_of_the_range_is_taken() {
    // The first port of the range is taken; the plugin has to look further.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let min = taken.local_addr().unwrap().port().min(u16::MAX - 200);
    let plugin = Launch::by_terraform()
        .env("PLUGIN_TRANSPORT", "tcp")
        .env("PLUGIN_MIN_PORT", min.to_string())
        .env("PLUGIN_MAX_PORT", (min + 200).to_string())
        .start();
    let handshake = plugin.handshake();
    assert_eq!(handshake.network, "tcp");
    let port: u16 = handshake.address.strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    assert!((min..=min + 200).contains(&port) && port != taken.local_addr().unwrap().port());
    assert_eq!(plugin.temporary_files(), 0);
    let mut provider = plugin.provider().await;
    provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
}

async fn an_empty_range_of_ports_is_refused() {
    let finished = Launch::by_terraform()
        .env("PLUGIN_TRANSPORT", "tcp")
        .env("PLUGIN_MIN_PORT", "2000")
        .env("PLUGIN_MAX_PORT", "1000")
        .output();
    assert_refused(&finished, "PLUGIN_MIN_PORT (2000) is greater than PLUGIN_MAX_PORT (1000)");
}
