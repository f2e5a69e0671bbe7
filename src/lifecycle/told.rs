//! The fields of an object as the API answers them. The API's documents disagree, so every
//! spelling is taken that has one meaning, and a field without one costs that field and not
//! the object: the id of what was made must not be lost to a limit that nobody can read.

use std::collections::BTreeMap;

use serde::{Deserialize, de};
use serde_json::{Map, Value};

use crate::client::{Secret, TWICE};
use crate::framework::schema::{Attribute, Kind, Nesting};
use crate::protocol::number::Number;
use crate::protocol::types::Type;
use crate::protocol::value::Value as Typed;

use super::object::Reading;

/// Characters of the longest number that is believed.
const NUMBER_LENGTH: usize = 64;

/// A field that was answered and has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The argument, or the API's name of it.
    pub field: &'static str,
    /// What was expected and what came, without the value: it may be a secret.
    pub why: String,
}

/// An object as it was answered. Rules for all readers:
///
/// 1. `None`: the answer does not speak of it, or not so that it can be read.
/// 2. `Some(None)`: it says that there is none: null, or "" for a number.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Told {
    fields: Map<String, Value>,
    #[serde(skip)]
    unreadable: Vec<Unreadable>,
}

impl Told {
    /// A field without which there is no object.
    ///
    /// # Errors
    /// It is missing or has no meaning.
    pub fn id<E: de::Error>(&self, field: &str) -> Result<i64, E> {
        let value = self.fields.get(field);
        value.and_then(number).and_then(|id| id.to_i64()).ok_or_else(|| wrong(field, "a whole number", value))
    }

    /// The same for text.
    ///
    /// # Errors
    /// As [`id`](Self::id).
    pub fn name<E: de::Error>(&self, field: &str) -> Result<String, E> {
        let value = self.fields.get(field);
        value.and_then(text).filter(|text| !text.is_empty()).ok_or_else(|| wrong(field, "a text", value))
    }

    /// Text; a number is the text of its digits.
    pub fn text(&mut self, field: &'static str) -> Option<Option<String>> {
        self.read(field, "a text", text)
    }

    /// Text that no message may show.
    pub fn secret(&mut self, field: &'static str) -> Option<Secret> {
        self.text(field)?.filter(|text| !text.is_empty()).map(Secret::from)
    }

    /// A whole number; 600.0 is one.
    pub fn whole(&mut self, field: &'static str) -> Option<Option<i64>> {
        if self.is_blank(field) {
            return Some(None);
        }
        self.read(field, "a whole number", |value| number(value)?.to_i64())
    }

    /// An attribute as the answer tells it, null when there is none. `read` says how.
    pub(super) fn value(
        &mut self,
        field: &'static str,
        attribute: &'static Attribute,
        read: impl Fn(&Map<String, Value>) -> Reading,
    ) -> Option<Typed> {
        let name = attribute.name.as_str();
        match read(&self.fields) {
            Reading::AsSchema => {}
            Reading::Untold => return None,
            Reading::Told(value) => return Some(value),
            Reading::Odd(why) => {
                self.odd(name, why.to_owned());
                return None;
            }
        }
        let ty = attribute.ty();
        let json = self.fields.get(field)?;
        // To a number, blank text is none.
        if json.is_null() || (ty == Type::Number && self.is_blank(field)) {
            return Some(Typed::Null);
        }
        match attribute_value(attribute, json) {
            // A secret that is empty is none.
            Some(found) if attribute.sensitive && found.as_str() == Some("") => Some(Typed::Null),
            Some(found) => Some(found),
            None => {
                let why = wrong_value(json, expected(&ty, attribute.integer));
                self.odd(name, why);
                None
            }
        }
    }

    /// A field as it came.
    pub fn raw(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// What was answered in these fields, as JSON: of each a list of its value, or null for none.
    pub(super) fn values_of<'a>(&self, names: impl Iterator<Item = &'a str>) -> String {
        let values: Vec<Option<[&Value; 1]>> = names.map(|name| Some([self.fields.get(name)?])).collect();
        serde_json::to_string(&values).unwrap_or_default()
    }

    /// An object inside, of anything.
    pub fn map(&mut self, field: &'static str) -> Option<Option<Map<String, Value>>> {
        self.read(field, "an object", |value| value.as_object().cloned())
    }

    /// What could not be read since this was asked last.
    pub fn unreadable(&mut self) -> Vec<Unreadable> {
        std::mem::take(&mut self.unreadable)
    }

    fn odd(&mut self, field: &'static str, why: String) {
        tracing::warn!(field, why, "Wavix returned an unreadable field");
        self.unreadable.push(Unreadable { field, why });
    }

    fn is_blank(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty())
    }

    fn read<T>(
        &mut self,
        field: &'static str,
        expected: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.fields.get(field)? {
            Value::Null => Some(None),
            value => {
                let read = read(value);
                if read.is_none() {
                    let why = wrong_value(value, expected);
                    self.odd(field, why);
                }
                read.map(Some)
            }
        }
    }
}

/// What is wrong with a value, without the value: it may be a secret.
fn wrong_value(value: &Value, expected: &str) -> String {
    if value.as_str() == Some(TWICE) {
        "it appears twice, with different values".to_owned()
    } else if value.as_str().is_some_and(is_broken) {
        "it contains characters that are not Unicode".to_owned()
    } else {
        format!("expected {expected}, got {}", kind(value))
    }
}

fn expected(ty: &Type, integer: bool) -> &'static str {
    match ty {
        Type::Bool => "a flag",
        Type::Number if integer => "a whole number",
        Type::Number => "a number",
        Type::String => "a text",
        Type::List(_) | Type::Set(_) => "a list",
        _ => "an object",
    }
}

fn attribute_value(attribute: &Attribute, json: &Value) -> Option<Typed> {
    match &attribute.kind {
        Kind::Value(ty) => typed(ty, json).filter(|found| !attribute.integer || is_whole(found)),
        Kind::Nested(Nesting::Single, inside) => {
            let fields = json.as_object()?;
            let part = |inside: &Attribute| {
                let found = fields.get(&inside.name).and_then(|json| attribute_value(inside, json));
                (inside.name.clone(), found.unwrap_or(Typed::Null))
            };
            Some(Typed::map(inside.iter().map(part)))
        }
        Kind::Nested(Nesting::List, inside) => {
            let one = Attribute::nested("", Nesting::Single, inside.clone());
            let items = json.as_array()?.iter().map(|item| attribute_value(&one, item));
            items.collect::<Option<_>>().map(Typed::List)
        }
        Kind::Nested(..) => None,
    }
}

fn typed(ty: &Type, json: &Value) -> Option<Typed> {
    let items =
        |element: &Type| json.as_array()?.iter().map(|item| typed(element, item)).collect::<Option<Vec<_>>>();
    match ty {
        Type::Bool => flag(json).map(Typed::Bool),
        Type::Number => number(json).map(Typed::Number),
        Type::String => text(json).map(Typed::String),
        Type::List(element) => items(element).map(Typed::List),
        Type::Set(element) => items(element).map(Typed::set),
        Type::Map(element) => {
            let mut entries = BTreeMap::new();
            for (name, json) in json.as_object()? {
                entries.insert(name.clone(), typed(element, json)?);
            }
            Some(Typed::Map(entries))
        }
        _ => None,
    }
}

fn is_whole(value: &Typed) -> bool {
    value.as_number().is_none_or(|number| number.to_i64().is_some())
}

fn wrong<E: de::Error>(field: &str, expected: &str, value: Option<&Value>) -> E {
    let found = value.map_or("nothing", kind);
    E::custom(format_args!("`{field}` is unreadable: expected {expected}, got {found}"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "another number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A flag as people and programs write it.
pub fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Number(_) | Value::String(_) => match number(value)?.to_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a text was broken on its way: the client writes U+FFFD for what cannot
/// be in a text, such as half of a surrogate pair.
fn is_broken(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

/// Text as it stands, or the digits of a whole number.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !is_broken(text)).cloned(),
        Value::Number(_) => number(value).filter(Number::is_integer).map(|digits| digits.to_string()),
        _ => None,
    }
}

/// A number, or its text, of a length that something counted can have.
pub fn number(value: &Value) -> Option<Number> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let number: Number = Some(text).filter(|text| text.len() <= NUMBER_LENGTH)?.parse().ok()?;
    (number.to_string().len() <= NUMBER_LENGTH).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Told {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_has_one_meaning_is_read_in_every_spelling() {
        let mut object = told(
            r#"{"a": 600.0, "b": 6e2, "c": " 600 ", "d": "6.00e2", "e": 0, "f": "True", "g": 13132847320, "h": 1.8e-1,
                "i": "1e-05", "j": null, "k": ""}"#,
        );
        for field in ["a", "b", "c", "d"] {
            assert_eq!(object.whole(field), Some(Some(600)), "{field}");
        }
        let of = |field: &str| object.fields[field].clone();
        assert_eq!((flag(&of("e")), flag(&of("f"))), (Some(false), Some(true)));
        assert_eq!(number(&of("h")), Some("0.18".parse().unwrap()));
        assert_eq!(number(&of("i")), Some("0.00001".parse().unwrap()));
        assert_eq!(object.text("g"), Some(Some("13132847320".to_owned())));
        assert_eq!((object.whole("j"), object.whole("k"), object.whole("l")), (Some(None), Some(None), None));
        assert_eq!(object.unreadable(), []);
    }

    #[test]
    fn what_has_no_meaning_is_named_without_its_value() {
        let mut object =
            told(r#"{"a": "s3cret", "b": [1], "c": 1.5, "d": 7, "e": {}, "f": "1e999999999", "g": "a�"}"#);
        assert_eq!((object.whole("a"), object.text("b"), object.whole("c")), (None, None, None));
        assert_eq!((object.text("e"), object.text("g")), (None, None));
        assert_eq!((flag(&object.fields["d"]), number(&object.fields["f"])), (None, None));
        let unreadable = object.unreadable();
        let fields: Vec<&str> = unreadable.iter().map(|odd| odd.field).collect();
        assert_eq!(fields, ["a", "b", "c", "e", "g"]);
        assert_eq!(unreadable[0].why, "expected a whole number, got a text");
        assert!(!format!("{unreadable:?}").contains("s3cret"));
    }

    #[test]
    fn of_two_values_of_one_field_none_is_believed() {
        let mut object = told(&format!(r#"{{"id": "{TWICE}", "text": "{TWICE}", "flag": "{TWICE}"}}"#));
        assert_eq!((object.text("text"), flag(&object.fields["flag"])), (None, None));
        assert_eq!(object.unreadable()[0].why, "it appears twice, with different values");
        assert!(object.id::<serde_json::Error>("id").is_err());
    }
}
