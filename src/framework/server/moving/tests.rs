//! Objects of other types that are taken over, and the ones that are not.

use bytes::Bytes;
use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, thing};
use crate::protocol::proto::tfplugin6::RawState;
use crate::protocol::proto::tfplugin6::move_resource_state::{Request as Move, Response};
use crate::protocol::value::Value;

async fn moved(fake: &Fake, provider: &str, type_name: &str, json: &'static str) -> Response {
    let request = Move {
        source_provider_address: provider.to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: Some(RawState { json: Bytes::from_static(json.as_bytes()), ..Default::default() }),
        source_private: Bytes::from_static(b"opaque"),
        target_type_name: THING.to_owned(),
        ..Default::default()
    };
    fake.server.move_resource_state(Request::new(request)).await.unwrap().into_inner()
}

const OTHER: &str = "registry.terraform.io/test/other";

#[tokio::test]
async fn a_known_type_is_taken_over_without_a_configured_provider() {
    for (resource, identified) in [(FakeResource::default(), false), (FakeResource::identified(), true)] {
        let fake = Fake::unconfigured(resource);
        let answer = moved(&fake, OTHER, "other_thing", r#"{"number":"7","what":{"ever":1}}"#).await;
        assert!(answer.diagnostics.is_empty());
        let state = fake.decode(answer.target_state.as_ref());
        assert_eq!(state, thing([("id", Value::string("7"))]), "the write-only value is not stored");
        assert!(answer.target_private.is_empty(), "the other provider's data means nothing here");
        assert_eq!(answer.target_identity.is_some(), identified);
    }
}

#[tokio::test]
async fn everything_else_is_refused() {
    let fake = Fake::unconfigured(FakeResource::default());
    for (provider, type_name, json, fragment) in [
        (
            "registry.terraform.io/test/third",
            "other_thing",
            r#"{"number":"7"}"#,
            "`registry.terraform.io/test/third`",
        ),
        (OTHER, "third_thing", r#"{"number":"7"}"#, "`third_thing`"),
        (OTHER, "other_thing", "{}", "It has no number."),
        (OTHER, "other_thing", "", "missing, or is not JSON"),
    ] {
        let answer = moved(&fake, provider, type_name, json).await;
        assert_one_error(&answer.diagnostics, fragment);
        assert!(answer.target_state.is_none());
    }
}
