//! Lost answers of each verb: one request, one key, nothing forgotten.

use futures_util::future::join_all;
use wavix_sim::behaviour::KeyValue;
use wavix_sim::{Answer, Fault, Rule};

use crate::framework::object::Attr;

use super::{Bench, KEY, KEYS, addresses, config, everything, id_of};

/// Every way to lose the answer to a request that was carried out.
fn committed() -> Vec<Fault> {
    vec![
        Fault::close_after_commit(),
        Fault::reset_after_commit(),
        Fault::cut_body(),
        Fault::answer_after_commit(Answer::new(500)),
        Fault::answer_after_commit(Answer::new(502).html("<p>Bad gateway</p>")),
        Fault::answer_after_commit(Answer::new(200).empty()),
    ]
}

/// The same for one that was not.
fn uncommitted() -> Vec<Fault> {
    vec![Fault::close(), Fault::reset(), Fault::answer(Answer::new(502).html("<p>Bad gateway</p>"))]
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_is_adopted_with_its_value() {
    for fault in committed().into_iter().chain([Fault::without("id")]) {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        bench.sim.fault("POST", KEYS, fault);
        let left = bench.create(&everything()).await;
        let keys = bench.keys();
        assert_eq!((keys.len(), bench.count("POST", KEYS)), (1, 1), "{name}");
        assert_eq!(left.warned(), [format!("Adopted API key {}", keys[0].id)], "{name}: {left:?}");
        let state = left.ok();
        assert_eq!(state.value.known().unwrap().expose(), keys[0].value(), "{name}");
        assert_eq!(bench.plan(&everything(), Some(&state)).await, state, "{name}");
    }
}

#[tokio::test]
async fn a_key_that_was_not_made_is_neither_found_nor_made_twice() {
    for fault in uncommitted() {
        let bench = Bench::start().await;
        bench.sim.fault("POST", KEYS, fault);
        let left = bench.create(&everything()).await;
        assert!(left.state.is_none() && !left.errors.is_empty(), "{left:?}");
        assert_eq!((bench.keys().len(), bench.count("POST", KEYS)), (0, 1));
    }
}

#[tokio::test]
async fn a_key_that_the_list_shows_late_is_adopted_all_the_same() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.list_lag = 2);
    bench.sim.fault("POST", KEYS, Fault::close_after_commit());
    let state = bench.create(&everything()).await.ok();
    assert_eq!((bench.keys().len(), id_of(&state)), (1, bench.keys()[0].id));
}

/// Nobody has its value, and nobody has used it: replacing it harms nobody.
#[tokio::test]
async fn a_key_whose_value_is_lost_is_saved_for_replacement_if_nobody_used_it() {
    for shown in [KeyValue::Masked, KeyValue::AbsentAfterCreate, KeyValue::NullAfterCreate] {
        let bench = Bench::start().await;
        bench.sim.configure(|knobs| knobs.api_key_value = shown);
        bench.sim.fault("POST", KEYS, Fault::close_after_commit());
        let left = bench.create(&everything()).await;
        let id = bench.keys()[0].id;
        assert!(
            left.error().detail.contains(&format!("The API key {id} exists and is in the state")),
            "{left:?}"
        );
        let state = left.state.expect("it is saved, so that Terraform taints it");
        assert_eq!((id_of(&state), &state.value), (id, &Attr::Null), "{shown:?}");
        assert_eq!(bench.count("POST", KEYS), 1);
        // What replacing it does.
        assert!(bench.delete(&state).await.errors.is_empty());
        assert!(bench.keys().is_empty());
    }
}

#[tokio::test]
async fn a_key_whose_value_is_lost_is_not_saved_if_somebody_used_it() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.api_key_value = KeyValue::Masked);
    bench.sim.fault("POST", KEYS, Fault::close_after_commit());
    let used = Fault::with("last_used_at", "2026-11-28T12:00:00Z");
    bench.sim.faults().push(Rule::new("GET", KEYS, used).skip(1).always());
    let left = bench.create(&everything()).await;
    assert!(left.state.is_none(), "{left:?}");
    let id = bench.keys()[0].id;
    let error = left.error();
    assert!(
        error.detail.contains(&format!("The API key {id}")) && error.detail.contains("2026-11-28T12:00:00Z"),
        "{error:?}"
    );
    assert_eq!((bench.keys().len(), bench.count("POST", KEYS), bench.count("DELETE", KEY)), (1, 1, 0));
}

#[tokio::test]
async fn an_answer_without_a_value_is_a_lost_value() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.api_key_value = KeyValue::Masked);
    bench.sim.fault("POST", KEYS, Fault::without("value"));
    let left = bench.create(&everything()).await;
    assert!(!left.errors.is_empty() && left.state.is_some_and(|state| state.value.is_null()));
}

/// Made in the same second, with everything alike: no clock could tell them apart.
#[tokio::test]
async fn a_stranger_of_the_same_label_is_never_taken() {
    let bench = Bench::start().await;
    let older = bench.create(&everything()).await.ok();
    let bench = bench.again();
    bench.sim.fault("POST", KEYS, Fault::close_after_commit());
    let made = bench.create(&everything()).await.ok();
    assert_ne!(id_of(&made), id_of(&older));

    let bench = bench.again();
    bench.sim.fault("POST", KEYS, Fault::close());
    let none = bench.create(&everything()).await;
    assert!(none.state.is_none(), "both were there before: {none:?}");
    assert_eq!(bench.keys().len(), 2);
}

#[tokio::test]
async fn creates_of_one_label_go_one_after_the_other() {
    let bench = Bench::start().await;
    for fault in [Fault::close_after_commit(), Fault::close_after_commit()] {
        bench.sim.fault("POST", KEYS, fault);
    }
    let (one, other) = (everything(), everything());
    let made = join_all([one, other, everything()].iter().map(|wanted| bench.create(wanted))).await;
    let mut ids: Vec<i64> = made.into_iter().map(|left| id_of(&left.ok())).collect();
    ids.sort_unstable();
    let keys: Vec<i64> = bench.keys().iter().map(|key| key.id).collect();
    assert_eq!((&ids, bench.count("POST", KEYS)), (&keys, 3));
    assert_eq!(bench.sim.journal().max_simultaneous_requests(), 1, "one at a time");
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_proved_or_repeated() {
    for fault in committed().into_iter().chain(uncommitted()) {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        let made = bench.create(&everything()).await.ok();
        bench.sim.fault("PATCH", KEY, fault);
        let wanted = config(|key| {
            key.permitted_ips = addresses(&["192.0.2.10"]);
            key.scopes = everything().scopes;
        });
        let state = bench.update(&wanted, &made).await.ok();
        assert_eq!(bench.stored(&state).permitted_ips, ["192.0.2.10"], "{name}");
        assert_eq!(
            (&state.value, bench.plan(&wanted, Some(&state)).await),
            (&made.value, state.clone()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_proved_or_repeated() {
    for fault in committed().into_iter().chain(uncommitted()) {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        let made = bench.create(&everything()).await.ok();
        bench.sim.fault("DELETE", KEY, fault);
        let left = bench.delete(&made).await;
        assert!(left.errors.is_empty(), "{name}: {left:?}");
        assert!(bench.keys().is_empty(), "{name}");
    }
}
