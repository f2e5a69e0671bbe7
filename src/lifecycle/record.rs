//! An object as the API answers it, and the state made of it. Reading is tolerant, since
//! every document of the API disagrees with another one somewhere: see `told`. All null,
//! empty and number spellings are put right here; between spellings that mean the same,
//! what the plan or the state holds wins.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value as Json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::{Client, Secret};
use crate::framework::object::Mapped;
use crate::framework::schema::{Attribute, Mode};
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use super::claims::Mark;
use super::object::{Key, Reading, RemoteObject, field};
use super::shown_once;
use super::told::{Told, Unreadable};

/// The attribute that says when an object was made, where there is one.
pub(super) const CREATED_AT: &str = "created_at";

/// An object as the API answers it, in a list or by itself. Only the key is relied
/// upon: the API's own examples leave documented fields out.
pub struct Record<T> {
    /// Never changes.
    pub key: String,
    /// The arguments whose field was answered and has no meaning.
    pub unreadable: Vec<Unreadable>,
    /// Null where the answer says that there is none.
    told: BTreeMap<&'static str, Value>,
    /// Fields as they came.
    raw: Map<String, Json>,
    object: PhantomData<fn() -> T>,
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            unreadable: self.unreadable.clone(),
            told: self.told.clone(),
            raw: self.raw.clone(),
            object: PhantomData,
        }
    }
}

impl<T> PartialEq for Record<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.unreadable == other.unreadable && self.told == other.told
    }
}

/// No value: it may be a secret.
impl<T> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("Record");
        record.field("key", &self.key).field("told", &self.told.keys()).finish()
    }
}

impl<'de, T: RemoteObject> Deserialize<'de> for Record<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = &mut Told::deserialize(deserializer)?;
        let key = key::<T, _>(fields)?;
        let mut told = BTreeMap::new();
        let mut read = |attribute: &'static Attribute, fields: &mut Told| {
            let name = attribute.name.as_str();
            let read = |fields: &Map<String, Json>| match fields.get(field::<T>(name)) {
                // What is not the whole secret says nothing of it.
                json if T::SHOWN_ONCE == Some(name)
                    && !json.and_then(Json::as_str).is_some_and(shown_once::is_whole) =>
                {
                    Reading::Untold
                }
                _ => T::decode(name, fields),
            };
            if let Some(value) = fields.value(field::<T>(name), attribute, read) {
                told.insert(name, value);
            }
        };
        let own_result =
            |attribute: &Attribute| T::results().iter().find(|result| result.name == attribute.name);
        let is_listed = |attribute: &Attribute| T::LISTED.contains(&attribute.name.as_str());
        let own = || {
            let all = T::schema().attributes.iter();
            all.filter(|attribute| !attribute.write_only && attribute.name != T::KEY.attribute())
                .filter(|attribute| !T::UNTOLD.contains(&attribute.name.as_str()))
        };
        let is_argument = |own: &Attribute| own.mode != Mode::Computed && !is_listed(own);
        // An argument of which data sources tell more is read as they tell it.
        for argument in own().filter(|own| is_argument(own)) {
            read(own_result(argument).unwrap_or(argument), fields);
        }
        let unreadable = fields.unreadable();
        // Nobody configures these, and answers leave them out as well.
        let is_left = |result: &Attribute| {
            !T::schema().attribute(&result.name).is_some_and(|own| is_argument(own) && !own.write_only)
        };
        let computed = own().filter(|own| own.mode == Mode::Computed && own_result(own).is_none());
        for result in computed.chain(T::results().iter().filter(|result| is_left(result))) {
            read(result, fields);
        }
        let mut raw = Map::new();
        for name in T::RAW {
            raw.extend(fields.raw(name).map(|json| ((*name).to_owned(), json.clone())));
        }
        Ok(Self { key, unreadable, told, raw, object: PhantomData })
    }
}

/// The key of an object with these fields.
///
/// # Errors
/// There is none, or none that has a meaning.
pub(super) fn key<T: RemoteObject, E: de::Error>(fields: &Told) -> Result<String, E> {
    match T::KEY {
        Key::Assigned(name) => fields.id(name).map(|id| id.to_string()),
        Key::Natural(name) => fields.name(name),
    }
}

impl<T: RemoteObject> Record<T> {
    /// By what a list is sorted: the key, by its value where it is a number.
    pub(super) fn place(&self) -> (Option<i64>, String) {
        (self.key.parse().ok(), self.key.clone())
    }

    /// What the answer says of an attribute: null when it says that there is none,
    /// nothing when it does not speak of it or cannot be read.
    #[must_use]
    pub fn told(&self, attribute: &str) -> Option<&Value> {
        self.told.get(attribute)
    }

    /// A text that the answer has.
    #[must_use]
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.told(attribute).and_then(Value::as_str)
    }

    /// One of the fields of [`RemoteObject::RAW`], as it came.
    #[must_use]
    pub fn raw(&self, field: &str) -> Option<&Json> {
        self.raw.get(field)
    }

    /// What people call it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        if T::LABEL == T::KEY.attribute() { Some(&self.key) } else { self.text(T::LABEL) }
    }

    /// This answer, with what an earlier one told of it that never changes: one that
    /// leaves that out must not forget it.
    #[must_use]
    pub fn completed_by(mut self, earlier: Self) -> Self {
        self.key = earlier.key;
        for name in T::IMMUTABLE.into_iter().chain([CREATED_AT]) {
            if self.told.get(name).is_none_or(Value::is_null)
                && let Some(value) = earlier.told.get(name)
            {
                self.told.insert(name, value.clone());
            }
        }
        self
    }

    /// When it was made, as the API says.
    #[must_use]
    pub fn created_at(&self) -> Option<SystemTime> {
        self.time(CREATED_AT)
    }

    /// A time that the answer has.
    #[must_use]
    pub fn time(&self, attribute: &str) -> Option<SystemTime> {
        self.text(attribute).and_then(timestamp)
    }

    /// The object, as other processes know it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { id: self.key.clone(), created_at: self.created_at() }
    }

    /// No later message repeats the secrets of it.
    pub(super) fn conceal(&self, client: &Client) {
        for secret in secrets::<T>(&self.told) {
            client.remember(&secret);
        }
    }

    /// The object as the API answers it. `held` is what the plan or the state says,
    /// which decides between spellings that mean the same, and fills in what the
    /// answer does not tell.
    #[must_use]
    pub fn state(&self, held: &T::Model) -> T::Model {
        let before = held.clone().into_value();
        let mut found: BTreeMap<String, Value> = match &before {
            Value::Map(entries) => entries.clone(),
            _ => BTreeMap::new(),
        };
        for attribute in &T::schema().attributes {
            let held = before.get(&attribute.name).filter(|held| !held.is_unknown()).unwrap_or(&Value::Null);
            found.insert(attribute.name.clone(), self.value(attribute, held));
        }
        let model = self.model(&found, held);
        let unenforced: Vec<&String> = found.keys().filter(|name| T::is_unenforced(&model, name)).collect();
        let unenforced: Vec<String> = unenforced.into_iter().cloned().collect();
        let mut model = if unenforced.is_empty() {
            model
        } else {
            for name in unenforced {
                let held = before.get(&name).filter(|held| !held.is_unknown()).cloned();
                found.insert(name, held.unwrap_or(Value::Null));
            }
            self.model(&found, held)
        };
        T::refine(self, held, &mut model);
        model
    }

    fn model(&self, found: &BTreeMap<String, Value>, held: &T::Model) -> T::Model {
        // What was read as the schema says is what the model holds.
        T::Model::from_value(&Value::Map(found.clone())).unwrap_or_else(|error| {
            tracing::error!(%error, "a response does not match the model: report this to the provider's developers");
            held.clone()
        })
    }

    fn value(&self, attribute: &Attribute, held: &Value) -> Value {
        let name = attribute.name.as_str();
        if name == T::KEY.attribute() {
            return Value::string(&self.key);
        }
        if attribute.write_only {
            return Value::Null;
        }
        if T::UNTOLD.contains(&name) || T::LISTED.contains(&name) {
            return held.clone();
        }
        let is_flag = attribute.ty() == Type::Bool && attribute.mode != Mode::Computed;
        let left_out = || match (&attribute.default, held) {
            (_, held) if !held.is_null() => held.clone(),
            (Some(default), _) => default.clone(),
            (None, _) if is_flag => Value::Bool(false),
            (None, _) => Value::Null,
        };
        match self.told(name) {
            None => left_out(),
            // A flag that is null is off, unless it is on where nothing is said.
            Some(Value::Null) if is_flag && attribute.default != Some(Value::Bool(true)) => {
                Value::Bool(false)
            }
            Some(Value::Null) if attribute.default.is_some() => left_out(),
            Some(Value::Null) if matches!(attribute.mode, Mode::Computed | Mode::Required) => held.clone(),
            // To the API, "" and nothing are the same.
            Some(none) if is_none(none) && attribute.mode != Mode::Required => {
                if held.as_str() == Some("") {
                    Value::string("")
                } else {
                    Value::Null
                }
            }
            Some(value) => value.clone(),
        }
    }
}

fn is_none(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// No message repeats the secrets in a state.
pub fn conceal<T: RemoteObject>(client: &Client, state: &T::Model) {
    if let Value::Map(values) = state.clone().into_value() {
        for secret in secrets::<T>(&values) {
            client.remember(&secret);
        }
    }
}

/// The secrets among these values, by the schema.
pub(super) fn secrets<T: RemoteObject>(values: &BTreeMap<impl AsRef<str>, Value>) -> Vec<Secret> {
    let is_secret = |name: &str| T::schema().attribute(name).is_some_and(|attribute| attribute.sensitive);
    values
        .iter()
        .filter(|(name, _)| is_secret(name.as_ref()))
        .filter_map(|(_, value)| value.as_str().map(Secret::from))
        .collect()
}

/// A time as the API writes it, with or without fractions of a second. Without a
/// zone it is UTC.
pub(super) fn timestamp(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{}Z", text.replacen(' ', "T", 1)), &Rfc3339))
        .ok()
        .map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_milliseconds_and_zone() {
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_684_257_205);
        assert_eq!(timestamp("2023-05-16T17:13:25Z"), Some(second));
        assert_eq!(timestamp("2023-05-16T17:13:25.250Z"), Some(second + Duration::from_millis(250)));
        assert_eq!(timestamp("2023-05-16T19:13:25+02:00"), Some(second));
        assert_eq!(timestamp("2023-05-16T17:13:25"), Some(second));
        assert_eq!(timestamp("2023-05-16 17:13:25"), Some(second));
        assert_eq!(timestamp("yesterday"), None);
    }
}
