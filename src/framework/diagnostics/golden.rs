//! Tests: every message that users are told, with its values filled in, is in
//! `tests/integration/golden/messages.md`, so that a change of words is seen in review.
//! The tests named in `messages.tests` beside it make them. What is said now is in
//! `target/golden/messages.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::recorded::{Line, VARIABLE};

/// What differs from run to run or from system to system, and what stands for it.
const MASKS: [(&str, &str); 8] = [
    (r"(127\.0\.0\.1|localhost|\[::1\])( port |:)\d{4,5}", "${1}${2}PORT"),
    (r"[^\s`(]*[/\\]\.tmp\w+", "/TMP"),
    (r"/TMP\\", "/TMP/"),
    // The system's own words.
    (r": [^:()]+ \(os error \d+\)", ": SYSTEM ERROR"),
    (r"\b\d+(\.\d+)? (ms|s)\b", "N s"),
    // Whether a wait is worth telling, when a machine is slow.
    (r" The provider gave up after 1 attempt and N s of waiting\.", ""),
    (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME"),
];

/// What two messages may differ in and say the same.
const VALUES: [(&str, &str); 6] = [
    (r"Cannot answer \w+", "Cannot answer R"),
    (r"returned \d{3}[^.]*", "returned N"),
    (r#""[^"]*"|`[^`]*`"#, "Q"),
    (r"(GET|POST|PUT|PATCH|DELETE) \S+|/v\d/\S+", "R"),
    (r"\d+", "N"),
    (
        r"\b(SIP trunk|phone number|API key|call webhook|WebRTC token|trunk|webhook|token|number|[Kk]ey)(s?)\b",
        "X$2",
    ),
];

#[derive(Default)]
struct Recorded {
    /// Each with its heading.
    messages: BTreeSet<String>,
    /// Lines at which messages are made, by file.
    places: BTreeMap<String, BTreeSet<usize>>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A golden file, whose lines end as here wherever it was checked out.
fn golden(name: &str) -> String {
    let path = root().join("tests/integration/golden").join(name);
    std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n")
}

fn replaced(text: String, patterns: &[(&str, &str)]) -> String {
    patterns.iter().fold(text, |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

fn is_production(file: &str) -> bool {
    !["/tests", "tests.rs", "/fixtures", "/diagnostics"].iter().any(|part| file.contains(part))
}

/// What the tests of the list say, in a process of their own.
static RECORDED: LazyLock<Recorded> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages");
    let list = golden("messages.tests");
    let tests: Vec<&str> = list.lines().collect();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output =
        command.args(["--exact", "--test-threads=16"]).args(&tests).env(VARIABLE, &file).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let all = format!("test result: ok. {} passed", tests.len());
    assert!(told.contains(&all), "a test of messages.tests fails, or has another name now:\n{told}");
    let mut recorded = Recorded::default();
    let (mut made_by_tests, mut messages) = (BTreeSet::new(), Vec::new());
    for line in std::fs::read_to_string(&file).unwrap().lines() {
        match serde_json::from_str(line).unwrap() {
            Line::Made { file, line, .. } if is_production(&file) => {
                recorded.places.entry(file).or_default().insert(line);
            }
            Line::Made { what, .. } => {
                made_by_tests.insert(what);
            }
            Line::Message { kind, summary, detail } => messages.push((kind, summary, detail)),
        }
    }
    for (kind, summary, detail) in messages {
        if !made_by_tests.contains(&summary) && !made_by_tests.contains(&detail) {
            let message = format!("## {kind}: {summary}\n\n{detail}\n");
            recorded.messages.insert(replaced(message, &MASKS));
        }
    }
    recorded
});

/// Those of them in which a clause stands that none before has.
fn telling(messages: &BTreeSet<String>) -> Vec<&String> {
    let ends = Regex::new(r"(?:[.:;,] |\n+)").unwrap();
    let mut seen = BTreeSet::new();
    let is_new = |message: &&String| {
        let clauses = replaced((*message).clone(), &VALUES);
        ends.split(&clauses).filter(|clause| seen.insert((*clause).to_owned())).count() > 0
    };
    messages.iter().filter(is_new).collect()
}

#[test]
fn every_message_is_as_the_golden_file_has_it() {
    let mut now = "# Messages\n\nWritten by the tests that `messages.tests` names.\n".to_owned();
    for message in telling(&RECORDED.messages) {
        now.push('\n');
        now.push_str(message);
    }
    let written = root().join("target/golden");
    std::fs::create_dir_all(&written).unwrap();
    std::fs::write(written.join("messages.md"), &now).unwrap();
    let before = golden("messages.md");
    let difference = now.lines().zip(before.lines()).find(|(now, before)| now != before);
    assert!(now == before, "{difference:?}: `target/golden/messages.md` is what is said now");
}

/// Places that no test reaches: what every resource here overrides, what Terraform makes
/// impossible, and faults of functions that are bugs.
const UNREACHED: [&str; 4] = [
    "src/framework/resource.rs",
    "src/framework/erased/function.rs",
    "src/framework/server/function.rs",
    "src/framework/ephemeral.rs",
];

/// Lines of a file at which it makes messages, outside its tests. A bug is not to happen.
fn places(text: &str) -> BTreeSet<usize> {
    let makes = Regex::new(r"(Diagnostic::(error|warning)|FunctionError::(new|at|at_position))\(").unwrap();
    let code = text.lines().take_while(|line| *line != "#[cfg(test)]" && *line != "mod tests {");
    let found =
        code.enumerate().filter(|(_, line)| !line.trim_start().starts_with("//") && makes.is_match(line));
    found.map(|(number, _)| number + 1).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            sources(&entry.path(), found);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            found.push(entry.path());
        }
    }
}

#[test]
fn the_golden_file_has_the_messages_of_every_place() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut missing = Vec::new();
    for file in files {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        if is_production(&name) && !UNREACHED.contains(&name.as_str()) {
            let recorded = RECORDED.places.get(&name).cloned().unwrap_or_default();
            let all = places(&std::fs::read_to_string(&file).unwrap());
            missing.extend(all.difference(&recorded).map(|line| format!("{name}:{line}")));
        }
    }
    assert!(missing.is_empty(), "no test of messages.tests makes those of\n{}", missing.join("\n"));
}

/// Words of a message at most, values included, but for those that are listed.
const MOST_WORDS: usize = 119;

#[test]
fn a_message_begins_with_what_is_true_or_what_to_do_and_is_short() {
    let history = Regex::new(r"^(GET|POST|PUT|PATCH|DELETE) ").unwrap();
    let text = golden("messages.md");
    let mut complaints = Vec::new();
    for message in text.split("\n## ").skip(1) {
        let (heading, detail) = message.split_once('\n').unwrap();
        let (_, summary) = heading.split_once(": ").unwrap();
        let mut complain = |what: &str| complaints.push(format!("{heading}: {what}"));
        let prose = message.lines().filter(|line| !line.starts_with("  - "));
        if prose.flat_map(str::split_whitespace).count() > MOST_WORDS {
            complain("is long");
        }
        if summary.ends_with('.') || summary.contains(": ") {
            complain("its summary has a colon or a full stop");
        }
        if heading.ends_with(' ') || message.contains("``") {
            complain("names something that has no name");
        }
        if history.is_match(detail.trim_start()) {
            complain("begins with what was tried");
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
