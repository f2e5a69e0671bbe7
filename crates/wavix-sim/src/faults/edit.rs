//! Changes to the JSON of a real answer.

use serde_json::Value;

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
}

impl Edit {
    /// `field` is a name at the top, or a JSON pointer.
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
            Edit::Pad { bytes } => set(&mut document, "/padding", Value::from("x".repeat(*bytes))),
            // A tree this deep cannot be built and dropped safely; see below.
            Edit::Nest { .. } | Edit::Spoil | Edit::Append { .. } => {}
        }
    }
    edits.iter().fold(document.to_string().into_bytes(), |text, edit| match edit {
        Edit::Nest { depth } => nested(&text, *depth),
        Edit::Spoil => spoilt(&text),
        Edit::Append { field, json } => appended(text, field, json),
        Edit::Set { .. } | Edit::Remove { .. } | Edit::Pad { .. } => text,
    })
}

/// `{"nested":[[…]],` before the other fields. What is not an object with fields stays as it is.
fn nested(text: &[u8], depth: usize) -> Vec<u8> {
    match text {
        [b'{', rest @ ..] if rest.len() > 1 => {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            [format!("{{\"nested\":{open}{close},").as_bytes(), rest].concat()
        }
        other => other.to_vec(),
    }
}

fn appended(mut text: Vec<u8>, field: &str, json: &str) -> Vec<u8> {
    if text.last() == Some(&b'}') && text.len() > 2 {
        text.pop();
        text.extend_from_slice(format!(",{}:{json}}}", Value::from(field)).as_bytes());
    }
    text
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

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(existing) = document.pointer_mut(pointer) {
        *existing = value;
    } else if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(fields)) = document.pointer_mut(parent)
    {
        fields.insert(key.to_owned(), value);
    }
}

fn remove(document: &mut Value, pointer: &str) {
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
    use super::Edit;
    use serde_json::json;

    #[test]
    fn a_body_can_be_made_deep_or_spoilt() {
        let apply = |edit| super::apply(br#"{"label":"a","id":1}"#, &[edit]);
        assert_eq!(apply(Edit::Nest { depth: 2 }), br#"{"nested":[[]],"id":1,"label":"a"}"#);
        let again = Edit::Append { field: "label".into(), json: r#""\ud83d""#.into() };
        assert_eq!(apply(again), br#"{"id":1,"label":"a","label":"\ud83d"}"#);
        assert_eq!(apply(Edit::Spoil), b"{\"id\":1,\"label\":\"\xFFa\"}");
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
