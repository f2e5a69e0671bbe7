//! `.ci/release`, run to its end with a key that lives for the test. Needs gpg
//! and sha256sum; without them the tests are ignored with a printed reason, in
//! CI they fail.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test states expectations")]

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Completion, Trial};
use packager::{Dist, Project, verify};
use tempfile::TempDir;

fn main() {
    let tests: [(&str, fn()); 6] = [
        ("a_release_is_signed_and_verifies_with_gpg_and_sha256sum", a_release_is_signed_and_verifies),
        ("a_folder_that_is_not_empty_is_refused_and_stays", a_folder_that_is_not_empty_is_refused),
        ("a_missing_compiler_is_said_with_what_to_install", a_missing_compiler_is_said),
        ("a_missing_key_is_refused_and_nothing_is_written", a_missing_key_is_refused),
        ("a_dirty_tag_is_refused_and_nothing_is_written", a_dirty_tag_is_refused),
        ("wrong_arguments_are_refused_with_what_to_write", wrong_arguments_are_refused),
    ];
    let trials = tests
        .into_iter()
        .map(|(name, test)| {
            Trial::ignorable_test(name, move || match missing_tool() {
                Some(tool) if std::env::var_os("CI").is_some() => {
                    Err(format!("{tool} is not on PATH").into())
                }
                Some(tool) => Ok(Completion::ignored_with(format!("{tool} is not on PATH"))),
                None => {
                    test();
                    Ok(Completion::Completed)
                }
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn missing_tool() -> Option<&'static str> {
    ["bash", "gpg", "gpgconf", "sha256sum"]
        .into_iter()
        .find(|tool| Command::new(tool).arg("--version").output().is_err())
}

/// Any program for this machine will do: this one stands for the provider.
fn binary() -> String {
    let target = packager::Target::host().unwrap();
    format!("{}={}", target.triple, env!("CARGO_BIN_EXE_packager"))
}

struct Ran {
    code: Option<i32>,
    said: String,
    out: PathBuf,
    folder: TempDir,
}

fn release(arguments: &[&str]) -> Ran {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("dist");
    let output = Command::new("bash")
        .arg(ci("release"))
        .args(arguments)
        .args(["--out", out.to_str().unwrap()])
        .env("PACKAGER", env!("CARGO_BIN_EXE_packager"))
        // A keyring that is empty, not the developer's.
        .env("GNUPGHOME", folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ran { code: output.status.code(), said, out, folder }
}

fn a_release_is_signed_and_verifies() {
    let ran = release(&["--binary", &binary(), "--key", "throw-away"]);
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let version = env!("CARGO_PKG_VERSION");
    let platform = packager::Target::host().unwrap().platform();
    let mut names: Vec<String> =
        ran.out.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected: Vec<String> =
        ["SHA256SUMS", "SHA256SUMS.sig", &format!("{platform}.zip"), "manifest.json", "sbom.cdx.json"]
            .iter()
            .map(|end| format!("terraform-provider-wavix_{version}_{end}"))
            .collect();
    assert_eq!(names, expected, "{}", ran.said);
    for line in [
        format!("terraform-provider-wavix_{version}_SHA256SUMS.sig: signed by "),
        format!("terraform-provider-wavix_{version}_{platform}.zip: OK"),
        format!("terraform-provider-wavix_{version}_sbom.cdx.json: OK"),
        "crates, as Cargo.lock has them".to_owned(),
    ] {
        assert!(ran.said.contains(&line), "{line:?} is not in: {}", ran.said);
    }
    // The key, the keyrings and the working folder are gone.
    let left: Vec<_> =
        ran.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["dist"]);
}

#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) {
    let ran = release(arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    for word in words {
        assert!(ran.said.contains(word), "{word:?} is not in: {}", ran.said);
    }
    assert!(!ran.out.exists(), "something was written: {}", ran.said);
}

fn a_folder_that_is_not_empty_is_refused() {
    let folder = TempDir::new().unwrap();
    let stranger = folder.path().join("terraform-provider-wavix_9.9.9_linux_amd64.zip");
    std::fs::write(&stranger, "of another release").unwrap();
    let output = Command::new("bash")
        .arg(ci("release"))
        .args(["--binary", &binary(), "--key", "throw-away", "--out", folder.path().to_str().unwrap()])
        .env("PACKAGER", env!("CARGO_BIN_EXE_packager"))
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("not empty") && said.contains("_9.9.9_"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // What came into a folder by another way is noticed too.
    let dist = Dist::new(folder.path(), &Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap());
    let project = Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let error = verify::verify(&dist, &project).unwrap_err().to_string();
    assert!(error.contains("_9.9.9_") && error.contains("folder of its own"), "{error}");
}

/// On a machine with nothing but a compiler for itself.
fn a_missing_compiler_is_said() {
    let folder = TempDir::new().unwrap();
    let tools = folder.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let rustc = "case $1 in -vV) echo 'host: x86_64-unknown-linux-gnu' ;; *) echo \"$SYSROOT\" ;; esac";
    script(&tools.join("rustc"), rustc);
    for tool in ["dirname", "sed"] {
        script(&tools.join(tool), &format!("exec /usr/bin/{tool} \"$@\""));
    }
    let build = |target: &str| {
        let mut command = Command::new("/bin/bash");
        command.arg(ci("build")).arg(target).env("PATH", &tools).env("SYSROOT", folder.path());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for (target, compiler) in [
        ("x86_64-unknown-linux-musl", "musl-tools"),
        ("x86_64-pc-windows-gnu", "gcc-mingw-w64-x86-64"),
        ("x86_64-unknown-freebsd", "python3"),
    ] {
        let said = build(target);
        assert!(said.contains(&format!("rustup target add {target}")), "{said}");
        std::fs::create_dir_all(folder.path().join("lib/rustlib").join(target)).unwrap();
        let said = build(target);
        assert!(said.contains("is not on PATH") && said.contains(compiler), "{said}");
    }
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(path).status().unwrap().success());
}

fn ci(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci").join(script)
}

fn a_missing_key_is_refused() {
    refused(&["--binary", &binary()], &["no key", "--key throw-away"]);
    let absent = "0123456789ABCDEF0123456789ABCDEF01234567";
    refused(&["--binary", &binary(), "--key", absent], &[absent, "gpg --import"]);
}

fn a_dirty_tag_is_refused() {
    let tag = format!("v{}-dirty", env!("CARGO_PKG_VERSION"));
    refused(&["--binary", &binary(), "--key", "throw-away", "--tag", &tag], &[&tag, "Cargo.toml"]);
}

fn wrong_arguments_are_refused() {
    refused(&["--key", "throw-away"], &["--binary linux_amd64="]);
    refused(&["--binary", "file", "--key", "throw-away"], &["TARGET=FILE"]);
    refused(&["--binary", "plan9_mips=file", "--key", "throw-away"], &["plan9_mips", "linux-musl"]);
    refused(&["--no-such"], &["--no-such", "--help"]);
}
