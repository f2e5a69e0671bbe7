//! The golden schema is the one that the real Terraform prints.

use serde_json::Value;

use super::{pages, text};
use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 11):
    the_golden_schema_is_what_terraform_prints,
}

fn the_golden_schema_is_what_terraform_prints() {
    let run = Terraform::unconfigured().run(["providers", "schema", "-json"]).succeeded();
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let golden: Value = serde_json::from_str(&text(pages::SCHEMA)).unwrap();
    assert_eq!(printed["format_version"], golden["format_version"]);
    let printed = printed["provider_schemas"].as_object().unwrap().values().next().unwrap();
    let golden = &golden["provider_schemas"][pages::SOURCE];
    // What this version of Terraform does not know it does not print.
    let kinds = printed.as_object().unwrap();
    assert!(kinds.len() >= 5, "{:?}", kinds.keys());
    for (kind, objects) in kinds {
        assert_eq!(objects, &golden[kind.as_str()], "{kind}");
    }
}
