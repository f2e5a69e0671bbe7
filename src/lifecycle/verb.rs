//! What is done to an object, in words and as a scope.

/// What was being done to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It was to be made.
    Create,
    /// It was to be looked at.
    Read,
    /// It was to be found for a data source.
    Find,
    /// All of its kind were to be listed.
    List,
    /// It was to be changed.
    Update,
    /// It was to be removed.
    Delete,
    /// It was to be made for the time of a run.
    Open,
    /// It was to be made invalid, without a state that knows of it.
    Revoke,
}

impl Verb {
    /// As it stands in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Find => "find",
            Self::List => "list",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Open => "open",
            Self::Revoke => "revoke",
        }
    }

    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::Read | Self::Find | Self::List => "read",
            Self::Create | Self::Update | Self::Delete | Self::Open | Self::Revoke => "write",
        }
    }
}
