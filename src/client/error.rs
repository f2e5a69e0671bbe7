//! The one error a call can end with.
//!
//! It says what was tried, what came back and whether Wavix may have acted on
//! it. What this means for a resource and what a practitioner should do next
//! is decided above. Every text in it has passed the
//! [`Redactor`](super::redact::Redactor); the type keeps no foreign error,
//! since those carry whole URLs.

use std::{fmt, time::Duration};

use super::{
    failure::{Chance, Failure, FieldError, Seconds},
    request::Method,
};

/// Why a call failed. Opaque; ask it with the predicates.
///
/// `Display` is one paragraph for the practitioner: method and path, what came
/// back, how many attempts were made. `Debug` is for the log and shows the same
/// facts as fields. Neither shows a secret, a header, a query or a whole body.
#[derive(Clone)]
pub struct Error(Box<Report>);

#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) failure: Failure,
    pub(super) ending: Ending,
    /// The worst of all attempts, not that of the last one: a PUT that timed
    /// out and was then answered 503 may have been carried out.
    pub(super) delivery: Delivery,
    pub(super) attempts: u32,
    pub(super) waited: Duration,
}

/// Why no further attempt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Another attempt would not help, or would not be safe.
    Final,
    /// As many attempts as were allowed.
    Exhausted,
    /// The next attempt was due after this time, which is past the deadline.
    Deadline { wait: Duration },
    /// The caller gave up.
    Cancelled,
}

/// The kinds of failure, for those who must tell them all apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The request could not be formed. A fault of the configuration or a bug.
    Unsendable,
    /// TLS or the proxy cannot be set up, for any request.
    Setup,
    /// No connection to Wavix; the request was not sent.
    Connect,
    /// No complete answer in time.
    Timeout,
    /// The connection broke after the request was sent.
    ConnectionLost,
    /// A redirect, which is not followed because the key must not travel with it.
    Redirected,
    /// Wavix said no, in its documented form.
    Refused,
    /// Something answered, but not in a form the API documents.
    Undocumented,
    /// Success that could not be understood.
    Decode,
    /// A list that lacks items by its own count.
    Incomplete,
    /// The deadline passed, or would have passed, before the first attempt.
    Deadline,
    /// Cancelled before the first attempt, or while a read was under way.
    Cancelled,
}

/// May Wavix have carried the request out? Decides what is safe to do next.
///
/// Ordered: each value knows less than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// It certainly never received it.
    NotSent,
    /// It received and refused it. Nothing was changed.
    Refused,
    /// It may have carried it out, or certainly has: look before trying again.
    Ambiguous,
}

impl Error {
    pub(super) fn new(report: Report) -> Self {
        Self(Box::new(report))
    }

    /// What kind of failure the last attempt was.
    pub fn kind(&self) -> Kind {
        match (&self.0.failure, self.0.ending) {
            (Failure::NotAttempted | Failure::Abandoned, Ending::Cancelled) => Kind::Cancelled,
            (Failure::NotAttempted | Failure::Abandoned, _) => Kind::Deadline,
            (Failure::Unsendable { .. }, _) => Kind::Unsendable,
            (Failure::Setup { .. }, _) => Kind::Setup,
            (Failure::Connect { .. } | Failure::Unprocessed { .. }, _) => Kind::Connect,
            (Failure::Timeout { .. }, _) => Kind::Timeout,
            (Failure::Lost { .. }, _) => Kind::ConnectionLost,
            (Failure::Redirected { .. }, _) => Kind::Redirected,
            (Failure::Refused { .. }, _) => Kind::Refused,
            (Failure::Undocumented { .. }, _) => Kind::Undocumented,
            (Failure::Decode { .. }, _) => Kind::Decode,
            (Failure::Incomplete { .. }, _) => Kind::Incomplete,
        }
    }

    /// Whether Wavix may have acted, over all attempts.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.failure.status().map(|status| status.code)
    }

    /// Wavix's own words, sanitised and capped.
    pub fn message(&self) -> Option<&str> {
        match &self.0.failure {
            Failure::Refused { message, .. } => message.as_deref(),
            _ => None,
        }
    }

    /// Wavix's complaints about single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        match &self.0.failure {
            Failure::Refused { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The method of the request.
    pub fn method(&self) -> Method {
        self.0.method
    }

    /// The path of the request below the base URL, without its query.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Attempts made; 0 if the request was never handed to the network.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time spent waiting between attempts and for a turn.
    pub fn waited(&self) -> Duration {
        self.0.waited
    }

    /// 401: the key is wrong, or this address is not on its list.
    ///
    /// *Troubleshooting:* check `api_key`, that the key is active, and its permitted IP addresses.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }

    /// 403: the key lacks a scope, or the account lacks the service.
    ///
    /// *Troubleshooting:* check the scopes of the key and the tier of the account.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// 404 in the API's documented form.
    ///
    /// NOTE: on `GET /v1/trunks/{id}` this does not prove that the trunk is
    /// gone: an account that is not provisioned gets the same status. A 404
    /// that is not the API's (a proxy, a wrong `base_url`) is not one.
    pub fn is_not_found(&self) -> bool {
        self.kind() == Kind::Refused && self.status() == Some(404)
    }

    /// 409: the object is in a state that does not allow this.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// 400 or 422 in the API's documented form: a value was not accepted.
    ///
    /// *Troubleshooting:* [`field_errors`](Self::field_errors) and [`message`](Self::message).
    pub fn is_validation(&self) -> bool {
        self.kind() == Kind::Refused && matches!(self.status(), Some(400 | 422))
    }

    /// 429: too many requests.
    ///
    /// *Troubleshooting:* lower `requests_per_second` or `max_concurrent_requests`.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// No answer within `request_timeout`, or the operation's time ran out.
    ///
    /// *Troubleshooting:* raise `request_timeout` or the resource's `timeouts`.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.failure, Failure::Timeout { .. }) || self.is_past_deadline()
    }

    /// The operation's time ran out, or was too short for the next attempt.
    ///
    /// *Troubleshooting:* raise the resource's `timeouts`.
    pub fn is_past_deadline(&self) -> bool {
        matches!(self.0.ending, Ending::Deadline { .. })
    }

    /// No connection: DNS, TCP, TLS or proxy. The last attempt was not sent.
    ///
    /// *Troubleshooting:* check `base_url`, `http_proxy`, `ca_bundle` and the network.
    pub fn is_connect(&self) -> bool {
        self.kind() == Kind::Connect
    }

    /// Whether another attempt would meet the same: a certificate that is not
    /// accepted, a port that does not speak TLS, a host that does not exist.
    ///
    /// *Troubleshooting:* as of [`is_connect`](Self::is_connect).
    pub fn is_permanent(&self) -> bool {
        matches!(self.0.failure, Failure::Connect { chance: Chance::None | Chance::Slight, .. })
    }

    /// The caller's cancellation ended the call.
    pub fn is_cancelled(&self) -> bool {
        self.0.ending == Ending::Cancelled
    }

    /// How long to wait before trying again, if the call ended because that
    /// was longer than the time left, or else as the last answer asked.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.ending {
            Ending::Deadline { wait } if !wait.is_zero() => Some(wait),
            _ => self.0.failure.retry_after(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { method, path, failure, ending, attempts, waited, .. } = &*self.0;
        // The API's own message may end a sentence already.
        write!(f, "{method} {path} {}.", failure.to_string().trim_end_matches('.'))?;
        match ending {
            Ending::Final | Ending::Exhausted if *attempts > 1 || *waited >= WORTH_TELLING => {
                write!(
                    f,
                    " The provider gave up after {} and {} of waiting.",
                    Attempts(*attempts),
                    Seconds(*waited)
                )
            }
            Ending::Final | Ending::Exhausted => Ok(()),
            Ending::Deadline { wait } => {
                if wait.is_zero() {
                    f.write_str(" The timeout of the operation expired")?;
                } else {
                    let wait = Seconds(*wait);
                    write!(f, " The next attempt was due in {wait}, after the timeout of the operation")?;
                }
                write!(f, " ({} made, {} waited).", Attempts(*attempts), Seconds(*waited))
            }
            Ending::Cancelled => {
                f.write_str(" The operation was cancelled")?;
                match (*attempts > 0, *waited >= WORTH_TELLING) {
                    (true, true) => {
                        write!(f, " after {} and {} of waiting", Attempts(*attempts), Seconds(*waited))
                    }
                    (true, false) => write!(f, " after {}", Attempts(*attempts)),
                    (false, true) => write!(f, " after {} of waiting", Seconds(*waited)),
                    (false, false) => Ok(()),
                }?;
                f.write_str(".")
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

/// A wait that a person notices.
const WORTH_TELLING: Duration = Duration::from_secs(1);

struct Attempts(u32);

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 attempt"),
            more => write!(f, "{more} attempts"),
        }
    }
}
