//! A server with a mind of its own: it stores something else than it was sent, or refuses it.

use std::collections::BTreeSet;

use serde_json::json;
use wavix_sim::behaviour::{DecimalText, Labels, PinnedCallerId, ProFeatures};
use wavix_sim::{Fault, Sim};

use crate::support::run::Run;
use crate::support::terraform::Terraform;

acceptance_trials! {
    no_apply_that_is_repeated_against_an_altering_server_changes_a_login_in_use,
    an_altering_server_whose_answers_were_lost_costs_no_login,
    a_label_that_is_stripped_and_a_caller_id_that_nobody_set_are_no_difference,
}

/// What is asked for, which the server below stores otherwise or refuses.
const ALTERED: [(&str, &str); 7] = [
    ("flag", "didinfo_enabled = false"),
    ("threshold", "transcription_threshold = 60"),
    ("feature", "call_recording_enabled = true"),
    ("cost", "max_call_cost = 0.185"),
    ("channels", "max_channels = 4"),
    ("prefix", "rewrite_prefix = \"00\""),
    ("refused", "call_limit = 9000"),
];

/// Every trunk has the threshold that the server insists on, but for one.
fn trunk(name: &str, arguments: &str) -> String {
    let threshold =
        if arguments.starts_with("transcription_threshold") { "" } else { "transcription_threshold = 10" };
    format!(
        "resource \"wavix_sip_trunk\" \"{name}\" {{\n  label    = \"{name}\"\n  callerid = \"13132847320\"\n  \
         password = \"a password\"\n  {threshold}\n  {arguments}\n}}\n"
    )
}

fn apply(tf: &Terraform) -> Run {
    tf.run(["apply", "-auto-approve", "-input=false", "-json"])
}

fn no_apply_that_is_repeated_against_an_altering_server_changes_a_login_in_use() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim).env("WAVIX_SKIP_ACCOUNT_LIMIT_CHECKS", "true");
    let old = |arguments: fn(&'static str) -> &'static str| -> String {
        ALTERED.iter().map(|(name, wanted)| trunk(&format!("old_{name}"), arguments(wanted))).collect()
    };
    tf.config(&old(|_| "")).apply_ok();
    let in_use = sim.trunks();
    sim.configure(|knobs| {
        knobs.pro_features = ProFeatures::SilentlyOff;
        knobs.decimal_text = DecimalText::Fixed(2);
        knobs.forced = [
            ("didinfo_enabled", json!(true)),
            ("transcription_threshold", json!(10)),
            ("max_channels", json!(2)),
            ("rewrite_prefix", json!("0")),
        ]
        .map(named)
        .into();
    });
    sim.journal().clear();

    let new: String = ALTERED.iter().map(|(name, wanted)| trunk(&format!("new_{name}"), wanted)).collect();
    tf.config(&(old(|wanted| wanted) + &new));
    for round in 1..=3 {
        let run = apply(&tf).failed();
        for (name, _) in ALTERED {
            let address = format!("wavix_sip_trunk.new_{name}");
            let said = run.diagnostics().iter().any(|error| error.address.as_deref() == Some(&address));
            assert!(said, "{address} says nothing\n{run}");
            assert!(!tf.state_addresses().contains(&address), "{address} is left in the state\n{run}");
            assert!(!tf.is_tainted(&format!("wavix_sip_trunk.old_{name}")), "{run}");
        }
        let left: Vec<(i64, String)> = sim.trunks().into_iter().map(|trunk| (trunk.id, trunk.name)).collect();
        let before: Vec<(i64, String)> = in_use.iter().map(|trunk| (trunk.id, trunk.name.clone())).collect();
        assert_eq!(left, before, "round {round}: a login was made or lost");
    }
    let kept: BTreeSet<String> = in_use.iter().map(|trunk| format!("/v1/trunks/{}", trunk.id)).collect();
    let deleted = sim.journal().matching("DELETE", "/v1/trunks/*");
    assert!(
        deleted.iter().all(|entry| !kept.contains(&entry.path)),
        "a trunk in use was deleted: {deleted:?}"
    );
    assert_eq!(deleted.len(), 3 * (ALTERED.len() - 1), "each trunk that was made was deleted again");
}

/// The first apply loses the answer to each create. What can be told to be ours is
/// kept, what cannot is named and left alone, and neither is ever replaced.
fn an_altering_server_whose_answers_were_lost_costs_no_login() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    sim.configure(|knobs| {
        knobs.pro_features = ProFeatures::SilentlyOff;
        knobs.labels = Labels::LowerCase;
        knobs.forced =
            [("didinfo_enabled", json!(true)), ("transcription_threshold", json!(10))].map(named).into();
    });
    sim.faults().times(4, "POST", "/v1/trunks", Fault::close_after_commit());
    let trunks = [
        ("feature", "call_recording_enabled = true"),
        ("flag", "didinfo_enabled = false"),
        ("threshold", "transcription_threshold = 60"),
        ("Label", ""),
    ];
    tf.config(&trunks.map(|(name, arguments)| trunk(name, arguments)).concat());
    let mut first = Vec::new();
    for round in 1..=3 {
        let run = apply(&tf);
        let logins: Vec<(i64, String)> =
            sim.trunks().into_iter().map(|trunk| (trunk.id, trunk.name)).collect();
        if round == 1 {
            first.clone_from(&logins);
        }
        assert_eq!(
            (logins.len(), &logins),
            (trunks.len(), &first),
            "round {round}: a login was made or lost\n{run}"
        );
        assert_eq!(tf.state_addresses(), ["wavix_sip_trunk.feature"], "{run}");
        assert!(!tf.is_tainted("wavix_sip_trunk.feature"), "{run}");
        let said = format!("{:?}", run.diagnostics());
        for (id, _) in &first {
            assert!(said.contains(&id.to_string()), "round {round}: {id} is not named\n{run}");
        }
        assert_eq!(tf.stored(&sim, "wavix_sip_trunk.feature").label, "feature");
    }
    // What was taken back was the second try of the three others.
    assert_eq!(sim.journal().count("DELETE", "/v1/trunks/*"), 2 * (trunks.len() - 1));
}

fn named((name, value): (&str, serde_json::Value)) -> (String, serde_json::Value) {
    (name.to_owned(), value)
}

fn a_label_that_is_stripped_and_a_caller_id_that_nobody_set_are_no_difference() {
    let sim = Sim::spawn();
    sim.configure(|knobs| {
        knobs.callerid_with_multiple_numbers = PinnedCallerId::Echoed;
        knobs.forced = [("label", json!("Reception")), ("callerid", json!("13132847320"))].map(named).into();
    });
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "main" {
  label            = <<-EOT
    Reception
  EOT
  multiple_numbers = true
  password         = "a password"
}
"#,
    );
    tf.apply_ok();
    let (id, login) = (tf.trunk_id("wavix_sip_trunk.main"), sim.trunks()[0].name.clone());
    for _ in 0..3 {
        apply(&tf).succeeded();
    }
    assert_eq!((sim.trunks().len(), sim.trunks()[0].id, &sim.trunks()[0].name), (1, id, &login));
    assert_eq!(sim.journal().committed(), 1, "{}", sim.journal());
    assert_eq!(tf.state("wavix_sip_trunk.main")["label"], "Reception\n", "as it was written");
}
