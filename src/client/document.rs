//! The JSON of an answer, whatever is odd about its text. What is odd about one thing costs
//! that thing, and nobody the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// In place of a value whose name stands twice in one object, with different values:
/// most decoders take the last, and some the first.
pub const TWICE: &str = "\u{FFFD}\u{FFFD}";

/// Levels of an answer that are read: no field that anybody reads is deeper, and what is
/// nested without end cannot be built.
const DEEPEST: usize = 32;
/// So `serde_json` gives a number that is no integer of 64 bits: as an object of one field.
const NUMBER: &str = "$serde_json::private::Number";

/// The value that a text holds, with an empty object in place of what is nested too deep.
///
/// # Errors
/// It is no JSON.
pub(super) fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut text = serde_json::Deserializer::from_str(text);
    let value = Level(DEEPEST).deserialize(&mut text)?;
    text.end()?;
    Ok(value)
}

/// A value of which so many levels are read.
#[derive(Clone, Copy)]
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let Some(inside) = self.0.checked_sub(1) else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Map::new().into());
        };
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Level(inside))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if name == NUMBER {
                let digits: String = entries.next_value()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            let Some(inside) = self.0.checked_sub(1) else {
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = entries.next_value_seed(Level(inside))?;
            match fields.entry(name) {
                Entry::Vacant(place) => drop(place.insert(value)),
                Entry::Occupied(mut other) if *other.get() != value => drop(other.insert(Value::from(TWICE))),
                Entry::Occupied(_) => {}
            }
        }
        Ok(Value::Object(fields))
    }
}

/// The body as text. What cannot be in a text, such as half of a surrogate pair
/// in one object's label, becomes U+FFFD and costs nobody the rest.
pub(super) fn text(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
    if text.contains("\\u") { Cow::Owned(whole_surrogates(&text)) } else { text }
}

/// The text with `\ufffd` for each escape of half a surrogate pair.
fn whole_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => 0,
            (Some(_), _) => 6,
            // A backslash and what it escapes, which may be a backslash.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        if length == 0 {
            out.push_str("\\ufffd");
            rest = escape.get(6..).unwrap_or_default();
        } else {
            let (kept, more) = escape.split_at(length);
            out.push_str(kept);
            rest = more;
        }
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit that is escaped here.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
