//! Places that no request can be sent to, and what a configuration says to get
//! there. Nothing of it leaves the machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::support::secrets;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ALL_VERSIONS, ServerConfig};

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The name does not exist.
    Name,
    /// Nobody listens.
    Refused,
    /// The certificate comes from nobody who is trusted.
    UnknownAuthority,
    /// The certificate is trusted, and too old.
    Expired,
    /// The certificate is trusted, and another server's.
    WrongName,
    /// Nobody listens where the proxy should be.
    Proxy,
    /// Packets get lost.
    Silent,
}

/// What must live as long as the place is to be as it is.
#[derive(Default)]
pub struct Place {
    certificate: Option<NamedTempFile>,
    tasks: JoinSet<()>,
}

impl Unreachable {
    /// Makes the place, and says how a configuration that leads there differs.
    pub async fn prepare(self) -> (Place, Json) {
        match self {
            // A label of more than 63 characters: no resolver asks anybody.
            Self::Name => {
                (Place::default(), json!({ "base_url": format!("https://{}.invalid", "a".repeat(70)) }))
            }
            Self::Refused => (Place::default(), json!({ "base_url": format!("http://{}", unused()) })),
            Self::Proxy => {
                let proxy = format!("http://user:{}@{}", secrets::encoded(secrets::PROXY_PASSWORD), unused());
                (Place::default(), json!({ "base_url": "https://wavix.invalid", "http_proxy": proxy }))
            }
            Self::UnknownAuthority | Self::Expired | Self::WrongName => self.badly_certified().await,
            Self::Silent => silent().await,
        }
    }

    async fn badly_certified(self) -> (Place, Json) {
        let name = if self == Self::WrongName { "api.example.com" } else { "127.0.0.1" };
        let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(if self == Self::Expired { 2021 } else { 2120 }, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(ALL_VERSIONS)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut place = Place::default();
        place.tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let stream = acceptor.accept(stream).await;
                assert!(stream.is_err(), "the provider talks to a server it must not trust");
            }
        });
        let mut difference = json!({ "base_url": format!("https://{address}") });
        if self != Self::UnknownAuthority {
            let file = NamedTempFile::new().unwrap();
            std::fs::write(file.path(), certificate.pem()).unwrap();
            difference["ca_bundle"] = json!(file.path());
            place.certificate = Some(file);
        }
        (place, difference)
    }
}

/// An address at which nobody listens: a free port from the system could be
/// given to another cell meanwhile.
fn unused() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1).into()
}

/// A listener that takes no connection and whose queue is full: the system
/// answers further ones with nothing at all.
async fn silent() -> (Place, Json) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut place = Place::default();
    place.tasks.spawn(async move {
        let _kept = listener;
        std::future::pending::<()>().await;
    });
    for _ in 0..8 {
        place.tasks.spawn(async move {
            let Ok(stream) = TcpStream::connect(address).await else { return };
            let _kept = stream;
            std::future::pending::<()>().await;
        });
    }
    // Until one waits in vain, the queue is not full.
    while tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await.is_ok() {}
    (place, json!({ "base_url": format!("http://{address}") }))
}
