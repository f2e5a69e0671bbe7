//! CDK Terrain, in TypeScript.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;

use super::{Need, Workshop, trial};

/// A folder `node_modules` with what the guide's `npm install` installs; `node` is beside
/// it or on `PATH`. There is no program to look for.
const MODULES: Need = Need { program: "cdktn-node-modules", variable: "CDKTN_NODE_MODULES" };

pub fn trials() -> Vec<Trial> {
    vec![trial("cdk_terrain_makes_constructs_and_deploys_a_trunk", &MODULES, deploys)]
}

fn deploys(modules: &Path) {
    let mut workshop = Workshop::of("## CDK Terrain");
    let node = Command::new("sh").args(["-c", "command -v node"]).output().unwrap();
    let node = String::from_utf8(node.stdout).unwrap();
    workshop.also_in(Path::new(node.trim()).parent().expect("node is on PATH"));
    #[cfg(unix)]
    std::os::unix::fs::symlink(modules, workshop.at("node_modules")).unwrap();
    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    let (install, script) = script.split_once('\n').unwrap();
    assert!(install.starts_with("npm install cdktn@"), "{install}");
    workshop.typed(script, &[("CI", "true")]);
    let trunks = workshop.sim.trunks();
    assert_eq!(trunks.len(), 1, "{trunks:?}");
    assert_eq!((trunks[0].label.as_str(), trunks[0].password()), ("Office PBX", super::PASSWORD));
    let synthesized = fs::read_to_string(workshop.at("cdktf.out/stacks/voice/cdk.tf.json")).unwrap();
    assert!(synthesized.contains("password_wo") && !synthesized.contains(super::PASSWORD), "{synthesized}");

    // What the guide says is needed is needed.
    let settings = fs::read_to_string(workshop.at("cdktf.json")).unwrap();
    let mut settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    assert!(settings.as_object_mut().unwrap().remove("targetVersions").is_some());
    workshop.write("cdktf.json", &settings.to_string());
    let refused = workshop.type_in("npx cdktn synth", &[("CI", "true")]);
    assert!(!refused.status.success(), "{refused:?}");
}
