//! Pulumi, through its bridge.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use super::{Need, PASSWORD, Workshop, trial};

/// The language and the bridge are beside it, or fetched by it.
const PULUMI: Need = Need { program: "pulumi", variable: "PULUMI_BINARY" };

pub fn trials() -> Vec<Trial> {
    vec![trial("pulumi_makes_a_package_of_the_binary_and_a_trunk_with_it", &PULUMI, deploys)]
}

fn deploys(pulumi: &Path) {
    let mut workshop = Workshop::of("## Pulumi");
    workshop.also_in(pulumi.parent().unwrap());
    let built = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    fs::copy(built, workshop.at("terraform-provider-wavix")).unwrap();
    let backend = format!("file://{}", workshop.at("home").display());
    let here = [
        ("PULUMI_BACKEND_URL", backend.as_str()),
        ("PULUMI_CONFIG_PASSPHRASE", "only for this test"),
        ("PULUMI_SKIP_UPDATE_CHECK", "true"),
    ];
    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    workshop.typed(script, &here);
    let trunks = workshop.sim.trunks();
    assert_eq!(trunks.len(), 1, "{trunks:?}");
    assert_eq!((trunks[0].label.as_str(), trunks[0].password()), ("Office PBX", PASSWORD));
    workshop.typed("pulumi preview --expect-no-changes", &here);
    let state = fs::read_to_string(workshop.at("home/.pulumi/stacks/voice/dev.json")).unwrap();
    assert!(state.contains("Office PBX") && !state.contains(PASSWORD), "{state}");
    workshop.typed("pulumi destroy --yes", &here);
    assert_eq!(workshop.sim.trunks(), []);
}
