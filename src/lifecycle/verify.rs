//! Did Wavix do what it was asked? Its answer is compared with the plan, and what it did
//! otherwise is told argument by argument, instead of leaving Terraform to complain about
//! an inconsistent provider.

use std::collections::BTreeSet;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::protocol::value::Value;

use super::compare::{Difference, differences};
use super::noun::Verb;
use super::object::{RemoteObject, is_left_off, key_of};

/// What has become of an object that is not what was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Now {
    /// It was made, and is gone again.
    TakenBack,
    /// It was made and is in the state.
    Kept,
    /// It is in the state as planned, and nothing proves that this create made it.
    Spared,
    /// It was changed, in what was asked for besides, or in nothing else.
    Changed {
        /// In what was asked for besides.
        besides: bool,
    },
}

/// An error for each argument that came out otherwise than planned.
pub fn errors<T: RemoteObject>(id: &str, differences: &[Difference], now: Now) -> Diagnostics {
    let verb = if matches!(now, Now::Changed { .. }) { Verb::Update } else { Verb::Create };
    differences
        .iter()
        .map(|difference| {
            let (happened, remedy) = (what_happened::<T>(difference), remedy::<T>(difference, now));
            let detail = format!("{happened}\n\n{} {remedy}", what_now::<T>(now, id));
            Diagnostic::error(T::NOUN.summary(verb), detail).at(Path::root(difference.name))
        })
        .collect()
}

/// A warning for each argument in which an object that is neither deleted nor tainted
/// is not what was planned.
#[must_use]
pub fn warnings<T: RemoteObject>(id: &str, differences: &[Difference]) -> Vec<Diagnostic> {
    let warning = |difference: &Difference| {
        let name = difference.name;
        let (happened, remedy) = (what_happened::<T>(difference), remedy::<T>(difference, Now::Spared));
        let detail = format!("{}\n\n{happened} {remedy}", what_now::<T>(Now::Spared, id));
        Diagnostic::warning(format!("{} {id} differs in {name}", T::NOUN.name), detail).at(Path::root(name))
    };
    differences.iter().map(warning).collect()
}

/// An error for each argument that an update has not brought about.
///
/// # Errors
/// Those.
pub fn update<T: RemoteObject>(
    prior: &T::Model,
    planned: &T::Model,
    actual: &T::Model,
) -> Result<(), Diagnostics> {
    let missed = differences::<T>(planned, actual);
    if missed.is_empty() {
        return Ok(());
    }
    let besides = differences::<T>(planned, prior)
        .iter()
        .any(|change| missed.iter().all(|missed| missed.name != change.name));
    Err(errors::<T>(&key_of::<T>(actual).unwrap_or_default(), &missed, Now::Changed { besides }))
}

fn what_happened<T: RemoteObject>(difference: &Difference) -> String {
    let Difference { name, wanted, found } = difference;
    if is_left_off::<T>(difference) {
        return format!(
            "Wavix accepted the request, but did not enable `{name}`. The account probably does not include it."
        );
    }
    if let (Value::Set(_), _) | (_, Value::Set(_)) = (wanted, found) {
        return other_elements(name, &texts(wanted), &texts(found));
    }
    let shown = |value: &Value| T::in_words(name, value).unwrap_or_else(|| shown(value));
    format!(
        "Wavix accepted the request, but returned {} for `{name}` instead of {}.",
        shown(found),
        shown(wanted)
    )
}

fn other_elements(name: &str, wanted: &BTreeSet<&str>, found: &BTreeSet<&str>) -> String {
    let missing: Vec<&str> = wanted.difference(found).copied().collect();
    let extra: Vec<&str> = found.difference(wanted).copied().collect();
    let mut text = format!("Wavix accepted the request, but returned other `{name}` than requested.");
    if !missing.is_empty() {
        text.push_str(" Missing: ");
        text.push_str(&missing.join(", "));
        text.push('.');
    }
    if !extra.is_empty() {
        text.push_str(" Not requested: ");
        text.push_str(&extra.join(", "));
        text.push('.');
    }
    text
}

/// The texts of a set; none for null.
fn texts(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Set(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn what_now<T: RemoteObject>(now: Now, id: &str) -> String {
    let name = T::NOUN.name;
    match now {
        Now::TakenBack => format!(
            "The {name} {id} was created and deleted again, so nothing is left at Wavix or in the state."
        ),
        Now::Kept => format!(
            "The {name} {id} exists and is in the state with the values that Wavix returned. Terraform marks it as \
             tainted, and the next apply replaces it; to keep it, run `terraform untaint` with the address of the \
             resource."
        ),
        Now::Spared => format!(
            "The {name} {id} is in the state with the planned values, and the next plan shows the difference as a \
             change. The provider did not delete it, because the response that identifies it was lost."
        ),
        Now::Changed { besides: true } => {
            format!(
                "The other changes to the {name} {id} are made, and the state contains the values that Wavix \
                 returned."
            )
        }
        Now::Changed { besides: false } => {
            format!(
                "The {name} {id} has no other changes, and the state contains the values that Wavix returned."
            )
        }
    }
}

fn remedy<T: RemoteObject>(difference: &Difference, now: Now) -> String {
    let name = difference.name;
    if is_left_off::<T>(difference) {
        format!("Ask Wavix support to enable it for the account, or set `{name} = false`.")
    } else if T::ASYNCHRONOUS.contains(&name) {
        format!(
            "Apply again. If Wavix is slow, increase `update` in the `timeouts` block. If the problem persists, \
             check the {} in the Wavix portal.",
            T::NOUN.short
        )
    } else if now == Now::TakenBack {
        format!("Set `{name}` to a value that Wavix accepts, and apply again.")
    } else {
        format!(
            "Set `{name}` to a value that Wavix accepts, or change it in the Wavix portal, and apply again."
        )
    }
}

/// How many elements of a set a message shows.
const SHOWN: usize = 10;

/// A value as people write it, at bearable length.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.meant().to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(name, value)| format!("{name} = {}", shown(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Set(items) if items.is_empty() => "nothing".to_owned(),
        Value::Set(_) => {
            let all = texts(value);
            let mut items: Vec<String> = all.iter().take(SHOWN).map(|text| format!("{text:?}")).collect();
            if all.len() > SHOWN {
                items.push(format!("and {} more", all.len() - SHOWN));
            }
            format!("[{}]", items.join(", "))
        }
        other => other.kind().to_owned(),
    }
}
