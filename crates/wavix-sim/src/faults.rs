//! Failures on demand: what can go wrong, and the queue of rules that says when.
//! Applying a fault to an answer is in `pipeline`; raw sockets are in `wire`.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::{answer::error_body, path_pattern::PathPattern, sync::lock};

/// A complete answer to give instead of the real one.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The vendor's JSON envelope with this status and its usual reason as the message. A status below 400 gets
    /// `success: true`. Numbers outside 100..=999 count as 500.
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = if status.as_u16() < 400 {
            serde_json::json!({ "success": true })
        } else {
            error_body(status, status.canonical_reason().unwrap_or("Error"))
        };
        Self { status, headers: Vec::new(), body: Vec::new() }.json(&body)
    }

    /// Sets a header. One that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            self.headers.retain(|(existing, _)| *existing != name);
            self.headers.push((name, value));
        }
        self
    }

    /// The vendor's error envelope with this message.
    #[must_use]
    pub fn message(self, message: &str) -> Self {
        let body = error_body(self.status, message);
        self.json(&body)
    }

    /// A JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("content-type", "application/json; charset=utf-8")
    }

    /// An HTML body, as a gateway in front of the API would send.
    #[must_use]
    pub fn html(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.header("content-type", "text/html; charset=utf-8")
    }

    /// A plain text body.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.header("content-type", "text/plain; charset=utf-8")
    }

    /// No body, no content type.
    #[must_use]
    pub fn empty(mut self) -> Self {
        self.body.clear();
        self.headers.retain(|(name, _)| name != "content-type");
        self
    }
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) name: &'static str,
    pub(crate) delay_before_commit: Duration,
    pub(crate) delay_after_commit: Duration,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// Nothing but the delays.
    Unchanged,
    /// Another answer, with or without the request having been carried out.
    Answer { answer: Answer, commit: bool },
    /// No answer.
    Drop { when: Moment, reset: bool },
    /// The real answer, badly sent.
    Transmit(Transmission),
    /// The real answer with another body.
    Edit(Vec<Edit>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    BeforeBody,
    BeforeCommit,
    AfterCommit,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Transmission {
    /// Announce everything, send half, close.
    HalfBody,
    /// Announce so many bytes more (or fewer) than are sent.
    WrongLength(i64),
    /// A few bytes at a time.
    Trickle { bytes: usize, pause: Duration },
}

#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Set { pointer: String, value: Value },
    Remove { pointer: String },
    Pad { bytes: usize },
}

impl Fault {
    fn new(name: &'static str, effect: Effect) -> Self {
        Self { name, delay_before_commit: Duration::ZERO, delay_after_commit: Duration::ZERO, effect }
    }

    // ---- another answer -------------------------------------------------------------------------------------

    /// Refuses with this status and the vendor's envelope, without carrying the request out.
    pub fn status(status: u16) -> Self {
        Self::answer(Answer::new(status))
    }

    /// Gives this answer without carrying the request out.
    pub fn answer(answer: Answer) -> Self {
        Self::new("answer", Effect::Answer { answer, commit: false })
    }

    /// Carries the request out and then gives this answer, as a gateway that lost patience would.
    pub fn answer_after_commit(answer: Answer) -> Self {
        Self::new("answer after commit", Effect::Answer { answer, commit: true })
    }

    /// 429. `retry_after` is the value of `Retry-After`: seconds, or an HTTP date.
    pub fn too_many_requests(retry_after: Option<&str>) -> Self {
        let answer = Answer::new(429).message("Too many requests");
        Self::answer(match retry_after {
            Some(value) => answer.header("retry-after", value),
            None => answer,
        })
    }

    /// 200 with `{"success": false, "message": …}`, without carrying the request out.
    pub fn success_false(message: &str) -> Self {
        Self::answer(Answer::new(200).message(message))
    }

    /// 200 with an HTML page (a captive portal, a login page), without carrying the request out.
    pub fn html_200() -> Self {
        Self::answer(Answer::new(200).html("<!doctype html><title>Sign in</title><p>Please sign in.</p>"))
    }

    /// A redirect to this URL, without carrying the request out.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::answer(Answer::new(status).empty().header("location", location))
    }

    // ---- no answer ------------------------------------------------------------------------------------------

    /// Resets the connection (RST) when the head of the request has arrived, before its body is read.
    pub fn reset() -> Self {
        Self::new("reset", Effect::Drop { when: Moment::BeforeBody, reset: true })
    }

    /// Closes the connection (FIN) when the whole request has arrived, without carrying it out.
    pub fn close() -> Self {
        Self::new("close", Effect::Drop { when: Moment::BeforeCommit, reset: false })
    }

    /// Carries the request out, then resets the connection (RST) instead of answering.
    pub fn reset_after_commit() -> Self {
        Self::new("reset after commit", Effect::Drop { when: Moment::AfterCommit, reset: true })
    }

    /// Carries the request out, then closes the connection (FIN) instead of answering.
    pub fn close_after_commit() -> Self {
        Self::new("close after commit", Effect::Drop { when: Moment::AfterCommit, reset: false })
    }

    // ---- the real answer, badly sent -------------------------------------------------------------------------

    /// Carries the request out, announces the whole answer, sends half of its body and closes.
    pub fn cut_body() -> Self {
        Self::new("cut body", Effect::Transmit(Transmission::HalfBody))
    }

    /// Carries the request out and announces `difference` bytes more (negative: fewer) than it sends.
    pub fn wrong_content_length(difference: i64) -> Self {
        Self::new("wrong content length", Effect::Transmit(Transmission::WrongLength(difference)))
    }

    /// Carries the request out and sends the answer a few bytes at a time.
    pub fn trickle(bytes: usize, pause: Duration) -> Self {
        Self::new("trickle", Effect::Transmit(Transmission::Trickle { bytes, pause }))
    }

    // ---- the real answer with another body --------------------------------------------------------------------

    /// Carries the request out and sets a field of the answer, existing or not. `field` is a name at the top, or a JSON
    /// pointer such as `/sip_trunks/0/id`. More edits can be chained with [`Fault::and_with`].
    pub fn with(field: &str, value: impl Into<Value>) -> Self {
        Self::new("edited answer", Effect::Edit(Vec::new())).and_with(field, value)
    }

    /// Carries the request out and removes a field of the answer, named as in [`Fault::with`].
    pub fn without(field: &str) -> Self {
        Self::new("edited answer", Effect::Edit(Vec::new())).and_without(field)
    }

    /// Carries the request out and adds a field of so many bytes to the answer.
    pub fn huge_body(bytes: usize) -> Self {
        Self::new("huge body", Effect::Edit(vec![Edit::Pad { bytes }]))
    }

    /// Another edit, see [`Fault::with`]. Does nothing for faults that do not edit.
    #[must_use]
    pub fn and_with(mut self, field: &str, value: impl Into<Value>) -> Self {
        if let Effect::Edit(edits) = &mut self.effect {
            edits.push(Edit::Set { pointer: pointer(field), value: value.into() });
        }
        self
    }

    /// Another edit, see [`Fault::without`]. Does nothing for faults that do not edit.
    #[must_use]
    pub fn and_without(mut self, field: &str) -> Self {
        if let Effect::Edit(edits) = &mut self.effect {
            edits.push(Edit::Remove { pointer: pointer(field) });
        }
        self
    }

    // ---- delays ---------------------------------------------------------------------------------------------

    /// Only waits, before the request is carried out. It is carried out even if the client has left by then.
    pub fn delay_before_commit(delay: Duration) -> Self {
        Self::new("delay before commit", Effect::Unchanged).after_waiting(delay)
    }

    /// Carries the request out at once, then waits before answering.
    pub fn delay_after_commit(delay: Duration) -> Self {
        Self::new("delay after commit", Effect::Unchanged).and_then_waiting(delay)
    }

    /// Adds a wait before the request is carried out to any fault.
    #[must_use]
    pub fn after_waiting(mut self, delay: Duration) -> Self {
        self.delay_before_commit = delay;
        self
    }

    /// Adds a wait between carrying the request out and answering to any fault.
    #[must_use]
    pub fn and_then_waiting(mut self, delay: Duration) -> Self {
        self.delay_after_commit = delay;
        self
    }

    pub(crate) fn strikes_before_body(&self) -> bool {
        matches!(self.effect, Effect::Drop { when: Moment::BeforeBody, .. })
    }
}

fn pointer(field: &str) -> String {
    if field.starts_with('/') { field.to_owned() } else { format!("/{field}") }
}

/// A fault, and which requests it strikes.
#[derive(Debug, Clone)]
pub struct Rule {
    pattern: PathPattern,
    spare: usize,
    left: Option<usize>,
    fault: Fault,
}

impl Rule {
    /// Strikes the next matching request. In `path`, `*` and `{anything}` match one segment; the method `*` matches all.
    pub fn new(method: &str, path: &str, fault: Fault) -> Self {
        Self { pattern: PathPattern::new(method, path), spare: 0, left: Some(1), fault }
    }

    /// Strikes so many matching requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Strikes every matching request.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn skip(mut self, spare: usize) -> Self {
        self.spare = spare;
        self
    }
}

/// The queue of rules. At most one fault strikes a request: that of the first matching rule, in the order they were
/// added, that is not waiting ([`Rule::skip`]) or used up.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    refused_connections: AtomicUsize,
}

impl Faults {
    /// Adds a rule at the end of the queue.
    pub fn push(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    /// Strikes the next matching request.
    pub fn once(&self, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault));
    }

    /// Strikes the next `times` matching requests.
    pub fn times(&self, times: usize, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault).times(times));
    }

    /// Strikes every matching request until [`Faults::clear`].
    pub fn always(&self, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault).always());
    }

    /// Resets (RST) the next `count` connections as soon as they are accepted.
    pub fn reset_connections(&self, count: usize) {
        self.refused_connections.store(count, Ordering::SeqCst);
    }

    /// Forgets all rules.
    pub fn clear(&self) {
        lock(&self.rules).clear();
        self.refused_connections.store(0, Ordering::SeqCst);
    }

    /// How many strikes are still queued; rules for always count as one. A test asserts 0 to know that its faults
    /// did strike.
    pub fn pending(&self) -> usize {
        lock(&self.rules).iter().map(|rule| rule.left.unwrap_or(1)).sum()
    }

    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let mut struck = None;
        for rule in rules.iter_mut().filter(|rule| rule.pattern.matches(method, path)) {
            if rule.spare > 0 {
                rule.spare -= 1;
                continue;
            }
            if let Some(left) = &mut rule.left {
                if *left == 0 {
                    continue;
                }
                *left -= 1;
            }
            struck = Some(rule.fault.clone());
            break;
        }
        rules.retain(|rule| rule.left != Some(0));
        struck
    }

    pub(crate) fn take_connection_reset(&self) -> bool {
        self.refused_connections
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1))
            .is_ok()
    }
}

/// Applies edits to an answer's JSON; a body that is not JSON stays as it is.
pub(crate) fn edit(body: &[u8], edits: &[Edit]) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    for edit in edits {
        match edit {
            Edit::Set { pointer, value } => set(&mut document, pointer, value.clone()),
            Edit::Remove { pointer } => remove(&mut document, pointer),
            Edit::Pad { bytes } => set(&mut document, "/padding", Value::from("x".repeat(*bytes))),
        }
    }
    document.to_string().into_bytes()
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

#[cfg(test)]
mod tests {
    use super::{Edit, Fault, Faults, Rule};
    use serde_json::json;

    #[test]
    fn rules_strike_in_order_and_are_used_up() {
        let faults = Faults::default();
        faults.push(Rule::new("GET", "/v1/trunks/*", Fault::status(500)).skip(1).times(2));
        faults.once("*", "/v1/trunks/*", Fault::reset());
        assert_eq!(faults.pending(), 3);
        let names: Vec<_> =
            (0..5).map(|_| faults.take("GET", "/v1/trunks/1").map(|fault| fault.name)).collect();
        // The first request is spared by the first rule and falls to the second.
        assert_eq!(names, [Some("reset"), Some("answer"), Some("answer"), None, None]);
        assert_eq!(faults.pending(), 0);
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
            serde_json::from_slice(&super::edit(body.as_bytes(), &edits)).unwrap();
        assert_eq!(edited, json!({ "sip_trunks": [{ "id": "one", "label": "a", "region": "eu" }] }));
    }
}
