//! Reading a request's JSON: the object itself, and typed access to its fields with the vendor's refusals.
//! Which fields there are is said by each resource.

use axum::http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use crate::{
    answer::Refusal,
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

/// Typed access to the fields of an object.
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl Fields<'_> {
    /// A field that must be there. Absent, null and of the wrong type are the same to the API.
    pub(crate) fn required<T>(&self, name: &str, read: fn(&Value) -> Option<T>) -> Result<T, Refusal> {
        self.0.get(name).and_then(read).ok_or_else(|| Refusal::invalid_parameter(name))
    }

    /// A field that may be absent, but not of the wrong type.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| Refusal::invalid_parameter(name)),
        }
    }

    /// Sets what a field that may be absent says.
    pub(crate) fn set<T>(
        &self,
        name: &str,
        read: fn(&Value) -> Option<T>,
        to: &mut T,
    ) -> Result<(), Refusal> {
        self.optional(name, read).map(|sent| sent.into_iter().for_each(|sent| *to = sent))
    }

    /// Refuses the first key that the schema does not list, unless the API ignores such.
    pub(crate) fn known(&self, names: &[&str], behaviour: &Behaviour) -> Result<(), Refusal> {
        match behaviour.unknown_keys {
            UnknownKeys::Rejected => self.only(names),
            UnknownKeys::Ignored => Ok(()),
        }
    }

    /// Refuses the first key that is not listed.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        match self.0.keys().find(|key| !names.contains(&key.as_str())) {
            Some(unknown) => Err(Refusal::invalid_parameter(unknown)),
            None => Ok(()),
        }
    }
}

pub(crate) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Nobody documents that an empty required text is refused; a server that checks presence usually does.
pub(crate) fn non_empty(value: &Value) -> Option<String> {
    text(value).filter(|text| !text.is_empty())
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
