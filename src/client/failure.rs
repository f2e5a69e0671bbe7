//! What one attempt came to, when it was not an answer.
//!
//! The facts of one exchange, what they say about the request's fate, and the
//! sentence that tells them. What several attempts add up to is an
//! [`Error`](super::Error).

use std::{fmt, time::Duration};

use super::error::Delivery;

/// What one attempt came to, other than an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// Nothing was attempted: see the ending of the call.
    NotAttempted,
    /// A read that was under way when the caller gave up.
    Abandoned,
    /// The request could not even be formed: a fault of the caller or of the configuration.
    Unsendable { cause: String },
    /// No client for any request: TLS or the proxy cannot be set up, which is a
    /// fault of the machine or of the configuration.
    Setup { cause: String },
    /// No connection: DNS, TCP, TLS or the proxy. The request never left.
    Connect { cause: String, way: String, chance: Chance },
    /// Sent over a connection whose end said that it has not processed it (HTTP/2
    /// GOAWAY, REFUSED_STREAM): as good as not sent.
    Unprocessed { cause: String },
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
    /// All pages were answered, again and again, and do not add up to the whole list.
    Incomplete { found: usize, announced: Option<u64>, walks: u32 },
}

/// Whether another attempt may meet something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// No: it is how things are set up.
    None,
    /// Hardly: one more attempt is enough to know.
    Slight,
    /// Yes.
    Good,
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

/// One complaint about one field of the request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The API's field name, if it named one; nested fields with dots.
    pub field: Option<String>,
    /// The complaint, sanitised.
    pub message: String,
}

impl Failure {
    pub(super) fn status(&self) -> Option<Status> {
        match self {
            Self::Redirected { status, .. }
            | Self::Refused { status, .. }
            | Self::Undocumented { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::NotAttempted
            | Self::Abandoned
            | Self::Unsendable { .. }
            | Self::Setup { .. }
            | Self::Connect { .. }
            | Self::Unprocessed { .. }
            | Self::Timeout { .. }
            | Self::Lost { .. }
            | Self::Incomplete { .. } => None,
        }
    }

    /// Whether the API itself answered, by the form of what it said.
    pub(super) fn is_of_the_api(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Decode { .. })
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
            Self::NotAttempted
            | Self::Unsendable { .. }
            | Self::Setup { .. }
            | Self::Connect { .. }
            | Self::Unprocessed { .. } => Delivery::NotSent,
            Self::Abandoned
            | Self::Timeout { .. }
            | Self::Lost { .. }
            | Self::Decode { .. }
            | Self::Incomplete { .. } => Delivery::Ambiguous,
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
            Self::Abandoned => f.write_str("was sent, but the provider did not wait for the response"),
            Self::Unsendable { cause } => write!(f, "was not sent: {cause}"),
            Self::Setup { cause } => write!(f, "was not sent: TLS or the proxy cannot be set up ({cause})"),
            Self::Connect { cause, way, .. } => write!(f, "was not sent: cannot connect to {way} ({cause})"),
            Self::Unprocessed { cause } => {
                write!(f, "was not processed: the server closed the connection first ({cause})")
            }
            Self::Timeout { after } => {
                write!(f, "timed out: Wavix sent no complete response within {}", Seconds(*after))
            }
            Self::Lost { cause } => {
                write!(f, "was sent, but the connection failed before the response was complete ({cause})")
            }
            Self::Redirected { status, host } => {
                write!(f, "returned {status}, a redirect")?;
                if let Some(host) = host {
                    write!(f, " to {host}")?;
                }
                f.write_str(", which the provider does not follow, to protect the API key")
            }
            Self::Refused { status, message, fields, .. } => {
                match status.code {
                    // Its own word for it stands in the body.
                    ..300 => write!(f, "returned {status}, but reports a failure")?,
                    500.. => write!(f, "returned {status}")?,
                    _ => write!(f, "returned {status}")?,
                }
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
                write!(f, "returned {status} with {what} instead of the API's JSON")?;
                excerpt.as_ref().map_or(Ok(()), |text| write!(f, ": \"{text}\""))
            }
            Self::Decode { status, path, problem } => {
                write!(f, "returned {status}, but the response does not have the documented form: ")?;
                if path == "." { f.write_str(problem) } else { write!(f, "at {path}: {problem}") }
            }
            Self::Incomplete { found, announced, walks } => {
                write!(f, "returned an incomplete list: its pages, read {walks} times, contain {found} ")?;
                match announced {
                    Some(announced) => write!(f, "of {announced} items"),
                    None => f.write_str("items, and do not say whether there are more"),
                }
            }
        }
    }
}

/// A duration as people read it: `250 ms`, `12.3 s`, `120 s`.
pub(super) struct Seconds(pub(super) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            short if short < Duration::from_secs(1) => write!(f, "{} ms", short.as_millis()),
            whole if whole.subsec_millis() == 0 => write!(f, "{} s", whole.as_secs()),
            other => write!(f, "{:.1} s", other.as_secs_f64()),
        }
    }
}
