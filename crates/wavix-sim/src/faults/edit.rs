//! Changes to the JSON of a real answer.

use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Set {
        pointer: String,
        value: Value,
    },
    Remove {
        pointer: String,
    },
    Pad {
        bytes: usize,
    },
    /// A field of arrays in arrays.
    Nest {
        depth: usize,
    },
    /// Text that is not UTF-8.
    Spoil,
    /// A field behind the others, whether there is one of that name or not, with this JSON text, which need not be
    /// Unicode.
    Append {
        field: String,
        json: String,
    },
    /// Flags as 0 and 1, digits as numbers.
    Loosen,
}

impl Edit {
    /// `field` is a name at the top, in a bare array that of every item; or a JSON pointer.
    pub(crate) fn set(field: &str, value: Value) -> Self {
        Self::Set { pointer: pointer(field), value }
    }

    /// `field` as for [`Edit::set`].
    pub(crate) fn remove(field: &str) -> Self {
        Self::Remove { pointer: pointer(field) }
    }
}

/// Applies edits to an answer's JSON; a body that is not JSON stays as it is.
pub(crate) fn apply(body: &[u8], edits: &[Edit]) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    for edit in edits {
        match edit {
            Edit::Set { pointer, value } => set(&mut document, pointer, value.clone()),
            Edit::Remove { pointer } => remove(&mut document, pointer),
            Edit::Pad { bytes } => pad(&mut document, *bytes),
            Edit::Loosen => loosen(&mut document),
            // A tree this deep cannot be built and dropped safely; see below.
            Edit::Nest { .. } | Edit::Spoil | Edit::Append { .. } => {}
        }
    }
    edits.iter().fold(document.to_string().into_bytes(), |text, edit| match edit {
        Edit::Nest { depth } => nested(&text, *depth),
        Edit::Spoil => spoilt(&text),
        Edit::Append { field, json } => appended(text, field, json),
        Edit::Set { .. } | Edit::Remove { .. } | Edit::Pad { .. } | Edit::Loosen => text,
    })
}

/// `{"nested":[[…]],` before the other fields. What is not an object with fields, or an array of them, stays as it is.
fn nested(text: &[u8], depth: usize) -> Vec<u8> {
    match text {
        [b'[', rest @ ..] if rest.first() == Some(&b'{') => [b"[".as_slice(), &nested(rest, depth)].concat(),
        [b'{', rest @ ..] if rest.len() > 1 => {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            [format!("{{\"nested\":{open}{close},").as_bytes(), rest].concat()
        }
        other => other.to_vec(),
    }
}

/// Behind the fields of an object, or of the last one of an array.
fn appended(text: Vec<u8>, field: &str, json: &str) -> Vec<u8> {
    let (head, end) = match text.as_slice() {
        [head @ .., b'}', b']'] => (head, "}]"),
        [head @ .., b'}'] => (head, "}"),
        _ => return text,
    };
    if head.last() == Some(&b'{') {
        return text;
    }
    [head, format!(",{}:{json}{end}", Value::from(field)).as_bytes()].concat()
}

/// More bytes: in a field of an object, of each item of an array, or of an item of its own.
fn pad(document: &mut Value, bytes: usize) {
    match document {
        Value::Array(items) if items.is_empty() => items.push(json!({ "padding": "x".repeat(bytes) })),
        document => set(document, "/padding", Value::from("x".repeat(bytes))),
    }
}

/// Every flag as 0 or 1, and every text that is a number in its shortest form as that number.
fn loosen(value: &mut Value) {
    match value {
        Value::Bool(flag) => *value = Value::from(u8::from(*flag)),
        Value::String(text) => {
            if let Some(number) = text.parse::<u64>().ok().filter(|number| number.to_string() == *text) {
                *value = Value::from(number);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        Value::Object(fields) => fields.values_mut().for_each(loosen),
        Value::Null | Value::Number(_) => {}
    }
}

/// The byte 0xFF, which UTF-8 never has, at the beginning of every text that is a value.
fn spoilt(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 64);
    for (at, byte) in text.iter().enumerate() {
        out.push(*byte);
        if *byte == b'"' && at > 0 && text.get(at - 1) == Some(&b':') {
            out.push(0xFF);
        }
    }
    out
}

/// The items of a bare array, if the pointer means a field of each.
fn each<'d>(document: &'d mut Value, pointer: &str) -> Option<&'d mut Vec<Value>> {
    let name = pointer.strip_prefix('/').filter(|name| !name.contains('/') && name.parse::<usize>().is_err());
    name.and(document.as_array_mut())
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(items) = each(document, pointer) {
        items.iter_mut().for_each(|item| set(item, pointer, value.clone()));
    } else if let Some(existing) = document.pointer_mut(pointer) {
        *existing = value;
    } else if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(fields)) = document.pointer_mut(parent)
    {
        fields.insert(key.to_owned(), value);
    }
}

fn remove(document: &mut Value, pointer: &str) {
    if let Some(items) = each(document, pointer) {
        return items.iter_mut().for_each(|item| remove(item, pointer));
    }
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(key);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn pointer(field: &str) -> String {
    if field.starts_with('/') { field.to_owned() } else { format!("/{field}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Edit;

    #[test]
    fn a_body_can_be_made_deep_or_spoilt() {
        let apply = |edit| super::apply(br#"{"label":"a","id":1}"#, &[edit]);
        assert_eq!(apply(Edit::Nest { depth: 2 }), br#"{"nested":[[]],"id":1,"label":"a"}"#);
        let again = Edit::Append { field: "label".into(), json: r#""\ud83d""#.into() };
        assert_eq!(apply(again), br#"{"id":1,"label":"a","label":"\ud83d"}"#);
        assert_eq!(
            super::apply(br#"{"a":[true,{"b":"07"}],"c":"7"}"#, &[Edit::Loosen]),
            br#"{"a":[1,{"b":"07"}],"c":7}"#
        );
        assert_eq!(apply(Edit::Spoil), b"{\"id\":1,\"label\":\"\xFFa\"}");
    }

    #[test]
    fn a_bare_array_is_edited_in_its_items() {
        let apply = |text: &str, edit| super::apply(text.as_bytes(), &[edit]);
        let two = r#"[{"url":"a"},{"url":"b"}]"#;
        assert_eq!(apply(two, Edit::set("url", json!(1))), br#"[{"url":1},{"url":1}]"#);
        assert_eq!(apply(two, Edit::set("/1/url", json!(1))), br#"[{"url":"a"},{"url":1}]"#);
        assert_eq!(apply(two, Edit::remove("url")), b"[{},{}]");
        assert_eq!(apply(two, Edit::remove("/0")), br#"[{"url":"b"}]"#);
        assert_eq!(apply(two, Edit::Nest { depth: 1 }), br#"[{"nested":[],"url":"a"},{"url":"b"}]"#);
        let again = Edit::Append { field: "url".into(), json: "2".into() };
        assert_eq!(apply(two, again.clone()), br#"[{"url":"a"},{"url":"b","url":2}]"#);
        assert_eq!(apply("[{}]", again), b"[{}]");
        assert_eq!(apply("[]", Edit::Pad { bytes: 2 }), br#"[{"padding":"xx"}]"#);
        assert_eq!(apply("[{}]", Edit::Pad { bytes: 2 }), br#"[{"padding":"xx"}]"#);
    }

    #[test]
    fn edits_reach_into_lists() {
        let body = json!({ "sip_trunks": [{ "id": 1, "label": "a" }], "pagination": {} }).to_string();
        let edits = [
            Edit::Set { pointer: "/sip_trunks/0/id".into(), value: json!("one") },
            Edit::Set { pointer: "/sip_trunks/0/region".into(), value: json!("eu") },
            Edit::Remove { pointer: "/pagination".into() },
        ];
        let edited: serde_json::Value =
            serde_json::from_slice(&super::apply(body.as_bytes(), &edits)).unwrap();
        assert_eq!(edited, json!({ "sip_trunks": [{ "id": "one", "label": "a", "region": "eu" }] }));
    }
}
