//! An object with a natural key that has one value and no update: the account has a place
//! for each key, a POST fills it and a DELETE empties it. A place is looked at before it is
//! written: what somebody else has put there is nobody's to replace unasked, and what is
//! there already needs no request. A lost create is settled by looking.
//!
//! | file | decides |
//! |---|---|
//! | `place` | how a place is written, until it is certain what is in it |
//! | `told` | what users are told of it |

mod place;
mod told;

use std::time::Duration;

use tokio::time::Instant;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome, PlanRequest};
use crate::protocol::value::Value;

use self::place::{Place, values};
use super::context::Context;
use super::noun::Verb;
use super::object::{RemoteObject, key_of, text_of, value_of, with};
use super::run::Run;
use super::{plan, read, settle};

/// The argument that allows to replace what somebody else has put into a place. The
/// API does not hear of it.
pub const OVERWRITE: &str = "overwrite";

/// What there is to say of such an object besides.
pub trait Placed: RemoteObject {
    /// The attribute, also the API's field, of what is in a place.
    const VALUE: &'static str;
    /// What it costs that a place was empty for a moment: a sentence after a blank.
    const BETWEEN: &'static str = "";

    /// A value as messages show it: without secrets.
    fn shown(value: &str) -> String;
}

fn may_overwrite<T: RemoteObject>(model: &T::Model) -> bool {
    value_of::<T>(model, OVERWRITE) == Value::Bool(true)
}

/// Refuses a second resource of one place, and warns of a place that is taken.
pub async fn plan<T: Placed>(
    request: &PlanRequest<'_, Context, T::Model>,
    planned: &T::Model,
    diagnostics: &mut Diagnostics,
) {
    let known = (request.ctx, key_of::<T>(planned), text_of::<T>(planned, T::VALUE));
    // What is not known yet is told apart by the creates.
    let (Some(ctx), Some(key), Some(value)) = known else { return };
    // One that leaves another place is planned anew for this one.
    let stays = request.prior.is_none_or(|prior| key_of::<T>(prior).as_ref() == Some(&key));
    if stays && ctx.part::<Run<T>>().is_planned_twice(&key, &[T::VALUE], request) {
        diagnostics.push(told::twice::<T>(Verb::Create, &key));
    } else if request.prior.is_none()
        && !may_overwrite::<T>(planned)
        && !plan::is_applying(request)
        && let Some(listed) = ctx.slot::<T>().at_first(ctx, request.cancel).await
        && let Some(other) = values(&listed, &key).iter().find(|found| **found != value)
    {
        diagnostics.push(told::will_be_refused::<T>(&key, other));
    }
}

/// Fills the place, or adopts what is there and equal.
///
/// # Errors
/// Somebody else's value is there, or what is there is not certain.
pub async fn create<T: Placed>(
    call: &Call<'_, Context>,
    plan: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let key = read::known::<T>(Verb::Create, call, &plan)?;
    let turn = call.ctx.part::<Run<T>>().turn(&key, &[T::VALUE]);
    let mut turn = turn.lock().await;
    if turn.is_held(&[T::VALUE]) {
        return Err(told::twice::<T>(Verb::Create, &key).into());
    }
    let settling = call.ctx.patience().settling;
    let emptied = turn.emptied.and_then(|at| settling.checked_sub(at.elapsed())).unwrap_or_default();
    Place::<T>::of(call, Verb::Create, &key).take(&plan, None, emptied, outcome).await?;
    turn.take(&[T::VALUE], &mut outcome.private);
    settle::note_create(call, &mut outcome.private);
    call.ctx.slot::<T>().trail().note(&plan, Some(settling));
    outcome.save(plan);
    Ok(())
}

/// Looks at the place. Of several values the one of the state is kept.
///
/// # Errors
/// See [`read::read`].
pub async fn was_read<T: Placed>(
    call: &Call<'_, Context>,
    state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let Some(record) = read::read::<T>(call, &state, outcome).await? else {
        let key = key_of::<T>(&state).unwrap_or_default();
        call.ctx.part::<Run<T>>().turn(&key, &[T::VALUE]).lock().await.free(&[T::VALUE]);
        return Ok(());
    };
    let mut found = record.state(&state);
    let listed = call.ctx.slot::<T>().recent(call).await;
    let listed = listed.map_err(|error| T::NOUN.failed(Verb::Read, &record.key, &error))?;
    let there = values(&listed, &record.key);
    if there.len() > 1 {
        let held = text_of::<T>(&state, T::VALUE).filter(|held| there.contains(held));
        found = with::<T>(&found, held.map(|held| (T::VALUE, Value::String(held))));
        outcome.warn(told::several::<T>(&record.key, &there));
    }
    read::save::<T>(call, &state, found, outcome);
    Ok(())
}

/// Changes the value in place.
///
/// # Errors
/// As [`create`]. The value that was there is put back where that is possible.
pub async fn update<T: Placed>(
    call: &Call<'_, Context>,
    plan: T::Model,
    prior: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let key = read::known::<T>(Verb::Update, call, &prior)?;
    if value_of::<T>(&plan, T::VALUE) != value_of::<T>(&prior, T::VALUE) {
        let turn = call.ctx.part::<Run<T>>().turn(&key, &[T::VALUE]);
        let _turn = turn.lock().await;
        let left = settle::left_of_all::<T>(call, &prior, &outcome.private).unwrap_or_default();
        let taken = Place::<T>::of(call, Verb::Update, &key).take(&plan, Some(&prior), left, outcome).await;
        // Also of one that failed: what was sent may show late, and nothing before it does.
        settle::note_update::<T>(call, &plan, &prior, &mut outcome.private);
        taken?;
        call.ctx.slot::<T>().trail().note(&plan, Some(call.ctx.patience().settling));
    }
    outcome.save(plan);
    Ok(())
}

/// Empties the place, if what is in it is the state's.
///
/// # Errors
/// It is not certain that it is empty.
pub async fn delete<T: Placed>(
    call: &Call<'_, Context>,
    state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let key = read::known::<T>(Verb::Delete, call, &state)?;
    let turn = call.ctx.part::<Run<T>>().turn(&key, &[T::VALUE]);
    let mut turn = turn.lock().await;
    // What is in it is another resource's: it was renamed, or its successor was made first.
    if turn.is_taken(&[T::VALUE], &outcome.private) {
        return Ok(());
    }
    let left = settle::left_of_all::<T>(call, &state, &outcome.private).unwrap_or(Duration::ZERO);
    Place::<T>::of(call, Verb::Delete, &key).give_up(&state, left, outcome).await?;
    turn.free(&[T::VALUE]);
    turn.emptied = Some(Instant::now());
    call.ctx.slot::<T>().trail().forget(&key);
    Ok(())
}
