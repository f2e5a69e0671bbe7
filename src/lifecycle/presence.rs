//! Gone, or only hidden? The one place that decides it.
//!
//! The API answers 404 both for an object that does not exist and for an
//! account that has lost the service. Believing the second to be the first
//! would make Terraform forget every object of the account and create it anew.

use crate::client;

use super::object::RemoteObject;
use super::slot::Records;

const NO_CONTENT: u16 = 204;

/// What a list says about an object that could not be found by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// The whole list was read and the object is not in it.
    Gone,
    /// The object is listed all the same.
    Listed,
}

/// What an answer of success says about a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The object is gone: 204, or the documented `{"success": true}`.
    Acknowledged,
    /// Nothing plain: no body where there should be one, or another.
    Unclear,
}

impl Deletion {
    /// Judges an answer whose status is one of success.
    pub fn of(status: u16, body: &serde_json::Value) -> Self {
        let acknowledged =
            status == NO_CONTENT || body.get("success") == Some(&serde_json::Value::Bool(true));
        if acknowledged { Self::Acknowledged } else { Self::Unclear }
    }
}

/// Settles a 404 with a walk through the list that began after it.
///
/// # Errors
/// The list cannot be read, or not to its end: nothing is known about the object.
pub(super) fn in_list<T>(
    listed: Result<Records<T>, client::Error>,
    key: &str,
) -> Result<Presence, client::Error>
where
    T: RemoteObject,
{
    let is_listed = listed?.iter().any(|record| record.key == key);
    Ok(if is_listed { Presence::Listed } else { Presence::Gone })
}

/// Whether a refusal speaks of the account and not of the object.
pub fn is_about_the_account(error: &client::Error) -> bool {
    error.is_forbidden()
        || error.message().is_some_and(|message| {
            let message = message.to_lowercase();
            message.contains("not provisioned") || message.contains("disabled for")
        })
}
