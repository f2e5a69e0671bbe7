//! What tests leave in an account, and its removal.

use serde_json::json;
use wavix_sim::{
    Fault, Sim,
    compare::{Mark, Sweep, Swept, Trouble},
};

const MARK: Mark = Mark { label: "tf-acc-", webhook: "https://tf-acc.invalid/" };

/// An account with things of tests and two trunks that are somebody's.
async fn used() -> Sim {
    let sim = Sim::start().await;
    for label in ["Hotel", "tf-acc-1 trunk", "TF-ACC-2 trunk", "not tf-acc-3"] {
        sim.add_trunk(json!({ "label": label }));
    }
    sim.add_api_key(wavix_sim::ApiKey::new("k".repeat(50)).label("tf-acc-1 key"));
    sim.set_webhook("on-call", "https://tf-acc.invalid/1");
    sim.set_webhook("post-call", "https://hotel.example/");
    sim
}

fn sweep(sim: &Sim, most: usize) -> Sweep {
    Sweep::new(sim.base_url(), sim.api_key(), MARK, most)
}

#[tokio::test]
async fn what_tests_left_is_removed_and_nothing_else() {
    let sim = used().await;
    let preview = sweep(&sim, 2).preview().await.unwrap();
    assert_eq!((preview.len(), sim.journal().committed()), (4, 0), "{preview:?}");
    assert_eq!(sweep(&sim, 2).run().await.unwrap(), Swept { removed: 4, left: vec![] });
    let labels: Vec<String> = sim.trunks().into_iter().map(|trunk| trunk.label).collect();
    assert_eq!(labels, ["Hotel", "not tf-acc-3"]);
    assert_eq!((sim.api_keys().len(), sim.webhooks().len()), (1, 1));
    assert_eq!(sweep(&sim, 2).run().await.unwrap(), Swept::default());
}

#[tokio::test]
async fn an_account_with_trunks_of_others_is_left_alone() {
    let sim = used().await;
    let refused = sweep(&sim, 1).run().await.unwrap_err();
    assert_eq!(refused, Trouble::NotForTests { trunks: 2, most: 1 });
    assert!(sim.journal().entries().iter().all(|entry| entry.method == "GET"), "{}", sim.journal());
}

#[tokio::test]
async fn those_on_later_pages_count_too() {
    let sim = Sim::start().await;
    for number in 0..101 {
        sim.add_trunk(json!({ "label": format!("tf-acc-{number}") }));
    }
    sim.add_trunk(json!({ "label": "Hotel" }));
    assert_eq!(sweep(&sim, 0).run().await.unwrap_err(), Trouble::NotForTests { trunks: 1, most: 0 });
    assert_eq!(sweep(&sim, 1).run().await.unwrap().removed, 101);
    assert_eq!(sim.trunks().len(), 1);
}

#[tokio::test]
async fn what_the_api_does_not_delete_is_named() {
    let sim = used().await;
    sim.faults().always("DELETE", "/v1/trunks/*", Fault::status(500));
    let swept = sweep(&sim, 2).run().await.unwrap();
    assert_eq!((swept.removed, swept.left.len()), (2, 2), "{swept:?}");
}
