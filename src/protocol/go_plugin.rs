//! The services every go-plugin server has next to its application's. Of these Terraform
//! needs one, the controller, which ends the process; the others are opened by every client
//! and stay silent.

use futures_util::{StreamExt, future, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};

use super::proto::go_plugin::grpc_broker_server::GrpcBroker;
use super::proto::go_plugin::grpc_controller_server::GrpcController;
use super::proto::go_plugin::grpc_stdio_server::GrpcStdio;
use super::proto::go_plugin::{ConnInfo, Empty, StdioData};

/// The name under which go-plugin's clients ask for the plugin's health.
const HEALTH_SERVICE: &str = "plugin";

/// Ends the process on the client's request.
///
/// The reply must go out, since the client waits for it without a deadline, and
/// the process must be gone within two seconds of it, or it is killed. So the
/// handler only says that the end has come; whoever holds the token ends.
pub struct Controller {
    /// Cancelled when the client asks for the end.
    pub shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("shutdown requested");
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// Carries what a plugin prints by accident. Nothing here ever prints, so the
/// stream stays open and empty until the client is done with it.
pub struct Stdio;

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = stream::Pending<Result<StdioData, Status>>;

    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(stream::pending()))
    }
}

/// Would set up further connections between host and plugin. Terraform asks
/// for none, but opens the stream on every connection.
pub struct Broker;

type Unanswered = stream::FilterMap<
    Streaming<ConnInfo>,
    future::Ready<Option<Result<ConnInfo, Status>>>,
    fn(Result<ConnInfo, Status>) -> future::Ready<Option<Result<ConnInfo, Status>>>,
>;

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = Unanswered;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        // The answer ends when the client's side does.
        Ok(Response::new(request.into_inner().filter_map(|_| future::ready(None))))
    }
}

/// The standard health service, which says of the plugin that it serves. It
/// never says anything else: a plugin that does not serve is not there.
pub async fn health() -> HealthServer<impl Health> {
    let (reporter, server) = tonic_health::server::health_reporter();
    reporter.set_service_status(HEALTH_SERVICE, ServingStatus::Serving).await;
    server
}
