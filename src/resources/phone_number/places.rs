//! Resources layer: places where calls ring: when two lists of them mean the same, how
//! people read them, and how they travel.
//!
//! Source of all fields: the Wavix OpenAPI document, `Number.destination` and
//! `NumberUpdateRequest.destinations`.

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
    let of = |name: &str, words: &str| text(item, name).map(|text| format!("{words}{text}"));
    let trunk =
        || of("sip_trunk_id", "SIP trunk ").or_else(|| of("sip_trunk_login", "SIP trunk with the login "));
    let uri = || text(item, "sip_uri").map(|uri| format!("sip:{}", without_scheme(uri)));
    let other = || of("phone_number", "").or_else(uri);
    other().or_else(trunk).unwrap_or_else(|| "something that is not known yet".to_owned())
}

/// All of them as people read them, in the order in which they are tried.
pub(super) fn in_words(list: &Value) -> String {
    let all: Vec<String> = ranked(list).into_iter().map(|(_, item)| shown(item)).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", then ") }
}

fn items(list: &Value) -> &[Value] {
    if let Value::List(items) = list { items } else { &[] }
}

fn priority(item: &Value) -> Option<i64> {
    item.get("priority").and_then(Value::as_number).and_then(|number| number.meant().to_i64())
}

/// In the order in which they are tried, each with its rank: equal ones are tried in no
/// certain order.
fn ranked(list: &Value) -> Vec<(usize, &Value)> {
    let mut all: Vec<(i64, &Value)> = (1..).zip(items(list)).collect();
    for (position, item) in &mut all {
        *position = priority(item).unwrap_or(*position);
    }
    all.sort_by_cached_key(|(priority, item)| (*priority, shown(item)));
    let mut ranks = Vec::with_capacity(all.len());
    let mut before = None;
    for (priority, item) in all {
        let rank = match (before, ranks.last()) {
            (Some(before), Some((rank, _))) if before == priority => *rank,
            (_, last) => last.map_or(0, |(rank, _)| rank + 1),
        };
        before = Some(priority);
        ranks.push((rank, item));
    }
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
        let mut fields = json!({ "destination": destination, "priority": priority, "transport": transport });
        let id = text(item, "sip_trunk_id").and_then(|id| id.parse::<i64>().ok());
        if let (TRUNK, Json::Object(fields)) = (transport, &mut fields) {
            fields.insert("trunk_id".to_owned(), json!(id));
        }
        fields
    };
    (1..).zip(items(list)).map(one).collect()
}

/// API `destination`.
pub(super) fn decode(fields: &Map<String, Json>) -> Reading {
    let read = |json: &Json| {
        let mut all = json.as_array()?.iter().map(one).collect::<Option<Vec<_>>>()?;
        all.sort_by_key(|(priority, id, _)| (*priority, *id));
        Some(Value::List(all.into_iter().map(|(.., item)| item).collect()))
    };
    match fields.get("destination").or_else(|| fields.get(DESTINATIONS)) {
        None => Reading::Untold,
        Some(Json::Null) => Reading::Told(Value::List(Vec::new())),
        Some(json) => read(json).map_or(
            Reading::Odd("a list of destinations was expected, and something else came"),
            Reading::Told,
        ),
    }
}

fn whole(json: &Json, name: &str) -> Option<i64> {
    json.get(name).and_then(told::number).and_then(|number| number.to_i64())
}

fn one(json: &Json) -> Option<(i64, i64, Value)> {
    let destination = told::text(json.get("destination")?)?;
    let priority = whole(json, "priority").unwrap_or_default();
    let (transport, trunk) = (whole(json, "transport"), whole(json, "trunk_id"));
    let known = |value: Option<String>| value.map_or(Value::Null, Value::String);
    let is = |wanted: i64| (transport == Some(wanted)).then(|| destination.clone());
    let uri =
        if transport.is_some_and(|it| it == PSTN || it == TRUNK) { None } else { Some(destination.clone()) };
    let item = Value::map([
        ("sip_trunk_id", known(trunk.filter(|_| transport == Some(TRUNK)).map(|id| id.to_string()))),
        ("sip_uri", known(uri)),
        ("phone_number", known(is(PSTN).map(|number| format!("+{number}")))),
        ("sip_trunk_login", known(is(TRUNK))),
        ("priority", Value::Number(Number::from(priority))),
        // For data sources: no argument sets these.
        ("trunk_label", known(json.get("trunk_label").and_then(told::text))),
        ("srtp", json.get("srtp").and_then(told::flag).map_or(Value::Null, Value::Bool)),
    ]);
    Some((priority, whole(json, "id").unwrap_or_default(), item))
}

/// What an answer tells of kinds of destinations that this provider does not know.
pub(super) fn of_unknown_kinds(answer: &Json) -> Vec<String> {
    let is_known =
        |item: &&Json| whole(item, "transport").is_some_and(|it| [SIP_URI, PSTN, TRUNK].contains(&it));
    let unknown = answer.as_array().into_iter().flatten().filter(|item| !is_known(item));
    unknown.filter_map(|item| told::text(item.get("destination")?)).collect()
}
