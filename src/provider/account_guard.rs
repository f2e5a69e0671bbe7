//! Is the API key's account one of those the configuration is for? Asked once, before
//! anything is read or changed.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::client::{self, CallOptions, Client, Deadline, Kind};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::lifecycle::noun::SETUP_REMEDY;

/// Nobody waits for a guard longer than this.
const PATIENCE: Duration = Duration::from_secs(120);

/// `GET /v1/profile`, of which only this is relied upon.
#[derive(Deserialize)]
struct Profile {
    id: i64,
}

/// Asks whose the key is, if `allowed` names any account.
///
/// # Errors
/// It is another account's, or there is no telling.
pub(super) async fn check(
    client: &Client,
    allowed: &BTreeSet<i64>,
    cancel: &CancellationToken,
) -> Result<(), Diagnostics> {
    if allowed.is_empty() {
        return Ok(());
    }
    let options = CallOptions::new(Deadline::after(PATIENCE), cancel.clone());
    let diagnostic = match client.get("/v1/profile").options(&options).send::<Profile>().await {
        Ok(Profile { id }) if allowed.contains(&id) => return Ok(()),
        Ok(Profile { id }) => wrong_account(id, allowed),
        Err(error) => unverified(&error),
    };
    Err(diagnostic.at(Path::root("allowed_account_ids")).into())
}

fn wrong_account(id: i64, allowed: &BTreeSet<i64>) -> Diagnostic {
    let allowed: Vec<String> = allowed.iter().map(i64::to_string).collect();
    Diagnostic::error(
        "Cannot use this Wavix account",
        format!(
            "Use an API key of an allowed account, or add {id} to `allowed_account_ids` (WAVIX_ALLOWED_ACCOUNT_IDS): \
             the API key belongs to the account {id}, and the allowed accounts are {}. Nothing was read or changed.",
            allowed.join(", ")
        ),
    )
}

fn unverified(error: &client::Error) -> Diagnostic {
    let advice = if error.is_unauthorized() {
        "Check `api_key` (WAVIX_API_KEY): the key may be wrong or inactive, or restricted to other IP addresses than \
         the one of this machine."
    } else if error.is_forbidden() {
        "Grant the API key the scope `account:read`, which this check needs, or remove `allowed_account_ids` \
         (WAVIX_ALLOWED_ACCOUNT_IDS)."
    } else if error.is_cancelled() {
        "The operation was interrupted; run it again."
    } else if error.kind() == Kind::Setup {
        SETUP_REMEDY
    } else if error.is_connect() {
        "Check the network, and `base_url`, `http_proxy` and `ca_bundle` in the provider configuration."
    } else {
        "Try again, or remove `allowed_account_ids` (WAVIX_ALLOWED_ACCOUNT_IDS) to skip the check."
    };
    Diagnostic::error(
        "Cannot verify the Wavix account",
        format!(
            "{advice} Nothing was read or changed: `allowed_account_ids` is set, and the provider could not read the \
             account of the API key.\n\n{error}"
        ),
    )
}
