//! A mirror of a release: files that any web server can serve, by the protocol
//! of Terraform's `network_mirror`. The same folder is a `filesystem_mirror`.
//! Terragrunt's provider cache reads that by the two documents, too: packages
//! alone would be no mirror to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::dist::{Dist, sha256, write};
use crate::error::{Error, read};

/// The hosts that `wavix/wavix` stands for, in Terraform and in OpenTofu.
pub const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

const INDEX: &str = "index.json";

/// Adds the packages of `dist` to the mirror in `folder`. Versions that are
/// there stay, and so does all that is in `dist`: it may be a signed release.
///
/// # Errors
/// When there is no package, or a file cannot be written.
pub fn add(dist: &Dist, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut packages = Vec::new();
    for name in dist.some_packages()? {
        let content = read(&dist.folder.join(&name))?;
        packages.push((name, content));
    }
    let archives: BTreeMap<&str, Value> = packages
        .iter()
        .filter_map(|(name, content)| {
            let hash = format!("zh:{}", sha256(content));
            Some((dist.platform_of(name)?, json!({ "url": name, "hashes": [hash] })))
        })
        .collect();
    let mut homes = Vec::new();
    for host in HOSTS {
        let home = folder.join(host).join("wavix").join("wavix");
        for (name, content) in &packages {
            write(&home, name, content)?;
        }
        let version = format!("{:#}\n", json!({ "archives": archives }));
        write(&home, &format!("{}.json", dist.version()), version.as_bytes())?;
        // Last: what it lists is there.
        let index = format!("{:#}\n", json!({ "versions": versions(&home)? }));
        write(&home, INDEX, index.as_bytes())?;
        homes.push(home);
    }
    Ok(homes)
}

fn versions(home: &Path) -> Result<BTreeMap<String, Value>, Error> {
    let mut versions = BTreeMap::new();
    for entry in std::fs::read_dir(home).map_err(Error::file("read", home))? {
        let name = entry.map_err(Error::file("read", home))?.file_name().to_string_lossy().into_owned();
        if let Some(version) = name.strip_suffix(".json").filter(|_| name != INDEX) {
            versions.insert(version.to_owned(), json!({}));
        }
    }
    Ok(versions)
}
