//! States as earlier versions stored them. Each schema version has a file under
//! `golden/states`, which is never changed: users have such states.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::value::Value;

use super::{Bench, TRUNK, decode, identity, one_error, trunk, trunk_schema};

async_trials![
    a_state_of_every_version_is_upgraded_and_plans_nothing,
    unknown_and_missing_attributes_are_tolerated,
    a_state_of_a_later_version_is_refused,
    every_version_has_its_file,
    an_identity_that_was_never_stored_is_no_error,
];

const VERSION_0: &str = include_str!("../golden/states/wavix_sip_trunk.v0.json");

async fn upgrade(bench: &mut Bench, version: i64, state: &Json) -> upgrade_resource_state::Response {
    let request = upgrade_resource_state::Request {
        type_name: TRUNK.to_owned(),
        version,
        raw_state: Some(RawState { json: Bytes::from(state.to_string()), ..Default::default() }),
    };
    bench.provider.upgrade_resource_state(request).await.unwrap().into_inner()
}

async fn a_state_of_every_version_is_upgraded_and_plans_nothing() {
    let mut bench = Bench::start().await;
    bench.sim.add_trunk(json!({
        "id": 3107, "name": "31070001", "label": "Head office", "password": "a password",
        "callerid": "13132847320", "ip_restrict": true, "allowed_ips": [{ "ip": "198.51.100.7" }],
        "cost_limit": true, "max_call_cost": 0.18, "created_at": "2026-01-15T09:30:00Z",
    }));
    let config = trunk([
        ("label", Value::string("Head office")),
        ("password", Value::string("a password")),
        ("callerid", Value::string("+1 (313) 284-7320")),
        ("allowed_ips", Value::Set(vec![Value::string("198.51.100.7")])),
        ("max_call_cost", Value::Number("0.18".parse().unwrap())),
    ]);
    for (version, text) in [(0, VERSION_0)] {
        let stored: Json = serde_json::from_str(text).unwrap();
        let answer = upgrade(&mut bench, version, &stored).await;
        assert_eq!(answer.diagnostics, []);
        let read = bench.read(answer.upgraded_state, Bytes::new(), None).await;
        assert_eq!(read.new_identity, identity("3107"), "identities came later than states");
        let state = decode(read.new_state.as_ref());
        assert_eq!(state.get("callerid"), Some(&Value::string("+1 (313) 284-7320")));
        assert_eq!(bench.plan(&config, &state).await, state, "version {version}");
    }
}

async fn unknown_and_missing_attributes_are_tolerated() {
    let mut bench = Bench::start().await;
    let stored =
        json!({ "id": 3107, "label": "office", "max_call_cost": "0.180", "from_elsewhere": { "a": [1] } });
    let answer = upgrade(&mut bench, 0, &stored).await;
    assert_eq!(answer.diagnostics, []);
    let state = decode(answer.upgraded_state.as_ref());
    assert_eq!(state.get("id"), Some(&Value::string("3107")));
    assert_eq!(state.get("max_call_cost"), Some(&Value::Number("0.18".parse().unwrap())));
    assert_eq!(state.get("encrypted_media"), Some(&Value::Null));
}

async fn a_state_of_a_later_version_is_refused() {
    let mut bench = Bench::start().await;
    let answer = upgrade(&mut bench, trunk_schema().version + 1, &json!({ "id": "7" })).await;
    assert!(one_error(&answer.diagnostics).contains("newer provider version"));
}

async fn every_version_has_its_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/integration/golden/states");
    for version in 0..=trunk_schema().version {
        let file = format!("{folder}/{TRUNK}.v{version}.json");
        assert!(std::path::Path::new(&file).exists(), "store a state of version {version} in {file}");
    }
}

async fn an_identity_that_was_never_stored_is_no_error() {
    let mut bench = Bench::start().await;
    let request = upgrade_resource_identity::Request {
        type_name: TRUNK.to_owned(),
        version: 0,
        raw_identity: Some(RawState::default()),
    };
    let answer = bench.provider.upgrade_resource_identity(request).await.unwrap().into_inner();
    assert_eq!((answer.upgraded_identity, answer.diagnostics), (None, Vec::new()));
}
