//! What is said of an object that is not there. Whether it is not is decided by those who
//! look for it.

use crate::client;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;

use super::noun::Verb;
use super::object::{Key, RemoteObject, key_of, text_of};
use super::record::Record;

/// How many objects a message names.
const NAMED: usize = 10;

/// What people know an object by, besides its key.
fn names<T: RemoteObject>() -> impl Iterator<Item = &'static str> {
    std::iter::once(T::LABEL).chain(T::IMMUTABLE).filter(|name| *name != T::KEY.attribute())
}

/// The warning of a read that takes an object out of the state. With the key of
/// another account every object is gone, and the plan that follows looks like that
/// of a first installation.
pub fn gone<T: RemoteObject>(state: &T::Model, key: &str, not_found: Option<&client::Error>) -> Diagnostic {
    let (name, short, attribute) = (T::NOUN.name, T::NOUN.short, T::KEY.attribute());
    let described = names::<T>()
        .filter_map(|name| Some(format!(", {name} {:?}", text_of::<T>(state, name)?)))
        .collect::<String>();
    let seen = not_found.map_or_else(String::new, |error| format!("\n\n{error}"));
    let (id, summary) = (key, super::noun::capitalized(name));
    Diagnostic::warning(
        format!("{summary} {id} is gone"),
        format!(
            "The {short} ({attribute} {key}{described}) is removed from the state, because the account's list of \
             {name}s does not contain it. If it is still configured, the plan creates another one{}\n\nIf it was \
             deleted on purpose, continue. If not, `api_key` may belong to another account: check the key before you \
             apply. To prevent this, set `allowed_account_ids` in the provider configuration. To bring {} {short} \
             that exists back into the state, run `terraform import` with its {attribute}.{seen}",
            T::GONE,
            T::NOUN.article_of_short(),
        ),
    )
    .at(Path::root(attribute))
}

/// The key in a state, which only the resource writes.
///
/// # Errors
/// It is none.
pub fn stored_key<T: RemoteObject>(verb: Verb, state: &T::Model) -> Result<String, Diagnostics> {
    key_of::<T>(state).ok_or_else(|| {
        let attribute = T::KEY.attribute();
        let text = text_of::<T>(state, attribute).unwrap_or_default();
        Diagnostic::error(
            T::NOUN.summary(verb),
            format!(
                "Remove the resource from the state and import it again: the {attribute} {text:?} in the state is \
                 not the {attribute} of {} {}{}. No request was sent.",
                T::NOUN.article(),
                T::NOUN.name,
                if matches!(T::KEY, Key::Assigned(_)) { ", which is a decimal number" } else { "" }
            ),
        )
        .at(Path::root(attribute))
        .into()
    })
}

/// The error of an import of an object that does not exist.
pub fn not_imported<T: RemoteObject>(key: &str, listed: &[Record<T>]) -> Diagnostic {
    let mut error = unknown_key(format!("Cannot import {}", T::NOUN.name), key, Some(listed));
    error.detail.push_str(" Nothing was imported.");
    error
}

/// The error for a text that can be no object's key. `hint` says where one is had.
pub fn malformed_key<T: RemoteObject>(summary: &str, key: &str, hint: &str) -> Diagnostic {
    let (attribute, article, name) = (T::KEY.attribute(), T::NOUN.article(), T::NOUN.name);
    let detail = format!(
        "The {attribute} of {article} {name} is a decimal number such as `3107`; found {key:?}. {hint}"
    );
    Diagnostic::error(summary, detail).at(Path::root(attribute))
}

/// The error for a key that no object of the account has. People take something else
/// for it, such as a login, which is a number too. `listed` is all that there is, if it
/// was listed.
pub fn unknown_key<T: RemoteObject>(
    summary: impl Into<String>,
    key: &str,
    listed: Option<&[Record<T>]>,
) -> Diagnostic {
    let (name, short, attribute) = (T::NOUN.name, T::NOUN.short, T::KEY.attribute());
    let taken = T::IMMUTABLE
        .and_then(|other| Some((other, listed?.iter().find(|record| record.text(other) == Some(key))?)));
    let detail = match taken {
        Some((other, record)) => format!(
            "The account has no {name} with the {attribute} {key}; {key} is the {other} of the {name} {} ({:?}).\n\nUse the \
             {attribute} {} instead.",
            record.key,
            record.label().unwrap_or_default(),
            record.key
        ),
        None => format!(
            "The account has no {name} with the {attribute} {key}.{}\n\nCorrect the {attribute}, or check that \
             `api_key` belongs to the account that owns the {short}.",
            instead(listed)
        ),
    };
    Diagnostic::error(summary, detail).at(Path::root(attribute))
}

/// What there is instead: a sentence behind another one.
pub fn instead<T: RemoteObject>(listed: Option<&[Record<T>]>) -> String {
    match listed {
        None => String::new(),
        Some([]) => format!(" It has no {}s at all.", T::NOUN.name),
        Some(listed) => format!(" It has:\n{}", candidates(listed)),
    }
}

/// One line for each object, up to a number that people read.
pub fn candidates<'a, T: RemoteObject>(records: impl IntoIterator<Item = &'a Record<T>>) -> String {
    let mut records = records.into_iter();
    let mut lines: Vec<String> = records
        .by_ref()
        .take(NAMED)
        .map(|record| {
            let named: String = names::<T>()
                .map(|name| format!(", {name} {:?}", record.text(name).unwrap_or_default()))
                .collect();
            format!("  - {} {}{named}", T::KEY.attribute(), record.key)
        })
        .collect();
    let more = records.count();
    if more > 0 {
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}
