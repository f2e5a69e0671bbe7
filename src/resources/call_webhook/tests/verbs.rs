//! Each rule of a slot, and each reading of the API's documents.

use wavix_sim::behaviour::{EmptySlot, SecondPost};
use wavix_sim::{Fault, Rule};

use crate::framework::object::Attr;
use crate::framework::resource::Resource;

use super::super::CallWebhookResource;
use super::{Bench, EVENT, NEW, OLD, OTHER, PATH, SECOND_POSTS, overwriting, text, webhook, with};

#[tokio::test]
async fn an_empty_slot_is_filled_with_one_post() {
    let bench = Bench::start().await;
    assert_eq!(bench.create(&webhook(NEW)).await.ok(), webhook(NEW));
    assert_eq!((bench.urls(), bench.writes()), (vec![NEW.to_owned()], (1, 0)));
    assert_eq!(bench.looks(), 2, "before and after");
}

#[tokio::test]
async fn an_equal_url_is_adopted_without_a_request() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, NEW);
    let left = bench.create(&webhook(NEW)).await;
    assert!(left.warnings.is_empty(), "{:?}", left.warnings);
    assert_eq!(left.ok(), webhook(NEW));
    assert_eq!((bench.writes(), bench.looks()), ((0, 0), 1));
}

#[tokio::test]
async fn a_foreign_url_is_refused_with_three_ways_out() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    let left = bench.create(&webhook(NEW)).await;
    let error = left.refusal();
    for part in ["Cannot create call webhook", OTHER, "terraform import", "portal", "`overwrite = true`"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(left.errors[0].path.as_ref().unwrap().to_string(), "event_type");
    assert!(left.state.is_none());
    assert_eq!((bench.urls(), bench.writes()), (vec![OTHER.to_owned()], (0, 0)));
}

#[tokio::test]
async fn no_message_shows_the_password_in_a_foreign_url() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, "https://user:planted-secret@somebody.example.net/else");
    let error = bench.create(&webhook(NEW)).await.refusal();
    assert!(error.contains("somebody.example.net") && !error.contains("planted-secret"), "{error}");
}

#[tokio::test]
async fn a_foreign_url_is_replaced_when_told_so() {
    for second_post in SECOND_POSTS {
        let bench = with(|b| b.webhook_second_post = second_post).await;
        bench.sim.set_webhook(EVENT, OTHER);
        let left = bench.create(&overwriting(NEW)).await;
        assert!(left.warning().contains(OTHER), "it can be put back: {left:?}");
        assert_eq!(left.ok(), overwriting(NEW));
        assert_eq!(bench.urls(), [NEW], "{second_post:?}");
    }
}

#[tokio::test]
async fn a_url_is_changed_in_place_whatever_a_second_post_does() {
    for (second_post, writes) in
        [(SecondPost::Rejected, (2, 1)), (SecondPost::Replaces, (1, 0)), (SecondPost::Appends, (2, 1))]
    {
        let bench = with(|b| b.webhook_second_post = second_post).await;
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.set_webhook("post-call", OTHER);
        let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
        assert!(left.warnings.is_empty(), "a success says nothing: {left:?}");
        assert_eq!(left.ok(), webhook(NEW));
        assert_eq!((bench.urls(), bench.writes()), (vec![NEW.to_owned()], writes), "{second_post:?}");
        assert_eq!(bench.sim.webhook("post-call").as_deref(), Some(OTHER), "the other slot is left alone");
    }
}

#[tokio::test]
async fn a_conflict_is_taken_for_a_slot_that_must_be_emptied_first() {
    let bench = with(|b| b.webhook_second_post = SecondPost::Appends).await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.fault("POST", PATH, Fault::status(409));
    assert_eq!(bench.update(&webhook(NEW), &webhook(OLD)).await.ok(), webhook(NEW));
    assert_eq!((bench.urls(), bench.writes()), (vec![NEW.to_owned()], (2, 1)));
}

#[tokio::test]
async fn a_refused_url_touches_nothing() {
    for status in [400, 403] {
        let bench = Bench::start().await;
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.fault("POST", PATH, Fault::status(status));
        let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
        let error = left.refusal();
        assert!(error.contains(&format!("The active `url` for `on-call` is {OLD}")), "{error}");
        assert_eq!((bench.urls(), bench.writes()), (vec![OLD.to_owned()], (1, 0)), "{status}");
        assert_eq!(left.state, Some(webhook(OLD)));
    }
}

#[tokio::test]
async fn a_url_that_is_refused_for_an_empty_slot_is_an_error() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", PATH, Fault::status(422));
    let left = bench.create(&webhook(NEW)).await;
    assert!(left.refusal().contains("No `url` is active"), "{left:?}");
    assert!(left.state.is_none());
    assert_eq!(bench.writes(), (1, 0));
}

#[tokio::test]
async fn the_old_url_is_put_back_when_the_new_one_is_refused_after_a_delete() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.faults().push(Rule::new("POST", PATH, Fault::status(400)).skip(1));
    let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
    let error = left.refusal();
    assert!(error.contains(&format!("The active `url` for `on-call` is {OLD}")), "{error}");
    assert!(error.contains("restored") && error.contains("Events between"), "{error}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OLD.to_owned()], (3, 1)));
    assert_eq!(left.state, Some(webhook(OLD)));
}

#[tokio::test]
async fn an_old_url_that_cannot_be_put_back_is_named() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.faults().push(Rule::new("POST", PATH, Fault::status(400)).skip(1).times(2));
    let error = bench.update(&webhook(NEW), &webhook(OLD)).await.refusal();
    assert!(error.contains("No `url` is active") && error.contains(OLD), "{error}");
    assert!(bench.urls().is_empty());
}

#[tokio::test]
async fn what_somebody_has_put_there_since_the_plan_is_not_replaced() {
    let bench = with(|b| b.webhook_second_post = SecondPost::Replaces).await;
    bench.sim.set_webhook(EVENT, OTHER);
    let error = bench.update(&webhook(NEW), &webhook(OLD)).await.refusal();
    assert!(error.contains("Cannot update call webhook") && error.contains(OTHER), "{error}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OTHER.to_owned()], (0, 0)));

    assert_eq!(bench.update(&overwriting(NEW), &webhook(OLD)).await.ok(), overwriting(NEW));
    assert_eq!(bench.urls(), [NEW]);
}

#[tokio::test]
async fn an_update_fills_a_slot_that_was_emptied_and_adopts_what_is_wanted() {
    let bench = Bench::start().await;
    assert_eq!(bench.update(&webhook(NEW), &webhook(OLD)).await.ok(), webhook(NEW));
    assert_eq!((bench.urls(), bench.writes()), (vec![NEW.to_owned()], (1, 0)));
    assert_eq!(bench.update(&webhook(NEW), &webhook(OLD)).await.ok(), webhook(NEW));
    assert_eq!(bench.writes(), (1, 0));
}

#[tokio::test]
async fn what_wavix_is_not_told_of_needs_no_request() {
    let bench = Bench::start().await;
    assert_eq!(bench.update(&overwriting(OLD), &webhook(OLD)).await.ok(), overwriting(OLD));
    assert_eq!(bench.sim.journal().entries().len(), 0);
}

#[tokio::test]
async fn a_read_sees_drift_and_that_it_is_gone() {
    let mut bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    assert_eq!(bench.read(&webhook(OLD)).await.ok(), webhook(OTHER));
    bench = bench.again();
    bench.sim.remove_webhook(EVENT);
    let left = bench.read(&webhook(OLD)).await;
    assert!(left.warning().contains("Call webhook on-call is gone"), "{left:?}");
    assert!(left.state.is_none());
}

#[tokio::test]
async fn one_list_serves_all_reads_of_a_run() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.set_webhook("post-call", OTHER);
    let post_call = super::CallWebhookModel { event_type: text("post-call"), ..webhook(OTHER) };
    let (first, second) = (webhook(OLD), post_call);
    let (first, second) = tokio::join!(bench.read(&first), bench.read(&second));
    assert_eq!((first.ok().url, second.ok().url), (text(OLD), text(OTHER)));
    assert_eq!(bench.looks(), 1);
}

#[tokio::test]
async fn of_several_urls_the_state_keeps_its_own_and_says_so() {
    let mut bench = Bench::start().await;
    bench.sim.add_webhook(EVENT, OTHER);
    bench.sim.add_webhook(EVENT, OLD);
    let left = bench.read(&webhook(OLD)).await;
    assert!(left.warning().contains(OTHER) && left.warning().contains(OLD), "{left:?}");
    assert_eq!(left.ok(), webhook(OLD));
    bench = bench.again();
    assert_eq!(bench.read(&webhook(NEW)).await.ok(), webhook(OTHER), "the first");
}

/// A slot without a URL must not pass for the one of the state.
#[tokio::test]
async fn a_webhook_whose_url_cannot_be_read_is_an_error_and_stays() {
    for fault in [Fault::without("url"), Fault::with("url", serde_json::Value::Null), Fault::with("url", 7)] {
        let bench = Bench::start().await;
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.fault("GET", PATH, fault);
        let left = bench.read(&webhook(OLD)).await;
        assert!(left.refusal().contains("`url`"), "{left:?}");
        assert_eq!(left.state, Some(webhook(OLD)));
    }
}

#[tokio::test]
async fn an_import_reads_the_slot() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    let stub = CallWebhookResource::NEW.import(EVENT).unwrap();
    assert_eq!(stub, super::CallWebhookModel { event_type: text(EVENT), ..Default::default() });
    assert_eq!(bench.read(&stub).await.ok(), webhook(OLD));

    let missing = CallWebhookResource::NEW.import("post-call").unwrap();
    let error = bench.read(&missing).await.refusal();
    assert!(error.contains("post-call") && error.contains(EVENT), "{error}");
    let unknown: Vec<_> = CallWebhookResource::NEW.import("answered").unwrap_err().into_iter().collect();
    assert!(unknown[0].detail.contains("`on-call`, `post-call`"), "{unknown:?}");
    assert_eq!(bench.writes(), (0, 0));
}

#[tokio::test]
async fn a_destroy_empties_the_slot_whatever_an_empty_one_answers() {
    for empty in [EmptySlot::Rejected, EmptySlot::Success, EmptySlot::NotFound] {
        let bench = with(|b| b.webhook_empty_delete = empty).await;
        bench.sim.set_webhook(EVENT, OLD);
        let left = bench.delete(&webhook(OLD)).await;
        assert!(left.errors.is_empty() && left.warnings.is_empty(), "{left:?}");
        assert_eq!((bench.urls().len(), bench.writes()), (0, (0, 1)));
        // It is gone already.
        let left = bench.delete(&webhook(OLD)).await;
        assert!(left.errors.is_empty() && left.warnings.is_empty(), "{left:?}");
        assert_eq!(bench.writes(), (0, 1));
        // Somebody empties it between the look and the request.
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.fault("DELETE", PATH, Fault::answer_after_commit(wavix_sim::Answer::new(422)));
        let deleted = bench.delete(&webhook(OLD)).await;
        assert!(deleted.errors.is_empty(), "{empty:?}: {deleted:?}");
    }
}

#[tokio::test]
async fn a_destroy_leaves_a_foreign_url_alone() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    let left = bench.delete(&webhook(OLD)).await;
    assert!(left.warning().contains(OTHER), "{left:?}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OTHER.to_owned()], (0, 0)));
}

#[tokio::test]
async fn a_destroy_puts_back_what_somebody_has_beside_it() {
    let bench = Bench::start().await;
    bench.sim.add_webhook(EVENT, OLD);
    bench.sim.add_webhook(EVENT, OTHER);
    let left = bench.delete(&webhook(OLD)).await;
    assert!(left.errors.is_empty(), "{left:?}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OTHER.to_owned()], (1, 1)));
}

#[tokio::test]
async fn what_wavix_makes_of_what_a_destroy_puts_back_is_named() {
    let bench = Bench::start().await;
    bench.sim.add_webhook(EVENT, OLD);
    bench.sim.add_webhook(EVENT, OTHER);
    bench.sim.configure(|b| drop(b.forced.insert("url".to_owned(), NEW.into())));
    let left = bench.delete(&webhook(OLD)).await;
    let refusal = left.refusal();
    assert!(refusal.contains(NEW) && refusal.contains(OTHER), "{refusal}");
}

#[tokio::test]
async fn a_destroy_that_is_refused_keeps_the_state() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.fault("DELETE", PATH, Fault::status(403));
    let left = bench.delete(&webhook(OLD)).await;
    assert!(left.refusal().contains("`webhooks:write`") && left.refusal().contains(OLD), "{left:?}");
    assert_eq!(bench.urls(), [OLD]);
    assert_eq!(left.state, Some(webhook(OLD)));
}

/// A resource that was renamed without `moved`, or whose successor is made first.
#[tokio::test]
async fn a_slot_that_another_resource_of_the_run_has_taken_is_left_alone() {
    let mut bench = Bench::start().await;
    let first = bench.create(&webhook(OLD)).await;
    bench = bench.again();
    let second = bench.create(&webhook(OLD)).await;
    let left = bench.delete_with(&webhook(OLD), first.private).await;
    assert!(left.errors.is_empty() && left.warnings.is_empty(), "{left:?}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OLD.to_owned()], (1, 0)));
    // Its own is its own also in the run that has made it.
    assert!(bench.delete_with(&webhook(OLD), second.private).await.errors.is_empty());
    assert!(bench.urls().is_empty());
}

#[tokio::test]
async fn two_creates_of_one_slot_are_one_too_many() {
    let bench = Bench::start().await;
    let (first, second) = (webhook(OLD), webhook(OLD));
    let (first, second) = tokio::join!(bench.create(&first), bench.create(&second));
    let errors: Vec<_> = first.errors.iter().chain(&second.errors).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].detail.contains("Another resource"), "{errors:?}");
    assert_eq!((bench.urls(), bench.writes()), (vec![OLD.to_owned()], (1, 0)));
}

#[tokio::test]
async fn a_slot_is_filled_again_after_it_was_emptied_in_the_same_run() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        let made = bench.create(&webhook(OLD)).await;
        assert!(bench.delete_with(&webhook(OLD), made.private).await.errors.is_empty());
    }
    assert_eq!(bench.writes(), (2, 2));
    // Somebody else empties it, and a refresh says so.
    bench.create(&webhook(OLD)).await;
    bench.sim.remove_webhook(EVENT);
    bench.looked_again().await;
    assert!(bench.read(&webhook(OLD)).await.state.is_none());
    assert_eq!(bench.create(&webhook(NEW)).await.ok().overwrite, Attr::Known(false));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_stops_every_verb_before_it_writes() {
    for status in [401, 403, 500] {
        let bench = Bench::start().await;
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.faults().always("GET", PATH, Fault::status(status));
        for left in [
            bench.create(&webhook(NEW)).await,
            bench.read(&webhook(OLD)).await,
            bench.update(&webhook(NEW), &webhook(OLD)).await,
            bench.delete(&webhook(OLD)).await,
        ] {
            assert!(left.refusal().contains(&status.to_string()), "{left:?}");
            assert!(status != 403 || left.refusal().contains("`webhooks:"), "{left:?}");
        }
        assert_eq!((bench.urls(), bench.writes()), (vec![OLD.to_owned()], (0, 0)));
    }
}
