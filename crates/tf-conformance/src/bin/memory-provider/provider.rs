//! The provider's service: what each RPC does is in the modules below.

mod abilities;
mod thing;
mod wire;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::proto::tfplugin6::provider_server::Provider;
use tf_conformance::schema::Schemas;
use tf_conformance::value::Value;
use tonic::{Request, Response, Status, Streaming};

use wire::{Answer, Events, diagnostic, error, known, read, write, write_turned};

use crate::store::Store;
use crate::{breaks, log, schema};

/// The provider.
pub(crate) struct Memory {
    schemas: Schemas,
    store: Store,
    asked_for_schemas: AtomicBool,
    stopped: AtomicBool,
    unknown_config: AtomicBool,
    renewals: AtomicU64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            schemas: schema::schemas(),
            store: Store::default(),
            asked_for_schemas: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            unknown_config: AtomicBool::new(false),
            renewals: AtomicU64::new(0),
        }
    }
}

/// The only resource type.
const THING: &str = "memory_thing";

macro_rules! no_such_type {
    ($module:ident) => {{
        let mut answer = pb::$module::Response::default();
        answer.diagnostics.push(error("There is no such type"));
        Ok(Response::new(answer))
    }};
}

#[tonic::async_trait]
impl Provider for Memory {
    async fn get_metadata(
        &self,
        _: Request<pb::get_metadata::Request>,
    ) -> Answer<pb::get_metadata::Response> {
        Ok(Response::new(pb::get_metadata::Response::default()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Answer<pb::get_provider_schema::Response> {
        self.asked_for_schemas.store(true, Ordering::Relaxed);
        Ok(Response::new(schema::provider()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Answer<pb::get_resource_identity_schemas::Response> {
        Ok(Response::new(schema::identities()))
    }

    async fn validate_provider_config(
        &self,
        _: Request<pb::validate_provider_config::Request>,
    ) -> Answer<pb::validate_provider_config::Response> {
        Ok(Response::new(pb::validate_provider_config::Response::default()))
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Answer<pb::configure_provider::Response> {
        let config = read(request.into_inner().config, &self.schemas.provider.ty());
        let config = config.map_err(|error| Status::internal(error.to_string()))?;
        self.unknown_config.store(!config.is_known(), Ordering::Relaxed);
        log("configured", &[]);
        if breaks("8") && !self.asked_for_schemas.load(Ordering::Relaxed) {
            let diagnostics = vec![error("Nobody has asked for the schemas")];
            return Ok(Response::new(pb::configure_provider::Response { diagnostics }));
        }
        Ok(Response::new(pb::configure_provider::Response::default()))
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Answer<pb::stop_provider::Response> {
        if breaks("24a") {
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        }
        self.stopped.store(true, Ordering::Relaxed);
        Ok(Response::new(pb::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Answer<pb::validate_resource_config::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(validate_resource_config);
        }
        Ok(Response::new(pb::validate_resource_config::Response {
            diagnostics: self.validate(request.config),
        }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Answer<pb::upgrade_resource_state::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(upgrade_resource_state);
        }
        Ok(Response::new(self.upgrade(request)))
    }

    async fn upgrade_resource_identity(
        &self,
        _: Request<pb::upgrade_resource_identity::Request>,
    ) -> Answer<pb::upgrade_resource_identity::Response> {
        no_such_type!(upgrade_resource_identity)
    }

    async fn read_resource(
        &self,
        request: Request<pb::read_resource::Request>,
    ) -> Answer<pb::read_resource::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(read_resource);
        }
        if breaks("27") && self.unknown_config.load(Ordering::Relaxed) {
            return Err(Status::failed_precondition("not configured"));
        }
        self.read(request).map(Response::new)
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Answer<pb::plan_resource_change::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(plan_resource_change);
        }
        self.plan(request).await.map(Response::new)
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Answer<pb::apply_resource_change::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(apply_resource_change);
        }
        self.apply(request).await.map(Response::new)
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Answer<pb::import_resource_state::Response> {
        let request = request.into_inner();
        if known(&request.type_name, THING).is_none() {
            return no_such_type!(import_resource_state);
        }
        self.import(request).map(Response::new)
    }

    async fn move_resource_state(
        &self,
        _: Request<pb::move_resource_state::Request>,
    ) -> Answer<pb::move_resource_state::Response> {
        no_such_type!(move_resource_state)
    }

    async fn generate_resource_config(
        &self,
        _: Request<pb::generate_resource_config::Request>,
    ) -> Answer<pb::generate_resource_config::Response> {
        no_such_type!(generate_resource_config)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Answer<pb::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let Some(schema) = self.schemas.data_sources.get(&request.type_name) else {
            return no_such_type!(validate_data_resource_config);
        };
        let config = read(request.config, &schema.ty()).unwrap_or_default();
        let unknown = *config.get("id") == Value::Unknown;
        if breaks("26a") && unknown {
            return Err(Status::internal("the id is unknown"));
        }
        let mut diagnostics = Vec::new();
        if breaks("26b") && unknown {
            diagnostics.push(error("The id is unknown"));
        }
        if config.get("id").is_null() {
            let severity = if breaks("34a") { 0 } else { 1 };
            let attribute = if breaks("34b") { "identifier" } else { "id" };
            diagnostics.push(diagnostic(severity, "The id is missing", Some(attribute)));
        }
        Ok(Response::new(pb::validate_data_resource_config::Response { diagnostics }))
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Answer<pb::read_data_source::Response> {
        let request = request.into_inner();
        if !self.schemas.data_sources.contains_key(&request.type_name) {
            if breaks("28") {
                return Err(Status::not_found("no such type"));
            }
            return no_such_type!(read_data_source);
        }
        Ok(Response::new(self.look_up(request)))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<pb::validate_ephemeral_resource_config::Request>,
    ) -> Answer<pb::validate_ephemeral_resource_config::Response> {
        if known(&request.into_inner().type_name, abilities::TOKEN).is_none() {
            return no_such_type!(validate_ephemeral_resource_config);
        }
        Ok(Response::new(pb::validate_ephemeral_resource_config::Response::default()))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<pb::open_ephemeral_resource::Request>,
    ) -> Answer<pb::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        if known(&request.type_name, abilities::TOKEN).is_none() {
            return no_such_type!(open_ephemeral_resource);
        }
        self.open(request).map(Response::new)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<pb::renew_ephemeral_resource::Request>,
    ) -> Answer<pb::renew_ephemeral_resource::Response> {
        if known(&request.into_inner().type_name, abilities::TOKEN).is_none() {
            return no_such_type!(renew_ephemeral_resource);
        }
        Ok(Response::new(self.renew()))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<pb::close_ephemeral_resource::Request>,
    ) -> Answer<pb::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        if known(&request.type_name, abilities::TOKEN).is_none() {
            return no_such_type!(close_ephemeral_resource);
        }
        Ok(Response::new(self.close(&request)))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<pb::validate_list_resource_config::Request>,
    ) -> Answer<pb::validate_list_resource_config::Response> {
        if known(&request.into_inner().type_name, THING).is_none() {
            return no_such_type!(validate_list_resource_config);
        }
        Ok(Response::new(pb::validate_list_resource_config::Response::default()))
    }

    type ListResourceStream = Events<pb::list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<pb::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        let events = self.list(&request.into_inner());
        Ok(Response::new(Box::pin(tokio_stream::iter(events.into_iter().map(Ok)))))
    }

    async fn get_functions(
        &self,
        _: Request<pb::get_functions::Request>,
    ) -> Answer<pb::get_functions::Response> {
        let functions = schema::provider().functions;
        Ok(Response::new(pb::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<pb::call_function::Request>,
    ) -> Answer<pb::call_function::Response> {
        Ok(Response::new(abilities::call(&request.into_inner())))
    }

    async fn validate_action_config(
        &self,
        request: Request<pb::validate_action_config::Request>,
    ) -> Answer<pb::validate_action_config::Response> {
        if known(&request.into_inner().action_type, abilities::TOUCH).is_none() {
            return no_such_type!(validate_action_config);
        }
        Ok(Response::new(pb::validate_action_config::Response::default()))
    }

    async fn plan_action(
        &self,
        request: Request<pb::plan_action::Request>,
    ) -> Answer<pb::plan_action::Response> {
        if known(&request.into_inner().action_type, abilities::TOUCH).is_none() {
            return no_such_type!(plan_action);
        }
        Ok(Response::new(pb::plan_action::Response::default()))
    }

    type InvokeActionStream = Events<pb::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<pb::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        let events = abilities::invoke(&request.into_inner());
        Ok(Response::new(Box::pin(tokio_stream::iter(events.into_iter().map(Ok)))))
    }

    async fn validate_state_store_config(
        &self,
        _: Request<pb::validate_state_store_config::Request>,
    ) -> Answer<pb::validate_state_store_config::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn configure_state_store(
        &self,
        _: Request<pb::configure_state_store::Request>,
    ) -> Answer<pb::configure_state_store::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    type ReadStateBytesStream = Events<pb::read_state_bytes::ResponseChunk>;

    async fn read_state_bytes(
        &self,
        _: Request<pb::read_state_bytes::Request>,
    ) -> Answer<Self::ReadStateBytesStream> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<pb::write_state_bytes::RequestChunk>>,
    ) -> Answer<pb::write_state_bytes::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn lock_state(&self, _: Request<pb::lock_state::Request>) -> Answer<pb::lock_state::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn unlock_state(
        &self,
        _: Request<pb::unlock_state::Request>,
    ) -> Answer<pb::unlock_state::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn get_states(&self, _: Request<pb::get_states::Request>) -> Answer<pb::get_states::Response> {
        Err(Status::unimplemented("no state stores"))
    }

    async fn delete_state(
        &self,
        _: Request<pb::delete_state::Request>,
    ) -> Answer<pb::delete_state::Response> {
        Err(Status::unimplemented("no state stores"))
    }
}
