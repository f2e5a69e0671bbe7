//! The golden schema is the one that the real Terraform prints, and editors can
//! render it.

use serde_json::Value;

use super::{pages, text};
use crate::support::terraform::Terraform;

/// The tests of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    printed::trials().into_iter().chain(kept::trials()).collect()
}

mod printed {
    use super::the_golden_schema_is_what_terraform_prints;

    acceptance_trials! {
        ; since (1, 11):
        the_golden_schema_is_what_terraform_prints,
    }
}

mod kept {
    use super::every_description_is_said_to_be_markdown;

    trials![every_description_is_said_to_be_markdown];
}

/// Or `terraform-ls` would show links and code with all their marks.
fn every_description_is_said_to_be_markdown() {
    let golden = text(pages::SCHEMA);
    assert!(golden.matches("\"description_kind\": \"markdown\"").count() > 100);
    assert!(!golden.contains("\"plain\""));
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
