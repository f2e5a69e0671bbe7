//! Lifecycle layer: an object of whose answer some argument cannot be read. Its id
//! can, so the object is kept; what cannot be judged is not passed over.

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
            tracing::warn!(id = made.key, %error, "the object of an odd answer could not be looked at");
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
            "The {name} {id} was created and is in the state, with `{field}` as planned. Do not apply again before \
             this is settled: Terraform marks the {short} as tainted and would replace it, and `terraform untaint` with \
             the resource's address keeps it."
        ),
        Verb::Update => format!(
            "The {name} {id} was changed, and Wavix acknowledged it; what it made of `{field}` is not known. The \
             state holds what was planned."
        ),
        Verb::Read => format!("The {name} {id} stays in the state as it was."),
        _ => "Nothing was changed.".to_owned(),
    };
    let diagnostics: Diagnostics = record
        .unreadable
        .iter()
        .map(|odd| {
            let now = now(odd.field);
            let detail = format!(
                "{now}\n\nWavix answered with a value of `{}` that cannot be read: {}.\n\nLook at the {short} in the \
                 Wavix portal, and report the message to Wavix support and to the provider's developers.",
                odd.field, odd.why
            );
            Diagnostic::error(T::NOUN.summary(verb), detail).at(Path::root(odd.field))
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}
