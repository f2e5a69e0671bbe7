//! The promise that no object is lost, verb by verb.

mod interruptions;

use std::sync::Arc;

use bytes::Bytes;
use tonic::Request;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::fixtures::{
    Fake, FakeResource, THING, assert_one_error, decided, errors, stored_thing as stored, thing,
};
use crate::framework::object::Attr;
use crate::protocol::proto::tfplugin6::apply_resource_change;
use crate::protocol::proto::tfplugin6::apply_resource_change::Response;
use crate::protocol::value::{UNKNOWN, Value};

const NULL: Value = Value::Null;

fn text(text: &str) -> Value {
    Value::string(text)
}

fn config() -> Value {
    thing([("name", text("Ann")), ("secret", text("hunter2"))])
}

fn planned() -> Value {
    thing([("id", UNKNOWN), ("name", text("Ann")), ("size", Value::Number(1.into())), ("etag", UNKNOWN)])
}

fn created() -> Value {
    let size = Value::Number(1.into());
    thing([("id", text("new-id")), ("name", text("Ann")), ("size", size), ("etag", text("new-etag"))])
}

/// A resource whose create is this.
macro_rules! creating {
    (|$call:ident, $request:ident, $outcome:ident| $body:block) => {
        FakeResource {
            create: Arc::new(|$call, $request, $outcome| Box::pin(async move { $body })),
            ..FakeResource::default()
        }
    };
}

/// The state that a create leaves, and its answer.
async fn create(resource: FakeResource) -> (Value, Response) {
    let fake = Fake::ready(resource).await;
    let answer = fake.apply(&config(), &NULL, &planned()).await;
    (fake.decode(answer.new_state.as_ref()), answer)
}

#[tokio::test]
async fn create_update_and_delete_reach_their_verbs() {
    let fake = Fake::ready(FakeResource::default()).await;
    let answer = fake.apply(&config(), &NULL, &planned()).await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(fake.decode(answer.new_state.as_ref()), created());
    assert_eq!(answer.private, Bytes::from_static(br#"{"planned":true}"#));

    let mut changed = planned();
    if let Value::Map(entries) = &mut changed {
        entries.insert("id".into(), text("7"));
    }
    let answer = fake.apply(&config(), &stored(), &changed).await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(fake.decode(answer.new_state.as_ref()).get("etag"), Some(&text("new-etag")));

    let answer = fake.apply(&NULL, &stored(), &NULL).await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(fake.decode(answer.new_state.as_ref()), NULL);
    assert_eq!(fake.journal.entries(), ["create", "update", "delete"]);
}

#[tokio::test]
async fn an_error_after_saving_keeps_the_object() {
    let (state, answer) = create(creating!(|_call, request, outcome| {
        outcome.private.set("half", true.into());
        outcome.save(crate::framework::fixtures::Thing { id: Attr::Known("9".to_owned()), ..request.plan });
        Err(Diagnostic::error("Cannot finish", "It broke.").into())
    }))
    .await;
    assert_one_error(&answer.diagnostics, "It broke.");
    assert_eq!(state.get("id"), Some(&text("9")));
    assert_eq!(state.get("etag"), Some(&NULL), "what was not reached is null");
    assert_eq!(answer.private, Bytes::from_static(br#"{"half":true,"planned":true}"#));
}

#[tokio::test]
async fn a_panic_after_saving_keeps_the_object() {
    let (state, answer) = create(creating!(|_call, request, outcome| {
        outcome.save(decided(request.plan));
        panic!("planned")
    }))
    .await;
    assert_one_error(&answer.diagnostics, "The object exists, and the state contains its known values.");
    assert_eq!(state, created());
}

#[tokio::test]
async fn a_panic_before_saving_says_what_may_exist() {
    let (state, answer) = create(creating!(|_call, _request, _outcome| { panic!("planned") })).await;
    assert_one_error(&answer.diagnostics, "The object may exist and is not in the state.");
    assert_eq!(state, NULL);
}

#[tokio::test]
async fn a_create_that_saves_nothing_is_a_bug_that_says_what_may_exist() {
    let (state, answer) = create(creating!(|_call, _request, _outcome| { Ok(()) })).await;
    assert_one_error(&answer.diagnostics, "The object may exist and is not in the state.");
    assert_eq!(state, NULL);
}

#[tokio::test]
async fn a_create_that_fails_before_saving_stores_nothing() {
    let (state, answer) = create(creating!(|_call, _request, _outcome| {
        Err(Diagnostic::error("Cannot create", "No.").into())
    }))
    .await;
    assert_one_error(&answer.diagnostics, "No.");
    assert_eq!(state, NULL);
}

#[tokio::test]
async fn what_is_left_unknown_is_a_bug_and_stored_as_null() {
    let (state, answer) = create(creating!(|_call, request, outcome| {
        outcome.save(request.plan);
        Ok(())
    }))
    .await;
    assert_eq!(errors(&answer.diagnostics).len(), 2, "id and etag");
    assert_eq!(state.get("id"), Some(&NULL));
    assert_eq!(state.get("name"), Some(&text("Ann")));
}

#[tokio::test]
async fn another_value_than_was_planned_is_a_bug_that_shows_neither() {
    let (state, answer) = create(creating!(|_call, request, outcome| {
        let mut thing = decided(request.plan);
        thing.name = Attr::Known("Zoe".to_owned());
        outcome.save(thing);
        Ok(())
    }))
    .await;
    assert_one_error(&answer.diagnostics, "`name` has a different value than planned");
    assert!(!format!("{:?}", answer.diagnostics).contains("Zoe"));
    assert_eq!(state.get("name"), Some(&text("Zoe")), "the truth is stored");
}

#[tokio::test]
async fn another_spelling_than_was_planned_is_put_right() {
    let (state, answer) = create(creating!(|_call, request, outcome| {
        let mut thing = decided(request.plan);
        thing.name = Attr::Known("ANN".to_owned());
        outcome.save(thing);
        Ok(())
    }))
    .await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(state, created());
}

#[tokio::test]
async fn a_write_only_value_reaches_the_verb_and_never_the_state() {
    let (state, answer) = create(creating!(|call, request, outcome| {
        let secret = request.write_only.secret.known().cloned().unwrap_or_default();
        call.ctx.note(secret.clone());
        let mut thing = decided(request.plan);
        thing.secret = Attr::Known(secret);
        outcome.save(thing);
        Ok(())
    }))
    .await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(state, created());
    assert!(!format!("{answer:?}").contains("hunter2"));
}

/// Terraform hides ignored changes from the configuration of a plan only.
#[tokio::test]
async fn a_verb_is_shown_nothing_of_the_configuration_that_the_plan_could_hold() {
    let (_, answer) = create(creating!(|_call, request, outcome| {
        let shown = request.write_only;
        outcome.save(decided(request.plan));
        if shown.name.is_null() && shown.secret.known().is_some() {
            Ok(())
        } else {
            Err(Diagnostic::error("Shown", format!("{:?}", shown.name)).into())
        }
    }))
    .await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
}

/// The model and the schema disagree: an author's mistake that must not cost
/// the user an object.
#[tokio::test]
async fn a_state_that_does_not_fit_its_schema_is_stored_as_far_as_it_does() {
    let mut resource = FakeResource::default();
    resource.schema.attributes.retain(|attribute| attribute.name != "etag");
    let fake = Fake::ready(resource).await;
    let without_etag = |value: Value| match value {
        Value::Map(mut entries) => {
            entries.remove("etag");
            Value::Map(entries)
        }
        other => other,
    };
    let answer = fake.apply(&without_etag(config()), &NULL, &without_etag(planned())).await;
    assert!(
        errors(&answer.diagnostics)
            .iter()
            .any(|error| error.contains("does not match the provider's schema"))
    );
    assert_eq!(fake.decode(answer.new_state.as_ref()), without_etag(created()));
}

#[tokio::test]
async fn a_panic_while_comparing_meanings_keeps_the_object() {
    let mut resource = creating!(|_call, request, outcome| {
        let mut thing = decided(request.plan);
        thing.name = Attr::Known("ANN".to_owned());
        outcome.save(thing);
        Ok(())
    });
    for attribute in &mut resource.schema.attributes {
        attribute.same_meaning = attribute
            .same_meaning
            .map(|_| -> crate::framework::schema::SameMeaning { |_, _| panic!("planned") });
    }
    let (state, answer) = create(resource).await;
    assert_one_error(&answer.diagnostics, "panicked while it compared");
    assert_eq!(state.get("id"), Some(&text("new-id")));
}

#[tokio::test]
async fn a_failed_update_keeps_what_it_saved_or_the_prior_state() {
    let mut resource = FakeResource {
        update: Arc::new(|_, request, outcome| {
            Box::pin(async move {
                if request.plan.size.known() == Some(&2) {
                    outcome.save(crate::framework::fixtures::Thing { size: Attr::Known(2), ..request.prior });
                }
                Err(Diagnostic::error("Cannot update", "Halfway.").into())
            })
        }),
        ..FakeResource::default()
    };
    resource.schema.version = 0;
    let fake = Fake::ready(resource).await;
    for (size, expected) in [(2, 2), (3, 1)] {
        let plan = thing([
            ("id", text("7")),
            ("name", text("Bob")),
            ("size", Value::Number(size.into())),
            ("etag", UNKNOWN),
        ]);
        let answer = fake.apply(&config(), &stored(), &plan).await;
        assert_one_error(&answer.diagnostics, "Halfway.");
        let state = fake.decode(answer.new_state.as_ref());
        assert_eq!(state.get("size"), Some(&Value::Number(expected.into())));
        assert_eq!(state.get("name"), Some(&text("Ann")));
    }
}

#[tokio::test]
async fn a_failed_or_panicking_delete_keeps_the_prior_state() {
    for panics in [false, true] {
        let resource = FakeResource {
            delete: Arc::new(move |_, _, _| {
                Box::pin(async move {
                    assert!(!panics, "planned");
                    Err(Diagnostic::error("Cannot delete", "The object stays in the state.").into())
                })
            }),
            ..FakeResource::default()
        };
        let fake = Fake::ready(resource).await;
        let answer = fake.apply(&NULL, &stored(), &NULL).await;
        assert_one_error(&answer.diagnostics, "stays in the state");
        assert_eq!(fake.decode(answer.new_state.as_ref()), stored());
    }
}

#[tokio::test]
async fn without_a_configured_provider_nothing_is_tried() {
    let fake = Fake::unconfigured(FakeResource::default());
    let answer = fake.apply(&config(), &NULL, &planned()).await;
    assert_one_error(&answer.diagnostics, "is not configured");
    fake.configure(UNKNOWN).await;
    let answer = fake.apply(&config(), &NULL, &planned()).await;
    assert_one_error(&answer.diagnostics, "`key`");
    assert!(!fake.journal.entries().contains(&"create".to_owned()));
}

#[tokio::test]
async fn a_change_from_nothing_to_nothing_is_refused() {
    let fake = Fake::ready(FakeResource::default()).await;
    assert_one_error(
        &fake.apply(&NULL, &NULL, &NULL).await.diagnostics,
        "neither a prior nor a planned state",
    );
}

#[tokio::test]
async fn private_data_of_somebody_else_is_refused_before_anything_is_done() {
    let fake = Fake::ready(FakeResource::default()).await;
    let request = apply_resource_change::Request {
        type_name: THING.to_owned(),
        planned_state: fake.encode(&planned()),
        config: fake.encode(&config()),
        planned_private: Bytes::from_static(b"not json"),
        ..Default::default()
    };
    let answer = fake.server.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_one_error(&answer.diagnostics, "private data");
    assert_eq!(fake.journal.entries(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_the_users_or_the_resources() {
    let resource = FakeResource {
        create: Arc::new(|call, request, outcome| {
            Box::pin(async move {
                let left = call.deadline.duration_since(tokio::time::Instant::now());
                call.ctx.note(left.as_secs().to_string());
                outcome.save(decided(request.plan));
                Ok(())
            })
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    let timeouts = Value::map([("create", text("90s")), ("read", NULL), ("update", NULL), ("delete", NULL)]);
    let with_timeouts = |mut value: Value| {
        if let Value::Map(entries) = &mut value {
            entries.insert("timeouts".into(), timeouts.clone());
        }
        value
    };
    let _ = fake.apply(&with_timeouts(config()), &NULL, &with_timeouts(planned())).await;
    let _ = fake.apply(&config(), &NULL, &planned()).await;
    assert_eq!(fake.journal.entries(), ["90", "300"]);
}
