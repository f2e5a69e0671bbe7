//! A text that cannot be shown by accident.
//!
//! Nothing but the type lives here. Finding a secret inside somebody else's
//! text is the work of [`redact`](super::redact).

use std::fmt;

/// A credential: an API key, a SIP password, a proxy password.
///
/// Formatting it never shows the value, and it has neither `Display` nor
/// `Serialize`, so it can reach neither a message nor a body unless somebody
/// calls [`expose`](Self::expose), which is easy to find in a review.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The length is withheld too: it is half of a short PIN.
        f.write_str("Secret(***)")
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}
