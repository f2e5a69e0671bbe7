//! What the pages say of requests, scopes and drift, against what the simulator
//! saw.

use std::collections::BTreeSet;

use registry_docs::facts::{Facts, Noticed, ObjectFacts};
use registry_docs::schema::Kind;
use serde_json::json;
use wavix_sim::{Access, ApiKey, Sim};

use super::pages::root;
use crate::acceptance::drift::EDITS;
use crate::support::terraform::Terraform;

acceptance_trials! {
    a_trunks_requests_are_those_of_its_page,
    a_webhooks_requests_are_those_of_its_page,
    the_data_sources_requests_are_those_of_their_pages,
    the_scopes_of_the_pages_are_enough,
    what_is_said_to_be_noticed_is_tested_to_be,
    a_password_changed_elsewhere_is_not_noticed,
    ; since (1, 10):
    the_ephemeral_resources_requests_are_those_of_their_pages,
}

fn facts(kind: Kind, name: &str) -> ObjectFacts {
    Facts::read(root()).unwrap().of(kind, name).expect("described").clone()
}

/// The requests since the last call, as pages write them.
fn seen(sim: &Sim) -> BTreeSet<String> {
    let varies = |part: &str| match part {
        part if part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_digit()) => "{id}".to_owned(),
        part if part.len() == 36 && part.matches('-').count() == 4 => "{uuid}".to_owned(),
        part => part.to_owned(),
    };
    let path = |path: &str| path.split('/').map(varies).collect::<Vec<_>>().join("/");
    let seen = sim
        .journal()
        .entries()
        .iter()
        .map(|entry| format!("{} {}", entry.method, path(&entry.path)))
        .collect();
    sim.journal().clear();
    seen
}

/// Since the last look, the simulator saw the requests that the page of an
/// object says `operations` make.
#[track_caller]
pub fn expect_documented(sim: &Sim, kind: Kind, name: &str, operations: &[&str]) {
    expect(&facts(kind, name), operations, &seen(sim));
}

/// Exactly the documented requests of `operations` were made: all that are
/// always made, and no other than those that may be.
#[track_caller]
fn expect(facts: &ObjectFacts, operations: &[&str], seen: &BTreeSet<String>) {
    let calls = || {
        let of =
            facts.operations.iter().filter(|operation| operations.contains(&operation.operation.as_str()));
        of.flat_map(|operation| &operation.calls)
    };
    let allowed: BTreeSet<String> = calls().map(|call| call.request.clone()).collect();
    let always: BTreeSet<String> =
        calls().filter(|call| call.when.is_none()).map(|call| call.request.clone()).collect();
    assert!(seen.is_subset(&allowed), "{operations:?}: not documented: {:?}", seen.difference(&allowed));
    assert!(always.is_subset(seen), "{operations:?}: documented, not made: {:?}", always.difference(seen));
}

fn trunk(label: &str, more: &str) -> String {
    format!(
        "resource \"wavix_sip_trunk\" \"main\" {{\n  label = \"{label}\"\n  callerid = \"13132847320\"\n  \
         password = \"a password\"\n  {more}\n}}\n"
    )
}

const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-json"];

fn a_trunks_requests_are_those_of_its_page() {
    let facts = facts(Kind::Resource, "wavix_sip_trunk");
    for more in ["", "max_channels = 2", "host_request = { host = \"198.51.100.40\" }"] {
        let sim = Sim::spawn();
        let tf = Terraform::new(&sim);
        tf.config(&trunk("One", more)).run(APPLY).succeeded();
        let made = seen(&sim);
        expect(&facts, &["plan", "create"], &made);
        assert_eq!(made.contains("GET /v1/profile/config"), more.starts_with("max_channels"), "{made:?}");

        tf.refresh();
        expect(&facts, &["read"], &seen(&sim));

        tf.config(&trunk("Two", more))
            .run(["apply", "-auto-approve", "-input=false", "-json", "-refresh=false"])
            .succeeded();
        let made = seen(&sim);
        expect(&facts, &["plan", "update"], &made);
        assert!(made.contains("PUT /v1/trunks/{id}"), "{made:?}");

        let id = tf.trunk_id("wavix_sip_trunk.main");
        tf.run(["state", "rm", "wavix_sip_trunk.main"]).succeeded();
        tf.import("wavix_sip_trunk.main", &id.to_string()).succeeded();
        expect(&facts, &["import"], &seen(&sim));

        let destroy = ["apply", "-destroy", "-auto-approve", "-input=false", "-json", "-refresh=false"];
        tf.run(destroy).succeeded();
        expect(&facts, &["delete"], &seen(&sim));
    }
}

/// The simulator refuses a second POST, so an update needs every request.
fn a_webhooks_requests_are_those_of_its_page() {
    let facts = facts(Kind::Resource, "wavix_call_webhook");
    let calls = facts.operations.iter().flat_map(|operation| &operation.calls);
    let scopes: BTreeSet<&str> = calls.map(|call| call.scope.as_str()).collect();
    assert_eq!(scopes.into_iter().collect::<Vec<_>>(), ["webhooks:read", "webhooks:write"]);
    let sim = Sim::builder().key(ApiKey::new("narrow").scope("webhooks", Access::Write)).spawn();
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", "narrow");
    let address = "wavix_call_webhook.a";
    let webhook = |host: &str| {
        format!(
            "resource \"wavix_call_webhook\" \"a\" {{\n  event_type = \"on-call\"\n  url = \"https://{host}\"\n}}\n"
        )
    };
    let requests = |verbs: &[&str]| -> BTreeSet<String> {
        verbs.iter().map(|verb| format!("{verb} /v1/calls/webhooks")).collect()
    };
    tf.config(&webhook("old.example.com")).run(APPLY).succeeded();
    let made = seen(&sim);
    expect(&facts, &["plan", "create"], &made);
    assert_eq!(made, requests(&["GET", "POST"]));
    tf.refresh();
    expect(&facts, &["read"], &seen(&sim));
    tf.config(&webhook("new.example.com")).run(APPLY).succeeded();
    let made = seen(&sim);
    expect(&facts, &["plan", "read", "update"], &made);
    assert_eq!(made, requests(&["GET", "POST", "DELETE"]));
    tf.run(["state", "rm", address]).succeeded();
    tf.import(address, "on-call").succeeded();
    expect(&facts, &["import"], &seen(&sim));
    tf.run(["apply", "-destroy", "-auto-approve", "-input=false", "-json", "-refresh=false"]).succeeded();
    let made = seen(&sim);
    expect(&facts, &["delete"], &made);
    assert_eq!(made, requests(&["GET", "DELETE"]));
}

fn the_data_sources_requests_are_those_of_their_pages() {
    let sim = Sim::spawn();
    sim.add_trunk(json!({ "label": "Office", "callerid": "13132847320", "password": "p" }));
    for (name, config) in [
        ("wavix_sip_trunk", "data \"wavix_sip_trunk\" \"a\" {\n  label = \"Office\"\n}\n"),
        ("wavix_call_webhooks", "data \"wavix_call_webhooks\" \"a\" {}\n"),
        ("wavix_sip_trunks", "data \"wavix_sip_trunks\" \"a\" {}\n"),
    ] {
        Terraform::new(&sim).config(config).run(APPLY).succeeded();
        expect(&facts(Kind::DataSource, name), &["read"], &seen(&sim));
    }
}

fn the_ephemeral_resources_requests_are_those_of_their_pages() {
    let sim = Sim::spawn();
    let id = sim.add_trunk(json!({ "label": "Office", "callerid": "13132847320", "password": "p" }));
    let login = sim.trunk(id).unwrap().name;
    for (name, argument) in [
        ("wavix_sip_trunk_credentials", format!("id = \"{id}\"")),
        ("wavix_webrtc_token", format!("sip_trunk = \"{login}\"")),
    ] {
        let config = format!("ephemeral \"{name}\" \"a\" {{\n  {argument}\n}}\n");
        Terraform::new(&sim).config(&config).run(APPLY).succeeded();
        expect(&facts(Kind::Ephemeral, name), &["open", "close"], &seen(&sim));
    }
}

/// A key with the scopes of the page and no other goes through a whole life.
fn the_scopes_of_the_pages_are_enough() {
    let facts = facts(Kind::Resource, "wavix_sip_trunk");
    let calls = facts.operations.iter().flat_map(|operation| &operation.calls);
    let scopes: BTreeSet<&str> = calls.map(|call| call.scope.as_str()).collect();
    assert_eq!(
        scopes.into_iter().collect::<Vec<_>>(),
        ["account:read", "numbers:read", "trunks:read", "trunks:write"]
    );
    // The first two are said to be dispensable.
    let sim = Sim::builder().key(ApiKey::new("narrow").scope("trunks", Access::Write)).spawn();
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", "narrow");
    tf.config(&trunk("One", "max_channels = 2")).apply_ok();
    tf.config(&trunk("Two", "max_channels = 3")).apply_ok();
    tf.destroy(&sim);
    sim.add_trunk(json!({ "label": "Office", "callerid": "13132847320", "password": "p" }));
    sim.set_keys([ApiKey::new("narrow").scope("trunks", Access::Read)]);
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", "narrow");
    tf.config("data \"wavix_sip_trunk\" \"a\" {\n  label = \"Office\"\n}\n").apply_ok();
}

/// That each of these edits is seen, the test of drift shows.
fn what_is_said_to_be_noticed_is_tested_to_be() {
    let facts = facts(Kind::Resource, "wavix_sip_trunk");
    let noticed = facts.drift.iter().filter(|row| matches!(row.noticed, Noticed::Yes | Noticed::Partly));
    let said: BTreeSet<&str> = noticed.flat_map(|row| &row.attributes).map(String::as_str).collect();
    let mut tested: BTreeSet<&str> = EDITS.iter().map(|(attribute, _)| *attribute).collect();
    // By the tests of trunks that were deleted, and of IP authentication.
    tested.extend(["id", "host_request"]);
    assert_eq!(said, tested);
}

fn a_password_changed_elsewhere_is_not_noticed() {
    let facts = facts(Kind::Resource, "wavix_sip_trunk");
    let row = facts.drift.iter().find(|row| row.attributes.contains(&"password".to_owned())).unwrap();
    assert_eq!(row.noticed, Noticed::No);
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("One", "")).apply_ok();
    let id = tf.trunk_id("wavix_sip_trunk.main");
    assert!(sim.edit_trunk(id, |trunk| trunk.set_password("somebody else's")));
    tf.expect_empty_plans();
}
