//! `password`, `password_wo`, `password_wo_version`, `access_token`.

use serde_json::json;
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_password_reaches_the_account_and_changing_it_is_one_update,
    ; since (1, 11):
    a_write_only_password_is_in_no_file_and_its_version_rotates_it,
    an_ephemeral_password_is_left_out_where_none_is_sent,
    switching_between_the_two_kinds_of_password_is_an_update,
}

const TRUNK: &str = "wavix_sip_trunk.main";

fn trunk(arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label    = "Support desk"
  callerid = "13132847320"
  {arguments}
}}
"#
    )
}

fn a_password_reaches_the_account_and_changing_it_is_one_update() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);

    tf.config(&trunk(r#"password = "first password""#)).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "first password");
    assert_eq!(tf.state(TRUNK)["password"], "first password");
    assert_eq!(tf.state(TRUNK)["access_token"], tf.stored(&sim, TRUNK).access_token().unwrap());
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);

    let before = tf.trunk_id(TRUNK);
    tf.config(&trunk(r#"password = "second password""#)).apply_ok();
    assert_eq!(tf.trunk_id(TRUNK), before, "a new password needs no new trunk");
    assert_eq!(tf.stored(&sim, TRUNK).password(), "second password");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 1);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);

    tf.destroy(&sim);
}

fn a_write_only_password_is_in_no_file_and_its_version_rotates_it() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);

    tf.config(&trunk("password_wo = \"wo-first-4711\"\n  password_wo_version = 1")).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "wo-first-4711");
    let state = tf.state(TRUNK);
    assert_eq!(state["password"], json!(null));
    assert_eq!(state["password_wo"], json!(null));
    assert_eq!(state["password_wo_version"], json!(1));
    assert!(!tf.read("terraform.tfstate").contains("4711"));

    // Terraform cannot see that a write-only value changed.
    tf.config(&trunk("password_wo = \"wo-second-4711\"\n  password_wo_version = 1")).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "wo-first-4711");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);

    tf.config(&trunk("password_wo = \"wo-second-4711\"\n  password_wo_version = 2")).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "wo-second-4711");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 1);

    // Any other update must carry it too: the API replaces the whole trunk.
    let relabelled =
        trunk("password_wo = \"wo-second-4711\"\n  password_wo_version = 2").replace("desk", "line");
    tf.config(&relabelled).apply_ok();
    let stored = tf.stored(&sim, TRUNK);
    assert_eq!((stored.label.as_str(), stored.password()), ("Support line", "wo-second-4711"));

    assert!(!tf.read("terraform.tfstate").contains("4711"));
    assert!(!tf.read("terraform.tfstate.backup").contains("4711"));
    tf.destroy(&sim);
}

fn an_ephemeral_password_is_left_out_where_none_is_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let variable =
        "variable \"sip_password\" {\n  type      = string\n  default   = null\n  ephemeral = true\n}\n";
    let config =
        |version: u32| trunk(&format!("password_wo = var.sip_password\n  password_wo_version = {version}"));
    tf.config(&format!("{variable}{}", config(1)));
    let missing = tf.plan_err().error();
    assert_eq!(missing.summary, "Missing SIP trunk password", "a create sends one");
    let arguments = ["-input=false", "-no-color", "-auto-approve", "-var", "sip_password=wo-first-4711"];
    tf.run(["apply"].into_iter().chain(arguments)).succeeded();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "wo-first-4711");

    tf.validate_ok();
    tf.expect_empty_plans();
    tf.config(&format!("{variable}{}", config(2)));
    let missing = tf.plan_err().error();
    assert_eq!(missing.summary, "Missing SIP trunk password", "a rotation sends one");
    assert!(missing.detail.contains("the state has 1, the configuration 2"), "{missing:?}");
    // Terraform plans changes before it plans to destroy, unless told to refresh nothing.
    tf.run(["plan", "-destroy", "-refresh=false", "-input=false", "-no-color"]).succeeded();

    tf.config(&format!("{variable}{}", config(1))).destroy(&sim);
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
}

fn switching_between_the_two_kinds_of_password_is_an_update() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);

    tf.config(&trunk(r#"password = "in the state""#)).apply_ok();
    tf.config(&trunk("password_wo = \"nowhere\"\n  password_wo_version = 1")).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "nowhere");
    assert!(!tf.read("terraform.tfstate").contains("in the state"), "the old password must leave the state");

    tf.config(&trunk(r#"password = "back in the state""#)).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).password(), "back in the state");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 2);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);
}
