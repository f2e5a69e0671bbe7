//! The file of certificates named by `ca_bundle`. Whether they are certificates is the
//! client's to say.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// A system's whole bundle is a fifth of a megabyte.
const LIMIT: u64 = 8 * 1024 * 1024;

/// What the byte order mark looks like in each encoding that an editor or a
/// redirection of PowerShell may choose.
const UTF_8: &[u8] = b"\xEF\xBB\xBF";
const UTF_16_LE: &[u8] = b"\xFF\xFE";
const UTF_16_BE: &[u8] = b"\xFE\xFF";

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
        Err(_) => "the read was interrupted".to_owned(),
    };
    Err(format!("names the file {path}, which the provider cannot read: {problem}"))
}

fn bounded(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is larger than {LIMIT} bytes")));
    }
    utf_8(bytes)
}

/// The text without its byte order mark, in UTF-8. What has no mark stays as it is.
fn utf_8(mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let unit: fn([u8; 2]) -> u16 = match &bytes {
        bytes if bytes.starts_with(UTF_16_LE) => u16::from_le_bytes,
        bytes if bytes.starts_with(UTF_16_BE) => u16::from_be_bytes,
        _ => {
            if bytes.starts_with(UTF_8) {
                bytes.drain(..UTF_8.len());
            }
            return Ok(bytes);
        }
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(units.iter().copied().map(unit).skip(1)).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text.into_bytes()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it starts with a UTF-16 byte order mark, but is not \
                                                             valid UTF-16",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\r\n";

    async fn read_of(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, bytes).unwrap();
        read(path.to_str().unwrap()).await
    }

    fn utf_16(order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{PEM}").encode_utf16().flat_map(order).collect()
    }

    #[tokio::test]
    async fn a_bundle_with_any_byte_order_mark_is_read_as_one_without() {
        let marked = [UTF_8, PEM.as_bytes()].concat();
        for bytes in [marked, utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes), PEM.into()] {
            assert_eq!(read_of(&bytes).await.unwrap(), PEM.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_bundle_that_is_half_utf_16_is_refused() {
        let mut odd = utf_16(u16::to_le_bytes);
        odd.push(b'-');
        // Half of a surrogate pair.
        let mut half = utf_16(u16::to_le_bytes);
        half.extend(0xD800_u16.to_le_bytes());
        for bytes in [odd, half] {
            let problem = read_of(&bytes).await.unwrap_err();
            assert!(problem.contains("not valid UTF-16"), "{problem}");
        }
    }
}
