//! Reading an object of the state, until it is certain what it is or that it is gone.

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome};

use super::context::Context;
use super::find::{self, Found};
use super::noun::Verb;
use super::object::{RemoteObject, stub};
use super::record::{Record, conceal};
use super::{absent, settle, unreadable};

/// What every verb does first with the object of a state: its key, which is taken from
/// now on, and no message repeats the secrets of it.
///
/// # Errors
/// The state has no key.
pub fn known<T: RemoteObject>(
    verb: Verb,
    call: &Call<'_, Context>,
    state: &T::Model,
) -> Result<String, Diagnostics> {
    let key = absent::stored_key::<T>(verb, state)?;
    call.ctx.slot::<T>().claims().own(&key);
    conceal::<T>(call.ctx.client(), state);
    Ok(key)
}

/// The object as it is; `None` when it is gone, which the outcome then says.
///
/// # Errors
/// It cannot be read, or it is not certain that it is gone.
pub async fn read<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<Option<Record<T>>, Diagnostics> {
    let key = known::<T>(Verb::Read, call, state)?;
    let slot = call.ctx.slot::<T>();
    let record = match find::find::<T>(call, state, &outcome.private, &key).await? {
        Found::Object(record) => *record,
        Found::Gone(not_found) => {
            // The walk that showed it.
            let listed = slot.recent(call).await;
            let listed = listed.map_err(|error| T::NOUN.failed(Verb::Read, &key, &error))?;
            if is_import::<T>(state, &key) {
                return Err(absent::not_imported(&key, &listed).into());
            }
            slot.trail().forget(&key);
            let Some(renewed) = listed.iter().find(|record| T::is_renewed(state, record)) else {
                outcome.warn(absent::gone::<T>(state, &key, not_found.as_ref()));
                outcome.gone();
                return Ok(None);
            };
            tracing::info!(key, new = renewed.key, "the object has another key now");
            slot.claims().own(&renewed.key);
            renewed.clone()
        }
    };
    unreadable::refuse(Verb::Read, &record)?;
    find::same_object(state, &record)?;
    settle::after_an_update(call, state, record, &mut outcome.private).await.map(Some)
}

/// Saves what a read has made of the object.
pub fn save<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    object: T::Model,
    outcome: &mut Outcome<T::Model>,
) {
    let left = settle::left_of_all::<T>(call, state, &outcome.private);
    call.ctx.slot::<T>().trail().note(&object, left);
    settle::forget_settled(call, &mut outcome.private);
    outcome.save(object);
}

/// Whether nothing but the key is known, as between an import and its read.
pub fn is_import<T: RemoteObject>(state: &T::Model, key: &str) -> bool {
    *state == stub::<T>(key)
}
