//! The only place that touches the process's standard streams.
//!
//! Standard output belongs to the handshake. Terraform reads its first line as
//! the announcement and stops draining it at the first line beyond 64 KiB, so
//! nothing else may ever reach it. Standard error is the log channel and is
//! read by lines; a line written in two pieces may come out as two.

use std::io::{self, Write};

/// Writes `text` to standard output and flushes it.
///
/// # Errors
/// Whatever the operating system reports, such as a closed pipe.
pub fn write_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes `text`, whole lines with their newlines, to standard error at one go.
/// A failure is ignored: there is no other channel to report it on, and the
/// usual reason is that the host is gone.
pub fn write_stderr(text: &[u8]) {
    let _ = io::stderr().lock().write_all(text);
}

/// The longest beginning of `text` that has at most `max` bytes and does not
/// cut a character.
#[must_use]
pub fn prefix(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_never_cuts_a_character() {
        assert_eq!(prefix("aé", 0), "");
        assert_eq!(prefix("aé", 2), "a");
        assert_eq!(prefix("aé", 3), "aé");
        assert_eq!(prefix("aé", 9), "aé");
    }
}
