//! A secret that the API shows in the answer to a create, and later whole, masked, or not
//! at all. An object without it works for those who have it and is of use to nobody else.

use crate::client;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::protocol::value::Value;

use super::noun::{Noun, Verb};
use super::object::{RemoteObject, value_of, with};
use super::record::Record;

/// Characters of the shortest text that is taken for a whole secret.
const WHOLE: usize = 16;

/// Whether a text looks like the secret, and not like what is shown instead of it.
#[must_use]
pub(super) fn is_whole(text: &str) -> bool {
    let is_masked = text.contains(['*', '•', '…']) || text.to_uppercase().contains("REDACTED");
    text.chars().count() >= WHOLE && !is_masked
}

/// Takes it out of a state that only shows what was found.
pub(super) fn hide<T: RemoteObject>(state: &mut T::Model) {
    if let Some(secret) = T::SHOWN_ONCE {
        *state = with::<T>(state, [(secret, Value::Null)]);
    }
}

/// Whether the object of a lost answer may be taken over: with its secret, or if nobody
/// has used it, so that replacing it harms nobody.
///
/// # Errors
/// It has been used, and its secret is not shown.
pub(super) fn may_adopt<T: RemoteObject>(
    found: &Record<T>,
    error: &client::Error,
) -> Result<(), Diagnostics> {
    let used = T::USED_AT.and_then(|used_at| found.text(used_at));
    match (T::SHOWN_ONCE, used) {
        (Some(secret), Some(used)) if found.text(secret).is_none() => {
            Err(used_by_others(&T::NOUN, secret, &found.key, used, error).into())
        }
        _ => Ok(()),
    }
}

fn used_by_others(noun: &Noun, secret: &str, key: &str, used: &str, error: &client::Error) -> Diagnostic {
    let name = noun.name;
    Diagnostic::error(
        noun.summary(Verb::Create),
        format!(
            "The {name} {key} may belong to this resource and is not in the state. Check it in the Wavix portal. If \
             nobody needs it, delete it there and apply again. If somebody does, import it with `terraform import` \
             and its id; its `{secret}` is then null.\n\nThe create request got no response, so its {secret} is lost. \
             Wavix lists this new {name}, which matches the request, but it was used on {used}, so somebody else may \
             have created it. To avoid a duplicate, the provider did not repeat the request.\n\n{error}"
        ),
    )
}

/// Refuses an object that was made, is in the state, and is of use to nobody.
///
/// # Errors
/// No answer had its secret.
pub(super) fn must_be_known<T: RemoteObject>(key: &str, made: &T::Model) -> Result<(), Diagnostics> {
    let Some(secret) = lost::<T>(made) else { return Ok(()) };
    Err(Diagnostic::error(
        T::NOUN.summary(Verb::Create),
        format!(
            "The {name} {key} exists and is in the state, but nobody can use it, because its `{secret}` is null. \
             Terraform marks it as tainted, so the next apply replaces it.\n\nWavix shows the {secret} of {article} \
             {short} only in the response to its creation. That response was lost, or did not contain it.",
            name = T::NOUN.name,
            article = T::NOUN.article_of_short(),
            short = T::NOUN.short,
        ),
    )
    .into())
}

/// The warning for an import that cannot have the secret.
pub(super) fn imported_without<T: RemoteObject>(key: &str, imported: &T::Model) -> Option<Diagnostic> {
    let secret = lost::<T>(imported)?;
    let (name, short) = (T::NOUN.name, T::NOUN.short);
    Some(
        Diagnostic::warning(
            format!("Imported {name} without its {secret}"),
            format!(
                "The `{secret}` of the {name} {key} is null, because Wavix shows it only at creation. The {short} \
                 keeps working. If the configuration refers to its `{secret}`, use the stored {secret} instead, or \
                 replace the {short} with `terraform apply -replace`."
            ),
        )
        .at(Path::root(secret)),
    )
}

/// The name of the secret, if nobody knows it.
fn lost<T: RemoteObject>(object: &T::Model) -> Option<&'static str> {
    T::SHOWN_ONCE.filter(|secret| value_of::<T>(object, secret).is_null())
}
