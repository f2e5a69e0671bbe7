//! The JSON form of types: `"string"`, `["list","number"]`,
//! `["object",{"a":"bool"}]`.

use serde_json::Value as Json;

use super::{Type, ValueError};

/// Reads a type as it stands in a schema.
///
/// # Errors
///
/// When Core could not read it. Core panics there.
pub fn parse_type(bytes: &[u8]) -> Result<Type, ValueError> {
    let json = serde_json::from_slice(bytes)
        .map_err(|error| ValueError::new(format!("the type is no JSON: {error}")))?;
    from(&json)
}

fn from(json: &Json) -> Result<Type, ValueError> {
    let unknown = || ValueError::new(format!("{json} is no type"));
    if let Json::String(name) = json {
        return match name.as_str() {
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(unknown()),
        };
    }
    let parts = json.as_array().map(Vec::as_slice).unwrap_or_default();
    let (Some(name), Some(content), None) =
        (parts.first().and_then(Json::as_str), parts.get(1), parts.get(2))
    else {
        return Err(unknown());
    };
    match (name, content) {
        ("list", element) => Ok(Type::List(Box::new(from(element)?))),
        ("set", element) => Ok(Type::Set(Box::new(from(element)?))),
        ("map", element) => Ok(Type::Map(Box::new(from(element)?))),
        ("object", Json::Object(attributes)) => attributes
            .iter()
            .map(|(name, ty)| Ok((name.clone(), from(ty)?)))
            .collect::<Result<_, _>>()
            .map(Type::Object),
        ("tuple", Json::Array(elements)) => {
            elements.iter().map(from).collect::<Result<_, _>>().map(Type::Tuple)
        }
        _ => Err(unknown()),
    }
}

/// Writes a type.
pub fn type_json(ty: &Type) -> Json {
    match ty {
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::Dynamic => "dynamic".into(),
        Type::List(element) => Json::Array(vec!["list".into(), type_json(element)]),
        Type::Set(element) => Json::Array(vec!["set".into(), type_json(element)]),
        Type::Map(element) => Json::Array(vec!["map".into(), type_json(element)]),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, ty)| (name.clone(), type_json(ty))).collect();
            Json::Array(vec!["object".into(), Json::Object(attributes)])
        }
        Type::Tuple(elements) => {
            Json::Array(vec!["tuple".into(), Json::Array(elements.iter().map(type_json).collect())])
        }
    }
}
