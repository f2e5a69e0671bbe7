//! MessagePack, directed by the type: reading as strictly as Core reads a
//! provider, and writing in every form a provider must understand.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, ToPrimitive};
use rmpv::{Integer, Utf8String, Value as Raw};

use super::{Type, Value, ValueError, parse_type, type_json};

/// Core's limit for the payload of a refined unknown, in bytes.
const MAX_REFINEMENT: usize = 1024;
/// The extension type of a refined unknown.
const REFINED: i8 = 12;

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberForm {
    /// As Core does: an integer if it is one, a float if that is exact, else
    /// text.
    #[default]
    Core,
    /// As decimal text.
    Text,
    /// As a 64-bit float.
    Float64,
    /// As a 32-bit float if that is exact, else as Core does.
    Float32,
}

/// How unknown values are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownForm {
    /// `d4 00 00`, as Core writes one without refinements.
    Plain,
    /// Any other extension.
    Extension(i8, Vec<u8>),
}

/// How a value is written, where there is a choice.
#[derive(Debug, Clone)]
pub struct Forms {
    /// For numbers.
    pub number: NumberForm,
    /// For unknown values.
    pub unknown: UnknownForm,
}

impl Default for Forms {
    fn default() -> Self {
        Self { number: NumberForm::Core, unknown: UnknownForm::Plain }
    }
}

/// Writes a value as Core does.
pub fn encode(value: &Value, ty: &Type) -> Vec<u8> {
    encode_as(value, ty, &Forms::default())
}

/// Writes a value in the given forms.
pub fn encode_as(value: &Value, ty: &Type, forms: &Forms) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    if rmpv::encode::write_value(&mut bytes, &raw(value, ty, forms)).is_err() {
        bytes.clear();
    }
    bytes
}

fn raw(value: &Value, ty: &Type, forms: &Forms) -> Raw {
    match value {
        Value::Null => Raw::Nil,
        Value::Unknown => match &forms.unknown {
            UnknownForm::Plain => Raw::Ext(0, vec![0]),
            UnknownForm::Extension(code, body) => Raw::Ext(*code, body.clone()),
        },
        Value::Bool(value) => Raw::Boolean(*value),
        Value::Number(number) => raw_number(number, forms.number),
        Value::String(text) => text.as_str().into(),
        Value::List(elements) => {
            let types = |index: usize| match ty {
                Type::List(element) => element,
                Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
                _ => &Type::Dynamic,
            };
            Raw::Array(elements.iter().enumerate().map(|(i, e)| raw(e, types(i), forms)).collect())
        }
        Value::Set(elements) => {
            let Type::Set(element) = ty else { return Raw::Nil };
            Raw::Array(elements.iter().map(|e| raw(e, element, forms)).collect())
        }
        Value::Map(entries) => {
            let types = |name: &str| match ty {
                Type::Map(element) => &**element,
                Type::Object(types) => types.get(name).unwrap_or(&Type::Dynamic),
                _ => &Type::Dynamic,
            };
            Raw::Map(entries.iter().map(|(k, e)| (k.as_str().into(), raw(e, types(k), forms))).collect())
        }
        Value::Dynamic(ty, value) => {
            let json = type_json(ty).to_string().into_bytes();
            Raw::Array(vec![Raw::Binary(json), raw(value, ty, forms)])
        }
    }
}

fn raw_number(number: &BigDecimal, form: NumberForm) -> Raw {
    let text = || Raw::from(number.to_plain_string());
    match form {
        NumberForm::Text => text(),
        NumberForm::Float64 => number.to_f64().map_or_else(text, Raw::F64),
        NumberForm::Float32 => match number.to_f32() {
            Some(float) if BigDecimal::try_from(float).is_ok_and(|exact| exact == *number) => Raw::F32(float),
            _ => raw_number(number, NumberForm::Core),
        },
        NumberForm::Core if number.is_integer() => {
            number.to_i64().map_or_else(text, |integer| Raw::Integer(Integer::from(integer)))
        }
        NumberForm::Core => match number.to_f64() {
            Some(float) if BigDecimal::try_from(float).is_ok_and(|exact| exact == *number) => Raw::F64(float),
            _ => text(),
        },
    }
}

/// Reads a value as Core does. No bytes at all are null.
///
/// # Errors
///
/// When Core would refuse it.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    read(bytes, ty, false)
}

/// Reads a value as a provider should: every extension is an unknown value.
///
/// # Errors
///
/// When it is no value of this type.
pub fn decode_leniently(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    read(bytes, ty, true)
}

fn read(bytes: &[u8], ty: &Type, lenient: bool) -> Result<Value, ValueError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let mut rest = bytes;
    let raw = rmpv::decode::read_value(&mut rest)
        .map_err(|error| ValueError::new(format!("no MessagePack: {error}")))?;
    if !rest.is_empty() {
        return Err(ValueError::new(format!("{} bytes too many after the value", rest.len())));
    }
    typed(raw, ty, lenient)
}

fn typed(raw: Raw, ty: &Type, lenient: bool) -> Result<Value, ValueError> {
    match raw {
        Raw::Nil => return Ok(Value::Null),
        Raw::Ext(..) if lenient => return Ok(Value::Unknown),
        Raw::Ext(code, body) => return unknown(code, &body),
        _ => {}
    }
    let wrong = |wanted: &str| Err(ValueError::new(format!("{wanted} is required")));
    match (ty, raw) {
        (Type::Bool, Raw::Boolean(value)) => Ok(Value::Bool(value)),
        (Type::Bool, _) => wrong("a bool"),
        (Type::Number, raw) => number(&raw).map_or_else(|| wrong("a number"), Ok),
        (Type::String, Raw::String(text)) => string(text).map(Value::String),
        (Type::String, _) => wrong("a string"),
        (Type::List(element), Raw::Array(elements)) => Ok(Value::List(each(elements, |_| element, lenient)?)),
        (Type::List(_), _) => wrong("a list"),
        (Type::Set(element), Raw::Array(elements)) => {
            Ok(Value::Set(each(elements, |_| element, lenient)?.into_iter().collect()))
        }
        (Type::Set(_), _) => wrong("a set"),
        (Type::Tuple(types), Raw::Array(elements)) if types.len() == elements.len() => {
            Ok(Value::List(each(elements, |index| types.get(index).unwrap_or(&Type::Dynamic), lenient)?))
        }
        (Type::Tuple(types), _) => wrong(&format!("a tuple of {}", types.len())),
        (Type::Map(element), Raw::Map(entries)) => {
            let mut map = BTreeMap::new();
            for (key, entry) in entries {
                let key = map_key(key)?;
                let entry =
                    typed(entry, element, lenient).map_err(|error| error.under(&format!("[{key:?}]")))?;
                map.insert(key, entry);
            }
            Ok(Value::Map(map))
        }
        (Type::Map(_), _) => wrong("a map"),
        (Type::Object(types), Raw::Map(entries)) => object(types, entries, lenient),
        (Type::Object(_), _) => wrong("an object"),
        (Type::Dynamic, Raw::Array(parts)) => {
            let Ok([Raw::Binary(json), value]) = <[Raw; 2]>::try_from(parts) else {
                return wrong("a type in JSON and a value of it");
            };
            let ty = parse_type(&json)?;
            match typed(value, &ty, lenient)? {
                Value::Unknown => Ok(Value::Unknown),
                value => Ok(Value::Dynamic(Box::new(ty), Box::new(value))),
            }
        }
        (Type::Dynamic, _) => wrong("a type in JSON and a value of it"),
    }
}

fn each<'a>(
    elements: Vec<Raw>,
    ty: impl Fn(usize) -> &'a Type,
    lenient: bool,
) -> Result<Vec<Value>, ValueError> {
    let read = |(index, element)| {
        typed(element, ty(index), lenient).map_err(|error| error.under(&format!("[{index}]")))
    };
    elements.into_iter().enumerate().map(read).collect()
}

fn object(
    types: &BTreeMap<String, Type>,
    entries: Vec<(Raw, Raw)>,
    lenient: bool,
) -> Result<Value, ValueError> {
    let given = entries.len();
    if given < types.len() {
        return Err(ValueError::new(format!(
            "an object with {} attributes is required ({given} given)",
            types.len()
        )));
    }
    let mut attributes = BTreeMap::new();
    for (key, entry) in entries {
        let key = map_key(key)?;
        let ty = types.get(&key).ok_or_else(|| ValueError::new("unsupported attribute").under(&key))?;
        let entry = typed(entry, ty, lenient).map_err(|error| error.under(&key))?;
        attributes.insert(key, entry);
    }
    if attributes.len() < types.len() {
        return Err(ValueError::new("an attribute is there twice, and another is missing"));
    }
    Ok(Value::Map(attributes))
}

fn unknown(code: i8, body: &[u8]) -> Result<Value, ValueError> {
    match body.len() {
        0 | 1 => Ok(Value::Unknown),
        length if code != REFINED => {
            Err(ValueError::new(format!("unsupported extension type {code:#04x} with len {length}")))
        }
        length if length > MAX_REFINEMENT => {
            Err(ValueError::new(format!("a refinement of {length} bytes is too long")))
        }
        _ => match rmpv::decode::read_value(&mut &body[..]) {
            Ok(Raw::Map(_)) => Ok(Value::Unknown),
            _ => Err(ValueError::new("the refinement of an unknown value is no map")),
        },
    }
}

fn number(raw: &Raw) -> Option<Value> {
    match raw {
        Raw::Integer(integer) => Value::number(&integer.to_string()),
        Raw::F64(float) => Value::float(*float),
        Raw::F32(float) => Value::float((*float).into()),
        Raw::String(text) => text.as_str().and_then(Value::number),
        _ => None,
    }
}

fn string(text: Utf8String) -> Result<String, ValueError> {
    text.into_str().ok_or_else(|| ValueError::new("a string is not UTF-8"))
}

fn map_key(raw: Raw) -> Result<String, ValueError> {
    match raw {
        Raw::String(text) => string(text),
        _ => Err(ValueError::new("a map key is no string")),
    }
}
