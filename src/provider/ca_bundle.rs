//! Provider layer: the file of certificates named by `ca_bundle`. Whether they
//! are certificates is the client's to say.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// A system's whole bundle is a fifth of a megabyte.
const LIMIT: u64 = 8 * 1024 * 1024;

/// UTF-8's.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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
    // Editors of Windows put it there.
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bundle_with_a_byte_order_mark_is_read_as_one_without() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, b"\xEF\xBB\xBF-----BEGIN CERTIFICATE-----").unwrap();
        assert_eq!(read(path.to_str().unwrap()).await.unwrap(), b"-----BEGIN CERTIFICATE-----");
    }
}
