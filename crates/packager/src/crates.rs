//! The crates that end up in the binary, as cargo resolves them: no build
//! script, no procedural macro, no test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use cargo_lock::Lockfile;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::PROVIDER;
use crate::error::Error;
use crate::project::Project;

/// Name and version: what `Cargo.lock` calls a package.
pub type Key = (String, String);

/// A crate in the binary.
#[derive(Debug, Clone)]
pub struct Crate {
    /// Its name and version.
    pub key: Key,
    /// What its manifest says: an SPDX expression.
    pub license: String,
    /// Where its sources are at home.
    pub repository: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Where its sources are on this machine.
    pub folder: PathBuf,
    /// SHA-256 of the archive on crates.io, in hex. The project has none.
    pub checksum: Option<String>,
    /// The crates of the binary that it calls.
    pub depends_on: BTreeSet<Key>,
}

/// What is linked into the provider for any of `triples`: by name.
///
/// # Errors
/// When cargo cannot tell: a source was never downloaded and there is no network.
pub fn shipped(project: &Project, triples: &[&str]) -> Result<BTreeMap<Key, Crate>, Error> {
    let linked = linked(project, triples)?;
    let metadata = metadata(project)?;
    let checksums = checksums(project)?;
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let nodes = metadata.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let mut shipped = BTreeMap::new();
    for node in nodes {
        let Some(package) = packages.get(&node.id).filter(|package| linked.contains(&key(package))) else {
            continue;
        };
        let depends_on = node
            .deps
            .iter()
            .filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal))
            .filter_map(|dep| packages.get(&dep.pkg).map(|package| key(package)))
            .filter(|key| linked.contains(key))
            .collect();
        let key = key(package);
        let folder = package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned());
        let described = Crate {
            license: spdx(package.license.as_deref().unwrap_or_default()),
            repository: package.repository.clone(),
            description: package.description.clone(),
            folder: folder.unwrap_or_default(),
            checksum: checksums.get(&key).cloned(),
            depends_on,
            key: key.clone(),
        };
        shipped.insert(key, described);
    }
    Ok(shipped)
}

fn key(package: &Package) -> Key {
    (package.name.to_string(), package.version.to_string())
}

/// A manifest's license as an SPDX expression: old ones write `/` for `OR`.
#[must_use]
pub fn spdx(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

/// `cargo tree` knows which features are on; `cargo metadata` adds those of the
/// tests.
fn linked(project: &Project, triples: &[&str]) -> Result<BTreeSet<Key>, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(&project.root)
        .args(["tree", "--locked", "--quiet", "--prefix", "none", "--format", "{p}"])
        .args(["--edges", "normal,no-proc-macro", "--package", PROVIDER])
        .args(triples.iter().flat_map(|triple| ["--target", triple]))
        .output()
        .map_err(|error| Error::Cargo(format!("cargo cannot be started: {error}.")))?;
    if !output.status.success() {
        return Err(Error::Cargo(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let keys = lines.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    });
    Ok(keys.collect())
}

fn metadata(project: &Project) -> Result<Metadata, Error> {
    let mut command = MetadataCommand::new();
    command.current_dir(&project.root);
    command.other_options(["--locked".to_owned()]);
    command.exec().map_err(|error| Error::Cargo(error.to_string()))
}

/// The archives' checksums.
///
/// # Errors
/// When `Cargo.lock` cannot be read.
pub(crate) fn checksums(project: &Project) -> Result<BTreeMap<Key, String>, Error> {
    let path = project.root.join("Cargo.lock");
    let lock = Lockfile::load(&path).map_err(|error| Error::content(&path, error.to_string()))?;
    let packages = lock.packages.into_iter();
    Ok(packages
        .filter_map(|package| {
            let checksum = package.checksum?.to_string();
            Some(((package.name.to_string(), package.version.to_string()), checksum))
        })
        .collect())
}
