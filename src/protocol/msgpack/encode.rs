//! Writing values as MessagePack, directed by their type.

use std::collections::BTreeMap;

use rmp::encode::{self as rmp_encode, ByteBuf};

use super::{NULLNESS, REFINED_UNKNOWN};
use crate::protocol::codec::{EncodeError, EncodeReason, MAX_DEPTH, MAX_WRITTEN_BYTES};
use crate::protocol::number::Number;
use crate::protocol::type_json;
use crate::protocol::types::Type;
use crate::protocol::value::{Unknown, Value};

/// Writes `value` as type `ty`.
///
/// Numbers are written as integers where they are 64-bit ones, as floats where
/// they are those of a float that stands for a shorter decimal, since whoever
/// sent one holds no other number to be equal, and as decimal text otherwise. The
/// elements of a set are written in the
/// order of their bytes, so that equal values are equal bytes.
///
/// # Errors
/// A value that is not of the type, is nested too deeply or takes too many
/// bytes.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder { out: ByteBuf::new(), levels_left: MAX_DEPTH };
    encoder.value(value, ty)?;
    Ok(encoder.out.into_vec())
}

/// An unknown value: an extension of code 0 with one byte that means nothing.
const PLAIN: [u8; 3] = [0xd4, 0, 0];

/// An unknown value that is not null: an extension of three bytes, which are a
/// map of one pair.
const NOT_NULL: [u8; 6] = [0xc7, 3, REFINED_UNKNOWN.cast_unsigned(), 0x81, NULLNESS, 0xc2];

struct Encoder {
    out: ByteBuf,
    levels_left: usize,
}

impl Encoder {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), EncodeError> {
        match (ty, value) {
            (_, Value::Null) => {
                let Ok(()) = rmp_encode::write_nil(&mut self.out);
            }
            (_, Value::Unknown(known)) => self.unknown(*known, ty),
            (Type::Bool, Value::Bool(truth)) => {
                let Ok(()) = rmp_encode::write_bool(&mut self.out, *truth);
            }
            (Type::Number, Value::Number(number)) => self.number(number)?,
            (Type::String, Value::String(text)) => self.text(text)?,
            (Type::List(element), Value::List(items)) => {
                self.nested(|encoder| encoder.elements(element, items))?;
            }
            (Type::Set(element), Value::Set(items)) => self.nested(|encoder| encoder.set(element, items))?,
            (Type::Tuple(elements), Value::List(items)) => {
                self.nested(|encoder| encoder.tuple(elements, items))?;
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
        if self.out.as_vec().len() > MAX_WRITTEN_BYTES { Err(EncodeReason::TooLong.into()) } else { Ok(()) }
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

    fn elements(&mut self, element: &Type, items: &[Value]) -> Result<(), EncodeError> {
        let length = length(items.len())?;
        let Ok(_) = rmp_encode::write_array_len(&mut self.out, length);
        for (index, item) in items.iter().enumerate() {
            self.value(item, element).map_err(|error| error.at_index(index))?;
        }
        Ok(())
    }

    fn set(&mut self, element: &Type, items: &[Value]) -> Result<(), EncodeError> {
        let length = length(items.len())?;
        let Ok(_) = rmp_encode::write_array_len(&mut self.out, length);
        let start = self.out.as_vec().len();
        let mut ends = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.value(item, element).map_err(|error| error.at_index(index))?;
            ends.push(self.out.as_vec().len() - start);
        }
        let unordered = self.out.as_mut_vec().split_off(start);
        let mut rest = unordered.as_slice();
        let mut encoded = Vec::with_capacity(items.len());
        let mut begin = 0;
        for end in ends {
            let (item, after) = rest.split_at(end - begin);
            encoded.push(item);
            (rest, begin) = (after, end);
        }
        encoded.sort_unstable();
        encoded.into_iter().for_each(|item| self.out.as_mut_vec().extend_from_slice(item));
        Ok(())
    }

    fn tuple(&mut self, elements: &[Type], items: &[Value]) -> Result<(), EncodeError> {
        if items.len() != elements.len() {
            return Err(EncodeReason::TupleLength { expected: elements.len() }.into());
        }
        let length = length(items.len())?;
        let Ok(_) = rmp_encode::write_array_len(&mut self.out, length);
        for (index, (item, element)) in items.iter().zip(elements).enumerate() {
            self.value(item, element).map_err(|error| error.at_index(index))?;
        }
        Ok(())
    }

    fn map(&mut self, element: &Type, entries: &BTreeMap<String, Value>) -> Result<(), EncodeError> {
        let length = length(entries.len())?;
        let Ok(_) = rmp_encode::write_map_len(&mut self.out, length);
        for (key, item) in entries {
            self.text(key)?;
            self.value(item, element).map_err(|error| error.at_key(key))?;
        }
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
        let length = length(attributes.len())?;
        let Ok(_) = rmp_encode::write_map_len(&mut self.out, length);
        for (name, ty) in attributes {
            let item = entries
                .get(name)
                .ok_or_else(|| EncodeError::from(EncodeReason::MissingAttribute).in_attribute(name))?;
            self.text(name)?;
            self.value(item, ty).map_err(|error| error.in_attribute(name))?;
        }
        Ok(())
    }

    fn dynamic(&mut self, ty: &Type, value: &Value) -> Result<(), EncodeError> {
        let Ok(_) = rmp_encode::write_array_len(&mut self.out, 2);
        let ty_json = type_json::encode(ty);
        let Ok(_) = rmp_encode::write_bin_len(&mut self.out, length(ty_json.len())?);
        self.out.as_mut_vec().extend_from_slice(&ty_json);
        self.value(value, ty)
    }

    fn number(&mut self, number: &Number) -> Result<(), EncodeReason> {
        if let Some(unsigned) = number.to_u64() {
            let Ok(_) = rmp_encode::write_uint(&mut self.out, unsigned);
        } else if let Some(signed) = number.to_i64() {
            let Ok(_) = rmp_encode::write_sint(&mut self.out, signed);
        } else if let Some(float) = number.as_inexact_float() {
            let Ok(()) = rmp_encode::write_f64(&mut self.out, float);
        } else {
            self.text(&number.to_string())?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), EncodeReason> {
        let Ok(_) = rmp_encode::write_str_len(&mut self.out, length(text.len())?);
        self.out.as_mut_vec().extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn unknown(&mut self, known: Unknown, ty: &Type) {
        // An unknown of unknown type never carries refinements.
        let bytes: &[u8] = if known.not_null && *ty != Type::Dynamic { &NOT_NULL } else { &PLAIN };
        self.out.as_mut_vec().extend_from_slice(bytes);
    }
}

/// A length as a prefix can hold it.
fn length(length: usize) -> Result<u32, EncodeReason> {
    u32::try_from(length).map_err(|_| EncodeReason::TooLong)
}
