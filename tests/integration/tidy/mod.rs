//! The rules of the house that no compiler knows. What may import what, and
//! which files may be long, stands in ARCHITECTURE.md; it is read here, so that
//! the document and the test cannot disagree.

mod abilities;
mod checklist;
pub mod document;
mod imports;
mod naming;
mod satellites;
mod sizes;
mod version;

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

/// All tests of the house rules.
pub fn trials() -> Vec<Trial> {
    [
        abilities::trials(),
        checklist::trials(),
        document::trials(),
        imports::trials(),
        naming::trials(),
        satellites::trials(),
        sizes::trials(),
        version::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The top of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file, as text.
fn text(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The manifests of all crates, relative to the top.
fn manifests() -> Vec<String> {
    let crates = fs::read_dir(root().join("crates")).unwrap();
    let mut manifests: Vec<_> = crates
        .map(|entry| format!("crates/{}/Cargo.toml", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    manifests.extend(["Cargo.toml", "benches/provider/Cargo.toml"].map(str::to_owned));
    manifests.sort();
    manifests
}

/// The Rust files under `folder`, relative to the top, sorted.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display()))
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(root()).unwrap().to_path_buf());
            }
        }
    }
    assert!(!found.is_empty(), "there is no Rust file under {folder}");
    found.sort();
    found
}

/// Fails with every complaint at once.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
