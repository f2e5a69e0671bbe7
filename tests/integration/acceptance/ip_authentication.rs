//! `host_request` and its review by an administrator, which takes days.

use serde_json::{Value, json};
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_request_is_pending_until_it_is_approved_and_no_plan_minds,
    a_rejection_is_shown_by_the_next_refresh,
    every_update_repeats_the_request,
    asking_and_withdrawing_are_updates_in_place,
    a_digest_trunk_never_costs_a_list,
}

const TRUNK: &str = "wavix_sip_trunk.main";

fn trunk(label: &str, arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label    = "{label}"
  callerid = "13132847320"
  password = "a password"
  {arguments}
}}

output "status" {{
  value = wavix_sip_trunk.main.status
}}
"#
    )
}

const REQUEST: &str = "host_request = { host = \"198.51.100.40\" }";

fn review(state: &Value) -> Value {
    json!([state["host"], state["auth_method"], state["status"]])
}

fn a_request_is_pending_until_it_is_approved_and_no_plan_minds() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("By address", REQUEST)).apply_ok();
    assert_eq!(review(&tf.state(TRUNK)), json!(["dynamic", "IP auth", "pending"]));
    assert_eq!(tf.state(TRUNK)["host_request"], json!({"host": "198.51.100.40"}));
    assert_eq!(tf.output("status"), "pending");

    assert!(sim.approve(tf.trunk_id(TRUNK)));
    let changes = tf.plan().succeeded().changes();
    assert_eq!(changes.get(TRUNK), None, "an approval is nothing to repair");
    tf.refresh();
    assert_eq!(review(&tf.state(TRUNK)), json!(["198.51.100.40", "IP auth", "active"]));
    assert_eq!(tf.output("status"), "active");
    tf.expect_empty_plans();
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
    tf.destroy(&sim);
}

fn a_rejection_is_shown_by_the_next_refresh() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("Rejected", REQUEST)).apply_ok();
    assert!(sim.reject(tf.trunk_id(TRUNK)));
    tf.refresh();
    assert_eq!(tf.state(TRUNK)["status"], "rejected");
    tf.expect_empty_plans();
}

fn every_update_repeats_the_request() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("Before", REQUEST)).apply_ok();
    sim.approve(tf.trunk_id(TRUNK));
    tf.refresh();
    tf.config(&trunk("After", REQUEST)).apply_ok();
    // The simulated API, like the documented one, forgets what a PUT leaves out.
    let stored = tf.stored(&sim, TRUNK);
    assert_eq!((stored.label.as_str(), stored.host.as_str()), ("After", "198.51.100.40"));
    assert_eq!(stored.status, "active");
    let sent = sim.journal().last("PUT", "/v1/trunks/*").unwrap().body.unwrap();
    assert_eq!(sent["host_request"], json!({"host": "198.51.100.40"}));

    let moved = trunk("After", "host_request = { host = \"203.0.113.21\" }");
    let run = tf.config(&moved).plan().succeeded();
    assert!(run.text().contains("cannot place calls until Wavix approves 203.0.113.21"), "{run}");
}

fn asking_and_withdrawing_are_updates_in_place() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("Digest", "")).apply_ok();
    let id = tf.trunk_id(TRUNK);
    assert_eq!(review(&tf.state(TRUNK)), json!(["dynamic", "Digest", "active"]));

    tf.config(&trunk("Digest", REQUEST)).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).status, "pending");
    assert_eq!(review(&tf.state(TRUNK)), json!(["dynamic", "IP auth", "pending"]));

    tf.config(&trunk("Digest", "")).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).auth_method(), "Digest");
    assert_eq!(review(&tf.state(TRUNK)), json!(["dynamic", "Digest", "active"]));
    assert_eq!(tf.trunk_id(TRUNK), id);
}

fn a_digest_trunk_never_costs_a_list() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("Digest", "")).apply_ok();
    sim.journal().clear();
    tf.config(&trunk("Renamed", "")).apply_ok();
    tf.refresh();
    assert_eq!(sim.journal().count("GET", "/v1/trunks"), 0, "{}", sim.journal());
    sim.journal().clear();

    // With three that need it, one walk serves a whole refresh.
    let many = trunk("By address", REQUEST).replace("\"main\" {", "\"main\" {\n  count    = 3");
    let many = many
        .replace("198.51.100.40", "198.51.100.4${count.index}")
        .replace(".main.status", ".main[0].status");
    tf.config(&many).apply_ok();
    sim.journal().clear();
    tf.run(["plan", "-input=false", "-no-color"]).succeeded();
    assert_eq!(sim.journal().count("GET", "/v1/trunks"), 1, "{}", sim.journal());
    assert_eq!(sim.journal().count("GET", "/v1/trunks/*"), 3, "{}", sim.journal());
}
