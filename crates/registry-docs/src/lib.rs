//! Writes a Terraform provider's documentation in the Terraform Registry's
//! layout, and says what of its schema may not change.
//!
//! - [`ask`] gets the schema from a running provider, as Terraform does;
//! - [`schema::Provider`] is that schema, in the form that `terraform providers
//!   schema -json` prints;
//! - [`site::render`] makes the pages of it, of `examples/`, `templates/` and the
//!   `documentation.json` beside each object's code;
//! - [`compatibility::breaking_changes`] compares two schemas.
//!
//! The layout, the front matter and the order of sections are those of
//! HashiCorp's `tfplugindocs`, so that the Registry renders the pages and
//! `tfplugindocs validate` accepts them. It needs neither Go nor Terraform.

pub mod ask;
pub mod compatibility;
pub mod facts;
mod front_matter;
mod import;
mod markdown;
pub mod schema;
mod signature;
pub mod site;
mod template;

use std::path::PathBuf;

/// Why there are no pages. Each says which file is at fault and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DocsError {
    /// A file cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A template cannot be rendered.
    #[error("{template}{line}: {reason}. Correct the template, or what it is about.")]
    Template {
        /// The file, from the top of the repository.
        template: String,
        /// `:12`, or nothing when the line is not known.
        line: String,
        /// What is wrong.
        reason: String,
    },
    /// What a schema or the facts beside it leave unsaid.
    #[error("the documentation is incomplete:\n{}", .0.join("\n"))]
    Incomplete(Vec<String>),
}

impl DocsError {
    pub(crate) fn file(path: impl Into<PathBuf>, reason: impl std::fmt::Display) -> Self {
        Self::File { path: path.into(), reason: reason.to_string() }
    }
}
