//! Imports by id, and the ones that are refused.

use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, thing};
use crate::protocol::proto::tfplugin6::ResourceIdentityData;
use crate::protocol::proto::tfplugin6::import_resource_state::{self, Response};
use crate::protocol::value::{UNKNOWN, Value};

async fn import(fake: &Fake, id: &str, identity: Option<ResourceIdentityData>) -> Response {
    let request = import_resource_state::Request {
        type_name: THING.to_owned(),
        id: id.to_owned(),
        identity,
        ..Default::default()
    };
    fake.server.import_resource_state(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn an_id_becomes_one_state_without_secrets() {
    let fake = Fake::ready(FakeResource::default()).await;
    for id in ["7", "careless"] {
        let answer = import(&fake, id, None).await;
        assert!(answer.diagnostics.is_empty() && answer.deferred.is_none());
        let [imported] = answer.imported_resources.as_slice() else { panic!("one resource") };
        assert_eq!(imported.type_name, THING);
        assert!(imported.identity.is_none());
        assert_eq!(fake.decode(imported.state.as_ref()), thing([("id", Value::string(id))]));
    }
}

#[tokio::test]
async fn a_bad_id_is_refused_by_the_resource() {
    let fake = Fake::ready(FakeResource::default()).await;
    assert_one_error(&import(&fake, "", None).await.diagnostics, "The id is empty.");
}

#[tokio::test]
async fn an_identity_is_refused_with_what_to_do() {
    let fake = Fake::ready(FakeResource::default()).await;
    let answer = import(&fake, "", Some(ResourceIdentityData::default())).await;
    assert_one_error(&answer.diagnostics, "set `id` instead");
}

#[tokio::test]
async fn an_undecided_value_is_a_bug() {
    let fake = Fake::ready(FakeResource::default()).await;
    assert_one_error(&import(&fake, "undecided", None).await.diagnostics, "`etag`");
}

#[tokio::test]
async fn a_provider_that_cannot_read_cannot_import() {
    let fake = Fake::unconfigured(FakeResource::default());
    assert_one_error(&import(&fake, "7", None).await.diagnostics, "is not configured");
    fake.configure(UNKNOWN).await;
    assert_one_error(&import(&fake, "7", None).await.diagnostics, "`key`");
}
