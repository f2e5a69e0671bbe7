//! Terraform Core's own rules for what a provider answers, as functions from
//! values to violations. No processes, no RPCs: usable from any test.
//!
//! The rules are Core's, as they stand in its source: the file is named at
//! each module.

mod apply;
mod diagnostics;
mod identity;
mod log;
mod plan;
mod schema;
mod values;

use std::fmt;

pub use apply::applied;
pub use diagnostics::diagnostics;
pub(crate) use diagnostics::path_text;
pub use identity::{identity_changed, identity_known};
pub use log::{LogLine, log_line};
pub use plan::{planned, planned_destroy, replacements};
pub use schema::schemas;
pub use values::{null_write_only, nulled_write_only, state, wholly_known};

/// One rule broken at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The place, as in `.tags[2].name`; empty for the whole.
    pub path: String,
    /// What is wrong, in Core's terms.
    pub message: String,
}

impl Violation {
    /// A violation at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Several violations as one text.
pub fn describe(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
