//! The folder of a release: what its files are called, and writing them whole
//! or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use tempfile::NamedTempFile;

use crate::archive::{self, Entry};
use crate::error::{Error, read};
use crate::project::Project;
use crate::target::{Target, released};
use crate::{PROVIDER, binary, licenses, sbom};

/// What the Registry reads to know which Terraform can use the provider.
pub const MANIFEST: &str =
    "{\n  \"version\": 1,\n  \"metadata\": {\n    \"protocol_versions\": [\"6.0\"]\n  }\n}\n";

/// Files of the project that go into every package as they are.
const ENCLOSED: [&str; 2] = ["CHANGELOG.md", "LICENSE"];

/// A folder with the files of one version.
#[derive(Debug, Clone)]
pub struct Dist {
    /// The folder.
    pub folder: PathBuf,
    version: String,
}

impl Dist {
    /// The files of `project`'s version in `folder`, which need not exist yet.
    #[must_use]
    pub fn new(folder: &Path, project: &Project) -> Self {
        Self { folder: folder.to_owned(), version: project.version.clone() }
    }

    /// The version, without a `v`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    fn name(&self, end: &str) -> String {
        format!("{PROVIDER}_{}_{end}", self.version)
    }

    /// `terraform-provider-wavix_0.1.0_linux_amd64.zip`.
    #[must_use]
    pub fn package_name(&self, platform: &str) -> String {
        self.name(&format!("{platform}.zip"))
    }

    /// The platform of a package, if `name` is one of this version.
    #[must_use]
    pub fn platform_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.name(""))?.strip_suffix(".zip")
    }

    /// `terraform-provider-wavix_0.1.0_SHA256SUMS`.
    #[must_use]
    pub fn sums_name(&self) -> String {
        self.name("SHA256SUMS")
    }

    /// The detached signature of the checksums.
    #[must_use]
    pub fn signature_name(&self) -> String {
        self.name("SHA256SUMS.sig")
    }

    /// `terraform-provider-wavix_0.1.0_manifest.json`.
    #[must_use]
    pub fn manifest_name(&self) -> String {
        self.name("manifest.json")
    }

    /// The bill of materials, in CycloneDX's format.
    #[must_use]
    pub fn sbom_name(&self) -> String {
        self.name("sbom.cdx.json")
    }

    /// What the binary is called in a package.
    #[must_use]
    pub fn binary_name(&self, target: &Target) -> String {
        format!("{PROVIDER}_v{}{}", self.version, target.suffix())
    }

    /// Packs `binary` for `target` and brings manifest and checksums up to date.
    ///
    /// # Errors
    /// When the binary is missing or runs elsewhere, or a license is missing.
    /// The folder is as before then.
    pub fn package(&self, project: &Project, target: &Target, path: &Path) -> Result<PathBuf, Error> {
        let content = read(path)?;
        binary::check(path, &content, target)?;
        let mut entries = vec![Entry { name: self.binary_name(target), executable: true, content }];
        for name in ENCLOSED {
            entries.push(Entry::text(name, read(&project.root.join(name))?));
        }
        entries.push(Entry::text(licenses::FILE, licenses::text(project, target)?));
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let name = self.package_name(&target.platform());
        let zip = archive::pack(&entries).map_err(|error| {
            Error::content(&self.folder.join(&name), format!("cannot be packed: {error}"))
        })?;
        let package = self.write(&name, &zip)?;
        self.write_sums()?;
        Ok(package)
    }

    /// Writes the bill of materials and brings the checksums up to date.
    ///
    /// # Errors
    /// When cargo cannot tell what the binary is made of.
    pub fn write_sbom(&self, project: &Project, created: Option<&str>) -> Result<PathBuf, Error> {
        let document = sbom::document(project, &self.triples()?, created)?;
        let path = self.write(&self.sbom_name(), document.as_bytes())?;
        if !self.packages()?.is_empty() {
            self.write_sums()?;
        }
        Ok(path)
    }

    /// What the packages in the folder were built for; without a package, what
    /// releases are built for.
    ///
    /// # Errors
    /// When the folder cannot be listed, or has a package for no known platform.
    pub fn triples(&self) -> Result<Vec<&'static str>, Error> {
        let names = if self.folder.exists() { self.packages()? } else { Vec::new() };
        let platforms = names.iter().filter_map(|name| self.platform_of(name));
        let triples: Result<Vec<_>, Error> =
            platforms.map(|platform| Ok(Target::named(platform)?.triple)).collect();
        triples.map(|triples| if triples.is_empty() { released() } else { triples })
    }

    /// Files of the folder that are no part of this version's release, sorted.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn strangers(&self) -> Result<Vec<String>, Error> {
        let own = [self.sums_name(), self.signature_name(), self.manifest_name(), self.sbom_name()];
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(Error::file("read", &self.folder))? {
            let name = entry.map_err(Error::file("read", &self.folder))?.file_name();
            let name = name.to_string_lossy().into_owned();
            if self.platform_of(&name).is_none_or(|platform| Target::named(platform).is_err())
                && !own.contains(&name)
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The names of the packages in the folder, sorted.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn packages(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(Error::file("read", &self.folder))? {
            let name = entry.map_err(Error::file("read", &self.folder))?.file_name();
            names.extend(name.to_str().filter(|name| self.platform_of(name).is_some()).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The same, of which there must be one.
    ///
    /// # Errors
    /// When the folder cannot be listed, or there is no package in it.
    pub fn some_packages(&self) -> Result<Vec<String>, Error> {
        let names = self.packages()?;
        if names.is_empty() {
            let problem = format!(
                "there is no package of version {} here; make one with: packager package",
                self.version
            );
            return Err(Error::content(&self.folder, problem));
        }
        Ok(names)
    }

    /// Every file that the checksums must list, sorted.
    ///
    /// # Errors
    /// When the folder cannot be listed, or there is no package in it.
    pub fn listed(&self) -> Result<Vec<String>, Error> {
        let mut names = self.some_packages()?;
        names.push(self.manifest_name());
        names.extend(Some(self.sbom_name()).filter(|name| self.folder.join(name).is_file()));
        names.sort();
        Ok(names)
    }

    /// Writes the manifest, and the checksums of everything that is there.
    ///
    /// # Errors
    /// When there is nothing to sum.
    pub fn write_sums(&self) -> Result<PathBuf, Error> {
        let names = self.listed()?;
        self.write(&self.manifest_name(), MANIFEST.as_bytes())?;
        let mut sums = String::new();
        for name in names {
            let content = read(&self.folder.join(&name))?;
            sums.push_str(&format!("{}  {name}\n", sha256(&content)));
        }
        let path = self.folder.join(self.sums_name());
        let signature = self.folder.join(self.signature_name());
        // A signature of other sums would be a false one.
        if signature.exists() && fs::read(&path).ok().as_deref() != Some(sums.as_bytes()) {
            fs::remove_file(&signature).map_err(Error::file("remove", &signature))?;
        }
        self.write(&self.sums_name(), sums.as_bytes())
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Error> {
        write(&self.folder, name, content)
    }
}

/// Writes a file whole: under another name first.
pub(crate) fn write(folder: &Path, name: &str, content: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    let mut file = NamedTempFile::new_in(folder).map_err(Error::file("write", &path))?;
    file.write_all(content).map_err(Error::file("write", &path))?;
    readable(file.path()).map_err(Error::file("write", &path))?;
    file.persist(&path).map_err(|error| Error::file("write", &path)(error.error))?;
    Ok(path)
}

/// Temporary files are for their owner alone; a release is for everybody.
#[cfg(unix)]
fn readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// In hex, as `sha256sum` prints it.
#[must_use]
pub fn sha256(content: &[u8]) -> String {
    digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
