//! Identities through the life of an object, and what is refused.

use bytes::Bytes;
use tonic::Request;

use crate::framework::fixtures::{
    Fake, FakeResource, THING, assert_one_error, decided, encode, errors, propose, stored_thing, thing,
    thing_schema,
};
use crate::framework::object::Attr;
use crate::protocol::dynamic_value;
use crate::protocol::proto::tfplugin6::*;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

fn ty() -> Type {
    Type::object([("id", Type::String), ("kind", Type::String)])
}

fn identity(id: &str) -> Value {
    Value::map([("id", Value::string(id)), ("kind", Value::Null)])
}

fn wire(identity: &Value) -> Option<ResourceIdentityData> {
    Some(ResourceIdentityData { identity_data: Some(encode(identity, &ty())) })
}

fn plain(message: Option<&ResourceIdentityData>) -> Option<Value> {
    message.map(|message| dynamic_value::decode(message.identity_data.as_ref(), &ty()).unwrap())
}

async fn read(fake: &Fake, stored: &Value, private: &'static str) -> read_resource::Response {
    let request = read_resource::Request {
        type_name: THING.to_owned(),
        current_state: fake.encode(&stored_thing()),
        private: Bytes::from_static(private.as_bytes()),
        current_identity: if stored.is_null() { None } else { wire(stored) },
        ..Default::default()
    };
    fake.server.read_resource(Request::new(request)).await.unwrap().into_inner()
}

async fn plan(fake: &Fake, config: &Value, prior: &Value, stored: &Value) -> plan_resource_change::Response {
    let request = plan_resource_change::Request {
        type_name: THING.to_owned(),
        prior_state: fake.encode(prior),
        proposed_new_state: fake.encode(&propose(&thing_schema(), prior, config)),
        config: fake.encode(config),
        prior_identity: if stored.is_null() { None } else { wire(stored) },
        ..Default::default()
    };
    fake.server.plan_resource_change(Request::new(request)).await.unwrap().into_inner()
}

async fn apply(
    fake: &Fake,
    prior: &Value,
    planned: &Value,
    identity: &Value,
) -> apply_resource_change::Response {
    let request = apply_resource_change::Request {
        type_name: THING.to_owned(),
        prior_state: fake.encode(prior),
        planned_state: fake.encode(planned),
        config: fake.encode(planned),
        planned_identity: if identity.is_null() { None } else { wire(identity) },
        ..Default::default()
    };
    fake.server.apply_resource_change(Request::new(request)).await.unwrap().into_inner()
}

async fn upgrade(fake: &Fake, version: i64, json: &'static str) -> upgrade_resource_identity::Response {
    let request = upgrade_resource_identity::Request {
        type_name: THING.to_owned(),
        version,
        raw_identity: Some(RawState { json: Bytes::from_static(json.as_bytes()), ..Default::default() }),
    };
    fake.server.upgrade_resource_identity(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn the_schema_says_what_an_import_must_give() {
    let fake = Fake::unconfigured(FakeResource::identified());
    let request = get_resource_identity_schemas::Request {};
    let answer = fake.server.get_resource_identity_schemas(Request::new(request)).await.unwrap().into_inner();
    let [(name, schema)] = &answer.identity_schemas.into_iter().collect::<Vec<_>>()[..] else {
        panic!("one identity")
    };
    assert_eq!((name.as_str(), schema.version), (THING, 2));
    let shape: Vec<_> = schema
        .identity_attributes
        .iter()
        .map(|a| (a.name.as_str(), a.r#type.as_ref(), a.required_for_import, a.optional_for_import))
        .collect();
    assert_eq!(shape, [("id", &b"\"string\""[..], true, false), ("kind", &b"\"string\""[..], false, true)]);
}

#[tokio::test]
async fn an_object_has_its_identity_from_the_apply_to_the_delete() {
    let fake = Fake::ready(FakeResource::identified()).await;
    let config = thing([("name", Value::string("Ann"))]);
    let planned = plan(&fake, &config, &Value::Null, &Value::Null).await;
    assert_eq!(planned.planned_identity, None, "it is not decided yet");

    let state = fake.decode(planned.planned_state.as_ref());
    let created = apply(&fake, &Value::Null, &state, &Value::Null).await;
    assert_eq!(errors(&created.diagnostics), Vec::<String>::new());
    assert_eq!(plain(created.new_identity.as_ref()), Some(identity("new-id")));

    for stored in [identity("7"), Value::Null] {
        let answer = read(&fake, &stored, "").await;
        assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
        assert_eq!(plain(answer.new_identity.as_ref()), Some(identity("7")), "stored: {stored:?}");
        let updated = plan(&fake, &config, &stored_thing(), &stored).await;
        assert_eq!(plain(updated.planned_identity.as_ref()), Some(identity("7")));
        let destroyed = plan(&fake, &Value::Null, &stored_thing(), &stored).await;
        assert_eq!(plain(destroyed.planned_identity.as_ref()), Some(identity("7")));
    }
    let deleted = apply(&fake, &stored_thing(), &Value::Null, &identity("7")).await;
    assert_eq!((deleted.new_identity, errors(&deleted.diagnostics)), (None, Vec::new()));
}

#[tokio::test]
async fn a_type_without_identity_never_answers_with_one() {
    let fake = Fake::ready(FakeResource::default()).await;
    assert_eq!(read(&fake, &identity("7"), "").await.new_identity, None);
    let config = thing([("name", Value::string("Bob"))]);
    let planned = plan(&fake, &config, &stored_thing(), &identity("7")).await;
    assert_eq!(planned.planned_identity, None);
    let state = fake.decode(planned.planned_state.as_ref());
    let applied = apply(&fake, &stored_thing(), &state, &identity("7")).await;
    assert_eq!((applied.new_identity, errors(&applied.diagnostics)), (None, Vec::new()));
}

#[tokio::test]
async fn a_read_that_finds_another_object_is_refused_and_changes_nothing() {
    let fake = Fake::ready(FakeResource::identified()).await;
    let answer = read(&fake, &identity("8"), r#"{"stored":1}"#).await;
    assert_one_error(&answer.diagnostics, "another object");
    assert!(errors(&answer.diagnostics)[0].contains("\"id\":\"8\""));
    assert_eq!(fake.decode(answer.new_state.as_ref()), stored_thing());
    assert_eq!(plain(answer.new_identity.as_ref()), Some(identity("8")));
    assert_eq!(answer.private.as_ref(), br#"{"stored":1}"#);
}

#[tokio::test]
async fn the_read_after_an_import_may_correct_the_identity_once() {
    let fake = Fake::ready(FakeResource::identified()).await;
    let answer = read(&fake, &identity("8"), r#"{".import_before_read":true}"#).await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(plain(answer.new_identity.as_ref()), Some(identity("7")));
    assert!(answer.private.is_empty(), "the next read is not the first");
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let fake = Fake::ready(FakeResource::identified()).await;
    let import = |id: &str, identity| {
        let request = import_resource_state::Request {
            type_name: THING.to_owned(),
            id: id.to_owned(),
            identity,
            ..Default::default()
        };
        fake.server.import_resource_state(Request::new(request))
    };
    for (id, asked) in [("", wire(&identity("7"))), ("7", None)] {
        let answer = import(id, asked).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
        let [imported] = answer.imported_resources.as_slice() else { panic!("one object") };
        assert_eq!(fake.decode(imported.state.as_ref()), thing([("id", Value::string("7"))]));
        assert_eq!(plain(imported.identity.as_ref()), Some(identity("7")));
        assert_eq!(imported.private.as_ref(), br#"{".import_before_read":true}"#);
    }
    let nobody = Value::map([("id", Value::Null), ("kind", Value::string("k"))]);
    let answer = import("", wire(&nobody)).await.unwrap().into_inner();
    assert_one_error(&answer.diagnostics, "Set `id` in the `import` block");
}

#[tokio::test]
async fn an_apply_that_ends_with_another_object_is_reported_and_its_state_kept() {
    let mut resource = FakeResource::identified();
    resource.update = std::sync::Arc::new(|_, request, outcome| {
        Box::pin(async move {
            let mut changed = decided(request.plan);
            changed.id = Attr::Known("8".to_owned());
            outcome.save(changed);
            Ok(())
        })
    });
    let fake = Fake::ready(resource).await;
    // The id is unknown in this plan, so only the identity tells.
    let planned = thing([
        ("id", crate::protocol::value::UNKNOWN),
        ("name", Value::string("Bob")),
        ("size", Value::Number(1.into())),
    ]);
    let answer = apply(&fake, &stored_thing(), &planned, &identity("7")).await;
    assert_one_error(&answer.diagnostics, "but the plan has");
    assert_eq!(fake.decode(answer.new_state.as_ref()).get("id"), Some(&Value::string("8")));
    assert_eq!(plain(answer.new_identity.as_ref()), Some(identity("8")));
}

#[tokio::test]
async fn a_plan_that_changes_the_identity_without_replacing_is_a_bug() {
    let mut resource = FakeResource::identified();
    resource.plan = std::sync::Arc::new(|_, planned, _| {
        if let Some(planned) = planned {
            planned.id = Attr::Known("8".to_owned());
        }
    });
    let fake = Fake::ready(resource).await;
    let config = thing([("name", Value::string("Bob"))]);
    let answer = plan(&fake, &config, &stored_thing(), &identity("7")).await;
    assert_one_error(&answer.diagnostics, "without a replacement");
}

/// Terraform sends the identity of what is replaced with the plan of what comes after
/// it.
#[tokio::test]
async fn a_replacement_is_identified_as_the_new_object_that_it_is() {
    let mut resource = FakeResource::identified();
    let config = thing([("name", Value::string("Bob"))]);
    let fake = Fake::ready(resource.clone()).await;
    let answer = plan(&fake, &config, &Value::Null, &identity("7")).await;
    assert_eq!((errors(&answer.diagnostics), plain(answer.planned_identity.as_ref())), (vec![], None));

    resource.plan = std::sync::Arc::new(|_, planned, _| {
        if let Some(planned) = planned {
            planned.id = Attr::Known("8".to_owned());
        }
    });
    let fake = Fake::ready(resource).await;
    let answer = plan(&fake, &config, &Value::Null, &identity("7")).await;
    let planned = plain(answer.planned_identity.as_ref());
    assert_eq!((errors(&answer.diagnostics), planned), (vec![], Some(identity("8"))));
}

#[tokio::test]
async fn old_identities_are_upgraded_one_version_after_the_other() {
    let fake = Fake::unconfigured(FakeResource::identified());
    for (version, json) in
        [(0, r#"{"number":"7"}"#), (1, r#"{"id":"7"}"#), (2, r#"{"id":"7","from_later":true}"#)]
    {
        let answer = upgrade(&fake, version, json).await;
        assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
        assert_eq!(plain(answer.upgraded_identity.as_ref()), Some(identity("7")), "{version}");
    }
}

/// Terraform asks also where no identity was ever stored.
#[tokio::test]
async fn nothing_stored_is_upgraded_to_nothing() {
    let fake = Fake::unconfigured(FakeResource::identified());
    for json in ["", " ", "null"] {
        let answer = upgrade(&fake, 0, json).await;
        assert_eq!((answer.upgraded_identity, errors(&answer.diagnostics)), (None, Vec::new()), "{json:?}");
    }
}

#[tokio::test]
async fn an_identity_that_cannot_be_read_is_refused() {
    let fake = Fake::unconfigured(FakeResource::identified());
    assert_one_error(&upgrade(&fake, 3, r#"{"id":"7"}"#).await.diagnostics, "newer provider version");
    assert_one_error(&upgrade(&fake, 1, "{").await.diagnostics, "not valid JSON");
    assert_one_error(&upgrade(&fake, 2, r#"{"id":["7"]}"#).await.diagnostics, "does not match");
    let without = Fake::unconfigured(FakeResource::default());
    assert_one_error(&upgrade(&without, 0, "").await.diagnostics, "has no identity");
}
