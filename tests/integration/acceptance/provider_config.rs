//! The provider block and its environment variables.

use wavix_sim::{Access, ApiKey, Outage, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    configuration_beats_the_environment_argument_by_argument,
    a_key_that_is_not_known_while_planning_is_used_when_applying,
    two_accounts_are_two_provider_blocks,
    bad_provider_arguments_are_named_and_nothing_is_sent,
    a_missing_key_names_argument_and_variable,
    a_wrong_key_is_explained,
    a_host_that_cannot_be_reached_is_named_in_one_warning_of_the_plan,
    a_key_without_the_scope_is_explained,
}

const TRUNK: &str = "wavix_sip_trunk.main";

const SMALLEST: &str = r#"resource "wavix_sip_trunk" "main" {
  label    = "Smallest"
  callerid = "13132847320"
  password = "a password"
}
"#;

fn with_provider(arguments: &str) -> String {
    format!("provider \"wavix\" {{\n  {arguments}\n}}\n\n{SMALLEST}")
}

fn configuration_beats_the_environment_argument_by_argument() {
    let sim = Sim::builder().api_key("the-right-key").spawn();
    // The URL comes from the environment, the key from the configuration.
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", "a-wrong-key");
    tf.config(&with_provider("api_key = \"the-right-key\"")).apply_ok();
    assert_eq!(sim.trunks().len(), 1);
    tf.destroy(&sim);

    // The other way round; an empty variable or argument counts as not set.
    let tf = Terraform::unconfigured()
        .env("WAVIX_API_KEY", "the-right-key")
        .env("WAVIX_BASE_URL", "http://127.0.0.1:9")
        .env("WAVIX_MAX_RETRIES", "");
    tf.config(&with_provider(&format!("base_url = \"{}/\"\n  api_key = \"\"", sim.base_url()))).apply_ok();
    assert_eq!(sim.trunks().len(), 1);
}

fn a_key_that_is_not_known_while_planning_is_used_when_applying() {
    let sim = Sim::spawn();
    let tf = Terraform::unconfigured();
    tf.config(&format!(
        r#"resource "terraform_data" "vault" {{
  input = {{ key = "{}", url = "{}" }}
}}

provider "wavix" {{
  api_key  = terraform_data.vault.output.key
  base_url = terraform_data.vault.output.url
}}

data "wavix_sip_trunks" "all" {{
  depends_on = [wavix_sip_trunk.main]
}}

{SMALLEST}"#,
        sim.api_key(),
        sim.base_url()
    ));
    let plan = tf.plan().succeeded();
    assert_eq!(plan.changes()[TRUNK], "create", "{plan}");
    assert_eq!(sim.journal().entries().len(), 0);
    tf.apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).label, "Smallest");
}

fn two_accounts_are_two_provider_blocks() {
    let (first, second) = (Sim::builder().api_key("first").spawn(), Sim::builder().api_key("second").spawn());
    let tf = Terraform::unconfigured();
    tf.config(&format!(
        r#"provider "wavix" {{
  api_key  = "first"
  base_url = "{}"
}}

provider "wavix" {{
  alias    = "other"
  api_key  = "second"
  base_url = "{}"
}}

{SMALLEST}

resource "wavix_sip_trunk" "other" {{
  provider = wavix.other
  label    = "Other account"
  callerid = "13132847320"
  password = "a password"
}}
"#,
        first.base_url(),
        second.base_url()
    ))
    .apply_ok();
    assert_eq!(tf.stored(&first, TRUNK).label, "Smallest");
    assert_eq!(tf.stored(&second, "wavix_sip_trunk.other").label, "Other account");
    assert_eq!((first.trunks().len(), second.trunks().len()), (1, 1));
}

fn bad_provider_arguments_are_named_and_nothing_is_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    for (arguments, attribute) in [
        // A key must not cross the network in the clear.
        ("base_url = \"http://api.wavix.example\"", "base_url"),
        ("base_url = \"http://127.0.0.1.wavix.example\"", "base_url"),
        ("base_url = \"http://127.0.0.1@wavix.example\"", "base_url"),
        ("base_url = \"api.wavix.com\"", "base_url"),
        ("base_url = \"https://\"", "base_url"),
        ("base_url = \"ftp://api.wavix.com\"", "base_url"),
        ("base_url = \"https://user:hunter2@api.wavix.com\"", "base_url"),
        // At the argument, Terraform would print its source line, and the key.
        ("api_key = \"two\\nlines\"", "provider \"wavix\""),
        ("auth_scheme = \"basic\"", "auth_scheme"),
        ("max_retries = -1", "max_retries"),
        ("request_timeout = \"soon\"", "request_timeout"),
        ("ca_bundle = \"/nowhere/at-all.pem\"", "ca_bundle"),
        ("max_concurrent_requests = 0", "max_concurrent_requests"),
    ] {
        let run = tf.config(&with_provider(arguments)).plan_err();
        let pointed = run.diagnostics().iter().any(|error| {
            error.severity == "error"
                && error.code.as_deref().unwrap_or_default().trim_start().starts_with(attribute)
        });
        assert!(pointed, "no error points at {attribute}: {arguments}\n{run}");
        // Terraform shows the line itself; the provider must not repeat it.
        assert!(run.diagnostics().iter().all(|error| !error.detail.contains("hunter2")), "{run}");
    }
    assert_eq!(sim.journal().entries().len(), 0, "{}", sim.journal());

    // A bad variable is named too.
    let tf = Terraform::new(&sim).env("WAVIX_MAX_RETRIES", "many");
    let run = tf.config(SMALLEST).plan_err();
    assert!(run.text().contains("WAVIX_MAX_RETRIES"), "{run}");
    assert_eq!(sim.journal().entries().len(), 0);
}

fn a_missing_key_names_argument_and_variable() {
    for tf in [Terraform::unconfigured(), Terraform::unconfigured().env("WAVIX_API_KEY", "")] {
        let error = tf.config(&with_provider("")).plan_err().error();
        assert!(error.detail.contains("api_key") && error.detail.contains("WAVIX_API_KEY"), "{error:?}");
        // Without a provider block Terraform adds an error of its own.
        let run = tf.config(SMALLEST).plan_err();
        assert!(run.diagnostics().iter().any(|error| error.detail.contains("WAVIX_API_KEY")), "{run}");
        // Validation, as in an editor or in CI, needs no key.
        tf.validate_ok();
    }
}

fn a_wrong_key_is_explained() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", "planted-wrong-key");
    let run = tf.config(SMALLEST).apply_err();
    let error = run.error();
    assert_eq!(error.summary, "Cannot use this Wavix API key");
    assert!(error.detail.contains("401") && error.detail.contains("`api_key`"), "{}", error.detail);
    assert!(!run.text().contains("planted-wrong-key"));
    let journal = sim.journal();
    let requests = [journal.count("POST", "/v1/trunks"), journal.entries().len()];
    assert_eq!(requests, [0, 1], "a refused key is not tried again\n{journal}");
}

fn a_host_that_cannot_be_reached_is_named_in_one_warning_of_the_plan() {
    let sim = Sim::spawn();
    sim.go_down(Outage::Refusing);
    let tf = Terraform::new(&sim);
    let other = SMALLEST.replace("\"main\"", "\"other\"").replace("Smallest", "Other");
    let run = tf.config(&format!("{SMALLEST}\n{other}")).plan();
    let said = run.diagnostics();
    let [warning] = said.as_slice() else { panic!("not one: {run}") };
    assert_eq!(warning.severity, "warning");
    assert_eq!(warning.summary, format!("Cannot reach Wavix at {}", sim.address()));
}

fn a_key_without_the_scope_is_explained() {
    let sim = Sim::builder().key(ApiKey::new("reader").scope("trunks", Access::Read)).spawn();
    let tf = Terraform::new(&sim);
    let error = tf.config(SMALLEST).apply_err().error();
    assert!(error.detail.contains("403") && error.detail.contains("trunks:write"), "{}", error.detail);
    assert!(tf.state_addresses().is_empty());
}
