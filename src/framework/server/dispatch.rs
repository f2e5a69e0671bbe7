//! From the service to the handlers. Around every handler: a span that names the request in
//! each log line, a guard that turns a panic into a diagnostic, so that the process and its
//! other requests live, and the limits of what is taken and sent.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use prost::Message;
use tokio::time::Instant;
use tonic::{Request, Response, Status, Streaming};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::protocol::encoded::Encoded;
use crate::protocol::in_bytes::{decoded, encoded};
use crate::protocol::oversize::{LARGEST_ANSWER, LARGEST_SCHEMA, Oversize};
use crate::protocol::proto::tfplugin6;
use crate::protocol::proto::tfplugin6::provider_server;

use super::answer::{Answer, point_at_blocks};
use super::{
    ProviderServer, action, apply, configure, data_source, ephemeral, function, generation, identity, import,
    list, moving, plan, read, schema, size, unsupported, upgrade, validate,
};

/// Events of an RPC that answers with more than one.
type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// What a request is about, for the log.
enum Subject<'a> {
    /// Nothing the log would name.
    None,
    /// A managed resource.
    Resource(&'a str),
    /// A data source.
    DataSource(&'a str),
    /// An ephemeral resource.
    Ephemeral(&'a str),
    /// An action.
    Action(&'a str),
    /// A function.
    Function(&'a str),
}

fn span(address: &str, rpc: &'static str, subject: &Subject<'_>) -> Span {
    // Not below the level of errors: a span that is filtered out would take
    // its fields out of the errors inside.
    let span = tracing::error_span!(
        "rpc",
        tf_req_id = %RequestId::random(),
        tf_rpc = rpc,
        tf_provider_addr = address,
        tf_resource_type = Empty,
        tf_data_source_type = Empty,
        tf_ephemeral_resource_type = Empty,
        tf_action_type = Empty,
        tf_function_name = Empty,
    );
    match subject {
        Subject::None => {}
        Subject::Resource(name) => drop(span.record("tf_resource_type", name)),
        Subject::DataSource(name) => drop(span.record("tf_data_source_type", name)),
        Subject::Ephemeral(name) => drop(span.record("tf_ephemeral_resource_type", name)),
        Subject::Action(name) => drop(span.record("tf_action_type", name)),
        Subject::Function(name) => drop(span.record("tf_function_name", name)),
    }
    span
}

/// A random UUID, as Terraform's own tools write into their logs. Text only
/// when it is logged.
struct RequestId(u128);

impl RequestId {
    fn random() -> Self {
        Self(fastrand::u128(..) & !(0xf << 76 | 0x3 << 62) | (0x4 << 76 | 0x2 << 62))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [(96, 8), (80, 4), (64, 4), (48, 4), (0, 12)];
        for (index, (shift, digits)) in groups.into_iter().enumerate() {
            let dash = if index == 0 { "" } else { "-" };
            let group = self.0 >> shift & ((1 << (4 * digits)) - 1);
            write!(f, "{dash}{group:0digits$x}")?;
        }
        Ok(())
    }
}

/// Runs a handler to an answer, whatever happens in it; not at all when the
/// request was too large and another stands in its place.
async fn answer<R: Answer>(
    span: Span,
    rpc: &'static str,
    oversize: Option<Oversize>,
    secret: &BTreeSet<String>,
    handler: impl Future<Output = Result<R, Diagnostics>>,
) -> Result<Response<R>, Status> {
    async {
        received();
        let started = Instant::now();
        let handler = async {
            match oversize {
                Some(oversize) => Err(size::request(rpc, oversize).into()),
                None => handler.await,
            }
        };
        // What a handler shares with others stands behind locks that survive a
        // panic, so nothing half-done is seen afterwards.
        let answer = match AssertUnwindSafe(handler).catch_unwind().await {
            Ok(answer) => answer.unwrap_or_else(R::refusal),
            Err(_) => R::refusal(panicked(rpc)),
        };
        let mut answer = size::fitting(rpc, answer, largest(rpc));
        point_at_blocks(answer.messages(), secret);
        answered(started, answer.counts());
        Ok(Response::new(answer))
    }
    .instrument(span)
    .await
}

// What is the same for all answers is compiled once, and not for each of forty.

#[inline(never)]
fn received() {
    tracing::debug!("request received");
}

#[inline(never)]
fn answered(started: Instant, (diagnostic_error_count, diagnostic_warning_count): (usize, usize)) {
    let tf_req_duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(tf_req_duration_ms, diagnostic_error_count, diagnostic_warning_count, "request answered");
}

/// How many bytes of an answer Terraform takes.
fn largest(rpc: &str) -> usize {
    if rpc == "GetProviderSchema" { LARGEST_SCHEMA } else { LARGEST_ANSWER }
}

#[inline(never)]
fn panicked(rpc: &str) -> Diagnostics {
    tracing::error!("the request ended in a panic");
    Diagnostic::bug(
        format!("Cannot answer {rpc}"),
        "The provider panicked. `TF_LOG=ERROR` shows the message and the location.",
    )
    .into()
}

/// `method Name => handler` for each RPC with one answer; after `about`, what
/// the request names.
macro_rules! service {
    ($($method:ident $rpc:ident $(about $subject:ident $field:ident)? => $handler:path;)*) => {
        /// The RPCs, with the messages of each.
        #[allow(missing_docs, reason = "proto/tfplugin6.proto says what each is")]
        impl<P: Provider> ProviderServer<P> {
            $(pub async fn $method(
                &self,
                request: Request<tfplugin6::$method::Request>,
            ) -> Result<Response<tfplugin6::$method::Response>, Status> {
                let connection = self.connection.for_request();
                let oversize = request.extensions().get().copied();
                let request = request.into_inner();
                #[allow(unused_mut, unused_assignments, reason = "not every RPC names something")]
                let mut subject = Subject::None;
                $(subject = Subject::$subject(&request.$field);)?
                let rpc = stringify!($rpc);
                let span = span(&self.connection.catalog().address, rpc, &subject);
                let secret = &self.connection.catalog().secret_arguments;
                answer(span, rpc, oversize, secret, $handler(connection, request)).await
            })*
        }

        #[tonic::async_trait]
        impl<P: Provider> provider_server::Provider for ProviderServer<P> {
            $(async fn $method(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Status> {
                self.$method(decoded(request)?).await.map(encoded)
            })*

            async fn get_provider_schema(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Status> {
                let answer = self.get_provider_schema(decoded(request)?).await?;
                Ok(answer.map(|encoded| encoded.bytes().clone()))
            }

            async fn write_state_bytes(&self, _: Request<Streaming<Bytes>>) -> Result<Response<Bytes>, Status> {
                self.write_state_bytes().await.map(encoded)
            }

            type ListResourceStream = Events<Bytes>;

            async fn list_resource(
                &self,
                request: Request<Bytes>,
            ) -> Result<Response<Self::ListResourceStream>, Status> {
                self.list_resource(decoded(request)?).await.map(events)
            }

            type InvokeActionStream = Events<Bytes>;

            async fn invoke_action(
                &self,
                request: Request<Bytes>,
            ) -> Result<Response<Self::InvokeActionStream>, Status> {
                self.invoke_action(decoded(request)?).await.map(events)
            }

            type ReadStateBytesStream = Events<Bytes>;

            async fn read_state_bytes(
                &self,
                request: Request<Bytes>,
            ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
                self.read_state_bytes(decoded(request)?).await.map(events)
            }
        }
    };
}

/// The RPCs whose answers are not of the common kind.
#[allow(missing_docs, reason = "proto/tfplugin6.proto says what each is")]
impl<P: Provider> ProviderServer<P> {
    pub async fn get_provider_schema(
        &self,
        request: Request<tfplugin6::get_provider_schema::Request>,
    ) -> Result<Response<Encoded<tfplugin6::get_provider_schema::Response>>, Status> {
        let oversize = request.extensions().get().copied();
        let rpc = "GetProviderSchema";
        let span = span(&self.connection.catalog().address, rpc, &Subject::None);
        let handler = schema::get_provider_schema(self.connection.for_request(), request.into_inner());
        answer(span, rpc, oversize, &self.connection.catalog().secret_arguments, handler).await
    }

    pub async fn write_state_bytes(
        &self,
    ) -> Result<Response<tfplugin6::write_state_bytes::Response>, Status> {
        let rpc = "WriteStateBytes";
        let span = span(&self.connection.catalog().address, rpc, &Subject::None);
        let secret = &self.connection.catalog().secret_arguments;
        answer(span, rpc, None, secret, unsupported::write_state_bytes()).await
    }

    pub async fn list_resource(
        &self,
        request: Request<tfplugin6::list_resource::Request>,
    ) -> Result<Response<Events<tfplugin6::list_resource::Event>>, Status> {
        let connection = self.connection.for_request();
        let oversize = request.extensions().get().copied();
        let request = request.into_inner();
        let subject = Subject::Resource(&request.type_name);
        let span = span(&self.connection.catalog().address, "ListResource", &subject);
        if let Some(oversize) = oversize {
            let refusal = span.in_scope(|| size::request("ListResource", oversize)).into();
            let diagnostic = convert::diagnostics(refusal);
            return Ok(one_event(tfplugin6::list_resource::Event { diagnostic, ..Default::default() }));
        }
        let events = list::list_resource(connection.clone(), request, span);
        Ok(Response::new(Box::pin(events.map(move |mut event| {
            point_at_blocks(&mut event.diagnostic, &connection.catalog().secret_arguments);
            Ok(event)
        }))))
    }

    pub async fn invoke_action(
        &self,
        request: Request<tfplugin6::invoke_action::Request>,
    ) -> Result<Response<Events<tfplugin6::invoke_action::Event>>, Status> {
        let connection = self.connection.for_request();
        let oversize = request.extensions().get().copied();
        let request = request.into_inner();
        let address = &self.connection.catalog().address;
        let span = span(address, "InvokeAction", &Subject::Action(&request.action_type));
        if let Some(oversize) = oversize {
            let refusal = span.in_scope(|| size::request("InvokeAction", oversize)).into();
            return Ok(one_event(action::completed(refusal)));
        }
        let events = span.in_scope(|| action::invoke_action(connection.clone(), request));
        Ok(Response::new(Box::pin(events.map(move |mut event| {
            let secret = &connection.catalog().secret_arguments;
            point_at_blocks(action::messages(&mut event), secret);
            Ok(event)
        }))))
    }

    pub async fn read_state_bytes(
        &self,
        request: Request<tfplugin6::read_state_bytes::Request>,
    ) -> Result<Response<Events<tfplugin6::read_state_bytes::ResponseChunk>>, Status> {
        Ok(one_event(unsupported::read_state_bytes(&request.into_inner())))
    }
}

/// The same events without their type.
fn events<T: Message + 'static>(response: Response<Events<T>>) -> Response<Events<Bytes>> {
    response.map(|events| {
        let events = events.map(|event| event.map(|event| event.encode_to_vec().into()));
        Box::pin(events) as Events<Bytes>
    })
}

fn one_event<T: Send + 'static>(event: T) -> Response<Events<T>> {
    Response::new(Box::pin(stream::iter([Ok(event)])))
}

service! {
    get_metadata GetMetadata => schema::get_metadata;
    get_resource_identity_schemas GetResourceIdentitySchemas => schema::get_resource_identity_schemas;
    validate_provider_config ValidateProviderConfig => configure::validate_provider_config;
    configure_provider ConfigureProvider => configure::configure_provider;
    stop_provider StopProvider => configure::stop_provider;
    validate_resource_config ValidateResourceConfig about Resource type_name => validate::validate_resource_config;
    validate_data_resource_config ValidateDataResourceConfig about DataSource type_name
        => validate::validate_data_resource_config;
    upgrade_resource_state UpgradeResourceState about Resource type_name => upgrade::upgrade_resource_state;
    read_resource ReadResource about Resource type_name => read::read_resource;
    plan_resource_change PlanResourceChange about Resource type_name => plan::plan_resource_change;
    apply_resource_change ApplyResourceChange about Resource type_name => apply::apply_resource_change;
    import_resource_state ImportResourceState about Resource type_name => import::import_resource_state;
    read_data_source ReadDataSource about DataSource type_name => data_source::read_data_source;
    upgrade_resource_identity UpgradeResourceIdentity about Resource type_name
        => identity::upgrade_resource_identity;
    move_resource_state MoveResourceState about Resource target_type_name => moving::move_resource_state;
    generate_resource_config GenerateResourceConfig about Resource type_name
        => generation::generate_resource_config;
    validate_ephemeral_resource_config ValidateEphemeralResourceConfig about Ephemeral type_name
        => ephemeral::validate_ephemeral_resource_config;
    open_ephemeral_resource OpenEphemeralResource about Ephemeral type_name
        => ephemeral::open_ephemeral_resource;
    renew_ephemeral_resource RenewEphemeralResource about Ephemeral type_name
        => ephemeral::renew_ephemeral_resource;
    close_ephemeral_resource CloseEphemeralResource about Ephemeral type_name
        => ephemeral::close_ephemeral_resource;
    validate_list_resource_config ValidateListResourceConfig about Resource type_name
        => list::validate_list_resource_config;
    get_functions GetFunctions => function::get_functions;
    call_function CallFunction about Function name => function::call_function;
    validate_action_config ValidateActionConfig about Action action_type => action::validate_action_config;
    plan_action PlanAction about Action action_type => action::plan_action;
    validate_state_store_config ValidateStateStoreConfig => unsupported::validate_state_store_config;
    configure_state_store ConfigureStateStore => unsupported::configure_state_store;
    lock_state LockState => unsupported::lock_state;
    unlock_state UnlockState => unsupported::unlock_state;
    get_states GetStates => unsupported::get_states;
    delete_state DeleteState => unsupported::delete_state;
}

#[cfg(test)]
mod tests;
