//! Between dynamic values and Rust structs. A model is a struct declared with
//! [`object!`](crate::object); every field is an [`Attr`], because in a plan any value may
//! be null or unknown.

use std::collections::BTreeMap;

use crate::protocol::number::Number;
use crate::protocol::value::{UNKNOWN, Unknown, Value};

use super::path::Path;

/// A field of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attr<T> {
    /// Nothing.
    #[default]
    Null,
    /// Decided during apply.
    Unknown(Unknown),
    /// This value.
    Known(T),
}

impl<T> Attr<T> {
    /// The value, when it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// The value, when it is known and not null.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True for unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// True when it is certain that there is a value: known, or unknown with
    /// Terraform's word that it will not be null.
    pub fn is_certainly_set(&self) -> bool {
        match self {
            Self::Known(_) => true,
            Self::Unknown(unknown) => unknown.not_null,
            Self::Null => false,
        }
    }

    /// The unknown value.
    pub fn unknown() -> Self {
        Self::Unknown(Unknown::default())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

/// A value that is not of the kind its model says. The schema makes this
/// impossible for what Terraform sends, so it is the provider's bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}")]
pub struct MappingError {
    /// Where.
    pub path: Path,
    /// What the model wants there.
    pub expected: &'static str,
}

impl MappingError {
    /// At the value itself; callers add the way to it with [`under`](Self::under).
    #[must_use]
    pub fn expected(expected: &'static str) -> Self {
        Self { path: Path::top(), expected }
    }

    /// The same error, seen from the object that holds the value.
    #[must_use]
    pub fn under(self, attribute: &str) -> Self {
        let path = self.path.steps().iter().fold(Path::root(attribute), |path, step| path.step(step.clone()));
        Self { path, ..self }
    }
}

/// A Rust type that stands for a known, non-null value. Contract:
///
/// 1. `from_value(into_value(v)) = v`.
/// 2. `from_value` is never given null or unknown unless the type is an
///    [`Attr`], which is what takes those two away.
pub trait Mapped: Sized {
    /// # Errors
    /// The value is of another kind.
    fn from_value(value: &Value) -> Result<Self, MappingError>;

    /// The dynamic value.
    fn into_value(self) -> Value;
}

/// A struct that stands for an object. Implemented by [`object!`](crate::object).
pub trait Object: Mapped + Clone + Send + Sync + 'static {
    /// The names of its attributes and blocks; a test compares them with the schema.
    const ATTRIBUTES: &'static [&'static str];

    /// The same, if it has names of its own.
    #[must_use]
    fn attributes() -> Option<&'static [&'static str]> {
        Some(Self::ATTRIBUTES)
    }
}

/// An object of any attributes, for what is derived from a schema.
impl Mapped for Value {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        Ok(value.clone())
    }

    fn into_value(self) -> Value {
        self
    }
}

impl Object for Value {
    const ATTRIBUTES: &'static [&'static str] = &[];

    fn attributes() -> Option<&'static [&'static str]> {
        None
    }
}

impl<T: Mapped> Mapped for Attr<T> {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown(unknown) => Ok(Self::Unknown(*unknown)),
            known => T::from_value(known).map(Self::Known),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown(Unknown { not_null: false }) => UNKNOWN,
            Self::Unknown(unknown) => Value::Unknown(unknown),
            Self::Known(value) => value.into_value(),
        }
    }
}

impl Mapped for String {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        value.as_str().map(str::to_owned).ok_or(MappingError::expected("text"))
    }

    fn into_value(self) -> Value {
        Value::String(self)
    }
}

impl Mapped for bool {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        value.as_bool().ok_or(MappingError::expected("a Boolean"))
    }

    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl Mapped for Number {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        value.as_number().cloned().ok_or(MappingError::expected("a number"))
    }

    fn into_value(self) -> Value {
        Value::Number(self)
    }
}

impl Mapped for i64 {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        value
            .as_number()
            .and_then(|number| number.meant().to_i64())
            .ok_or(MappingError::expected("a 64-bit whole number"))
    }

    fn into_value(self) -> Value {
        Value::Number(Number::from(self))
    }
}

/// A list.
impl<T: Mapped> Mapped for Vec<T> {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        match value {
            Value::List(items) => items.iter().map(T::from_value).collect(),
            _ => Err(MappingError::expected("a list")),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

/// A set; the order of the elements carries no meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetOf<T>(pub Vec<T>);

impl<T: Mapped> Mapped for SetOf<T> {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        match value {
            Value::Set(items) => items.iter().map(T::from_value).collect::<Result<_, _>>().map(Self),
            _ => Err(MappingError::expected("a set")),
        }
    }

    fn into_value(self) -> Value {
        Value::Set(self.0.into_iter().map(T::into_value).collect())
    }
}

impl<T: Mapped> Mapped for BTreeMap<String, T> {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        match value {
            Value::Map(entries) => {
                let mut map = BTreeMap::new();
                for (key, item) in entries {
                    map.insert(key.clone(), T::from_value(item)?);
                }
                Ok(map)
            }
            _ => Err(MappingError::expected("a map")),
        }
    }

    fn into_value(self) -> Value {
        Value::map(self.into_iter().map(|(key, item)| (key, item.into_value())))
    }
}

/// Declares a struct and its mapping to an object of the same attribute names, as in
/// `object! { pub struct Gateway { pub host: Attr<String> } }`.
macro_rules! object {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $ty:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $ty),*
        }

        impl $crate::framework::object::Mapped for $name {
            fn from_value(
                value: &$crate::protocol::value::Value,
            ) -> Result<Self, $crate::framework::object::MappingError> {
                let $crate::protocol::value::Value::Map(entries) = value else {
                    return Err($crate::framework::object::MappingError::expected("an object"));
                };
                Ok(Self {$(
                    $field: <$ty as $crate::framework::object::Mapped>::from_value(
                        entries.get(stringify!($field)).unwrap_or(&$crate::protocol::value::Value::Null),
                    )
                    .map_err(|error| error.under(stringify!($field)))?,
                )*})
            }

            fn into_value(self) -> $crate::protocol::value::Value {
                $crate::protocol::value::Value::map([$(
                    (stringify!($field), <$ty as $crate::framework::object::Mapped>::into_value(self.$field)),
                )*])
            }
        }

        impl $crate::framework::object::Object for $name {
            const ATTRIBUTES: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}

pub(crate) use object;
