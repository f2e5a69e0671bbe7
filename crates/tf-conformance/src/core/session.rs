//! A connection as Core has it: the side streams open, every call with a time
//! limit, and a record of what was said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::{mpsc, watch};
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

use super::{Handshake, Launch, Patience, Plugin, StartError, Trace};
use crate::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use crate::proto::plugin::grpc_controller_client::GrpcControllerClient;
use crate::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use crate::proto::plugin::{ConnInfo, Empty};
use crate::proto::tfplugin6 as pb;
use crate::proto::tfplugin6::provider_client::ProviderClient;
use crate::schema::Schemas;

/// Core's dial option.
const LARGEST_MESSAGE: usize = (1 << 31) - 1;
/// How long the process may take to be gone after a broken call, for the
/// message to say that it crashed.
const CRASH: Duration = Duration::from_secs(1);

/// A call without a usable answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{rpc}: {problem}")]
pub struct CallError {
    /// The RPC.
    pub rpc: &'static str,
    /// What came instead of an answer.
    pub problem: String,
    /// The gRPC status, if one came.
    pub code: Option<Code>,
}

impl CallError {
    pub(crate) fn new(rpc: &'static str, problem: impl Into<String>) -> Self {
        Self { rpc, problem: problem.into(), code: None }
    }
}

/// A connection to a plugin that was started for it.
pub struct Session {
    plugin: Arc<tokio::sync::Mutex<Plugin>>,
    handshake: Handshake,
    channel: Channel,
    client: ProviderClient<Channel>,
    side: SideStreams,
    /// What the plugin offers.
    pub schemas: Arc<Schemas>,
    /// What was said.
    pub trace: Trace,
    patience: Patience,
}

/// What Core opens on every connection before anything else. A server may
/// answer only when it has something to say, so nobody waits for these.
pub struct SideStreams {
    /// `GRPCStdio.StreamStdio`.
    pub stdio: SideStream,
    /// `GRPCBroker.StartStream`.
    pub broker: SideStream,
    _broker: mpsc::Sender<ConnInfo>,
}

impl SideStreams {
    /// Opens both at once, as Core does.
    fn open(channel: &Channel) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let receiver = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut stdio = GrpcStdioClient::new(channel.clone());
        let mut broker = GrpcBrokerClient::new(channel.clone());
        Self {
            stdio: SideStream::follow(async move { stdio.stream_stdio(()).await }),
            broker: SideStream::follow(async move { broker.start_stream(receiver).await }),
            _broker: sender,
        }
    }
}

/// A stream that should stay open and silent.
pub struct SideStream {
    received: Arc<AtomicUsize>,
    end: watch::Receiver<Option<String>>,
    task: tokio::task::JoinHandle<()>,
}

impl SideStream {
    fn follow<T: Send + 'static>(
        opening: impl Future<Output = Result<tonic::Response<Streaming<T>>, Status>> + Send + 'static,
    ) -> Self {
        let received = Arc::new(AtomicUsize::new(0));
        let (ended, end) = watch::channel(None);
        let count = Arc::clone(&received);
        let task = tokio::spawn(async move {
            let end = async {
                let mut stream = opening.await?.into_inner();
                while stream.message().await?.is_some() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, Status>(())
            };
            let end = match end.await {
                Ok(()) => "ended by the server".to_owned(),
                Err(status) => format!("{:?}: {}", status.code(), status.message()),
            };
            ended.send_replace(Some(end));
        });
        Self { received, end, task }
    }

    /// How many messages have come.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::Relaxed)
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<String> {
        self.end.borrow().clone()
    }
}

impl Drop for SideStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Session {
    /// Starts a plugin and connects to it. Side streams that do not open are
    /// no error here.
    ///
    /// # Errors
    ///
    /// When it does not start, or cannot be connected to.
    pub async fn start(launch: Launch, patience: Patience, trace: Trace) -> Result<Self, StartError> {
        let (plugin, handshake) = Plugin::start(launch).await?;
        let channel = plugin.connect(&handshake).await?;
        let plugin = Arc::new(tokio::sync::Mutex::new(plugin));
        Ok(Self::over(channel, plugin, handshake, trace, patience))
    }

    /// Another connection to the same process, with the schemas of this one.
    /// Core opens more than one only to a plugin that is being debugged, and
    /// then for every configuration of the provider.
    ///
    /// # Errors
    ///
    /// When it cannot be connected to.
    pub async fn another(&self, trace: Trace) -> Result<Self, StartError> {
        let channel = self.plugin.lock().await.connect(&self.handshake).await?;
        let plugin = Arc::clone(&self.plugin);
        let mut session = Self::over(channel, plugin, self.handshake.clone(), trace, self.patience);
        session.schemas = Arc::clone(&self.schemas);
        Ok(session)
    }

    fn over(
        channel: Channel,
        plugin: Arc<tokio::sync::Mutex<Plugin>>,
        handshake: Handshake,
        trace: Trace,
        patience: Patience,
    ) -> Self {
        let side = SideStreams::open(&channel);
        let client = ProviderClient::new(channel.clone())
            .max_decoding_message_size(LARGEST_MESSAGE)
            .max_encoding_message_size(LARGEST_MESSAGE);
        Self { plugin, handshake, channel, client, side, schemas: Arc::default(), trace, patience }
    }

    /// Reads the schemas, as Core does first in a process.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn load_schemas(&mut self) -> Result<(), CallError> {
        let schemas = self.get_provider_schema(pb::get_provider_schema::Request {}).await?;
        let identities = self.identity_schemas().await?;
        let read = Schemas::read(&schemas, &identities);
        let schemas = read.map_err(|error| CallError::new("GetProviderSchema", error.to_string()))?;
        self.schemas = Arc::new(schemas);
        Ok(())
    }

    /// The identity schemas: none from a provider that has no such call.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub async fn identity_schemas(&self) -> Result<pb::get_resource_identity_schemas::Response, CallError> {
        match self.get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {}).await {
            Err(error) if error.code == Some(Code::Unimplemented) => Ok(Default::default()),
            other => other,
        }
    }

    /// The handshake.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The plugin's process.
    pub async fn plugin(&self) -> tokio::sync::MutexGuard<'_, Plugin> {
        self.plugin.lock().await
    }

    /// The connection.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The streams next to the provider's service.
    pub fn side(&self) -> &SideStreams {
        &self.side
    }

    /// How long things may take.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// `GRPCController.Shutdown`.
    ///
    /// # Errors
    ///
    /// With the status, or `None` when there is no answer in time.
    pub async fn shutdown(&self, patience: Duration) -> Result<(), Option<Status>> {
        let mut controller = GrpcControllerClient::new(self.channel());
        match tokio::time::timeout(patience, controller.shutdown(Empty {})).await {
            Err(_) => Err(None),
            Ok(Err(status)) => Err(Some(status)),
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// Waits for an answer, and says what came instead.
    pub(crate) async fn within<A>(
        &self,
        rpc: &'static str,
        answer: impl Future<Output = Result<A, Status>>,
    ) -> Result<A, CallError> {
        let status = match tokio::time::timeout(self.patience.answer, answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(status)) => status,
            Err(_) => {
                let problem = format!("no answer within {:?}: the provider hangs", self.patience.answer);
                self.trace.record(rpc, Json::Null, problem.as_str().into());
                return Err(CallError::new(rpc, problem));
            }
        };
        let mut problem = format!("gRPC status {:?}: {}", status.code(), status.message());
        if matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled) {
            let mut plugin = self.plugin.lock().await;
            if let end @ super::End::Exited(_) = plugin.wait(CRASH).await {
                problem =
                    format!("the process ended ({end}) during the call; stderr: {}", plugin.stderr_excerpt());
            }
        }
        self.trace.record(rpc, Json::Null, problem.as_str().into());
        Err(CallError { rpc, problem, code: Some(status.code()) })
    }
}

macro_rules! unary {
    ($($name:ident, $module:ident, $rpc:literal;)*) => {
        impl Session {
            $(
                #[doc = concat!("`", $rpc, "`.")]
                ///
                /// # Errors
                ///
                /// When no answer comes.
                pub async fn $name(&self, request: pb::$module::Request) -> Result<pb::$module::Response, CallError> {
                    let mut client = self.client.clone();
                    let answer = self.within($rpc, client.$name(request)).await?;
                    Ok(answer.into_inner())
                }
            )*
        }
    };
}

macro_rules! streams {
    ($($name:ident, $module:ident, $rpc:literal;)*) => {
        impl Session {
            $(
                #[doc = concat!("`", $rpc, "`: the stream of its events.")]
                ///
                /// # Errors
                ///
                /// When the stream does not open.
                pub async fn $name(
                    &self,
                    request: pb::$module::Request,
                ) -> Result<Streaming<pb::$module::Event>, CallError> {
                    let mut client = self.client.clone();
                    let answer = self.within($rpc, client.$name(request)).await?;
                    Ok(answer.into_inner())
                }
            )*
        }
    };
}

unary! {
    get_metadata, get_metadata, "GetMetadata";
    get_provider_schema, get_provider_schema, "GetProviderSchema";
    get_resource_identity_schemas, get_resource_identity_schemas, "GetResourceIdentitySchemas";
    validate_provider_config, validate_provider_config, "ValidateProviderConfig";
    configure_provider, configure_provider, "ConfigureProvider";
    stop_provider, stop_provider, "StopProvider";
    validate_resource_config, validate_resource_config, "ValidateResourceConfig";
    upgrade_resource_state, upgrade_resource_state, "UpgradeResourceState";
    upgrade_resource_identity, upgrade_resource_identity, "UpgradeResourceIdentity";
    read_resource, read_resource, "ReadResource";
    plan_resource_change, plan_resource_change, "PlanResourceChange";
    apply_resource_change, apply_resource_change, "ApplyResourceChange";
    import_resource_state, import_resource_state, "ImportResourceState";
    move_resource_state, move_resource_state, "MoveResourceState";
    generate_resource_config, generate_resource_config, "GenerateResourceConfig";
    validate_data_resource_config, validate_data_resource_config, "ValidateDataResourceConfig";
    read_data_source, read_data_source, "ReadDataSource";
    validate_ephemeral_resource_config, validate_ephemeral_resource_config, "ValidateEphemeralResourceConfig";
    open_ephemeral_resource, open_ephemeral_resource, "OpenEphemeralResource";
    renew_ephemeral_resource, renew_ephemeral_resource, "RenewEphemeralResource";
    close_ephemeral_resource, close_ephemeral_resource, "CloseEphemeralResource";
    validate_list_resource_config, validate_list_resource_config, "ValidateListResourceConfig";
    get_functions, get_functions, "GetFunctions";
    call_function, call_function, "CallFunction";
    validate_action_config, validate_action_config, "ValidateActionConfig";
    plan_action, plan_action, "PlanAction";
}

streams! {
    list_resource, list_resource, "ListResource";
    invoke_action, invoke_action, "InvokeAction";
}
