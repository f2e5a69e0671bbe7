//! Ephemeral resources: in neither plan nor state, and gone after the run.

use serde_json::json;
use wavix_sim::{Fault, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 11):
    a_token_lives_as_long_as_the_run,
    a_token_that_is_handed_on_stays,
    a_failed_apply_leaves_nothing_that_outlives_its_ttl,
    an_unknown_trunk_is_an_error_at_the_argument,
    credentials_reach_a_write_only_argument_and_no_file,
}

const TOKENS: &str = "/v2/webrtc/tokens";
const TOKEN: &str = "/v2/webrtc/tokens/*";

/// A trunk whose write-only password shows what the ephemeral value was.
const CONSUMER: &str = r#"
resource "wavix_sip_trunk" "consumer" {
  label               = "Consumer"
  callerid            = "13132847320"
  password_wo         = VALUE
  password_wo_version = 1
}
"#;

/// An account with a trunk that Terraform does not manage; its id and login.
fn account() -> (Sim, i64, String) {
    let sim = Sim::spawn();
    let id = sim.add_trunk(json!({ "label": "Office", "callerid": "12345678900", "password": "p" }));
    let login = sim.trunk(id).unwrap().name;
    (sim, id, login)
}

fn token(login: &str, arguments: &str) -> String {
    let consumer = CONSUMER.replace("VALUE", "ephemeral.wavix_webrtc_token.main.token");
    format!(
        r#"ephemeral "wavix_webrtc_token" "main" {{
  sip_trunk = "{login}"
  {arguments}
}}
{consumer}"#
    )
}

fn a_token_lives_as_long_as_the_run() {
    let (sim, _, login) = account();
    let tf = Terraform::new(&sim);
    let config = token(&login, "ttl = 3600\n  payload = jsonencode({ desk = \"reception\" })");
    let run = tf.config(&config).apply_ok();

    let used = tf.stored(&sim, "wavix_sip_trunk.consumer").password().to_owned();
    assert!(used.starts_with("eyJ"), "the token was not what the write-only argument got");
    assert_eq!(sim.webrtc_tokens().len(), 0, "{}", sim.journal());
    let made = sim.journal().count("POST", TOKENS);
    assert!(made >= 2, "one for the plan, one for the apply: {}", sim.journal());
    assert_eq!(sim.journal().count("DELETE", TOKEN), made);
    assert!(!run.text().contains(&used) && !tf.read("terraform.tfstate").contains(&used));
    assert_eq!(tf.state_addresses(), ["wavix_sip_trunk.consumer"]);
}

fn a_token_that_is_handed_on_stays() {
    let (sim, _, login) = account();
    let tf = Terraform::new(&sim);
    tf.config(&token(&login, "ttl = 60\n  revoke_on_close = false")).apply_ok();
    assert_eq!(sim.webrtc_tokens().len(), sim.journal().count("POST", TOKENS));
    assert_eq!(sim.journal().count("DELETE", TOKEN), 0);
}

/// Terraform does not close what a failed resource uses (seen with 1.11.4:
/// "upstream errored, so skipping"), so the documentation advises a `ttl`.
fn a_failed_apply_leaves_nothing_that_outlives_its_ttl() {
    let (sim, _, login) = account();
    let tf = Terraform::new(&sim);
    sim.fault("POST", "/v1/trunks", Fault::status(422));
    let run = tf.config(&token(&login, "ttl = 60")).apply_err();
    assert!(run.text().contains("Cannot create SIP trunk"), "{run}");
    assert!(sim.journal().count("DELETE", TOKEN) >= 1, "that of the plan: {}", sim.journal());
    let left = sim.webrtc_tokens();
    assert!(left.len() <= 1 && left.iter().all(|token| token.ttl == Some(60)), "{left:?}");

    // The next run that succeeds closes its own.
    tf.config(&token(&login, "ttl = 60")).apply_ok();
    assert_eq!(sim.webrtc_tokens().len(), left.len());
}

fn an_unknown_trunk_is_an_error_at_the_argument() {
    let (sim, _, _) = account();
    let tf = Terraform::new(&sim);
    let error = tf.config(&token("Office", "")).plan_err().error();
    assert_eq!(error.summary, "Cannot open WebRTC token");
    assert!(error.code.as_deref().unwrap_or_default().contains("sip_trunk"), "{error:?}");
    assert!(error.detail.contains("not its id or label"), "{error:?}");
}

fn credentials_reach_a_write_only_argument_and_no_file() {
    let (sim, id, _) = account();
    let tf = Terraform::new(&sim);
    let consumer = CONSUMER.replace("VALUE", "ephemeral.wavix_sip_trunk_credentials.office.access_token");
    let ephemeral = format!("ephemeral \"wavix_sip_trunk_credentials\" \"office\" {{\n  id = \"{id}\"\n}}\n");
    let run = tf.config(&format!("{ephemeral}{consumer}")).apply_ok();
    let secret = sim.trunk(id).unwrap().access_token().unwrap().to_owned();
    assert_eq!(tf.stored(&sim, "wavix_sip_trunk.consumer").password(), secret);
    assert!(!run.text().contains(&secret) && !tf.read("terraform.tfstate").contains(&secret));
}
