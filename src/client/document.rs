//! Client layer: the JSON of an answer, whatever is odd about its text. What is odd
//! about one thing costs that thing, and nobody the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

/// In place of a value whose name stands twice in one object, with different values:
/// most decoders take the last, and some the first.
pub const TWICE: &str = "\u{FFFD}\u{FFFD}";

/// Levels of an answer that are read where it is nested too deep to be built.
const DEEPEST: usize = 8;
/// So `serde_json` gives a number that is no integer of 64 bits: as an object of one field.
const NUMBER: &str = "$serde_json::private::Number";

/// The value that a text holds.
///
/// # Errors
/// It is no JSON.
pub(super) fn read(text: &str) -> Result<Value, serde_json::Error> {
    let document = serde_json::from_str(text).map(|Document(value)| value);
    document.or_else(|problem| shallow(text, DEEPEST).ok_or(problem))
}

struct Document(Value);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
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
        let mut list = Vec::new();
        while let Some(Document(item)) = items.next_element()? {
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
            let Document(value) = entries.next_value()?;
            let is_other = fields.get(&name).is_some_and(|other| *other != value);
            fields.insert(name, if is_other { Value::from(TWICE) } else { value });
        }
        Ok(Value::Object(fields))
    }
}

/// A document with an empty object in place of what is nested too deep to be
/// built: no field that anybody reads is. `None`: it is no JSON.
fn shallow(text: &str, depth: usize) -> Option<Value> {
    match text.trim_ascii_start().bytes().next()? {
        b'{' | b'[' if depth == 0 => serde_json::from_str::<IgnoredAny>(text).ok().map(|_| Map::new().into()),
        b'{' => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            let mut object = Map::new();
            for (name, raw) in fields {
                object.insert(name, shallow(raw.get(), depth - 1)?);
            }
            Some(Value::Object(object))
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            items.into_iter().map(|raw| shallow(raw.get(), depth - 1)).collect()
        }
        _ => serde_json::from_str(text).ok(),
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
