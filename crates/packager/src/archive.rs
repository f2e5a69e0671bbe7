//! Zips whose bytes depend on nothing but their content: no clock, no user, no
//! order of a file system.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::error::Error;

/// A file in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name; packages have no folders.
    pub name: String,
    /// Whether it is the program.
    pub executable: bool,
    /// What it holds.
    pub content: Vec<u8>,
}

impl Entry {
    /// A file to read.
    #[must_use]
    pub fn text(name: &str, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), executable: false, content: content.into() }
    }

    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// The zip of `entries`, in their order.
///
/// # Errors
/// When the format cannot hold them.
pub fn pack(entries: &[Entry]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            // The zip format's first day. A real date would differ per build.
            .last_modified_time(DateTime::DEFAULT)
            // Also where Windows packs: permissions are Unix permissions.
            .system(System::Unix)
            .unix_permissions(entry.mode());
        zip.start_file(&entry.name, options)?;
        zip.write_all(&entry.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files in a zip, in their order.
///
/// # Errors
/// When it is no whole zip, or not one that [`pack`] could have made.
pub fn unpack(path: &Path, bytes: &[u8]) -> Result<Vec<Entry>, Error> {
    let broken =
        |error: &dyn std::fmt::Display| Error::content(path, format!("not a whole package: {error}"));
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut entries = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).map_err(|error| broken(&error))?;
        let name = file.name().map_err(|error| broken(&error))?.into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(|error| broken(&error))?;
        let executable = match file.unix_mode().map(|mode| mode & 0o777) {
            Some(0o755) => true,
            Some(0o644) => false,
            mode => return Err(broken(&format!("{name} has the permissions {mode:?}"))),
        };
        entries.push(Entry { name, executable, content });
    }
    Ok(entries)
}
