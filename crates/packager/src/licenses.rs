//! The license texts of everything in the binary, as one file. Most licenses
//! ask for no more than that their text goes along.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::PROVIDER;
use crate::crates::{Crate, Key, shipped};
use crate::error::{Error, read_text};
use crate::project::Project;
use crate::target::Target;

/// Its name in a package.
pub const FILE: &str = "THIRD-PARTY-LICENSES.txt";

/// What is in the binary and no crate.
const RUST: &str = include_str!("../licenses/rust.txt");
/// In static Linux binaries.
const MUSL: &str = include_str!("../licenses/musl.txt");

/// How files with license texts begin, in lower case.
const BEGINNINGS: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// The text for one target: what is linked differs.
///
/// # Errors
/// When cargo cannot tell, or a crate brings no license text and no other
/// crate of its repository does.
pub fn text(project: &Project, target: &Target) -> Result<String, Error> {
    let crates = shipped(project, &[target.triple])?;
    let third: Vec<&Crate> = crates.values().filter(|found| found.key.0 != PROVIDER).collect();
    let mut texts: BTreeMap<&Key, Vec<String>> = BTreeMap::new();
    for found in &third {
        texts.insert(&found.key, texts_of(project, found)?);
    }
    // The same text is printed once, under all crates that bring it.
    let mut bearers: BTreeMap<String, Vec<&Crate>> = BTreeMap::new();
    for found in &third {
        let own = texts.get(&found.key).filter(|texts| !texts.is_empty());
        let chosen = own
            .or_else(|| sibling(found, &third, &texts))
            .ok_or_else(|| Error::NoLicense { name: found.key.0.clone(), version: found.key.1.clone() })?;
        for text in chosen {
            bearers.entry(text.clone()).or_default().push(found);
        }
    }
    let mut page = format!(
        "{PROVIDER} {} for {} contains the following software.\n\n",
        project.version,
        target.platform()
    );
    for found in &third {
        let home = found.repository.as_deref().unwrap_or("https://crates.io");
        line(&mut page, &format!("{} {}: {}, {home}", found.key.0, found.key.1, found.license));
    }
    line(&mut page, "the standard library of Rust: MIT OR Apache-2.0, https://github.com/rust-lang/rust");
    if target.is_static() {
        line(&mut page, "musl: MIT, https://musl.libc.org");
    }
    let mut sections: Vec<(String, &str)> = bearers
        .iter()
        .map(|(text, crates)| {
            let names: Vec<_> =
                crates.iter().map(|found| format!("{} {}", found.key.0, found.key.1)).collect();
            (names.join(", "), text.as_str())
        })
        .collect();
    sections.sort();
    sections.push(("the standard library of Rust".to_owned(), RUST));
    if target.is_static() {
        sections.push(("musl".to_owned(), MUSL));
    }
    for (names, text) in sections {
        line(&mut page, &format!("\n{}\n{names}\n", "=".repeat(80)));
        line(&mut page, text.trim_end());
    }
    Ok(page)
}

fn line(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

/// The texts of another crate of the same repository: workspaces often leave
/// the license out of their smaller crates.
fn sibling<'a>(
    found: &Crate,
    crates: &[&Crate],
    texts: &'a BTreeMap<&Key, Vec<String>>,
) -> Option<&'a Vec<String>> {
    let home = found.repository.as_ref()?;
    crates
        .iter()
        .filter(|other| other.repository.as_ref() == Some(home) && other.license == found.license)
        .find_map(|other| texts.get(&other.key).filter(|texts| !texts.is_empty()))
}

/// What the crate brings, or what was put down here because it brings none.
fn texts_of(project: &Project, found: &Crate) -> Result<Vec<String>, Error> {
    let texts = texts_in(&found.folder)?;
    let noted = project.root.join("crates/packager/licenses").join(format!("{}.txt", found.key.0));
    if texts.is_empty() && noted.is_file() { Ok(vec![read_text(&noted)?]) } else { Ok(texts) }
}

fn texts_in(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::file("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            paths.push(path);
        }
    }
    paths.sort();
    // Line ends differ between crates; the text is the same.
    paths.iter().map(|path| Ok(read_text(path)?.replace("\r\n", "\n").trim_end().to_owned())).collect()
}
