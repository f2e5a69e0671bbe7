//! One call, described and then sent.
//!
//! The builder and what a call gives back. How an attempt is made is in
//! [`transport`](super::transport), when it is repeated in
//! [`retry`](super::retry), how its answer is read in [`answer`](super::answer).

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned, de::IgnoredAny};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Client,
    error::Error,
    pagination::{Page, Pages},
    path::ApiPath,
    retry::Idempotency,
    secret::Secret,
};

/// The HTTP methods the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// What RFC 9110 §9.2 promises of the method.
    pub fn idempotency(self) -> Idempotency {
        match self {
            Self::Get => Idempotency::Safe,
            Self::Put | Self::Delete => Idempotency::Idempotent,
            Self::Post | Self::Patch => Idempotency::Once,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By when a call must be over.
///
/// No wait goes past it, and no read. A request that was already sent and that
/// changes something is still given its `request_timeout`: abandoning it would
/// only make its outcome unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No limit other than the number of attempts.
    pub const NEVER: Self = Self(None);

    /// So long from now. A time too long for the clock is no limit.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    /// At this instant.
    pub fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// The instant, if there is one.
    pub fn instant(self) -> Option<Instant> {
        self.0
    }

    /// The time left; zero when it has passed, `None` when there is no limit.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|instant| instant.saturating_duration_since(Instant::now()))
    }
}

/// What limits a call from outside; made once per operation and passed down.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// By when it must be over: the operation's timeout.
    pub deadline: Deadline,
    /// Ends waits and requests not yet sent. A request already sent is awaited.
    pub cancel: CancellationToken,
    /// A connection that cannot be made is not tried again.
    pub connect_once: bool,
}

impl CallOptions {
    /// Limited by a deadline and a token.
    pub fn new(deadline: Deadline, cancel: CancellationToken) -> Self {
        Self { deadline, cancel, connect_once: false }
    }
}

/// A successful answer with its circumstances.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The decoded body.
    pub value: T,
    /// The HTTP status, of the success range.
    pub status: u16,
    /// Wavix's clock, from the `Date` header (1 s resolution): what to compare a `created_at` with.
    pub date: Option<SystemTime>,
    /// Attempts it took. After more than one, an earlier one may have been
    /// carried out too, which is why a repeated DELETE may meet a 404.
    pub attempts: u32,
}

/// The answer type of calls of which only success matters. Accepts any JSON
/// body (`{"success": true}`) and none at all (204, or 200 with no body).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged;

impl<'de> Deserialize<'de> for Acknowledged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A call being described. Made by [`Client::get`] and its siblings; nothing
/// happens before one of the `send` methods.
#[must_use = "a request does nothing until it is sent"]
#[derive(Clone)]
pub struct Request {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) path: ApiPath,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Result<Bytes, String>>,
    pub(super) secrets: Vec<Secret>,
    pub(super) options: CallOptions,
    pub(super) idempotency: Idempotency,
}

impl Request {
    pub(super) fn new(client: Client, method: Method, path: ApiPath) -> Self {
        Self {
            client,
            method,
            path,
            query: Vec::new(),
            body: None,
            secrets: Vec::new(),
            options: CallOptions::default(),
            idempotency: method.idempotency(),
        }
    }

    /// Adds a query parameter, percent-encoded. Never logged.
    pub fn query(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Sets the JSON body.
    ///
    /// A value that JSON cannot hold fails the call before it is sent.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        // serde's message may quote the value, which may be a password.
        let encoded = serde_json::to_vec(body).map(Bytes::from);
        self.body = Some(encoded.map_err(|_| "the body cannot be written as JSON".to_owned()));
        self
    }

    /// Names a value in the body that no message may repeat, such as a SIP
    /// password: wherever an answer echoes it, `***` is shown.
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Sets deadline and cancellation.
    pub fn options(mut self, options: &CallOptions) -> Self {
        self.options = options.clone();
        self
    }

    /// Sets the deadline alone.
    pub fn deadline(mut self, deadline: Deadline) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// Sets the cancellation alone.
    pub fn cancel(mut self, token: &CancellationToken) -> Self {
        self.options.cancel = token.clone();
        self
    }

    /// Overrides what the method promises, e.g. for a POST that only reads.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// Sends, and decodes the answer. Use [`Acknowledged`] where only success matters.
    ///
    /// # Errors
    /// [`Error`], after as many attempts as are safe and allowed.
    pub async fn send<T: DeserializeOwned + Send>(self) -> Result<T, Error> {
        Ok(self.send_full().await?.value)
    }

    /// Like [`send`](Self::send), with the circumstances of the answer.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_full<T: DeserializeOwned + Send>(self) -> Result<Answer<T>, Error> {
        self.client.clone().call(&self).await
    }

    /// Walks a paged list. `key` gives the identity of an item, by which an
    /// item that moved to the next page meanwhile is not reported twice.
    pub fn pages<P: Page, K: Ord>(self, key: fn(&P::Item) -> K) -> Pages<P, K> {
        Pages::new(self, key)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method, self.path)
    }
}
