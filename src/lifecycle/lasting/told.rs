//! What users are told of an object that is there before its resource. Summaries of
//! warnings are constant: Terraform folds equal ones into one.

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

use super::super::noun::{Verb, capitalized};
use super::super::object::RemoteObject;
use super::super::run;
use super::{KEEP, Lasting, ON_DESTROY, RELEASE, Shown};

fn error<T: RemoteObject>(summary: String, detail: String) -> Diagnostic {
    Diagnostic::error(summary, detail).at(Path::root(T::LABEL))
}

fn warning<T: RemoteObject>(what: &str, detail: String) -> Diagnostic {
    Diagnostic::warning(format!("{} {what}", capitalized(T::NOUN.name)), detail).at(Path::root(T::LABEL))
}

/// The account does not have it.
pub(super) fn not_owned<T: RemoteObject>(verb: Verb, name: &str) -> Diagnostic {
    let short = T::NOUN.short;
    error::<T>(
        T::NOUN.summary(verb),
        format!(
            "The account does not own the {short} {name}. Correct `{}`, or get the {short} in the Wavix portal, or \
             check that `api_key` belongs to the account that owns it. Nothing was changed.",
            T::LABEL
        ),
    )
}

/// The same of what something else may yet bring about.
pub(super) fn not_owned_yet<T: RemoteObject>(name: &str) -> Diagnostic {
    let short = T::NOUN.short;
    warning::<T>(
        "is not owned",
        format!(
            "The account does not own the {short} {name}. Unless it owns it at the time of the apply, the apply \
                 fails."
        ),
    )
}

/// Two resources have one part of it.
pub(super) fn twice<T: RemoteObject>(shown: Shown, name: &str) -> Diagnostic {
    let parts = shown.parts.iter().filter(|part| **part != T::LABEL);
    let parts: String = parts.map(|part| format!(", or its `{part}`")).collect();
    let clause = format!("already manages the {} {name}{parts}", T::NOUN.short);
    error::<T>(format!("{} is managed twice", capitalized(T::NOUN.name)), run::twice(&T::NOUN, &clause))
}

/// A run destroys and makes the resource of one object.
pub(super) fn recreated<T: RemoteObject>(name: &str, on_destroy: &str) -> Diagnostic {
    let (long, short) = (capitalized(T::NOUN.name), T::NOUN.short);
    let happens = format!(
        "The {short} {name} is removed from the state and adopted again in one run: its resource is tainted, \
         replaced or renamed."
    );
    if on_destroy == RELEASE {
        return error::<T>(
            format!("{long} would be released and adopted again"),
            format!(
                "Use `terraform untaint`, or a `moved` block for the new name, or first apply `{ON_DESTROY} = \
                 \"{KEEP}\"`. {happens} Its `{ON_DESTROY}` is `{RELEASE}`, and a released {short} may be lost. \
                 Nothing was changed."
            ),
        );
    }
    let spared = "To avoid that, use a `moved` block or `terraform untaint`.";
    warning::<T>("will be adopted again", format!("{happens} {spared}"))
}

/// A destroy that leaves it alone.
pub(super) fn stays<T: Lasting>(state: &T::Model) -> Diagnostic {
    let (short, name) = (T::NOUN.short, T::called(state));
    let detail = format!("The {short} {name} does not change, because `{ON_DESTROY}` is `{KEEP}`.");
    warning::<T>("stays in the account", detail + &T::described(state))
}

/// A destroy that gives it back.
pub(super) fn is_released<T: Lasting>(state: &T::Model) -> Diagnostic {
    let (short, name) = (T::NOUN.short, T::called(state));
    let detail = format!(
        "The {short} {name} is returned to Wavix, because `{ON_DESTROY}` is `{RELEASE}`. It may not be available \
         again, and its fees are probably not refunded."
    );
    warning::<T>("will be released", detail + &T::described(state))
}

/// It was given back, and is listed still.
pub(super) fn still_owned<T: RemoteObject>(name: &str, why: &str) -> Diagnostic {
    let short = T::NOUN.short;
    Diagnostic::error(
        T::NOUN.summary(Verb::Delete),
        format!(
            "The {short} {name} may not be released and stays in the state. Try again. If the problem persists, \
             check the {short} in the Wavix portal. Wavix acknowledged the request. {why}"
        ),
    )
}

/// A release of which nothing could be checked.
pub(super) fn released_unseen<T: RemoteObject>() -> Diagnostic {
    Diagnostic::error(
        format!("Cannot release a {} that is not known yet", T::NOUN.short),
        format!(
            "Set `{}` to a known value, or set `{ON_DESTROY}` to another value: with `{RELEASE}`, it must be known \
             during the plan.",
            T::LABEL
        ),
    )
    .at(Path::root(ON_DESTROY))
}

/// An import of a text that is the label of this one, and the key of another one.
pub(super) fn ambiguous_import<T: RemoteObject>(text: &str, name: &str) -> Diagnostic {
    let (short, key) = (T::NOUN.short, T::KEY.attribute());
    error::<T>(
        format!("Cannot import {}", T::NOUN.name),
        format!(
            "To import the {short}, write `{name}`. The account also has another {short} with the {key} {text}; \
             import that by its `{}`. Nothing was imported.",
            T::LABEL
        ),
    )
}

/// An import of what the account does not have.
pub(super) fn not_imported<T: RemoteObject>(text: &str) -> Diagnostic {
    let (short, key) = (T::NOUN.short, T::KEY.attribute());
    error::<T>(
        format!("Cannot import {}", T::NOUN.name),
        format!(
            "The account owns no {short} {text}, and none with that {key}. Correct the {short}, or check that \
             `api_key` belongs to the account that owns it. Nothing was imported."
        ),
    )
}

/// What a failed create leaves behind.
pub(super) fn tainted<T: RemoteObject>() -> String {
    format!(
        "Terraform marks the resource as tainted, and the next apply adopts the {} again without releasing it. To \
         avoid that, run `terraform untaint` with the address of the resource.",
        T::NOUN.short
    )
}
