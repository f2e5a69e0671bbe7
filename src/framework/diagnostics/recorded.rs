//! What a test process tells the test of the golden file of all messages: each message
//! that it makes, and where in the sources.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::panic::Location;
use std::sync::{Mutex, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity};

/// Names the file to write to. Without it nothing is recorded.
pub(crate) const VARIABLE: &str = "RECORD_MESSAGES_IN";

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    /// A place in the sources where a message is made.
    Made {
        file: String,
        line: usize,
        /// Its summary; of the error of a function, the whole.
        what: String,
    },
    Message {
        kind: String,
        summary: String,
        detail: String,
    },
}

fn write(line: &Line) {
    // Not every system appends a line as a whole.
    static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    let file = FILE.get_or_init(|| {
        let path = std::env::var_os(VARIABLE)?;
        Some(Mutex::new(OpenOptions::new().append(true).create(true).open(path).unwrap()))
    });
    if let Some(file) = file {
        let text = serde_json::to_string(line).unwrap() + "\n";
        file.lock().unwrap().write_all(text.as_bytes()).unwrap();
    }
}

/// A message is made at this place.
pub(crate) fn made(location: &Location<'_>, what: &str) {
    let (file, line) = (location.file().replace('\\', "/"), location.line() as usize);
    write(&Line::Made { file, line, what: what.to_owned() });
}

/// A diagnostic as it is told.
pub(crate) fn told(diagnostic: &Diagnostic) {
    let kind = match diagnostic.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let (summary, detail) = (diagnostic.summary.clone(), diagnostic.detail.clone());
    write(&Line::Message { kind: kind.to_owned(), summary, detail });
}

/// The error of a function, under the summary that Terraform gives it.
#[track_caller]
pub(crate) fn function_error(text: &str) {
    made(Location::caller(), text);
    let (kind, summary) = ("Error".to_owned(), "Error in function call".to_owned());
    write(&Line::Message { kind, summary, detail: text.to_owned() });
}
