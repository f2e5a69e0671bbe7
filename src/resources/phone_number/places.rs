//! Places where calls ring: when two lists of them mean the same, how people read them, and
//! how they travel.
//!
//! Source of all fields: the Wavix OpenAPI document, `Number.destination` and
//! `NumberUpdateRequest.destinations`.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::lifecycle::object::Reading;
use crate::lifecycle::told;
use crate::protocol::number::Number;
use crate::protocol::value::Value;
use crate::resources::written_number::dialled;

use super::destinations::DESTINATIONS;

/// API `transport`.
const SIP_URI: i64 = 1;
const PSTN: i64 = 4;
const TRUNK: i64 = 5;

/// Begins what stands for a destination of a kind that this provider does not know, and is
/// no URI: no configuration can hold it, so it is never written back.
pub(super) const UNKNOWN_KIND: &str = "unknown kind ";

/// A URI as Wavix has it.
pub(super) fn without_scheme(uri: &str) -> &str {
    uri.split_at_checked(4)
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("sip:"))
        .map_or(uri, |(_, rest)| rest)
}

/// What stands behind the user, up to the parameters: a host, and its port.
pub(super) fn host(uri: &str) -> &str {
    let uri = without_scheme(uri);
    let behind = uri.rsplit_once('@').map_or(uri, |(_, host)| host);
    behind.split([';', '?']).next().unwrap_or_default()
}

pub(super) fn normal_uri(uri: &str) -> String {
    let uri = without_scheme(uri);
    match uri.rsplit_once('@') {
        Some((user, host)) => format!("{user}@{}", host.to_ascii_lowercase()),
        None => uri.to_ascii_lowercase(),
    }
}

pub(super) fn same_uri(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if normal_uri(a) == normal_uri(b))
}

/// The digits of a number, also of one that Wavix has and nobody may write.
pub(super) fn digits(text: &str) -> String {
    dialled(text).unwrap_or_else(|_| text.chars().filter(char::is_ascii_digit).collect())
}

/// Whether two known numbers are the same.
pub(super) fn same_number(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if digits(a) == digits(b))
}

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Where one rings. Trunks are the same by their ids, and where one is not told, by
/// their logins. What is a number or a URI is no trunk, whatever stands beside it: into
/// an element that became one, Terraform copies the login of the trunk that it was.
fn is_same_place(a: &Value, b: &Value) -> bool {
    let pair = |name| (text(a, name), text(b, name));
    match (pair("sip_uri"), pair("phone_number")) {
        ((Some(a), Some(b)), _) => normal_uri(a) == normal_uri(b),
        (_, (Some(a), Some(b))) => digits(a) == digits(b),
        ((None, None), (None, None)) => {
            let both = |name| text(a, name).zip(text(b, name));
            both("sip_trunk_id").or_else(|| both("sip_trunk_login")).is_some_and(|(a, b)| a == b)
        }
        _ => false,
    }
}

/// One as people read it.
fn shown(item: &Value) -> String {
    let of =
        |name: &str, words: &str| text(item, name).map(|text| format!("{words}{}", without_scheme(text)));
    of("phone_number", "")
        .or_else(|| of("sip_uri", ""))
        .or_else(|| of("sip_trunk_id", "SIP trunk "))
        .or_else(|| of("sip_trunk_login", "SIP trunk with the login "))
        .unwrap_or_else(|| "a value that is not known yet".to_owned())
}

/// All of them as people read them, in the order in which they are tried.
pub(super) fn in_words(list: &Value) -> String {
    let all: Vec<String> = ranked(list).into_iter().map(|(_, item)| shown(item)).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", then ") }
}

/// All of them.
pub(super) fn items<'a>(list: impl Into<Option<&'a Value>>) -> &'a [Value] {
    if let Some(Value::List(items)) = list.into() { items } else { &[] }
}

fn priority(item: &Value) -> Option<i64> {
    item.get("priority").and_then(Value::as_number).and_then(|number| number.meant().to_i64())
}

/// In the order in which they are tried, each with its rank: equal ones are tried in no
/// certain order.
fn ranked(list: &Value) -> Vec<(usize, &Value)> {
    let all = (1..).zip(items(list)).map(|(position, item)| (priority(item).unwrap_or(position), item));
    let all: Vec<(i64, &Value)> = all.collect();
    let levels: BTreeSet<i64> = all.iter().map(|(level, _)| *level).collect();
    let mut ranks: Vec<_> = all.iter().map(|(level, item)| (levels.range(..level).count(), *item)).collect();
    ranks.sort_by_cached_key(|(rank, item)| (*rank, shown(item)));
    ranks
}

/// Whether calls ring at the same places in the same order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    let (a, b) = (ranked(a), ranked(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && is_same_place(a.1, b.1))
}

/// The same of lists in which nothing is left open: a configuration that leaves something
/// to the provider is another spelling of none.
pub(super) fn same_whole(a: &Value, b: &Value) -> bool {
    let is_left_open = |item: &Value| {
        let is_null = |name: &str| item.get(name).is_none_or(Value::is_null);
        is_null("priority") || (is_null("sip_trunk_login") && !is_null("sip_trunk_id"))
    };
    !items(a).iter().chain(items(b)).any(is_left_open) && same(a, b)
}

/// API `destinations`.
pub(super) fn encode(list: &Value) -> Json {
    let one = |(position, item): (i64, &Value)| {
        let priority = priority(item).unwrap_or(position);
        let (destination, transport) = match (text(item, "sip_uri"), text(item, "phone_number")) {
            (Some(uri), _) => (without_scheme(uri).to_owned(), SIP_URI),
            (None, Some(number)) => (digits(number), PSTN),
            (None, None) => (text(item, "sip_trunk_login").unwrap_or_default().to_owned(), TRUNK),
        };
        let id = text(item, "sip_trunk_id").and_then(|id| id.parse::<i64>().ok());
        match transport {
            TRUNK => {
                json!({ "destination": destination, "priority": priority, "transport": TRUNK, "trunk_id": id })
            }
            other => json!({ "destination": destination, "priority": priority, "transport": other }),
        }
    };
    (1..).zip(items(list)).map(one).collect()
}

/// API `destination`.
pub(super) fn decode(fields: &Map<String, Json>) -> Reading {
    let Some(json) = fields.get("destination").or_else(|| fields.get(DESTINATIONS)) else {
        return Reading::Untold;
    };
    let items = if json.is_null() { Some(&[][..]) } else { json.as_array().map(Vec::as_slice) };
    let Some(mut all) = items.and_then(|items| items.iter().map(one).collect::<Option<Vec<_>>>()) else {
        return Reading::Odd("expected a list of destinations");
    };
    all.sort_by_key(|(priority, id, _)| (*priority, *id));
    Reading::Told(Value::List(all.into_iter().map(|(.., item)| item).collect()))
}

/// One, with its priority and its record's id.
fn one(json: &Json) -> Option<(i64, i64, Value)> {
    let whole = |name: &str| json.get(name).and_then(told::number).and_then(|number| number.to_i64());
    let text = |name: &str| json.get(name).and_then(told::text).map_or(Value::Null, Value::String);
    let destination = told::text(json.get("destination")?)?;
    let priority = whole("priority").unwrap_or_default();
    let mut item = vec![
        ("priority", Value::Number(Number::from(priority))),
        // For data sources: no argument sets these.
        ("trunk_label", text("trunk_label")),
        ("srtp", json.get("srtp").and_then(told::flag).map_or(Value::Null, Value::Bool)),
    ];
    match whole("transport") {
        Some(SIP_URI) => item.push(("sip_uri", Value::String(destination))),
        Some(PSTN) => item.push(("phone_number", Value::String(format!("+{destination}")))),
        Some(TRUNK) => {
            let id = whole("trunk_id").map_or(Value::Null, |id| Value::String(id.to_string()));
            item.extend([("sip_trunk_login", Value::String(destination)), ("sip_trunk_id", id)]);
        }
        other => {
            let kind = other.unwrap_or_default();
            item.push(("sip_uri", Value::String(format!("{UNKNOWN_KIND}{kind}: {destination}"))));
        }
    }
    Some((priority, whole("id").unwrap_or_default(), Value::map(item)))
}
