//! Terragrunt, with its provider cache.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use super::{Need, Workshop, trial};
use crate::support::require;

const TERRAGRUNT: Need = Need { program: "terragrunt", variable: "TERRAGRUNT_BINARY" };

pub fn trials() -> Vec<Trial> {
    vec![
        trial("terragrunt_installs_from_a_mirror_into_its_cache_and_applies", &TERRAGRUNT, applies),
        trial("terragrunt_finds_no_provider_in_a_copied_zip", &TERRAGRUNT, finds_none),
    ]
}

fn workshop(terragrunt: &Path) -> Workshop {
    let workshop = Workshop::of("## Terragrunt");
    workshop.wrap("terragrunt", terragrunt);
    // It asks OpenTofu for its version by that name.
    if require::is_opentofu() {
        workshop.wrap("tofu", &require::cli().as_ref().unwrap().path);
        fs::remove_file(workshop.at("bin/terraform")).unwrap();
    }
    workshop
}

fn applies(terragrunt: &Path) {
    let workshop = workshop(terragrunt);
    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    workshop.typed(script, &[]);
    let trunks = workshop.sim.trunks();
    assert_eq!(trunks.len(), 1, "{trunks:?}");
    assert_eq!((trunks[0].label.as_str(), trunks[0].password()), ("Berlin", super::PASSWORD));
    let cached = workshop.at("home/.cache/terragrunt/providers");
    assert!(cached.is_dir(), "the provider came another way");
    workshop.typed(&script.replace("apply -auto-approve", "plan -detailed-exitcode"), &[]);
}

/// Or the guide would warn of nothing.
fn finds_none(terragrunt: &Path) {
    let workshop = workshop(terragrunt);
    for host in packager::mirror::HOSTS {
        let home = workshop.at("mirror").join(host).join("wavix/wavix");
        for entry in fs::read_dir(home).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                fs::remove_file(path).unwrap();
            }
        }
    }
    let output = workshop.type_in(&workshop.shell()[0], &[]);
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(workshop.sim.trunks(), []);
}
