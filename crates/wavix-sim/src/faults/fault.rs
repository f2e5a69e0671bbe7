//! The catalogue of what can go wrong with one request. When it does is said by the rules.

use std::time::Duration;

use serde_json::Value;

use super::{
    answer::Answer,
    edit::Edit,
    wait::{Gate, Wait},
};
use crate::wire::End;

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) name: &'static str,
    pub(crate) before_commit: Wait,
    pub(crate) after_commit: Wait,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// Nothing but the delays.
    Unchanged,
    /// Another answer, with or without the request having been carried out.
    Answer { answer: Answer, commit: bool },
    /// No answer.
    Drop { when: Moment, end: End },
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
    /// Announce everything, send nothing of it, reset.
    HeadOnly,
    /// Announce everything, send half, close.
    HalfBody,
    /// Announce so many bytes more (or fewer) than are sent.
    WrongLength(i64),
    /// A few bytes at a time.
    Trickle { bytes: usize, pause: Duration },
    /// So much white space before the body, and no word about the length.
    Unannounced { bytes: usize },
    /// In full, with headers that are odd in this way.
    OddHead(OddHead),
    /// In full, packed with gzip, whatever was asked for.
    Packed,
    /// In full, promising to keep the connection, which is closed then.
    ThenClose,
    /// In full, promising to keep the connection, which is reset when the next request comes.
    ThenReset,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum OddHead {
    /// One is continued on a second line, which HTTP has given up.
    Folded,
    /// So many more.
    Many(usize),
}

impl Fault {
    fn new(name: &'static str, effect: Effect) -> Self {
        Self { name, before_commit: Wait::default(), after_commit: Wait::default(), effect }
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
        Self::new("reset", Effect::Drop { when: Moment::BeforeBody, end: End::Reset })
    }

    /// Closes the connection (FIN) when the whole request has arrived, without carrying it out.
    pub fn close() -> Self {
        Self::new("close", Effect::Drop { when: Moment::BeforeCommit, end: End::Close })
    }

    /// Carries the request out, then resets the connection (RST) instead of answering.
    pub fn reset_after_commit() -> Self {
        Self::new("reset after commit", Effect::Drop { when: Moment::AfterCommit, end: End::Reset })
    }

    /// Carries the request out, then closes the connection (FIN) instead of answering.
    pub fn close_after_commit() -> Self {
        Self::new("close after commit", Effect::Drop { when: Moment::AfterCommit, end: End::Close })
    }

    /// Carries the request out, and is silent on this connection from then on: no answer, not even to a PING, and no
    /// end. Other connections are served.
    pub fn silence() -> Self {
        Self::new("silence", Effect::Drop { when: Moment::AfterCommit, end: End::Silence })
    }

    // ---- the real answer, badly sent -------------------------------------------------------------------------

    /// Carries the request out, sends the head of the answer and resets the connection (RST) instead of the body.
    pub fn reset_after_head() -> Self {
        Self::new("reset after head", Effect::Transmit(Transmission::HeadOnly))
    }

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

    /// Carries the request out and answers with so many bytes of white space before the JSON, without announcing a
    /// length: valid JSON for a client that reads it to its end. Nothing of that size is held in memory.
    pub fn unannounced_body(bytes: usize) -> Self {
        Self::new("unannounced body", Effect::Transmit(Transmission::Unannounced { bytes }))
    }

    /// Carries the request out and answers with a header that is continued on a second line.
    pub fn folded_header() -> Self {
        Self::new("folded header", Effect::Transmit(Transmission::OddHead(OddHead::Folded)))
    }

    /// Carries the request out and answers with so many headers more.
    pub fn many_headers(number: usize) -> Self {
        Self::new("many headers", Effect::Transmit(Transmission::OddHead(OddHead::Many(number))))
    }

    /// Carries the request out and answers with a body that is packed with gzip, whatever the client accepts.
    pub fn gzip() -> Self {
        Self::new("gzip", Effect::Transmit(Transmission::Packed))
    }

    /// Answers properly and promises to keep the connection, but closes it (FIN) right after: closed while idle.
    pub fn close_when_idle() -> Self {
        Self::new("close when idle", Effect::Transmit(Transmission::ThenClose))
    }

    /// Answers properly and keeps the connection, but resets it (RST) as soon as the next request arrives on it, unread:
    /// the moment in which a server closes what the client believes to be idle.
    pub fn reset_when_reused() -> Self {
        Self::new("reset when reused", Effect::Transmit(Transmission::ThenReset))
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

    /// Carries the request out and adds a field to the answer that is nested so many levels deep.
    pub fn deep_json(depth: usize) -> Self {
        Self::new("deep JSON", Effect::Edit(vec![Edit::Nest { depth }]))
    }

    /// Carries the request out and puts a byte that is not UTF-8 at the beginning of every text of the answer.
    pub fn invalid_utf8() -> Self {
        Self::new("invalid UTF-8", Effect::Edit(vec![Edit::Spoil]))
    }

    /// Carries the request out and answers every flag as 0 or 1, and digits as a number.
    pub fn loosely_typed() -> Self {
        Self::new("loosely typed", Effect::Edit(vec![Edit::Loosen]))
    }

    /// Another edit, see [`Fault::with`]. Does nothing for faults that do not edit.
    #[must_use]
    pub fn and_with(mut self, field: &str, value: impl Into<Value>) -> Self {
        if let Effect::Edit(edits) = &mut self.effect {
            edits.push(Edit::set(field, value.into()));
        }
        self
    }

    /// Another edit, see [`Fault::without`]. Does nothing for faults that do not edit.
    #[must_use]
    pub fn and_without(mut self, field: &str) -> Self {
        if let Effect::Edit(edits) = &mut self.effect {
            edits.push(Edit::remove(field));
        }
        self
    }

    /// Another edit: adds a field at the top, behind the others, even where there is one of that name, with this JSON
    /// text, such as half of a surrogate pair. Does nothing for faults that do not edit.
    #[must_use]
    pub fn and_again(mut self, field: &str, json: &str) -> Self {
        if let Effect::Edit(edits) = &mut self.effect {
            edits.push(Edit::Append { field: field.to_owned(), json: json.to_owned() });
        }
        self
    }

    /// Carries the request out and adds a field a second time, see [`Fault::and_again`].
    pub fn again(field: &str, json: &str) -> Self {
        Self::new("edited answer", Effect::Edit(Vec::new())).and_again(field, json)
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
        self.before_commit.time = delay;
        self
    }

    /// Adds a wait between carrying the request out and answering to any fault.
    #[must_use]
    pub fn and_then_waiting(mut self, delay: Duration) -> Self {
        self.after_commit.time = delay;
        self
    }

    /// Only waits until the gate is open, before the request is carried out.
    pub fn held_before_commit(gate: &Gate) -> Self {
        let mut fault = Self::new("held before commit", Effect::Unchanged);
        fault.before_commit.gate = Some(gate.clone());
        fault
    }

    /// Carries the request out at once, then waits until the gate is open before answering.
    pub fn held_after_commit(gate: &Gate) -> Self {
        let mut fault = Self::new("held after commit", Effect::Unchanged);
        fault.after_commit.gate = Some(gate.clone());
        fault
    }

    /// Its name, and the status where it has one.
    pub(crate) fn summary(&self) -> String {
        match &self.effect {
            Effect::Answer { answer, .. } => format!("{} {}", self.name, answer.status.as_u16()),
            _ => self.name.to_owned(),
        }
    }

    pub(crate) fn strikes_before_body(&self) -> bool {
        matches!(self.effect, Effect::Drop { when: Moment::BeforeBody, .. })
    }
}
