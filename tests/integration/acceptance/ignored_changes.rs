//! `ignore_changes`: what is planned is what is sent. Terraform hides ignored changes from the
//! configuration of a plan, and not from that of an apply.

use serde_json::{Value, json};
use wavix_sim::{AllowedIp, HostRequest, Sim, Trunk};

use super::drift::{EDITS, Edit};
use crate::support::terraform::Terraform;

acceptance_trials! {
    an_update_sends_what_was_planned_whatever_argument_is_ignored,
    an_ignored_password_is_sent_as_it_is_in_the_state,
}

/// Every argument of a request but the password.
const ARGUMENTS: [&str; 21] = [
    "label",
    "callerid",
    "multiple_numbers",
    "ip_restrict",
    "allowed_ips",
    "didinfo_enabled",
    "call_restrict",
    "call_limit",
    "cost_limit",
    "max_call_cost",
    "channels_restrict",
    "max_channels",
    "rewrite_enabled",
    "rewrite_prefix",
    "rewrite_cond",
    "call_recording_enabled",
    "machine_detection_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "encrypted_media",
    "host_request",
];

const EVERYTHING: &str = r#"  allowed_ips               = ["198.51.100.7"]
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
"#;

/// What the portal makes of a trunk of which nothing is configured.
const RESTRICTIONS: [(&str, Edit); 19] = [
    ("multiple_numbers", |trunk| trunk.multiple_numbers = true),
    ("allowed_ips", |trunk| {
        trunk.ip_restrict = true;
        trunk.allowed_ips.push(AllowedIp { id: 1, ip: "192.0.2.66".to_owned() });
    }),
    ("call_limit", |trunk| (trunk.call_restrict, trunk.call_limit) = (true, Some(60))),
    ("max_call_cost", |trunk| {
        (trunk.cost_limit, trunk.max_call_cost) = (true, Some("0.05".to_owned()));
    }),
    ("max_channels", |trunk| (trunk.channels_restrict, trunk.max_channels) = (true, Some(2))),
    ("rewrite_prefix", |trunk| {
        (trunk.rewrite_enabled, trunk.rewrite_prefix) = (true, Some("00".to_owned()));
    }),
    ("rewrite_cond", |trunk| (trunk.rewrite_enabled, trunk.rewrite_cond) = (true, Some("1".to_owned()))),
    ("call_restrict", |trunk| trunk.call_restrict = true),
    ("cost_limit", |trunk| trunk.cost_limit = true),
    ("channels_restrict", |trunk| trunk.channels_restrict = true),
    ("rewrite_enabled", |trunk| trunk.rewrite_enabled = true),
    ("didinfo_enabled", |trunk| trunk.didinfo_enabled = false),
    ("call_recording_enabled", |trunk| trunk.call_recording_enabled = true),
    ("machine_detection_enabled", |trunk| trunk.machine_detection_enabled = true),
    ("transcription_enabled", |trunk| trunk.transcription_enabled = true),
    ("transcription_threshold", |trunk| trunk.transcription_threshold = 11),
    ("encrypted_media", |trunk| trunk.encrypted_media = true),
    ("callerid", |trunk| trunk.callerid = Some("13137890021".to_owned())),
    ("host_request", |trunk| {
        let host = "203.0.113.20".to_owned();
        trunk.host.clone_from(&host);
        trunk.host_request = Some(HostRequest { host, status: "approved".to_owned() });
    }),
];

/// A trunk for each argument that is ignored: with everything configured and edited by somebody else, and with
/// nothing configured and restricted by somebody else.
fn cases() -> Vec<(String, &'static str, &'static str, Edit)> {
    let configured = EDITS.iter().map(|(name, edit)| (format!("full_{name}"), *name, EVERYTHING, *edit));
    let bare = RESTRICTIONS.iter().map(|(name, edit)| (format!("bare_{name}"), *name, "", *edit));
    configured.chain(bare).collect()
}

/// The label of the second round is another one, except where it is what is ignored.
fn configuration(round: &str) -> String {
    let trunk = |(key, ignored, arguments, _): &(String, &str, &str, Edit)| {
        let didinfo = *ignored != "didinfo_enabled" && !arguments.is_empty() && round == "first";
        format!(
            "resource \"wavix_sip_trunk\" \"{key}\" {{\n  label = \"{round} {key}\"\n  callerid = \"13132847320\"\n  \
             password = \"a password\"\n{}{arguments}  lifecycle {{\n    ignore_changes = [{ignored}]\n  }}\n}}\n",
            if didinfo { "  didinfo_enabled = false\n" } else { "" }
        )
    };
    cases().iter().map(trunk).collect::<Vec<_>>().join("\n")
}

/// How a request spells a planned value; `None` for one that is left out.
fn sent(argument: &str, planned: &Value) -> Option<Value> {
    match (argument, planned) {
        ("callerid" | "rewrite_prefix" | "rewrite_cond", Value::Null) => Some(json!("")),
        ("allowed_ips", Value::Null) => Some(json!([])),
        ("allowed_ips", ips) => Some(ips.as_array().unwrap().iter().map(|ip| json!({ "ip": ip })).collect()),
        (_, Value::Null) => None,
        (_, value) => Some(value.clone()),
    }
}

fn an_update_sends_what_was_planned_whatever_argument_is_ignored() {
    let sim = Sim::builder().caller_id("13137890021").spawn();
    let tf = Terraform::new(&sim);
    tf.config(&configuration("first")).apply_ok();
    let id = |key: &str| tf.trunk_id(&format!("wavix_sip_trunk.{key}"));
    for (key, _, _, edit) in cases() {
        assert!(sim.edit_trunk(id(&key), edit));
    }
    sim.journal().clear();

    let plan = tf.config(&configuration("second")).plan_json();
    tf.run(["apply", "-input=false", "-json", "saved.plan"]).succeeded();
    let changes = plan["resource_changes"].as_array().unwrap();
    for (key, ignored, ..) in cases() {
        let change = changes.iter().find(|change| change["name"] == key.as_str()).unwrap();
        let (before, after) = (&change["change"]["before"], &change["change"]["after"]);
        assert_eq!(change["change"]["actions"], json!(["update"]), "{key}");
        assert_eq!(before[ignored], after[ignored], "{key}: it is not ignored");
        let puts = sim.journal().matching("PUT", &format!("/v1/trunks/{}", id(&key)));
        let [put] = puts.as_slice() else { panic!("{key}: not one PUT: {puts:?}") };
        let body = put.body.as_ref().unwrap();
        for argument in ARGUMENTS {
            let planned = sent(argument, &after[argument]);
            assert_eq!(body.get(argument).cloned(), planned, "{key} sends another `{argument}` than planned");
        }
    }
    tf.expect_empty_plans();
}

fn an_ignored_password_is_sent_as_it_is_in_the_state() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |label: &str, password: &str| {
        format!(
            r#"resource "wavix_sip_trunk" "main" {{
  label    = "{label}"
  callerid = "13132847320"
  password = "{password}"
  lifecycle {{
    ignore_changes = [password]
  }}
}}
"#
        )
    };
    tf.config(&trunk("one", "first-password")).apply_ok();
    tf.config(&trunk("two", "second-password")).apply_ok();
    let stored: Trunk = tf.stored(&sim, "wavix_sip_trunk.main");
    assert_eq!((stored.label.as_str(), stored.password()), ("two", "first-password"));
    assert_eq!(tf.state("wavix_sip_trunk.main")["password"], "first-password");
}
