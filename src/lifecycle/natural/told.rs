//! Lifecycle layer: what users are told of a place: what is in it, whose it is, and what
//! to do.

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
    if value == ILLEGIBLE { "something that cannot be read".to_owned() } else { T::shown(value) }
}

/// `an account has one url for each event_type`
fn one_of_each<T: Placed>() -> String {
    format!("an account has one `{}` for each `{}`", T::VALUE, T::KEY.attribute())
}

/// Two resources have one place.
pub(super) fn twice<T: Placed>(verb: Verb, key: &str) -> Diagnostic {
    let clause = format!("has the {} `{key}` already, and {}", T::NOUN.name, one_of_each::<T>());
    error::<T>(verb, run::twice(&T::NOUN, &clause))
}

/// Somebody else's value is there.
pub(super) fn taken<T: Placed>(verb: Verb, key: &str, value: &str) -> Diagnostic {
    error::<T>(
        verb,
        format!(
            "The {} `{key}` is {} already, which this resource did not set, and {}. It was left as it is.\n\n{}",
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
    let also =
        format!("\n\n{} was requested before that was seen, and may be in force too.", shown::<T>(own));
    refusal.detail.push_str(&also);
    refusal
}

fn ways_out(key: &str) -> String {
    format!(
        "Adopt it with `terraform import`, the resource's address and `{key}`; or delete it in the Wavix portal; or set \
         `{OVERWRITE} = true` to replace it."
    )
}

/// The same, seen while planning: a destroy of this run may yet make room.
pub(super) fn will_be_refused<T: Placed>(key: &str, value: &str) -> Diagnostic {
    let name = T::NOUN.name;
    Diagnostic::warning(
        format!("{} is taken", capitalized(name)),
        format!(
            "The {name} `{key}` is {} now. Unless that is deleted before, the apply refuses to replace it; nothing was \
             changed yet.\n\n{}",
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
        "`{OVERWRITE}` is true: the {name} `{key}` was {}, which this resource did not set, and is now what is configured.",
        shown::<T>(value)
    );
    Diagnostic::warning(format!("Overwrote {} {name}", T::NOUN.article()), detail).at(Path::root(T::VALUE))
}

/// What a delete has not done.
pub(super) fn left_alone<T: Placed>(key: &str, held: &str, value: &str) -> Diagnostic {
    let name = T::NOUN.name;
    Diagnostic::warning(
        format!("{} {key} was left alone", capitalized(name)),
        format!(
            "Somebody has replaced the `{}` of this resource, {}: the {name} `{key}` is {} now. It was not deleted, and \
             the resource is out of the state.\n\nIf nobody needs it, delete it in the Wavix portal.",
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
        format!("{} {key} is there more than once", capitalized(name)),
        format!(
            "Wavix lists more than one `{value}` for the {name} `{key}`: {}.\n\nDelete those that nobody needs in the Wavix \
             portal. A change of `{value}` leaves the new one alone in its place.",
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
    let now = format!("The {} `{key}` could not be looked at, so nothing was changed.", T::NOUN.name);
    T::NOUN.failed_with(verb, error, What { now, may_exist: false })
}

/// Whose value is there cannot be told, so nothing was done.
pub(super) fn illegible<T: Placed>(verb: Verb, key: &str) -> Diagnostic {
    let (name, value) = (T::NOUN.name, T::VALUE);
    error::<T>(
        verb,
        format!(
            "The {name} `{key}` has a `{value}` that cannot be read, so nothing was changed.\n\nTry again. If it goes on, \
             look at the {name} in the Wavix portal, and report the message to Wavix support."
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
        Ok(values) if values.is_empty() => format!("No `{value}` is in force for `{key}`."),
        Ok(values) => format!("In force for `{key}` is {}.", listing::<T>(values, " and ")),
        Err(error) => format!("Which `{value}` is in force for `{key}` could not be looked up: {error}"),
    };
    let is_there =
        |wanted: &&str| after.as_ref().is_ok_and(|values| values.iter().any(|found| found == wanted));
    if let Some(wanted) = wanted.filter(|wanted| !is_there(wanted)) {
        let was_refused = cause
            .is_some_and(|error| error.method() == Method::Post && error.delivery() != Delivery::Ambiguous);
        let yet =
            if was_refused { "." } else { ", and may come into force yet: the next apply looks first." };
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
                "{now}\n\nWavix acknowledged the requests, and lists something else. Try again; if it goes on, ask Wavix \
                 support."
            ),
        )
        .into(),
    }
}
