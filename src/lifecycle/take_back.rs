//! A create is all or nothing. An object that Wavix makes otherwise than it was asked would
//! be tainted, and replaced by another with every apply; so the one that was just made, and
//! that nobody can know yet, is deleted again.

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome};

use super::compare::differences;
use super::context::Context;
use super::delete::delete;
use super::object::{RemoteObject, completed};
use super::verify::{self, Now};

/// Deletes the object of a create again unless it is what was planned. `is_new`
/// says that the answer to this very create named it, and nobody else has it:
/// nothing else is ever deleted here, nor tainted, which has Terraform delete it
/// with the next apply. It stays in the state as planned, with warnings, and the
/// next refresh shows what it is. An object of which it is not certain that it is gone
/// stays in the state as it is.
///
/// # Errors
/// It is not what was planned.
pub async fn unless_as_planned<T: RemoteObject>(
    call: &Call<'_, Context>,
    plan: &T::Model,
    (key, object): (&str, &T::Model),
    is_new: bool,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let differing = differences::<T>(plan, object);
    if differing.is_empty() {
        return Ok(());
    }
    if !is_new {
        outcome.save(completed::<T>(plan, object));
        for warning in verify::warnings::<T>(key, &differing) {
            outcome.warn(warning);
        }
        return Ok(());
    }
    tracing::warn!(key, "the created object differs from the request: deleting it");
    match delete::<T>(call, object, &outcome.private, key).await {
        Ok(()) => {
            outcome.note(format!("{} {key} was created and deleted again", T::NOUN.name));
            outcome.gone();
            Err(verify::errors::<T>(key, &differing, Now::TakenBack))
        }
        Err(undeleted) => {
            let mut errors = verify::errors::<T>(key, &differing, Now::Kept);
            errors.append(undeleted);
            Err(errors)
        }
    }
}
