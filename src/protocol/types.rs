//! Type constraints of Terraform's type system. The JSON form that travels in schemas and
//! in dynamic values is in `type_json`.

use std::collections::BTreeMap;

use super::value::sorted;

/// A type constraint, as a schema states it for an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A decimal number of any size and precision.
    Number,
    /// Text in Unicode normalisation form C.
    String,
    /// Decided by the value: the value then carries its own type.
    Dynamic,
    /// Ordered, all elements of one type.
    List(Box<Type>),
    /// Unordered and without repetition, all elements of one type.
    Set(Box<Type>),
    /// Text keys, all elements of one type.
    Map(Box<Type>),
    /// Ordered, each element of its own type.
    Tuple(Vec<Type>),
    /// A fixed set of attributes, each of its own type.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// A list of `element`.
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    #[must_use]
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    #[must_use]
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of the given attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(sorted(attributes.into_iter().map(|(name, ty)| (name.into(), ty))))
    }

    /// The kind with its article, for errors: `a string`, `an object`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Dynamic => "a value with its type",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}
