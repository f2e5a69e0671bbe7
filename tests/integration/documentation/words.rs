//! The words of all texts: none speaks in riddles, and descriptions can be read in editors
//! that take Markdown away.

use std::path::{Path, PathBuf};

use regex_lite::Regex;
use serde_json::Value;

use super::{pages, text};

trials![no_text_speaks_in_riddles, descriptions_survive_the_strippers_of_language_servers];

/// Words that readers have to guess at, in lower case, and what says it plainly.
const RIDDLES: [(&[&str], &str); 22] = [
    (
        &["longest call", "most concurrent", "highest cost", "seconds a call", "most requests to"],
        "maximum …, in …",
    ),
    (&["came out as", "came back as", "came back with"], "returned … instead of …"),
    (&["immortal"], "never expires"),
    (&["in clear"], "in plain text"),
    (&["was answered 4", "was answered with", "were answered", "is answered with 4"], "returned …"),
    (&["lives on there", "live on until", "lives on until"], "still exists"),
    (&["time-out"], "timeout"),
    (&["without a word"], "without an error"),
    (&[" in force"], "active"),
    (&[" spelt", "misspelt"], "spelled"),
    (&["in the way"], "prevents"),
    (&["for people, "], "display name"),
    (&["blanks at"], "leading and trailing spaces"),
    (&["warned of"], "the plan shows a warning"),
    (&["left out, "], "if omitted"),
    (&["if it goes on"], "if the problem persists"),
    (&["merely slow"], "is slow"),
    (&["created all the same"], "may exist"),
    (&["looked at", "looked for", "lists none"], "checked, searched"),
    (&["out of the state and"], "removed from the state"),
    (&["planned anew", "adopted anew", "created anew", "create it anew", "configured anew"], "again"),
    (&["whoever has", "whoever uses", "whoever learns", "whoever looks"], "anyone who"),
];

/// Where users read, from the top of the repository. What people write who change the
/// provider, and what the simulator assumes, is not among it.
const FOLDERS: [(&str, &str); 5] = [
    ("docs", "md"),
    ("templates", "tmpl"),
    ("src", "rs"),
    ("src", "json"),
    ("crates/wavix-sim/src/page", "html"),
];
const FILES: [&str; 6] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "tests/integration/golden/messages.md",
    pages::SCHEMA,
];

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

/// What a user may see of a source: its texts, without comments.
fn shown(path: &Path, text: &str) -> String {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return text.to_owned();
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn no_text_speaks_in_riddles() {
    let mut all: Vec<PathBuf> = FILES.iter().map(|name| pages::root().join(name)).collect();
    for (folder, extension) in FOLDERS {
        files(&pages::root().join(folder), extension, &mut all);
    }
    let mut complaints = Vec::new();
    for path in all {
        let name = path.strip_prefix(pages::root()).unwrap().to_str().unwrap().replace('\\', "/");
        if name.contains("/tests") || name.ends_with("tests.rs") {
            continue;
        }
        let text = shown(&path, &text(&name)).to_lowercase();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (riddles, plain) in RIDDLES {
            for riddle in riddles.iter().filter(|riddle| text.contains(**riddle)) {
                complaints.push(format!("{name}: {riddle:?}, better: {plain}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// As language servers do before they show a description in plain text.
fn stripped(markdown: &str) -> String {
    let emphasis = Regex::new(r"([*_]{1,3})([^\t\n\f\r *_].*?[^\t\n\f\r *_]{0,1})([*_]{1,3})").unwrap();
    let once = emphasis.replace_all(markdown, "$2").into_owned();
    let twice = emphasis.replace_all(&once, "$2").into_owned();
    let without_tags = Regex::new("<[^>]*>").unwrap().replace_all(&twice, "").into_owned();
    Regex::new("`(.+?)`").unwrap().replace_all(&without_tags, "$1").into_owned()
}

fn descriptions<'a>(value: &'a Value, place: &str, found: &mut Vec<(String, &'a str)>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                match value {
                    Value::String(text) if name == "description" || name == "summary" => {
                        found.push((place.to_owned(), text));
                    }
                    _ => descriptions(value, &format!("{place}.{name}"), found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| descriptions(item, place, found)),
        _ => {}
    }
}

fn descriptions_survive_the_strippers_of_language_servers() {
    let schema: Value = serde_json::from_str(&text(pages::SCHEMA)).unwrap();
    let mut all = Vec::new();
    descriptions(&schema, "", &mut all);
    assert!(all.len() > 100, "{}", all.len());
    let mut complaints = Vec::new();
    for (place, description) in all {
        let plain = description.replace('`', "");
        if stripped(description) != plain {
            complaints.push(format!("{place}: {description}\nis shown as: {}", stripped(description)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}
