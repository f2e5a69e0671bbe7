//! A complete answer a test makes up.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::answer::error_body;

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
