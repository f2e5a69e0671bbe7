//! JSON for people: case files, provider configurations, and the values in a
//! report. Also the JSON of a state file, which is the same but for `dynamic`.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use serde_json::Value as Json;

use super::{Type, Value, ValueError, type_json};

/// Reads a value of type `ty`. Attributes that an object leaves out are null.
///
/// # Errors
///
/// When it is of another type, or has an attribute the type does not have.
pub fn from_json(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    let wrong = |wanted: &str| Err(ValueError::new(format!("{wanted} is needed")));
    if json.is_null() {
        return Ok(Value::Null);
    }
    match (ty, json) {
        (Type::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Bool, _) => wrong("true or false"),
        (Type::Number, Json::Number(number)) => {
            Value::number(&number.to_string()).map_or_else(|| wrong("a number"), Ok)
        }
        (Type::Number, _) => wrong("a number"),
        (Type::String, Json::String(text)) => Ok(Value::string(text)),
        (Type::String, _) => wrong("text"),
        (Type::List(element), Json::Array(elements)) => Ok(Value::List(all(elements, |_| element)?)),
        (Type::List(_), _) => wrong("a list"),
        (Type::Set(element), Json::Array(elements)) => {
            Ok(Value::Set(all(elements, |_| element)?.into_iter().collect()))
        }
        (Type::Set(_), _) => wrong("a list, for a set,"),
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => {
            Ok(Value::List(all(elements, |index| types.get(index).unwrap_or(&Type::Dynamic))?))
        }
        (Type::Tuple(types), _) => wrong(&format!("a list of {}", types.len())),
        (Type::Map(element), Json::Object(entries)) => entries
            .iter()
            .map(|(key, entry)| {
                let entry = from_json(entry, element).map_err(|error| error.under(&format!("[{key:?}]")))?;
                Ok((key.clone(), entry))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Map(_), _) => wrong("an object, for a map,"),
        (Type::Object(types), Json::Object(entries)) => {
            if let Some(extra) = entries.keys().find(|key| !types.contains_key(*key)) {
                return Err(ValueError::new("the schema has no such attribute").under(extra));
            }
            let mut attributes = BTreeMap::new();
            for (name, ty) in types {
                let json = entries.get(name).unwrap_or(&Json::Null);
                attributes.insert(name.clone(), from_json(json, ty).map_err(|error| error.under(name))?);
            }
            Ok(Value::Map(attributes))
        }
        (Type::Object(_), _) => wrong("an object"),
        (Type::Dynamic, _) => {
            let ty = type_of(json);
            let value = from_json(json, &ty)?;
            Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
        }
    }
}

fn all<'a>(elements: &[Json], ty: impl Fn(usize) -> &'a Type) -> Result<Vec<Value>, ValueError> {
    let read =
        |(index, element)| from_json(element, ty(index)).map_err(|error| error.under(&format!("[{index}]")));
    elements.iter().enumerate().map(read).collect()
}

/// The type HCL would give to a literal.
fn type_of(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(elements) => Type::Tuple(elements.iter().map(type_of).collect()),
        Json::Object(entries) => {
            Type::Object(entries.iter().map(|(key, entry)| (key.clone(), type_of(entry))).collect())
        }
    }
}

/// Writes a value as a state file has it; what is unknown becomes the text
/// that Terraform shows for it.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Unknown => "(known after apply)".into(),
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number_json(number),
        Value::String(text) => text.as_str().into(),
        Value::List(elements) => Json::Array(elements.iter().map(to_json).collect()),
        Value::Set(elements) => Json::Array(elements.iter().map(to_json).collect()),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, entry)| (key.clone(), to_json(entry))).collect())
        }
        Value::Dynamic(ty, value) => serde_json::json!({ "value": to_json(value), "type": type_json(ty) }),
    }
}

fn number_json(number: &BigDecimal) -> Json {
    let text = number.to_plain_string();
    text.parse().map_or(Json::String(text), Json::Number)
}
