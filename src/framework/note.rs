//! What a verb knows about its object so far, for the log if the process is ended in the
//! middle of it.

use std::sync::{Arc, Mutex, PoisonError};

/// A line that can be rewritten. Clones are the same line. Never a place for
/// secrets: it goes to the log.
#[derive(Debug, Clone, Default)]
pub struct Note(Arc<Mutex<String>>);

impl Note {
    /// Rewrites it.
    pub fn write(&self, line: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = line.into();
    }

    /// What it says now; empty when nothing was written.
    #[must_use]
    pub fn read(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
