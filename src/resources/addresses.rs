//! IPv4 addresses as Wavix takes and answers them, for all objects that are restricted to
//! some.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::Value as Json;

use crate::lifecycle::object::Reading;
use crate::lifecycle::told;
use crate::protocol::value::Value;

/// As addresses are ordered, each once.
pub(super) fn in_order<'a>(addresses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut addresses: Vec<String> = addresses.map(str::to_owned).collect();
    addresses.sort_by_cached_key(|text| (text.parse::<Ipv4Addr>().ok(), text.clone()));
    addresses.dedup();
    addresses
}

/// A set of addresses: of texts, or of objects with an `ip`, as trunks document them.
/// Null is none.
pub(super) fn reading(answer: &Json) -> Reading {
    let items = match answer {
        Json::Null => Some(BTreeSet::new()),
        list => list.as_array().and_then(|items| items.iter().map(address).collect()),
    };
    items.map_or(Reading::Odd("expected a list of addresses"), |items| {
        Reading::Told(Value::set(items.into_iter().map(Value::String)))
    })
}

fn address(item: &Json) -> Option<String> {
    let text = told::text(if item.is_object() { item.get("ip")? } else { item })?;
    let text = text.trim();
    Some(text.parse::<Ipv4Addr>().map_or_else(|_| text.to_owned(), |address| address.to_string()))
}
