//! What a plan asks the account, and what it makes of no answer.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use wavix_sim::{Access, ApiKey, Outage, Sim};

use crate::framework::diagnostics::{Diagnostic, Severity};
use crate::framework::object::Attr;

use super::super::SipTrunkModel;
use super::{Bench, config, text};

/// Wants both looks.
fn limited(label: &str) -> SipTrunkModel {
    config(|trunk| {
        trunk.label = text(label);
        trunk.max_channels = Attr::Known(2);
    })
}

/// What the plans of several new trunks say.
async fn plans(bench: &Bench) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for label in ["a", "b", "c"] {
        all.extend(bench.said(&limited(label), None).await);
    }
    all
}

#[tokio::test]
async fn a_wrong_key_is_one_error_of_the_plan_that_names_it() {
    let bench = Bench::start().await;
    bench.sim.set_keys([ApiKey::new("another")]);
    let said = plans(&bench).await;
    let [error] = said.as_slice() else { panic!("not one: {said:?}") };
    assert_eq!((error.severity, &error.path), (Severity::Error, &None), "the line of a secret is not shown");
    assert!(error.detail.contains("`api_key`") && error.detail.contains("401"), "{}", error.detail);
    assert_eq!(bench.sim.journal().entries().len(), 1, "{}", bench.sim.journal());
    // The plan of one resource may be made twice.
    assert_eq!(bench.said(&limited("a"), None).await, said);
}

#[tokio::test]
async fn a_missing_scope_is_nothing_to_tell() {
    let sim = Sim::builder().key(ApiKey::new("k").scope("embeddable", Access::Read)).start().await;
    assert_eq!(plans(&Bench::with(sim)).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_be_reached_is_asked_once_and_named_in_one_warning() {
    for outage in [Outage::Refusing, Outage::Silent] {
        let bench = Bench::with(Sim::spawn());
        let bench = Bench { ctx: bench.context(|settings| settings.max_retries = 4), ..bench };
        bench.sim.go_down(outage);
        let began = Instant::now();
        let said = plans(&bench).await;
        assert!(began.elapsed() <= Duration::from_secs(6), "{outage:?}: {:?}", began.elapsed());
        let [warning] = said.as_slice() else { panic!("{outage:?}: not one: {said:?}") };
        assert_eq!(warning.severity, Severity::Warning);
        assert!(warning.summary.contains(&bench.sim.address().to_string()), "{}", warning.summary);
        assert!(!warning.detail.contains("attempts"), "{outage:?}: {}", warning.detail);
    }
}

#[tokio::test]
async fn a_plan_without_a_refresh_asks_for_nothing() {
    let bench = Bench::start().await;
    let made = bench.create(&limited("a")).await.ok();
    let ctx = bench.context(|_| {});
    let bench = Bench { ctx, ..bench };
    bench.sim.journal().clear();
    let changed = config(|trunk| {
        trunk.label = text("a");
        trunk.max_channels = Attr::Known(3);
    });
    assert_eq!(bench.said(&changed, Some(&made)).await, []);
    assert_eq!(plans(&bench).await, []);
    assert_eq!(bench.sim.journal().entries().len(), 0, "{}", bench.sim.journal());
    // With one it does.
    let bench = bench.again();
    bench.read(&made).await.ok();
    bench.said(&changed, Some(&made)).await;
    assert_eq!(bench.sim.journal().count("GET", "/v1/profile/config"), 1);
}

#[tokio::test]
async fn a_caller_id_that_is_no_number_of_the_account_is_warned_of() {
    let bench = Bench::start().await;
    bench.sim.add_phone_number(json!({ "number": "12565378257" }));
    let said = bench.said(&config(|_| {}), None).await;
    let summaries: Vec<&str> = said.iter().map(|said| said.summary.as_str()).collect();
    assert_eq!(summaries, ["Caller ID may be rejected"], "{said:?}");
}

#[tokio::test]
async fn numbers_that_are_routed_to_a_trunk_are_named_before_it_is_destroyed() {
    let bench = Bench::start().await;
    let made = bench.create(&config(|_| {})).await.ok();
    let to = json!({ "transport": 5, "trunk_id": super::id_of(&made), "destination": "52252" });
    bench.sim.add_phone_number(json!({ "number": "12565378257", "destination": [to] }));
    let said = bench.plan_destroy(&made).await;
    assert!(said[0].detail.contains("+12565378257"), "{said:?}");
}
