//! The project that is packed: where it is, its version, and whether a tag and
//! the changelog agree with it.

use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

use crate::PROVIDER;
use crate::error::{Error, read_text};
use crate::target::Target;

/// The provider's sources.
#[derive(Debug, Clone)]
pub struct Project {
    /// The top folder.
    pub root: PathBuf,
    /// The version in `Cargo.toml`, without a `v`.
    pub version: String,
    /// Where cargo puts what it builds.
    pub built: PathBuf,
}

impl Project {
    /// The project that `folder` is in.
    ///
    /// # Errors
    /// When cargo finds none there, or one that is not the provider.
    pub fn find(folder: &Path) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.current_dir(folder).no_deps().other_options(["--offline".to_owned(), "--locked".to_owned()]);
        let metadata = command.exec().map_err(|error| Error::Cargo(error.to_string()))?;
        let root = metadata.workspace_root.into_std_path_buf();
        let package = metadata.packages.iter().find(|package| package.name.as_str() == PROVIDER);
        let package = package.ok_or_else(|| {
            Error::content(&root, format!("this is not the project of {PROVIDER}; go there"))
        })?;
        Ok(Self {
            version: package.version.to_string(),
            built: metadata.target_directory.into_std_path_buf(),
            root,
        })
    }

    /// Where a release build for `target` puts the binary. Without `--target`
    /// cargo leaves the triple out of the path.
    #[must_use]
    pub fn binary(&self, target: &Target, named: bool) -> PathBuf {
        let built = if named { self.built.join(target.triple) } else { self.built.clone() };
        built.join("release").join(format!("{PROVIDER}{}", target.suffix()))
    }

    /// The command whose result [`Project::binary`] names.
    #[must_use]
    pub fn build_command(target: &Target, named: bool) -> String {
        let for_target = if named { format!(" --target {}", target.triple) } else { String::new() };
        format!("cargo build --release --locked --bin {PROVIDER}{for_target}")
    }

    /// What releases may be tagged: `v` and the version, with a dated section
    /// in the changelog.
    ///
    /// # Errors
    /// When the tag is another one, or the changelog does not know the version.
    pub fn check_tag(&self, tag: &str) -> Result<(), Error> {
        let wrong =
            |reason: String| Error::Tag { tag: tag.to_owned(), version: self.version.clone(), reason };
        let expected = format!("v{}", self.version);
        if tag.strip_prefix(&expected).is_some_and(|rest| rest.starts_with('-')) {
            return Err(wrong(format!(
                "it names a state after or beside {expected}; commit, and release from the commit that is tagged {expected}"
            )));
        }
        if tag != expected {
            return Err(wrong(format!("expected {expected}; change the version in Cargo.toml, or the tag")));
        }
        let changelog = self.root.join("CHANGELOG.md");
        let heading = format!("## {} (", self.version);
        let dated = |line: &str| line.starts_with(&heading) && !line.contains("Unreleased");
        if !read_text(&changelog)?.lines().any(dated) {
            return Err(Error::content(
                &changelog,
                format!(
                    "has no section \"{heading}MONTH DAY, YEAR)\"; put the date where \"Unreleased\" stands"
                ),
            ));
        }
        Ok(())
    }
}
