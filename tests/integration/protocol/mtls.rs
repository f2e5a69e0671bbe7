//! Who may talk to the plugin: the Terraform process that started it, and
//! nobody else.

use std::io;
use std::time::Duration;

use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, SupportedProtocolVersion};

use crate::support::plugin::{
    ClientIdentity, Launch, PATIENCE, Plugin, channel, client_config, connect_plain, connect_tls,
};

async_trials![
    terraforms_client_is_served_with_either_version_of_tls,
    another_client_certificate_is_refused,
    no_client_certificate_is_refused,
    the_right_certificate_without_its_key_is_refused,
    plaintext_is_refused_when_a_certificate_was_given,
    a_protocol_other_than_http2_is_refused,
    a_client_that_never_finishes_its_handshake_holds_up_nobody,
    without_a_client_certificate_there_is_no_tls,
    a_client_certificate_that_cannot_be_read_is_fatal,
];

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

async fn terraforms_client_is_served_with_either_version_of_tls() {
    let plugin = Launch::by_terraform().start();
    for version in VERSIONS {
        let handshake = plugin.handshake();
        let config =
            client_config(handshake.certificate.as_ref().unwrap(), plugin.identity.as_ref(), &[version]);
        let stream = connect_tls(&handshake, config).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let mut provider = ProviderClient::new(channel(stream).await);
        provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    }
}

/// Tries to connect with `config`. Refused means that not one byte of HTTP/2
/// comes back; a server that lets a client in greets it with its settings.
async fn assert_refused(plugin: &Plugin, config: ClientConfig) {
    let handshake = plugin.handshake();
    let attempt = async {
        let mut stream = connect_tls(&handshake, config).await?;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").await?;
        let mut greeting = [0];
        match stream.read(&mut greeting).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    };
    let outcome: io::Result<()> = timeout(PATIENCE, attempt).await.expect("refused, not ignored");
    outcome.expect_err("the client is refused");
    // The client learns no reason, so the log has to have it.
    plugin.stderr.containing("TLS handshake failed");
    // And Terraform is served as before.
    plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
}

/// `assert_refused` with `identity` for both versions of TLS, each with a fresh
/// plugin so that each has its own log.
async fn assert_identity_refused(identity: impl Fn(&Plugin) -> Option<ClientIdentity>) {
    for version in VERSIONS {
        let plugin = Launch::by_terraform().start();
        let certificate = plugin.handshake().certificate.unwrap();
        assert_refused(&plugin, client_config(&certificate, identity(&plugin).as_ref(), &[version])).await;
    }
}

async fn another_client_certificate_is_refused() {
    assert_identity_refused(|_| Some(ClientIdentity::generate())).await;
}

async fn no_client_certificate_is_refused() {
    assert_identity_refused(|_| None).await;
}

async fn the_right_certificate_without_its_key_is_refused() {
    assert_identity_refused(|plugin| plugin.identity.as_ref().map(ClientIdentity::stolen)).await;
}

async fn plaintext_is_refused_when_a_certificate_was_given() {
    let plugin = Launch::by_terraform().start();
    let handshake = plugin.handshake();
    let mut stream = connect_plain(&handshake.network, &handshake.address).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good as an end.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("refused, not ignored");
    // At most a TLS alert (record type 21) comes back.
    assert!(answer.first().is_none_or(|kind| *kind == 21), "{answer:?}");
    plugin.stderr.containing("TLS handshake failed");
}

async fn a_protocol_other_than_http2_is_refused() {
    let plugin = Launch::by_terraform().start();
    let certificate = plugin.handshake().certificate.unwrap();
    let mut config = client_config(&certificate, plugin.identity.as_ref(), &VERSIONS);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    assert_refused(&plugin, config).await;
}

async fn a_client_that_never_finishes_its_handshake_holds_up_nobody() {
    let plugin = Launch::by_terraform().start();
    let handshake = plugin.handshake();
    let mut silent = Vec::new();
    // More of them than may be under way at once.
    for _ in 0..40 {
        silent.push(connect_plain(&handshake.network, &handshake.address).await);
    }
    plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    // The oldest was given up for a newer one, long before its time was over.
    let mut nothing = [0];
    let read = timeout(PATIENCE, silent[0].read(&mut nothing)).await.expect("closed");
    assert_eq!(read.unwrap_or(0), 0);
    let newest = silent.last_mut().unwrap();
    assert!(timeout(Duration::from_millis(50), newest.read(&mut nothing)).await.is_err(), "still waited for");
}

async fn without_a_client_certificate_there_is_no_tls() {
    let plugin = Launch::without_tls().start();
    let handshake = plugin.handshake();
    assert!(handshake.certificate.is_none() && handshake.rest.is_empty(), "{handshake:?}");
    plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
}

async fn a_client_certificate_that_cannot_be_read_is_fatal() {
    let whole = ClientIdentity::generate().pem;
    let cut = &whole[..whole.len() / 2];
    for certificate in ["garbage", cut, &format!("{whole}{whole}")] {
        let finished = Launch::by_terraform().env("PLUGIN_CLIENT_CERT", certificate).output();
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
        assert!(finished.stderr.starts_with("fatal error: PLUGIN_CLIENT_CERT "), "{finished:?}");
        assert_eq!(finished.files_left, 0);
    }
}
