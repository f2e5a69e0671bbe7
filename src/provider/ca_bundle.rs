//! Provider layer: the file of certificates named by `ca_bundle`. Whether they
//! are certificates is the client's to say.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// A system's whole bundle is a fifth of a megabyte.
const LIMIT: u64 = 8 * 1024 * 1024;

/// The bytes of the file.
///
/// # Errors
/// Why it cannot be read, as the end of a sentence about the path.
pub(super) async fn read(path: &str) -> Result<Vec<u8>, String> {
    let file = PathBuf::from(path);
    let reading = tokio::task::spawn_blocking(move || bounded(&file));
    let problem = match reading.await {
        Ok(Ok(bytes)) => return Ok(bytes),
        Ok(Err(problem)) => problem.to_string(),
        Err(_) => "reading it was interrupted".to_owned(),
    };
    Err(format!("names the file {path}, which cannot be read: {problem}"))
}

fn bounded(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is larger than {LIMIT} bytes")));
    }
    Ok(bytes)
}
