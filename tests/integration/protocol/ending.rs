//! The process is ended while something is under way, as after a second Ctrl-C.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use terraform_provider_wavix::facade::framework::ephemeral::Ephemeral as _;
use terraform_provider_wavix::facade::framework::provider::Provider as _;
use terraform_provider_wavix::facade::framework::resource::Resource as _;
use terraform_provider_wavix::facade::framework::schema::Schema;
use terraform_provider_wavix::facade::protocol::dynamic_value;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::Empty;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::value::{UNKNOWN, Value};
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunk;
use terraform_provider_wavix::facade::resources::webrtc_token::WebRtcToken;
use tonic::transport::Channel;
use wavix_sim::{Fault, Gate, Sim};

use crate::support::plugin::{Launch, PATIENCE, Plugin};

async_trials![
    a_create_that_is_cut_off_is_in_the_log_with_what_to_look_for,
    a_create_that_ends_in_the_last_moment_is_in_the_log_with_its_id,
    a_trunk_of_a_killed_provider_is_found_by_its_label_and_imported,
    a_token_that_terraform_does_not_close_is_closed_at_the_end,
    a_token_that_terraform_has_closed_is_closed_once,
    a_provider_that_is_configured_anew_works_with_the_new_configuration,
    nothing_is_used_before_the_provider_is_configured,
];

const TRUNK: &str = "wavix_sip_trunk";
const PASSWORD: &str = "planted-PASSWORD-4711";

/// Values of a schema in which these are set.
fn object(schema: &Schema, values: &[(&str, Value)]) -> Value {
    let names = schema.attributes.iter().map(|attribute| attribute.name.clone());
    let blocks = schema.blocks.iter().map(|block| block.name.clone());
    let mut object: BTreeMap<String, Value> = names.chain(blocks).map(|name| (name, Value::Null)).collect();
    object.extend(values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Map(object)
}

fn encoded(schema: &Schema, value: &Value) -> Option<DynamicValue> {
    Some(dynamic_value::encode(value, &schema.ty()).unwrap())
}

fn start(sim: &Sim) -> Plugin {
    Launch::by_terraform().env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url()).start()
}

async fn configure(provider: &mut ProviderClient<Channel>, values: &[(&str, Value)]) {
    let schema = WavixProvider::new(Environment::from_pairs::<String, String>([])).schema();
    let config = encoded(&schema, &object(&schema, values));
    let request = configure_provider::Request { config, ..Default::default() };
    let answer = provider.configure_provider(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
}

/// An apply that creates a trunk.
fn creation() -> apply_resource_change::Request {
    let schema = SipTrunk.schema();
    let set = [
        ("label", Value::string("cut off")),
        ("callerid", Value::string("13132847320")),
        ("password", Value::string(PASSWORD)),
    ];
    let unknown =
        ["id", "login", "created_at", "host", "auth_method", "status", "passthrough", "access_token"];
    let off = [
        "multiple_numbers",
        "ip_restrict",
        "call_restrict",
        "cost_limit",
        "channels_restrict",
        "rewrite_enabled",
        "call_recording_enabled",
        "machine_detection_enabled",
        "transcription_enabled",
        "encrypted_media",
    ];
    let mut planned = set.to_vec();
    planned.extend(unknown.map(|name| (name, UNKNOWN)));
    planned.extend(off.map(|name| (name, Value::Bool(false))));
    planned.push(("didinfo_enabled", Value::Bool(true)));
    planned.push(("transcription_threshold", Value::Number(6.into())));
    apply_resource_change::Request {
        type_name: TRUNK.to_owned(),
        prior_state: encoded(&schema, &Value::Null),
        planned_state: encoded(&schema, &object(&schema, &planned)),
        config: encoded(&schema, &object(&schema, &set)),
        ..Default::default()
    }
}

/// An apply that is answered when the gate opens, at the time when the trunk
/// exists.
async fn during_a_create(gate: &Gate) -> (Sim, Plugin, Channel) {
    let sim = Sim::spawn();
    let plugin = start(&sim);
    let channel = plugin.connect().await;
    let mut provider = ProviderClient::new(channel.clone());
    configure(&mut provider, &[]).await;
    sim.fault("POST", "/v1/trunks", Fault::held_after_commit(gate));
    tokio::spawn(async move { provider.apply_resource_change(creation()).await });
    while sim.trunks().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (sim, plugin, channel)
}

/// The same, and then the end.
async fn ended_during_a_create(gate: &Gate) -> (Sim, Plugin) {
    let (sim, plugin, channel) = during_a_create(gate).await;
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.expect("a reply comes first");
    (sim, plugin)
}

async fn a_create_that_is_cut_off_is_in_the_log_with_what_to_look_for() {
    let (_sim, mut plugin) = ended_during_a_create(&Gate::new()).await;
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    let lines = plugin.stderr.all();
    let line = lines.iter().find(|line| line.contains("during this operation")).expect("it is logged");
    for part in
        ["\"error\"", "create wavix_sip_trunk", "cut off", "requested after", "check whether it exists"]
    {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
    assert!(lines.iter().all(|line| !line.contains(PASSWORD)), "{lines:?}");
}

async fn a_create_that_ends_in_the_last_moment_is_in_the_log_with_its_id() {
    let gate = Gate::new();
    let (sim, mut plugin) = ended_during_a_create(&gate).await;
    plugin.stderr.containing("during this operation");
    gate.open();
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    let line = plugin.stderr.containing("finished after Terraform had stopped waiting");
    let id = sim.trunks()[0].id.to_string();
    for part in ["\"error\"", &format!("SIP trunk {id}"), "terraform import"] {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

/// Nobody was left to tell: what the documentation advises then.
async fn a_trunk_of_a_killed_provider_is_found_by_its_label_and_imported() {
    let (sim, mut plugin, _channel) = during_a_create(&Gate::new()).await;
    plugin.signal("KILL");
    plugin.wait(PATIENCE).await;

    let next = start(&sim);
    let mut provider = next.provider().await;
    configure(&mut provider, &[]).await;
    let id = sim.trunks_labelled("cut off")[0].id.to_string();
    let request = import_resource_state::Request { type_name: TRUNK.to_owned(), id, ..Default::default() };
    let answer = provider.import_resource_state(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    let imported = &answer.imported_resources[0];
    let request = read_resource::Request {
        type_name: TRUNK.to_owned(),
        current_state: imported.state.clone(),
        private: imported.private.clone(),
        ..Default::default()
    };
    let answer = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    let ty = SipTrunk.schema().ty();
    let state = dynamic_value::decode(answer.new_state.as_ref(), &ty).unwrap();
    assert_eq!(state.get("label"), Some(&Value::string("cut off")));
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);
}

/// A plugin with an open token, and what closing it needs.
async fn with_a_token(sim: &Sim) -> (Plugin, Channel, close_ephemeral_resource::Request) {
    let id = sim.add_trunk(json!({ "label": "office" }));
    let login = Value::string(&sim.trunk(id).unwrap().name);
    let plugin = start(sim);
    let channel = plugin.connect().await;
    let mut provider = ProviderClient::new(channel.clone());
    configure(&mut provider, &[]).await;
    let schema = WebRtcToken::<SipTrunk>::NEW.schema();
    let request = open_ephemeral_resource::Request {
        type_name: "wavix_webrtc_token".to_owned(),
        config: encoded(&schema, &object(&schema, &[("sip_trunk", login)])),
        ..Default::default()
    };
    let opened = provider.open_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!((opened.diagnostics, sim.webrtc_tokens().len()), (Vec::new(), 1));
    let close = close_ephemeral_resource::Request {
        type_name: "wavix_webrtc_token".to_owned(),
        private: opened.private,
    };
    (plugin, channel, close)
}

async fn a_token_that_terraform_does_not_close_is_closed_at_the_end() {
    let sim = Sim::spawn();
    let (mut plugin, channel, _) = with_a_token(&sim).await;
    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await.unwrap();
    // As Terraform does, once it has the reply.
    drop(channel);
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    assert_eq!(sim.webrtc_tokens().len(), 0);
    plugin.stderr.containing("wavix_webrtc_token, which Terraform has not closed");
}

async fn a_token_that_terraform_has_closed_is_closed_once() {
    let sim = Sim::spawn();
    let (mut plugin, channel, close) = with_a_token(&sim).await;
    let answer = ProviderClient::new(channel.clone()).close_ephemeral_resource(close).await.unwrap();
    assert_eq!(answer.into_inner().diagnostics, []);
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.unwrap();
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    assert_eq!(sim.journal().count("DELETE", "/v2/webrtc/tokens/*"), 1);
    assert!(plugin.stderr.all().iter().all(|line| !line.contains("has not closed")));
}

async fn a_provider_that_is_configured_anew_works_with_the_new_configuration() {
    let (first, second) = (Sim::spawn(), Sim::spawn());
    let plugin = start(&first);
    let mut provider = plugin.provider().await;
    configure(&mut provider, &[]).await;
    configure(&mut provider, &[("base_url", Value::string(second.base_url()))]).await;
    let answer = provider.apply_resource_change(creation()).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    assert_eq!((first.trunks().len(), second.trunks().len()), (0, 1));
}

async fn nothing_is_used_before_the_provider_is_configured() {
    let sim = Sim::spawn();
    let plugin = start(&sim);
    let mut provider = plugin.provider().await;
    let answer = provider.apply_resource_change(creation()).await.unwrap().into_inner();
    let [error] = answer.diagnostics.as_slice() else { panic!("{:?}", answer.diagnostics) };
    assert_eq!(error.summary, format!("Cannot create {TRUNK}"));
    assert!(error.detail.contains("is not configured"), "{}", error.detail);
    let schema = SipTrunk.schema();
    let state = encoded(&schema, &object(&schema, &[("id", Value::string("3107"))]));
    let request = read_resource::Request {
        type_name: TRUNK.to_owned(),
        current_state: state.clone(),
        ..Default::default()
    };
    let answer = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, format!("Cannot read {TRUNK}"));
    assert_eq!(sim.journal().entries().len(), 0);
}
