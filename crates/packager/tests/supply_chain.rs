//! `deny.toml`, as far as it can be checked without the network: licenses,
//! forbidden crates, sources. `cargo deny` checks the rest, and the advisories.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test states expectations")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};
use packager::{Project, Target, crates, target};
use spdx::Expression;
use toml::Table;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rules() -> Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

fn texts<'a>(rules: &'a Table, section: &str, key: &str) -> Vec<&'a str> {
    rules[section][key].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.current_dir(root()).other_options(["--locked".to_owned()]);
    command.exec().unwrap()
}

fn permits(allowed: &[&str], license: &str) -> bool {
    Expression::parse(&crates::spdx(license))
        .unwrap_or_else(|error| panic!("{license}: {error}"))
        .evaluate(|wanted| allowed.contains(&wanted.to_string().as_str()))
}

#[test]
fn every_crate_has_a_license_that_deny_toml_allows() {
    let rules = rules();
    let allowed = texts(&rules, "licenses", "allow");
    let metadata = metadata();
    let refused: Vec<String> = metadata
        .packages
        .iter()
        .map(|package| (package, package.license.as_deref().unwrap_or_default()))
        .filter(|(_, license)| license.is_empty() || !permits(&allowed, license))
        .map(|(package, license)| format!("{} {}: {license:?}", package.name, package.version))
        .collect();
    assert!(refused.is_empty(), "deny.toml does not allow the licenses of {refused:#?}");
    for license in &allowed {
        let others: Vec<&str> = allowed.iter().copied().filter(|other| other != license).collect();
        let needed =
            metadata.packages.iter().any(|package| !permits(&others, package.license.as_deref().unwrap()));
        assert!(needed, "deny.toml allows {license}, which nothing needs");
    }
}

#[test]
fn a_license_that_is_not_allowed_is_noticed() {
    let rules = rules();
    let allowed = texts(&rules, "licenses", "allow");
    for license in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "AGPL-3.0-or-later OR SSPL-1.0"] {
        assert!(!permits(&allowed, license), "{license}");
    }
    assert!(permits(&allowed, "GPL-3.0-only OR MIT"));
}

#[test]
fn there_is_one_tls_stack_and_one_http_stack() {
    let rules = rules();
    let denied: BTreeSet<&str> = rules["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["crate"].as_str().unwrap())
        .collect();
    assert!(denied.contains("openssl-sys") && denied.contains("ring"));
    let linked = crates::shipped(&Project::find(&root()).unwrap(), &target::released()).unwrap();
    for expected in ["rustls", "aws-lc-rs", "hyper"] {
        assert!(linked.keys().any(|(name, _)| name == expected), "{expected} is not linked");
    }
    let found: Vec<_> = linked.keys().filter(|(name, _)| denied.contains(name.as_str())).collect();
    assert!(found.is_empty(), "deny.toml forbids {found:?}");
    for one in ["rustls", "aws-lc-rs", "aws-lc-sys", "hyper", "h2"] {
        let versions = linked.keys().filter(|(name, _)| name == one).count();
        assert_eq!(versions, 1, "{one} is linked in several versions");
    }
}

#[test]
fn every_dependency_comes_from_crates_io() {
    let foreign: Vec<_> = metadata()
        .packages
        .into_iter()
        .filter(|package| package.source.as_ref().is_some_and(|source| !source.is_crates_io()))
        .map(|package| package.name.to_string())
        .collect();
    assert!(foreign.is_empty(), "{foreign:?} do not");
}

/// A workflow compiles with that version; this says it before.
#[test]
fn no_dependency_needs_a_newer_compiler_than_the_project_promises() {
    let manifest: Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let promised = manifest["workspace"]["package"]["rust-version"].as_str().unwrap().to_owned();
    let minor = |version: &str| version.split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let newer: Vec<_> = metadata()
        .packages
        .into_iter()
        .filter(|package| {
            package.rust_version.as_ref().is_some_and(|needed| minor(&needed.to_string()) > minor(&promised))
        })
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    assert!(newer.is_empty(), "{newer:?} need a newer compiler than {promised}");
}

#[test]
fn deny_toml_and_the_workflow_that_builds_know_the_targets_that_are_packed() {
    let workflow = std::fs::read_to_string(root().join(".github/workflows/build.yml")).unwrap();
    let rules = rules();
    let checked = texts(&rules, "graph", "targets");
    let built: Vec<&str> = workflow
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("target: "))
        .map(str::trim)
        .collect();
    assert_eq!(checked, built, "deny.toml and build.yml name different targets");
    let platforms: BTreeSet<String> =
        built.iter().map(|triple| Target::named(triple).unwrap().platform()).collect();
    let packed: BTreeSet<String> = target::TARGETS.iter().map(Target::platform).collect();
    assert_eq!(built, target::released(), "another triple of a platform is released");
    assert_eq!(platforms, packed, "a platform that can be packed is not released");
}
