//! The user interrupts, or nobody listens any more.

use std::sync::Arc;
use std::time::Duration;

use futures_util::poll;
use tokio::sync::Notify;
use tonic::Request;

use super::{NULL, config, planned, text};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::fixtures::{Fake, FakeResource, assert_one_error, decided, empty_thing};
use crate::framework::object::Attr;
use crate::protocol::proto::tfplugin6::stop_provider;

/// The client resets the request while the object is being made.
#[tokio::test]
async fn a_verb_runs_to_its_end_when_the_client_stops_listening() {
    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&reached), Arc::clone(&go_on));
    let resource = FakeResource {
        create: Arc::new(move |call, request, outcome| {
            let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
            Box::pin(async move {
                tell.notify_one();
                wait.notified().await;
                outcome.save(decided(request.plan));
                call.ctx.note("finished");
                Ok(())
            })
        }),
        ..FakeResource::default()
    };
    let fake = Arc::new(Fake::ready(resource).await);
    let request = {
        let fake = Arc::clone(&fake);
        tokio::spawn(async move { fake.apply(&config(), &NULL, &planned()).await })
    };
    reached.notified().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    go_on.notify_one();
    // A verb that was dropped with the request never finishes.
    let finished = async {
        while fake.journal.entries().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), finished).await.unwrap();
    assert_eq!(fake.journal.entries(), ["finished"]);
}

#[tokio::test]
async fn stopping_interrupts_what_runs_and_nothing_that_comes_after() {
    let reached = Arc::new(Notify::new());
    let tell = Arc::clone(&reached);
    let resource = FakeResource {
        create: Arc::new(move |call, _, outcome| {
            let tell = Arc::clone(&tell);
            Box::pin(async move {
                let thing = crate::framework::fixtures::Thing {
                    id: Attr::Known("made".to_owned()),
                    name: Attr::Known("Ann".to_owned()),
                    size: Attr::Known(1),
                    etag: Attr::Known("e".to_owned()),
                    ..empty_thing()
                };
                outcome.save(thing);
                tell.notify_one();
                call.cancel.cancelled().await;
                Err(Diagnostic::error("Cannot wait any longer", "Interrupted.").into())
            })
        }),
        ..FakeResource::default()
    };
    let fake = Arc::new(Fake::ready(resource).await);
    let running = {
        let fake = Arc::clone(&fake);
        tokio::spawn(async move { fake.apply(&config(), &NULL, &planned()).await })
    };
    reached.notified().await;
    fake.server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    let answer = running.await.unwrap();
    assert_one_error(&answer.diagnostics, "Interrupted.");
    assert_eq!(fake.decode(answer.new_state.as_ref()).get("id"), Some(&text("made")));

    // The next one waits again: it was not interrupted from the start.
    let next = {
        let fake = Arc::clone(&fake);
        tokio::spawn(async move { fake.apply(&config(), &NULL, &planned()).await })
    };
    reached.notified().await;
    tokio::task::yield_now().await;
    assert!(!next.is_finished());
    fake.server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    assert_one_error(&next.await.unwrap().diagnostics, "Interrupted.");
}

/// The apply has been received when the stop comes, and nothing of it has begun
/// but the task in which it runs.
#[tokio::test]
async fn a_stop_interrupts_a_request_that_was_received_before_it() {
    let resource = FakeResource {
        create: Arc::new(|call, request, outcome| {
            Box::pin(async move {
                if call.cancel.is_cancelled() {
                    return Err(Diagnostic::error("Cannot create", "Interrupted.").into());
                }
                outcome.save(decided(request.plan));
                Ok(())
            })
        }),
        ..FakeResource::default()
    };
    let fake = Fake::ready(resource).await;
    let (config, planned) = (config(), planned());
    let mut apply = std::pin::pin!(fake.apply(&config, &NULL, &planned));
    assert!(poll!(&mut apply).is_pending());
    fake.server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    assert_one_error(&apply.await.diagnostics, "Interrupted.");
}
