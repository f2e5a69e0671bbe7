//! Client layer: the one error a call can end with.
//!
//! It says what was tried, what came back and whether Wavix may have acted on
//! it. What this means for a resource and what a practitioner should do next
//! is decided above. Every text in it has passed the
//! [`Redactor`](super::redact::Redactor); the type keeps no foreign error,
//! since those carry whole URLs.

use std::{fmt, time::Duration};

use super::request::Method;

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

/// What one attempt came to, other than an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// Nothing was attempted: see the [`Ending`].
    NotAttempted,
    /// The request could not even be formed: a fault of the caller or of the configuration.
    Unsendable { cause: String },
    /// No connection: DNS, TCP, TLS or the proxy. The request never left.
    Connect { cause: String, permanent: bool },
    /// Sent, and no complete answer within the time.
    Timeout { after: Duration },
    /// Sent, and the connection broke before the answer was complete.
    Lost { cause: String },
    /// Answered with a redirect, which is never followed.
    Redirected { status: Status, host: Option<String> },
    /// Wavix said no in its documented form.
    Refused {
        status: Status,
        message: Option<String>,
        fields: Vec<FieldError>,
        retry_after: Option<Duration>,
    },
    /// An answer that is not the API's: no JSON, or JSON of no documented form.
    Undocumented {
        status: Status,
        what: String,
        excerpt: Option<String>,
        cut_short: bool,
        retry_after: Option<Duration>,
    },
    /// Success, in JSON, but not of the expected form.
    Decode { status: Status, path: String, problem: String },
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

/// An HTTP status with its registered reason phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.reason.is_empty() { Ok(()) } else { write!(f, " {}", self.reason) }
    }
}

/// The kinds of failure, for those who must tell them all apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The request could not be formed. A fault of the configuration or a bug.
    Unsendable,
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
    /// The deadline passed, or would have passed, before the first attempt.
    Deadline,
    /// Cancelled before the first attempt.
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

/// One complaint about one field of the request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The API's field name, if it named one; nested fields with dots.
    pub field: Option<String>,
    /// The complaint, sanitised.
    pub message: String,
}

impl Error {
    pub(super) fn new(report: Report) -> Self {
        Self(Box::new(report))
    }

    /// What kind of failure the last attempt was.
    pub fn kind(&self) -> Kind {
        match (&self.0.failure, self.0.ending) {
            (Failure::NotAttempted, Ending::Cancelled) => Kind::Cancelled,
            (Failure::NotAttempted, _) => Kind::Deadline,
            (Failure::Unsendable { .. }, _) => Kind::Unsendable,
            (Failure::Connect { .. }, _) => Kind::Connect,
            (Failure::Timeout { .. }, _) => Kind::Timeout,
            (Failure::Lost { .. }, _) => Kind::ConnectionLost,
            (Failure::Redirected { .. }, _) => Kind::Redirected,
            (Failure::Refused { .. }, _) => Kind::Refused,
            (Failure::Undocumented { .. }, _) => Kind::Undocumented,
            (Failure::Decode { .. }, _) => Kind::Decode,
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
        matches!(self.0.failure, Failure::Timeout { .. }) || matches!(self.0.ending, Ending::Deadline { .. })
    }

    /// No connection: DNS, TCP, TLS or proxy. The last attempt was not sent.
    ///
    /// *Troubleshooting:* check `base_url`, `http_proxy`, `ca_bundle` and the network.
    pub fn is_connect(&self) -> bool {
        self.kind() == Kind::Connect
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

impl Failure {
    pub(super) fn status(&self) -> Option<Status> {
        match self {
            Self::Redirected { status, .. }
            | Self::Refused { status, .. }
            | Self::Undocumented { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::NotAttempted
            | Self::Unsendable { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Lost { .. } => None,
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Undocumented { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What this one attempt says about the request's fate.
    pub(super) fn delivery(&self) -> Delivery {
        match self {
            Self::NotAttempted | Self::Unsendable { .. } | Self::Connect { .. } => Delivery::NotSent,
            Self::Timeout { .. } | Self::Lost { .. } | Self::Decode { .. } => Delivery::Ambiguous,
            // 307 and 308 ask for the same request elsewhere, so it was not
            // carried out here; the other redirects may follow a success.
            Self::Redirected { status, .. } => match status.code {
                307 | 308 => Delivery::Refused,
                _ => Delivery::Ambiguous,
            },
            // `success: false` under a 2xx is a refusal in the API's own words.
            Self::Refused { status, .. } if status.code < 300 => Delivery::Refused,
            Self::Refused { status, .. } | Self::Undocumented { status, .. } => match status.code {
                // 408: part of the request was received, and nobody says which.
                408 => Delivery::Ambiguous,
                400..=499 => Delivery::Refused,
                // A gateway's 5xx says nothing about the server behind it.
                _ => Delivery::Ambiguous,
            },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAttempted => f.write_str("was not sent"),
            Self::Unsendable { cause } => write!(f, "was not sent: {cause}"),
            Self::Connect { cause, .. } => write!(f, "was not sent: no connection to Wavix ({cause})"),
            Self::Timeout { after } => {
                write!(f, "was sent, but Wavix gave no complete answer within {}", Seconds(*after))
            }
            Self::Lost { cause } => {
                write!(f, "was sent, but the connection broke before the answer was complete ({cause})")
            }
            Self::Redirected { status, host } => {
                write!(f, "was answered {status}, a redirect")?;
                if let Some(host) = host {
                    write!(f, " to {host}")?;
                }
                f.write_str(", which is not followed, so that the API key stays with the configured host")
            }
            Self::Refused { status, message, fields, .. } => {
                write!(f, "was refused by Wavix with {status}")?;
                if let Some(message) = message {
                    write!(f, ": {message}")?;
                }
                for (position, complaint) in fields.iter().enumerate() {
                    f.write_str(if position == 0 { " [" } else { "; " })?;
                    if let Some(field) = &complaint.field {
                        write!(f, "{field}: ")?;
                    }
                    f.write_str(&complaint.message)?;
                }
                if fields.is_empty() { Ok(()) } else { f.write_str("]") }
            }
            Self::Undocumented { status, what, excerpt, .. } => {
                write!(f, "was answered {status} with {what} instead of the API's JSON")?;
                excerpt.as_ref().map_or(Ok(()), |text| write!(f, ": \"{text}\""))
            }
            Self::Decode { status, path, problem } => {
                write!(f, "was answered {status}, but the answer is not of the documented form: ")?;
                if path == "." { f.write_str(problem) } else { write!(f, "at {path}: {problem}") }
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { method, path, failure, ending, attempts, waited, .. } = &*self.0;
        write!(f, "{method} {path} {failure}.")?;
        match ending {
            Ending::Final | Ending::Exhausted if *attempts > 1 => {
                write!(f, " Gave up after {} and {} of waiting.", Attempts(*attempts), Seconds(*waited))
            }
            Ending::Final | Ending::Exhausted => Ok(()),
            Ending::Deadline { wait } => {
                if wait.is_zero() {
                    f.write_str(" The operation's time ran out")?;
                } else {
                    let wait = Seconds(*wait);
                    write!(f, " The next attempt was due in {wait}, more than the operation's time allowed")?;
                }
                write!(f, " ({} made, {} waited).", Attempts(*attempts), Seconds(*waited))
            }
            Ending::Cancelled if *attempts == 0 => f.write_str(" The operation was cancelled."),
            Ending::Cancelled => {
                write!(f, " The operation was cancelled after {}.", Attempts(*attempts))
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

struct Attempts(u32);

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 attempt"),
            more => write!(f, "{more} attempts"),
        }
    }
}

/// A duration as people read it: `250 ms`, `12.3 s`, `120 s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            short if short < Duration::from_secs(1) => write!(f, "{} ms", short.as_millis()),
            whole if whole.subsec_millis() == 0 => write!(f, "{} s", whole.as_secs()),
            other => write!(f, "{:.1} s", other.as_secs_f64()),
        }
    }
}
