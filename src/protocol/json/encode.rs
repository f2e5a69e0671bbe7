//! Writing values as JSON, directed by their type.

use std::collections::BTreeMap;

use crate::protocol::codec::{EncodeError, EncodeReason, MAX_DEPTH, MAX_WRITTEN_BYTES};
use crate::protocol::type_json;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

/// Writes `value` as type `ty`, compactly. Numbers keep every digit.
///
/// # Errors
/// A value that is not of the type, holds something unknown, is nested too
/// deeply or takes too many bytes.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder { out: Vec::new(), levels_left: MAX_DEPTH };
    encoder.value(value, ty)?;
    Ok(encoder.out)
}

struct Encoder {
    out: Vec<u8>,
    levels_left: usize,
}

impl Encoder {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), EncodeError> {
        match (ty, value) {
            (_, Value::Null) => self.raw("null"),
            (_, Value::Unknown(_)) => return Err(EncodeReason::Unknown.into()),
            (Type::Bool, Value::Bool(truth)) => self.raw(if *truth { "true" } else { "false" }),
            (Type::Number, Value::Number(number)) => self.raw(&number.to_string()),
            (Type::String, Value::String(text)) => self.text(text)?,
            (Type::List(element), Value::List(items)) | (Type::Set(element), Value::Set(items)) => {
                self.nested(|encoder| encoder.array(items.iter().map(|item| (item, &**element))))?;
            }
            (Type::Tuple(elements), Value::List(items)) => {
                if items.len() != elements.len() {
                    return Err(EncodeReason::TupleLength { expected: elements.len() }.into());
                }
                self.nested(|encoder| encoder.array(items.iter().zip(elements)))?;
            }
            (Type::Map(element), Value::Map(entries)) => {
                self.nested(|encoder| encoder.map(element, entries))?
            }
            (Type::Object(attributes), Value::Map(entries)) => {
                self.nested(|encoder| encoder.object(attributes, entries))?;
            }
            (Type::Dynamic, Value::Dynamic(inner)) => {
                self.nested(|encoder| encoder.dynamic(&inner.0, &inner.1))?;
            }
            (ty, value) => {
                return Err(EncodeReason::WrongKind { expected: ty.kind(), found: value.kind() }.into());
            }
        }
        if self.out.len() > MAX_WRITTEN_BYTES { Err(EncodeReason::TooLong.into()) } else { Ok(()) }
    }

    fn nested(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(EncodeReason::TooDeep)?;
        write(self)?;
        self.levels_left += 1;
        Ok(())
    }

    fn array<'a>(&mut self, items: impl Iterator<Item = (&'a Value, &'a Type)>) -> Result<(), EncodeError> {
        self.raw("[");
        for (index, (item, ty)) in items.enumerate() {
            self.comma(index);
            self.value(item, ty).map_err(|error| error.at_index(index))?;
        }
        self.raw("]");
        Ok(())
    }

    fn map(&mut self, element: &Type, entries: &BTreeMap<String, Value>) -> Result<(), EncodeError> {
        self.raw("{");
        for (index, (key, item)) in entries.iter().enumerate() {
            self.comma(index);
            self.key(key)?;
            self.value(item, element).map_err(|error| error.at_key(key))?;
        }
        self.raw("}");
        Ok(())
    }

    fn object(
        &mut self,
        attributes: &BTreeMap<String, Type>,
        entries: &BTreeMap<String, Value>,
    ) -> Result<(), EncodeError> {
        if let Some(name) = entries.keys().find(|name| !attributes.contains_key(*name)) {
            return Err(EncodeError::from(EncodeReason::UnsupportedAttribute).in_attribute(name));
        }
        self.raw("{");
        for (index, (name, ty)) in attributes.iter().enumerate() {
            let item = entries
                .get(name)
                .ok_or_else(|| EncodeError::from(EncodeReason::MissingAttribute).in_attribute(name))?;
            self.comma(index);
            self.key(name)?;
            self.value(item, ty).map_err(|error| error.in_attribute(name))?;
        }
        self.raw("}");
        Ok(())
    }

    fn dynamic(&mut self, ty: &Type, value: &Value) -> Result<(), EncodeError> {
        self.raw("{\"value\":");
        self.value(value, ty)?;
        self.raw(",\"type\":");
        self.out.extend_from_slice(&type_json::encode(ty));
        self.raw("}");
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), EncodeError> {
        self.text(key)?;
        self.raw(":");
        Ok(())
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.raw(",");
        }
    }

    fn text(&mut self, text: &str) -> Result<(), EncodeError> {
        // A vector takes every byte, so nothing but its length can be wrong.
        serde_json::to_writer(&mut self.out, text).map_err(|_| EncodeReason::TooLong.into())
    }

    fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }
}
