//! What there is to say of an API key: it is read from the list, its restrictions are a
//! flag and a field or thirteen, and its value may be shown once.
//!
//! Source of all fields: the Wavix OpenAPI document, `ApiKey`; older names of flags
//! from its history.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use crate::framework::schema::{Attribute, Schema};
use crate::lifecycle::body;
use crate::lifecycle::noun::{Arguments, Noun};
use crate::lifecycle::object::{Key, ListShape, ReadBy, Reading, RemoteObject, UpdateBy};
use crate::lifecycle::told;
use crate::protocol::value::Value;
use crate::resources::addresses;

use super::schema::{ApiKeyModel, NONE, SCOPES, granted};
use super::{ApiKey, schema};

/// How messages speak of API keys.
pub const NOUN: Noun = Noun {
    type_name: "wavix_api_key",
    name: "API key",
    short: "key",
    scope: None,
    arguments: Arguments::Of(ApiKey::schema),
    words: &[("ip", "permitted_ips"), ("restricted", "permitted_ips"), ("scope", "scopes")],
    list: "wavix_api_keys",
    adopt: None,
};

impl RemoteObject for ApiKey {
    type Model = ApiKeyModel;

    const NOUN: Noun = NOUN;
    const ROUTE: &'static str = "/v1/api-keys";
    const LIST: ListShape = ListShape::Array;
    const READ: ReadBy = ReadBy::List;
    const UPDATE: UpdateBy = UpdateBy::Patch;
    const KEY: Key = Key::Assigned("id");
    const GONE: &'static str = ", with another value, and requests with the old one fail.";
    const EMPTY_MATTERS: &'static [&'static str] = &["permitted_ips", "scopes"];
    const FILTERS: &'static [&'static str] = &["active"];
    const SHOWN_ONCE: Option<&'static str> = Some("value");
    const USED_AT: Option<&'static str> = Some("last_used_at");
    const SECRETS: &'static str = "The results do not include the values of the keys.";

    fn schema() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(schema::schema);
        &SCHEMA
    }

    fn results() -> &'static [Attribute] {
        static RESULTS: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
            vec![Attribute::string("last_used_at").computed().describe(
                "Time of the last request with the key: ISO 8601, UTC, as sent by Wavix. Null if the key was never \
                 used.",
            )]
        });
        &RESULTS
    }

    fn encode(argument: &'static str, value: &Value) -> Vec<(&'static str, Json)> {
        match (argument, value) {
            // An unknown or empty set opens nothing.
            ("permitted_ips", _) => {
                let items = if let Value::Set(items) = value { items.as_slice() } else { &[] };
                let addresses = addresses::in_order(items.iter().filter_map(Value::as_str));
                vec![("restricted", json!(!value.is_null())), ("permitted_ips", json!(addresses))]
            }
            ("scopes", _) => {
                let scopes = SCOPES.map(|name| (name, json!({ "allow": granted(value, name) })));
                [("scopes_enabled", json!(!value.is_null()))].into_iter().chain(scopes).collect()
            }
            _ => body::plain(value).map(|json| (argument, json)).into_iter().collect(),
        }
    }

    fn decode(attribute: &str, fields: &Map<String, Json>) -> Reading {
        let read = match attribute {
            "active" => {
                flag(fields, ["active", "is_active"]).map(|active| Reading::Told(Value::Bool(active)))
            }
            "permitted_ips" => flag(fields, ["restricted", "is_restriction"]).map(|is_on| {
                restriction(is_on, || fields.get("permitted_ips").map_or(Reading::Untold, addresses::reading))
            }),
            "scopes" => flag(fields, ["scopes_enabled", "is_scopes_enabled"])
                .map(|is_on| restriction(is_on, || scopes(fields))),
            _ => Ok(Reading::AsSchema),
        };
        read.unwrap_or_else(|reading| reading)
    }
}

/// A flag under its name, or the one that it had.
///
/// # Errors
/// The answer does not tell.
fn flag(fields: &Map<String, Json>, names: [&str; 2]) -> Result<bool, Reading> {
    let told = names.iter().filter_map(|name| fields.get(*name)).find(|value| !value.is_null());
    let told = told.ok_or(Reading::Untold)?;
    told::flag(told).ok_or(Reading::Odd("expected a Boolean"))
}

/// What a restriction allows; null where it is off, whatever it would allow.
fn restriction(is_on: bool, allowed: impl FnOnce() -> Reading) -> Reading {
    if is_on { allowed() } else { Reading::Told(Value::Null) }
}

fn scopes(fields: &Map<String, Json>) -> Reading {
    let told: Vec<_> = SCOPES.into_iter().filter_map(|name| Some((name, fields.get(name)?))).collect();
    if told.is_empty() {
        return Reading::Untold;
    }
    let mut granted = BTreeMap::new();
    for (name, json) in told {
        let access = match json {
            Json::Null => continue,
            _ => json.get("allow").and_then(told::text),
        };
        match access {
            Some(access) if access == NONE => {}
            Some(access) => drop(granted.insert(name.to_owned(), Value::String(access))),
            None => {
                return Reading::Odd("expected an object with `allow` for each scope");
            }
        }
    }
    Reading::Told(Value::Map(granted))
}
