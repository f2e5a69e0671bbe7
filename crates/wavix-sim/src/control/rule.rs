//! A fault rule as JSON. The words are those of [`Fault`]'s constructors.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use crate::faults::{Answer, Fault, Rule};

/// The body of `POST /_sim/faults`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleRequest {
    #[serde(default = "any_method")]
    method: String,
    path: String,
    /// Left out: only the waits.
    fault: Option<FaultRequest>,
    #[serde(default)]
    wait_before_commit_ms: u64,
    #[serde(default)]
    wait_after_commit_ms: u64,
    #[serde(default)]
    skip: usize,
    times: Option<usize>,
    #[serde(default)]
    always: bool,
}

fn any_method() -> String {
    "*".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum FaultRequest {
    Status(u16),
    Answer(AnswerRequest),
    AnswerAfterCommit(AnswerRequest),
    TooManyRequests {
        retry_after: Option<String>,
    },
    SuccessFalse(String),
    #[serde(rename = "html_200")]
    Html200,
    Redirect {
        status: u16,
        location: String,
    },
    Reset,
    Close,
    ResetAfterCommit,
    CloseAfterCommit,
    Silence,
    ResetAfterHead,
    CutBody,
    WrongContentLength(i64),
    Trickle {
        bytes: usize,
        pause_ms: u64,
    },
    UnannouncedBody(usize),
    FoldedHeader,
    ManyHeaders(usize),
    Gzip,
    CloseWhenIdle,
    ResetWhenReused,
    With(BTreeMap<String, Value>),
    Without(Vec<String>),
    Again(BTreeMap<String, String>),
    HugeBody(usize),
    DeepJson(usize),
    #[serde(rename = "invalid_utf8")]
    InvalidUtf8,
    LooselyTyped,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerRequest {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    json: Option<Value>,
    html: Option<String>,
    text: Option<String>,
}

impl TryFrom<RuleRequest> for Rule {
    type Error = String;

    fn try_from(request: RuleRequest) -> Result<Self, String> {
        let before = Duration::from_millis(request.wait_before_commit_ms);
        let after = Duration::from_millis(request.wait_after_commit_ms);
        let fault = match request.fault {
            Some(fault) => Fault::try_from(fault)?.after_waiting(before).and_then_waiting(after),
            None if before.is_zero() && after.is_zero() => {
                return Err("a rule needs a fault, wait_before_commit_ms or wait_after_commit_ms".to_owned());
            }
            None => Fault::delay_before_commit(before).and_then_waiting(after),
        };
        let rule = Self::new(&request.method, &request.path, fault).skip(request.skip);
        match (request.always, request.times) {
            (true, None) => Ok(rule.always()),
            (true, Some(_)) => Err("a rule is for always or for some times, not both".to_owned()),
            (false, times) => Ok(rule.times(times.unwrap_or(1))),
        }
    }
}

impl TryFrom<FaultRequest> for Fault {
    type Error = String;

    fn try_from(request: FaultRequest) -> Result<Self, String> {
        Ok(match request {
            FaultRequest::Status(status) => Self::status(status),
            FaultRequest::Answer(answer) => Self::answer(answer.try_into()?),
            FaultRequest::AnswerAfterCommit(answer) => Self::answer_after_commit(answer.try_into()?),
            FaultRequest::TooManyRequests { retry_after } => Self::too_many_requests(retry_after.as_deref()),
            FaultRequest::SuccessFalse(message) => Self::success_false(&message),
            FaultRequest::Html200 => Self::html_200(),
            FaultRequest::Redirect { status, location } => Self::redirect(status, &location),
            FaultRequest::Reset => Self::reset(),
            FaultRequest::Close => Self::close(),
            FaultRequest::ResetAfterCommit => Self::reset_after_commit(),
            FaultRequest::CloseAfterCommit => Self::close_after_commit(),
            FaultRequest::Silence => Self::silence(),
            FaultRequest::ResetAfterHead => Self::reset_after_head(),
            FaultRequest::CutBody => Self::cut_body(),
            FaultRequest::WrongContentLength(difference) => Self::wrong_content_length(difference),
            FaultRequest::Trickle { bytes, pause_ms } => {
                Self::trickle(bytes, Duration::from_millis(pause_ms))
            }
            FaultRequest::UnannouncedBody(bytes) => Self::unannounced_body(bytes),
            FaultRequest::FoldedHeader => Self::folded_header(),
            FaultRequest::ManyHeaders(number) => Self::many_headers(number),
            FaultRequest::Gzip => Self::gzip(),
            FaultRequest::CloseWhenIdle => Self::close_when_idle(),
            FaultRequest::ResetWhenReused => Self::reset_when_reused(),
            FaultRequest::With(fields) => {
                let mut fields = fields.into_iter();
                let (field, value) = fields.next().ok_or("with needs a field")?;
                fields.fold(Self::with(&field, value), |fault, (field, value)| fault.and_with(&field, value))
            }
            FaultRequest::Without(fields) => {
                let mut fields = fields.iter();
                let field = fields.next().ok_or("without needs a field")?;
                fields.fold(Self::without(field), |fault, field| fault.and_without(field))
            }
            FaultRequest::Again(fields) => {
                let mut fields = fields.iter();
                let (field, json) = fields.next().ok_or("again needs a field")?;
                fields.fold(Self::again(field, json), |fault, (field, json)| fault.and_again(field, json))
            }
            FaultRequest::HugeBody(bytes) => Self::huge_body(bytes),
            FaultRequest::DeepJson(depth) => Self::deep_json(depth),
            FaultRequest::InvalidUtf8 => Self::invalid_utf8(),
            FaultRequest::LooselyTyped => Self::loosely_typed(),
        })
    }
}

impl TryFrom<AnswerRequest> for Answer {
    type Error = String;

    fn try_from(request: AnswerRequest) -> Result<Self, String> {
        let answer = Self::new(request.status);
        let answer = match (request.json, request.html, request.text) {
            (None, None, None) => answer,
            (Some(json), None, None) => answer.json(&json),
            (None, Some(html), None) => answer.html(&html),
            (None, None, Some(text)) => answer.text(&text),
            _ => return Err("an answer has one of json, html and text".to_owned()),
        };
        Ok(request.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value)))
    }
}
