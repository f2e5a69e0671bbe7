//! Readings of what the documents say of call webhooks.

use serde::{Deserialize, Serialize};

/// What a POST does to a slot that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondPost {
    /// Nothing: 422.
    Rejected,
    /// The new URL takes the place of the old one.
    Replaces,
    /// The new URL stands beside the old one.
    Appends,
}

/// What a DELETE of an empty slot answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptySlot {
    /// 422.
    Rejected,
    /// 200, as if there had been something.
    Success,
    /// 404.
    NotFound,
}
