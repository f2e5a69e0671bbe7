//! A trunk as Terraform sends it, and the provider in this process that
//! answers: for counting and timing what runs for every trunk.

use serde_json::json;
use terraform_provider_wavix::facade::framework::server::ProviderServer;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::{
    ClientCapabilities, DynamicValue, get_provider_schema, plan_resource_change, validate_resource_config,
};
use terraform_provider_wavix::facade::protocol::types::Type;
use terraform_provider_wavix::facade::protocol::value::Value;
use terraform_provider_wavix::facade::protocol::{json, msgpack};
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use terraform_provider_wavix::facade::resources;
use tokio::runtime::{Builder, Runtime};
use tonic::Request;

const NAME: &str = "wavix_sip_trunk";
const CAPABILITIES: Option<ClientCapabilities> = Some(ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: true,
    store_planned_private: false,
    computed_blocks_allowed: false,
});

/// See the module.
pub struct Trunk {
    /// The type of its state.
    pub ty: Type,
    /// A state with everything set that fits together.
    pub state: Value,
    /// The state, as it travels.
    pub msgpack: Vec<u8>,
    config: DynamicValue,
    server: ProviderServer<WavixProvider>,
    runtime: Runtime,
}

impl Trunk {
    /// An unconfigured provider, which validates and plans all the same.
    pub fn new() -> Self {
        let registry = resources::registry();
        let resource = registry.resources().find(|resource| resource.type_name() == NAME).unwrap();
        let ty = resource.schema().ty();
        let config = value(&ty, &[]);
        let state = value(
            &ty,
            &[
                ("id", json!("4711")),
                ("login", json!("13132847320")),
                ("created_at", json!("2026-01-02T03:04:05.000Z")),
                ("multiple_numbers", json!(false)),
                ("ip_restrict", json!(true)),
                ("didinfo_enabled", json!(true)),
                ("call_restrict", json!(true)),
                ("cost_limit", json!(true)),
                ("channels_restrict", json!(true)),
                ("rewrite_enabled", json!(true)),
                ("call_recording_enabled", json!(false)),
                ("machine_detection_enabled", json!(false)),
                ("transcription_enabled", json!(false)),
                ("transcription_threshold", json!(6)),
                ("encrypted_media", json!(false)),
                ("host", json!("dynamic")),
                ("auth_method", json!("Digest")),
                ("status", json!("active")),
                ("passthrough", json!(false)),
                ("access_token", json!("token-that-opens-nothing")),
            ],
        );
        let provider =
            WavixProvider::new(Environment::from_pairs([("WAVIX_API_KEY", "key-that-opens-nothing")]));
        Self {
            msgpack: msgpack::encode(&state, &ty).unwrap(),
            config: dynamic(&config, &ty),
            state,
            ty,
            server: ProviderServer::new(provider.into(), "registry.terraform.io/wavix/wavix"),
            runtime: Builder::new_current_thread().build().unwrap(),
        }
    }

    /// `GetProviderSchema`.
    pub fn schemas(&self) {
        let request = Request::new(get_provider_schema::Request {});
        let answer = self.runtime.block_on(self.server.get_provider_schema(request));
        assert!(answer.unwrap().into_inner().diagnostics.is_empty());
    }

    /// `ValidateResourceConfig`.
    pub fn validate(&self) {
        let request = Request::new(validate_resource_config::Request {
            type_name: NAME.to_owned(),
            config: Some(self.config.clone()),
            client_capabilities: CAPABILITIES,
        });
        let answer = self.runtime.block_on(self.server.validate_resource_config(request));
        let diagnostics = answer.unwrap().into_inner().diagnostics;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }

    /// `PlanResourceChange` of a create.
    pub fn plan_create(&self) {
        self.plan(DynamicValue { msgpack: vec![0xc0].into(), json: Vec::new().into() }, self.config.clone());
    }

    /// `PlanResourceChange` of what is there already.
    pub fn plan_no_change(&self) {
        let state = DynamicValue { msgpack: self.msgpack.clone().into(), json: Vec::new().into() };
        self.plan(state.clone(), state);
    }

    fn plan(&self, prior: DynamicValue, proposed: DynamicValue) {
        let request = Request::new(plan_resource_change::Request {
            type_name: NAME.to_owned(),
            prior_state: Some(prior),
            proposed_new_state: Some(proposed),
            config: Some(self.config.clone()),
            client_capabilities: CAPABILITIES,
            ..Default::default()
        });
        let answer = self.runtime.block_on(self.server.plan_resource_change(request));
        let diagnostics = answer.unwrap().into_inner().diagnostics;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }
}

fn dynamic(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue { msgpack: msgpack::encode(value, ty).unwrap().into(), json: Vec::new().into() }
}

/// What the user wrote, with `more` set.
fn value(ty: &Type, more: &[(&str, serde_json::Value)]) -> Value {
    let Type::Object(attributes) = ty else { panic!("a trunk is an object") };
    let mut all: serde_json::Map<_, _> =
        attributes.keys().map(|name| (name.clone(), serde_json::Value::Null)).collect();
    let written = [
        ("label", json!("Office PBX")),
        ("callerid", json!("+1 (313) 284-7320")),
        ("password", json!("correct-horse-battery-staple")),
        ("allowed_ips", json!(["203.0.113.10", "203.0.113.11"])),
        ("call_limit", json!(1800)),
        ("max_call_cost", json!(0.18)),
        ("max_channels", json!(4)),
        ("rewrite_prefix", json!("00")),
    ];
    for (name, value) in written.iter().chain(more) {
        all.insert((*name).to_owned(), value.clone());
    }
    let bytes = serde_json::to_vec(&all).unwrap();
    json::decode(&bytes, ty).unwrap()
}
