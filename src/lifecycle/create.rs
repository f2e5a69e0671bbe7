//! Making an object, once. A POST is never sent a second time by anybody here: what became
//! of one without an answer is settled by looking.

use crate::client::Delivery;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome};

use super::body::Body;
use super::context::{Context, look, options};
use super::object::RemoteObject;
use super::reconcile::{Before, Sought, contents};
use super::record::Record;
use super::{adopt, endpoints, refused, settle, unreadable};

/// An object that was made.
#[derive(Debug)]
pub struct Made<T> {
    /// As it was answered, or found.
    pub record: Record<T>,
    /// Whether the answer to this very create named it, and nobody else has it.
    pub is_new: bool,
}

/// Makes the object and saves it: from then on it cannot be lost, whatever happens.
///
/// # Errors
/// None was made, or what may exist.
pub async fn create<T: RemoteObject>(
    call: &Call<'_, Context>,
    plan: &T::Model,
    body: &Body,
    outcome: &mut Outcome<T::Model>,
) -> Result<Made<T>, Diagnostics> {
    let slot = call.ctx.slot::<T>();
    let sought = Sought { plan, body, before: Before::of(call).await };
    outcome.note(adopt::requested(call, &sought));
    let attempt = slot.claims().begin(contents::<T>(body));
    let written = slot.write();
    let made = endpoints::create::<T>(call.ctx.client(), body, &options(call)).await;
    drop(written);
    // One for all that follows: an interrupt is obeyed when its grace is over.
    let look = look(call);
    let (was_repeated, was_found);
    let mut is_new = false;
    let record = match made {
        Ok(answer) => {
            let key = &answer.value.key;
            is_new = !slot.claims().is_owned(key) && sought.before.held(key) != Some(true);
            attempt.made(&answer.value.mark());
            outcome.note(adopt::created::<T>(key));
            (was_repeated, was_found) = (answer.attempts > 1, false);
            answer.value
        }
        Err(error) if error.delivery() == Delivery::Ambiguous => {
            (was_repeated, was_found) = (error.attempts() > 1, true);
            let lost = attempt.lost();
            let found = adopt::after_a_lost_answer(call, lost, &sought, &error, &look, outcome).await?;
            T::confirm_adopted(call, &sought, found, &look, outcome).await?
        }
        Err(error) => {
            if error.delivery() == Delivery::NotSent {
                drop(attempt);
            } else {
                attempt.refused();
            }
            return Err(refused::failed(call, &sought, &error, &look).await);
        }
    };
    // Saves it first, if it has to ask.
    let record = unreadable::looked_at_again(call, plan, record, &look, outcome).await;
    let object = record.state(plan);
    outcome.save(object.clone());
    slot.trail().note(&object, Some(call.ctx.patience().settling));
    settle::note_create(call, &mut outcome.private);
    if was_repeated && let Some(warning) = refused::second(call, &sought, &record.key, was_found, &look).await
    {
        outcome.warn(warning);
    }
    Ok(Made { record, is_new })
}
