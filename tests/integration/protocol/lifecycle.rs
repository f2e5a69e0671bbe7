//! How the plugin ends, and what does not end it.

use std::time::Duration;

use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_broker_client::GrpcBrokerClient;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_stdio_client::GrpcStdioClient;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::{ConnInfo, Empty};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::plugin::{Launch, PATIENCE};

async_trials![
    shutdown_ends_the_process_while_streams_are_open,
    the_side_streams_stay_open_and_silent,
    the_broker_reads_until_the_client_ends,
    the_plugin_says_it_is_healthy,
    a_closed_connection_does_not_end_the_process,
    signals_to_the_process_group_are_ignored_and_the_end_is_terraforms,
    the_process_ends_when_its_parent_does,
];

async fn shutdown_ends_the_process_while_streams_are_open() {
    let mut plugin = Launch::by_terraform().start();
    let channel = plugin.connect().await;
    let (_sender, receiver) = mpsc::channel::<ConnInfo>(1);
    let _stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap();
    let _broker =
        GrpcBrokerClient::new(channel.clone()).start_stream(ReceiverStream::new(receiver)).await.unwrap();

    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await.expect("a reply comes first");
    // That it is in time for Terraform is shown in `protocol::serve`, where time is virtual.
    let status = plugin.wait(PATIENCE).await;
    assert_eq!(status.code(), Some(0));
    assert_eq!(plugin.temporary_files(), 0, "the socket and its directory are removed");
    drop(channel);
}

async fn the_side_streams_stay_open_and_silent() {
    let plugin = Launch::by_terraform().start();
    let channel = plugin.connect().await;
    let (_sender, receiver) = mpsc::channel::<ConnInfo>(1);
    let mut stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    let mut broker = GrpcBrokerClient::new(channel.clone())
        .start_stream(ReceiverStream::new(receiver))
        .await
        .unwrap()
        .into_inner();
    let silence = Duration::from_millis(200);
    assert!(tokio::time::timeout(silence, stdio.message()).await.is_err());
    assert!(tokio::time::timeout(silence, broker.message()).await.is_err());
}

async fn the_broker_reads_until_the_client_ends() {
    let plugin = Launch::by_terraform().start();
    let (sender, receiver) = mpsc::channel(1);
    let mut broker = GrpcBrokerClient::new(plugin.connect().await)
        .start_stream(ReceiverStream::new(receiver))
        .await
        .unwrap()
        .into_inner();
    for service_id in 0..10 {
        sender.send(ConnInfo { service_id, ..ConnInfo::default() }).await.unwrap();
    }
    drop(sender);
    let end = tokio::time::timeout(PATIENCE, broker.message()).await.expect("the stream ends");
    assert_eq!(end.unwrap(), None);
}

async fn the_plugin_says_it_is_healthy() {
    let plugin = Launch::by_terraform().start();
    let request = HealthCheckRequest { service: "plugin".to_owned() };
    let answer = HealthClient::new(plugin.connect().await).check(request).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
}

async fn a_closed_connection_does_not_end_the_process() {
    let mut plugin = Launch::by_terraform().start();
    for _ in 0..3 {
        plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    }
    assert!(plugin.is_running());
}

/// Ctrl-C, and `timeout`: Terraform gets them too, finishes what it is doing, and ends the plugin.
async fn signals_to_the_process_group_are_ignored_and_the_end_is_terraforms() {
    let mut plugin = Launch::by_terraform().start();
    let channel = plugin.connect().await;
    let mut provider = ProviderClient::new(channel.clone());
    for signal in ["INT", "TERM", "TERM"] {
        provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
        plugin.signal(signal);
    }
    provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    assert!(plugin.is_running());
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.expect("a reply comes first");
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    assert_eq!(plugin.temporary_files(), 0);
}

async fn the_process_ends_when_its_parent_does() {
    let mut shell = Launch::by_terraform().start_through_a_shell();
    shell.handshake();
    assert_eq!(shell.temporary_files(), 1);
    shell.signal("KILL");
    shell.wait(PATIENCE).await;
    // The plugin holds the other end of these; they end when it does.
    shell.stdout.all();
    shell.stderr.all();
    assert_eq!(shell.temporary_files(), 0);
}
