//! Whether a token is gone, after a request to delete it. An answer that says so plainly
//! decides it, and otherwise the account's list.

use crate::client::{self, CallOptions, Client, Delivery};

use crate::lifecycle::noun::UNCLEAR;
use crate::lifecycle::presence;

use super::endpoints::{self, Deletion, WebRtcTokenRecord};

/// What is known of a token that was to be deleted.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is not valid any more.
    Gone,
    /// It may have been deleted.
    Unknown(Evidence),
    /// The request was refused or not sent, or the list still holds the token.
    StillValid(Evidence),
}

/// Why a token may still be valid.
#[derive(Debug)]
pub(super) struct Evidence {
    /// What was answered, and what the list says, in whole sentences.
    pub(super) text: String,
    /// What was answered, unless that was a success of some kind.
    pub(super) error: Option<client::Error>,
}

/// Asks for the deletion, and does not look at the list.
pub(super) async fn request(client: &Client, uuid: &str, options: &CallOptions) -> Fate {
    match endpoints::delete(client, uuid, options).await {
        Ok(Deletion::Acknowledged) => Fate::Gone,
        Ok(Deletion::Unclear) => Fate::Unknown(Evidence { text: UNCLEAR.to_owned(), error: None }),
        Err(error) => {
            let is_unknown = error.is_not_found() || error.delivery() == Delivery::Ambiguous;
            let evidence = Evidence { text: error.to_string(), error: Some(error) };
            if is_unknown { Fate::Unknown(evidence) } else { Fate::StillValid(evidence) }
        }
    }
}

impl Evidence {
    /// What the account's list, asked for after the request, makes of it.
    pub(super) fn with_list(
        self,
        uuid: &str,
        listed: &Result<Vec<WebRtcTokenRecord>, client::Error>,
    ) -> Fate {
        let Self { text, error } = self;
        match listed {
            Ok(listed) if listed.iter().all(|token| token.uuid != uuid) => Fate::Gone,
            Ok(_) => Fate::StillValid(Self {
                text: format!("{text} The account's list still contains it."),
                error,
            }),
            // The key may be allowed to delete tokens and not to list them.
            Err(cause) if cause.is_forbidden() && error.as_ref().is_some_and(is_about_the_token) => {
                Fate::Gone
            }
            Err(cause) => Fate::Unknown(Self {
                text: format!("{text} The provider could not check whether it is deleted: {cause}"),
                error,
            }),
        }
    }
}

/// Whether a refusal says that this token does not exist.
fn is_about_the_token(error: &client::Error) -> bool {
    error.is_not_found() && !presence::is_about_the_account(error)
}
