//! The request around the plan: the hook, private data, the provider's state.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tonic::Request;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::fixtures::{
    Fake, FakeResource, THING, assert_one_error, errors, stored_thing as stored, thing,
};
use crate::framework::object::Attr;
use crate::framework::resource::Phase;
use crate::protocol::proto::tfplugin6::{ClientCapabilities, DynamicValue, plan_resource_change};
use crate::protocol::value::{UNKNOWN, Value};

fn text(text: &str) -> Value {
    Value::string(text)
}

fn config(name: &str) -> Value {
    thing([("name", text(name))])
}

#[tokio::test]
async fn a_create_is_planned_without_asking_anything() {
    let fake = Fake::unconfigured(FakeResource::default());
    let plan = fake.plan(&config("Ann"), &Value::Null, "").await;
    assert_eq!(errors(&plan.diagnostics), Vec::<String>::new());
    let expected =
        [("id", UNKNOWN), ("name", text("Ann")), ("size", Value::Number(1.into())), ("etag", UNKNOWN)];
    assert_eq!(fake.decode(plan.planned_state.as_ref()), thing(expected));
    assert!(plan.deferred.is_none() && !plan.legacy_type_system);
}

/// In a replacement Terraform plans the create with the private data of the
/// state, and gives what comes back to the delete.
#[tokio::test]
async fn private_data_passes_through_every_kind_of_plan() {
    let fake = Fake::ready(FakeResource::default()).await;
    let private = r#"{"kept":"x"}"#;
    for (config, prior) in [
        (config("Ann"), Value::Null),
        (config("Bob"), stored()),
        (config("Ann"), stored()),
        (Value::Null, stored()),
    ] {
        let plan = fake.plan(&config, &prior, private).await;
        assert_eq!(plan.planned_private, Bytes::from_static(private.as_bytes()));
    }
}

#[tokio::test]
async fn a_destroy_is_planned_as_null() {
    let fake = Fake::ready(FakeResource::default()).await;
    let plan = fake.plan(&Value::Null, &stored(), "").await;
    assert_eq!(fake.decode(plan.planned_state.as_ref()), Value::Null);
    assert!(plan.diagnostics.is_empty() && plan.requires_replace.is_empty());
}

/// What the hook was told, for each kind of plan.
#[tokio::test]
async fn the_hook_is_called_for_every_plan_and_sees_what_there_is() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let resource = FakeResource {
        plan: Arc::new(move |request, planned, _| {
            let etag = planned.as_ref().map(|planned| planned.etag.is_unknown());
            let told = (request.ctx.is_some(), request.config.is_some(), request.prior.is_some(), etag);
            log.lock().unwrap().push(told);
        }),
        ..FakeResource::default()
    };
    let fake = Fake::unconfigured(resource);
    let _ = fake.plan(&config("Ann"), &Value::Null, "").await;
    fake.configure(UNKNOWN).await;
    let _ = fake.plan(&config("Ann"), &Value::Null, "").await;
    fake.configure(text("good")).await;
    let _ = fake.plan(&config("Ann"), &Value::Null, "").await;
    let _ = fake.plan(&config("Bob"), &stored(), "").await;
    let _ = fake.plan(&config("Ann"), &stored(), "").await;
    let _ = fake.plan(&Value::Null, &stored(), "").await;
    let expected = [
        (false, true, false, Some(true)),
        (false, true, false, Some(true)),
        (true, true, false, Some(true)),
        (true, true, true, Some(true)),
        (true, true, true, Some(false)),
        (true, false, true, None),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_hook_that_starts_a_change_runs_again_and_is_heard_once() {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let resource = FakeResource {
        plan: Arc::new(move |_, planned, diagnostics| {
            count.fetch_add(1, Ordering::Relaxed);
            diagnostics.push(Diagnostic::warning("Drift", "The id is put right."));
            if let Some(planned) = planned {
                planned.id = Attr::Known("put-right".to_owned());
            }
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    let plan = fake.plan(&config("Ann"), &stored(), "").await;
    let planned = fake.decode(plan.planned_state.as_ref());
    assert_eq!(planned.get("id"), Some(&text("put-right")));
    assert_eq!(planned.get("etag"), Some(&UNKNOWN), "a change changes the etag");
    assert_eq!((plan.diagnostics.len(), runs.load(Ordering::Relaxed)), (1, 2));
}

/// OpenTofu allows deferral in every request, Terraform in those of an apply.
#[tokio::test]
async fn a_plan_is_told_from_an_apply_by_deferral_and_by_what_was_read() {
    for (deferral_allowed, reads, expected) in [
        (false, false, Phase::Plan),
        (false, true, Phase::Plan),
        (true, false, Phase::PlanOrApply),
        (true, true, Phase::PlanAfterRead),
    ] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&seen);
        let resource = FakeResource {
            plan: Arc::new(move |request, _, _| tell.lock().unwrap().push(request.phase)),
            ..FakeResource::default()
        };
        let fake = Fake::ready(resource).await;
        if reads {
            fake.read(&stored()).await;
        }
        let request = plan_resource_change::Request {
            type_name: THING.to_owned(),
            prior_state: fake.encode(&Value::Null),
            proposed_new_state: fake.encode(&config("Ann")),
            config: fake.encode(&config("Ann")),
            client_capabilities: Some(ClientCapabilities { deferral_allowed, ..Default::default() }),
            ..Default::default()
        };
        let answer = fake.server.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
        assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
        assert_eq!(*seen.lock().unwrap(), [expected]);
    }
}

#[tokio::test]
async fn what_a_hook_decides_stands() {
    let resource = FakeResource {
        plan: Arc::new(|_, planned, _| {
            if let Some(planned) = planned {
                planned.etag = Attr::Known("e1".to_owned());
            }
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    let plan = fake.plan(&config("Bob"), &stored(), "").await;
    assert_eq!(fake.decode(plan.planned_state.as_ref()).get("etag"), Some(&text("e1")));
}

#[tokio::test]
async fn errors_of_the_hook_reach_the_user() {
    let resource = FakeResource {
        plan: Arc::new(|_, _, diagnostics| diagnostics.push(Diagnostic::error("Cannot do that", "Never."))),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    assert_one_error(&fake.plan(&config("Bob"), &stored(), "").await.diagnostics, "Never.");
}

#[tokio::test]
async fn a_hook_that_panics_fails_one_plan_and_not_the_process() {
    let resource = FakeResource {
        plan: Arc::new(|_, planned, _| {
            if planned.as_ref().and_then(|planned| planned.name.known()).is_some_and(|name| name == "panic") {
                panic!("planned")
            }
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    assert_one_error(&fake.plan(&config("panic"), &Value::Null, "").await.diagnostics, "panicked");
    assert!(fake.plan(&config("Ann"), &Value::Null, "").await.diagnostics.is_empty());
}

#[tokio::test]
async fn a_contradicting_hook_is_reported_beside_its_plan() {
    let resource = FakeResource {
        plan: Arc::new(|_, planned, _| {
            if let Some(planned) = planned {
                planned.name = Attr::Known("other".to_owned());
            }
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    let plan = fake.plan(&config("Bob"), &Value::Null, "").await;
    assert_one_error(&plan.diagnostics, "`name` is planned with a different value");
}

#[tokio::test]
async fn a_replacement_is_announced_by_path() {
    let fake = Fake::ready(FakeResource::default()).await;
    let new_kind = thing([("name", text("Ann")), ("kind", text("b"))]);
    let plan = fake.plan(&new_kind, &stored(), "").await;
    assert_eq!(plan.requires_replace.len(), 1);
}

#[tokio::test]
async fn a_request_that_cannot_be_decoded_is_an_error_that_shows_nothing() {
    let fake = Fake::ready(FakeResource::default()).await;
    let request = plan_resource_change::Request {
        type_name: THING.to_owned(),
        config: Some(DynamicValue { msgpack: Bytes::from_static(b"\xa7hunter2"), json: Bytes::new() }),
        ..Default::default()
    };
    let plan = fake.server.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_one_error(&plan.diagnostics, "does not match the provider's schema");
    assert!(!format!("{:?}", plan.diagnostics).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_plans_at_once_do_not_mix() {
    let fake = Arc::new(Fake::ready(FakeResource::default()).await);
    let plans = (0..100).map(|number| {
        let fake = Arc::clone(&fake);
        tokio::spawn(async move {
            let name = format!("thing-{number}");
            let plan = fake.plan(&config(&name), &Value::Null, "").await;
            assert_eq!(fake.decode(plan.planned_state.as_ref()).get("name"), Some(&text(&name)));
        })
    });
    for plan in plans.collect::<Vec<_>>() {
        plan.await.unwrap();
    }
}
