//! Listening, and the services next to the provider's own.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tf_conformance::core::Socket;
use tf_conformance::proto::plugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use tf_conformance::proto::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use tf_conformance::proto::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use tf_conformance::proto::plugin::{ConnInfo, Empty, StdioData};
use tf_conformance::proto::tfplugin6::provider_server::ProviderServer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::transport::server::Connected;
use tonic::{Request, Response, Status, Streaming};

use crate::provider::Memory;
use crate::system::{Listen, Listener};
use crate::{breaks, leave, tls};

/// As the Go SDK: 256 MiB.
const LARGEST_MESSAGE: usize = 256 << 20;

/// Serves until the process ends.
pub(crate) async fn serve(
    listener: Listener,
    tls: Option<tls::Server>,
) -> Result<(), Box<dyn std::error::Error>> {
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(accept(listener, tls, sender));
    let mut provider = ProviderServer::new(Memory::default()).max_encoding_message_size(LARGEST_MESSAGE);
    if !breaks("30") {
        provider = provider.max_decoding_message_size(LARGEST_MESSAGE);
    }
    let (reporter, health) = tonic_health::server::health_reporter();
    if !breaks("10b") {
        reporter.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
    }
    Server::builder()
        .add_service(provider)
        .add_service(health)
        .add_service(GrpcStdioServer::new(Side))
        .add_service(GrpcBrokerServer::new(Side))
        .add_service(GrpcControllerServer::new(Side))
        .serve_with_incoming(ReceiverStream::new(receiver))
        .await?;
    Ok(())
}

async fn accept(listener: Listener, tls: Option<tls::Server>, sender: mpsc::Sender<io::Result<Connection>>) {
    while let Ok(socket) = listener.accept().await {
        let sender = sender.clone();
        let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
        tokio::spawn(async move {
            let connection: Box<dyn Socket> = match acceptor {
                None => socket,
                Some(acceptor) => match acceptor.accept(socket).await {
                    Ok(stream) => Box::new(stream),
                    Err(error) => return crate::log("no TLS", &[("error", &error.to_string())]),
                },
            };
            // Nobody listens any more: the process ends.
            let _ = sender.send(Ok(Connection(connection))).await;
        });
    }
}

struct Connection(Box<dyn Socket>);

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// The services of go-plugin.
struct Side;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl GrpcStdio for Side {
    type StreamStdioStream = Answers<StdioData>;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(if breaks("10a") {
            Box::pin(tokio_stream::empty())
        } else if breaks("10c") {
            let data = StdioData { channel: 1, data: b"hello".to_vec() };
            Box::pin(tokio_stream::StreamExt::chain(tokio_stream::once(Ok(data)), tokio_stream::pending()))
        } else {
            Box::pin(tokio_stream::pending())
        }))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Side {
    type StartStreamStream = Answers<ConnInfo>;

    async fn start_stream(
        &self,
        _: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::pending())))
    }
}

#[tonic::async_trait]
impl GrpcController for Side {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        if !breaks("9a") {
            tokio::spawn(async {
                // Time for the answer to leave.
                tokio::time::sleep(Duration::from_millis(20)).await;
                leave(if breaks("9b") { 3 } else { 0 })
            });
        }
        Ok(Response::new(Empty {}))
    }
}
