//! Generated configurations: what a person would write, and no change to plan.

use serde_json::{Value as Json, json};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::{DynamicValue, generate_resource_config};
use terraform_provider_wavix::facade::protocol::value::Value;

use super::{Bench, TRUNK, decode, trunk, written};

async_trials![
    a_generated_configuration_is_short_valid_and_plans_nothing,
    a_trunk_that_locks_every_device_out_is_generated_as_one_can_write_it,
    without_a_state_there_is_nothing_to_write,
];

async fn generate(bench: &mut Bench, id: i64) -> (Value, Value) {
    let read = bench.import(id).await;
    let request =
        generate_resource_config::Request { type_name: TRUNK.to_owned(), state: read.new_state.clone() };
    let answer = bench.provider.generate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    (decode(answer.config.as_ref()), decode(read.new_state.as_ref()))
}

async fn a_generated_configuration_is_short_valid_and_plans_nothing() {
    let cases: [(Json, Json); 6] = [
        (
            json!({ "label": "a", "callerid": "13137890021" }),
            json!({ "label": "a", "callerid": "13137890021" }),
        ),
        (
            json!({ "label": "a", "multiple_numbers": true }),
            json!({ "label": "a", "multiple_numbers": true }),
        ),
        (
            json!({
                "label": "a", "callerid": "13137890021", "ip_restrict": true,
                "allowed_ips": [{ "ip": "198.51.100.7" }], "call_restrict": true, "call_limit": 600,
                "cost_limit": true, "max_call_cost": 0.18, "channels_restrict": true, "max_channels": 3,
                "rewrite_enabled": true, "rewrite_prefix": "00", "rewrite_cond": "1",
            }),
            json!({
                "label": "a", "callerid": "13137890021", "allowed_ips": ["198.51.100.7"], "call_limit": 600,
                "max_call_cost": 0.18, "max_channels": 3, "rewrite_prefix": "00", "rewrite_cond": "1",
            }),
        ),
        (
            json!({
                "label": "a", "callerid": "13137890021", "didinfo_enabled": false,
                "call_recording_enabled": true, "transcription_enabled": true, "transcription_threshold": 10,
            }),
            json!({
                "label": "a", "callerid": "13137890021", "didinfo_enabled": false,
                "call_recording_enabled": true, "transcription_enabled": true, "transcription_threshold": 10,
            }),
        ),
        (
            json!({
                "label": "a", "callerid": "13137890021", "call_restrict": false, "call_limit": 600,
                "rewrite_enabled": false, "rewrite_prefix": "00",
            }),
            json!({ "label": "a", "callerid": "13137890021" }),
        ),
        (
            json!({ "label": "a", "callerid": "13137890021", "host_request": { "host": "203.0.113.9" } }),
            json!({ "label": "a", "callerid": "13137890021", "host_request": { "host": "203.0.113.9" } }),
        ),
    ];
    for (stored, expected) in cases {
        let mut bench = Bench::start().await;
        let id = bench.sim.add_trunk(stored);
        let (config, state) = generate(&mut bench, id).await;
        assert_eq!(written(&config).to_string(), sorted(&expected));
        assert_eq!(bench.plan(&config, &state).await, state, "{}", written(&config));
    }
}

/// As `serde_json` writes it, by key.
fn sorted(value: &Json) -> String {
    let mut object: Vec<_> = value.as_object().unwrap().iter().collect();
    object.sort_by_key(|(key, _)| *key);
    let object: serde_json::Map<_, _> = object.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    Json::Object(object).to_string()
}

/// `ip_restrict = true` without addresses is refused by validation.
async fn a_trunk_that_locks_every_device_out_is_generated_as_one_can_write_it() {
    let mut bench = Bench::start().await;
    let id = bench.sim.add_trunk(json!({ "label": "a", "callerid": "13137890021" }));
    bench.sim.edit_trunk(id, |trunk| trunk.ip_restrict = true);
    let (config, _) = generate(&mut bench, id).await;
    assert_eq!(written(&config), json!({ "callerid": "13137890021", "label": "a" }));
}

async fn without_a_state_there_is_nothing_to_write() {
    let mut bench = Bench::start().await;
    // A list without resource objects has none to send; Terraform 1.14.0 forgets to send any.
    let null = DynamicValue { msgpack: vec![0xc0].into(), json: Vec::new().into() };
    for (state, warnings) in [(Some(null), 0), (None, 1)] {
        let request = generate_resource_config::Request { type_name: TRUNK.to_owned(), state };
        let answer = bench.provider.generate_resource_config(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), warnings, "{:?}", answer.diagnostics);
        assert_eq!(decode(answer.config.as_ref()), trunk([]));
    }
}
