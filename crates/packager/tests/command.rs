//! The command, as it is typed: what it refuses, in which words, with which
//! exit code, and that nothing is left behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test states expectations")]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Ran {
    code: Option<i32>,
    said: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let both = [output.stdout, output.stderr].concat();
        Self { code: output.status.code(), said: String::from_utf8(both).unwrap() }
    }
}

fn packager(arguments: &[&str]) -> Ran {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Command::new(env!("CARGO_BIN_EXE_packager")).current_dir(project).args(arguments).output().unwrap().into()
}

#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("dist");
    let mut all = arguments.to_vec();
    all.extend(["--out", out.to_str().unwrap()]);
    let ran = packager(&all);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    for word in words {
        assert!(ran.said.contains(word), "{word:?} is not in: {}", ran.said);
    }
    assert!(!out.exists(), "something was written");
}

#[test]
fn an_unknown_target_is_refused_with_those_that_are_known() {
    refused(
        &["package", "--target", "sparc64-unknown-linux-gnu"],
        &["sparc64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-apple-darwin"],
    );
}

#[test]
fn a_binary_that_was_not_built_is_refused_with_the_command_that_builds_it() {
    refused(
        &["package", "--target", "aarch64-pc-windows-msvc"],
        &[
            "aarch64-pc-windows-msvc/release/terraform-provider-wavix.exe",
            "cargo build --release --locked --bin terraform-provider-wavix --target aarch64-pc-windows-msvc",
        ],
    );
    refused(&["package", "--binary", "/no/such/file"], &["There is no binary /no/such/file"]);
}

#[test]
fn of_several_packages_none_is_written_when_one_binary_is_missing() {
    refused(
        &["package", "--target", "arm-unknown-linux-gnueabihf", "--target", "arm-unknown-linux-musleabihf"],
        &["arm-unknown-linux-gnueabihf/release"],
    );
}

#[test]
fn a_dirty_tag_is_refused() {
    let version = packager(&["version"]).said.trim().to_owned();
    for dirt in ["-dirty", "-3-gabc1234", "-rc1"] {
        refused(&["check-tag", &format!("v{version}{dirt}")], &["Cargo.toml", dirt, "commit"]);
    }
}

#[test]
fn a_tag_of_another_version_is_refused() {
    let version = packager(&["version"]).said.trim().to_owned();
    for tag in ["v99.0.0", version.as_str(), "v", "", "main"] {
        refused(&["check-tag", tag], &["Cargo.toml", &format!("expected v{version}")]);
    }
}

#[test]
fn sums_and_verify_without_a_package_say_how_to_make_one() {
    let folder = TempDir::new().unwrap();
    for command in ["sums", "verify"] {
        let ran = packager(&[command, "--out", folder.path().to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{}", ran.said);
        assert!(ran.said.contains(folder.path().to_str().unwrap()), "{}", ran.said);
    }
    let ran = packager(&["sums", "--out", folder.path().to_str().unwrap()]);
    assert!(ran.said.contains("packager package"), "{}", ran.said);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn wrong_usage_exits_with_2_and_help_with_0() {
    let wrong: [&[&str]; 6] = [
        &[],
        &["pack"],
        &["package", "--no-such-option"],
        &["check-tag"],
        &["mirror"],
        &["package", "--binary", "a", "--target", "linux_amd64", "--target", "linux_arm64"],
    ];
    for arguments in wrong {
        let ran = packager(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.said);
        assert!(ran.said.contains("packager --help"), "{}", ran.said);
    }
    let help = packager(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.said.contains("examples:"), "{}", help.said);
}

#[test]
fn the_licenses_differ_by_what_is_linked() {
    let linux = packager(&["licenses", "--target", "linux_amd64"]);
    assert_eq!(linux.code, Some(0), "{}", linux.said);
    assert!(linux.said.contains("musl: MIT"), "a static binary holds musl");
    let windows = packager(&["licenses", "--target", "windows_amd64"]);
    assert!(!windows.said.contains("musl: MIT"));
    assert!(windows.said.contains("\nwindows-sys "), "windows-sys is linked there");
    assert!(!linux.said.contains("\nwindows-sys "), "and not here");
}
