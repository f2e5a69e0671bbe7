//! What the simulator was asked: ordered requests without their secrets, and connection counts.
//! The journal observes; it decides nothing.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};

use axum::{body::Bytes, http::request::Parts};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{path_pattern::PathPattern, sync::lock};

/// Replaces a secret in the journal.
pub const MASK: &str = "***";

/// JSON fields whose values are secrets.
const SECRET_FIELDS: [&str; 5] = ["password", "access_token", "token", "value", "api_key"];

/// One request, and what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Position in order of arrival, counted from 0 over the simulator's whole life.
    pub sequence: u64,
    /// When the head of the request had arrived.
    pub at: SystemTime,
    /// The client's end of the connection: equal for requests on one connection.
    pub connection: SocketAddr,
    /// The method, upper case.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query; the value of `appid` is masked.
    pub query: Option<String>,
    /// Header names (lower case) and values; `authorization` is masked after its scheme.
    pub headers: Vec<(String, String)>,
    /// The body when it is JSON, with passwords, tokens and keys masked.
    pub body: Option<Value>,
    /// The status sent; `None` while unanswered, or when the connection was dropped instead.
    pub status: Option<u16>,
    /// Whether the request changed the stored account.
    pub committed: bool,
    /// The name of the fault that struck it.
    pub fault: Option<&'static str>,
    /// What was answered, of the newest requests.
    pub(crate) answer: Option<Answered>,
    /// Whether nothing more becomes of it: it was answered, or will not be.
    pub(crate) done: bool,
    /// The journal's revision with which it last changed.
    pub(crate) revision: u64,
}

impl Entry {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        if let Some(query) = &self.query {
            write!(formatter, "?{query}")?;
        }
        match self.status {
            Some(status) => write!(formatter, " {status}")?,
            None => formatter.write_str(" (no answer)")?,
        }
        if self.committed {
            formatter.write_str(" committed")?;
        }
        if let Some(fault) = self.fault {
            write!(formatter, " [{fault}]")?;
        }
        Ok(())
    }
}

/// How many answers are kept.
const KEPT_ANSWERS: usize = 500;
/// The longest answer that is kept, in bytes: a page of a list may have a hundred thousand.
const LONGEST_ANSWER: usize = 8 << 10;

/// The body of an answer. It is kept as it was, and masked when it is shown.
#[derive(Clone)]
pub(crate) struct Answered {
    length: usize,
    body: Bytes,
}

impl Answered {
    pub(crate) fn new(body: &Bytes) -> Self {
        let kept = if body.len() > LONGEST_ANSWER { Bytes::new() } else { body.clone() };
        Self { length: body.len(), body: kept }
    }

    /// Its length, and what is JSON of it, without secrets.
    pub(crate) fn shown(&self) -> Value {
        json!({ "length": self.length, "body": masked_body(&self.body) })
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.length)
    }
}

/// The record of everything that arrived.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
    /// The newest revision.
    changes: watch::Sender<u64>,
}

/// What has changed since a revision.
pub(crate) struct News {
    /// The newest revision.
    pub(crate) revision: u64,
    /// Whether the entries told before are forgotten.
    pub(crate) cleared: bool,
    /// New and changed entries, in order of arrival.
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    arrived: u64,
    /// Counts the changes of the entries.
    revision: u64,
    /// The revision of the last [`Journal::clear`].
    cleared: u64,
    connections: Gauge,
    requests: Gauge,
}

#[derive(Debug, Default)]
struct Gauge {
    total: u64,
    now: usize,
    most: usize,
}

impl Gauge {
    fn up(&mut self) {
        self.total += 1;
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    fn down(&mut self) {
        self.now = self.now.saturating_sub(1);
    }

    fn restart(&mut self) {
        self.total = 0;
        self.most = self.now;
    }
}

impl Journal {
    /// All requests since the start or the last [`Journal::clear`], in order of arrival.
    pub fn entries(&self) -> Vec<Entry> {
        self.inner().entries.clone()
    }

    /// The requests with this method and path. In a path pattern `*` and `{anything}` match one segment; the method
    /// `*` matches all.
    pub fn matching(&self, method: &str, path: &str) -> Vec<Entry> {
        let pattern = PathPattern::new(method, path);
        self.inner()
            .entries
            .iter()
            .filter(|entry| pattern.matches(&entry.method, &entry.path))
            .cloned()
            .collect()
    }

    /// How many requests had this method and path, patterns as in [`Journal::matching`].
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.matching(method, path).len()
    }

    /// The newest request with this method and path.
    pub fn last(&self, method: &str, path: &str) -> Option<Entry> {
        self.matching(method, path).pop()
    }

    /// How many requests changed the account.
    pub fn committed(&self) -> usize {
        self.inner().entries.iter().filter(|entry| entry.committed).count()
    }

    /// Forgets the requests and restarts the counters. Requests under way are not forgotten, but no longer listed.
    pub fn clear(&self) {
        let mut inner = self.inner();
        inner.entries.clear();
        inner.connections.restart();
        inner.requests.restart();
        inner.cleared = self.next_revision(&mut inner);
    }

    /// Connections accepted.
    pub fn connections(&self) -> u64 {
        self.inner().connections.total
    }

    /// Connections open now.
    pub fn open_connections(&self) -> usize {
        self.inner().connections.now
    }

    /// The most connections that were open at one time.
    pub fn max_simultaneous_connections(&self) -> usize {
        self.inner().connections.most
    }

    /// The most requests that were being worked on at one time.
    pub fn max_simultaneous_requests(&self) -> usize {
        self.inner().requests.most
    }

    pub(crate) fn connection_opened(&self) {
        self.inner().connections.up();
    }

    pub(crate) fn connection_closed(&self) {
        self.inner().connections.down();
    }

    pub(crate) fn request_done(&self) {
        self.inner().requests.down();
    }

    /// Notes the head of a request; gives the sequence number under which the rest is noted.
    pub(crate) fn request_arrived(&self, connection: SocketAddr, head: &Parts) -> u64 {
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                let value =
                    if name == "authorization" { mask_authorization(&value) } else { value.into_owned() };
                (name.as_str().to_owned(), value)
            })
            .collect();
        let mut inner = self.inner();
        let sequence = inner.arrived;
        inner.arrived += 1;
        inner.requests.up();
        let revision = self.next_revision(&mut inner);
        // However long a simulator runs, it keeps few answers.
        if let Some(older) = inner.entries.len().checked_sub(KEPT_ANSWERS)
            && let Some(entry) = inner.entries.get_mut(older)
        {
            entry.answer = None;
        }
        inner.entries.push(Entry {
            sequence,
            at: SystemTime::now(),
            connection,
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(mask_query),
            headers,
            body: None,
            status: None,
            committed: false,
            fault: None,
            answer: None,
            done: false,
            revision,
        });
        sequence
    }

    pub(crate) fn note(&self, sequence: u64, change: impl FnOnce(&mut Entry)) {
        let mut inner = self.inner();
        let revision = self.next_revision(&mut inner);
        // From the end: what is noted is nearly always the newest.
        if let Some(entry) = inner.entries.iter_mut().rev().find(|entry| entry.sequence == sequence) {
            change(entry);
            entry.revision = revision;
        }
    }

    /// Changes with every change of the entries.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The revision from which on [`Journal::since`] tells about the newest `count` entries.
    pub(crate) fn before_the_last(&self, count: usize) -> u64 {
        let inner = self.inner();
        let newest = inner.entries.iter().rev().take(count).map(|entry| entry.revision);
        newest.min().map_or(inner.revision, |oldest| oldest.saturating_sub(1))
    }

    /// What has changed since this revision.
    pub(crate) fn since(&self, revision: u64) -> News {
        let inner = self.inner();
        let entries = inner.entries.iter().filter(|entry| entry.revision > revision).cloned().collect();
        News { revision: inner.revision, cleared: inner.cleared > revision, entries }
    }

    fn next_revision(&self, inner: &mut Inner) -> u64 {
        inner.revision += 1;
        self.changes.send_replace(inner.revision);
        inner.revision
    }

    pub(crate) fn entry(&self, sequence: u64) -> Option<Entry> {
        self.inner().entries.iter().rev().find(|entry| entry.sequence == sequence).cloned()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }
}

/// One line per request, for the message of a failed assertion.
impl fmt::Display for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in self.entries() {
            writeln!(formatter, "{:>4} {entry}", entry.sequence)?;
        }
        Ok(())
    }
}

/// The body as the journal keeps it. What is not JSON is not kept at all: it cannot be masked.
pub(crate) fn masked_body(body: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(body).ok()?;
    mask(&mut value);
    Some(value)
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if SECRET_FIELDS.contains(&name.as_str()) {
                    *field = Value::from(MASK);
                } else {
                    mask(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

fn mask_authorization(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {MASK}"),
        None => MASK.to_owned(),
    }
}

fn mask_query(query: &str) -> String {
    query
        .split('&')
        .map(|pair| if pair.starts_with("appid=") { format!("appid={MASK}") } else { pair.to_owned() })
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn secrets_are_masked_at_any_depth() {
        let body =
            json!({ "password": 12, "label": "a", "items": [{ "access_token": "sip1", "value": "k" }] })
                .to_string();
        let masked = super::masked_body(body.as_bytes()).unwrap();
        assert_eq!(
            masked,
            json!({ "password": "***", "label": "a", "items": [{ "access_token": "***", "value": "***" }] })
        );
        assert_eq!(super::mask_query("page=1&appid=secret"), "page=1&appid=***");
        assert_eq!(super::mask_authorization("Bearer secret"), "Bearer ***");
        assert_eq!(super::mask_authorization("secret"), "***");
    }
}
