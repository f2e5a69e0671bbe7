//! What differs between two objects, as the API sees it. Decides whether an update needs a
//! request, whether the API did what it was asked, and whether an object is the one that is
//! looked for.

use crate::framework::object::Mapped;
use crate::framework::schema::Attribute;
use crate::protocol::value::Value;

use super::object::{RemoteObject, arguments};

/// One argument that is not what it should be.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// The argument.
    pub name: &'static str,
    /// What it should be.
    pub wanted: Value,
    /// What it is.
    pub found: Value,
}

/// The arguments that certainly differ. What is unknown on either side may yet turn
/// out the same and is passed over.
pub fn differences<T: RemoteObject>(wanted: &T::Model, found: &T::Model) -> Vec<Difference> {
    let (wanted, found) = (wanted.clone().into_value(), found.clone().into_value());
    let of = |object: &Value, name: &str| object.get(name).cloned().unwrap_or(Value::Null);
    arguments::<T>()
        .map(|argument| {
            let name = argument.name.as_str();
            (argument, Difference { name, wanted: of(&wanted, name), found: of(&found, name) })
        })
        .filter(|(_, pair)| pair.wanted.is_wholly_known() && pair.found.is_wholly_known())
        .filter(|(argument, pair)| !is_same(argument, pair, T::EMPTY_MATTERS.contains(&pair.name)))
        .map(|(_, pair)| pair)
        .collect()
}

fn is_same(argument: &Attribute, pair: &Difference, empty_matters: bool) -> bool {
    let (wanted, found) = (&pair.wanted, &pair.found);
    let same = argument.same_meaning.unwrap_or(Value::means);
    wanted.means(found)
        || (!empty_matters && is_nothing(wanted) && is_nothing(found))
        || (!wanted.is_null() && !found.is_null() && same(wanted, found))
}

/// Null, and what the API takes for it.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Set(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether two known labels differ in nothing but blanks at their ends, which
/// servers take off.
#[must_use]
pub fn same_label(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.trim() == b.trim())
}
