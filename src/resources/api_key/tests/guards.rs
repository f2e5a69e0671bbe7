//! Keys that somebody needs, and what is said before they change.

use std::time::Duration;

use crate::framework::diagnostics::Severity;
use crate::framework::object::Attr;
use crate::framework::resource::Phase;
use crate::lifecycle::managed::Ordinary as _;

use super::super::ApiKey;
use super::super::schema::ApiKeyModel;
use super::{Bench, KEY, Stored, addresses, config, everything, id_of, scopes};

const OWN: &str = "the-key-that-this-provider-runs-on";

/// A provider that runs on a key which it manages too.
async fn on_its_own_key() -> (Bench, ApiKeyModel) {
    let bench = Bench::start().await;
    let id = bench.sim.add_api_key(Stored::new(OWN).label("pbx"));
    let bench = bench.with_key(OWN);
    let state = bench.import(id).await.ok();
    (bench, state)
}

#[tokio::test]
async fn the_key_in_use_cannot_be_destroyed() {
    let (bench, state) = on_its_own_key().await;
    let planned = bench.plan_destroy(&state).await;
    assert_eq!(planned.len(), 1, "{planned:?}");
    assert_eq!(
        (planned[0].severity, planned[0].summary.as_str()),
        (Severity::Error, "Cannot delete API key")
    );
    assert!(!planned[0].detail.contains(OWN));

    // A replacement destroys without such a plan.
    let deleted = bench.delete(&state).await;
    assert_eq!(deleted.error().summary, "Cannot delete API key");
    assert_eq!(deleted.state.as_ref(), Some(&state));
    assert_eq!(bench.count("DELETE", KEY), 0);
    assert!(bench.sim.api_keys().iter().any(|key| key.value() == OWN));
}

#[tokio::test]
async fn the_key_in_use_cannot_be_deactivated() {
    let (bench, state) = on_its_own_key().await;
    let said = bench.said(&config(|key| key.active = Attr::Known(false)), Some(&state)).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(
        (said[0].severity, said[0].path.as_ref().unwrap().to_string()),
        (Severity::Error, "active".to_owned())
    );
}

#[tokio::test]
async fn restricting_the_key_in_use_warns_and_any_other_does_not() {
    let (bench, state) = on_its_own_key().await;
    for (change, path) in [
        (config(|key| key.scopes = scopes(&[("trunks", "read")])), "scopes"),
        (config(|key| key.permitted_ips = addresses(&["192.0.2.1"])), "permitted_ips"),
    ] {
        let said = bench.said(&change, Some(&state)).await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].severity, Severity::Warning);
        assert_eq!(said[0].path.as_ref().unwrap().to_string(), path);
        let bench = Bench::start().await;
        bench.plan(&change, Some(&state)).await;
    }
}

#[tokio::test]
async fn what_widens_a_key_warns_before_it_does() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let said = async |config: &ApiKeyModel, prior: &ApiKeyModel| -> Vec<String> {
        let said = bench.said(config, Some(prior)).await;
        assert!(said.iter().all(|said| said.severity == Severity::Warning));
        said.into_iter().map(|said| said.summary).collect()
    };
    let open = config(|_| {});
    assert_eq!(
        said(&open, &made).await,
        ["API key 124 loses its permitted_ips", "API key 124 loses its scopes"]
    );
    let kept = config(|key| key.scopes = everything().scopes);
    assert_eq!(said(&kept, &made).await, ["API key 124 loses its permitted_ips"]);
    assert_eq!(said(&everything(), &made).await, [""; 0]);
    // A dead key becomes one that may do everything.
    let dead = ApiKeyModel { scopes: scopes(&[]), ..made.clone() };
    assert_eq!(said(&kept_addresses(), &dead).await, ["API key 124 loses its scopes"]);
    assert_eq!(bench.count("PATCH", KEY), 0);
}

fn kept_addresses() -> ApiKeyModel {
    config(|key| key.permitted_ips = everything().permitted_ips)
}

/// The plan has said it.
#[tokio::test]
async fn nothing_is_warned_of_again_while_applying() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let open = config(|_| {});
    bench.ctx.siblings().note_plan();
    let mut said = crate::framework::diagnostics::Diagnostics::new();
    let mut request = bench.request(Some(&open), Some(&made));
    request.phase = Phase::PlanOrApply;
    ApiKey::plan(&request, &mut open.clone(), &mut said).await;
    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test]
async fn destroying_a_key_that_was_used_today_warns() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    assert!(bench.plan_destroy(&made).await.is_empty(), "nobody has used it");

    let ago = |hours: u64| {
        let then = std::time::SystemTime::now() - Duration::from_secs(hours * 3600);
        let then = time::OffsetDateTime::from(then);
        then.format(&time::format_description::well_known::Rfc3339).unwrap()
    };
    let mut bench = bench;
    for (hours, warns) in [(1, true), (23, true), (25, false)] {
        bench = bench.again();
        bench.sim.edit_api_key(id_of(&made), |key| key.last_used_at = Some(ago(hours)));
        let said = bench.plan_destroy(&made).await;
        assert_eq!(!said.is_empty(), warns, "{hours} hours: {said:?}");
        if let Some(said) = said.first() {
            let in_use = format!("API key {} is in use and will be destroyed", id_of(&made));
            assert_eq!((said.severity, &said.summary), (Severity::Warning, &in_use));
            assert!(!said.detail.contains("may be the key of this provider"), "its value is known");
        }
    }
    bench = bench.again();
    bench.sim.edit_api_key(id_of(&made), |key| key.last_used_at = Some(ago(0)));
    let unknown = ApiKeyModel { value: Attr::Null, ..made };
    let said = bench.plan_destroy(&unknown).await;
    assert!(said[0].detail.contains("may be the key of this provider"), "{said:?}");
}
