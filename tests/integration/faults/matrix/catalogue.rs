//! The rows of the matrix: everything that can go wrong with a request.

use std::time::{Duration, SystemTime};

use serde_json::json;
use wavix_sim::behaviour::{Behaviour, Labels};
use wavix_sim::{Answer, Fault, Rule, Sim};

use super::odd::{self, Odd};
use super::subjects::Subject;
use super::unreachable::Unreachable;
use super::verb::Verb;
use crate::support::secrets;

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// The first matching request only.
    Once,
    /// Every matching request.
    Always,
}

/// What becomes of a connection while nobody uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// It is closed.
    Closed,
    /// It stays open.
    Open,
}

/// What happens.
pub enum How {
    /// The simulator does this to the request.
    Struck(Often, fn() -> Fault),
    /// The same, where what is done depends on the answer's shape; an error
    /// says why there is nothing to do.
    Shaped(fn(&Subject, Verb) -> Odd),
    /// The server speaks HTTP/2, and does this to the first matching request.
    OverHttp2(fn() -> Fault),
    /// The server has a mind of its own about labels, and does this to the first
    /// matching request.
    Relabelled(Labels, fn() -> Fault),
    /// The server's clocks are so, and it does this to the first matching request.
    Dated(fn(&mut Behaviour), fn() -> Fault),
    /// All processes get a SIGTERM while this happens to the first matching request.
    Terminated(fn() -> Fault),
    /// There is no connection at all.
    Unreachable(Unreachable),
    /// The request before is answered, and with it the server does this to the
    /// connection that the next one would go over. Then whether it is closed
    /// before there is a next one.
    Before(fn() -> Fault, Idle),
    /// The request is carried out only when the client has given it up, and has come
    /// again or looked once.
    Late,
    /// Somebody else has deleted the object.
    Gone,
}

/// A row.
pub struct Case {
    /// What a person calls it.
    pub name: &'static str,
    /// What happens.
    pub how: How,
    /// `request_timeout`, where the fault is about time.
    pub request_timeout: Option<&'static str>,
}

/// With everything that a server may change.
const LONG_LABEL: &str = "Reception of the house  with the name that goes on and on ";
const NEW_LONG_LABEL: &str = "Front desk of the house  with the name that goes on and on ";

/// What stands for "longer than anybody waits".
const FOREVER: Duration = Duration::from_secs(60);
/// The `request_timeout` of the cells that are about time. Long enough for a
/// busy machine to answer everything else in.
const IMPATIENT: &str = "8s";

const fn case(name: &'static str, how: How) -> Case {
    Case { name, how, request_timeout: None }
}

const fn timed(name: &'static str, how: How) -> Case {
    Case { name, how, request_timeout: Some(IMPATIENT) }
}

const fn always(name: &'static str, fault: fn() -> Fault) -> Case {
    case(name, How::Struck(Often::Always, fault))
}

const fn once(name: &'static str, fault: fn() -> Fault) -> Case {
    case(name, How::Struck(Often::Once, fault))
}

/// Every row, in the order of the documents.
pub const CASES: &[Case] = &[
    case("DNS failure", How::Unreachable(Unreachable::Name)),
    case("connection refused", How::Unreachable(Unreachable::Refused)),
    case("TLS: unknown authority", How::Unreachable(Unreachable::UnknownAuthority)),
    case("TLS: expired certificate", How::Unreachable(Unreachable::Expired)),
    case("TLS: wrong name", How::Unreachable(Unreachable::WrongName)),
    case("proxy refused", How::Unreachable(Unreachable::Proxy)),
    timed("connect time-out", How::Unreachable(Unreachable::Silent)),
    once("reset before the request is read, once", Fault::reset),
    always("reset before the request is read", Fault::reset),
    once("closed without an answer, once", Fault::close),
    always("closed without an answer", Fault::close),
    once("reset after the commit, once", Fault::reset_after_commit),
    always("reset after the commit", Fault::reset_after_commit),
    always("closed after the commit", Fault::close_after_commit),
    always("reset after the head of the answer", Fault::reset_after_head),
    always("body cut at half", Fault::cut_body),
    always("Content-Length too long", || Fault::wrong_content_length(50)),
    always("Content-Length too short", || Fault::wrong_content_length(-1)),
    timed(
        "answer later than `request_timeout`",
        How::Struck(Often::Always, || Fault::delay_after_commit(FOREVER)),
    ),
    timed("commit later than `request_timeout`", How::Late),
    timed("trickling body", How::Struck(Often::Always, || Fault::trickle(1, Duration::from_millis(700)))),
    always("200 with HTML", Fault::html_200),
    always("200 with HTML after the commit", || {
        Fault::answer_after_commit(Answer::new(200).html("<html>OK</html>"))
    }),
    always("empty 200", || Fault::answer(Answer::new(200).empty())),
    always("empty 200 after the commit", || Fault::answer_after_commit(Answer::new(200).empty())),
    always("JSON of another shape", || Fault::answer_after_commit(Answer::new(200).json(&json!([1, "two"])))),
    always("`success: false` under 200", || Fault::success_false("Something went wrong")),
    case("answer without the id", How::Shaped(odd::without_the_id)),
    case("optional fields missing", How::Shaped(odd::without_optional_fields)),
    case("unknown fields", How::Shaped(odd::with_unknown_fields)),
    case("wrong types", How::Shaped(odd::with_wrong_types)),
    always("body of 100 MB", || Fault::unannounced_body(100 << 20)),
    always("invalid UTF-8", Fault::invalid_utf8),
    always("deep JSON", || {
        let depth = 100_000;
        let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        Fault::answer_after_commit(Answer::new(200).text(&body).header("content-type", "application/json"))
    }),
    always("301 to another host", || Fault::redirect(301, "http://127.0.0.2:9/v1/elsewhere")),
    always("307 to another host", || Fault::redirect(307, "http://127.0.0.2:9/v1/elsewhere")),
    always("400 with an errors object", || {
        Fault::answer(
            Answer::new(400).json(&json!({ "success": false, "errors": { "label": ["is not good"] } })),
        )
    }),
    always("400 with an errors array", || {
        Fault::answer(Answer::new(400).json(&json!({ "success": false, "errors": ["label is not good"] })))
    }),
    always("400 with text", || Fault::answer(Answer::new(400).text("Bad Request"))),
    once("400 after the commit", || Fault::answer_after_commit(Answer::new(400))),
    always("401", || Fault::status(401)),
    always("403, scope", || {
        Fault::answer(Answer::new(403).message("API key does not have permission for this action"))
    }),
    always("403, not provisioned", || Fault::answer(Answer::new(403).message(NOT_PROVISIONED))),
    always("404, not provisioned", || Fault::answer(Answer::new(404).message(NOT_PROVISIONED))),
    case("404, gone", How::Gone),
    always("404, not gone", || Fault::answer(Answer::new(404).message("Record not found"))),
    once("404 after the commit", || Fault::answer_after_commit(Answer::new(404))),
    once("408 once", || Fault::status(408)),
    once("408 after the commit", || Fault::answer_after_commit(Answer::new(408))),
    always("409", || Fault::status(409)),
    always("422", || Fault::answer(Answer::new(422).message("Missing or invalid parameter label"))),
    case("422 that repeats the secrets", How::Shaped(repeating)),
    case("400 with a page that repeats the secrets", How::Shaped(repeating_as_a_page)),
    once("409 after the commit", || Fault::answer_after_commit(Answer::new(409))),
    once("422 after the commit", || Fault::answer_after_commit(Answer::new(422))),
    once("425 once", || Fault::status(425)),
    once("425 after the commit", || Fault::answer_after_commit(Answer::new(425))),
    always("429 without Retry-After", || Fault::too_many_requests(None)),
    once("429 after the commit", || Fault::answer_after_commit(Answer::new(429).header("retry-after", "0"))),
    once("429, Retry-After in seconds", || Fault::too_many_requests(Some("1"))),
    once("429, Retry-After as a date", || {
        let soon = SystemTime::now() + Duration::from_secs(1);
        Fault::too_many_requests(Some(&httpdate::fmt_http_date(soon)))
    }),
    once("429, absurd Retry-After", || Fault::too_many_requests(Some("86400"))),
    once("429, negative Retry-After", || Fault::too_many_requests(Some("-5"))),
    once("500 once", || Fault::status(500)),
    always("500", || Fault::status(500)),
    once("500 after the commit", || Fault::answer_after_commit(Answer::new(500))),
    once("502 once", || Fault::status(502)),
    always("502", || Fault::status(502)),
    once("502 after the commit", || Fault::answer_after_commit(Answer::new(502))),
    once("503 once", || Fault::status(503)),
    always("503", || Fault::status(503)),
    once("503 after the commit", || Fault::answer_after_commit(Answer::new(503))),
    once("504 once", || Fault::status(504)),
    always("504", || Fault::status(504)),
    once("504 after the commit", || Fault::answer_after_commit(Answer::new(504))),
    once("520 once", || Fault::status(520)),
    once("520 after the commit", || Fault::answer_after_commit(Answer::new(520))),
    case("odd spellings", How::Shaped(odd::spellings)),
    case("a field twice", How::Shaped(odd::field_twice)),
    case("a lone surrogate", How::Shaped(odd::lone_surrogate)),
    case("an unreadable field", How::Shaped(odd::unreadable_field)),
    always("a folded header", Fault::folded_header),
    always("101 headers", || Fault::many_headers(101)),
    always("gzip that nobody asked for", Fault::gzip),
    case("labels in lower case", How::Relabelled(Labels::LowerCase, untouched)),
    case("labels in lower case, answer lost", How::Relabelled(Labels::LowerCase, Fault::close_after_commit)),
    case("labels cut at 50 characters", How::Relabelled(Labels::Truncated, untouched)),
    case(
        "labels cut at 50 characters, answer lost",
        How::Relabelled(Labels::Truncated, Fault::close_after_commit),
    ),
    case("labels without double blanks", How::Relabelled(Labels::Collapsed, untouched)),
    case(
        "labels without double blanks, answer lost",
        How::Relabelled(Labels::Collapsed, Fault::close_after_commit),
    ),
    case("labels without blanks at their ends", How::Relabelled(Labels::Trimmed, untouched)),
    case(
        "labels without blanks at their ends, answer lost",
        How::Relabelled(Labels::Trimmed, Fault::close_after_commit),
    ),
    case(
        "`created_at` ahead of `Date`, answer lost",
        How::Dated(|clocks| clocks.created_at_offset_seconds = 8, Fault::close_after_commit),
    ),
    case(
        "`created_at` behind `Date`, answer lost",
        How::Dated(|clocks| clocks.created_at_offset_seconds = -8, Fault::close_after_commit),
    ),
    case(
        "`created_at` without a zone, answer lost",
        How::Dated(|clocks| clocks.created_at_zone = false, Fault::close_after_commit),
    ),
    case(
        "no `Date`, answer lost",
        How::Dated(|clocks| clocks.dated_answers = false, Fault::close_after_commit),
    ),
    // Longer than the process is given to end.
    case("SIGTERM to all processes", How::Terminated(|| Fault::delay_after_commit(Duration::from_secs(2)))),
    timed("connection silent, once", How::Struck(Often::Once, Fault::silence)),
    timed("HTTP/2 connection silent, once", How::OverHttp2(Fault::silence)),
    case("connection closed while idle", How::Before(Fault::close_when_idle, Idle::Closed)),
    case("connection reset as it is reused", How::Before(Fault::reset_when_reused, Idle::Open)),
];

const NOT_PROVISIONED: &str = "Account is not provisioned for this service";

/// Why a row has no cell for a verb.
const NO_SUBJECT: &str = "it is about no object that could be gone";
const NO_MARK: &str = "nothing tells a token that it left from those that applications make";
/// The refusals of what was carried out.
const REFUSED_AFTER_ALL: [&str; 6] = [
    "400 after the commit",
    "404 after the commit",
    "409 after the commit",
    "422 after the commit",
    "425 after the commit",
    "429 after the commit",
];
/// The rows of an object that is written and read as others are.
const OF_ANY_OBJECT: [&str; 37] = [
    "reset before the request is read",
    "reset after the commit, once",
    "reset after the commit",
    "body cut at half",
    "200 with HTML",
    "200 with HTML after the commit",
    "empty 200",
    "empty 200 after the commit",
    "JSON of another shape",
    "`success: false` under 200",
    "answer without the id",
    "optional fields missing",
    "unknown fields",
    "wrong types",
    "invalid UTF-8",
    "400 with an errors object",
    "400 with text",
    "400 after the commit",
    "401",
    "403, scope",
    "403, not provisioned",
    "404, not provisioned",
    "404, not gone",
    "404 after the commit",
    "409",
    "422",
    "409 after the commit",
    "422 after the commit",
    "429 without Retry-After",
    "500 once",
    "500",
    "500 after the commit",
    "502 after the commit",
    "odd spellings",
    "a field twice",
    "an unreadable field",
    "SIGTERM to all processes",
];
const LIKE_OTHERS: &str = "it is the same for every object";
const NO_LABEL: &str = "it writes no label";
const NO_DATE: &str = "it is judged by nothing that is dated";
const NEW_CONNECTION: &str = "its client is new, and so is its connection";
const ONE_CONNECTION: &str = "the second page comes over the connection that brought the first";

impl Case {
    /// Why this fault cannot happen to this verb, if it cannot.
    pub fn inapplicable(&self, subject: &Subject, verb: Verb) -> Option<&'static str> {
        if subject.remote.is_like_others() && !OF_ANY_OBJECT.contains(&self.name) {
            return Some(LIKE_OTHERS);
        }
        match &self.how {
            How::Struck(..) => {
                (verb == Verb::Open && REFUSED_AFTER_ALL.contains(&self.name)).then_some(NO_MARK)
            }
            How::OverHttp2(_) | How::Terminated(_) | How::Late => None,
            How::Relabelled(..) => {
                let writes = matches!(verb, Verb::Create | Verb::Update);
                (!writes || subject.remote.argument() != "label").then_some(NO_LABEL)
            }
            How::Dated(..) => (verb != Verb::Create || !subject.remote.is_dated()).then_some(NO_DATE),
            How::Before(..) => (verb == Verb::Configure).then_some(NEW_CONNECTION),
            How::Shaped(shape) => shape(subject, verb).err(),
            How::Gone => (!verb.is_about_an_object()).then_some(NO_SUBJECT),
            How::Unreachable(_) => (verb == Verb::ListNext).then_some(ONE_CONNECTION),
        }
    }

    /// Lets the simulator strike.
    pub fn arm(&self, subject: &Subject, verb: Verb, sim: &Sim) {
        let (method, path) = subject.target(verb);
        let (often, fault) = match &self.how {
            How::Struck(often, fault) => (*often, fault()),
            How::OverHttp2(fault) | How::Terminated(fault) => (Often::Once, fault()),
            How::Relabelled(labels, fault) => {
                sim.configure(|knobs| knobs.labels = *labels);
                (Often::Once, fault())
            }
            How::Dated(change, fault) => {
                sim.configure(change);
                (Often::Once, fault())
            }
            How::Shaped(shape) => match shape(subject, verb) {
                Ok(fault) => (Often::Always, fault),
                Err(reason) => panic!("{}, {verb}: {reason}", self.name),
            },
            How::Unreachable(_) | How::Before(..) | How::Late | How::Gone => return,
        };
        let rule = Rule::new(method, path, fault).skip(verb.spared());
        sim.faults().push(if often == Often::Always { rule.always() } else { rule });
    }
}

impl Case {
    /// The values of the argument that an update changes: when the object is made, and
    /// after it.
    pub fn values(&self, subject: &Subject) -> [&'static str; 2] {
        match &self.how {
            How::Relabelled(..) => [LONG_LABEL, NEW_LONG_LABEL],
            _ => subject.remote.values(),
        }
    }
}

/// Nothing, which takes no time.
fn untouched() -> Fault {
    Fault::delay_after_commit(Duration::ZERO)
}

/// The secrets that a request of this verb shows the API.
fn sent(subject: &Subject, verb: Verb) -> String {
    format!("{} {}", secrets::API_KEY, subject.remote.sent(verb))
}

fn repeating(subject: &Subject, verb: Verb) -> Odd {
    let text = format!("Invalid parameter label: {}", sent(subject, verb));
    Ok(Fault::answer(Answer::new(422).message(&text)))
}

fn repeating_as_a_page(subject: &Subject, verb: Verb) -> Odd {
    Ok(Fault::answer(Answer::new(400).html(&format!("<p>{}</p>", sent(subject, verb)))))
}
