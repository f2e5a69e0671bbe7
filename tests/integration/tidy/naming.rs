//! Names, sizes and heads of files.

use super::document::{table, ticked};
use super::{assert_none, rust_files, text};

trials![
    files_are_named_for_what_they_hold,
    files_stay_short,
    modules_say_what_they_are,
    no_test_switches_in_production
];

/// Folders with Rust of our own.
const FOLDERS: [&str; 5] = ["src", "crates", "tests", "examples", "benches"];

/// Names under which anything could be put, and so everything is.
const SHAPELESS: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];

/// Lines a file may have before it must be split or excused.
const LONGEST: usize = 400;

fn files_are_named_for_what_they_hold() {
    let complaints: Vec<_> = FOLDERS
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| {
            file.with_extension("")
                .iter()
                .any(|part| SHAPELESS.iter().any(|name| part.to_str() == Some(*name)))
        })
        .map(|file| format!("{}: name it after what it holds", file.display()))
        .collect();
    assert_none(&complaints);
}

fn files_stay_short() {
    let excused: Vec<String> = table("## Long files").iter().flat_map(|row| ticked(&row[0])).collect();
    let mut complaints = Vec::new();
    for file in FOLDERS.into_iter().flat_map(rust_files) {
        let name = file.to_str().unwrap();
        let lines = text(name).lines().count();
        if lines > LONGEST && !excused.iter().any(|excused| excused == name) {
            complaints.push(format!("{name}: {lines} lines; split it by reason to change"));
        }
    }
    for name in excused {
        if text(&name).lines().count() <= LONGEST {
            complaints.push(format!("{name} is excused in ARCHITECTURE.md and needs no excuse"));
        }
    }
    assert_none(&complaints);
}

fn modules_say_what_they_are() {
    let complaints: Vec<_> = FOLDERS
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| !text(file.to_str().unwrap()).starts_with("//!"))
        .map(|file| format!("{}: begins without saying what it is", file.display()))
        .collect();
    assert_none(&complaints);
}

/// Production code must not know that it is being tested.
fn no_test_switches_in_production() {
    let mut complaints = Vec::new();
    for file in rust_files("src") {
        let text = text(file.to_str().unwrap());
        for word in ["TF_ACC", "cfg!(test)", "todo!(", "unimplemented!(", "FIXME", "TODO"] {
            if text.contains(word) {
                complaints.push(format!("{}: holds {word}", file.display()));
            }
        }
    }
    assert_none(&complaints);
}
