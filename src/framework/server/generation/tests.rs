//! Generated configurations, with and without a state.

use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, thing};
use crate::protocol::proto::tfplugin6::diagnostic::Severity;
use crate::protocol::proto::tfplugin6::generate_resource_config::{Request as Generate, Response};
use crate::protocol::value::Value;

async fn generate(fake: &Fake, state: &Value) -> Response {
    let request = Generate { type_name: THING.to_owned(), state: fake.encode(state) };
    fake.server.generate_resource_config(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn schema_and_hook_leave_what_a_person_would_write() {
    let fake = Fake::unconfigured(FakeResource::default());
    let text = |text: &str| Value::string(text);
    let state = |name: &str, size: i64| {
        thing([
            ("id", text("7")),
            ("name", text(name)),
            ("kind", text("Ann")),
            ("size", Value::Number(size.into())),
            ("etag", text("e1")),
        ])
    };
    let answer = generate(&fake, &state("Bob", 2)).await;
    assert!(answer.diagnostics.is_empty());
    let written = thing([("name", text("Bob")), ("kind", text("Ann")), ("size", Value::Number(2.into()))]);
    assert_eq!(fake.decode(answer.config.as_ref()), written);
    let answer = generate(&fake, &state("Ann", 1)).await;
    assert_eq!(fake.decode(answer.config.as_ref()), thing([("name", text("Ann"))]));
}

#[tokio::test]
async fn a_missing_state_gives_a_form_to_fill_in() {
    let fake = Fake::unconfigured(FakeResource::default());
    let answer = generate(&fake, &Value::Null).await;
    assert!(answer.diagnostics.is_empty());
    assert_eq!(fake.decode(answer.config.as_ref()), thing([]));
    let request = Generate { type_name: THING.to_owned(), state: None };
    let answer = fake.server.generate_resource_config(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(fake.decode(answer.config.as_ref()), thing([]));
    let [warning] = answer.diagnostics.as_slice() else { panic!("{answer:?}") };
    assert_eq!(warning.severity(), Severity::Warning);
    assert!(warning.detail.contains("1.14.1"), "{warning:?}");
}

#[tokio::test]
async fn an_unknown_type_is_refused() {
    let fake = Fake::unconfigured(FakeResource::default());
    let request = Generate { type_name: "fake_other".to_owned(), state: None };
    let answer = fake.server.generate_resource_config(Request::new(request)).await.unwrap().into_inner();
    assert_one_error(&answer.diagnostics, "fake_other");
}
