//! How messages travel: UDP, TCP and TLS, on the gateways' and phones' addresses.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use super::message::Message;
use super::{GATEWAYS, Shared, gateway};

/// One way to somebody.
#[derive(Clone)]
pub struct Wire {
    pub transport: &'static str,
    /// Our end.
    pub local: Ipv4Addr,
    pub peer: SocketAddr,
    out: Out,
}

#[derive(Clone)]
enum Out {
    Datagrams(Arc<UdpSocket>),
    Stream(UnboundedSender<String>),
}

impl Wire {
    pub fn udp(socket: &Arc<UdpSocket>, local: Ipv4Addr, peer: SocketAddr) -> Self {
        Self { transport: "UDP", local, peer, out: Out::Datagrams(Arc::clone(socket)) }
    }

    /// Our end as a URI has it behind the user.
    pub fn here(&self) -> String {
        let port = if self.transport == "TLS" { 5061 } else { 5060 };
        format!("{}:{port};transport={}", self.local, self.transport.to_ascii_lowercase())
    }

    /// Sends a message. Who is gone misses it, as on any network.
    pub fn send(&self, message: String) {
        match &self.out {
            Out::Datagrams(socket) => drop(socket.try_send_to(message.as_bytes(), self.peer)),
            Out::Stream(sender) => drop(sender.send(message)),
        }
    }
}

/// Listens everywhere; what comes goes to the gateway or phone it is for.
pub async fn listen(shared: &Arc<Shared>, acceptor: &TlsAcceptor) {
    for (address, socket) in &shared.sockets {
        tokio::spawn(datagrams(Arc::clone(shared), *address, Arc::clone(socket)));
    }
    for (_, address) in GATEWAYS {
        let plain = TcpListener::bind((address, 5060)).await.unwrap();
        let tls = TcpListener::bind((address, 5061)).await.unwrap();
        let (for_plain, for_tls, acceptor) = (Arc::clone(shared), Arc::clone(shared), acceptor.clone());
        tokio::spawn(async move {
            while let Ok((stream, peer)) = plain.accept().await {
                tokio::spawn(connection(Arc::clone(&for_plain), stream, "TCP", address, peer));
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, peer)) = tls.accept().await {
                let (shared, acceptor) = (Arc::clone(&for_tls), acceptor.clone());
                tokio::spawn(async move {
                    // Who distrusts the certificate says so itself.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(shared, stream, "TLS", address, peer).await;
                    }
                });
            }
        });
    }
}

async fn datagrams(shared: Arc<Shared>, local: Ipv4Addr, socket: Arc<UdpSocket>) {
    let mut buffer = vec![0; 65536];
    loop {
        // An error is that of an earlier answer: its port was closed.
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else { continue };
        if let Some(message) = Message::parse(&buffer[..length]) {
            gateway::take(&shared, &Wire::udp(&socket, local, peer), message);
        }
    }
}

async fn connection(
    shared: Arc<Shared>,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    transport: &'static str,
    local: Ipv4Addr,
    peer: SocketAddr,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (sender, mut messages) = unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(message) = messages.recv().await {
            if writer.write_all(message.as_bytes()).await.is_err() || writer.flush().await.is_err() {
                break;
            }
        }
    });
    let wire = Wire { transport, local, peer, out: Out::Stream(sender) };
    let mut pending = Vec::new();
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = reader.read(&mut buffer).await {
        pending.extend_from_slice(&buffer[..length]);
        // Keep-alives are blank lines between messages.
        let blank = pending.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        pending.drain(..blank);
        while let Some(length) = Message::length(&pending) {
            let bytes: Vec<u8> = pending.drain(..length).collect();
            if let Some(message) = Message::parse(&bytes) {
                gateway::take(&shared, &wire, message);
            }
        }
    }
}

/// A certificate for the gateways' names, and its authority's.
pub fn certificate() -> (TlsAcceptor, String) {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "An authority of the tests");
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let names: Vec<String> = GATEWAYS.map(|(host, _)| host.to_owned()).to_vec();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}
