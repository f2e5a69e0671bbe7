//! Where a secret was left behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was looked through, and which of it holds one of `secrets`.
pub struct Search {
    /// The names of the files, sorted.
    pub files: Vec<String>,
    /// Those with a secret in them.
    pub leaks: Vec<PathBuf>,
}

/// Looks through all files below `folder`, but for the provider that `init` put there.
///
/// # Errors
/// When a file cannot be read.
pub fn search(folder: &Path, secrets: &[&str]) -> io::Result<Search> {
    let mut found = Search { files: Vec::new(), leaks: Vec::new() };
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "providers" {
                    folders.push(path);
                }
                continue;
            }
            let content = fs::read(&path)?;
            let text = String::from_utf8_lossy(&content);
            if secrets.iter().any(|secret| text.contains(secret)) {
                found.leaks.push(path);
            }
            found.files.push(name);
        }
    }
    found.files.sort();
    Ok(found)
}
