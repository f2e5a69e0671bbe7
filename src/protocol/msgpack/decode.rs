//! Reading values from MessagePack, directed by their type. One pass over the bytes, no
//! tree in between.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::reader::{Reader, Token};
use super::{NULLNESS, REFINED_UNKNOWN};
use crate::protocol::codec::{DecodeError, DecodeReason, MAX_BYTES, MAX_DEPTH, MAX_PREALLOCATED};
use crate::protocol::number::Number;
use crate::protocol::type_json;
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Unknown, Value};

/// Reads the one value of type `ty` that `bytes` hold.
///
/// Objects must have exactly the attributes of their type. Numbers are read
/// from integers, floats and decimal text. Any extension is an unknown value,
/// as the protocol demands of receivers. Repeated elements of a set are
/// dropped as [`Value::set`] does.
///
/// # Errors
/// Bytes that are malformed, incomplete, left over, too long, nested too
/// deeply, or no value of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    if bytes.len() > MAX_BYTES {
        return Err(DecodeReason::TooLong.into());
    }
    let mut decoder = Decoder { reader: Reader::new(bytes), levels_left: MAX_DEPTH };
    let value = decoder.value(ty)?;
    if decoder.reader.is_at_end() { Ok(value) } else { Err(DecodeReason::TrailingBytes.into()) }
}

struct Decoder<'de> {
    reader: Reader<'de>,
    levels_left: usize,
}

impl<'de> Decoder<'de> {
    fn value(&mut self, ty: &Type) -> Result<Value, DecodeError> {
        let token = self.reader.token()?;
        match (ty, token) {
            (_, Token::Nil) => Ok(Value::Null),
            (_, Token::Extension { code, body }) => Ok(unknown(code, body)),
            (Type::Bool, Token::Bool(truth)) => Ok(Value::Bool(truth)),
            (Type::String, Token::Text(bytes)) => Ok(Value::string(text(bytes)?)),
            (Type::Number, token) => Ok(Value::Number(number(&token)?)),
            (Type::List(element), Token::Array(length)) => {
                self.nested(|decoder| decoder.elements(element, length)).map(Value::List)
            }
            (Type::Set(element), Token::Array(length)) => {
                self.nested(|decoder| decoder.elements(element, length)).map(Value::set)
            }
            (Type::Tuple(elements), Token::Array(length)) => {
                self.nested(|decoder| decoder.tuple(elements, length))
            }
            (Type::Map(element), Token::Map(pairs)) => self.nested(|decoder| decoder.map(element, pairs)),
            (Type::Object(attributes), Token::Map(pairs)) => {
                self.nested(|decoder| decoder.object(attributes, pairs))
            }
            (Type::Dynamic, Token::Array(2)) => self.nested(Self::dynamic),
            (ty, token) => Err(wrong_kind(ty.kind(), &token).into()),
        }
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(DecodeReason::TooDeep)?;
        let value = read(self)?;
        self.levels_left += 1;
        Ok(value)
    }

    fn elements(&mut self, element: &Type, length: usize) -> Result<Vec<Value>, DecodeError> {
        let mut values = Vec::with_capacity(length.min(MAX_PREALLOCATED));
        for index in 0..length {
            values.push(self.value(element).map_err(|error| error.at_index(index))?);
        }
        Ok(values)
    }

    fn tuple(&mut self, elements: &[Type], length: usize) -> Result<Value, DecodeError> {
        if length != elements.len() {
            return Err(DecodeReason::TupleLength { expected: elements.len() }.into());
        }
        let mut values = Vec::with_capacity(length);
        for (index, element) in elements.iter().enumerate() {
            values.push(self.value(element).map_err(|error| error.at_index(index))?);
        }
        Ok(Value::List(values))
    }

    fn map(&mut self, element: &Type, pairs: usize) -> Result<Value, DecodeError> {
        let mut entries = BTreeMap::new();
        for _ in 0..pairs {
            let key = self.key()?;
            let value = self.value(element).map_err(|error| error.at_key(key))?;
            match entries.entry(key.to_owned()) {
                Entry::Vacant(free) => free.insert(value),
                Entry::Occupied(_) => return Err(DecodeError::from(DecodeReason::RepeatedKey).at_key(key)),
            };
        }
        Ok(Value::Map(entries))
    }

    fn object(&mut self, attributes: &BTreeMap<String, Type>, pairs: usize) -> Result<Value, DecodeError> {
        let mut entries = BTreeMap::new();
        for _ in 0..pairs {
            let name = self.key()?;
            let fault = |reason: DecodeReason| DecodeError::from(reason).in_attribute(name);
            let ty = attributes.get(name).ok_or_else(|| fault(DecodeReason::UnsupportedAttribute))?;
            let value = self.value(ty).map_err(|error| error.in_attribute(name))?;
            match entries.entry(name.to_owned()) {
                Entry::Vacant(free) => free.insert(value),
                Entry::Occupied(_) => return Err(fault(DecodeReason::RepeatedKey)),
            };
        }
        match attributes.keys().find(|name| !entries.contains_key(*name)) {
            None => Ok(Value::Map(entries)),
            Some(name) => Err(DecodeError::from(DecodeReason::MissingAttribute).in_attribute(name)),
        }
    }

    fn dynamic(&mut self) -> Result<Value, DecodeError> {
        let ty = match self.reader.token()? {
            Token::Binary(bytes) | Token::Text(bytes) => {
                type_json::decode(bytes).map_err(DecodeReason::from)?
            }
            token => return Err(wrong_kind("the type of a dynamic value", &token).into()),
        };
        let value = self.value(&ty)?;
        // A value whose own type is dynamic again is wrapped already, or is a
        // null or an unknown without a type.
        Ok(if ty == Type::Dynamic { value } else { Value::Dynamic(Box::new((ty, value))) })
    }

    fn key(&mut self) -> Result<&'de str, DecodeReason> {
        match self.reader.token()? {
            Token::Text(bytes) => text(bytes),
            token => Err(wrong_kind("a string key", &token)),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str, DecodeReason> {
    std::str::from_utf8(bytes).map_err(|_| DecodeReason::Utf8)
}

fn number(token: &Token<'_>) -> Result<Number, DecodeReason> {
    match *token {
        Token::Unsigned(number) => Ok(number.into()),
        Token::Signed(number) => Ok(number.into()),
        Token::Float(float) if float.is_finite() => Ok(Number::from_f64(float)?),
        Token::Float(_) => Err(DecodeReason::NotFinite),
        Token::Text(bytes) => Ok(text(bytes)?.parse::<Number>()?),
        ref token => Err(wrong_kind("a number", token)),
    }
}

/// An unknown value with what is known of it. What cannot be understood of a
/// refinement is left out: the value is unknown all the same, and a newer
/// Terraform may refine in ways not invented yet.
fn unknown(code: i8, body: &[u8]) -> Value {
    if code != REFINED_UNKNOWN {
        return UNKNOWN;
    }
    Value::Unknown(refinements(body).unwrap_or_default())
}

fn refinements(body: &[u8]) -> Result<Unknown, DecodeReason> {
    let mut reader = Reader::new(body);
    let mut known = Unknown::default();
    if let Token::Map(pairs) = reader.token()? {
        for _ in 0..pairs {
            if reader.token()? == Token::Unsigned(NULLNESS.into()) {
                known.not_null = reader.token()? == Token::Bool(false);
            } else {
                reader.skip()?;
            }
        }
    }
    Ok(known)
}

fn wrong_kind(expected: &'static str, found: &Token<'_>) -> DecodeReason {
    DecodeReason::WrongKind { expected, found: found.kind() }
}
