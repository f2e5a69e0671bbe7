//! What holds for every request: names, schemas, configuration, the log.

use std::sync::{Arc, Mutex};

use tonic::Request;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::framework::fixtures::{
    ADDRESS, Fake, FakeConfig, FakeProvider, FakeResource, Journal, THING, assert_one_error, encode, errors,
    stored_thing, thing,
};
use crate::framework::object::Object;
use crate::framework::server::ProviderServer;
use crate::protocol::proto::tfplugin6::*;
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

fn provider(resource: FakeResource) -> Arc<FakeProvider> {
    Arc::new(FakeProvider { resource, journal: Arc::new(Journal::default()) })
}

#[tokio::test]
async fn an_unknown_type_is_an_error_that_lists_the_known_ones() {
    let fake = Fake::ready(FakeResource::default()).await;
    let (type_name, server) = (|| "fake_nothing".to_owned(), &fake.server);
    macro_rules! refused {
        ($($rpc:ident)*) => {$(
            let request = Request::new($rpc::Request { type_name: type_name(), ..Default::default() });
            let answer = server.$rpc(request).await.unwrap().into_inner();
            assert_one_error(&answer.diagnostics, "It has `fake_thing`.");
        )*};
    }
    refused! {
        validate_resource_config validate_data_resource_config upgrade_resource_state read_resource
        plan_resource_change apply_resource_change import_resource_state read_data_source
        upgrade_resource_identity generate_resource_config
    }
}

#[tokio::test]
async fn schemas_and_names_are_the_same_in_every_connection() {
    let server = ProviderServer::new(provider(FakeResource::default()), ADDRESS);
    let other = server.for_new_connection();
    let schema = |server: ProviderServer<FakeProvider>| async move {
        server.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap().into_inner()
    };
    let metadata = server.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    let identities = server
        .get_resource_identity_schemas(Request::new(get_resource_identity_schemas::Request {}))
        .await
        .unwrap()
        .into_inner();
    let (first, second) = (schema(server).await, schema(other).await);
    assert_eq!(first.bytes(), second.bytes());
    assert!(first.diagnostics.is_empty() && identities.identity_schemas.is_empty());
    assert_eq!(first.resource_schemas.keys().collect::<Vec<_>>(), [THING]);
    assert_eq!(first.data_source_schemas.keys().collect::<Vec<_>>(), [THING]);
    assert!(first.provider.as_ref().and_then(|schema| schema.block.as_ref()).is_some());
    let capabilities = first.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
    assert_eq!(metadata.resources.len(), 1);
    assert_eq!(metadata.data_sources.len(), 1);
    assert_eq!(metadata.server_capabilities, Some(capabilities));
}

#[tokio::test]
async fn what_one_connection_configures_stays_with_it() {
    let fake = Fake::unconfigured(FakeResource::default());
    let other = fake.server.for_new_connection();
    assert!(fake.configure(Value::string("good")).await.is_empty());
    assert!(errors(&fake.read(&stored_thing()).await.diagnostics).is_empty());
    let request = read_resource::Request {
        type_name: THING.to_owned(),
        current_state: fake.encode(&stored_thing()),
        ..Default::default()
    };
    let answer = other.read_resource(Request::new(request)).await.unwrap().into_inner();
    assert_one_error(&answer.diagnostics, "is not configured");
}

#[tokio::test]
async fn a_failed_configuration_takes_the_place_of_the_last_one() {
    let fake = Fake::unconfigured(FakeResource::default());
    for bad in ["bad", "worse"] {
        assert!(fake.configure(Value::string("good")).await.is_empty());
        assert_eq!(fake.configure(Value::string(bad)).await.len(), 1);
        assert_one_error(&fake.read(&stored_thing()).await.diagnostics, "is not configured");
    }
    assert_eq!(fake.journal.entries().first().map(String::as_str), Some("configure for 1.99"));
}

#[tokio::test]
async fn the_providers_configuration_is_validated() {
    assert_eq!(FakeConfig::ATTRIBUTES, ["key"]);
    let fake = Fake::unconfigured(FakeResource::default());
    for (key, messages) in [
        (Value::string("good"), 0),
        (UNKNOWN, 0),
        (Value::Null, 0),
        (Value::string("bad"), 1),
        (Value::string("much too long a key"), 1),
    ] {
        let config = encode(&Value::map([("key", key.clone())]), &Type::object([("key", Type::String)]));
        let request = validate_provider_config::Request { config: Some(config) };
        let answer = fake.server.validate_provider_config(Request::new(request)).await.unwrap();
        assert_eq!(answer.into_inner().diagnostics.len(), messages, "{key:?}");
    }
}

async fn validate(fake: &Fake, config: &Value, capabilities: Option<ClientCapabilities>) -> Vec<Diagnostic> {
    let request = validate_resource_config::Request {
        type_name: THING.to_owned(),
        config: fake.encode(config),
        client_capabilities: capabilities,
    };
    fake.server.validate_resource_config(Request::new(request)).await.unwrap().into_inner().diagnostics
}

#[tokio::test]
async fn a_resources_configuration_is_validated_without_a_provider() {
    let fake = Fake::unconfigured(FakeResource::default());
    let named = |name: &str| thing([("name", Value::string(name))]);
    assert!(validate(&fake, &named("Ann"), None).await.is_empty());
    assert_one_error(&validate(&fake, &named("forbidden"), None).await, "It is forbidden.");
    assert_one_error(&validate(&fake, &thing([]), None).await, "The argument `name` must be set.");
    let all_unknown = thing(["name", "kind", "size", "secret", "timeouts"].map(|name| (name, UNKNOWN)));
    let understood = ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() };
    assert!(validate(&fake, &all_unknown, Some(understood)).await.is_empty());
}

#[tokio::test]
async fn a_client_that_says_nothing_understands_no_write_only_values() {
    let fake = Fake::unconfigured(FakeResource::default());
    let config = thing([("name", Value::string("Ann")), ("secret", Value::string("hunter2"))]);
    for capabilities in [None, Some(ClientCapabilities::default())] {
        assert_one_error(&validate(&fake, &config, capabilities).await, "`secret` is write-only");
    }
    let understood = ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() };
    assert!(validate(&fake, &config, Some(understood)).await.is_empty());
}

/// A fraction where the model has a whole number cannot be mapped; the user is
/// told about the fraction, and not that the provider is broken.
#[tokio::test]
async fn a_value_that_breaks_its_rule_is_not_called_a_bug() {
    let fake = Fake::unconfigured(FakeResource::default());
    let config = thing([("name", Value::string("Ann")), ("size", Value::Number("1.5".parse().unwrap()))]);
    assert_one_error(&validate(&fake, &config, None).await, "whole number");
}

#[test]
fn request_ids_are_random_uuids() {
    let ids: Vec<String> = (0..100).map(|_| super::RequestId::random().to_string()).collect();
    for id in &ids {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(id.get(14..15), Some("4"), "{id}");
        assert!(id.get(19..20).is_some_and(|c| "89ab".contains(c)), "{id}");
    }
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

/// Everything that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{}={value:?}\n", field.name()));
    }
}

impl<S: tracing::Subscriber> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut self.clone());
    }

    fn on_record(&self, _: &Id, record: &Record<'_>, _: Context<'_, S>) {
        record.record(&mut self.clone());
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

#[test]
fn the_log_names_the_request_and_never_a_value() {
    let log = Log::default();
    // While there is one subscriber in the process, an event that another
    // test's thread meets first is switched off for all threads.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let subscriber = tracing_subscriber::registry().with(log.clone());
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fake = Fake::ready(FakeResource::default()).await;
            let config = thing([("name", Value::string("Annabella")), ("secret", Value::string("hunter2"))]);
            let plan = fake.plan(&config, &Value::Null, "").await;
            let planned = fake.decode(plan.planned_state.as_ref());
            let _ = fake.apply(&config, &Value::Null, &planned).await;
            let _ = fake.read(&stored_thing()).await;
        });
    });
    let log = log.0.lock().unwrap();
    for expected in [
        "tf_rpc=\"PlanResourceChange\"",
        "tf_rpc=\"ApplyResourceChange\"",
        "tf_resource_type=\"fake_thing\"",
        &format!("tf_provider_addr={ADDRESS:?}"),
        "tf_req_id=",
        "tf_req_duration_ms=",
        "diagnostic_error_count=0",
    ] {
        assert!(log.contains(expected), "{expected} is not in the log:\n{log}");
    }
    assert!(!log.contains("hunter2") && !log.contains("Annabella"), "{log}");
}
