//! Holds a folder against what a release must be, as its first user would. The
//! signature is gpg's matter; see `.ci/release`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::archive::unpack;
use crate::binary;
use crate::crates::shipped;
use crate::dist::{Dist, MANIFEST, sha256};
use crate::error::{Error, read, read_text};
use crate::project::Project;
use crate::sbom::{SPECIFICATION, reference};
use crate::target::Target;
use crate::{PROVIDER, licenses};

/// Checks everything, and says in lines what was found right.
///
/// # Errors
/// At the first file that is missing, too many, or not what it should be.
pub fn verify(dist: &Dist, project: &Project) -> Result<Vec<String>, Error> {
    if let Some(name) = dist.strangers()?.first() {
        let problem = "is no file of this version's release; a release has a folder of its own";
        return Err(Error::content(&dist.folder.join(name), problem));
    }
    let mut said = vec![sums(dist)?];
    let manifest = dist.folder.join(dist.manifest_name());
    if read_text(&manifest)? != MANIFEST {
        return Err(Error::content(&manifest, "is not what `packager sums` writes"));
    }
    for name in dist.packages()? {
        said.push(package(dist, &name)?);
    }
    said.push(sbom(dist, project)?);
    Ok(said)
}

/// Every file is listed with its checksum, and nothing else is.
fn sums(dist: &Dist) -> Result<String, Error> {
    let path = dist.folder.join(dist.sums_name());
    let mut listed = BTreeMap::new();
    for line in read_text(&path)?.lines() {
        let (sum, name) = line
            .split_once("  ")
            .ok_or_else(|| Error::content(&path, format!("the line {line:?} is no checksum")))?;
        listed.insert(name.to_owned(), sum.to_owned());
    }
    for name in dist.listed()? {
        let sum = listed
            .remove(&name)
            .ok_or_else(|| Error::content(&path, format!("does not list {name}; run: packager sums")))?;
        let file = dist.folder.join(&name);
        let found = sha256(&read(&file)?);
        if found != sum {
            return Err(Error::content(&file, format!("has the checksum {found}, but {sum} is listed")));
        }
    }
    match listed.keys().next() {
        Some(name) => Err(Error::content(&path, format!("lists {name}, which is not here"))),
        None => Ok(format!("{}: every file is listed and unchanged", dist.sums_name())),
    }
}

/// The package holds the right program and what must go along.
fn package(dist: &Dist, name: &str) -> Result<String, Error> {
    let path = dist.folder.join(name);
    let target = Target::named(dist.platform_of(name).unwrap_or_default())?;
    let bytes = read(&path)?;
    let entries = unpack(&path, &bytes)?;
    let program = dist.binary_name(&target);
    let mut expected = ["CHANGELOG.md", "LICENSE", licenses::FILE, program.as_str()];
    expected.sort_unstable();
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    if names != expected {
        return Err(Error::content(&path, format!("holds {names:?} instead of {expected:?}")));
    }
    for entry in &entries {
        if entry.executable != (entry.name == program) || entry.content.is_empty() {
            return Err(Error::content(&path, format!("{} is empty or has wrong permissions", entry.name)));
        }
        if entry.executable {
            // Of several triples any may have been packed: only the platform shows.
            let platform = Target { triple: "", ..target };
            binary::check(&path, &entry.content, &platform)?;
        }
    }
    Ok(format!("{name}: {} bytes, {program} and its licenses", bytes.len()))
}

/// Every crate of the binary is there, as `Cargo.lock` has it, and no other.
fn sbom(dist: &Dist, project: &Project) -> Result<String, Error> {
    let path = dist.folder.join(dist.sbom_name());
    let wrong = |problem: String| Error::content(&path, problem);
    let document: Value = serde_json::from_slice(&read(&path)?)
        .map_err(|error| wrong(format!("is not JSON ({error}); run: packager sbom")))?;
    let text =
        |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text(&document, "bomFormat") != "CycloneDX" || text(&document, "specVersion") != SPECIFICATION {
        return Err(wrong(format!("is not CycloneDX {SPECIFICATION}; run: packager sbom")));
    }
    let found: BTreeMap<String, String> = document
        .get("components")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|component| {
            let hash = component.pointer("/hashes/0/content").and_then(Value::as_str).unwrap_or_default();
            (text(component, "purl"), hash.to_owned())
        })
        .collect();
    let expected: BTreeMap<String, String> = shipped(project, &dist.triples()?)?
        .into_values()
        .filter(|shipped| shipped.key.0 != PROVIDER)
        .map(|shipped| (reference(&shipped.key), shipped.checksum.unwrap_or_default()))
        .collect();
    let differing = expected.iter().find(|(purl, hash)| found.get(*purl) != Some(hash)).map(|(purl, _)| purl);
    if let Some(purl) = differing.or_else(|| found.keys().find(|purl| !expected.contains_key(*purl))) {
        return Err(wrong(format!("disagrees with Cargo.lock about {purl}; run: packager sbom")));
    }
    Ok(format!("{}: {} crates, as Cargo.lock has them", dist.sbom_name(), found.len()))
}
