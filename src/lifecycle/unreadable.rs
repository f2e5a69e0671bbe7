//! An object of whose answer some argument cannot be read. Its id can, so the object is
//! kept; what cannot be judged is not passed over.

use crate::client::CallOptions;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::{Call, Outcome};

use super::context::Context;
use super::endpoints;
use super::noun::Verb;
use super::object::{ReadBy, RemoteObject};
use super::record::Record;

/// The record of an object that was just made. If its answer is odd, the object is
/// saved with what is certain, and looked at once more: what broke one answer
/// need not break the next.
pub async fn looked_at_again<T: RemoteObject>(
    call: &Call<'_, Context>,
    plan: &T::Model,
    made: Record<T>,
    look: &CallOptions,
    outcome: &mut Outcome<T::Model>,
) -> Record<T> {
    if made.unreadable.is_empty() {
        return made;
    }
    outcome.save(made.state(plan));
    if T::READ == ReadBy::List {
        return made;
    }
    match endpoints::get::<T>(call.ctx.client(), &made.key, look).await {
        Ok(seen) => seen.completed_by(made),
        Err(error) => {
            tracing::warn!(id = made.key, %error, "the object of an unreadable response could not be read again");
            made
        }
    }
}

/// An error for each argument that could not be read.
///
/// # Errors
/// Those.
pub fn refuse<T: RemoteObject>(verb: Verb, record: &Record<T>) -> Result<(), Diagnostics> {
    let (name, short, id) = (T::NOUN.name, T::NOUN.short, &record.key);
    let now = |field: &str| match verb {
        Verb::Create => format!(
            "The {name} {id} is created and is in the state, with `{field}` as planned. Terraform marks it as \
             tainted, and the next apply replaces it: to keep it, run `terraform untaint` with the address of the \
             resource before you apply again."
        ),
        Verb::Update => format!(
            "The {name} {id} is changed, but the new value of `{field}` is unknown. The state contains the planned \
             value."
        ),
        Verb::Read => format!("The {name} {id} stays in the state unchanged."),
        _ => "Nothing was changed.".to_owned(),
    };
    let diagnostics: Diagnostics = record
        .unreadable
        .iter()
        .map(|odd| {
            let now = now(odd.field);
            let detail = format!(
                "{now} Check the {short} in the Wavix portal, and report this message to Wavix support and to the \
                 provider's developers.\n\nWavix returned an unreadable value of `{}`: {}.",
                odd.field, odd.why
            );
            Diagnostic::error(T::NOUN.summary(verb), detail).at(Path::root(odd.field))
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}
