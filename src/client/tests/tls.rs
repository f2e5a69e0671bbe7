//! TLS roots and proxies, which are the process's environment as well.

#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer},
};

use super::{
    KEY, client_of,
    server::{Server, Step, answer, json},
    settings,
};
use crate::client::{ClientSettings, Delivery, Secret};

/// A certificate authority of our own and a server it vouches for.
fn authority(host: &str) -> (Vec<u8>, TlsAcceptor) {
    speaking(host, &[])
}

/// The same, with the protocols that the server offers.
pub(super) fn speaking(host: &str, protocols: &[&[u8]]) -> (Vec<u8>, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    (issuer.pem().into_bytes(), TlsAcceptor::from(Arc::new(config)))
}

fn https(server: &Server) -> String {
    format!("https://localhost:{}", server.address.port())
}

#[tokio::test]
async fn the_ca_bundle_is_trusted() {
    let (pem, acceptor) = authority("localhost");
    let server = Server::with_tls([json("200 OK", "{}")], Some(acceptor)).await;
    let mut settings = settings(&https(&server));
    settings.ca_bundle_pem = Some(pem);
    client_of(settings).get("/v1/trunks").send::<Value>().await.unwrap();
    assert!(server.requests()[0].contains(KEY));
}

#[tokio::test]
async fn a_server_nobody_vouches_for_gets_nothing() {
    let (_, acceptor) = authority("localhost");
    let (other_pem, _) = authority("localhost");
    let (pem, wrong_name) = authority("api.example");
    for (bundle, acceptor) in [(None, acceptor.clone()), (Some(other_pem), acceptor), (Some(pem), wrong_name)]
    {
        let server = Server::with_tls([json("200 OK", "{}")], Some(acceptor)).await;
        let mut settings = settings(&https(&server));
        settings.ca_bundle_pem = bundle;
        let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
        assert!(error.is_connect(), "{error}");
        assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 1), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn a_plain_server_behind_https_gets_nothing() {
    let server = Server::start([]).await;
    let mut settings = settings(&https(&server));
    settings.max_retries = 1;
    // It waits for a line of text for ever, and so does the handshake.
    settings.request_timeout = std::time::Duration::from_millis(500);
    let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 2));
    assert!(server.requests().iter().all(|request| !request.contains(KEY)));
}

/// A proxy that leads every tunnel to one server, and remembers who asked.
#[derive(Clone, Copy)]
enum Door {
    To(std::net::SocketAddr),
    /// Refuses with this status line.
    Shut(&'static str),
}

struct Tunnel {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
    task: AbortHandle,
}

impl Tunnel {
    async fn to(door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://user:pr%40xy-pw@{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = heads.clone();
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let log = log.clone();
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    log.lock().unwrap().push(String::from_utf8(head).unwrap());
                    let target = match door {
                        Door::To(target) => target,
                        Door::Shut(status) => {
                            let _ = stream.write_all(&answer(status, "text/plain", "", "who?")).await;
                            return;
                        }
                    };
                    let mut server = TcpStream::connect(target).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut server).await;
                });
            }
        });
        Self { url, heads, task: task.abort_handle() }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn through(proxy: &str, pem: Option<Vec<u8>>) -> ClientSettings {
    let mut settings = settings("https://api.wavix.test");
    settings.http_proxy = Some(Secret::new(proxy));
    settings.ca_bundle_pem = pem;
    settings.max_retries = 0;
    settings
}

#[tokio::test]
async fn the_proxy_argument_is_honoured_and_sees_no_key() {
    let (pem, acceptor) = authority("api.wavix.test");
    let server = Server::with_tls([json("200 OK", "{}")], Some(acceptor)).await;
    let proxy = Tunnel::to(Door::To(server.address)).await;
    client_of(through(&proxy.url, Some(pem))).get("/v1/trunks").send::<Value>().await.unwrap();
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("CONNECT api.wavix.test:443 "), "{heads:?}");
    // base64 of user:pr@xy-pw
    assert!(heads[0].contains("Basic dXNlcjpwckB4eS1wdw=="), "{heads:?}");
    assert!(!heads[0].contains(KEY), "{heads:?}");
    assert!(server.requests()[0].contains(KEY) && !server.requests()[0].contains("Basic"));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_without_its_password() {
    let proxy = Tunnel::to(Door::Shut("407 Proxy Authentication Required")).await;
    let client = client_of(through(&proxy.url, None));
    let error = client.post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    assert_eq!((error.is_connect(), error.delivery()), (true, Delivery::NotSent), "{error}");
    for text in [error.to_string(), format!("{error:?}"), format!("{client:?}")] {
        assert!(!text.contains("xy-pw") && !text.contains("dXNlcjpw"), "{text}");
    }
    assert_eq!(proxy.heads().len(), 1);
}

/// The library tells no other status than 407, which no further attempt changes.
#[tokio::test]
async fn what_a_proxy_answers_is_told_in_words() {
    for (status, words, attempts) in [
        ("407 Proxy Authentication Required", "status 407: it requires a user name and a password", 1),
        ("403 Forbidden", "did not return status 200", 2),
        ("503 Service Unavailable", "did not return status 200", 2),
    ] {
        let proxy = Tunnel::to(Door::Shut(status)).await;
        let mut settings = through(&proxy.url, None);
        settings.max_retries = 1;
        let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
        assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, attempts), "{error}");
        let text = error.to_string();
        assert!(text.contains(words) && text.contains("through the proxy 127.0.0.1:"), "{text}");
    }
}

/// Runs the test of that name in a process with this environment, since a
/// process cannot change its own safely. Returns what it printed.
#[cfg(target_os = "linux")]
async fn in_environment(test: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("client::tests::tls::{test}"), "--nocapture", "--ignored"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    text
}

fn in_variables(https_proxy: &str, no_proxy: &str) -> ClientSettings {
    let mut settings = settings("https://api.wavix.test");
    settings.proxy_variables.https_proxy = Some(("HTTPS_PROXY", Secret::new(https_proxy)));
    settings.proxy_variables.no_proxy = Some(no_proxy.to_owned());
    settings.max_retries = 0;
    settings
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_honoured_and_named_without_its_password() {
    let proxy = Tunnel::to(Door::Shut("407 Proxy Authentication Required")).await;
    let client = client_of(in_variables(&proxy.url, "example.com"));
    let error = client.get("/v1/trunks").send::<Value>().await.unwrap_err();
    assert!(proxy.heads()[0].starts_with("CONNECT api.wavix.test:443 "), "{:?}", proxy.heads());
    let place = proxy.url.rsplit_once('@').unwrap().1;
    let way = format!("cannot connect to api.wavix.test:443 through the proxy {place} (HTTPS_PROXY)");
    assert!(error.to_string().contains(&way), "{error}");
    for text in [error.to_string(), format!("{error:?}"), format!("{client:?}")] {
        assert!(!text.contains("xy-pw"), "{text}");
    }

    let proxy = Tunnel::to(Door::Shut("407 Proxy Authentication Required")).await;
    let client = client_of(in_variables(&proxy.url, "wavix.test:443"));
    let error = client.get("/v1/trunks").send::<Value>().await.unwrap_err();
    assert!(proxy.heads().is_empty(), "NO_PROXY exempts");
    assert!(error.to_string().contains("cannot connect to api.wavix.test:443 ("), "{error}");
}

/// As in a container image without certificates. Elsewhere the system is asked
/// for its certificates, not a file.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_machine_without_certificates_is_told_from_a_mistake_of_the_provider() {
    let none = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "")];
    let text = in_environment("child_calls_wavix", &none).await;
    assert!(text.contains("was not sent: TLS or the proxy cannot be set up ("), "{text}");
    assert!(text.contains("No CA certificates were loaded"), "{text}");
}

#[tokio::test]
#[ignore = "runs in a process of its own, started by another test"]
async fn child_calls_wavix() {
    let mut settings = settings("https://api.wavix.test");
    settings.max_retries = 0;
    let client = client_of(settings);
    let error = client.get("/v1/trunks").send::<Value>().await.unwrap_err();
    println!("{error} {error:?} {client:?}");
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_not_for_this_machine() {
    let proxy = Tunnel::to(Door::Shut("407 Proxy Authentication Required")).await;
    let server = Server::start([Step::Close(answer("200 OK", "application/json", "", "{}"))]).await;
    let mut settings = settings(&server.url());
    settings.proxy_variables.http_proxy = Some(("HTTP_PROXY", Secret::new(&proxy.url)));
    client_of(settings).get("/v1/trunks").send::<Value>().await.unwrap();
    assert!(proxy.heads().is_empty(), "the key would have crossed the network unencrypted");
}
