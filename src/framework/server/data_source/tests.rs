//! Reading and validating a data source.

use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, encode, errors};
use crate::protocol::dynamic_value;
use crate::protocol::proto::tfplugin6::{read_data_source, validate_data_resource_config};
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

fn ty() -> Type {
    Type::object([("name", Type::String), ("answer", Type::String)])
}

fn value(name: Value, answer: Value) -> Value {
    Value::map([("name", name), ("answer", answer)])
}

async fn read(fake: &Fake, name: &str) -> (Value, read_data_source::Response) {
    let request = read_data_source::Request {
        type_name: THING.to_owned(),
        config: Some(encode(&value(Value::string(name), Value::Null), &ty())),
        ..Default::default()
    };
    let answer = fake.server.read_data_source(Request::new(request)).await.unwrap().into_inner();
    (dynamic_value::decode(answer.state.as_ref(), &ty()).unwrap(), answer)
}

#[tokio::test]
async fn a_data_source_is_read() {
    let fake = Fake::ready(FakeResource::default()).await;
    let (state, answer) = read(&fake, "Ann").await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(state, value(Value::string("Ann"), Value::string("42")));
    assert!(answer.deferred.is_none());
}

#[tokio::test]
async fn what_goes_wrong_is_an_error() {
    let fake = Fake::ready(FakeResource::default()).await;
    for (name, fragment) in [
        ("missing", "There is none."),
        ("undecided", "`answer`"),
        ("other", "`name` has a different value"),
        ("panic", "panicked"),
    ] {
        assert_one_error(&read(&fake, name).await.1.diagnostics, fragment);
    }
    assert!(read(&fake, "Ann").await.1.diagnostics.is_empty());
}

#[tokio::test]
async fn without_a_configured_provider_nothing_is_read() {
    let fake = Fake::unconfigured(FakeResource::default());
    assert_one_error(&read(&fake, "Ann").await.1.diagnostics, "is not configured");
    fake.configure(UNKNOWN).await;
    assert_one_error(&read(&fake, "Ann").await.1.diagnostics, "`key`");
}

#[tokio::test]
async fn a_data_sources_configuration_is_validated() {
    let fake = Fake::unconfigured(FakeResource::default());
    for (config, expected) in [
        (value(Value::string("Ann"), Value::Null), 0),
        (value(UNKNOWN, Value::Null), 0),
        (value(Value::Null, Value::Null), 1),
        (value(Value::string(""), Value::string("mine")), 2),
    ] {
        let request = validate_data_resource_config::Request {
            type_name: THING.to_owned(),
            config: Some(encode(&config, &ty())),
        };
        let answer =
            fake.server.validate_data_resource_config(Request::new(request)).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics).len(), expected, "{config:?}");
    }
}
