//! The shell blocks of the guide "Test a configuration offline" that install the
//! provider, typed in as they stand.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{ELSEWHERE, release, scratch};
use crate::support::{require, snippets};

acceptance_trials! {
    the_offline_guide_installs_from_a_mirror_as_it_says,
}

const GUIDE: &str = "docs/guides/testing-offline.md";
const SECTION: &str = "## Install without the Registry";

const CONFIGURATION: &str =
    "terraform {\n  required_providers {\n    wavix = {\n      source = \"wavix/wavix\"\n    }\n  }\n}\n";

fn the_offline_guide_installs_from_a_mirror_as_it_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE)).unwrap();
    let blocks = snippets::shell(snippets::section(&page, SECTION));
    let [make, install, lock] = blocks.as_slice() else { panic!("{SECTION} has other blocks: {blocks:?}") };
    let folder = scratch("offline-");
    let at = |name: &str| folder.path().join(name);
    // What the first one runs was built as a part of this program.
    assert_eq!(make.trim(), "cargo run -p packager -- mirror ./providers");
    packager::mirror::add(&release().dist, &at("providers")).unwrap();
    fs::write(at("main.tf"), CONFIGURATION).unwrap();
    for folder in ["bin", "home"] {
        fs::create_dir(at(folder)).unwrap();
    }
    let cli = require::cli().as_ref().unwrap();
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", cli.path.display());
    fs::write(at("bin/terraform"), script).unwrap();
    crate::support::system::make_executable(&at("bin/terraform")).unwrap();
    let lock = lock.replace("linux_amd64", &release().host.platform()).replace("darwin_arm64", ELSEWHERE);
    let output = Command::new("sh")
        .args(["-ec", &format!("{install}{lock}terraform init -lockfile=readonly")])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", at("bin").display()))
        .env("HOME", at("home"))
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let lock = fs::read_to_string(at(".terraform.lock.hcl")).unwrap();
    assert_eq!(lock.matches("\"h1:").count(), 2, "{lock}");
}
