//! The value model: what a configuration, a plan or a state holds, without loss. Knows no
//! schema: the codecs decode against a [`Type`], after which the variant says the kind.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::number::Number;
use super::types::Type;

/// One value. Invariants, kept by the codecs and relied upon above:
///
/// 1. `Null` and `Unknown` may stand wherever a value may, at any depth.
/// 2. A set is compared without order, everything else with it.
/// 3. Objects and maps are both `Map`, tuples and lists both `List`: only the
///    type tells them apart, and equality does not need to.
/// 4. `Dynamic` stands only where the type constraint is dynamic, and only
///    around a value whose own type is known.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing, of any type.
    Null,
    /// Not known yet: will be decided during apply.
    Unknown(Unknown),
    /// A truth value.
    Bool(bool),
    /// An exact decimal.
    Number(Number),
    /// Text.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set, in any order, without duplicates: build it with [`Value::set`].
    Set(Vec<Value>),
    /// A map or an object.
    Map(BTreeMap<String, Value>),
    /// A value that carries its type.
    Dynamic(Box<(Type, Value)>),
}

/// What is known of an unknown value. Terraform sends refinements for it; the
/// only one that changes a decision here is whether it can turn out null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unknown {
    /// True when the final value is certainly not null.
    pub not_null: bool,
}

/// A map of these entries. `collect` compiles a sorting algorithm for each iterator that
/// it is given: 5 kB each, of which there were 54.
pub fn sorted<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

/// The unknown value of which nothing is known.
pub const UNKNOWN: Value = Value::Unknown(Unknown { not_null: false });

impl Value {
    /// Text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// An object or a map.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(sorted(entries.into_iter().map(|(key, value)| (key.into(), value))))
    }

    /// A set. An element equal to an earlier one is dropped, unless something
    /// in it is unknown: two unknown elements may well turn out different.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Self {
        let mut items: Vec<Value> = items.into_iter().collect();
        let mut seen = HashSet::with_capacity(items.len());
        let keep: Vec<bool> = items.iter().map(|item| !item.is_wholly_known() || seen.insert(item)).collect();
        drop(seen);
        let mut keep = keep.into_iter();
        items.retain(|_| keep.next().unwrap_or(true));
        Self::Set(items)
    }

    /// True for `Null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True for `Unknown`, not looking inside collections.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// True when nothing unknown stands at any depth.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(items) | Self::Set(items) => items.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// True when both stand for the same: equal, but for what floats and
    /// calculations did to numbers ([`Number::meant`]).
    #[must_use]
    pub fn means(&self, other: &Value) -> bool {
        self == other || self.as_meant() == other.as_meant()
    }

    fn as_meant(&self) -> Self {
        let all = |items: &[Self]| items.iter().map(Self::as_meant).collect::<Vec<_>>();
        match self {
            Self::Number(number) => Self::Number(number.meant()),
            Self::List(items) => Self::List(all(items)),
            Self::Set(items) => Self::set(all(items)),
            Self::Map(entries) => {
                Self::map(entries.iter().map(|(key, value)| (key.clone(), value.as_meant())))
            }
            Self::Dynamic(inner) => Self::Dynamic(Box::new((inner.0.clone(), inner.1.as_meant()))),
            Self::Null | Self::Unknown(_) | Self::Bool(_) | Self::String(_) => self.clone(),
        }
    }

    /// The kind with its article, for errors that must not show the value.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list or tuple",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map or object",
            Self::Dynamic(_) => "a value with its type",
        }
    }

    /// The attribute of an object or the element of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The text, where this is known text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where this is a known one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, where this is a known one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    /// Equality of meaning: numbers by value (`0.18` = `0.180`), sets without
    /// order, an unknown only with an unknown, whatever is known of it.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Unknown(_), Self::Unknown(_)) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => same_elements(a, b),
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Dynamic(a), Self::Dynamic(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    /// Agrees with equality: nothing known of an unknown counts, nor the order
    /// of a set.
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null | Self::Unknown(_) => {}
            Self::Bool(truth) => truth.hash(state),
            Self::Number(number) => number.hash(state),
            Self::String(text) => text.hash(state),
            Self::List(items) => items.hash(state),
            Self::Set(items) => {
                let hasher = BuildHasherDefault::<DefaultHasher>::new();
                let sum = items.iter().fold(0u64, |sum, item| sum.wrapping_add(hasher.hash_one(item)));
                (items.len(), sum).hash(state);
            }
            Self::Map(entries) => entries.hash(state),
            Self::Dynamic(inner) => inner.hash(state),
        }
    }
}

/// Compares two sets as multisets: elements that hold unknowns may repeat.
fn same_elements(a: &[Value], b: &[Value]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut unmatched: HashMap<&Value, usize> = HashMap::with_capacity(b.len());
    for item in b {
        *unmatched.entry(item).or_default() += 1;
    }
    a.iter().all(|item| match unmatched.get_mut(item) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(items: &[&str]) -> Vec<Value> {
        items.iter().map(|item| Value::string(*item)).collect()
    }

    #[test]
    fn sets_are_compared_without_order_and_lists_with_it() {
        assert_eq!(Value::Set(text(&["a", "b"])), Value::Set(text(&["b", "a"])));
        assert_ne!(Value::List(text(&["a", "b"])), Value::List(text(&["b", "a"])));
        assert_ne!(Value::Set(text(&["a", "a", "b"])), Value::Set(text(&["a", "b", "b"])));
    }

    #[test]
    fn a_set_of_sets_is_compared_without_order_at_both_levels() {
        let nested = |a: &[&str], b: &[&str]| Value::Set(vec![Value::Set(text(a)), Value::Set(text(b))]);
        assert_eq!(nested(&["a", "b"], &["c", "d"]), nested(&["d", "c"], &["b", "a"]));
        assert_ne!(nested(&["a", "b"], &["c", "d"]), nested(&["a", "c"], &["b", "d"]));
    }

    #[test]
    fn a_set_drops_repetition_by_value() {
        let number = |text: &str| Value::Number(text.parse().unwrap());
        assert_eq!(
            Value::set([number("0.18"), number("0.180"), number("1")]),
            Value::Set(vec![number("0.18"), number("1")])
        );
    }

    /// Two blocks of a set that differ only in what is not known yet arrive as
    /// equal unknowns; dropping one would lose a block.
    #[test]
    fn a_set_keeps_elements_that_hold_unknowns() {
        let block = || Value::map([("ip", UNKNOWN), ("name", Value::string("a"))]);
        let Value::Set(items) = Value::set([block(), block()]) else { panic!("not a set") };
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn an_unknown_at_any_depth_is_found() {
        let deep = Value::map([("a", Value::List(vec![Value::Set(vec![UNKNOWN])]))]);
        assert!(!deep.is_wholly_known());
        assert!(Value::map([("a", Value::Null)]).is_wholly_known());
    }
}
