//! What tf-conformance's README says to type, typed: the built programs, and
//! the simulator's control over HTTP.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libtest_mimic::{Completion, Trial};
use serde_json::Value as Json;

use super::folder;
use crate::support::plugin::BINARY;
use crate::support::require::in_ci;

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("conformance::command_line::the_documented_command_line_passes", || {
        // Cargo builds the programs of other packages for `--workspace` only.
        match program("tf-conformance").and_then(|checker| Ok((checker, program("wavix-sim")?))) {
            Ok((checker, simulator)) => {
                the_documented_command_line_passes(&checker, &simulator);
                Ok(Completion::Completed)
            }
            Err(missing) if in_ci() => Err(missing.into()),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        }
    })]
}

/// A program of another package, which Cargo puts beside the provider.
fn program(name: &str) -> Result<PathBuf, String> {
    let path = Path::new(BINARY).with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{name} is not built; cargo build --workspace does it"))
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The words after `cargo run -p NAME --` in the README.
fn documented(name: &str) -> Vec<String> {
    let readme = include_str!("../../../crates/tf-conformance/README.md");
    let begin = format!("    cargo run -p {name} -- ");
    let mut lines = readme.lines().filter_map(|line| line.strip_prefix(&begin));
    // Not the line that explains the arguments, nor those that check nothing.
    let line = lines
        .find(|line| !line.starts_with("PATH") && !line.starts_with("--list") && !line.starts_with("--help"));
    let line = line.unwrap();
    line.split_whitespace().filter(|word| *word != "&").map(str::to_owned).collect()
}

fn the_documented_command_line_passes(checker: &Path, simulator: &Path) {
    // Everything as it is documented but the port, which may be taken.
    let mut simulator = Command::new(simulator);
    simulator.args(documented("wavix-sim")).args(["--port", "0"]).stdout(Stdio::piped());
    let mut simulator = Running(simulator.spawn().unwrap());
    let greeting = BufReader::new(simulator.0.stdout.take().unwrap());
    let base_url = greeting.lines().find_map(|line| {
        Some(line.unwrap().trim().strip_prefix("base_url = \"")?.trim_end_matches('"').to_owned())
    });
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("provider.json");
    let text = std::fs::read_to_string(folder().join("provider.json")).unwrap();
    let mut configuration: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(configuration["base_url"], "http://127.0.0.1:8787", "the simulator's default");
    configuration["base_url"] = base_url.unwrap().into();
    std::fs::write(&config, configuration.to_string()).unwrap();

    let words = documented("tf-conformance");
    assert_eq!(words[0], "target/debug/terraform-provider-wavix");
    let words = words.iter().map(|word| match word.as_str() {
        "target/debug/terraform-provider-wavix" => BINARY,
        "tests/conformance/provider.json" => config.to_str().unwrap(),
        word => word,
    });
    let mut checker = Command::new(checker);
    checker.args(words).args(["--format", "json"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = checker.stderr(Stdio::inherit()).output().unwrap();

    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let with = |result: &str| checks.iter().filter(|check| check["result"] == result).collect::<Vec<_>>();
    assert!(with("fail").is_empty(), "{:#?}", with("fail"));
    let (passed, skipped) = (with("pass"), with("not_applicable"));
    assert_eq!((passed.len(), skipped.len()), (41, 1), "{skipped:#?}");
    assert_eq!(skipped[0]["number"], 33);
    assert_eq!(output.status.code(), Some(0));
}
