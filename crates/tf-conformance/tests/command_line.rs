//! Programs and files that are no good: what is said, how soon, and what is
//! left. The programs are shell scripts.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test states expectations")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const PROVIDER: &str = env!("CARGO_BIN_EXE_memory-provider");
const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/memory.json");

fn conformance(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tf-conformance"));
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn script(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("terraform-provider-script");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Runs check 2 on a shell script.
fn handshake_of(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = script(directory.path(), text);
    let output = conformance(&[path.to_str().unwrap(), "--only", "2,12", "--timeout", "1"], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    stdout(&output)
}

/// A program that writes its id to `pids`, and then is the memory provider.
fn noted_provider(directory: &Path, pids: &Path) -> PathBuf {
    script(directory, &format!("echo $$ >> {}; exec {PROVIDER} \"$@\"", pids.display()))
}

/// Waits for what happens soon, unless it never does.
fn eventually(happened: impl Fn() -> bool, otherwise: impl Fn() -> String) {
    for _ in 0..3_000 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{}", otherwise());
}

/// Insists that every process in `pids` is gone, and that there were `least`.
fn nothing_is_left(pids: &Path, least: usize) {
    let pids = std::fs::read_to_string(pids).unwrap();
    assert!(pids.lines().count() >= least, "{pids}");
    for pid in pids.lines() {
        let status = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let gone = || status().is_empty() || status().contains(") Z ");
        // What is killed is not gone at once.
        eventually(gone, || format!("{pid} is still there: {}", status()));
    }
}

#[test]
fn a_program_that_does_not_start_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text");
    std::fs::write(&text, "no program").unwrap();
    for program in [Path::new("/nowhere/terraform-provider-none"), directory.path(), &text] {
        let program = program.to_str().unwrap();
        let output = conformance(&[program], &[]);
        assert_eq!(output.status.code(), Some(2), "{program}");
        assert!(stderr(&output).contains(&format!("cannot start {program}")), "{}", stderr(&output));
    }
}

#[test]
fn a_program_that_ends_is_told_with_what_it_said() {
    let said = handshake_of("echo no licence >&2; exit 7");
    assert!(said.contains("ended (exit status: 7)") && said.contains("no licence"), "{said}");
    assert!(said.contains("12  n/a"), "what needs a plugin is not applicable: {said}");
}

#[test]
fn garbage_is_quoted() {
    let said = handshake_of("echo hello; sleep 60");
    assert!(said.contains("no handshake line (fewer than four fields): \"hello\""), "{said}");
}

#[test]
fn a_program_that_hangs_is_given_up_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    let text = format!("sleep 3600 & echo $! >> {0}; echo $$ >> {0}; wait", pids.display());
    let said = handshake_of(&text);
    assert!(said.contains("the process hangs"), "{said}");
    nothing_is_left(&pids, 2);
}

#[test]
fn a_crash_during_a_call_is_called_one_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    let provider = noted_provider(directory.path(), &pids);
    let arguments = [provider.to_str().unwrap(), "--case", CASE, "--only", "12"];
    let output = conformance(&arguments, &[("MEMORY_PROVIDER_PANIC", "1")]);
    assert_eq!(output.status.code(), Some(1));
    let said = stdout(&output);
    assert!(
        said.contains("PlanResourceChange: the process ended (exit status: 101) during the call"),
        "{said}"
    );
    nothing_is_left(&pids, 2);
}

#[test]
fn a_hang_during_a_call_is_given_up_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    let provider = noted_provider(directory.path(), &pids);
    let arguments = [provider.to_str().unwrap(), "--case", CASE, "--only", "12", "--timeout", "2"];
    let output = conformance(&arguments, &[("MEMORY_PROVIDER_HANG", "1")]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("PlanResourceChange: no answer within 2s: the provider hangs"), "{said}");
    nothing_is_left(&pids, 2);
}

#[test]
fn a_run_that_is_ended_leaves_nothing() {
    for (signal, name) in [("-INT", "SIGINT"), ("-TERM", "SIGTERM"), ("-HUP", "SIGHUP")] {
        let directory = tempfile::tempdir().unwrap();
        let pids = directory.path().join("pids");
        let provider = noted_provider(directory.path(), &pids);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tf-conformance"));
        command.arg(&provider).args(["--case", CASE, "--only", "12"]).env("MEMORY_PROVIDER_HANG", "1");
        let run = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // The first process is asked for its schemas only, the second hangs.
        let second = || std::fs::read_to_string(&pids).is_ok_and(|pids| pids.lines().count() >= 2);
        eventually(second, || "the check has not begun".to_owned());
        let sent = Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("ended by {name}")), "{}", stderr(&output));
        nothing_is_left(&pids, 2);
    }
}

#[test]
fn files_that_are_no_good_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("case.json");
    for (text, reason) in [
        ("{", "EOF"),
        (r#"{"resources": []}"#, "unknown field `resources`"),
        (r#"{"resource": {"type": "none", "config": {}}}"#, "no resource type \"none\""),
        (r#"{"resource": {"type": "memory_thing", "config": {"nam": "x"}}}"#, "nam: the schema has no such"),
        (r#"{"provider": {"key": 5}}"#, "provider: key: text is needed"),
        (r#"{"lists": [{"type": "none", "config": {}}]}"#, "no list \"none\""),
        (r#"{"actions": [{"type": "memory_touch", "config": {"di": "1"}}]}"#, "di: the schema has no such"),
        (r#"{"functions": [{"name": "none", "arguments": []}]}"#, "no function \"none\""),
        (r#"{"not_applicable": {"43": "none"}}"#, "there is no check 43"),
        (
            r#"{"faults": {"slow": {"break": [{"method": "GET", "url": "${none}/"}]}}}"#,
            "faults: ${none}/: the provider's configuration has no text for none",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let output = conformance(&[PROVIDER, "--case", path.to_str().unwrap()], &[]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(stderr(&output).contains(reason), "{text}: {}", stderr(&output));
    }
    let config = directory.path().join("provider.json");
    for (text, reason) in [
        (None, "provider.json: No such file"),
        (Some("key = 1"), "provider.json: expected value"),
        (Some(r#"{"keys": "x"}"#), "the provider's configuration: keys: the schema has no such"),
    ] {
        if let Some(text) = text {
            std::fs::write(&config, text).unwrap();
        }
        let output = conformance(&[PROVIDER, "--config", config.to_str().unwrap()], &[]);
        assert_eq!(output.status.code(), Some(2), "{text:?}");
        assert!(stderr(&output).contains(reason), "{text:?}: {}", stderr(&output));
    }
}

#[test]
fn a_reason_for_not_asking_is_shown_and_excuses_nothing_that_was_asked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("case.json");
    let reasons = r#"{"not_applicable": {"2": "no wish to", "33": "it never panics"}}"#;
    std::fs::write(&path, reasons).unwrap();
    let output = conformance(&[PROVIDER, "--case", path.to_str().unwrap(), "--only", "2,33"], &[]);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("it never panics"), "{said}");
    assert!(said.contains("a case says that this is not applicable, but it was asked"), "{said}");
}

#[test]
fn arguments_that_are_no_good_are_named() {
    for arguments in [&["--only", "43", PROVIDER][..], &["--format", "xml", PROVIDER], &["--what"], &[]] {
        let output = conformance(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn every_format_says_what_failed_and_masks_secrets() {
    for format in ["human", "json", "junit"] {
        let arguments = [PROVIDER, "--case", CASE, "--only", "11,12", "--format", format];
        let output = conformance(&arguments, &[("MEMORY_PROVIDER_MUTATION", "11")]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let said = stdout(&output);
        assert!(said.contains("password_wo: a write-only attribute is not null"), "{said}");
        assert!(said.contains("PlanResourceChange"), "{said}");
        assert!(!said.contains("nobody-sees"), "{format} shows a secret: {said}");
        match format {
            "json" => {
                let json: serde_json::Value = serde_json::from_str(&said).unwrap();
                assert_eq!(json["checks"][0]["result"], "fail");
                assert_eq!(json["checks"][1]["result"], "pass");
            }
            "junit" => assert!(said.contains("tests=\"2\" failures=\"1\" skipped=\"0\""), "{said}"),
            _ => assert!(said.contains("1 passed, 1 failed, 0 not applicable"), "{said}"),
        }
    }
}

#[test]
fn the_list_has_every_check() {
    let listed = stdout(&conformance(&["--list"], &[]));
    let numbers = listed.lines().filter(|line| !line.starts_with("     ")).count();
    assert_eq!(numbers, 42, "{listed}");
}

#[test]
fn help_shows_examples_on_standard_output_and_is_no_failure() {
    for option in ["--help", "-h"] {
        let output = conformance(&[option], &[]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
        let help = stdout(&output);
        assert!(
            help.contains("\nExamples:\n  tf-conformance ") && help.contains("\nExit code: 0 "),
            "{help}"
        );
    }
}
