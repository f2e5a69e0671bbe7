//! Lifecycle layer: what users are told of an object that is there before its resource.
//! Summaries of warnings are constant: Terraform folds equal ones into one.

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
            "The account does not own the {short} {name}. Nothing was changed.\n\nCorrect `{}`, or get the {short} in the \
             Wavix portal. If the account owns it, check that `api_key` belongs to that account.",
            T::LABEL
        ),
    )
}

/// The same of what something else may yet bring about.
pub(super) fn not_owned_yet<T: RemoteObject>(name: &str) -> Diagnostic {
    let short = T::NOUN.short;
    warning::<T>(
        "is not owned",
        format!("The account does not own the {short} {name} now. Unless it does by then, the apply fails."),
    )
}

/// Two resources have one part of it.
pub(super) fn twice<T: RemoteObject>(shown: Shown, name: &str) -> Diagnostic {
    let parts = shown.parts.iter().filter(|part| **part != T::LABEL);
    let parts: String = parts.map(|part| format!(", or its `{part}`")).collect();
    let clause = format!("has the {} {name} already{parts}", T::NOUN.short);
    error::<T>(format!("{} is managed twice", capitalized(T::NOUN.name)), run::twice(&T::NOUN, &clause))
}

/// A run destroys and makes the resource of one object.
pub(super) fn recreated<T: RemoteObject>(name: &str, on_destroy: &str) -> Diagnostic {
    let (long, short) = (capitalized(T::NOUN.name), T::NOUN.short);
    let happens = format!(
        "The {short} {name} is taken out of the state and adopted anew in one run: its resource is tainted, replaced, or \
         was renamed."
    );
    if on_destroy == RELEASE {
        return error::<T>(
            format!("{long} would be released and taken again"),
            format!(
                "{happens} Its `{ON_DESTROY}` is `{RELEASE}`, and a {short} that is released may be gone for good. Nothing was \
                 changed.\n\nUse `terraform untaint`, or a `moved` block for the new name, or apply `{ON_DESTROY} = \
                 \"{KEEP}\"` before."
            ),
        );
    }
    let spared = "A `moved` block or `terraform untaint` spares that.";
    warning::<T>("is adopted anew", format!("{happens} {spared}"))
}

/// A destroy that leaves it alone.
pub(super) fn stays<T: Lasting>(state: &T::Model) -> Diagnostic {
    let (short, name) = (T::NOUN.short, T::called(state));
    let detail = format!("`{ON_DESTROY}` is `{KEEP}`: the {short} {name} stays as it is.");
    warning::<T>("stays in the account", detail + &T::described(state))
}

/// A destroy that gives it back.
pub(super) fn is_released<T: Lasting>(state: &T::Model) -> Diagnostic {
    let (short, name) = (T::NOUN.short, T::called(state));
    let detail = format!(
        "`{ON_DESTROY}` is `{RELEASE}`: the {short} {name} returns to Wavix' stock. Getting it back is not guaranteed, and \
         its fees are not refunded as far as documented."
    );
    warning::<T>("is released", detail + &T::described(state))
}

/// It was given back, and is listed still.
pub(super) fn still_owned<T: RemoteObject>(name: &str, why: &str) -> Diagnostic {
    let short = T::NOUN.short;
    Diagnostic::error(
        T::NOUN.summary(Verb::Delete),
        format!(
            "Whether the {short} {name} is released is not certain; it stays in the state.\n\nWavix acknowledged the request. \
             {why}\n\nTry again. If it goes on, look at the {short} in the Wavix portal."
        ),
    )
}

/// A release of which nothing could be checked.
pub(super) fn released_unseen<T: RemoteObject>() -> Diagnostic {
    Diagnostic::error(
        format!("Cannot release a {} that is not known yet", T::NOUN.short),
        format!(
            "`{}` is known only after the apply, and `{ON_DESTROY}` is `{RELEASE}`. Write it out, or set `{ON_DESTROY}` to \
             something else.",
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
            "The account has the {short} {name}, and another {short} with the {key} {text}. Nothing was imported.\n\nWrite \
             `{name}` for the former; import the other by its `{}` too.",
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
            "The account owns no {short} {text}, nor one with that {key}. Nothing was imported.\n\nCheck the text, and that \
             `api_key` belongs to the account that owns the {short}."
        ),
    )
}

/// What a failed create leaves behind.
pub(super) fn tainted<T: RemoteObject>() -> String {
    format!(
        "Terraform marks the resource as tainted, and the next apply adopts the {} anew; it is never released for that. \
         `terraform untaint` with the resource's address spares it.",
        T::NOUN.short
    )
}
