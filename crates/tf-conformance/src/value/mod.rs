//! Terraform's values and types, as small as Core's rules need them. The wire
//! forms are in the modules below; nothing here knows RPCs or schemas.

mod json;
mod msgpack;
mod type_json;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;

pub use json::{from_json, to_json};
pub use msgpack::{Forms, NumberForm, UnknownForm, decode, decode_leniently, encode, encode_as};
pub use type_json::{parse_type, type_json};

/// A type, as the protocol writes it in JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A decimal number of any size.
    Number,
    /// Text in Unicode's NFC form.
    String,
    /// Anything; the value carries its type.
    Dynamic,
    /// Elements in order.
    List(Box<Type>),
    /// Different elements without order.
    Set(Box<Type>),
    /// Elements by key.
    Map(Box<Type>),
    /// Attributes, each with its type.
    Object(BTreeMap<String, Type>),
    /// Elements, each with its type.
    Tuple(Vec<Type>),
}

/// A value. Equality is Core's: numbers by what they mean, sets without order.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A value that will be there after apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number without trailing zeros.
    Number(BigDecimal),
    /// Text.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set.
    Set(BTreeSet<Value>),
    /// A map or an object.
    Map(BTreeMap<String, Value>),
    /// What an attribute of type `dynamic` holds: never `Unknown` or `Null` of
    /// no type, which stand for themselves.
    Dynamic(Box<Type>, Box<Value>),
}

/// A value cannot be written, or what was received is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct ValueError {
    /// Where, as in `tags[2].name`; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl ValueError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }

    fn under(mut self, step: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => step.to_owned(),
            rest if rest.starts_with('[') => format!("{step}{rest}"),
            rest => format!("{step}.{rest}"),
        };
        self
    }
}

impl Value {
    /// Text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// The number that `text` spells; `None` if it spells none.
    pub fn number(text: &str) -> Option<Self> {
        BigDecimal::from_str(text).ok().map(|number| Self::Number(number.normalized()))
    }

    /// The value of a finite float to its last digit, which is what Core makes of
    /// it: the float next to 0.18 is another number than 0.18.
    pub fn float(float: f64) -> Option<Self> {
        BigDecimal::try_from(float).ok().map(|number| Self::Number(number.normalized()))
    }

    /// Whether nothing in it is unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_known),
            Self::Set(elements) => elements.iter().all(Self::is_known),
            Self::Map(entries) => entries.values().all(Self::is_known),
            Self::Dynamic(_, value) => value.is_known(),
            _ => true,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// An attribute of an object, or an element of a map. `Null` where the
    /// object itself is null, or has none of this name.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Map(entries) => entries.get(name).unwrap_or(&Self::Null),
            Self::Unknown => self,
            _ => &Self::Null,
        }
    }

    /// Replaces an attribute. Nothing happens to what is no object.
    #[must_use]
    pub fn with(mut self, name: &str, value: Self) -> Self {
        if let Self::Map(entries) = &mut self {
            entries.insert(name.to_owned(), value);
        }
        self
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, a tuple or a set, in the order they have.
    pub fn elements(&self) -> Vec<&Self> {
        match self {
            Self::List(elements) => elements.iter().collect(),
            Self::Set(elements) => elements.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The text of every string in it.
    pub fn texts(&self, found: &mut Vec<String>) {
        match self {
            Self::String(text) => found.push(text.clone()),
            Self::List(elements) => elements.iter().for_each(|element| element.texts(found)),
            Self::Set(elements) => elements.iter().for_each(|element| element.texts(found)),
            Self::Map(entries) => entries.values().for_each(|entry| entry.texts(found)),
            Self::Dynamic(_, value) => value.texts(found),
            _ => {}
        }
    }
}

/// JSON-like, for messages: `(known after apply)` for what is unknown.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", to_json(self))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
