//! The provider as a package: found, verified and started by `init` alone.

use serde_json::Value;
use wavix_sim::Sim;

use crate::support::cli::PROVIDER_VERSION;
use crate::support::terraform::Terraform;

acceptance_trials! {
    init_installs_the_package_and_locks_its_hash,
    the_schema_can_be_read_without_an_account,
}

fn init_installs_the_package_and_locks_its_hash() {
    let sim = Sim::spawn();
    let tf =
        Terraform::uninitialised().env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url());
    tf.config(
        r#"terraform {
  required_providers {
    wavix = {
      source  = "wavix/wavix"
      version = "~> 0.1"
    }
  }
}

resource "wavix_sip_trunk" "main" {
  label    = "Installed"
  callerid = "13132847320"
  password = "a password"
}
"#,
    );
    let init = tf.run(["init", "-input=false", "-no-color"]).succeeded();
    assert!(init.text().contains(&format!("v{PROVIDER_VERSION}")), "{init}");
    let lock = tf.read(".terraform.lock.hcl");
    assert!(
        lock.contains(&format!("version     = \"{PROVIDER_VERSION}\"")) && lock.contains("\"h1:"),
        "{lock}"
    );
    tf.apply_ok();
    tf.destroy(&sim);
}

fn the_schema_can_be_read_without_an_account() {
    let tf = Terraform::unconfigured();
    let run = tf.run(["providers", "schema", "-json"]).succeeded();
    let schemas: Value = serde_json::from_str(&run.stdout).unwrap();
    let providers = schemas["provider_schemas"].as_object().unwrap();
    let provider = providers.values().next().unwrap();
    let trunk = &provider["resource_schemas"]["wavix_sip_trunk"]["block"];
    for secret in ["password", "password_wo", "access_token"] {
        assert_eq!(trunk["attributes"][secret]["sensitive"], true, "{secret}");
    }
    assert_eq!(provider["provider"]["block"]["attributes"]["api_key"]["sensitive"], true);
    for (name, attribute) in trunk["attributes"].as_object().unwrap() {
        assert!(
            attribute["description"].as_str().is_some_and(|text| !text.is_empty()),
            "{name} is not described"
        );
    }
}
