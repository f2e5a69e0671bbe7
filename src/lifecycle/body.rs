//! The body of a request, made from a plan as the schema says.

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::client::Secret;
use crate::framework::object::Mapped;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::object::{RemoteObject, arguments};

/// A JSON object on its way to the API. Never formatted: it may hold a secret.
#[derive(Clone, PartialEq)]
pub struct Body {
    fields: Map<String, Json>,
    secrets: Vec<Secret>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.fields.keys().collect::<Vec<_>>()).finish()
    }
}

impl Body {
    /// Nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self { fields: Map::new(), secrets: Vec::new() }
    }

    /// The whole object: every argument that the API knows a value for.
    #[must_use]
    pub fn whole<T: RemoteObject>(plan: &T::Model) -> Self {
        Self::of::<T>(plan, |_| true)
    }

    /// These arguments.
    #[must_use]
    pub fn of<T: RemoteObject>(plan: &T::Model, is_wanted: impl Fn(&str) -> bool) -> Self {
        let plan = plan.clone().into_value();
        let mut body = Self::empty();
        for argument in arguments::<T>().filter(|argument| is_wanted(&argument.name)) {
            let value = plan.get(&argument.name).cloned().unwrap_or(Value::Null);
            let is_left_out = value.is_null() && !T::EMPTY_MATTERS.contains(&argument.name.as_str());
            let value = if is_left_out { nothing(argument.default.as_ref(), &argument.ty()) } else { value };
            for (field, json) in T::encode(&argument.name, &value) {
                body.fields.insert(field.to_owned(), json);
            }
        }
        body
    }

    /// With this secret. The one place where one is written out.
    #[must_use]
    pub fn with_secret(mut self, field: &str, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self.with(field, Json::String(secret.expose().to_owned()))
    }

    /// With this field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Json>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// A field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Json> {
        self.fields.get(field)
    }

    /// A field that is text; "" where there is none.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    /// What is sent.
    pub fn json(&self) -> &Map<String, Json> {
        &self.fields
    }

    /// What no message may repeat of it.
    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}

/// What stands for an argument that is not set.
fn nothing(default: Option<&Value>, ty: &crate::protocol::types::Type) -> Value {
    use crate::protocol::types::Type;
    match (default, ty) {
        (Some(default), _) => default.clone(),
        (None, Type::Bool) => Value::Bool(false),
        (None, Type::String) => Value::string(""),
        (None, Type::Set(_)) => Value::Set(Vec::new()),
        (None, _) => Value::Null,
    }
}

/// A value as JSON; nothing for null and unknown.
#[must_use]
pub fn plain(value: &Value) -> Option<Json> {
    match value {
        Value::Bool(flag) => Some(Json::Bool(*flag)),
        Value::String(text) => Some(Json::String(text.clone())),
        Value::Number(number) => json_number(number).map(Json::Number),
        Value::List(items) | Value::Set(items) => {
            items.iter().map(plain).collect::<Option<_>>().map(Json::Array)
        }
        Value::Map(entries) => {
            let mut object = Map::new();
            object.extend(entries.iter().filter_map(|(name, value)| Some((name.clone(), plain(value)?))));
            Some(Json::Object(object))
        }
        Value::Null | Value::Unknown(_) | Value::Dynamic(_) => None,
    }
}

/// The decimal that is meant as a JSON number: 0.18 leaves as 0.18, also when
/// it came as a float or from a calculation.
fn json_number(number: &Number) -> Option<serde_json::Number> {
    // The plain decimal text of a number is always a JSON number.
    number.meant().to_string().parse().ok()
}
