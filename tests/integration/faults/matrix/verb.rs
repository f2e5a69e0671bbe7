//! What the provider can be asked to do, and which of its requests is struck.

use std::fmt;

/// A column of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// The check of `allowed_account_ids`.
    Configure,
    Create,
    Read,
    Update,
    Delete,
    /// The first page of `terraform query`.
    ListFirst,
    /// The second page.
    ListNext,
    /// Opening an ephemeral WebRTC token.
    Open,
    /// Closing it.
    Close,
}

impl Verb {
    /// How many such requests pass before.
    pub fn spared(self) -> usize {
        usize::from(self == Self::ListNext)
    }

    /// Whether it is about an object that was made before.
    pub fn is_about_an_object(self) -> bool {
        matches!(self, Self::Read | Self::Update | Self::Delete | Self::Close)
    }

    /// Whether the answer to it has fields of an object.
    pub fn is_answered_with_an_object(self) -> bool {
        !matches!(self, Self::Delete | Self::Close)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Configure => "configure-time check",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::ListFirst => "list, page 1",
            Self::ListNext => "list, page 2",
            Self::Open => "token open",
            Self::Close => "token close",
        })
    }
}
