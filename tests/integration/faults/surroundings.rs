//! What the machine lacks on which the provider runs.

use serde_json::json;
use wavix_sim::{Fault, Sim};

use super::bench::Bench;
use super::ledger::{Ledger, text};

async_trials![a_lost_trunk_is_adopted_where_the_temporary_directory_is_missing];

/// The socket is made in the system's then, and so are the notes for other
/// processes, without which nothing is adopted.
async fn a_lost_trunk_is_adopted_where_the_temporary_directory_is_missing() {
    let sim = Sim::start().await;
    let bench = Bench::start(&[("TMPDIR", "/nonexistent-dir")]).await;
    bench.configure_for(&sim).await;
    sim.fault("POST", "/v1/trunks", Fault::close_after_commit());
    let mut ledger = Ledger::new(bench.trunks());
    let config =
        ledger.config(&json!({ "label": "office", "callerid": "13132847320", "password": "a password" }));
    let said = ledger.apply(&config).await.unwrap();
    let ids: Vec<i64> = sim.trunks().iter().map(|trunk| trunk.id).collect();
    assert_eq!(ids, ledger.id().into_iter().collect::<Vec<_>>(), "{}", text(&said));
}
