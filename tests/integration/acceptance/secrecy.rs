//! A secret is never shown: not in a log at the most talkative level, not in
//! what is printed, and a write-only one in no file either.

use std::collections::BTreeMap;

use wavix_sim::{Answer, Fault, Sim};

use crate::support::require::is_opentofu;
use crate::support::run::Run;
use crate::support::secrets::{API_KEY, PASSWORD, PROXY_PASSWORD, encoded, shown};
use crate::support::terraform::Terraform;

acceptance_trials! {
    a_secret_that_is_written_in_the_configuration_is_not_printed_with_its_line,
    ; since (1, 11):
    no_secret_is_shown_by_any_command_at_any_log_level,
}

const WRITE_ONLY: &str = "planted wo \"pass\" word/6b2c+<y>";
/// A JWT, as the tokens of Wavix are.
const ACCESS_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZC0wZTVkNGY_-w";
/// How every WebRTC token of the simulator begins.
const WEBRTC_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.c2ltdWxhdGVk.";

/// Everything that was said, and where.
#[derive(Default)]
struct Said(BTreeMap<String, String>);

impl Said {
    fn run(&mut self, run: &Run, what: &str) {
        self.0.insert(format!("stdout of {what}"), run.stdout.clone());
        self.0.insert(format!("stderr of {what}"), run.stderr.clone());
    }

    fn assert_without(&self, secrets: &[&str]) {
        let found: Vec<String> = self
            .0
            .iter()
            .flat_map(|(place, text)| {
                shown(text, secrets).into_iter().map(move |hit| format!("{place}: {hit}"))
            })
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

fn no_secret_is_shown_by_any_command_at_any_log_level() {
    let sim = Sim::builder().api_key(API_KEY).spawn();
    let proxy = format!("http://user:{}@127.0.0.1:1", encoded(PROXY_PASSWORD));
    let tf = Terraform::new(&sim)
        .env("TF_LOG", "TRACE")
        .env("TF_LOG_PATH", "trace.log")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        // Of no use for an account on this machine, and read all the same.
        .env("HTTPS_PROXY", &proxy)
        .env("HTTP_PROXY", &proxy)
        .env("TF_VAR_proxy", &proxy)
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

resource "wavix_api_key" "pbx" {{
  label  = "{label}"
  scopes = {{ trunks = "read" }}
}}

data "wavix_api_keys" "all" {{
  depends_on = [wavix_api_key.pbx]
}}

output "pbx_key" {{
  value     = wavix_api_key.pbx.value
  sensitive = true
}}

data "wavix_sip_trunks" "all" {{
  depends_on = [wavix_sip_trunk.stored]
}}

ephemeral "wavix_webrtc_token" "call" {{
  sip_trunk = wavix_sip_trunk.stored.login
  ttl       = 60
}}

variable "password" {{
  sensitive = true
}}

variable "password_wo" {{
  ephemeral = true
  sensitive = true
}}

variable "proxy" {{
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
    let key_value = tf.state("wavix_api_key.pbx")["value"].as_str().unwrap().to_owned();
    assert!(sim.api_keys().iter().any(|key| key.value() == key_value));
    // OpenTofu 1.11 takes an ephemeral resource for a change, and says that this is a bug.
    let refresh_only = if is_opentofu() { "-refresh=true" } else { "-refresh-only" };
    run(&["apply", refresh_only, "-auto-approve", "-input=false", "-no-color"], "refresh").succeeded();
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
        if name != "unreadable" {
            sim.faults().always("PATCH", "/v1/api-keys/*", echo(&key_value));
        }
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
    // What does not reach the account says why: the proxy of the environment, and one that is configured.
    let provider = |argument: &str| {
        format!(
            "provider \"wavix\" {{\n  base_url = \"https://wavix.invalid\"\n  max_retries = 0\n  {argument}\n}}\n\n{}",
            config("Last", 9)
        )
    };
    for argument in ["", "http_proxy = var.proxy"] {
        tf.config(&provider(argument));
        let plan = run(&["plan", "-input=false", "-no-color"], &format!("plan {argument}")).failed();
        assert!(plan.text().contains("cannot connect to wavix.invalid:443"), "{plan}");
    }
    tf.config(&config("Last", 9));
    run(&["apply", "-auto-approve", "-input=false", "-no-color"], "repair").succeeded();
    run(&["apply", "-destroy", "-auto-approve", "-input=false", "-no-color"], "destroy").succeeded();
    assert!(sim.trunks().is_empty());

    said.0.insert("the log".to_owned(), tf.read("trace.log"));
    let log = &said.0["the log"];
    assert!(sim.journal().count("POST", "/v2/webrtc/tokens") > 0, "{}", sim.journal());
    assert!(log.contains("/v1/trunks"), "the provider logs its requests, so that there is something to find");
    said.assert_without(&[API_KEY, PASSWORD, PROXY_PASSWORD, ACCESS_TOKEN, WEBRTC_TOKEN, &key_value]);
    // A write-only password and what is ephemeral are in no file but the configuration.
    for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
        said.0.insert(file.to_owned(), tf.read(file));
    }
    said.assert_without(&[WRITE_ONLY, WEBRTC_TOKEN]);
}

/// Terraform prints the line that a message points at.
fn a_secret_that_is_written_in_the_configuration_is_not_printed_with_its_line() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |password: &str| {
        format!(
            "resource \"wavix_sip_trunk\" \"a\" {{\n  label = \"a\"\n  callerid = \"13132847320\"\n  \
             password = \"{password}\"\n}}\n"
        )
    };
    let provider = |argument: &str| format!("provider \"wavix\" {{\n  {argument}\n}}\n\n{}", trunk("good"));
    for (config, argument) in [
        (trunk(r"literal-4711\r\n"), "password"),
        (provider(r#"api_key = "literal-4711 ""#), "api_key"),
        (provider(r#"http_proxy = "ftp://u:literal-4711@proxy""#), "http_proxy"),
    ] {
        tf.config(&config);
        let plan = tf.run(["plan", "-input=false", "-no-color"]).failed();
        assert!(!plan.text().contains("4711"), "{plan}");
        assert!(plan.text().contains(argument), "{plan}");
    }
}
