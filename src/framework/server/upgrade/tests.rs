//! Stored states of all ages.

use std::collections::HashMap;

use bytes::Bytes;
use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, thing};
use crate::protocol::proto::tfplugin6::RawState;
use crate::protocol::proto::tfplugin6::upgrade_resource_state::{self, Response};
use crate::protocol::value::Value;

async fn upgrade(version: i64, json: &'static str) -> (Value, Response) {
    upgrade_raw(version, Some(RawState { json: Bytes::from_static(json.as_bytes()), ..Default::default() }))
        .await
}

async fn upgrade_raw(version: i64, raw_state: Option<RawState>) -> (Value, Response) {
    let fake = Fake::unconfigured(FakeResource::default());
    let request = upgrade_resource_state::Request { type_name: THING.to_owned(), version, raw_state };
    let answer = fake.server.upgrade_resource_state(Request::new(request)).await.unwrap().into_inner();
    (fake.decode(answer.upgraded_state.as_ref()), answer)
}

fn text(text: &str) -> Value {
    Value::string(text)
}

#[tokio::test]
async fn a_current_state_is_read_leniently() {
    let json = "{\n  \"id\": \"7\",\n  \"name\": \"Ann\",\n  \"size\": 1,\n  \"secret\": \"hunter2\",\n  \"gone\": true\n}";
    let (state, answer) = upgrade(2, json).await;
    assert!(answer.diagnostics.is_empty(), "{answer:?}");
    let expected = [("id", text("7")), ("name", text("Ann")), ("size", Value::Number(1.into()))];
    assert_eq!(state, thing(expected));
}

#[tokio::test]
async fn an_old_state_goes_through_every_version() {
    let (state, answer) = upgrade(0, r#"{"id":"7","label":"Ann","size":"3"}"#).await;
    assert!(answer.diagnostics.is_empty(), "{answer:?}");
    let expected = [("id", text("7")), ("name", text("Ann")), ("size", Value::Number(3.into()))];
    assert_eq!(state, thing(expected));
}

#[tokio::test]
async fn numbers_keep_all_digits_on_the_way() {
    let (state, _) = upgrade(1, r#"{"size":12345678901234567890.123456789}"#).await;
    assert_eq!(state.get("size"), Some(&Value::Number("12345678901234567890.123456789".parse().unwrap())));
}

#[tokio::test]
async fn what_cannot_be_upgraded_is_an_error_and_never_a_lost_state() {
    let cases = [
        (3, r#"{"id":"7"}"#, "the newer provider version"),
        (-1, r#"{"id":"7"}"#, "There is no rule."),
        (1, r#"{"lost":1}"#, "The state contains no object"),
        (2, "null", "The state contains no object"),
        (2, "{", "malformed JSON"),
        (1, "{", "not valid JSON"),
        (2, r#"{"id":["hunter2"]}"#, "id: "),
        (2, "", "Terraform sent no state."),
    ];
    for (version, json, fragment) in cases {
        let (state, answer) = upgrade(version, json).await;
        assert_one_error(&answer.diagnostics, fragment);
        assert!(answer.upgraded_state.is_none() && state.is_null(), "{json}");
        assert!(!format!("{answer:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_state_of_terraform_0_11_is_refused_with_what_to_do() {
    let flatmap = HashMap::from([("id".to_owned(), "7".to_owned())]);
    let (_, answer) = upgrade_raw(0, Some(RawState { flatmap, ..Default::default() })).await;
    assert_one_error(&answer.diagnostics, "Terraform 0.12");
    let (_, answer) = upgrade_raw(0, None).await;
    assert_one_error(&answer.diagnostics, "Terraform sent no state.");
}
