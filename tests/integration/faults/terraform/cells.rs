//! Cells of the matrix, a dozen in one run: each trunk meets its own fault.

use std::collections::BTreeMap;

use serde_json::json;
use wavix_sim::{Answer, Fault, Sim};

use crate::support::run::Run;
use crate::support::terraform::Terraform;

acceptance_trials! {
    creates_under_faults_make_each_trunk_once,
    refreshes_under_faults_forget_no_trunk,
    updates_under_faults_arrive,
    deletes_under_faults_leave_no_trunk,
}

/// The faults; the key is the trunk's.
fn faults() -> BTreeMap<&'static str, Fault> {
    BTreeMap::from([
        ("reset", Fault::reset()),
        ("closed", Fault::close()),
        ("reset-after-commit", Fault::reset_after_commit()),
        ("closed-after-commit", Fault::close_after_commit()),
        ("cut", Fault::cut_body()),
        ("wrong-length", Fault::wrong_content_length(50)),
        ("empty", Fault::answer_after_commit(Answer::new(200).empty())),
        ("html", Fault::answer_after_commit(Answer::new(200).html("<html>OK</html>"))),
        ("shape", Fault::answer_after_commit(Answer::new(200).json(&json!(["?"])))),
        ("no-id", Fault::without("id")),
        ("busy", Fault::too_many_requests(Some("1"))),
        ("gateway", Fault::answer_after_commit(Answer::new(504))),
    ])
}

/// A trunk for each fault. Retries are few, so that faults are felt.
fn trunks(revision: u32, keys: impl Iterator<Item = &'static str>) -> String {
    let keys: Vec<String> = keys.map(|key| format!("{key:?}")).collect();
    format!(
        r#"provider "wavix" {{
  max_retries = 1
}}

resource "wavix_sip_trunk" "cell" {{
  for_each = toset([{}])
  label    = "${{each.key}} {revision}"
  callerid = "13132847320"
  password = "password {revision} of ${{each.key}}"
}}
"#,
        keys.join(", ")
    )
}

fn apply(tf: &Terraform) -> Run {
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false"])
}

fn address(key: &str) -> String {
    format!("wavix_sip_trunk.cell[{key:?}]")
}

/// Everything in the account is in the state, or named by an error.
#[track_caller]
fn nothing_is_lost(tf: &Terraform, sim: &Sim, run: &Run) {
    let known: Vec<i64> = tf.state_addresses().iter().map(|address| tf.trunk_id(address)).collect();
    for trunk in sim.trunks() {
        // Not what the plan showed.
        let told = run.stderr.replace(['│', '\n'], " ");
        let named = told.contains(&trunk.id.to_string()) || told.contains(&trunk.label);
        assert!(known.contains(&trunk.id) || (run.status != Some(0) && named), "{} is lost\n{run}", trunk.id);
    }
}

/// With the faults gone one more apply makes it right.
#[track_caller]
fn converges(tf: &Terraform, sim: &Sim, revision: u32) {
    sim.faults().clear();
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    tf.expect_empty_plans();
    assert_eq!(sim.trunks().len(), faults().len(), "{}", sim.journal());
    for key in faults().keys() {
        let stored = tf.stored(sim, &address(key));
        assert_eq!(stored.label, format!("{key} {revision}"));
        assert_eq!(stored.password(), format!("password {revision} of {key}"));
    }
}

/// An account that has a trunk for each fault, and a fault for each trunk's
/// own requests.
fn struck(method: &str) -> (Sim, Terraform) {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunks(1, faults().into_keys()));
    apply(&tf).succeeded();
    for (key, fault) in faults() {
        let path = format!("/v1/trunks/{}", tf.trunk_id(&address(key)));
        sim.fault(method, &path, fault);
    }
    sim.journal().clear();
    (sim, tf)
}

#[track_caller]
fn every_fault_struck(sim: &Sim) {
    assert_eq!(sim.faults().pending(), 0, "{}", sim.journal());
}

fn creates_under_faults_make_each_trunk_once() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    // The trunks are alike but for their labels, and so are these.
    for key in faults().keys() {
        sim.add_trunk(json!({ "label": format!("{key} 1"), "created_at": "2023-05-16T17:13:25.000Z" }));
    }
    let others: Vec<i64> = sim.trunks().iter().map(|trunk| trunk.id).collect();
    for fault in faults().into_values() {
        sim.fault("POST", "/v1/trunks", fault);
    }
    tf.config(&trunks(1, faults().into_keys()));
    let run = apply(&tf);
    every_fault_struck(&sim);
    let made = sim.journal().matching("POST", "/v1/trunks").iter().filter(|entry| entry.committed).count();
    assert_eq!(sim.trunks().len(), others.len() + made);
    for id in others {
        assert!(sim.delete_trunk(id), "somebody else's trunk is gone\n{run}");
    }
    nothing_is_lost(&tf, &sim, &run);
    // Those that certainly exist are in the state; what may not, says so.
    assert_eq!(tf.state_addresses().len(), made, "{run}");
    converges(&tf, &sim, 1);
    let made = sim.journal().matching("POST", "/v1/trunks").iter().filter(|entry| entry.committed).count();
    assert_eq!(made, faults().len(), "one create for each trunk\n{}", sim.journal());
}

fn refreshes_under_faults_forget_no_trunk() {
    let (sim, tf) = struck("GET");
    let run = tf.run(["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
    every_fault_struck(&sim);
    assert_eq!(tf.state_addresses().len(), faults().len(), "{run}");
    nothing_is_lost(&tf, &sim, &run);
    converges(&tf, &sim, 1);
}

fn updates_under_faults_arrive() {
    let (sim, tf) = struck("PUT");
    tf.config(&trunks(2, faults().into_keys()));
    let run = apply(&tf);
    every_fault_struck(&sim);
    nothing_is_lost(&tf, &sim, &run);
    converges(&tf, &sim, 2);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 0);
}

fn deletes_under_faults_leave_no_trunk() {
    let (sim, tf) = struck("DELETE");
    let run = tf.run(["apply", "-destroy", "-auto-approve", "-input=false", "-no-color", "-refresh=false"]);
    every_fault_struck(&sim);
    nothing_is_lost(&tf, &sim, &run);
    sim.faults().clear();
    tf.destroy(&sim);
}
