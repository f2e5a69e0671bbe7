//! What can go wrong, as sentences for the person who runs the command.

use std::io;
use std::path::{Path, PathBuf};

/// Why a command stopped. Nothing half-written is left behind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No row of [`crate::target::TARGETS`].
    #[error("There is no target {name:?}. Use one of: {known}.")]
    UnknownTarget {
        /// What was asked for.
        name: String,
        /// What can be asked for.
        known: String,
    },
    /// The binary was not built, or not for this target.
    #[error("There is no binary {}. Build it: {build}", path.display())]
    NotBuilt {
        /// Where it was looked for.
        path: PathBuf,
        /// The command that builds it.
        build: String,
    },
    /// The binary would not run on the platform that its package names.
    #[error("{} is {found}, but the package is for {wanted}. Name the binary that was built for it with --binary.", path.display())]
    WrongBinary {
        /// The binary.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// The binary needs a library that its system need not have.
    #[error("{} needs {library}, which a fresh Windows does not have. Build it with .ci/build, which links it in.", path.display())]
    MissingLibrary {
        /// The binary.
        path: PathBuf,
        /// The library's file, in lower case.
        library: String,
    },
    /// A tag that does not stand for the version.
    #[error("The tag {tag:?} does not stand for version {version} of Cargo.toml: {reason}.")]
    Tag {
        /// The tag.
        tag: String,
        /// The version.
        version: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A file is there and says something wrong.
    #[error("{}: {problem}.", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A file cannot be read or written.
    #[error("Cannot {action} {}: {source}.", path.display())]
    File {
        /// `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Cargo cannot say what the binary is made of.
    #[error(
        "Cannot ask cargo about the dependencies: {0} If they were never downloaded, run: cargo fetch --locked"
    )]
    Cargo(String),
    /// A crate whose license would be missing from the package.
    #[error("{name} {version} has no license text. Put it into crates/packager/licenses/{name}.txt.")]
    NoLicense {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
    },
}

impl Error {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(crate) fn content(path: &Path, problem: impl Into<String>) -> Self {
        Self::Content { path: path.to_owned(), problem: problem.into() }
    }
}

/// The content of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(Error::file("read", path))
}

/// The content of a file that is text.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(Error::file("read", path))
}
