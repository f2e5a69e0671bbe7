//! Unit tests of `serve`.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures_util::future::{Ready, ready};
use tokio::io::AsyncReadExt;
#[cfg(windows)]
use tokio::net::TcpStream as Socket;
#[cfg(unix)]
use tokio::net::UnixStream as Socket;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint};

use super::*;
use crate::protocol::environment::Environment;
use crate::protocol::proto::go_plugin::Empty;
use crate::protocol::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::tls::ServerTls;

/// An application that answers every call with the number it was made with, in
/// the header `instance`.
#[derive(Clone)]
struct Numbered(usize);

impl NamedService for Numbered {
    const NAME: &'static str = "test.Numbered";
}

impl Service<http::Request<Body>> for Numbered {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        ready(Ok(http::Response::builder().header("instance", self.0).body(Body::default()).unwrap()))
    }
}

/// A server in a directory of its own.
struct Server {
    address: String,
    shutdown: CancellationToken,
    ending: Ending,
    task: tokio::task::JoinHandle<()>,
    _directory: tempfile::TempDir,
}

fn start(tls: Option<Arc<ServerConfig>>) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let listener = Listener::bind(&Environment::from_pairs([("TMPDIR", directory.path())])).unwrap();
    let address = listener.address().to_owned();
    let (shutdown, ending) = (CancellationToken::new(), Ending::default());
    let made = AtomicUsize::new(0);
    let application = move || Routes::new(Numbered(made.fetch_add(1, Ordering::Relaxed)));
    let task = {
        let (shutdown, ending) = (shutdown.clone(), ending.clone());
        tokio::spawn(async move { serve_routes(listener, tls, application, shutdown, &ending).await })
    };
    Server { address, shutdown, ending, task, _directory: directory }
}

async fn connect(server: &Server) -> Channel {
    let mut stream = Some(TokioIo::new(Socket::connect(&server.address).await.unwrap()));
    let connector =
        tower::service_fn(move |_| ready(stream.take().ok_or_else(|| io::Error::other("closed"))));
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await.unwrap()
}

async fn instance(channel: &mut Channel) -> String {
    let request = http::Request::post("http://localhost/test.Numbered/Any").body(Body::default()).unwrap();
    std::future::poll_fn(|cx| channel.poll_ready(cx)).await.unwrap();
    let response = channel.call(request).await.unwrap();
    response.headers()["instance"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_connection_has_an_application_of_its_own() {
    let server = start(None);
    let mut first = connect(&server).await;
    assert_eq!(instance(&mut first).await, "0");
    let mut second = connect(&server).await;
    assert_eq!(instance(&mut second).await, "1");
    assert_eq!(instance(&mut first).await, "0");
}

#[tokio::test]
async fn a_service_nobody_offers_is_unimplemented() {
    let server = start(None);
    let mut client = tonic_health::pb::health_client::HealthClient::new(connect(&server).await);
    let request = tonic_health::pb::HealthCheckRequest { service: "nobody".to_owned() };
    assert_eq!(client.check(request).await.unwrap_err().code(), tonic::Code::NotFound);
    let mut other =
        crate::protocol::proto::tfplugin6::provider_client::ProviderClient::new(connect(&server).await);
    let refused = other.get_metadata(crate::protocol::proto::tfplugin6::get_metadata::Request {}).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::Unimplemented);
}

/// The client kills what is not gone after two seconds.
#[tokio::test(start_paused = true)]
async fn shutdown_is_answered_and_ends_in_time_although_the_client_stays() {
    let server = start(None);
    let channel = connect(&server).await;
    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await.unwrap();
    let end = Instant::now();
    server.task.await.unwrap();
    assert!(end.elapsed() < Duration::from_secs(2), "{:?}", end.elapsed());
    assert!(Socket::connect(&server.address).await.is_err());
    drop(channel);
}

#[tokio::test]
async fn an_end_from_outside_does_not_wait_for_clients_that_are_gone() {
    let server = start(None);
    drop(connect(&server).await);
    server.shutdown.cancel();
    server.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn work_under_way_is_given_most_of_the_time_that_the_client_gives() {
    for work in [Duration::from_secs(1), Duration::from_secs(3600)] {
        let server = start(None);
        let under_way = server.ending.begin(|| "work".to_owned());
        tokio::spawn(async move {
            sleep(work).await;
            drop(under_way);
        });
        let end = Instant::now();
        server.shutdown.cancel();
        server.task.await.unwrap();
        assert!(server.ending.ending().is_cancelled());
        let taken = end.elapsed();
        assert!(taken >= work.min(LAST_WORK) && taken < Duration::from_secs(2), "{taken:?}");
    }
}

/// With the clock stopped, time passes only when nothing else can happen.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_finishes_its_handshake_is_given_up() {
    let key = rcgen::KeyPair::generate().unwrap();
    let parameters = rcgen::CertificateParams::new([String::from("localhost")]).unwrap();
    let tls = ServerTls::new(&parameters.self_signed(&key).unwrap().pem()).unwrap();
    let server = start(Some(tls.config));
    let before = Instant::now();
    let mut silent = Socket::connect(&server.address).await.unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(before.elapsed().as_secs(), HANDSHAKE_TIMEOUT.as_secs());
}
