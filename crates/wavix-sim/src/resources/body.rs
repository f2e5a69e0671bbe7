//! Reading a request's JSON: the object itself, and typed access to its fields with the vendor's refusals.
//! Which fields there are is said by each resource.

use std::{cell::RefCell, collections::BTreeSet};

use axum::http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use crate::{
    answer::{Refusal, Verdict},
    behaviour::{Behaviour, UnknownKeys},
};

/// The body as a JSON object. Anything else, and any other content type, is a 400.
pub(crate) fn json_object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"));
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) if is_json => Ok(fields),
        _ => Err(Refusal::bad_request("Invalid JSON format")),
    }
}

/// Typed access to the fields of an object. What is asked for is what the schema has.
pub(crate) struct Fields<'a> {
    sent: &'a Map<String, Value>,
    asked_for: RefCell<BTreeSet<String>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(sent: &'a Map<String, Value>) -> Self {
        Self { sent, asked_for: RefCell::default() }
    }

    /// A field that may be absent, of any type.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.asked_for.borrow_mut().insert(name.to_owned());
        self.sent.get(name)
    }

    /// A field that must be there. Absent, null and of the wrong type are the same to the API.
    pub(crate) fn required<T>(&self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, Refusal> {
        self.get(name).and_then(read).ok_or_else(|| Refusal::invalid_parameter(name))
    }

    /// A field that may be absent, but not of the wrong type.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| Refusal::invalid_parameter(name)),
        }
    }

    /// Sets what a field that may be absent says.
    pub(crate) fn set<T>(&self, name: &str, read: impl Fn(&Value) -> Option<T>, to: &mut T) -> Verdict {
        self.optional(name, read).map(|sent| sent.into_iter().for_each(|sent| *to = sent))
    }

    /// The fields that nothing has asked for so far.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.sent.iter().filter(|(name, _)| !self.asked_for.borrow().contains(*name))
    }

    /// Refuses what nothing has asked for, unless the API ignores such.
    pub(crate) fn known(&self, behaviour: &Behaviour) -> Verdict {
        match behaviour.unknown_keys {
            UnknownKeys::Rejected => self.no_others(),
            UnknownKeys::Ignored => Ok(()),
        }
    }

    /// Refuses the first field that nothing has asked for.
    pub(crate) fn no_others(&self) -> Verdict {
        self.others().next().map_or(Ok(()), |(name, _)| Err(Refusal::invalid_parameter(name)))
    }
}

pub(crate) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Nobody documents that an empty required text is refused; a server that checks presence usually does.
pub(crate) fn non_empty(value: &Value) -> Option<String> {
    text(value).filter(|text| !text.is_empty())
}

/// An object with fields that `read` asks for, and no others.
pub(crate) fn object_of<T>(read: impl Fn(&Fields<'_>) -> Option<T>) -> impl Fn(&Value) -> Option<T> {
    move |value| {
        let fields = Fields::of(value.as_object()?);
        read(&fields).filter(|_| fields.no_others().is_ok())
    }
}

/// A list of what `read` takes.
pub(crate) fn list_of<T>(read: impl Fn(&Value) -> Option<T>) -> impl Fn(&Value) -> Option<Vec<T>> {
    move |value| value.as_array()?.iter().map(&read).collect()
}

/// `null`, or what `read` takes.
pub(crate) fn nullable<T>(read: impl Fn(&Value) -> Option<T>) -> impl Fn(&Value) -> Option<Option<T>> {
    move |value| if value.is_null() { Some(None) } else { read(value).map(Some) }
}

/// Whether this is a number in E.164 format, without `+`. A shorter one is nobody's.
pub(crate) fn is_e164(digits: &str) -> bool {
    (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// An absolute `http` or `https` URL.
pub(crate) fn absolute_url(value: &Value) -> Option<String> {
    text(value).filter(|text| {
        let url = text.parse::<Uri>().ok();
        url.is_some_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
    })
}

pub(crate) fn boolean(value: &Value) -> Option<bool> {
    value.as_bool()
}

/// An `int32` of at least 1.
pub(crate) fn positive(value: &Value) -> Option<i64> {
    int32(value).filter(|number| *number >= 1)
}

/// An `int32` of at least 0.
pub(crate) fn non_negative(value: &Value) -> Option<i64> {
    int32(value).filter(|number| *number >= 0)
}

fn int32(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| i32::try_from(*number).is_ok())
}
