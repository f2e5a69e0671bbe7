//! Readings of what the documents say of API keys.

use serde::{Deserialize, Serialize};

/// What answers show of a key's value; that of its create always shows it whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// All of it.
    Always,
    /// Its first and last four characters, with asterisks between them.
    Masked,
    /// The field is missing.
    AbsentAfterCreate,
    /// `null`.
    NullAfterCreate,
}

/// Under which names answers have a key's three flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyNames {
    /// `active`, `restricted`, `scopes_enabled`.
    New,
    /// `is_active`, `is_restriction`, `is_scopes_enabled`, as documented until 2026.
    Old,
    /// Either.
    Both,
}
