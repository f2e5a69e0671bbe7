//! Type constraints as JSON: in schemas, and beside dynamic values. The types themselves
//! are in `types`, values in `msgpack` and `json`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::codec::MAX_DEPTH;
use super::types::Type;

/// Bytes that are no type in JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "neither a primitive nor a structured type of at most {MAX_DEPTH} levels at line {line}, column {column}"
)]
pub struct TypeError {
    /// Counted from 1.
    pub line: usize,
    /// In bytes, counted from 1.
    pub column: usize,
}

/// Writes a type in its compact JSON form: `"string"`, `["list","number"]`,
/// `["object",{"name":"string"}]`, `["tuple",["string","bool"]]`.
#[must_use]
pub fn encode(ty: &Type) -> Vec<u8> {
    let mut text = String::new();
    write(ty, &mut text);
    text.into_bytes()
}

fn write(ty: &Type, text: &mut String) {
    match ty {
        Type::Bool => text.push_str("\"bool\""),
        Type::Number => text.push_str("\"number\""),
        Type::String => text.push_str("\"string\""),
        Type::Dynamic => text.push_str("\"dynamic\""),
        Type::List(element) => write_collection("list", element, text),
        Type::Set(element) => write_collection("set", element, text),
        Type::Map(element) => write_collection("map", element, text),
        Type::Tuple(elements) => {
            text.push_str("[\"tuple\",[");
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(element, text);
            }
            text.push_str("]]");
        }
        Type::Object(attributes) => {
            text.push_str("[\"object\",{");
            for (index, (name, attribute)) in attributes.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::Value::from(name.as_str()).to_string());
                text.push(':');
                write(attribute, text);
            }
            text.push_str("}]");
        }
    }
}

fn write_collection(kind: &str, element: &Type, text: &mut String) {
    text.push_str("[\"");
    text.push_str(kind);
    text.push_str("\",");
    write(element, text);
    text.push(']');
}

/// Reads a type from JSON. The list of optional attributes, which an object
/// type may carry as a third element, is read and forgotten: it matters to a
/// module's input variables only.
///
/// # Errors
/// Anything that is not exactly one type, nests deeper than
/// [`MAX_DEPTH`], or names an attribute twice.
pub fn decode(bytes: &[u8]) -> Result<Type, TypeError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    TypeSeed { levels_left: MAX_DEPTH }
        .deserialize(&mut reader)
        .and_then(|ty| reader.end().map(|()| ty))
        .map_err(|error| TypeError { line: error.line(), column: error.column() })
}

/// Reads one type.
struct TypeSeed {
    levels_left: usize,
}

impl<'de> DeserializeSeed<'de> for TypeSeed {
    type Value = Type;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Type, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TypeSeed {
    type Value = Type;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Type, E> {
        match name {
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(E::custom("not a primitive type")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Type, A::Error> {
        let Some(levels_left) = self.levels_left.checked_sub(1) else {
            return Err(de::Error::custom("too deep"));
        };
        let incomplete = || de::Error::custom("incomplete");
        let kind: String = parts.next_element()?.ok_or_else(incomplete)?;
        let inner = TypeSeed { levels_left };
        let ty = match kind.as_str() {
            "list" => Type::list(parts.next_element_seed(inner)?.ok_or_else(incomplete)?),
            "set" => Type::set(parts.next_element_seed(inner)?.ok_or_else(incomplete)?),
            "map" => Type::map(parts.next_element_seed(inner)?.ok_or_else(incomplete)?),
            "tuple" => Type::Tuple(parts.next_element_seed(TupleSeed(inner))?.ok_or_else(incomplete)?),
            "object" => {
                let attributes = parts.next_element_seed(ObjectSeed(inner))?.ok_or_else(incomplete)?;
                parts.next_element::<Vec<String>>()?;
                Type::Object(attributes)
            }
            _ => return Err(de::Error::custom("not a structured type")),
        };
        match parts.next_element::<IgnoredAny>()? {
            None => Ok(ty),
            Some(_) => Err(de::Error::custom("too many elements")),
        }
    }
}

/// Reads the element types of a tuple.
struct TupleSeed(TypeSeed);

impl<'de> DeserializeSeed<'de> for TupleSeed {
    type Value = Vec<Type>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Vec<Type>, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for TupleSeed {
    type Value = Vec<Type>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of types")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<Type>, A::Error> {
        let mut types = Vec::new();
        while let Some(ty) = elements.next_element_seed(TypeSeed { levels_left: self.0.levels_left })? {
            types.push(ty);
        }
        Ok(types)
    }
}

/// Reads the attribute types of an object.
struct ObjectSeed(TypeSeed);

impl<'de> DeserializeSeed<'de> for ObjectSeed {
    type Value = BTreeMap<String, Type>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed {
    type Value = BTreeMap<String, Type>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of types")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut attributes: A) -> Result<Self::Value, A::Error> {
        let mut types = BTreeMap::new();
        while let Some(name) = attributes.next_key::<String>()? {
            let ty = attributes.next_value_seed(TypeSeed { levels_left: self.0.levels_left })?;
            match types.entry(name) {
                Entry::Vacant(free) => free.insert(ty),
                Entry::Occupied(_) => return Err(de::Error::custom("an attribute stands twice")),
            };
        }
        Ok(types)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Type, TypeError> {
        decode(text.as_bytes())
    }

    fn written(ty: &Type) -> String {
        String::from_utf8(encode(ty)).unwrap()
    }

    #[test]
    fn every_kind_of_type_has_its_compact_form() {
        let cases = [
            (Type::Bool, r#""bool""#),
            (Type::Number, r#""number""#),
            (Type::String, r#""string""#),
            (Type::Dynamic, r#""dynamic""#),
            (Type::list(Type::String), r#"["list","string"]"#),
            (Type::set(Type::map(Type::Bool)), r#"["set",["map","bool"]]"#),
            (Type::Tuple(vec![]), r#"["tuple",[]]"#),
            (Type::Tuple(vec![Type::String, Type::Number]), r#"["tuple",["string","number"]]"#),
            (Type::object::<&str>([]), r#"["object",{}]"#),
            (
                Type::object([("b", Type::Bool), ("a", Type::list(Type::Dynamic))]),
                r#"["object",{"a":["list","dynamic"],"b":"bool"}]"#,
            ),
            (Type::object([("a\"\\\n", Type::Bool)]), r#"["object",{"a\"\\\n":"bool"}]"#),
        ];
        for (ty, text) in cases {
            assert_eq!(written(&ty), text);
            assert_eq!(read(text).as_ref(), Ok(&ty), "{text}");
        }
    }

    #[test]
    fn optional_attributes_are_accepted_and_not_written() {
        let ty = read(r#"[ "object", {"a":"string"}, ["a"] ]"#).unwrap();
        assert_eq!(written(&ty), r#"["object",{"a":"string"}]"#);
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in [
            "",
            "null",
            "1",
            "\"text\"",
            "[]",
            "[\"list\"]",
            "[\"list\",\"string\",\"string\"]",
            "[\"tuple\",\"string\"]",
            "[\"object\",[]]",
            "[\"object\",{},[],[]]",
            "[\"object\",{},[1]]",
            "[\"object\",{\"a\":\"bool\",\"a\":\"bool\"}]",
            "[\"bool\"]",
            "{\"list\":\"string\"}",
            "\"string\" \"string\"",
            "[\"list\",\"string\"",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| {
            format!("{}\"bool\"{}", "[\"object\",{\"a\":".repeat(levels), "}]".repeat(levels))
        };
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert!(read(&nested(MAX_DEPTH + 1)).is_err());
        assert!(read(&"[\"list\",".repeat(1_000_000)).is_err());
    }
}
