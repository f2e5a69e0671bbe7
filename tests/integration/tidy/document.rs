//! ARCHITECTURE.md, as far as tests read it.

use std::collections::BTreeSet;

use super::{assert_none, root, rust_files, text};

trials![
    every_dependency_is_explained,
    every_path_in_the_code_map_exists,
    every_path_in_the_text_exists,
    every_proof_is_a_test,
];

/// The rows of the table that follows `heading`: the cells, without the head.
/// There must be a table, if only an empty one.
pub fn table(heading: &str) -> Vec<Vec<String>> {
    let document = text("ARCHITECTURE.md");
    let section = document
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("ARCHITECTURE.md has no heading {heading:?}"))
        .1;
    let lines = section.lines().take_while(|line| !line.starts_with("## "));
    let mut table = lines.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    assert!(table.next().is_some() && table.next().is_some(), "no table under {heading:?}");
    table.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The words of a cell that stand between backticks.
pub fn ticked(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn every_dependency_is_explained() {
    let explained: BTreeSet<String> =
        table("## Dependencies").iter().flat_map(|row| ticked(&row[0])).collect();
    let mut complaints = Vec::new();
    let mut in_use = BTreeSet::new();
    for manifest in super::manifests() {
        let mut dependencies = false;
        for line in text(&manifest).lines() {
            if line.starts_with('[') {
                dependencies = line.contains("dependencies]");
            } else if dependencies
                && let Some((name, _)) = line.split_once(['.', ' ', '='])
                && !name.is_empty()
                && !name.starts_with('#')
            {
                in_use.insert(name.to_owned());
            }
        }
    }
    for name in in_use.difference(&explained) {
        complaints.push(format!("ARCHITECTURE.md does not say why {name} is a dependency"));
    }
    for name in explained.difference(&in_use) {
        complaints.push(format!("ARCHITECTURE.md explains {name}, which is no dependency"));
    }
    assert_none(&complaints);
}

fn every_path_in_the_code_map_exists() {
    let complaints: Vec<_> = table("## Code map")
        .iter()
        .flat_map(|row| ticked(&row[0]))
        .filter(|path| !root().join(path).exists())
        .map(|path| format!("ARCHITECTURE.md maps {path}, which does not exist"))
        .collect();
    assert_none(&complaints);
}

fn every_path_in_the_text_exists() {
    let document = text("ARCHITECTURE.md");
    let path =
        |word: &str| word.contains('/') && word.chars().all(|c| c.is_alphanumeric() || "./_-".contains(c));
    let paths: Vec<_> = document.lines().flat_map(ticked).filter(|word| path(word)).collect();
    assert!(paths.len() > 20, "the text names hardly any path: {paths:?}");
    let complaints: Vec<_> = paths
        .iter()
        .filter(|path| !root().join(path).exists() && !root().join("src").join(path).exists())
        .map(|path| format!("ARCHITECTURE.md names {path}, which does not exist"))
        .collect();
    assert_none(&complaints);
}

fn every_proof_is_a_test() {
    let files = rust_files("tests/integration").into_iter().chain(rust_files("src"));
    let files = files.map(|path| path.to_string_lossy().into_owned()).filter(|path| path.contains("tests/"));
    let sources: String = files.map(|path| text(&path)).collect();
    let complaints: Vec<_> = table("## Promises and proofs")
        .iter()
        .flat_map(|row| ticked(&row[1]))
        // A function, or a name that is given to a function.
        .filter(|name| !sources.contains(&format!("fn {name}(")) && !sources.contains(&format!("\"{name}\"")))
        .map(|name| format!("ARCHITECTURE.md names the proof {name}, which is no test"))
        .collect();
    assert_none(&complaints);
}
