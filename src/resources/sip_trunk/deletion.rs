//! Resources layer: deleting a trunk, until it is certain that it is gone. A
//! DELETE may be sent twice, so after an answer that does not say it plainly the
//! list decides, and a trunk that it still has is deleted again. One so new that
//! not every server may know it is deleted again until it has settled.

use crate::client::{self, Delivery, Kind};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private::Private;
use crate::framework::resource::Call;

use super::super::Context;
use super::super::failure::{UNCLEAR, Verb};
use super::super::patience::pause;
use super::super::presence::{self, Presence};
use super::endpoints::{self, Deletion};
use super::finding::{Newness, Settling, presence_after, still_listed, unsettled};
use super::model::SipTrunkModel;
use super::{KIND, options};

/// Deletes the trunk. One that is gone already is a success.
pub(super) async fn delete(
    call: &Call<'_, Context>,
    state: &SipTrunkModel,
    private: &Private,
    id: i64,
) -> Result<(), Diagnostics> {
    let client = call.ctx.client();
    let mut newness = Newness::of(state, private);
    let mut doubtful = false;
    let mut looks = 0;
    loop {
        let written = call.ctx.sip_trunks().write();
        let answer = endpoints::delete(client, id, &options(call)).await;
        drop(written);
        let error = match answer {
            Ok(Deletion::Acknowledged) => return Ok(()),
            Ok(Deletion::Unclear) => None,
            Err(error) if error.is_not_found() && presence::is_about_the_account(&error) => {
                let presence = presence_after(Verb::Delete, call, id, &error).await?;
                return match (presence, newness.wait(call).await) {
                    (_, Settling::Waited) => continue,
                    (Presence::Gone, Settling::Over) => Ok(()),
                    (Presence::Gone, Settling::CutShort) => {
                        Err(unsettled(Verb::Delete, id, &error.to_string()))
                    }
                    (Presence::Listed, _) => Err(still_listed(Verb::Delete, id, &error)),
                };
            }
            // Somebody else deleted it, or an earlier request of this call did; or the server that was asked has
            // not heard of it yet.
            Err(error) if doubtful || error.is_not_found() || is_doubtful(&error) => Some(error),
            Err(error) => return Err(KIND.failed(Verb::Delete, &id.to_string(), &error)),
        };
        doubtful = true;
        let look = call.ctx.patience().for_a_look(call.deadline, call.cancel);
        let walk = || endpoints::list(client, &look);
        match presence::after_not_found(call.ctx.sip_trunks(), &look, walk, |trunk| trunk.id == id).await {
            Ok(Presence::Gone) => match newness.wait(call).await {
                Settling::Over => return Ok(()),
                Settling::Waited => continue,
                Settling::CutShort => return Err(unsettled(Verb::Delete, id, &tried(error.as_ref()))),
            },
            Ok(Presence::Listed) => {}
            Err(cause) => return Err(unconfirmed(id, error.as_ref(), &cause)),
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
            Some(error) if is_refusal(error) => KIND.failed(Verb::Delete, &id.to_string(), error),
            Some(error) => still_listed(Verb::Delete, id, error),
            None => without_effect(id),
        });
    }
}

/// Whether the trunk may be gone after this. `success: false` under a status of
/// success contradicts itself, so it is looked at too.
fn is_doubtful(error: &client::Error) -> bool {
    error.delivery() == Delivery::Ambiguous || is_refusal(error)
}

fn is_refusal(error: &client::Error) -> bool {
    error.kind() == Kind::Refused && error.status().is_some_and(|status| status < 300)
}

fn unconfirmed(id: i64, error: Option<&client::Error>, cause: &client::Error) -> Diagnostics {
    let tried = tried(error);
    Diagnostic::error(
        KIND.summary(Verb::Delete),
        format!(
            "{tried}\n\nThe SIP trunk {id} may or may not have been deleted, and whether it is gone could not be \
             confirmed: {cause}\n\nIt stays in the state; the next plan finds out. Try again."
        ),
    )
    .into()
}

fn without_effect(id: i64) -> Diagnostics {
    Diagnostic::error(
        KIND.summary(Verb::Delete),
        format!(
            "{UNCLEAR}\n\nThe account's list still holds the SIP trunk {id}, so it is not gone, and it stays in the \
             state.\n\nTry again. If it goes on, check `base_url` and `http_proxy` in the provider configuration: \
             something other than the Wavix API may have answered."
        ),
    )
    .into()
}

fn tried(error: Option<&client::Error>) -> String {
    error.map_or_else(|| UNCLEAR.to_owned(), ToString::to_string)
}
