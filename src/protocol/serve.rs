//! Accepts connections and serves gRPC on them.
//!
//! Knows neither why the process runs nor when it should end; it is told to
//! stop. A provider comes from a factory, once for each connection: in debug
//! mode Terraform opens one connection for every provider configuration, alias
//! and command, and what one of them configures must not reach another. In
//! normal mode there is one connection anyway.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;

use super::ending::Ending;
use super::go_plugin::{self, Broker, Controller, Stdio};
use super::listener::{Listener, Stream};
use super::oversize::{Bounded, LARGEST_ANSWER, LARGEST_REQUEST};
use super::proto::go_plugin::grpc_broker_server::GrpcBrokerServer;
use super::proto::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::proto::tfplugin6::provider_server::{Provider, ProviderServer};

/// How long a client may take for its part of the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many TLS handshakes may be under way at once. One more, and the oldest
/// is given up: an honest one takes milliseconds.
const MAX_HANDSHAKES: usize = 32;

/// How many calls may be under way on one connection. Terraform makes at most a
/// few more than its `-parallelism`, and keeps back what is above: also
/// `StopProvider`, without which nothing is interrupted.
const MAX_CALLS: u32 = 4096;

/// How long the headers of a call may be, in bytes. Terraform's are far below one
/// kilobyte.
const MAX_HEADERS: u32 = 16 * 1024;

/// How long to wait after a failed accept. The reasons, such as too many open
/// files, pass; trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long connections may go on once the end has come. The client closes
/// its own as soon as it has the reply to its last call, and then this time is
/// not used; it expects the process to be gone within two seconds.
const DRAIN: Duration = Duration::from_millis(500);

/// How long work may go on once the end has come, out of the same two seconds.
/// Not used either when nothing is under way.
const LAST_WORK: Duration = Duration::from_millis(1400);

/// What connections have at least, after that.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Serves providers made by `provider` on `listener` until `shutdown` is
/// cancelled, by a client through the controller or by whoever holds it. Then
/// the listener is closed and its socket removed, what is under way is logged,
/// hurried and given a moment, connections get another, and the rest is dropped.
///
/// With `tls` each connection must be TLS, without it none may be.
pub async fn serve<P: Provider>(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    provider: impl Fn() -> P,
    shutdown: CancellationToken,
    ending: &Ending,
) {
    serve_routes(listener, tls, || Routes::new(with_limits(provider())), shutdown, ending).await;
}

/// Above these limits the provider still has the word; above the library's, which
/// stand behind them, only a gRPC status would be left.
fn with_limits<P: Provider>(provider: P) -> Bounded<ProviderServer<P>> {
    let service = ProviderServer::new(provider)
        .max_decoding_message_size(LARGEST_REQUEST)
        .max_encoding_message_size(LARGEST_ANSWER);
    Bounded::new(service, LARGEST_REQUEST)
}

/// As `serve`, for any application.
async fn serve_routes(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    application: impl Fn() -> Routes,
    shutdown: CancellationToken,
    ending: &Ending,
) {
    let health = go_plugin::health().await;
    let routes = || {
        let controller = GrpcControllerServer::new(Controller { shutdown: shutdown.clone() });
        application()
            .add_service(
                controller
                    .max_decoding_message_size(LARGEST_REQUEST)
                    .max_encoding_message_size(LARGEST_REQUEST),
            )
            .add_service(
                GrpcBrokerServer::new(Broker)
                    .max_decoding_message_size(LARGEST_REQUEST)
                    .max_encoding_message_size(LARGEST_REQUEST),
            )
            .add_service(
                GrpcStdioServer::new(Stdio)
                    .max_decoding_message_size(LARGEST_REQUEST)
                    .max_encoding_message_size(LARGEST_REQUEST),
            )
            .add_service(health.clone())
            .prepare()
    };
    let connections = TaskTracker::new();
    let mut handshakes = tls.map(Handshakes::new);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match (accepted, &mut handshakes) {
                (Ok(stream), None) => {
                    connections.spawn(serve_connection(stream, routes()));
                }
                (Ok(stream), Some(handshakes)) => handshakes.begin(stream),
                (Err(error), _) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(stream) = next_finished(&mut handshakes) => {
                connections.spawn(serve_connection(stream, routes()));
            }
        }
    }
    ending.begin_to_end();
    let end = Instant::now();
    drop(listener);
    if timeout_at(end + LAST_WORK, ending.finished()).await.is_err() {
        tracing::error!("the operations logged above did not finish and are aborted");
    }
    connections.close();
    let drained = (end + DRAIN).max(Instant::now() + LAST_WORDS);
    if timeout_at(drained, connections.wait()).await.is_err() {
        tracing::debug!(open = connections.len(), "connections are dropped");
    }
}

async fn next_finished(handshakes: &mut Option<Handshakes>) -> Option<TlsStream<Stream>> {
    match handshakes {
        Some(handshakes) => handshakes.next().await,
        None => None,
    }
}

/// Serves one connection to its end. HTTP/2 only, and without keepalive: a
/// client that is stopped in a debugger answers no pings and must not be
/// dropped for it. What a client may have under way is limited; calls that are
/// reset as soon as they are begun end the connection.
async fn serve_connection(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, routes: Routes) {
    tracing::debug!("connection opened");
    let served = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(MAX_CALLS)
        .max_header_list_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
        .await;
    match served {
        Ok(()) => tracing::debug!("connection closed"),
        Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "connection ended"),
    }
}

/// The TLS handshakes under way. Each runs by itself, so that a client which
/// never finishes its own holds up nobody.
struct Handshakes {
    acceptor: TlsAcceptor,
    tasks: JoinSet<io::Result<TlsStream<Stream>>>,
    /// In the order in which they began; also some that have ended.
    order: VecDeque<AbortHandle>,
}

impl Handshakes {
    fn new(config: Arc<ServerConfig>) -> Self {
        Self { acceptor: TlsAcceptor::from(config), tasks: JoinSet::new(), order: VecDeque::new() }
    }

    fn begin(&mut self, stream: Stream) {
        self.order.retain(|handshake| !handshake.is_finished());
        if self.order.len() >= MAX_HANDSHAKES
            && let Some(oldest) = self.order.pop_front()
        {
            tracing::warn!("too many unfinished TLS handshakes: the oldest is given up");
            oldest.abort();
        }
        let accept = self.acceptor.accept(stream);
        self.order.push_back(self.tasks.spawn(async {
            timeout(HANDSHAKE_TIMEOUT, accept).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        }));
    }

    /// The next client that has proved who it is; `None` when no handshake is
    /// under way. May be dropped and called again.
    async fn next(&mut self) -> Option<TlsStream<Stream>> {
        loop {
            match self.tasks.join_next().await? {
                Ok(Ok(stream)) => return Some(stream),
                // The client is told next to nothing and Terraform's users
                // less: this line is where the reason can be seen.
                Ok(Err(error)) => tracing::error!(%error, "TLS handshake failed: the connection is refused"),
                Err(error) => log_unless_given_up(&error),
            }
        }
    }
}

fn log_unless_given_up(error: &JoinError) {
    if !error.is_cancelled() {
        tracing::error!(%error, "TLS handshake failed: the connection is refused");
    }
}

#[cfg(test)]
mod tests;
