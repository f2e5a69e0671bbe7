//! Deleting an object, until it is certain that it is gone. A DELETE may be sent twice, so
//! after an answer that does not say it plainly the list decides, and an object that it
//! still has is deleted again. One so new that not every server may know it is deleted
//! again until it has settled.

use crate::client::{self, Delivery, Kind};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private::Private;
use crate::framework::resource::Call;

use super::context::{Context, look, options};
use super::endpoints;
use super::find::{presence_after, still_listed};
use super::noun::{UNCLEAR, Verb};
use super::object::RemoteObject;
use super::patience::pause;
use super::presence::{self, Deletion, Presence};
use super::settle::{Newness, Settling, unsettled};

/// Deletes the object. One that is gone already is a success.
///
/// # Errors
/// It is not certain that it is gone.
pub async fn delete<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    private: &Private,
    key: &str,
) -> Result<(), Diagnostics> {
    let slot = call.ctx.slot::<T>();
    let mut newness = Newness::of::<T>(state, private);
    let mut doubtful = false;
    let mut looks = 0;
    loop {
        let written = slot.write();
        let answer = endpoints::delete::<T>(call.ctx.client(), key, &options(call)).await;
        drop(written);
        let error = match answer {
            Ok(Deletion::Acknowledged) => return Ok(()),
            Ok(Deletion::Unclear) => None,
            Err(error) if error.is_not_found() && presence::is_about_the_account(&error) => {
                let presence = presence_after::<T>(Verb::Delete, call, key, &error).await?;
                return match (presence, newness.wait(call).await) {
                    (_, Settling::Waited) => continue,
                    (Presence::Gone, Settling::Over) => Ok(()),
                    (Presence::Gone, Settling::CutShort) => {
                        Err(unsettled::<T>(Verb::Delete, key, &error.to_string()))
                    }
                    (Presence::Listed, _) => Err(still_listed::<T>(Verb::Delete, key, &error)),
                };
            }
            // Somebody else deleted it, or an earlier request of this call did; or the server that was asked has
            // not heard of it yet.
            Err(error) if doubtful || error.is_not_found() || is_doubtful(&error) => Some(error),
            Err(error) => return Err(refused::<T>(call, key, &error).await),
        };
        doubtful = true;
        let listed = slot.fresh(call, &look(call)).await;
        match presence::in_list(listed, key) {
            Ok(Presence::Gone) => match newness.wait(call).await {
                Settling::Over => return Ok(()),
                Settling::Waited => continue,
                Settling::CutShort => {
                    return Err(unsettled::<T>(Verb::Delete, key, &tried(error.as_ref())));
                }
            },
            Ok(Presence::Listed) => {}
            Err(cause) => return Err(unconfirmed::<T>(key, error.as_ref(), &cause)),
        }
        looks += 1;
        // What the client has repeated already is not worth more of the same.
        let worth_it = error
            .as_ref()
            .is_none_or(|error| error.is_not_found() || error.attempts() <= 1 && !is_refusal(error));
        let wait = call.ctx.patience().before_look(looks).filter(|_| worth_it);
        if let Some(wait) = wait
            && pause(wait, call.deadline, call.cancel).await
        {
            continue;
        }
        return Err(match &error {
            Some(error) if is_refusal(error) => T::NOUN.failed(Verb::Delete, key, error),
            Some(error) => still_listed::<T>(Verb::Delete, key, error),
            None => without_effect::<T>(key),
        });
    }
}

/// Whether the object may be gone after this. `success: false` under a status of
/// success contradicts itself, so it is looked at too, and so is a 422 that says what a
/// 404 does.
fn is_doubtful(error: &client::Error) -> bool {
    let is_missing = |text: &str| text.to_lowercase().contains("not found");
    error.delivery() == Delivery::Ambiguous
        || is_refusal(error)
        || (error.status() == Some(422) && error.message().is_some_and(is_missing))
}

/// A refusal, with what may be the reason.
async fn refused<T: RemoteObject>(call: &Call<'_, Context>, key: &str, error: &client::Error) -> Diagnostics {
    let errors = T::NOUN.failed(Verb::Delete, key, error);
    let reason = match error.status() {
        Some(400 | 409 | 422) => T::in_the_way(call, key).await,
        _ => None,
    };
    let Some(reason) = reason else { return errors };
    let told = |error: Diagnostic| Diagnostic { detail: format!("{reason}\n\n{}", error.detail), ..error };
    errors.into_iter().map(told).collect()
}

fn is_refusal(error: &client::Error) -> bool {
    error.kind() == Kind::Refused && error.status().is_some_and(|status| status < 300)
}

fn unconfirmed<T: RemoteObject>(
    key: &str,
    error: Option<&client::Error>,
    cause: &client::Error,
) -> Diagnostics {
    let tried = tried(error);
    Diagnostic::error(
        T::NOUN.summary(Verb::Delete),
        format!(
            "The {} {key} may be deleted. It stays in the state, and the next plan checks it. Try \
             again.\n\n{tried}\n\nThe provider could not confirm the deletion: {cause}",
            T::NOUN.name
        ),
    )
    .into()
}

fn without_effect<T: RemoteObject>(key: &str) -> Diagnostics {
    Diagnostic::error(
        T::NOUN.summary(Verb::Delete),
        format!(
            "The {} {key} is not deleted and stays in the state: the account's list still contains it. Try again. If \
             the problem persists, check `base_url` and `http_proxy` in the provider configuration: the response may \
             not come from the Wavix API.\n\n{UNCLEAR}",
            T::NOUN.name
        ),
    )
    .into()
}

fn tried(error: Option<&client::Error>) -> String {
    error.map_or_else(|| UNCLEAR.to_owned(), ToString::to_string)
}
