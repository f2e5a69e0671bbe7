//! What users are told of a place: what is in it, whose it is, and what to do.

use crate::client::{self, Delivery, Method};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;

use super::super::noun::{UNCLEAR, Verb, What, capitalized};
use super::super::object::RemoteObject;
use super::super::run;
use super::place::ILLEGIBLE;
use super::{OVERWRITE, Placed};

fn error<T: RemoteObject>(verb: Verb, detail: String) -> Diagnostic {
    Diagnostic::error(T::NOUN.summary(verb), detail).at(Path::root(T::KEY.attribute()))
}

/// A value without secrets, or in words that there is one.
fn shown<T: Placed>(value: &str) -> String {
    if value == ILLEGIBLE { "an unreadable value".to_owned() } else { T::shown(value) }
}

/// `an account has one url for each event_type`
fn one_of_each<T: Placed>() -> String {
    format!("an account has one `{}` for each `{}`", T::VALUE, T::KEY.attribute())
}

/// Two resources have one place.
pub(super) fn twice<T: Placed>(verb: Verb, key: &str) -> Diagnostic {
    let clause = format!("already manages the {} `{key}`, and {}", T::NOUN.name, one_of_each::<T>());
    error::<T>(verb, run::twice(&T::NOUN, &clause))
}

/// Somebody else's value is there.
pub(super) fn taken<T: Placed>(verb: Verb, key: &str, value: &str) -> Diagnostic {
    error::<T>(
        verb,
        format!(
            "The {} `{key}` already has the value {}, which this resource did not set, and {}. Nothing was \
             changed.\n\n{}",
            T::NOUN.name,
            shown::<T>(value),
            one_of_each::<T>(),
            ways_out(key)
        ),
    )
}

/// The same, seen after this resource's own value was put there.
pub(super) fn taken_meanwhile<T: Placed>(verb: Verb, key: &str, value: &str, own: &str) -> Diagnostic {
    let mut refusal = taken::<T>(verb, key, value);
    let also = format!(
        "\n\nThe provider requested {} before it detected that; both may be active.",
        shown::<T>(own)
    );
    refusal.detail.push_str(&also);
    refusal
}

fn ways_out(key: &str) -> String {
    format!(
        "Import it with `terraform import`, the address of the resource and `{key}`; or delete it in the Wavix \
         portal; or set `{OVERWRITE} = true` to replace it."
    )
}

/// The same, seen while planning: a destroy of this run may yet make room.
pub(super) fn will_be_refused<T: Placed>(key: &str, value: &str) -> Diagnostic {
    let name = T::NOUN.name;
    Diagnostic::warning(
        format!("{} already exists", capitalized(name)),
        format!(
            "The {name} `{key}` currently has the value {}, and the apply fails unless it is deleted first. {}",
            shown::<T>(value),
            ways_out(key)
        ),
    )
    .at(Path::root(T::KEY.attribute()))
}

/// What `overwrite` has done.
pub(super) fn overwritten<T: Placed>(key: &str, value: &str) -> Diagnostic {
    let name = T::NOUN.name;
    let detail = format!(
        "The {name} `{key}` had the value {}, which this resource did not set. It has the configured value now, \
         because `{OVERWRITE}` is true.",
        shown::<T>(value)
    );
    Diagnostic::warning(format!("Overwrote {} {name}", T::NOUN.article()), detail).at(Path::root(T::VALUE))
}

/// What a delete has not done.
pub(super) fn left_alone<T: Placed>(key: &str, held: &str, value: &str) -> Diagnostic {
    let name = T::NOUN.name;
    Diagnostic::warning(
        format!("{} {key} was not deleted", capitalized(name)),
        format!(
            "The `{}` of this resource, {}, was replaced outside Terraform: the {name} `{key}` has the value {}. It \
             was not deleted, and the resource is removed from the state. If nobody needs it, delete it in the Wavix \
             portal.",
            T::VALUE,
            shown::<T>(held),
            shown::<T>(value)
        ),
    )
}

/// More than one value is there.
pub(super) fn several<T: Placed>(key: &str, values: &[String]) -> Diagnostic {
    let (name, value) = (T::NOUN.name, T::VALUE);
    Diagnostic::warning(
        format!("{} {key} exists more than once", capitalized(name)),
        format!(
            "Wavix lists more than one `{value}` for the {name} `{key}`: {}. Delete the unneeded ones in the Wavix \
             portal. A change of `{value}` replaces all of them.",
            listing::<T>(values, ", ")
        ),
    )
    .at(Path::root(value))
}

fn listing<T: Placed>(values: &[String], between: &str) -> String {
    values.iter().map(|value| shown::<T>(value)).collect::<Vec<_>>().join(between)
}

/// The place could not be looked at, so nothing was done.
pub(super) fn unread<T: Placed>(verb: Verb, key: &str, error: &client::Error) -> Diagnostics {
    let now = format!("Nothing was changed, because the {} `{key}` could not be read.", T::NOUN.name);
    T::NOUN.failed_with(verb, error, What { now, may_exist: false })
}

/// Whose value is there cannot be told, so nothing was done.
pub(super) fn illegible<T: Placed>(verb: Verb, key: &str) -> Diagnostic {
    let (name, value) = (T::NOUN.name, T::VALUE);
    error::<T>(
        verb,
        format!(
            "Nothing was changed, because the `{value}` of the {name} `{key}` is unreadable. Try again. If the \
             problem persists, check the {name} in the Wavix portal, and report this message to Wavix support."
        ),
    )
}

/// A place after a write that failed.
pub(super) struct Place<'a> {
    /// What a look showed then.
    pub(super) after: &'a Result<Vec<String>, client::Error>,
    /// What was to be in it.
    pub(super) wanted: Option<&'a str>,
    /// What became of what was in it; may be empty.
    pub(super) lost: &'a str,
}

/// A write failed.
pub(super) fn failed<T: Placed>(
    verb: Verb,
    key: &str,
    cause: Option<&client::Error>,
    Place { after, wanted, lost }: Place<'_>,
) -> Diagnostics {
    let value = T::VALUE;
    let mut now = match after {
        Ok(values) if values.is_empty() => format!("No `{value}` is active for `{key}`."),
        Ok(values) => format!("The active `{value}` for `{key}` is {}.", listing::<T>(values, " and ")),
        Err(error) => format!("The active `{value}` for `{key}` is unknown: {error}"),
    };
    let is_there =
        |wanted: &&str| after.as_ref().is_ok_and(|values| values.iter().any(|found| found == wanted));
    if let Some(wanted) = wanted.filter(|wanted| !is_there(wanted)) {
        let was_refused = cause
            .is_some_and(|error| error.method() == Method::Post && error.delivery() != Delivery::Ambiguous);
        let yet =
            if was_refused { "." } else { ", and may still become active; the next apply checks first." };
        now = format!("{now} {} was requested{yet}", shown::<T>(wanted));
    }
    if !lost.is_empty() {
        now = format!("{now} {lost}");
    }
    match cause {
        Some(cause) => T::NOUN.failed_with(verb, cause, What { now, may_exist: false }),
        None if verb == Verb::Delete => error::<T>(verb, format!("{now}\n\n{UNCLEAR} Try again.")).into(),
        None => error::<T>(
            verb,
            format!(
                "{now}\n\nWavix acknowledged the requests, but lists another value. Try again. If the problem \
                 persists, ask Wavix support."
            ),
        )
        .into(),
    }
}
