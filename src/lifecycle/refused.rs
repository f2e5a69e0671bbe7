//! What a create may have made besides its answer. An API behind gateways can carry a
//! request out and refuse it, so after a refusal, and after a request that was repeated,
//! the account is looked at.

use crate::client::{self, CallOptions, Delivery};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::Call;

use super::adopt::listing;
use super::context::Context;
use super::find::whole;
use super::label;
use super::noun::{Verb, What};
use super::object::RemoteObject;
use super::patience::pause;
use super::reconcile::{self, Sought};

/// The error for a create that was not sent, or was refused.
pub async fn failed<T: RemoteObject>(
    call: &Call<'_, Context>,
    sought: &Sought<'_, T>,
    error: &client::Error,
    look: &CallOptions,
) -> Diagnostics {
    if error.delivery() == Delivery::NotSent || is_about_the_key(error) {
        return T::NOUN.failed(Verb::Create, "", error);
    }
    let (name, label) = (T::NOUN.name, sought.label());
    let (now, may_exist) = match left(call, sought, None, look).await {
        Ok(ids) if ids.is_empty() => {
            (format!("No {name} was created. Wavix lists no new one with the label {label:?}."), false)
        }
        Ok(ids) => (
            format!(
                "{} {name} may exist and is not in the state: Wavix lists {} with the label {label:?}, new since the \
                 request and not created by another run of the provider. Before you apply again, check it in the \
                 Wavix portal. If it belongs to this resource, import it with `terraform import` and its id. If not, \
                 apply again.",
                super::noun::capitalized(T::NOUN.article()),
                listing(&ids),
            ),
            true,
        ),
        Err(cause) => (
            format!(
                "{} {name} may exist and is not in the state. Before you apply again, search for {} {name} with the \
                 label {label:?} in the Wavix portal. The provider could not search for it: {cause}",
                super::noun::capitalized(T::NOUN.article()),
                T::NOUN.article(),
            ),
            true,
        ),
    };
    T::NOUN.failed_with(Verb::Create, error, What { now, may_exist })
}

/// A warning if a create whose request was repeated has left a second object. One that
/// was `found` may be the first of several, of which a list that is behind shows the
/// others later.
pub async fn second<T: RemoteObject>(
    call: &Call<'_, Context>,
    sought: &Sought<'_, T>,
    id: &str,
    found: bool,
    look: &CallOptions,
) -> Option<Diagnostic> {
    let (name, label) = (T::NOUN.name, sought.label());
    let mut looks = 0;
    let left = loop {
        let left = left(call, sought, Some(id), look).await;
        looks += 1;
        let is_late = found && left.as_ref().is_ok_and(Vec::is_empty);
        if !is_late || !waits(call, looks, look).await {
            break left;
        }
    };
    let seen = match left {
        Ok(ids) if ids.is_empty() => return None,
        Ok(ids) => format!(
            "Since the first request, Wavix also lists {} with the label {label:?}, which no other run of the \
             provider created.",
            listing(&ids)
        ),
        Err(cause) => format!("The provider could not search for a second one: {cause}"),
    };
    Some(
        Diagnostic::warning(
            format!("Possible duplicate of {name} {id}"),
            format!(
                "The {name} {id} (label {label:?}) is in the state, but a duplicate may exist. Check the Wavix \
                 portal, and delete the duplicate.\n\nWavix rejected the first create request, so the provider \
                 repeated it, but Wavix may have processed the first one too. {seen}"
            ),
        )
        .at(Path::root(T::LABEL)),
    )
}

/// Waits for another look; `false` when there is to be none.
async fn waits(call: &Call<'_, Context>, looks: usize, options: &CallOptions) -> bool {
    let until = options.deadline.instant().unwrap_or(call.deadline);
    match call.ctx.patience().before_look(looks) {
        Some(wait) => pause(wait, until, &options.cancel).await,
        None => false,
    }
}

/// A request that was not let in at all.
fn is_about_the_key(error: &client::Error) -> bool {
    error.is_unauthorized() || error.is_forbidden() || error.kind() == client::Kind::Redirected
}

/// The objects with the requested label that were not there before the request,
/// and that nobody is known to have. A list that has not the one that was just `made` is
/// behind, and asked for again.
///
/// # Errors
/// Why that cannot be told.
async fn left<T: RemoteObject>(
    call: &Call<'_, Context>,
    sought: &Sought<'_, T>,
    made: Option<&str>,
    options: &CallOptions,
) -> Result<Vec<String>, String> {
    let slot = call.ctx.slot::<T>();
    let claims = slot.claims();
    let mut looks = 0;
    let listed = loop {
        let listed = slot.fresh(call, options).await.map_err(|error| error.to_string())?;
        let Some(missing) = made.filter(|made| listed.iter().all(|record| record.key != *made)) else {
            break listed;
        };
        looks += 1;
        if !waits(call, looks, options).await {
            return Err(format!("The account's list does not contain {missing} yet."));
        }
    };
    let alike = listed.iter().filter(|record| label::may_be(record.label(), sought.label()));
    let mut new: Vec<_> = alike.filter(|record| !claims.is_owned(&record.key)).collect();
    if new.iter().any(|record| sought.before.held(&record.key).is_none()) {
        let ids: Vec<String> = new.iter().map(|record| record.key.clone()).collect();
        return Err(format!(
            "Wavix lists {} with this label, some of which may have existed before the request.",
            listing(&ids)
        ));
    }
    new.retain(|record| sought.before.held(&record.key) == Some(false));
    if new.is_empty() {
        return Ok(Vec::new());
    }
    // They may be those of creates that have not been answered yet.
    let contents = reconcile::contents::<T>(sought.body);
    claims.concluded(&contents, options).await;
    let mut left = Vec::new();
    for listed in new {
        // Ids alone tell nothing between processes; one that cannot be read is named.
        let record = whole(call, listed, options).await.ok();
        if !record.is_some_and(|record| claims.is_somebodys(&record.mark())) {
            left.push(listed.key.clone());
        }
    }
    Ok(left)
}
