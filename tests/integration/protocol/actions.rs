//! Actions, as Terraform 1.14 invokes them: no earlier one can.

use std::time::Duration;

use registry_docs::schema::Kind;
use serde_json::json;
use terraform_provider_wavix::facade::client::Secret;
use terraform_provider_wavix::facade::framework::action::Action as _;
use terraform_provider_wavix::facade::framework::ephemeral::Ephemeral as _;
use terraform_provider_wavix::facade::framework::provider::Provider as _;
use terraform_provider_wavix::facade::framework::schema::Schema;
use terraform_provider_wavix::facade::protocol::dynamic_value;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::{
    Diagnostic, DynamicValue, configure_provider, diagnostic::Severity, invoke_action,
    open_ephemeral_resource, plan_action, stop_provider, validate_action_config,
};
use terraform_provider_wavix::facade::protocol::types::Type;
use terraform_provider_wavix::facade::protocol::value::{UNKNOWN, Value};
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunk;
use terraform_provider_wavix::facade::resources::webrtc_token::{RevokeWebRtcTokens, WebRtcToken};
use tonic::transport::Channel;
use wavix_sim::{Fault, Gate, Sim};

use crate::documentation::calls::expect_documented;
use crate::support::plugin::{Launch, Plugin};

async_trials![
    all_tokens_of_a_trunk_are_revoked_with_a_line_for_each,
    a_stop_ends_the_revocation_between_two_tokens,
    an_action_is_validated_and_planned_without_a_request,
];

const ACTION: &str = "wavix_revoke_webrtc_tokens";
const TOKEN: &str = "/v2/webrtc/tokens/*";

/// A configuration with these arguments and null for the rest.
fn config(schema: &Schema, arguments: &[(&str, Value)]) -> Option<DynamicValue> {
    let Type::Object(attributes) = schema.ty() else { panic!("not an object") };
    let value = Value::map(attributes.keys().map(|name| {
        let given = arguments.iter().find(|(argument, _)| argument == name);
        (name.clone(), given.map_or(Value::Null, |(_, value)| value.clone()))
    }));
    Some(dynamic_value::encode(&value, &schema.ty()).unwrap())
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    errors.map(|error| format!("{}: {}", error.summary, error.detail)).collect()
}

/// A configured plugin, and a trunk with three tokens.
async fn prepared(sim: &Sim) -> (Plugin, ProviderClient<Channel>, String) {
    let id = sim.add_trunk(json!({ "label": "Office" }));
    let login = sim.trunk(id).unwrap().name;
    let key = Secret::new(sim.api_key());
    let plugin = Launch::by_terraform()
        .env("WAVIX_API_KEY", key.expose())
        .env("WAVIX_BASE_URL", sim.base_url())
        .start();
    let mut provider = plugin.provider().await;
    let schema = WavixProvider::new(Environment::from_pairs::<String, String>([])).schema();
    let request = configure_provider::Request { config: config(&schema, &[]), ..Default::default() };
    let answer = provider.configure_provider(request).await.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics), [""; 0]);
    for _ in 0..3 {
        let request = open_ephemeral_resource::Request {
            type_name: "wavix_webrtc_token".to_owned(),
            config: config(&WebRtcToken::<SipTrunk>::NEW.schema(), &[("sip_trunk", Value::string(&login))]),
            ..Default::default()
        };
        let answer = provider.open_ephemeral_resource(request).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics), [""; 0]);
    }
    assert_eq!(sim.webrtc_tokens().len(), 3);
    (plugin, provider, login)
}

fn invocation(login: &str) -> invoke_action::Request {
    invoke_action::Request {
        action_type: ACTION.to_owned(),
        config: config(&RevokeWebRtcTokens::<SipTrunk>::NEW.schema(), &[("sip_trunk", Value::string(login))]),
        ..Default::default()
    }
}

/// Reads to the end: the lines, and the errors of the one event that ends it.
async fn outcome(mut events: tonic::Streaming<invoke_action::Event>) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    while let Some(event) = events.message().await.unwrap() {
        match event.r#type.expect("Terraform crashes on an event without a type") {
            invoke_action::event::Type::Progress(progress) => lines.push(progress.message),
            invoke_action::event::Type::Completed(completed) => ends.push(errors(&completed.diagnostics)),
        }
    }
    let [end] = ends.try_into().expect("exactly one end");
    (lines, end)
}

async fn all_tokens_of_a_trunk_are_revoked_with_a_line_for_each() {
    let sim = Sim::spawn();
    let (_plugin, mut provider, login) = prepared(&sim).await;
    sim.journal().clear();
    let events = provider.invoke_action(invocation(&login)).await.unwrap().into_inner();
    let (lines, errors) = outcome(events).await;
    assert_eq!(errors, [""; 0]);
    expect_documented(&sim, Kind::Action, ACTION, &["invoke"]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("Revoked WebRTC token")), "{lines:?}");
    assert_eq!(sim.webrtc_tokens().len(), 0);
}

async fn a_stop_ends_the_revocation_between_two_tokens() {
    let sim = Sim::spawn();
    let (_plugin, mut provider, login) = prepared(&sim).await;
    // The stop arrives while the first is being deleted.
    let gate = Gate::new();
    sim.fault("DELETE", TOKEN, Fault::held_after_commit(&gate));
    let mut stopper = provider.clone();
    let stop = async {
        while sim.webrtc_tokens().len() == 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stopper.stop_provider(stop_provider::Request {}).await.unwrap();
        gate.open();
    };
    let invoke = async {
        let events = provider.invoke_action(invocation(&login)).await.unwrap().into_inner();
        outcome(events).await
    };
    let ((lines, errors), ()) = tokio::join!(invoke, stop);
    assert_eq!(lines.len(), 1, "what was sent is finished: {lines:?}");
    assert!(matches!(errors.as_slice(), [error] if error.contains("Revoked 1 of 3")), "{errors:?}");
    assert_eq!(sim.webrtc_tokens().len(), 2);
    assert_eq!(sim.journal().count("DELETE", TOKEN), 1);
}

async fn an_action_is_validated_and_planned_without_a_request() {
    let sim = Sim::spawn();
    let (_plugin, mut provider, _) = prepared(&sim).await;
    sim.journal().clear();
    for (login, faults) in
        [(Value::string("67758"), 0), (UNKNOWN, 0), (Value::string(""), 1), (Value::Null, 1)]
    {
        let config = config(&RevokeWebRtcTokens::<SipTrunk>::NEW.schema(), &[("sip_trunk", login)]);
        let request =
            validate_action_config::Request { action_type: ACTION.to_owned(), config: config.clone() };
        let answer = provider.validate_action_config(request).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics).len(), faults);
        if faults == 0 {
            let request =
                plan_action::Request { action_type: ACTION.to_owned(), config, ..Default::default() };
            let answer = provider.plan_action(request).await.unwrap().into_inner();
            assert_eq!((answer.diagnostics, answer.deferred), (Vec::new(), None));
        }
    }
    assert_eq!(sim.journal().entries().len(), 0);
}
