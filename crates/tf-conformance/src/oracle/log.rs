//! What holds for a line on standard error (go-plugin: `log_entry.go`).

use serde_json::Value as Json;

use super::Violation;

/// go-plugin reads lines up to this many bytes.
const LONGEST: usize = 65_536;

/// What the host takes a line for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLine {
    /// An entry with level and message.
    Entry,
    /// Text, shown at DEBUG.
    Text,
    /// The beginning of a crash, which Terraform keeps and shows.
    Panic,
}

/// Judges one line.
///
/// # Errors
///
/// When the host would not understand it, or would crash.
pub fn log_line(line: &str) -> Result<LogLine, Violation> {
    let wrong = |message: String| Err(Violation::new("", message));
    if line.len() >= LONGEST {
        return wrong(format!("a line of {} bytes; from {LONGEST} on it is cut to pieces", line.len()));
    }
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        return Ok(LogLine::Panic);
    }
    let Ok(Json::Object(entry)) = serde_json::from_str(line) else { return Ok(LogLine::Text) };
    for key in ["@level", "@message", "@timestamp"] {
        match entry.get(key) {
            Some(Json::String(_)) => {}
            None => return wrong(format!("a JSON line without {key}")),
            Some(_) => return wrong(format!("{key} is no string, which crashes Terraform")),
        }
    }
    let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
    let level = text("@level").to_lowercase();
    if !matches!(level.as_str(), "trace" | "debug" | "info" | "warn" | "error") {
        return wrong(format!("the level {level:?} is none"));
    }
    let timestamp = text("@timestamp");
    if !is_timestamp(timestamp) {
        return wrong(format!("the timestamp {timestamp:?} is not RFC 3339 with six digits after the point"));
    }
    Ok(LogLine::Entry)
}

/// `2026-01-02T03:04:05.123456` and `Z` or `+01:00`.
fn is_timestamp(text: &str) -> bool {
    let follows = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'+' => matches!(byte, b'+' | b'-'),
                other => byte == other,
            })
    };
    follows(text, "0000-00-00T00:00:00.000000Z") || follows(text, "0000-00-00T00:00:00.000000+00:00")
}
