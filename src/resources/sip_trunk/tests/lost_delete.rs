//! A delete is over when the trunk is gone, and not because an answer says 200.

use serde_json::json;
use wavix_sim::{Answer, Fault};

use super::{Bench, config, id_of};

const TRUNKS: &str = "/v1/trunks";
const TRUNK: &str = "/v1/trunks/*";

/// Answers that do not say plainly that the trunk is gone.
fn answers() -> Vec<Answer> {
    vec![
        Answer::new(500),
        Answer::new(502),
        Answer::new(200).html("<p>Welcome</p>"),
        Answer::new(200).empty(),
        Answer::new(200).json(&json!({ "status": "ok" })),
        Answer::new(200).json(&json!([])),
        Answer::new(302).empty().header("location", "https://example.com/"),
    ]
}

fn deletes(bench: &Bench) -> usize {
    bench.sim.journal().count("DELETE", TRUNK)
}

#[tokio::test]
async fn a_trunk_that_may_be_gone_is_looked_for_in_the_list() {
    let committed = answers().into_iter().map(Fault::answer_after_commit);
    let more = [Fault::close_after_commit(), Fault::answer_after_commit(Answer::new(200).message("no"))];
    for fault in committed.chain(more) {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.fault("DELETE", TRUNK, fault);
        let left = bench.delete(&created).await;
        assert!(left.errors.is_empty() && left.state.is_none(), "{name}: {left:?}");
        assert_eq!((deletes(&bench), bench.lists()), (1, 1), "{name}");
    }
}

#[tokio::test]
async fn a_trunk_that_is_still_listed_is_deleted_again() {
    for fault in answers().into_iter().map(Fault::answer).chain([Fault::close()]) {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.fault("DELETE", TRUNK, fault);
        let left = bench.delete(&created).await;
        assert!(left.errors.is_empty() && left.state.is_none(), "{name}: {left:?}");
        assert_eq!((deletes(&bench), bench.sim.trunks().len()), (2, 0), "{name}");
    }
}

#[tokio::test]
async fn a_trunk_that_cannot_be_deleted_stays_in_the_state() {
    for answer in answers() {
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.faults().times(4, "DELETE", TRUNK, Fault::answer(answer));
        let left = bench.delete(&created).await;
        let detail = &left.error().detail;
        let id = id_of(&created);
        assert!(detail.starts_with(&format!("The SIP trunk {id} ")), "{detail}");
        assert!(detail.contains("stays in the state"), "{detail}");
        assert_eq!((left.state, deletes(&bench)), (Some(created), 4));
    }
}

#[tokio::test]
async fn a_refusal_is_not_repeated_whatever_its_status() {
    for fault in [Fault::status(409), Fault::status(403), Fault::success_false("It is in use")] {
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.fault("DELETE", TRUNK, fault);
        let left = bench.delete(&created).await;
        assert!(left.error().detail.contains("was not deleted"), "{}", left.error().detail);
        assert_eq!((left.state, deletes(&bench)), (Some(created), 1));
    }
}

#[tokio::test]
async fn a_list_that_shows_a_deleted_trunk_for_a_while_does_no_harm() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| knobs.list_lag = 2);
    bench.sim.fault("DELETE", TRUNK, Fault::close_after_commit());
    let left = bench.delete(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
}

#[tokio::test]
async fn a_trunk_that_nobody_can_look_for_stays_in_the_state() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("DELETE", TRUNK, Fault::close_after_commit());
    bench.sim.fault("GET", TRUNKS, Fault::status(500));
    let left = bench.delete(&created).await;
    let detail = &left.error().detail;
    for part in ["DELETE /v1/trunks/", "may be deleted", "GET /v1/trunks ", "stays in the state"] {
        assert!(detail.contains(part), "no {part:?} in {detail}");
    }
    assert_eq!(left.state, Some(created.clone()));
    // The next attempt meets its own work.
    let left = bench.delete(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none());
}

#[tokio::test]
async fn an_interrupt_does_not_hide_that_a_sent_delete_was_carried_out() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let slow = Fault::close_after_commit().after_waiting(std::time::Duration::from_millis(200));
    bench.sim.fault("DELETE", TRUNK, slow);
    let interrupt = async {
        while deletes(&bench) == 0 {
            tokio::task::yield_now().await;
        }
        bench.cancel.cancel();
    };
    let (left, ()) = tokio::join!(bench.delete(&created), interrupt);
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
}

/// A gateway that answers `{}` to everything does not say that all are gone.
#[tokio::test]
async fn an_answer_without_a_list_is_no_empty_list() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let nothing = || Fault::answer(Answer::new(200).json(&json!({})));
    bench.sim.faults().times(9, "DELETE", TRUNK, nothing());
    bench.sim.faults().times(9, "GET", TRUNKS, nothing());
    let left = bench.delete(&created).await;
    assert_eq!(left.error().summary, "Cannot delete SIP trunk");
    assert_eq!((left.state, bench.sim.trunks().len()), (Some(created), 1));
}
