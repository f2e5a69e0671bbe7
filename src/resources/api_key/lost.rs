//! Resources layer: keys whose value nobody knows: Wavix may show it in the answer to
//! their create alone.

use crate::client;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::record::Record;

use super::ApiKey;
use super::object::{LAST_USED_AT, NOUN};
use super::schema::ApiKeyModel;

/// Whether nobody knows its value.
pub(super) fn is_lost(key: &ApiKeyModel) -> bool {
    key.value.is_null()
}

/// Whether the key of a lost answer may be taken over: with its value, or if nobody
/// has used it, so that replacing it harms nobody.
///
/// # Errors
/// It has been used, and its value is not shown.
pub(super) fn is_adoptable(found: &Record<ApiKey>, error: &client::Error) -> Result<(), Diagnostics> {
    let Some(used) = found.text(LAST_USED_AT).filter(|_| found.text("value").is_none()) else {
        return Ok(());
    };
    let key = &found.key;
    Err(Diagnostic::error(
        NOUN.summary(Verb::Create),
        format!(
            "Nothing is in the state. Wavix lists the API key {key} since the request, with everything that was \
             requested, but does not show its value, which was in the lost answer; and it was used on {used}, so \
             somebody may have it. It was not requested a second time, because that could make two.\n\n{error}\n\n\
             Look at the key {key} in the Wavix portal. If nobody needs it, delete it there and apply again. If somebody \
             does, adopt it with `terraform import` and its id; its `value` is then null."
        ),
    )
    .into())
}

/// The error for a key that was made, and is of use to nobody.
pub(super) fn without_value(key: &str) -> Diagnostics {
    Diagnostic::error(
        NOUN.summary(Verb::Create),
        format!(
            "The API key {key} exists and is in the state, but its `value` is null and nobody can use it. Terraform \
             marks it as tainted, so the next apply replaces it.\n\nWavix shows the value of a key in the answer to its \
             create, and that answer was lost, or lacked it. What Wavix has shown since does not have it either."
        ),
    )
    .into()
}

/// The warning for an import that cannot have the value.
pub(super) fn imported_without_value(key: &str) -> Diagnostic {
    Diagnostic::warning(
        "Imported API key without its value",
        format!(
            "The API key {key} is in the state with a `value` of null: Wavix does not show it any more. It keeps \
             working, and nothing needs to be replaced.\n\nWhere the configuration refers to its `value`, take the key \
             from where it is kept, or replace it with `terraform apply -replace`."
        ),
    )
    .at(Path::root("value"))
}

/// The warning for a key that the list does not show in time.
pub(super) fn not_listed(key: &str, cause: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("API key {key} is not listed yet"),
        format!(
            "The API key {key} was created and is in the state, but the list of keys, from which alone it can be read, \
             was not seen to have it. {cause}\n\nA refresh that misses it takes it out of the state. Before you apply \
             again, check that the `wavix_api_keys` data source or the Wavix portal shows it."
        ),
    )
}
