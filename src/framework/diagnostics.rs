//! What a user is told: errors and warnings. Wording rules: the summary is a verb and its
//! object, without colon or full stop; the detail says what was tried, what came back, what
//! is true now and what to do.

#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod recorded;

use super::path::Path;

/// Closes the detail of a diagnostic about something that cannot happen unless
/// the provider is wrong.
pub const PROVIDER_BUG: &str =
    "This is a bug in the provider, not in the configuration. Please report it to the provider's developers.";

/// Whether Terraform goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Terraform stops the operation on this resource.
    Error,
    /// Terraform prints it and goes on.
    Warning,
}

/// One message to the user. It must never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether Terraform goes on.
    pub severity: Severity,
    /// Verb and object: `Cannot create SIP trunk`.
    pub summary: String,
    /// The paragraph under it.
    pub detail: String,
    /// The argument it is about, when there is one.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    #[cfg_attr(test, track_caller)]
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        let summary = summary.into();
        #[cfg(test)]
        recorded::made(std::panic::Location::caller(), &summary);
        Self { severity: Severity::Error, summary, detail: detail.into(), path: None }
    }

    /// A warning.
    #[cfg_attr(test, track_caller)]
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// An error that only a mistake in the provider's code can cause.
    #[cfg_attr(test, track_caller)]
    pub fn bug(summary: impl Into<String>, detail: impl AsRef<str>) -> Self {
        Self::error(summary, format!("{}\n\n{PROVIDER_BUG}", detail.as_ref()))
    }

    /// The same, pointing at an argument.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }
}

/// Messages in the order in which they arose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a diagnostic that is dropped is an error swallowed"]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        #[cfg(test)]
        recorded::told(&diagnostic);
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// True when one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// True when there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each in turn.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// `Err` with all of them when one is an error, `Ok` with the warnings else.
    ///
    /// # Errors
    /// All messages, when at least one is an error.
    pub fn into_result(self) -> Result<Diagnostics, Diagnostics> {
        if self.has_errors() { Err(self) } else { Ok(self) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::from_iter([diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, iter: I) {
        iter.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut diagnostics = Self::new();
        diagnostics.extend(iter);
        diagnostics
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
