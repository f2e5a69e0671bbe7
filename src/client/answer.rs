//! What an HTTP answer means.
//!
//! Turns status, headers and body into a value or a [`Failure`]. It knows the
//! API's envelopes, but no endpoint; nothing here sends or waits.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};

use super::{
    document,
    failure::{Failure, FieldError, Status},
    redact::Redactor,
};

/// An HTTP answer, read to its end.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) status: Status,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) date: Option<SystemTime>,
    /// Where a redirect points to: scheme, host and port, or no more than that
    /// they are the same.
    pub(super) location: Option<String>,
    pub(super) body: Bytes,
}

/// The longest `Retry-After` that is believed: quotas are per day at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Characters of the API's message that are shown.
const MESSAGE_LIMIT: usize = 500;
/// Characters of an undocumented answer that are shown.
const EXCERPT_LIMIT: usize = 100;
/// Field errors that are shown.
const FIELDS_LIMIT: usize = 20;
/// How deep nested `errors` are followed.
const DEPTH_LIMIT: usize = 4;

/// The documented envelope of a refusal. Every field is optional and of any
/// type, since the documents and the answers seen disagree about them.
struct Envelope {
    success: Value,
    error: Value,
    message: Value,
    errors: Value,
}

/// Reads the document of a successful answer: null when there is none, unless a value is
/// needed.
pub(super) fn document(
    incoming: &Incoming,
    needs_value: bool,
    redactor: &Redactor,
) -> Result<Value, Failure> {
    let Incoming { status, body, .. } = incoming;
    let text = &*document::text(body);
    match status.code {
        200..=299 => {}
        300..=399 if status.code != 304 => {
            let host = incoming.location.as_ref().map(|host| redactor.clean(host, EXCERPT_LIMIT));
            return Err(Failure::Redirected { status: *status, host });
        }
        _ => return Err(refusal(incoming, redactor)),
    }
    if let Some(envelope) = envelope(text)
        && (envelope.success == Value::Bool(false) || envelope.error == Value::Bool(true))
    {
        return Err(refused(incoming, envelope, redactor));
    }
    if body.trim_ascii().is_empty() {
        // No body means no value: fine where none is expected.
        return if needs_value {
            Err(Failure::Undocumented {
                status: *status,
                what: "an empty body".to_owned(),
                excerpt: None,
                cut_short: true,
                retry_after: None,
            })
        } else {
            Ok(Value::Null)
        };
    }
    // First as JSON of any form; types are judged by what they are read as.
    document::read(text).map_err(|problem| undocumented(incoming, redactor, problem.is_eof()))
}

/// Whether a value of this type cannot be made of nothing.
pub(super) fn needs_value<T: DeserializeOwned>() -> bool {
    T::deserialize(Value::Null).is_err()
}

/// The value that a document holds.
pub(super) fn value<T: DeserializeOwned>(
    document: Value,
    status: Status,
    redactor: &Redactor,
) -> Result<T, Failure> {
    serde_path_to_error::deserialize(document).map_err(|problem| Failure::Decode {
        status,
        path: redactor.clean(&problem.path().to_string(), EXCERPT_LIMIT),
        problem: redactor.clean(&without_values(&problem.inner().to_string()), MESSAGE_LIMIT),
    })
}

/// The value of an answer, at once.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn read<T: DeserializeOwned>(incoming: &Incoming, redactor: &Redactor) -> Result<T, Failure> {
    let document = document(incoming, needs_value::<T>(), redactor)?;
    value(document, incoming.status, redactor)
}

/// What a client would make of an answer that nobody asked for: the value, or
/// what would be told about it.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn read_answer<T: DeserializeOwned>(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<T, String> {
    let incoming = Incoming {
        status: Status { code: status, reason: "" },
        content_type: content_type.map(str::to_owned),
        retry_after: None,
        date: None,
        location: None,
        body: Bytes::copy_from_slice(body),
    };
    read(&incoming, &Redactor::default()).map_err(|failure| failure.to_string())
}

fn refusal(incoming: &Incoming, redactor: &Redactor) -> Failure {
    match envelope(&document::text(&incoming.body)) {
        Some(envelope) if envelope.is_documented() => refused(incoming, envelope, redactor),
        _ => undocumented(incoming, redactor, false),
    }
}

impl Envelope {
    /// Whether this is the API speaking, and not some other JSON.
    fn is_documented(&self) -> bool {
        self.message.is_string()
            || self.error.is_string()
            || self.success.is_boolean()
            || self.error.is_boolean()
            || !self.errors.is_null()
    }
}

fn envelope(text: &str) -> Option<Envelope> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let take =
        |name| fields.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    Some(Envelope {
        success: take("success"),
        error: take("error"),
        message: take("message"),
        errors: take("errors"),
    })
}

fn refused(incoming: &Incoming, envelope: Envelope, redactor: &Redactor) -> Failure {
    let message = [&envelope.message, &envelope.error]
        .into_iter()
        .find_map(Value::as_str)
        .map(|text| redactor.clean(text, MESSAGE_LIMIT))
        .filter(|text| !text.is_empty());
    let mut fields = Vec::new();
    collect_fields(&envelope.errors, None, 0, redactor, &mut fields);
    Failure::Refused { status: incoming.status, message, fields, retry_after: retry_after(incoming) }
}

/// Flattens `errors`: object of field to text, to texts or to more fields;
/// array of texts or of objects; or one text.
fn collect_fields(
    errors: &Value,
    field: Option<&str>,
    depth: usize,
    redactor: &Redactor,
    into: &mut Vec<FieldError>,
) {
    if into.len() >= FIELDS_LIMIT || depth > DEPTH_LIMIT {
        return;
    }
    match errors {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                collect_fields(item, field, depth + 1, redactor, into);
            }
        }
        Value::Object(members) => {
            // `{"field": "label", "message": "…"}` names its field itself.
            let named =
                ["field", "attribute", "param", "name"].iter().find_map(|key| members.get(*key)?.as_str());
            let text = ["message", "error", "detail"].iter().find_map(|key| members.get(*key)?.as_str());
            if let Some(text) = text.filter(|_| named.is_some() || members.len() == 1) {
                return collect_fields(
                    &Value::String(text.to_owned()),
                    named.or(field),
                    depth + 1,
                    redactor,
                    into,
                );
            }
            for (name, inner) in members {
                let path = field.map_or_else(|| name.clone(), |outer| format!("{outer}.{name}"));
                collect_fields(inner, Some(&path), depth + 1, redactor, into);
            }
        }
        scalar => {
            let text = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
            let message = redactor.clean(&text, MESSAGE_LIMIT);
            if !message.is_empty() {
                let field = field.map(|name| redactor.clean(name, EXCERPT_LIMIT));
                into.push(FieldError { field, message });
            }
        }
    }
}

fn undocumented(incoming: &Incoming, redactor: &Redactor, cut_short: bool) -> Failure {
    let content_type = incoming.content_type.as_deref().map(|text| redactor.clean(text, EXCERPT_LIMIT));
    let empty = incoming.body.trim_ascii().is_empty();
    let what = match &content_type {
        _ if empty => "an empty body".to_owned(),
        _ if cut_short => "a truncated body".to_owned(),
        Some(content_type) if content_type.contains("json") => "JSON of an undocumented form".to_owned(),
        Some(content_type) => format!("content type {content_type}"),
        None => "a body without a content type".to_owned(),
    };
    Failure::Undocumented {
        status: incoming.status,
        what,
        excerpt: excerpt(incoming, redactor),
        cut_short: cut_short || empty,
        retry_after: retry_after(incoming),
    }
}

/// The beginning of a short plain text, such as a gateway's one-line error.
/// Never HTML, which says nothing in a hundred characters, and never JSON,
/// which may be an object with secrets this client does not know.
fn excerpt(incoming: &Incoming, redactor: &Redactor) -> Option<String> {
    let plain = incoming.content_type.as_deref().is_none_or(|text| text.starts_with("text/plain"));
    let text = std::str::from_utf8(&incoming.body).ok().filter(|_| plain)?.trim();
    let markup = text.starts_with(['<', '{', '[', '"']) || text.to_ascii_lowercase().contains("<html");
    (!markup && !text.is_empty()).then(|| redactor.clean(text, EXCERPT_LIMIT))
}

/// `Retry-After` of RFC 9110 §10.2.3: seconds or a date. A date is taken
/// relative to the answer's own `Date`, so that a wrong local clock does not
/// matter. Past and negative is now; beyond reason is a day.
fn retry_after(incoming: &Incoming) -> Option<Duration> {
    let text = incoming.retry_after.as_deref()?.trim();
    let asked = if let Ok(seconds) = text.parse::<f64>() {
        if seconds.is_nan() {
            return None;
        }
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST_RETRY_AFTER)
    } else {
        let then = httpdate::parse_http_date(text).ok()?;
        let now = incoming.date.unwrap_or_else(SystemTime::now);
        then.duration_since(now).unwrap_or(Duration::ZERO)
    };
    Some(asked.min(LONGEST_RETRY_AFTER))
}

/// serde quotes the value it did not like; the value of an unexpected field
/// may be a secret this client does not know, so only the shape is kept.
fn without_values(message: &str) -> String {
    // `missing field` quotes a name of ours.
    if message.starts_with("missing field") {
        return message.to_owned();
    }
    let mut out = message.to_owned();
    for quote in ['"', '`'] {
        // From the first quote to the last before ", expected": the value may
        // contain quotes itself.
        let head = out.rfind(", expected").unwrap_or(out.len());
        let (value, tail) = out.split_at(head);
        if let (Some(first), Some(last)) = (value.find(quote), value.rfind(quote))
            && first < last
        {
            out = format!("{}…{}{tail}", &value[..first], &value[last + 1..]);
        }
    }
    out
}
