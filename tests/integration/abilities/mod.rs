//! What only newer versions of Terraform ask for, request by request: the built
//! plugin, reached as Terraform reaches it, and a simulated Wavix account. What
//! the installed Terraform can do is shown in `acceptance` as well.

mod generated;
mod identity;
mod list;
mod metadata;
mod moved;
mod older;
mod upgrade;

use std::collections::BTreeMap;

use libtest_mimic::Trial;
use serde_json::Value as Json;
use terraform_provider_wavix::facade::client::{Client, ClientSettings};
use terraform_provider_wavix::facade::framework::provider::Provider;
use terraform_provider_wavix::facade::framework::resource::Resource;
use terraform_provider_wavix::facade::framework::schema::{Attribute, Schema};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::types::Type;
use terraform_provider_wavix::facade::protocol::value::Value;
use terraform_provider_wavix::facade::protocol::{dynamic_value, json};
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunk;
use tonic::transport::Channel;
use wavix_sim::Sim;

use crate::support::plugin::{Launch, Plugin};

const TRUNK: &str = "wavix_sip_trunk";

/// The tests of every module below this one.
pub fn trials() -> Vec<Trial> {
    [
        generated::trials(),
        identity::trials(),
        list::trials(),
        metadata::trials(),
        moved::trials(),
        older::trials(),
        upgrade::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The plugin, and the account it was configured for.
struct Bench {
    sim: Sim,
    provider: ProviderClient<Channel>,
    /// Killed when dropped.
    plugin: Plugin,
}

impl Bench {
    async fn start() -> Self {
        let sim = Sim::start().await;
        let mut bench = Self::unconfigured(sim).await;
        let schema = WavixProvider::new(Environment::from_pairs::<String, String>([])).schema();
        let mut config = nothing(&schema);
        config.insert("api_key".to_owned(), Value::string(bench.sim.api_key()));
        config.insert("base_url".to_owned(), Value::string(bench.sim.base_url()));
        let request = configure_provider::Request {
            terraform_version: "1.14.0".to_owned(),
            config: Some(encode(&Value::Map(config), &schema.ty())),
            client_capabilities: None,
        };
        let answer = bench.provider.configure_provider(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        bench
    }

    async fn unconfigured(sim: Sim) -> Self {
        let plugin = Launch::by_terraform().start();
        let provider = plugin.provider().await;
        Self { sim, provider, plugin }
    }

    /// What the API answers for the trunk, as text.
    async fn answer(&self, id: i64) -> String {
        let mut settings = ClientSettings::new(self.sim.api_key());
        settings.base_url = self.sim.base_url();
        let client = Client::new(settings.validate().unwrap());
        let path = terraform_provider_wavix::facade::client::ApiPath::new("/v1/trunks").segment(id);
        client.get(path).send::<Json>().await.unwrap().to_string()
    }

    /// Imports by id and reads, as Terraform does.
    async fn import(&mut self, id: i64) -> read_resource::Response {
        let request = import_resource_state::Request {
            type_name: TRUNK.to_owned(),
            id: id.to_string(),
            ..Default::default()
        };
        let answer = self.provider.import_resource_state(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        let [imported] = answer.imported_resources.as_slice() else { panic!("one object") };
        self.read(imported.state.clone(), imported.private.clone(), imported.identity.clone()).await
    }

    async fn read(
        &mut self,
        state: Option<DynamicValue>,
        private: bytes::Bytes,
        identity: Option<ResourceIdentityData>,
    ) -> read_resource::Response {
        let request = read_resource::Request {
            type_name: TRUNK.to_owned(),
            current_state: state,
            private,
            current_identity: identity,
            ..Default::default()
        };
        let answer = self.provider.read_resource(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        answer
    }

    /// Validates and plans as Terraform does. There must be no message.
    async fn plan(&mut self, config: &Value, prior: &Value) -> Value {
        let request = validate_resource_config::Request {
            type_name: TRUNK.to_owned(),
            config: Some(encode(config, &trunk_type())),
            client_capabilities: Some(ClientCapabilities {
                write_only_attributes_allowed: true,
                ..Default::default()
            }),
        };
        let answer = self.provider.validate_resource_config(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        let request = plan_resource_change::Request {
            type_name: TRUNK.to_owned(),
            prior_state: Some(encode(prior, &trunk_type())),
            proposed_new_state: Some(encode(&proposed(config, prior), &trunk_type())),
            config: Some(encode(config, &trunk_type())),
            ..Default::default()
        };
        let answer = self.provider.plan_resource_change(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        decode(answer.planned_state.as_ref())
    }
}

fn trunk_schema() -> Schema {
    Resource::schema(&SipTrunk)
}

fn trunk_type() -> Type {
    trunk_schema().ty()
}

fn encode(value: &Value, ty: &Type) -> DynamicValue {
    dynamic_value::encode(value, ty).unwrap()
}

/// A trunk's state, plan or configuration.
fn decode(message: Option<&DynamicValue>) -> Value {
    dynamic_value::decode(message, &trunk_type()).unwrap()
}

/// A configuration in which nothing is set.
fn nothing(schema: &Schema) -> BTreeMap<String, Value> {
    let attributes = schema.attributes.iter().map(|attribute| attribute.name.clone());
    attributes
        .chain(schema.blocks.iter().map(|block| block.name.clone()))
        .map(|name| (name, Value::Null))
        .collect()
}

/// A trunk's configuration in which these arguments are set.
fn trunk<const N: usize>(arguments: [(&str, Value); N]) -> Value {
    let mut config = nothing(&trunk_schema());
    config.extend(arguments.map(|(name, value)| (name.to_owned(), value)));
    Value::Map(config)
}

/// The arguments of a configuration that are set, as JSON.
fn written(config: &Value) -> Json {
    let text = json::encode(config, &trunk_type()).unwrap();
    let mut json: Json = serde_json::from_slice(&text).unwrap();
    json.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json
}

/// What Terraform proposes: the configuration, and what computed attributes
/// that it leaves out hold now.
fn proposed(config: &Value, prior: &Value) -> Value {
    let Value::Map(config) = config else { panic!("an object") };
    let schema = trunk_schema();
    Value::map(config.iter().map(|(name, value)| {
        let kept = value.is_null() && schema.attribute(name).is_some_and(Attribute::is_computed);
        let value = if kept { prior.get(name).unwrap_or(&Value::Null) } else { value };
        (name.clone(), value.clone())
    }))
}

fn identity_type() -> Type {
    Type::object([("id", Type::String)])
}

fn identity(id: &str) -> Option<ResourceIdentityData> {
    let data = encode(&Value::map([("id", Value::string(id))]), &identity_type());
    Some(ResourceIdentityData { identity_data: Some(data) })
}

/// `summary: detail` of the only message, an error.
fn one_error(diagnostics: &[Diagnostic]) -> String {
    let [error] = diagnostics else { panic!("one message: {diagnostics:?}") };
    assert_eq!(error.severity(), diagnostic::Severity::Error);
    format!("{}: {}", error.summary, error.detail)
}
