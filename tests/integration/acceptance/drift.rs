//! What others do to a trunk behind Terraform's back.

use serde_json::Value;
use wavix_sim::{AllowedIp, Sim, Trunk, behaviour::NotFoundText};

use crate::support::terraform::Terraform;

acceptance_trials! {
    every_field_edited_behind_our_back_is_seen_and_repaired,
    a_trunk_deleted_behind_our_back_is_planned_anew,
    a_trunk_deleted_behind_our_back_can_be_destroyed,
    an_account_without_the_service_loses_no_state,
    what_the_server_may_change_is_no_drift,
}

const TRUNK: &str = "wavix_sip_trunk.main";

/// How somebody changes a trunk in the portal.
pub type Edit = fn(&mut Trunk);

/// Attributes and their edits.
pub const EDITS: [(&str, Edit); 20] = [
    ("label", |trunk| trunk.label = "Edited".to_owned()),
    ("callerid", |trunk| trunk.callerid = Some("13137890021".to_owned())),
    ("multiple_numbers", |trunk| trunk.multiple_numbers = true),
    ("ip_restrict", |trunk| trunk.ip_restrict = false),
    ("allowed_ips", |trunk| trunk.allowed_ips.push(AllowedIp { id: 1, ip: "192.0.2.66".to_owned() })),
    ("didinfo_enabled", |trunk| trunk.didinfo_enabled = true),
    ("call_restrict", |trunk| trunk.call_restrict = false),
    ("call_limit", |trunk| trunk.call_limit = Some(601)),
    ("cost_limit", |trunk| trunk.cost_limit = false),
    ("max_call_cost", |trunk| trunk.max_call_cost = Some("0.19".to_owned())),
    ("channels_restrict", |trunk| trunk.channels_restrict = false),
    ("max_channels", |trunk| trunk.max_channels = Some(5)),
    ("rewrite_enabled", |trunk| trunk.rewrite_enabled = false),
    ("rewrite_prefix", |trunk| trunk.rewrite_prefix = None),
    ("rewrite_cond", |trunk| trunk.rewrite_cond = Some("01".to_owned())),
    ("call_recording_enabled", |trunk| trunk.call_recording_enabled = false),
    ("machine_detection_enabled", |trunk| trunk.machine_detection_enabled = false),
    ("transcription_enabled", |trunk| trunk.transcription_enabled = false),
    ("transcription_threshold", |trunk| trunk.transcription_threshold = 11),
    ("encrypted_media", |trunk| trunk.encrypted_media = false),
];

fn every_field_edited_behind_our_back_is_seen_and_repaired() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let keys = EDITS.iter().map(|(field, _)| format!("{field:?}")).collect::<Vec<_>>().join(", ");
    tf.config(&format!(
        r#"resource "wavix_sip_trunk" "edited" {{
  for_each                  = toset([{keys}])
  label                     = each.key
  callerid                  = "13132847320"
  password                  = "a password"
  allowed_ips               = ["198.51.100.7"]
  didinfo_enabled           = false
  call_limit                = 600
  max_call_cost             = 0.18
  max_channels              = 4
  rewrite_prefix            = "00"
  rewrite_cond              = "1"
  call_recording_enabled    = true
  machine_detection_enabled = true
  transcription_enabled     = true
  transcription_threshold   = 10
  encrypted_media           = true
}}
"#
    ));
    tf.apply_ok();
    let before = sim.trunks();
    for (field, edit) in EDITS {
        sim.edit_trunk(tf.trunk_id(&format!("wavix_sip_trunk.edited[{field:?}]")), edit);
    }

    let plan = tf.plan_json();
    for (field, _) in EDITS {
        let address = format!("wavix_sip_trunk.edited[{field:?}]");
        let changes = plan["resource_changes"].as_array().unwrap();
        let change = &changes.iter().find(|change| change["address"] == address.as_str()).unwrap()["change"];
        assert_eq!(change["actions"], serde_json::json!(["update"]), "{field}");
        let differing = differing(&change["before"], &change["after"]);
        assert!(differing.contains(&field.to_owned()), "{field} does not differ: {change}");
    }

    tf.apply_ok();
    let repaired = sim.trunks();
    for (before, repaired) in before.iter().zip(&repaired) {
        // The numbers of addresses are the server's own.
        let renumbered = |trunk: &Trunk| {
            let mut trunk = trunk.clone();
            trunk.allowed_ips.iter_mut().for_each(|allowed| allowed.id = 0);
            trunk
        };
        assert_eq!(renumbered(repaired), renumbered(before));
    }
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), EDITS.len());
}

fn differing(before: &Value, after: &Value) -> Vec<String> {
    let names = before.as_object().unwrap().keys();
    names.filter(|name| before[name.as_str()] != after[name.as_str()]).cloned().collect()
}

fn smallest() -> &'static str {
    r#"resource "wavix_sip_trunk" "main" {
  label    = "Watched"
  callerid = "13132847320"
  password = "a password"
}
"#
}

fn a_trunk_deleted_behind_our_back_is_planned_anew() {
    for text in [NotFoundText::NotProvisioned, NotFoundText::RecordNotFound] {
        let sim = Sim::builder().behaviour(|knobs| knobs.get_not_found = text).spawn();
        sim.add_trunk(serde_json::json!({"label": "Somebody else's"}));
        let tf = Terraform::new(&sim);
        tf.config(smallest()).apply_ok();
        let gone = tf.trunk_id(TRUNK);
        assert!(sim.delete_trunk(gone));
        // A trunk created just now is waited for; this one had its time.
        sim.configure(|knobs| knobs.clock_offset_seconds = 3600);
        sim.journal().clear();
        let run = tf.plan().succeeded();
        assert_eq!(run.changes()[TRUNK], "create", "{text:?}");
        assert!(run.text().contains(&format!("SIP trunk {gone} is gone")), "{text:?}\n{run}");
        // The 404 alone proves nothing; the list does.
        assert!(sim.journal().count("GET", "/v1/trunks") >= 1, "{}", sim.journal());
        tf.apply_ok();
        assert_ne!(tf.trunk_id(TRUNK), gone);
        assert_eq!(sim.trunks().len(), 2);
    }
}

fn a_trunk_deleted_behind_our_back_can_be_destroyed() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(smallest()).apply_ok();
    assert!(sim.delete_trunk(tf.trunk_id(TRUNK)));
    // A trunk created just now would be deleted until it has settled.
    sim.configure(|knobs| knobs.clock_offset_seconds = 3600);
    // Without refresh the provider has to find out by the DELETE itself.
    let run = tf.run(["apply", "-destroy", "-refresh=false", "-auto-approve", "-input=false", "-json"]);
    run.succeeded();
    assert!(tf.state_addresses().is_empty());
    assert_eq!(sim.journal().count("DELETE", "/v1/trunks/*"), 1);
}

fn an_account_without_the_service_loses_no_state() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(smallest()).apply_ok();
    let before = tf.state(TRUNK);
    sim.configure(|knobs| knobs.provisioned = false);

    let error = tf.plan_err().error();
    assert_eq!(error.summary, "Cannot read SIP trunk");
    assert!(error.detail.contains("not provisioned"), "{}", error.detail);
    let refresh = tf.run(["apply", "-refresh-only", "-auto-approve", "-input=false", "-json"]).failed();
    assert_eq!(tf.state(TRUNK), before, "{refresh}");
    let destroy =
        tf.run(["apply", "-destroy", "-refresh=false", "-auto-approve", "-input=false", "-json"]).failed();
    assert_eq!(destroy.error().summary, "Cannot delete SIP trunk");
    assert_eq!(tf.state(TRUNK), before);

    sim.configure(|knobs| knobs.provisioned = true);
    tf.expect_empty_plans();
    assert_eq!(tf.stored(&sim, TRUNK).label, "Watched");
}

fn what_the_server_may_change_is_no_drift() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(smallest()).apply_ok();
    let id = tf.trunk_id(TRUNK);
    sim.edit_trunk(id, |trunk| {
        trunk.passthrough = true;
        trunk.set_access_token(Some("sip-another-token"));
        trunk.talk_time = 99;
        trunk.set_password("changed in the portal");
    });
    let plan = tf.plan().succeeded();
    assert_eq!(plan.changes().get(TRUNK), None, "{plan}");
    tf.refresh();
    assert_eq!(tf.state(TRUNK)["access_token"], "sip-another-token");
    assert_eq!(tf.state(TRUNK)["passthrough"], true);

    // An update keeps what it planned; the next refresh records what is newer.
    sim.edit_trunk(id, |trunk| trunk.set_access_token(None));
    tf.config(&smallest().replace("Watched", "Renamed"));
    tf.run(["apply", "-refresh=false", "-auto-approve", "-input=false", "-json"]).succeeded();
    assert_eq!(tf.state(TRUNK)["access_token"], "sip-another-token");
    tf.refresh();
    assert_eq!(tf.state(TRUNK)["access_token"], Value::Null);
    tf.expect_empty_plans();
}
