//! Lists: what arrives, in what order, and what ends them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tonic::Request;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::fixtures::{
    Fake, FakeResource, Journal, THING, Thing, assert_one_error, empty_thing, encode, thing,
};
use crate::framework::object::Attr;
use crate::protocol::proto::tfplugin6::list_resource::{Event, Request as List};
use crate::protocol::proto::tfplugin6::validate_list_resource_config;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

/// Notes when the work ends, also when it is dropped.
struct End<'a>(&'a Journal);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.note("ended");
    }
}

/// Things 1 to 5, noting each before it is handed over. What it does after the
/// third is the configured name's to say.
fn lister() -> FakeResource {
    let mut resource = FakeResource::identified();
    resource.list = Some(Arc::new(|call, request, results| {
        Box::pin(async move {
            let _end = End(call.ctx);
            for number in 1..=5 {
                match request.config.name.known().map(String::as_str) {
                    Some("fail") if number == 4 => {
                        return Err(Diagnostic::error("Cannot list fake_thing", "It is late.").into());
                    }
                    #[allow(clippy::panic, reason = "what the test is about")]
                    Some("panic") if number == 4 => panic!("planned"),
                    Some("hang") if number == 4 => std::future::pending().await,
                    Some("nobody") if number == 4 => {
                        let _ = results.push("nobody", empty_thing()).await;
                    }
                    _ => {}
                }
                call.ctx.note(format!("{number} of {}", results.wanted()));
                let size = if request.include_resource { Attr::Known(number) } else { Attr::Null };
                let secret = Attr::Known("hunter2".to_owned());
                let thing = Thing { id: Attr::Known(number.to_string()), size, secret, ..empty_thing() };
                if let ControlFlow::Break(()) = results.push(format!("thing {number}"), thing).await {
                    break;
                }
            }
            Ok(())
        })
    }));
    resource
}

fn request(name: Value, include: bool, limit: i64) -> Request<List> {
    Request::new(List {
        type_name: THING.to_owned(),
        config: Some(encode(&Value::map([("name", name)]), &Type::object([("name", Type::String)]))),
        include_resource_object: include,
        limit,
    })
}

async fn list(fake: &Fake, request: Request<List>) -> Vec<Event> {
    let events = fake.server.list_resource(request).await.unwrap().into_inner();
    events.map(Result::unwrap).collect().await
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

#[tokio::test]
async fn every_object_is_an_event_with_identity_and_name() {
    let fake = Fake::ready(lister()).await;
    let events = list(&fake, request(Value::Null, false, 0)).await;
    assert_eq!(names(&events), ["thing 1", "thing 2", "thing 3", "thing 4", "thing 5"]);
    assert!(events.iter().all(|event| event.identity.is_some() && event.diagnostic.is_empty()));
    assert!(events.iter().all(|event| event.resource_object.is_none()), "nobody asked for it");
}

#[tokio::test]
async fn objects_come_on_demand_and_without_what_is_kept_nowhere() {
    let fake = Fake::ready(lister()).await;
    let events = list(&fake, request(Value::Null, true, 1)).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let expected = thing([("id", Value::string("1")), ("size", Value::Number(1.into()))]);
    assert_eq!(fake.decode(event.resource_object.as_ref()), expected);
}

#[tokio::test]
async fn the_limit_ends_the_work_and_not_only_the_answer() {
    let fake = Fake::ready(lister()).await;
    assert_eq!(list(&fake, request(Value::Null, false, 2)).await.len(), 2);
    assert_eq!(fake.journal.entries(), ["1 of 2", "2 of 1", "ended"]);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_work() {
    let fake = Fake::ready(lister()).await;
    let mut events =
        fake.server.list_resource(request(Value::string("hang"), false, 0)).await.unwrap().into_inner();
    assert_eq!(events.next().await.unwrap().unwrap().display_name, "thing 1");
    drop(events);
    let ended = async {
        while fake.journal.entries().last().is_none_or(|entry| entry != "ended") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the work is dropped");
}

#[tokio::test]
async fn what_was_found_before_an_error_or_a_panic_arrives() {
    let fake = Fake::ready(lister()).await;
    for (name, fragment) in
        [("fail", "It is late."), ("panic", "panicked"), ("nobody", "returned no identity for")]
    {
        let events = list(&fake, request(Value::string(name), false, 0)).await;
        let [first, second, third, last] = events.as_slice() else { panic!("{name}: {events:?}") };
        assert!([first, second, third].iter().all(|event| event.identity.is_some()));
        assert_one_error(&last.diagnostic, fragment);
        assert!(last.identity.is_none());
    }
}

#[tokio::test]
async fn a_provider_that_is_not_configured_lists_nothing() {
    let fake = Fake::unconfigured(lister());
    let events = list(&fake, request(Value::Null, false, 0)).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_one_error(&event.diagnostic, "is not configured");
}

#[tokio::test]
async fn a_type_that_cannot_be_listed_is_one_error() {
    let fake = Fake::ready(FakeResource::default()).await;
    let events = list(&fake, request(Value::Null, false, 0)).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_one_error(&event.diagnostic, "It has no list resources.");
}

#[tokio::test]
async fn arguments_are_validated() {
    let fake = Fake::unconfigured(lister());
    for (name, fragment) in [("", "must not be empty"), ("forbidden", "It is forbidden.")] {
        let request = validate_list_resource_config::Request {
            type_name: THING.to_owned(),
            config: request(Value::string(name), false, 0).into_inner().config,
            ..Default::default()
        };
        let answer =
            fake.server.validate_list_resource_config(Request::new(request)).await.unwrap().into_inner();
        assert_one_error(&answer.diagnostics, fragment);
    }
}
