//! A secret is never shown: not in a log at the most talkative level, not in
//! what is printed, and a write-only one in no file either.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use wavix_sim::{Answer, Fault, Sim};

use crate::support::run::Run;
use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 11):
    no_secret_is_shown_by_any_command_at_any_log_level,
}

/// Long enough to be found nowhere by accident, with characters that change
/// in a URL, in JSON and in HTML.
const API_KEY: &str = "planted/api+key=7f3a9c&end";
const PASSWORD: &str = "planted \"pass\" word/1d8e+<x>";
const WRITE_ONLY: &str = "planted wo \"pass\" word/6b2c+<y>";
const ACCESS_TOKEN: &str = "sip-planted-token-0e5d4f";

/// A secret as it may be written somewhere.
pub fn spellings(secret: &str) -> Vec<String> {
    let percent = |keep: fn(u8) -> bool| {
        secret
            .bytes()
            .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    let strict = percent(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_matches('"').to_owned();
    let mut all = vec![
        secret.to_owned(),
        strict.to_lowercase(),
        percent(|byte| byte.is_ascii_alphanumeric() || b"-._~/+=&".contains(&byte)),
        strict.replace("%20", "+"),
        strict,
        // As Go's JSON and as a log's field in JSON write it.
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        json.replace('\\', "\\\\").replace('"', "\\\""),
        json,
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        // As Rust's Debug writes bytes.
        secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", "),
    ];
    // Base64 of the secret alone and inside a longer text, at each alignment:
    // the first and last group depend on the neighbours and are left out.
    for padding in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let shifted = engine.encode(format!("{}{secret}", "x".repeat(padding)));
            let inner = &shifted[if padding == 0 { 0 } else { 4 }..shifted.len() - 4];
            all.push(inner.to_owned());
        }
    }
    all.push(STANDARD.encode(secret));
    all
}

/// Everything that was said, and where.
#[derive(Default)]
struct Said(BTreeMap<String, String>);

impl Said {
    fn run(&mut self, run: &Run, what: &str) {
        self.0.insert(format!("stdout of {what}"), run.stdout.clone());
        self.0.insert(format!("stderr of {what}"), run.stderr.clone());
    }

    fn assert_without(&self, name: &str, secret: &str) {
        for (place, text) in &self.0 {
            for spelling in spellings(secret) {
                if let Some(at) = text.find(&spelling) {
                    let before: String = text[..at].chars().rev().take(400).collect();
                    let before: String = before.chars().rev().collect();
                    let around = before + &text[at..].chars().take(400).collect::<String>();
                    panic!("{place} shows the {name} (as {spelling:?}): …{around}…");
                }
            }
        }
    }
}

fn no_secret_is_shown_by_any_command_at_any_log_level() {
    let sim = Sim::builder().api_key(API_KEY).spawn();
    let tf = Terraform::new(&sim)
        .env("TF_LOG", "TRACE")
        .env("TF_LOG_PATH", "trace.log")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        // An error shows the line it is about: what is written in the
        // configuration is no secret.
        .env("TF_VAR_password", PASSWORD)
        .env("TF_VAR_password_wo", WRITE_ONLY);
    let config = |label: &str, version: u32| {
        format!(
            r#"resource "wavix_sip_trunk" "stored" {{
  label    = "{label}"
  callerid = "13132847320"
  password = var.password
}}

resource "wavix_sip_trunk" "write_only" {{
  label               = "{label}"
  callerid            = "13132847320"
  password_wo         = var.password_wo
  password_wo_version = {version}
}}

data "wavix_sip_trunks" "all" {{
  depends_on = [wavix_sip_trunk.stored]
}}

variable "password" {{
  sensitive = true
}}

variable "password_wo" {{
  ephemeral = true
  sensitive = true
}}
"#
        )
    };
    let mut said = Said::default();
    let mut run = |arguments: &[&str], what: &str| {
        let run = tf.run(arguments);
        said.run(&run, what);
        run
    };

    tf.config(&config("First", 1));
    run(&["validate", "-no-color"], "validate").succeeded();
    run(&["plan", "-input=false", "-no-color", "-out=first.plan"], "plan").succeeded();
    run(&["show", "-no-color", "first.plan"], "show plan").succeeded();
    run(&["apply", "-input=false", "-no-color", "first.plan"], "apply").succeeded();
    for address in ["wavix_sip_trunk.stored", "wavix_sip_trunk.write_only"] {
        sim.edit_trunk(tf.trunk_id(address), |trunk| trunk.set_access_token(Some(ACCESS_TOKEN)));
    }
    run(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"], "refresh").succeeded();
    tf.config(&config("Second", 2));
    run(&["plan", "-input=false", "-json"], "plan -json").succeeded();
    run(&["apply", "-auto-approve", "-input=false", "-no-color"], "update").succeeded();
    run(&["show", "-no-color"], "show").succeeded();
    run(&["state", "show", "-no-color", "wavix_sip_trunk.write_only"], "state show").succeeded();
    assert_eq!(tf.stored(&sim, "wavix_sip_trunk.write_only").password(), WRITE_ONLY);
    assert_eq!(tf.state("wavix_sip_trunk.stored")["access_token"], ACCESS_TOKEN);

    // Failures are where secrets slip out: an API that repeats them, an answer
    // that cannot be read, a connection that breaks.
    let echo = |secret: &str| {
        let message = format!("Missing or invalid parameter password: {secret} (key {API_KEY})");
        Fault::answer(Answer::new(422).message(&message))
    };
    let page = format!("<html>{API_KEY} {PASSWORD} {WRITE_ONLY} {ACCESS_TOKEN}</html>");
    let faults = [
        ("refusal", echo(PASSWORD)),
        ("page", Fault::answer(Answer::new(400).html(&page))),
        ("redirect", Fault::redirect(307, &format!("https://wavix.example/?appid={API_KEY}"))),
        ("unreadable", Fault::with("max_channels", ACCESS_TOKEN)),
        ("reset", Fault::reset()),
    ];
    for (index, (name, fault)) in faults.into_iter().enumerate() {
        if name == "refusal" {
            let write_only = tf.trunk_id("wavix_sip_trunk.write_only");
            sim.faults().always("PUT", &format!("/v1/trunks/{write_only}"), echo(WRITE_ONLY));
        }
        sim.faults().always("PUT", "/v1/trunks/*", fault);
        tf.config(&config(name, 3 + u32::try_from(index).unwrap()));
        let applied = run(&["apply", "-auto-approve", "-input=false", "-no-color"], name);
        // A look at the trunk shows that this one was carried out.
        if name == "unreadable" {
            applied.succeeded()
        } else {
            applied.failed()
        };
        sim.faults().clear();
    }
    tf.config(&config("Last", 9));
    run(&["apply", "-auto-approve", "-input=false", "-no-color"], "repair").succeeded();
    run(&["apply", "-destroy", "-auto-approve", "-input=false", "-no-color"], "destroy").succeeded();
    assert!(sim.trunks().is_empty());

    said.0.insert("the log".to_owned(), tf.read("trace.log"));
    let log = &said.0["the log"];
    assert!(log.contains("/v1/trunks"), "the provider logs its requests, so that there is something to find");
    for (name, secret) in [("API key", API_KEY), ("password", PASSWORD), ("access token", ACCESS_TOKEN)] {
        said.assert_without(name, secret);
    }
    // A write-only password is in no file but the configuration.
    for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
        said.0.insert(file.to_owned(), tf.read(file));
    }
    said.assert_without("write-only password", WRITE_ONLY);
}
