//! Which changes become requests, and what is left behind when Wavix refuses one.

use serde_json::json;
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_value_that_is_new_at_every_plan_is_an_update_each_time,
    an_update_that_the_api_does_not_see_sends_nothing,
    a_timeouts_block_can_be_added_and_removed,
    a_refused_create_leaves_nothing_behind,
    a_refused_update_keeps_the_old_state,
}

const TRUNK: &str = "wavix_sip_trunk.main";

fn a_value_that_is_new_at_every_plan_is_an_update_each_time() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "main" {
  label    = "Deployed at ${timestamp()} ${uuid()}"
  callerid = "13132847320"
  password = "a password"
}
"#,
    );
    tf.apply_expecting_drift("the label holds the time of the apply");
    let first = tf.stored(&sim, TRUNK);
    tf.apply_expecting_drift("the label holds the time of the apply");
    let second = tf.stored(&sim, TRUNK);
    assert_ne!(second.label, first.label);
    assert_eq!(second.id, first.id);
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 1);
}

fn an_update_that_the_api_does_not_see_sends_nothing() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |callerid: &str, cost: &str, ips: &str| {
        format!(
            r#"resource "wavix_sip_trunk" "main" {{
  label         = "Spelled"
  callerid      = "{callerid}"
  password      = "a password"
  max_call_cost = {cost}
  allowed_ips   = [{ips}]
}}
"#
        )
    };
    let two = r#""198.51.100.7", "203.0.113.20""#;
    tf.config(&trunk("13132847320", "0.18", two)).apply_ok();
    let before = tf.read("terraform.tfstate");

    // Another spelling of the same is no change at all.
    let turned = r#""203.0.113.20", "198.51.100.7", "203.0.113.20""#;
    tf.config(&trunk("+1 (313) 284-7320", "\"0.180\"", turned)).expect_empty_plans();
    assert_eq!(tf.read("terraform.tfstate"), before);
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0, "{}", sim.journal());
}

fn a_timeouts_block_can_be_added_and_removed() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |timeouts: &str| {
        format!(
            r#"resource "wavix_sip_trunk" "main" {{
  label    = "Patient"
  callerid = "13132847320"
  password = "a password"
  {timeouts}
}}
"#
        )
    };
    tf.config(&trunk("timeouts {\n    create = \"2m\"\n    delete = \"90s\"\n  }")).apply_ok();
    assert_eq!(tf.state(TRUNK)["timeouts"]["create"], "2m");
    tf.config(&trunk("timeouts {\n    read = \"1m30s\"\n    update = \"1h\"\n  }")).apply_ok();
    assert_eq!(
        tf.state(TRUNK)["timeouts"],
        json!({"create": null, "read": "1m30s", "update": "1h", "delete": null})
    );
    tf.config(&trunk("")).apply_ok();
    assert_eq!(tf.state(TRUNK)["timeouts"], json!(null));
    assert_eq!(
        sim.journal().count("PUT", "/v1/trunks/*"),
        0,
        "the API knows no time-outs\n{}",
        sim.journal()
    );

    let error = tf.config(&trunk("timeouts {\n    create = \"soon\"\n  }")).validate_err().error();
    assert!(error.code.unwrap().contains("create = \"soon\""), "{}", error.summary);
}

fn a_refused_create_leaves_nothing_behind() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "main" {
  label    = "Refused"
  callerid = "4930123456"
  password = "a password"
}
"#,
    );
    let error = tf.apply_err().error();
    assert_eq!(error.summary, "Cannot create SIP trunk");
    assert_eq!(error.address.as_deref(), Some(TRUNK));
    assert!(error.detail.contains("Caller ID must be a verified number"), "{}", error.detail);
    assert_eq!(error.code.as_deref().map(str::trim), Some("callerid = \"4930123456\""));
    assert!(tf.state_addresses().is_empty());
    assert!(sim.trunks().is_empty());
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1, "a refusal is not retried");
}

fn a_refused_update_keeps_the_old_state() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |channels: u32| {
        format!(
            r#"resource "wavix_sip_trunk" "main" {{
  label        = "Limited"
  callerid     = "13132847320"
  password     = "a password"
  max_channels = {channels}
}}
"#
        )
    };
    tf.config(&trunk(2)).apply_ok();
    sim.configure_account(|account| account.max_sip_channels = 3);
    let run = tf.config(&trunk(4)).apply_err();
    let error = run.error();
    assert_eq!(tf.state(TRUNK)["max_channels"], json!(2), "{run}");
    assert!(!tf.is_tainted(TRUNK));
    assert_eq!(tf.stored(&sim, TRUNK).max_channels, Some(2));
    assert!(error.detail.contains('3'), "the account's ceiling is named: {}", error.detail);

    tf.config(&trunk(3)).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).max_channels, Some(3));
}
