//! Facts that only the list tells, and how rarely it is asked.

use futures_util::future::join_all;
use serde_json::json;
use wavix_sim::Fault;
use wavix_sim::behaviour::{HostRequestChanged, HostRequestLeftOut};

use crate::framework::object::Attr;

use super::super::SipTrunkModel;
use super::super::model::HostRequestModel;
use super::{Bench, config, id_of, paths, plan, text};

pub(super) fn requesting(host: &str) -> SipTrunkModel {
    config(|trunk| trunk.host_request = Attr::Known(HostRequestModel { host: text(host) }))
}

fn review(state: &SipTrunkModel) -> [&str; 3] {
    [&state.host, &state.auth_method, &state.status].map(|value| value.known().map_or("", String::as_str))
}

#[tokio::test]
async fn a_request_is_pending_until_it_is_approved_or_rejected() {
    let bench = Bench::start().await;
    let config = requesting("198.51.100.40");
    let created = bench.create(&config).await.ok();
    assert_eq!(review(&created), ["dynamic", "IP auth", "pending"]);
    bench.sim.approve(id_of(&created));
    // Another walk is needed: what the create saw is out of date.
    let fresh = bench.again();
    let approved = fresh.read(&created).await.ok();
    assert_eq!(review(&approved), ["198.51.100.40", "IP auth", "active"]);
    assert_eq!(plan(&config, Some(&approved)), approved, "an approval is nothing to repair");

    fresh.sim.reject(id_of(&created));
    let fresh = fresh.again();
    assert_eq!(fresh.read(&approved).await.ok().status, text("rejected"));
}

#[tokio::test]
async fn an_import_needs_the_list_only_for_ip_authentication() {
    let bench = Bench::start().await;
    let digest = bench.sim.add_trunk(json!({ "label": "digest" }));
    let asking =
        bench.sim.add_trunk(json!({ "label": "asking", "host_request": { "host": "198.51.100.40" } }));
    let trusted =
        bench.sim.add_trunk(json!({ "label": "trusted", "host_request": { "host": "198.51.100.41" } }));
    bench.sim.approve(trusted);
    bench.sim.faults().always("GET", "/v1/trunks", Fault::status(403));

    let left = bench.import(digest).await;
    assert_eq!(left.warnings.len(), 1, "{left:?}");
    assert!(left.warnings[0].detail.contains("could not read it"), "{}", left.warnings[0].detail);
    let imported = left.ok();
    assert_eq!((&imported.label, &imported.status), (&text("digest"), &Attr::Null));
    assert_eq!(bench.import(trusted).await.error().summary, "Cannot read SIP trunk");

    // What the state does not know is not withdrawn.
    let unaware = bench.import(asking).await.ok();
    let renamed = |label: &str| config(|trunk| trunk.label = text(label));
    let left = bench.update(&renamed("b"), &unaware).await;
    assert_eq!((paths(&left.errors), bench.puts()), (vec!["host_request".to_owned()], 0));
    bench.sim.faults().clear();
    let left = bench.update(&renamed("b"), &unaware).await;
    assert_eq!((paths(&left.errors), bench.puts()), (vec!["host_request".to_owned()], 0));
    assert!(left.error().detail.contains("Run a plan with a refresh"), "{}", left.error().detail);
    let aware = bench.read(&unaware).await.ok();
    assert_eq!(
        (review(&aware), aware.requested_host()),
        (["dynamic", "IP auth", "pending"], Some("198.51.100.40"))
    );

    let read = bench.read(&imported).await.ok();
    assert_eq!(review(&read), ["dynamic", "Digest", "active"]);
    bench.update(&renamed("c"), &imported).await.ok();
}

#[tokio::test]
async fn every_update_repeats_the_request() {
    let bench = Bench::start().await;
    let created = bench.create(&requesting("198.51.100.40")).await.ok();
    let mut renamed = requesting("198.51.100.40");
    renamed.label = text("renamed");
    bench.update(&renamed, &created).await.ok();
    let sent = bench.sim.journal().last("PUT", "/v1/trunks/*").unwrap().body.unwrap();
    assert_eq!(sent["host_request"], json!({ "host": "198.51.100.40" }));
}

#[tokio::test]
async fn asking_and_withdrawing_are_followed_in_the_list() {
    let bench = Bench::start().await;
    let digest = bench.create(&config(|_| {})).await.ok();
    let asked = bench.update(&requesting("198.51.100.40"), &digest).await.ok();
    assert_eq!(review(&asked), ["dynamic", "IP auth", "pending"]);
    let withdrawn = bench.update(&config(|_| {}), &asked).await.ok();
    assert_eq!(review(&withdrawn), ["dynamic", "Digest", "active"]);
    assert_eq!(withdrawn, digest);
    assert_eq!(bench.lists(), 2);
}

#[tokio::test]
async fn a_withdrawal_that_wavix_ignores_is_noticed() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.host_request_left_out = HostRequestLeftOut::Keeps);
    let asked = bench.create(&requesting("198.51.100.40")).await.ok();
    let left = bench.update(&config(|_| {}), &asked).await;
    assert_eq!(paths(&left.errors), ["host_request"]);
    assert!(left.error().detail.contains("198.51.100.40"), "{}", left.error().detail);
    assert_eq!(left.state.unwrap().host_request, asked.host_request);
}

#[tokio::test]
async fn a_refused_change_of_the_address_points_at_it() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.host_request_changed = HostRequestChanged::Refused);
    let asked = bench.create(&requesting("198.51.100.40")).await.ok();
    let left = bench.update(&requesting("198.51.100.41"), &asked).await;
    assert_eq!(paths(&left.errors), ["host_request"]);
    assert_eq!(left.state, Some(asked));
}

#[tokio::test]
async fn a_request_made_or_withdrawn_behind_our_back_is_drift() {
    let bench = Bench::start().await;
    let asked = bench.create(&requesting("198.51.100.40")).await.ok();
    bench.sim.edit_trunk(id_of(&asked), |trunk| {
        trunk.host_request = None;
        trunk.host = "dynamic".to_owned();
        trunk.status = "active".to_owned();
    });
    let fresh = bench.again();
    let read = fresh.read(&asked).await.ok();
    assert_eq!((&read.host_request, &read.auth_method), (&Attr::Null, &text("Digest")));

    let digest = fresh.create(&config(|_| {})).await.ok();
    fresh.sim.edit_trunk(id_of(&digest), |trunk| {
        trunk.host_request =
            Some(wavix_sim::HostRequest { host: "198.51.100.50".to_owned(), status: "approved".to_owned() });
        trunk.host = "198.51.100.50".to_owned();
    });
    let read = fresh.read(&digest).await.ok();
    assert_eq!(read.host_request, Attr::Known(HostRequestModel { host: text("198.51.100.50") }));
}

#[tokio::test]
async fn a_trunk_is_kept_when_its_status_cannot_be_looked_up() {
    let bench = Bench::start().await;
    // The first look is before the request.
    bench.sim.faults().push(wavix_sim::Rule::new("GET", "/v1/trunks", Fault::status(500)).skip(1));
    let left = bench.create(&requesting("198.51.100.40")).await;
    assert_eq!(paths(&left.warnings), ["status"]);
    let created = left.ok();
    assert_eq!((&created.status, &created.auth_method), (&Attr::Null, &Attr::Null));
    assert_eq!(review(&bench.read(&created).await.ok()), ["dynamic", "IP auth", "pending"]);
}

#[tokio::test]
async fn an_imported_trunk_has_its_request() {
    let bench = Bench::start().await;
    let id = bench.sim.add_trunk(json!({ "label": "a", "host_request": { "host": "198.51.100.44" } }));
    let imported = bench.import(id).await.ok();
    assert_eq!(imported.host_request, Attr::Known(HostRequestModel { host: text("198.51.100.44") }));
    assert_eq!(review(&imported), ["dynamic", "IP auth", "pending"]);
}

#[tokio::test]
async fn a_trunk_made_elsewhere_since_the_last_walk_is_imported_with_its_request() {
    let bench = Bench::start().await;
    let request = |host: &str| bench.sim.add_trunk(json!({ "label": "a", "host_request": { "host": host } }));
    bench.import(request("198.51.100.44")).await.ok();
    // The walk of the first import is still recent, and does not know this one.
    let imported = bench.import(request("198.51.100.45")).await.ok();
    assert_eq!(imported.host_request, Attr::Known(HostRequestModel { host: text("198.51.100.45") }));
}

#[tokio::test]
async fn a_digest_trunk_never_costs_a_list() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let updated = bench.update(&config(|trunk| trunk.label = text("b")), &created).await.ok();
    bench.read(&updated).await.ok();
    bench.delete(&updated).await;
    assert_eq!(bench.lists(), 0);
}

#[tokio::test]
async fn one_walk_serves_all_reads_of_a_refresh() {
    let bench = Bench::start().await;
    let mut states = Vec::new();
    for number in 0..20 {
        states.push(bench.create(&requesting(&format!("198.51.100.{number}"))).await.ok());
    }
    let fresh = bench.again();
    fresh.sim.journal().clear();
    let reads = join_all(states.iter().map(|state| fresh.read(state))).await;
    for (read, state) in reads.into_iter().zip(&states) {
        assert_eq!(&read.ok(), state);
    }
    assert_eq!((fresh.lists(), fresh.sim.journal().count("GET", "/v1/trunks/*")), (1, 20));

    // A write of our own ends the sharing.
    let mut renamed = requesting("198.51.100.0");
    renamed.label = text("renamed");
    fresh.update(&renamed, &states[0]).await.ok();
    fresh.read(&states[1]).await.ok();
    assert_eq!(fresh.lists(), 2);
}
