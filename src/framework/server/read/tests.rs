//! Whatever happens, a read loses nothing.

use std::sync::Arc;

use bytes::Bytes;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::fixtures::{Fake, FakeResource, Thing, assert_one_error, errors, thing};
use crate::framework::object::Attr;
use crate::protocol::proto::tfplugin6::read_resource::Response;
use crate::protocol::value::{UNKNOWN, Value};

fn text(text: &str) -> Value {
    Value::string(text)
}

fn stored() -> Value {
    thing([("id", text("7")), ("name", text("Ann")), ("etag", text("e1"))])
}

/// A resource whose read is this.
macro_rules! reading {
    (|$state:ident, $outcome:ident| $body:block) => {
        FakeResource {
            read: Arc::new(|_, $state, $outcome| Box::pin(async move { $body })),
            ..FakeResource::default()
        }
    };
}

async fn read(resource: FakeResource) -> (Value, Response) {
    let fake = Fake::ready(resource).await;
    let answer = fake.read(&stored()).await;
    (fake.decode(answer.new_state.as_ref()), answer)
}

#[tokio::test]
async fn private_data_always_goes_back() {
    let fake = Fake::ready(FakeResource::default()).await;
    for state in [stored(), Value::Null] {
        let answer = fake.read(&state).await;
        assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
        assert_eq!(fake.decode(answer.new_state.as_ref()), state);
        assert_eq!(answer.private, Bytes::from_static(br#"{"stored":1}"#));
        assert!(answer.new_identity.is_none(), "the type has none");
    }
    assert_eq!(fake.journal.entries(), ["read"], "there is nothing to read of nothing");
}

#[tokio::test]
async fn drift_is_recorded_and_another_spelling_is_none() {
    let (state, answer) = read(reading!(|state, outcome| {
        outcome.private.set("seen", 2.into());
        outcome.save(Thing {
            name: Attr::Known("ANN".to_owned()),
            etag: Attr::Known("e2".to_owned()),
            secret: Attr::Known("hunter2".to_owned()),
            ..state
        });
        Ok(())
    }))
    .await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(state, thing([("id", text("7")), ("name", text("Ann")), ("etag", text("e2"))]));
    assert_eq!(answer.private, Bytes::from_static(br#"{"seen":2,"stored":1}"#));
}

#[tokio::test]
async fn what_is_gone_is_null() {
    let (state, answer) = read(reading!(|_state, outcome| {
        outcome.gone();
        Ok(())
    }))
    .await;
    assert_eq!((state, answer.diagnostics.len()), (Value::Null, 0));
}

#[tokio::test]
async fn an_error_keeps_the_stored_state_whatever_was_saved() {
    let (state, answer) = read(reading!(|_state, outcome| {
        outcome.gone();
        Err(Diagnostic::error("Cannot read", "Timed out.").into())
    }))
    .await;
    assert_one_error(&answer.diagnostics, "Timed out.");
    assert_eq!(state, stored());
    assert_eq!(answer.private, Bytes::from_static(br#"{"stored":1}"#));
}

#[tokio::test]
async fn a_panic_keeps_the_stored_state() {
    let (state, answer) = read(reading!(|_state, outcome| {
        outcome.gone();
        panic!("planned")
    }))
    .await;
    assert_one_error(&answer.diagnostics, "The state is unchanged.");
    assert_eq!(state, stored());
}

#[tokio::test]
async fn an_undecided_value_is_a_bug() {
    let (_, answer) = read(reading!(|state, outcome| {
        outcome.save(Thing { etag: Attr::unknown(), ..state });
        Ok(())
    }))
    .await;
    assert_one_error(&answer.diagnostics, "`etag`");
}

#[tokio::test]
async fn a_provider_that_is_not_known_yet_keeps_the_state_and_an_unconfigured_one_says_so() {
    let fake = Fake::unconfigured(FakeResource::default());
    assert_one_error(&fake.read(&stored()).await.diagnostics, "is not configured");
    fake.configure(UNKNOWN).await;
    let answer = fake.read(&stored()).await;
    assert_eq!(errors(&answer.diagnostics), Vec::<String>::new());
    assert_eq!(fake.decode(answer.new_state.as_ref()), stored());
    assert_eq!(answer.private, Bytes::from_static(br#"{"stored":1}"#));
    assert!(answer.deferred.is_none());
}
