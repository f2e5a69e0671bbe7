//! A company's network mirror, or a registry: files, over TLS, by an authority of its own.

use std::io;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::server::TlsStream;

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    authority: String,
    requests: Arc<Mutex<Vec<String>>>,
    // Its tasks end with it.
    _runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Files {
    root: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the files below `root` on a free port of this machine.
    pub fn start(root: &Path) -> Self {
        let (authority, acceptor) = identity();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let files = Files { root: root.to_owned(), requests: Arc::clone(&requests) };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let socket = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = socket.local_addr().unwrap();
        let app = Router::new().fallback(file).with_state(files);
        runtime.spawn(async move { axum::serve(Listener { socket, acceptor }, app).await });
        Self { address, authority, requests, _runtime: runtime }
    }

    /// For `network_mirror`; it ends with a slash, as that wants.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/", self.address.port())
    }

    /// The certificate to trust, in PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The paths that were asked for, in order.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An authority, and a server that it vouches for.
fn identity() -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let settings = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (pem, TlsAcceptor::from(Arc::new(settings)))
}

async fn file(State(files): State<Files>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    files.requests.lock().unwrap().push(path.clone());
    let relative = Path::new(path.trim_start_matches('/'));
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(content) = inside.then(|| std::fs::read(files.root.join(relative)).ok()).flatten() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Terraform insists on the type of the index documents.
    let kind = if path.ends_with(".zip") { "application/zip" } else { "application/json" };
    ([(header::CONTENT_TYPE, kind)], Body::from(content)).into_response()
}

struct Listener {
    socket: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.socket.accept().await else { continue };
            // A client that does not trust the authority hangs up here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.socket.local_addr()
    }
}
