//! Resources layer: what a create may have made besides its answer. An API behind
//! gateways can carry a request out and refuse it, so after a refusal, and after a
//! request that was repeated, the account is looked at once.

use crate::client::{self, CallOptions, Delivery};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::Call;

use super::super::Context;
use super::super::failure::{Verb, What};
use super::super::label;
use super::KIND;
use super::adopt::listing;
use super::endpoints;
use super::lost::{Sought, mark};

/// The error for a create that was not sent, or was refused.
pub(super) async fn failed(
    call: &Call<'_, Context>,
    sought: &Sought<'_>,
    error: &client::Error,
    look: &CallOptions,
) -> Diagnostics {
    if error.delivery() == Delivery::NotSent || is_about_the_key(error) {
        return KIND.failed(Verb::Create, "", error);
    }
    let (now, may_exist) = match left(call, sought, look).await {
        Ok(ids) if ids.is_empty() => ("No SIP trunk was created.".to_owned(), false),
        Ok(ids) => (
            format!(
                "A SIP trunk may have been created all the same, and it is not in the state: since the request, Wavix \
                 lists {} with the label {:?}, which no other create of this provider made.\n\nBefore you apply again, \
                 look at it in the Wavix portal. If it is this resource's, adopt it with `terraform import` and its id; \
                 if it is not, apply again.",
                listing(&ids),
                sought.body.label
            ),
            true,
        ),
        Err(cause) => (
            format!(
                "Whether a SIP trunk was created all the same could not be looked up. {cause}\n\nBefore you apply \
                 again, look for a SIP trunk labelled {:?} in the Wavix portal.",
                sought.body.label
            ),
            true,
        ),
    };
    KIND.failed_with(Verb::Create, error, What { now, may_exist })
}

/// A warning if a create whose request was repeated has left a second trunk.
pub(super) async fn second(
    call: &Call<'_, Context>,
    sought: &Sought<'_>,
    id: i64,
    look: &CallOptions,
) -> Option<Diagnostic> {
    let label = &sought.body.label;
    let seen = match left(call, sought, look).await {
        Ok(ids) if ids.is_empty() => return None,
        Ok(ids) => format!(
            "Since the first request, Wavix also lists {} with the label {label:?}, which no other create of this \
             provider made.",
            listing(&ids)
        ),
        Err(cause) => format!("Whether there is a second one could not be looked up. {cause}"),
    };
    Some(
        Diagnostic::warning(
            format!("Possible duplicate of SIP trunk {id}"),
            format!(
                "The SIP trunk {id} (label {label:?}) is in the state. Its request was repeated, because Wavix refused it \
                 at first, and the first one may have been carried out all the same. {seen}\n\nLook at it in the Wavix \
                 portal, and delete the one that nobody needs."
            ),
        )
        .at(Path::root("label")),
    )
}

/// A request that was not let in at all.
fn is_about_the_key(error: &client::Error) -> bool {
    error.is_unauthorized() || error.is_forbidden() || error.kind() == client::Kind::Redirected
}

/// The trunks with the requested label that were not there before the request,
/// and that nobody is known to have.
///
/// # Errors
/// Why that cannot be told.
async fn left(
    call: &Call<'_, Context>,
    sought: &Sought<'_>,
    options: &CallOptions,
) -> Result<Vec<i64>, String> {
    let claims = call.ctx.claims();
    let walk = || endpoints::list(call.ctx.client(), options);
    let listed = call.ctx.sip_trunks().fresh(options, walk).await.map_err(|error| error.to_string())?;
    let wanted = &sought.body.label;
    let alike = listed.iter().filter(|trunk| label::may_be(trunk.label.as_ref(), wanted));
    let mut new: Vec<i64> = alike.map(|trunk| trunk.id).filter(|id| !claims.is_owned(*id)).collect();
    if new.iter().any(|id| sought.before.held(*id).is_none()) {
        return Err(format!(
            "Wavix lists {} with this label, and which of them were there before the request is not known.",
            listing(&new)
        ));
    }
    new.retain(|id| sought.before.held(*id) == Some(false));
    if new.is_empty() {
        return Ok(new);
    }
    // They may be those of creates that have not been answered yet.
    let contents = sought.body.contents();
    claims.concluded(&contents, options).await;
    let mut left = Vec::new();
    for id in new {
        // Ids alone tell nothing between processes; one that cannot be read is named.
        let record = endpoints::get(call.ctx.client(), id, options).await.ok();
        if !record.is_some_and(|record| claims.is_somebodys(&contents, mark(&record))) {
            left.push(id);
        }
    }
    Ok(left)
}
