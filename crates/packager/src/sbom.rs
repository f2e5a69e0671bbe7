//! The bill of materials: CycloneDX 1.6, of every crate that is linked into a
//! binary of the release, with the checksums of `Cargo.lock`.

use serde_json::{Value, json};

use crate::PROVIDER;
use crate::crates::{Crate, Key, shipped};
use crate::dist::sha256;
use crate::error::Error;
use crate::project::Project;

/// The version of CycloneDX that is written.
pub const SPECIFICATION: &str = "1.6";

/// The document, for binaries of `triples`. `created` is when, in the form of RFC 3339; without it the
/// document says no time, so that it depends on the sources alone.
///
/// # Errors
/// When cargo cannot tell what is linked.
pub fn document(project: &Project, triples: &[&str], created: Option<&str>) -> Result<String, Error> {
    let crates = shipped(project, triples)?;
    let (own, third): (Vec<&Crate>, Vec<&Crate>) = crates.values().partition(|found| found.key.0 == PROVIDER);
    let mut metadata = json!({
        "tools": { "components": [{ "type": "application", "name": "packager", "version": project.version }] },
        "component": own.first().map(|own| component(own, "application")),
    });
    if let (Some(metadata), Some(created)) = (metadata.as_object_mut(), created) {
        metadata.insert("timestamp".to_owned(), created.into());
    }
    let components: Vec<Value> = third.iter().map(|found| component(found, "library")).collect();
    let dependencies: Vec<Value> = crates
        .values()
        .map(|found| {
            let on: Vec<String> = found.depends_on.iter().map(reference).collect();
            json!({ "ref": reference(&found.key), "dependsOn": on })
        })
        .collect();
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": dependencies,
    });
    let serial = serial_number(&document.to_string());
    if let Some(document) = document.as_object_mut() {
        document.insert("serialNumber".to_owned(), serial.into());
    }
    Ok(format!("{document:#}\n"))
}

/// The package URL, which is also the reference within the document.
#[must_use]
pub fn reference((name, version): &Key) -> String {
    // A version may hold build metadata, and `+` would mean a space.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn component(found: &Crate, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": reference(&found.key),
        "name": found.key.0,
        "version": found.key.1,
        "purl": reference(&found.key),
        "licenses": [{ "expression": found.license }],
    });
    let Some(fields) = component.as_object_mut() else { return component };
    if let Some(checksum) = &found.checksum {
        fields.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    if let Some(description) = &found.description {
        fields.insert("description".to_owned(), description.trim().into());
    }
    if let Some(repository) = &found.repository {
        fields.insert("externalReferences".to_owned(), json!([{ "type": "vcs", "url": repository }]));
    }
    component
}

/// A UUID of the content (version 8 of RFC 9562), where others take chance:
/// the same sources make the same document.
fn serial_number(content: &str) -> String {
    let hex = sha256(content.as_bytes());
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
