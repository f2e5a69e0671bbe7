//! Client layer (L0): talks to the Wavix HTTP API, and to nothing else.
//!
//! It knows HTTP, the API's envelopes, when a request may be repeated and how a
//! secret is kept out of sight. It knows no endpoint and no Terraform, and
//! imports nothing else of this crate. One call, from the outside in:
//!
//! | file | decides |
//! |---|---|
//! | `config` | what a client may be configured with |
//! | `request`, `path` | what is sent |
//! | `retry`, `wait` | whether and when it is sent again |
//! | `pacing` | how fast the whole process may go |
//! | `transport`, `proxy` | how one attempt is made, and by which way |
//! | `answer`, `document` | what came back, and its JSON |
//! | `failure`, `connecting`, `error`, `redact` | what is told about it |
//! | `pagination` | how a list is walked |
//! | `clock` | what time it is at Wavix |
//!
//! ```no_run
//! use terraform_provider_wavix::facade::client::{Acknowledged, ApiPath, Client, ClientSettings, Secret};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ClientSettings::new("key").validate().map_err(|faults| format!("{faults:?}"))?;
//! let client = Client::new(config);
//! let password = Secret::new("s3cret");
//! let trunk: serde_json::Value = client
//!     .post("/v1/trunks")
//!     .json(&serde_json::json!({ "label": "office", "password": password.expose() }))
//!     .redact(&password)
//!     .send()
//!     .await?;
//! let Acknowledged = client.delete(ApiPath::new("/v1/trunks").segment(&trunk["id"])).send().await?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod clock;
mod config;
mod connecting;
mod document;
mod error;
mod failure;
mod pacing;
mod pagination;
mod path;
mod proxy;
mod redact;
mod request;
mod retry;
mod secret;
mod transport;
mod wait;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

pub use self::{
    config::{
        AuthScheme, ClientConfig, ClientSettings, ConfigError, ConfigField, DEFAULT_MAX_CONCURRENT_REQUESTS,
        DEFAULT_MAX_RETRIES, DEFAULT_REQUEST_TIMEOUT,
    },
    document::TWICE,
    error::{Delivery, Error, Kind},
    pagination::{Page, Pages, Pagination, null_as_empty},
    path::ApiPath,
    proxy::ProxyVariables,
    request::{Acknowledged, Answer, CallOptions, Deadline, Method, Request},
    retry::Idempotency,
    secret::Secret,
};

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::answer::read_answer;

use self::{
    clock::ServerClock,
    error::{Ending, Report},
    failure::{Failure, Status},
    pacing::Pacer,
    redact::Redactor,
    retry::{Exchange, RetryPolicy, drive},
    transport::{DEFAULT_BODY_LIMIT, Outgoing, Transport},
    wait::Waits,
};

/// A Wavix API client. Clones share connections, pace and limits.
///
/// Making one opens and loads nothing; the first request does.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    config: Arc<ClientConfig>,
    transport: Transport,
    pacer: Pacer,
    clock: ServerClock,
    /// Whether a request was answered, by whatever it was.
    answered: AtomicBool,
    policy: RetryPolicy,
    /// Knows the secrets of the configuration and those of earlier requests: an
    /// answer may speak of another object than the one it was asked for.
    redactor: Mutex<Redactor>,
    /// How many of them are the configuration's, which are never forgotten.
    configured_secrets: usize,
}

/// Secrets of requests and answers that are remembered. Each is looked for in
/// every message and path, in all its spellings, so their number must have an end;
/// beyond it the older half is forgotten. A request's own are always looked for.
const REMEMBERED_SECRETS: usize = 128;

impl Shared {
    /// What hides the secrets of this request and of those before it.
    fn redactor(&self, secrets: &[Secret]) -> Redactor {
        // Replaced as a whole, so it is in order whoever panicked holding it.
        let mut known = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<&Secret> = secrets.iter().filter(|secret| !known.knows(secret)).collect();
        if new.is_empty() {
            return known.clone();
        }
        let more = known.with(new);
        *known = more.sharing();
        if known.secrets() > REMEMBERED_SECRETS {
            *known = known.keeping(REMEMBERED_SECRETS / 2, self.configured_secrets);
        }
        more
    }
}

impl Client {
    /// A client with this configuration.
    pub fn new(config: ClientConfig) -> Self {
        let policy = RetryPolicy::new(config.max_retries);
        Self::with_limits(config, policy, DEFAULT_BODY_LIMIT)
    }

    fn with_limits(config: ClientConfig, policy: RetryPolicy, body_limit: usize) -> Self {
        let mut secrets = vec![config.api_key.clone()];
        if let Some(proxy) = &config.proxy {
            let password = proxy.url.password().unwrap_or_default();
            secrets.push(Secret::from(password));
            secrets.push(Secret::new(percent_decode_str(password).decode_utf8_lossy()));
        }
        let config = Arc::new(config);
        let redactor = Redactor::new(&secrets);
        Self(Arc::new(Shared {
            transport: Transport::new(Arc::clone(&config), body_limit),
            pacer: Pacer::new(config.max_concurrent_requests, config.requests_per_second),
            clock: ServerClock::default(),
            answered: AtomicBool::new(false),
            configured_secrets: redactor.secrets(),
            redactor: Mutex::new(redactor),
            policy,
            config,
        }))
    }

    /// The configuration it was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// Whether anything has answered a request of this client yet.
    pub fn has_been_answered(&self) -> bool {
        self.0.answered.load(Ordering::Relaxed)
    }

    /// Names a value that no later message may repeat: a secret that an answer told,
    /// or that is kept of an object. For the secrets in a body there is
    /// [`Request::redact`].
    pub fn remember(&self, secret: &Secret) {
        drop(self.0.redactor(std::slice::from_ref(secret)));
    }

    /// Whether this is the API key that requests of this client present.
    pub fn presents(&self, key: &Secret) -> bool {
        self.0.config.api_key == *key
    }

    /// What time it is at Wavix, from the `Date` of the last answer or refusal of
    /// the API; at most two seconds and an answer's travel too early. `None`: none
    /// had a date.
    pub fn server_now(&self) -> Option<SystemTime> {
        self.0.clock.now()
    }

    /// `GET`: changes nothing, is repeated freely.
    pub fn get(&self, path: impl Into<ApiPath>) -> Request {
        self.request(Method::Get, path)
    }

    /// `POST`: is repeated only if it certainly was not sent, or was answered 429.
    pub fn post(&self, path: impl Into<ApiPath>) -> Request {
        self.request(Method::Post, path)
    }

    /// `PUT`: is repeated, since twice is the same as once.
    pub fn put(&self, path: impl Into<ApiPath>) -> Request {
        self.request(Method::Put, path)
    }

    /// `PATCH`: treated like [`post`](Self::post).
    pub fn patch(&self, path: impl Into<ApiPath>) -> Request {
        self.request(Method::Patch, path)
    }

    /// `DELETE`: is repeated; a repeat may meet a 404 of its own making.
    pub fn delete(&self, path: impl Into<ApiPath>) -> Request {
        self.request(Method::Delete, path)
    }

    /// Any method.
    pub fn request(&self, method: Method, path: impl Into<ApiPath>) -> Request {
        Request::new(self.clone(), method, path.into())
    }

    async fn call<T: DeserializeOwned + Send>(&self, request: &Request) -> Result<Answer<T>, Error> {
        let (answer, waited) = self.exchange(request, answer::needs_value::<T>()).await?;
        let Answer { value: Document { json, status }, date, attempts, .. } = answer;
        let redactor = self.0.redactor(&request.secrets);
        match answer::value(json, status, &redactor) {
            Ok(value) => Ok(Answer { value, status: status.code, date, attempts }),
            Err(failure) => {
                let path = redactor.clean(&request.path.to_string(), PATH_LIMIT);
                let (method, delivery) = (request.method, failure.delivery());
                let ending = Ending::Final;
                Err(Error::new(Report { method, path, failure, ending, delivery, attempts, waited }))
            }
        }
    }

    /// All of a call that does not depend on what is made of its answer.
    async fn exchange(
        &self,
        request: &Request,
        needs_value: bool,
    ) -> Result<(Answer<Document>, Duration), Error> {
        let Shared { transport, pacer, clock, answered, policy, .. } = &*self.0;
        let redactor = self.0.redactor(&request.secrets);
        let report = |failure, ending, delivery, attempts, waited| {
            let path = redactor.clean(&request.path.to_string(), PATH_LIMIT);
            Error::new(Report { method: request.method, path, failure, ending, delivery, attempts, waited })
        };
        let unsendable = |cause: &str| {
            let failure = Failure::Unsendable { cause: cause.to_owned() };
            report(failure, Ending::Final, Delivery::NotSent, 0, Duration::ZERO)
        };
        let path = request.path.checked().map_err(unsendable)?;
        let body = request.body.clone().transpose().map_err(|cause| unsendable(&cause))?;

        let shown = redactor.clean(path, PATH_LIMIT);
        let exchange = Attempts {
            transport,
            clock,
            answered,
            redactor: &redactor,
            shown: &shown,
            path,
            request,
            body,
            needs_value,
        };
        let mut waits = Waits::new(&request.options, request.method, &shown);
        let outcome =
            drive(&exchange, request.idempotency, policy, pacer, &request.options, &mut waits).await;
        match outcome {
            Ok(((value, date), attempts)) => {
                Ok((Answer { status: value.status.code, value, date, attempts }, waits.total))
            }
            Err(end) => Err(report(end.failure, end.ending, end.delivery, end.attempts, waits.total)),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.config).finish()
    }
}

/// Characters of a path that are shown.
const PATH_LIMIT: usize = 200;

/// What was answered.
struct Document {
    json: serde_json::Value,
    status: Status,
}

/// The attempts of one call, with the request they share.
struct Attempts<'a> {
    transport: &'a Transport,
    clock: &'a ServerClock,
    answered: &'a AtomicBool,
    redactor: &'a Redactor,
    shown: &'a str,
    path: &'a str,
    request: &'a Request,
    body: Option<bytes::Bytes>,
    needs_value: bool,
}

impl Exchange for Attempts<'_> {
    type Answer = (Document, Option<SystemTime>);

    async fn attempt(&self, number: u32, until: Option<Instant>) -> Result<Self::Answer, Failure> {
        let began = Instant::now();
        let outgoing = Outgoing {
            method: self.request.method,
            path: self.path,
            query: &self.request.query,
            body: self.body.clone(),
        };
        let incoming = self.transport.exchange(outgoing, until, self.redactor).await;
        let status = incoming.as_ref().map_or_else(|failure| failure.status(), |answer| Some(answer.status));
        if status.is_some() {
            self.answered.store(true, Ordering::Relaxed);
        }
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            method = self.request.method.as_str(),
            path = self.shown,
            status = status.map(|status| status.code),
            ms,
            attempt = number,
            "Wavix request"
        );
        let incoming = incoming?;
        let read = answer::document(&incoming, self.needs_value, self.redactor);
        // A gateway or a captive portal may have a clock of its own.
        if read.as_ref().err().is_none_or(Failure::is_of_the_api) {
            self.clock.hear(incoming.date);
        }
        Ok((Document { json: read?, status: incoming.status }, incoming.date))
    }
}
