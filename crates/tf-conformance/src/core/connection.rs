//! From an address to a gRPC channel.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig};
use tonic::transport::{Channel, Endpoint};

use super::announced::Announced;
use super::system::connect_socket;
use super::{ClientCertificate, Handshake, StartError};

/// The two kinds of socket, as one.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Why a connection came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody listens.
    #[error("nobody listens at {0}: {1}")]
    Socket(String, io::Error),
    /// The two sides do not trust each other.
    #[error("the TLS handshake failed: {0}")]
    Tls(io::Error),
    /// The certificate cannot be used at all.
    #[error("the announced certificate cannot be used: {0}")]
    Certificate(String),
    /// HTTP/2 did not begin.
    #[error("no HTTP/2: {0}")]
    Http(tonic::transport::Error),
    /// It took too long.
    #[error("no answer within {0:?}")]
    Time(Duration),
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        Self::Connect(refusal.to_string())
    }
}

/// Connects to the address of a handshake, without TLS.
///
/// # Errors
///
/// When nobody listens there.
pub async fn connect_plain(handshake: &Handshake) -> Result<Box<dyn Socket>, Refusal> {
    let address = &handshake.address;
    let socket: io::Result<Box<dyn Socket>> = match handshake.network.as_str() {
        "tcp" => TcpStream::connect(address).await.map(|socket| Box::new(socket) as _),
        _ => connect_socket(address).await,
    };
    socket.map_err(|error| Refusal::Socket(address.clone(), error))
}

/// Connects with TLS: trusts exactly the announced certificate, for the name
/// `localhost`, and shows `identity` if there is one. In TLS 1.3 this is over
/// before the server has looked at the client's certificate.
///
/// # Errors
///
/// When the server is not the one that was announced, or refuses.
pub async fn connect_tls(
    handshake: &Handshake,
    identity: Option<&ClientCertificate>,
) -> Result<TlsStream<Box<dyn Socket>>, Refusal> {
    let config = client_config(handshake, identity)?;
    let socket = connect_plain(handshake).await?;
    let name = ServerName::try_from("localhost").map_err(|error| Refusal::Certificate(error.to_string()))?;
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.map_err(Refusal::Tls)
}

fn client_config(
    handshake: &Handshake,
    identity: Option<&ClientCertificate>,
) -> Result<ClientConfig, Refusal> {
    let unusable = |error: tokio_rustls::rustls::Error| Refusal::Certificate(error.to_string());
    let none = || Refusal::Certificate("there is none in the handshake line".to_owned());
    let certificate = handshake.certificate.clone().ok_or_else(none)?;
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let announced = Announced::new(certificate, Arc::clone(&crypto))?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&crypto))
        .with_protocol_versions(ALL_VERSIONS)
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(announced));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = crypto.key_provider.load_private_key(identity.key()).map_err(unusable)?;
            // Does not ask whether the two belong together, as a thief
            // would not.
            let certified = CertifiedKey::new(vec![identity.der()], key);
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Connects as the client that the plugin was started for.
///
/// # Errors
///
/// When that fails, or takes too long.
pub async fn connect(
    handshake: &Handshake,
    identity: Option<&ClientCertificate>,
    patience: Duration,
) -> Result<Channel, Refusal> {
    let connecting = async {
        if handshake.certificate.is_some() {
            channel(connect_tls(handshake, identity).await?).await
        } else {
            channel(connect_plain(handshake).await?).await
        }
    };
    tokio::time::timeout(patience, connecting).await.unwrap_or(Err(Refusal::Time(patience)))
}

/// A gRPC channel over a connection that is already there.
pub(crate) async fn channel(stream: impl Socket + 'static) -> Result<Channel, Refusal> {
    let mut stream = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_| {
        let stream = stream.take().ok_or_else(|| io::Error::other("the connection is closed"));
        std::future::ready(stream)
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await.map_err(Refusal::Http)
}
