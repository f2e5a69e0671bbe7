//! Answers that are lost, lists that are behind, and somebody else at the same time.

use std::time::Duration;

use wavix_sim::behaviour::SecondPost;
use wavix_sim::{Answer, Fault, Rule};

use crate::lifecycle::patience::Patience;
use crate::resources::tests::bench;

use super::{Bench, EVENT, NEW, OLD, OTHER, PATH, SECOND_POSTS, overwriting, patient, webhook, with};

/// Ways to lose an answer, after the request was carried out and without.
fn losses() -> Vec<(bool, Fault)> {
    let pages =
        [Answer::new(500), Answer::new(502).html("<p>Bad gateway</p>"), Answer::new(200).html("<p>Hi</p>")];
    let mut losses =
        vec![(true, Fault::close_after_commit()), (false, Fault::close()), (true, Fault::cut_body())];
    for page in pages {
        losses.push((true, Fault::answer_after_commit(page.clone())));
        losses.push((false, Fault::answer(page)));
    }
    losses
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_settled_by_looking() {
    for (is_done, fault) in losses() {
        let bench = Bench::start().await;
        bench.sim.fault("POST", PATH, fault.clone());
        assert_eq!(bench.create(&webhook(NEW)).await.ok(), webhook(NEW), "{fault:?}");
        assert_eq!(bench.urls(), [NEW], "{fault:?}");
        assert_eq!(bench.writes(), (if is_done { 1 } else { 2 }, 0), "{fault:?}");
    }
}

#[tokio::test]
async fn an_update_settles_the_lost_answer_of_each_of_its_requests() {
    for second_post in SECOND_POSTS {
        let posts = if second_post == SecondPost::Replaces { 1 } else { 2 };
        for (_, fault) in losses() {
            for lost in 0..posts {
                let bench = with(|b| b.webhook_second_post = second_post).await;
                bench.sim.set_webhook(EVENT, OLD);
                bench.sim.faults().push(Rule::new("POST", PATH, fault.clone()).skip(lost));
                bench.sim.fault("DELETE", PATH, fault.clone());
                let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
                assert_eq!(left.ok(), webhook(NEW), "{second_post:?} {lost} {fault:?}");
                assert_eq!(bench.urls(), [NEW], "{second_post:?} {lost} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_destroy_whose_answer_is_lost_is_settled_by_looking() {
    for (is_done, fault) in losses() {
        let bench = Bench::start().await;
        bench.sim.set_webhook(EVENT, OLD);
        bench.sim.fault("DELETE", PATH, fault.clone());
        let left = bench.delete(&webhook(OLD)).await;
        assert!(left.errors.is_empty(), "{fault:?}: {left:?}");
        assert!(bench.urls().is_empty());
        assert_eq!(bench.writes(), (0, if is_done { 1 } else { 2 }), "{fault:?}");
    }
}

#[tokio::test]
async fn a_failure_that_lasts_says_what_is_in_force() {
    let bench = Bench::start().await;
    bench.sim.faults().always("POST", PATH, Fault::status(500));
    let left = bench.create(&webhook(NEW)).await;
    assert!(left.refusal().contains("No `url` is active for `on-call`"), "{left:?}");
    assert!(left.state.is_none());
    bench.sim.set_webhook(EVENT, OLD);
    let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
    assert!(left.refusal().contains(&format!("The active `url` for `on-call` is {OLD}")), "{left:?}");
    bench.sim.faults().always("DELETE", PATH, Fault::status(500));
    let left = bench.delete(&webhook(OLD)).await;
    assert!(left.refusal().contains(OLD), "{left:?}");
    assert_eq!((bench.urls(), left.state), (vec![OLD.to_owned()], Some(webhook(OLD))));
}

/// The new URL is lost, and the next apply finds it.
#[tokio::test]
async fn what_could_not_be_looked_up_is_adopted_by_the_next_create() {
    let mut bench = Bench::start().await;
    bench.sim.fault("POST", PATH, Fault::close_after_commit());
    bench.sim.faults().push(Rule::new("GET", PATH, Fault::status(500)).skip(1).always());
    let error = bench.create(&webhook(NEW)).await.refusal();
    assert!(error.contains("is unknown"), "{error}");
    bench.sim.faults().clear();
    bench = bench.again();
    bench.sim.journal().clear();
    assert_eq!(bench.create(&webhook(NEW)).await.ok(), webhook(NEW));
    assert_eq!(bench.writes(), (0, 0));
}

#[tokio::test]
async fn lists_that_are_behind_are_waited_for() {
    for second_post in SECOND_POSTS {
        for lag in [1, 3] {
            let mut bench = with(|b| (b.list_lag, b.webhook_second_post) = (lag, second_post)).await;
            bench.ctx = patient(&bench);
            let made = bench.create(&webhook(OLD)).await;
            let changed = bench.update_with(&webhook(NEW), &webhook(OLD), made.private).await;
            let private = changed.private.clone();
            assert_eq!(changed.ok(), webhook(NEW), "{second_post:?} {lag}");
            assert_eq!(bench.urls(), [NEW], "{second_post:?} {lag}");
            let left = bench.delete_with(&webhook(NEW), private).await;
            assert!(left.errors.is_empty() && left.warnings.is_empty(), "{second_post:?} {lag}: {left:?}");
            assert!(bench.urls().is_empty(), "{second_post:?} {lag}");
            // The list still has it, and it must not be adopted.
            assert_eq!(bench.create(&webhook(NEW)).await.ok(), webhook(NEW));
            assert_eq!(bench.urls(), [NEW], "{second_post:?} {lag}");
        }
    }
}

/// Whoever fills the slot between our two requests keeps it.
#[tokio::test]
async fn what_somebody_puts_there_between_our_requests_is_not_replaced() {
    let bench = with(|b| b.webhook_second_post = SecondPost::Rejected).await;
    bench.sim.set_webhook(EVENT, OLD);
    let gate = wavix_sim::Gate::new();
    bench.sim.faults().push(Rule::new("POST", PATH, Fault::held_before_commit(&gate)).skip(1));
    let (prior, plan) = (webhook(OLD), webhook(NEW));
    let somebody = async {
        while bench.sim.journal().count("DELETE", PATH) == 0 || !bench.urls().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.sim.set_webhook(EVENT, OTHER);
        gate.open();
    };
    let (left, ()) = tokio::join!(bench.update(&plan, &prior), somebody);
    let error = left.refusal();
    assert!(
        error.contains(&format!("The active `url` for `on-call` is {OTHER}")) && error.contains(OLD),
        "{error}"
    );
    assert_eq!(bench.urls(), [OTHER]);
}

/// An interrupt that comes after the DELETE must not leave the slot empty.
#[tokio::test]
async fn an_interrupt_does_not_leave_the_slot_empty() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    let gate = wavix_sim::Gate::new();
    bench.sim.fault("DELETE", PATH, Fault::held_after_commit(&gate));
    let (prior, plan) = (webhook(OLD), webhook(NEW));
    let interrupt = async {
        while !bench.urls().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.cancel.cancel();
        gate.open();
    };
    let (left, ()) = tokio::join!(bench.update(&plan, &prior), interrupt);
    assert_eq!(left.ok(), webhook(NEW));
    assert_eq!(bench.urls(), [NEW]);
}

/// A server that keeps two would have both told of each call.
#[tokio::test]
async fn a_lost_request_is_not_repeated_before_the_list_must_show_it() {
    for lag in [1, 3] {
        let mut bench = with(|b| (b.list_lag, b.webhook_second_post) = (lag, SecondPost::Appends)).await;
        bench.ctx = patient(&bench);
        bench.sim.fault("POST", PATH, Fault::answer_after_commit(Answer::new(408)));
        bench.create(&webhook(NEW)).await.ok();
        assert_eq!((bench.urls(), bench.writes()), (vec![NEW.to_owned()], (1, 0)), "{lag}");
    }
}

/// Some servers keep both of two equal ones, and lists show the second later.
#[tokio::test]
async fn a_request_that_was_carried_out_and_refused_leaves_no_second_url() {
    let mut bench = with(|b| b.webhook_second_post = SecondPost::Appends).await;
    // A client that was refused asks slowly.
    let settling = Patience { settling: Duration::from_millis(30), ..bench::hasty() };
    bench.ctx = bench.context(|settings| settings.max_retries = 1).with_patience(settling);
    let refused = Fault::answer_after_commit(Answer::new(429).header("retry-after", "0"));
    bench.sim.fault("POST", PATH, refused);
    let gate = wavix_sim::Gate::new();
    bench.sim.fault("POST", PATH, Fault::held_before_commit(&gate));
    // The list is behind the second one alone.
    let lagging = async {
        while bench.urls().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.sim.configure(|b| b.list_lag = 2);
        gate.open();
    };
    let plan = webhook(NEW);
    let (left, ()) = tokio::join!(bench.create(&plan), lagging);
    assert_eq!(left.ok(), webhook(NEW));
    assert_eq!(bench.urls(), [NEW]);
}

/// A refusal that was none may have put it there before.
#[tokio::test]
async fn an_acknowledged_url_that_was_sent_twice_is_not_kept_unseen() {
    let mut bench = with(|b| b.webhook_second_post = SecondPost::Appends).await;
    bench.ctx = bench.context(|settings| settings.max_retries = 1).with_patience(bench::hasty());
    bench.sim.fault("POST", PATH, Fault::answer_after_commit(Answer::new(429).header("retry-after", "0")));
    bench.sim.faults().push(Rule::new("GET", PATH, Fault::html_200()).skip(1).always());
    let left = bench.create(&webhook(NEW)).await;
    assert!(left.refusal().contains(&format!("{NEW} was requested")), "{left:?}");
    assert_eq!(bench.urls(), [NEW, NEW]);
}

#[tokio::test]
async fn an_acknowledged_url_is_kept_whatever_the_look_after_it_comes_to() {
    for fault in [Fault::status(400), Fault::status(503), Fault::html_200(), Fault::close()] {
        let bench = Bench::start().await;
        bench.sim.faults().push(Rule::new("GET", PATH, fault.clone()).skip(1).always());
        assert_eq!(bench.create(&webhook(NEW)).await.ok(), webhook(NEW), "{fault:?}");
        assert_eq!(bench.urls(), [NEW], "{fault:?}");
    }
}

#[tokio::test]
async fn a_url_that_may_come_into_force_yet_is_named() {
    for lost in [Fault::close_after_commit(), Fault::answer_after_commit(Answer::new(400))] {
        let bench = with(|b| b.list_lag = 9).await;
        bench.sim.fault("POST", PATH, lost.clone());
        bench.sim.faults().push(Rule::new("POST", PATH, Fault::status(500)).always());
        let left = bench.create(&webhook(NEW)).await;
        assert!(left.refusal().contains(&format!("{NEW} was requested")), "{lost:?}: {left:?}");
        assert_eq!((bench.urls(), left.state), (vec![NEW.to_owned()], None));
    }
}

/// The answer says so, although the list does not show it yet.
#[tokio::test]
async fn a_url_that_wavix_makes_otherwise_is_not_taken_for_the_own() {
    let mut bench = with(|b| b.list_lag = 1).await;
    bench.ctx = patient(&bench);
    bench.sim.configure(|b| drop(b.forced.insert("url".to_owned(), OTHER.into())));
    let left = bench.create(&webhook(NEW)).await;
    let refusal = left.refusal();
    assert!(refusal.contains(OTHER) && refusal.contains(&format!("requested {NEW}")), "{refusal}");
    assert_eq!(left.state, None);
}

/// Of a value that cannot be read nobody knows whose it is.
#[tokio::test]
async fn a_place_with_a_value_that_cannot_be_read_is_not_empty() {
    for odd in [Fault::with("url", ""), Fault::without("url"), Fault::with("url", 5)] {
        for second_post in SECOND_POSTS {
            let bench = with(|b| b.webhook_second_post = second_post).await;
            bench.sim.set_webhook(EVENT, OTHER);
            bench.sim.faults().always("GET", PATH, odd.clone());
            for plan in [webhook(NEW), overwriting(NEW)] {
                let left = bench.create(&plan).await;
                assert!(left.refusal().contains("is unreadable"), "{odd:?}: {left:?}");
            }
            bench.sim.set_webhook(EVENT, OLD);
            let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
            assert!(left.refusal().contains("is unreadable"), "{odd:?}: {left:?}");
            let left = bench.delete(&webhook(OLD)).await;
            assert!(left.refusal().contains("is unreadable"), "{odd:?}: {left:?}");
            assert_eq!((bench.urls(), left.state), (vec![OLD.to_owned()], Some(webhook(OLD))));
            assert_eq!(bench.writes(), (0, 0));
        }
    }
}

/// What is read from a list that is behind may be neither the old nor the new one.
#[tokio::test]
async fn a_destroy_after_a_refused_change_waits_for_what_that_may_have_done() {
    let mut bench = with(|b| {
        b.webhook_second_post = SecondPost::Replaces;
        (b.list_lag, b.misses_after_create) = (1, 1);
    })
    .await;
    bench.ctx = patient(&bench);
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.fault("POST", PATH, Fault::answer_after_commit(Answer::new(422)));
    bench.sim.faults().push(Rule::new("GET", PATH, Fault::html_200()).skip(1));
    let left = bench.update(&webhook(NEW), &webhook(OLD)).await;
    assert!(left.errors[0].detail.contains(&format!("{NEW} was requested")), "{left:?}");
    let left = bench.delete_with(&webhook(OLD), left.private).await;
    assert!(left.warnings[0].detail.contains(&format!("has the value {NEW}")), "{left:?}");
    assert_eq!((bench.urls(), left.state), (vec![NEW.to_owned()], None));
}

#[tokio::test]
async fn a_destroy_does_not_take_an_answer_with_two_values_for_anothers() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OLD);
    bench.sim.faults().always("DELETE", PATH, Fault::close());
    bench.sim.faults().push(Rule::new("GET", PATH, Fault::again("url", &format!("{OTHER:?}"))).skip(1));
    let left = bench.delete(&webhook(OLD)).await;
    assert!(!left.errors.is_empty(), "{left:?}");
    assert_eq!((bench.urls(), left.state), (vec![OLD.to_owned()], Some(webhook(OLD))));
}
