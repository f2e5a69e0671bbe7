//! Provider functions, which work without an account.

use serde_json::json;

use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 8):
    functions_work_without_an_account,
    an_error_says_which_argument_is_wrong_and_why,
    the_text_with_a_sensitive_password_is_sensitive,
    ; since (1, 10):
    the_text_with_an_ephemeral_password_is_ephemeral,
}

fn functions_work_without_an_account() {
    let tf = Terraform::unconfigured();
    tf.config(
        r#"
output "number" {
  value = provider::wavix::e164("+1 (313) 284-7320")
}
output "hosts" {
  value = { for region, gateway in provider::wavix::sip_gateways() : region => gateway.host }
}
output "uri" {
  value = provider::wavix::sip_uri("67758", provider::wavix::sip_gateways().nl.host)
}
output "pjsip" {
  value = provider::wavix::pjsip_endpoint("67758", "4r=h;EaCB85QNtr2", "nl.wavix.net")
}
"#,
    )
    .apply_ok();
    assert_eq!(tf.output("number"), "+13132847320");
    assert_eq!(
        tf.output("hosts"),
        json!({ "au": "au.wavix.net", "nl": "nl.wavix.net", "sg": "sg.wavix.net", "us": "us.wavix.net" })
    );
    assert_eq!(tf.output("uri"), "sip:67758@nl.wavix.net");
    let pjsip = tf.output("pjsip");
    assert!(pjsip.as_str().unwrap().contains("\npassword = 4r=h\\;EaCB85QNtr2\n"), "{pjsip}");
}

fn an_error_says_which_argument_is_wrong_and_why() {
    for (call, parameter, reason) in [
        (r#"e164("030 1234567")"#, "number", "country code"),
        (r#"sip_uri("67758", "nl.wavix.net:5060")"#, "host", "remove the port"),
        (r#"pjsip_endpoint("67758", "a\nb", "nl.wavix.net")"#, "password", "line break"),
    ] {
        let tf = Terraform::unconfigured();
        let output = format!("output \"result\" {{\n  value = provider::wavix::{call}\n}}\n");
        let error = tf.config(&output).plan_err().error();
        assert!(error.detail.contains(&format!("Invalid value for \"{parameter}\" parameter")), "{error:?}");
        assert!(error.detail.contains(reason), "{error:?}");
        assert!(!error.detail.contains(".."), "Terraform adds the full stop: {error:?}");
    }
}

const WITH_PASSWORD: &str = r#"
variable "password" {
  type = string
  MARK = true
}
output "pjsip" {
  value = VALUE
}
"#;

const CALL: &str = r#"provider::wavix::pjsip_endpoint("67758", var.password, "nl.wavix.net")"#;

fn the_text_with_a_sensitive_password_is_sensitive() {
    let tf = Terraform::unconfigured().env("TF_VAR_password", "planted-4711");
    let config = WITH_PASSWORD.replace("MARK", "sensitive").replace("VALUE", CALL);
    let error = tf.config(&config).plan_err().error();
    assert!(error.summary.contains("sensitive"), "{error:?}");
}

fn the_text_with_an_ephemeral_password_is_ephemeral() {
    let tf = Terraform::unconfigured().env("TF_VAR_password", "planted-4711");
    let config = WITH_PASSWORD.replace("MARK", "ephemeral");
    let error = tf.config(&config.replace("VALUE", CALL)).plan_err().error();
    assert!(error.summary.contains("ephemeral") || error.detail.contains("ephemeral"), "{error:?}");

    let run = tf.config(&config.replace("VALUE", &format!("ephemeralasnull({CALL})"))).apply_ok();
    assert!(!run.text().contains("4711"), "{run}");
    assert!(!tf.state_file().unwrap().to_string().contains("4711"));
}
