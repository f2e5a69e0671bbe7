//! States that released versions wrote: every later build reads them with the
//! real Terraform, and has nothing to do. `golden/states/VERSION` holds the
//! configuration and the state file of a version, which are never changed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    // The states have write-only arguments.
    ; since (1, 11):
    a_state_of_every_released_version_plans_nothing_and_can_be_destroyed,
}

/// Attributes that the API does not take: it makes them up, or they are
/// Terraform's alone.
const NOT_SENT: [&str; 6] =
    ["auth_method", "host", "status", "timeouts", "password_wo", "password_wo_version"];

/// The folders of the versions.
fn versions() -> Vec<PathBuf> {
    let states = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/golden/states");
    let entries = fs::read_dir(states).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

/// The trunk of which a state tells, as the account has it.
fn trunk(attributes: &Map<String, Value>) -> Value {
    let mut fields = attributes.clone();
    fields.retain(|name, value| !value.is_null() && !NOT_SENT.contains(&name.as_str()));
    fields["id"] = json!(attributes["id"].as_str().unwrap().parse::<i64>().unwrap());
    let login = fields.remove("login").unwrap();
    fields.insert("name".to_owned(), login);
    fields.entry("password").or_insert(json!("a password"));
    if let Some(number) = attributes["callerid"].as_str() {
        fields["callerid"] = json!(number.chars().filter(char::is_ascii_digit).collect::<String>());
    }
    if let Some(addresses) = attributes["allowed_ips"].as_array() {
        fields["allowed_ips"] = addresses.iter().map(|ip| json!({ "ip": ip })).collect();
    }
    fields["created_at"] = json!(attributes["created_at"].as_str().unwrap().replace(".000Z", "Z"));
    Value::Object(fields)
}

fn a_state_of_every_released_version_plans_nothing_and_can_be_destroyed() {
    assert!(!versions().is_empty());
    for version in versions() {
        let sim = Sim::spawn();
        let read = |file: &str| fs::read_to_string(version.join(file)).unwrap();
        let state: Value = serde_json::from_str(&read("state.json")).unwrap();
        for resource in state["resources"].as_array().unwrap() {
            assert_eq!(resource["type"], "wavix_sip_trunk");
            sim.add_trunk(trunk(resource["instances"][0]["attributes"].as_object().unwrap()));
        }
        assert_eq!(sim.trunks().len(), 3);

        let tf = Terraform::new(&sim);
        tf.write("terraform.tfstate", &read("state.json"));
        tf.config(&read("main.tf")).expect_empty_plans();
        assert_eq!(sim.journal().committed(), 0, "{}", sim.journal());
        tf.destroy(&sim);
    }
}
