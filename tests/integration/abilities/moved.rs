//! Trunks that were managed as `restapi_object`, and objects that were not
//! trunks.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::value::Value;
use wavix_sim::Sim;

use super::{Bench, TRUNK, decode, encode, identity, one_error, trunk, trunk_type};

async_trials![
    a_trunk_is_taken_over_with_its_password_and_plans_nothing,
    a_trunk_whose_password_nobody_kept_plans_nothing_either,
    what_is_no_trunk_is_refused_and_not_shown,
];

const PROVIDER: &str = "registry.terraform.io/mastercard/restapi";

async fn moved(
    bench: &mut Bench,
    provider: &str,
    type_name: &str,
    state: &Json,
) -> move_resource_state::Response {
    let request = move_resource_state::Request {
        source_provider_address: provider.to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: Some(RawState { json: Bytes::from(state.to_string()), ..Default::default() }),
        source_private: Bytes::from_static(b"opaque"),
        target_type_name: TRUNK.to_owned(),
        ..Default::default()
    };
    bench.provider.move_resource_state(request).await.unwrap().into_inner()
}

fn object(id: i64, answer: &str, sent: &Json) -> Json {
    json!({
        "id": id.to_string(),
        "path": "/v1/trunks",
        "data": sent.to_string(),
        "api_data": { "label": "office" },
        "api_response": answer,
        "force_new": null,
    })
}

/// Moves, reads, and plans the configuration.
async fn take_over(bench: &mut Bench, id: i64, sent: &Json, config: &Value) -> (Value, Value) {
    let answer = bench.answer(id).await;
    let moved = moved(bench, PROVIDER, "restapi_object", &object(id, &answer, sent)).await;
    assert_eq!(moved.diagnostics, []);
    assert_eq!(moved.target_identity, identity(&id.to_string()));
    assert!(moved.target_private.is_empty());
    let read = bench.read(moved.target_state, moved.target_private, moved.target_identity).await;
    let state = decode(read.new_state.as_ref());
    (bench.plan(config, &state).await, state)
}

async fn a_trunk_is_taken_over_with_its_password_and_plans_nothing() {
    let mut bench = Bench::start().await;
    let sent = json!({
        "label": "office", "password": "a password", "callerid": "+1 313 789 0021", "max_channels": 3,
        "channels_restrict": true, "host_request": { "host": "203.0.113.9" },
    });
    let id = bench.sim.add_trunk(json!({
        "label": "office", "password": "a password", "callerid": "13137890021", "max_channels": 3,
        "channels_restrict": true, "host_request": { "host": "203.0.113.9" },
    }));
    let config = trunk([
        ("label", Value::string("office")),
        ("password", Value::string("a password")),
        ("callerid", Value::string("+1 (313) 789-0021")),
        ("max_channels", Value::Number(3.into())),
        ("host_request", Value::map([("host", Value::string("203.0.113.9"))])),
    ]);
    let (planned, state) = take_over(&mut bench, id, &sent, &config).await;
    assert_eq!(planned, state);
    assert_eq!(state.get("status"), Some(&Value::string("pending")));
    assert_eq!(state.get("password"), Some(&Value::string("a password")));
    assert_eq!(bench.sim.journal().committed(), 0, "nothing was written");
}

async fn a_trunk_whose_password_nobody_kept_plans_nothing_either() {
    let mut bench = Bench::start().await;
    let id = bench.sim.add_trunk(json!({ "label": "office", "callerid": "13137890021" }));
    let config = trunk([("label", Value::string("office")), ("callerid", Value::string("13137890021"))]);
    let (planned, state) = take_over(&mut bench, id, &Json::Null, &config).await;
    assert_eq!(planned, state);
}

async fn what_is_no_trunk_is_refused_and_not_shown() {
    // As Terraform does it: nothing is configured.
    let mut bench = Bench::unconfigured(Sim::start().await).await;
    let trunk =
        json!({ "id": 7, "name": "login", "label": "office", "access_token": "planted-TOKEN" }).to_string();
    let good = object(7, &trunk, &json!({ "password": "planted-PASSWORD" }));
    let with = |field: &str, value: Json| {
        let mut object = good.clone();
        object[field] = value;
        object
    };
    let other = "registry.terraform.io/hashicorp/null";
    for (provider, type_name, state, fragment) in [
        (other, "null_resource", json!({ "id": "7" }), "`null_resource`"),
        (other, "restapi_object", good.clone(), other),
        (PROVIDER, "restapi_other", good.clone(), "`restapi_other`"),
        (PROVIDER, "restapi_object", with("path", json!("/v1/numbers")), "`path`"),
        (PROVIDER, "restapi_object", with("path", json!(null)), "`path`"),
        (PROVIDER, "restapi_object", with("api_response", json!("")), "-refresh-only"),
        (
            PROVIDER,
            "restapi_object",
            with("api_response", json!("<html>planted-TOKEN")),
            "as returned by Wavix",
        ),
        (PROVIDER, "restapi_object", with("api_response", json!("[7]")), "as returned by Wavix"),
        (
            PROVIDER,
            "restapi_object",
            with("api_response", json!(r#"{"id":7,"login":"planted-TOKEN"}"#)),
            "name",
        ),
        (PROVIDER, "restapi_object", with("id", json!("8")), "Its `id` is not"),
        (PROVIDER, "restapi_object", json!("planted-TOKEN"), "`path`"),
    ] {
        let answer = moved(&mut bench, provider, type_name, &state).await;
        let error = one_error(&answer.diagnostics);
        assert!(error.starts_with("Cannot move ") && error.contains(fragment), "{fragment}: {error}");
        assert!(error.contains("unchanged") && !error.contains("planted"), "{error}");
        assert_eq!(answer.target_state, None);
    }
    // It was only ever the one thing that was wrong.
    let answer = moved(&mut bench, PROVIDER, "restapi_object", &good).await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(answer.target_identity, identity("7"));
    assert!(encode(&decode(answer.target_state.as_ref()), &trunk_type()) == answer.target_state.unwrap());
}
