//! The vendor's answer envelopes: success bodies and the JSON errors. No route and no rule decides anything here.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};

/// The text of 403, and of 404 on GET, for an account without the service.
pub(crate) const NOT_PROVISIONED: &str = "The service is not provisioned for your account.";
pub(crate) const RECORD_NOT_FOUND: &str = "Record not found";

/// Whether the API carries something out.
pub(crate) type Verdict = Result<(), Refusal>;

/// A request the API refuses, with its documented envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// Whether the message is a page of HTML, and the whole of the body.
    is_page: bool,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), is_page: false }
    }

    /// 400 naming the parameter, in the vendor's words.
    pub(crate) fn invalid_parameter(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Missing or invalid parameter {name}"))
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404 as a web server says it that has no such page.
    pub(crate) fn not_found_page() -> Self {
        let html = "<h1>The page you were looking for does not exist</h1>";
        Self { is_page: true, ..Self::not_found(html) }
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 422 with the text of the first that is so.
    pub(crate) fn unprocessable_if(reasons: &[(bool, &str)]) -> Verdict {
        let reason = reasons.iter().find(|(is_so, _)| *is_so);
        reason.map_or(Ok(()), |(_, message)| Err(Self::unprocessable(*message)))
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if self.is_page {
            return (self.status, Html(self.message)).into_response();
        }
        let mut answer = json_response(self.status, &error_body(self.status, &self.message));
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        answer
    }
}

/// The error envelope. Only 401 carries `error`.
pub(crate) fn error_body(status: StatusCode, message: &str) -> Value {
    if status == StatusCode::UNAUTHORIZED {
        json!({ "success": false, "error": true, "message": message })
    } else {
        json!({ "success": false, "message": message })
    }
}

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

pub(crate) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
