//! Reading values from JSON, directed by their type. One pass over the text, no tree in
//! between; only a dynamic value is scanned twice, as its type may follow it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::protocol::codec::{DecodeError, DecodeReason, MAX_BYTES, MAX_DEPTH};
use crate::protocol::type_json;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

/// Reads the one value of type `ty` that `bytes` hold, strictly: objects have
/// exactly the attributes of their type, and every scalar is of its kind.
///
/// # Errors
/// Text that is malformed, too long, nested too deeply, or no value of the
/// type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, false)
}

/// Reads a state that an earlier version of the provider, or of its schema,
/// may have written. As [`decode`], but:
///
/// 1. attributes that the type does not have are ignored;
/// 2. attributes that are missing are null;
/// 3. a number or a bool stands for its text, the text of a number for the
///    number, and `"true"`, `"false"`, `"1"`, `"0"`, `1` and `0` for a bool;
/// 4. of a repeated key the last value counts.
///
/// # Errors
/// Text that is malformed, too long, nested too deeply, or no value of the
/// type even so.
pub fn decode_lenient(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, true)
}

fn read(bytes: &[u8], ty: &Type, lenient: bool) -> Result<Value, DecodeError> {
    if bytes.len() > MAX_BYTES {
        return Err(DecodeReason::TooLong.into());
    }
    let reading = Reading { lenient, fault: RefCell::new(None) };
    reading.document(bytes, ty, MAX_DEPTH).map_err(|error| reading.explain(&error))
}

/// What all parts of one reading share.
struct Reading {
    lenient: bool,
    /// What went wrong. Kept apart from the JSON reader's errors, which would
    /// quote values and cannot carry a path.
    fault: RefCell<Option<Fault>>,
}

struct Fault {
    error: DecodeError,
    /// False when the JSON reader stopped by itself and its error says why.
    certain: bool,
}

impl Reading {
    fn document(&self, bytes: &[u8], ty: &Type, levels_left: usize) -> Result<Value, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = Node { reading: self, ty, levels_left }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// Keeps the first reason; returns what makes the JSON reader stop.
    fn stop<E: serde::de::Error>(&self, error: impl Into<DecodeError>) -> E {
        self.fault.borrow_mut().get_or_insert_with(|| Fault { error: error.into(), certain: true });
        E::custom("stopped")
    }

    /// Keeps that the reader stopped at a value of type `ty`, unless a reason
    /// is known already.
    fn assume_wrong_kind(&self, ty: &Type) {
        self.fault.borrow_mut().get_or_insert_with(|| Fault {
            error: DecodeReason::WrongKind { expected: ty.kind(), found: "another kind of value" }.into(),
            certain: false,
        });
    }

    /// Adds a step to the path of the fault.
    fn locate(&self, step: impl FnOnce(DecodeError) -> DecodeError) {
        let mut fault = self.fault.borrow_mut();
        *fault = fault.take().map(|fault| Fault { error: step(fault.error), ..fault });
    }

    /// The error to report when the JSON reader stopped with `error`.
    fn explain(&self, error: &serde_json::Error) -> DecodeError {
        let fault = self.fault.take();
        let malformed = DecodeReason::Json { line: error.line(), column: error.column() };
        match fault {
            Some(fault) if fault.certain || error.classify() == Category::Data => fault.error,
            Some(fault) => fault.error.because(malformed),
            None => malformed.into(),
        }
    }
}

/// One value still to be read.
#[derive(Clone, Copy)]
struct Node<'a> {
    reading: &'a Reading,
    ty: &'a Type,
    levels_left: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        let value = match self.ty {
            Type::Bool | Type::Number | Type::String => <&RawValue>::deserialize(reader)
                .and_then(|raw| self.scalar(raw.get()).map_err(|reason| self.reading.stop(reason))),
            _ => reader.deserialize_option(self),
        };
        if value.is_err() {
            self.reading.assume_wrong_kind(self.ty);
        }
        value
    }
}

impl<'a> Node<'a> {
    /// The value of one scalar, whose text has no white space around it.
    fn scalar(self, text: &str) -> Result<Value, DecodeReason> {
        let lenient = self.reading.lenient;
        let scalar = Scalar::parse(text)?;
        Ok(match (self.ty, &scalar) {
            (_, Scalar::Null) => Value::Null,
            (Type::Bool, Scalar::Bool(truth)) => Value::Bool(*truth),
            (Type::Number, Scalar::Number(digits)) => Value::Number(digits.parse()?),
            (Type::String, Scalar::String(text)) => Value::string(text),
            (Type::Bool, Scalar::String(word)) if lenient && matches!(word.as_str(), "true" | "1") => {
                Value::Bool(true)
            }
            (Type::Bool, Scalar::String(word)) if lenient && matches!(word.as_str(), "false" | "0") => {
                Value::Bool(false)
            }
            (Type::Bool, Scalar::Number("1")) if lenient => Value::Bool(true),
            (Type::Bool, Scalar::Number("0")) if lenient => Value::Bool(false),
            (Type::Number, Scalar::String(digits)) if lenient => Value::Number(digits.parse()?),
            (Type::String, Scalar::Number(digits)) if lenient => Value::string(*digits),
            (Type::String, Scalar::Bool(truth)) if lenient => Value::string(truth.to_string()),
            (ty, scalar) => {
                return Err(DecodeReason::WrongKind { expected: ty.kind(), found: scalar.kind() });
            }
        })
    }

    /// The node of a value inside this one.
    fn inside<E: serde::de::Error>(self, ty: &'a Type) -> Result<Node<'a>, E> {
        match self.levels_left.checked_sub(1) {
            Some(levels_left) => Ok(Node { ty, levels_left, ..self }),
            None => Err(self.reading.stop(DecodeReason::TooDeep)),
        }
    }

    fn elements<'de, A: SeqAccess<'de>>(
        self,
        element: &'a Type,
        items: &mut A,
    ) -> Result<Vec<Value>, A::Error> {
        let node = self.inside(element)?;
        let mut values = Vec::new();
        loop {
            match items.next_element_seed(node) {
                Ok(Some(value)) => values.push(value),
                Ok(None) => return Ok(values),
                Err(error) => {
                    self.reading.locate(|fault| fault.at_index(values.len()));
                    return Err(error);
                }
            }
        }
    }

    fn tuple<'de, A: SeqAccess<'de>>(self, elements: &'a [Type], items: &mut A) -> Result<Value, A::Error> {
        let wrong_length = || self.reading.stop(DecodeReason::TupleLength { expected: elements.len() });
        let mut values = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            match items.next_element_seed(self.inside(element)?) {
                Ok(Some(value)) => values.push(value),
                Ok(None) => return Err(wrong_length()),
                Err(error) => {
                    self.reading.locate(|fault| fault.at_index(index));
                    return Err(error);
                }
            }
        }
        match items.next_element::<IgnoredAny>()? {
            None => Ok(Value::List(values)),
            Some(_) => Err(wrong_length()),
        }
    }

    fn map<'de, A: MapAccess<'de>>(self, element: &'a Type, mut pairs: A) -> Result<Value, A::Error> {
        let node = self.inside(element)?;
        let mut entries = BTreeMap::new();
        while let Some(key) = pairs.next_key::<String>()? {
            if !self.reading.lenient && entries.contains_key(&key) {
                return Err(self.reading.stop(DecodeError::from(DecodeReason::RepeatedKey).at_key(&key)));
            }
            let value = pairs
                .next_value_seed(node)
                .inspect_err(|_| self.reading.locate(|fault| fault.at_key(&key)))?;
            entries.insert(key, value);
        }
        Ok(Value::Map(entries))
    }

    fn object<'de, A: MapAccess<'de>>(
        self,
        attributes: &'a BTreeMap<String, Type>,
        mut pairs: A,
    ) -> Result<Value, A::Error> {
        let lenient = self.reading.lenient;
        let fault = |reason: DecodeReason, name: &str| -> A::Error {
            self.reading.stop(DecodeError::from(reason).in_attribute(name))
        };
        let mut entries = BTreeMap::new();
        while let Some(name) = pairs.next_key::<String>()? {
            let Some(ty) = attributes.get(&name) else {
                if lenient {
                    pairs.next_value::<IgnoredAny>()?;
                    continue;
                }
                return Err(fault(DecodeReason::UnsupportedAttribute, &name));
            };
            if !lenient && entries.contains_key(&name) {
                return Err(fault(DecodeReason::RepeatedKey, &name));
            }
            let value = pairs
                .next_value_seed(self.inside(ty)?)
                .inspect_err(|_| self.reading.locate(|fault| fault.in_attribute(&name)))?;
            entries.insert(name, value);
        }
        if entries.len() < attributes.len() {
            for name in attributes.keys() {
                if !lenient && !entries.contains_key(name) {
                    return Err(fault(DecodeReason::MissingAttribute, name));
                }
                entries.entry(name.clone()).or_insert(Value::Null);
            }
        }
        Ok(Value::Map(entries))
    }

    fn dynamic<'de, A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let fault = |reason: DecodeReason, name: &str| -> A::Error {
            self.reading.stop(DecodeError::from(reason).in_attribute(name))
        };
        let (mut ty, mut value) = (None::<&RawValue>, None::<&RawValue>);
        while let Some(name) = pairs.next_key::<String>()? {
            let part = match name.as_str() {
                "type" => &mut ty,
                "value" => &mut value,
                _ => return Err(fault(DecodeReason::UnsupportedAttribute, &name)),
            };
            if part.replace(pairs.next_value()?).is_some() {
                return Err(fault(DecodeReason::RepeatedKey, &name));
            }
        }
        let ty = ty.ok_or_else(|| fault(DecodeReason::MissingAttribute, "type"))?;
        let value = value.ok_or_else(|| fault(DecodeReason::MissingAttribute, "value"))?;
        let ty = type_json::decode(ty.get().as_bytes())
            .map_err(|error| self.reading.stop(DecodeReason::from(error)))?;
        let node = self.inside(&ty)?;
        let value = self
            .reading
            .document(value.get().as_bytes(), &ty, node.levels_left)
            .map_err(|error| self.reading.stop(self.reading.explain(&error)))?;
        // A value whose own type is dynamic again is wrapped already, or is a
        // null without a type.
        Ok(if ty == Type::Dynamic { value } else { Value::Dynamic(Box::new((ty, value))) })
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.ty.kind())
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        match self.ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => reader.deserialize_seq(self),
            _ => reader.deserialize_map(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::List(element) => self.elements(element, &mut items).map(Value::List),
            Type::Set(element) => self.elements(element, &mut items).map(Value::set),
            Type::Tuple(elements) => self.tuple(elements, &mut items),
            _ => Err(A::Error::custom("not a sequence type")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, pairs: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::Map(element) => self.map(element, pairs),
            Type::Object(attributes) => self.object(attributes, pairs),
            Type::Dynamic => self.dynamic(pairs),
            _ => Err(A::Error::custom("not a mapping type")),
        }
    }
}

/// A JSON value that holds no other.
enum Scalar<'a> {
    Null,
    Bool(bool),
    /// The digits as they stand in the text.
    Number(&'a str),
    String(String),
    /// An array or an object: no scalar after all.
    Array,
    Object,
}

impl<'a> Scalar<'a> {
    /// Tells apart well-formed JSON by its first byte.
    fn parse(text: &'a str) -> Result<Self, DecodeReason> {
        Ok(match text.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            // Half of a surrogate pair is well-formed but no text.
            Some(b'"') => Self::String(serde_json::from_str(text).map_err(|_| DecodeReason::Utf8)?),
            _ => Self::Number(text),
        })
    }

    /// The kind with its article, for errors.
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}
