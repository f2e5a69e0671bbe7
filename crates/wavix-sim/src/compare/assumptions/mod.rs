//! The table of what is assumed of the API where its documents disagree or say nothing: how it shows in the answers of the
//! script, what in the provider depends on it, and the knob of the simulator that imitates another answer.

mod access;
mod lists;
mod others;
mod trunk_reads;
mod trunk_writes;

use std::time::SystemTime;

use serde_json::{Value, json};
use time::{OffsetDateTime, PrimitiveDateTime, format_description::well_known::Rfc3339};

use super::evidence::{Evidence, Reply};

/// One thing that is assumed.
#[derive(Debug, Clone, Copy)]
pub struct Assumption {
    /// What it is about.
    pub title: &'static str,
    /// What depends on it.
    pub depends: &'static str,
    /// The knob that imitates other answers, as in a profile; a dot leads into a group.
    pub knob: Option<&'static str>,
    /// Values of the knob, as JSON, and what they mean; the assumed one first. Others are possible where they are numbers or lists.
    pub readings: &'static [(&'static str, &'static str)],
    pub(super) probe: fn(&Evidence) -> Seen,
}

/// What the answers show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing, and why.
    Nothing(&'static str),
    /// This value of the knob.
    Knob(Value),
    /// Something that no knob imitates.
    Words(String),
}

/// All of them, in the order of the table.
pub fn assumptions() -> impl Iterator<Item = &'static Assumption> {
    [access::ALL, lists::ALL, trunk_reads::ALL, trunk_writes::ALL, others::ALL].into_iter().flatten()
}

/// What is assumed as well and cannot be seen without a call, money, a reviewer's time or an object that is in use.
pub const UNOBSERVED: &[(&str, &str)] = &[
    ("how long a review of IP authentication takes", "days; an apply never waits for it"),
    ("what the same `host_request` does to an approved trunk", "it stays approved (`host_request_resent`)"),
    ("when an unchanged password is sent again", "it stays as it is; every update sends it"),
    ("whether an access token stays the same", "it may change; no plan promises it"),
    (
        "what the delete of a trunk does to numbers routed to it",
        "they lead nowhere (`numbers.routed_trunk_delete`)",
    ),
    (
        "whether a change of a number's routing shows at once",
        "it may take a while (`numbers.settle_reads`, `numbers.patch_reply`)",
    ),
    ("whether destinations are replaced as a whole", "they are (`numbers.destinations_on_patch`)"),
    ("whether `destinations: []` clears them", "it does (`numbers.empty_destinations`)"),
    ("how a URL of a number is taken away", "by `null` (`numbers.cleared_url`)"),
    (
        "whether a trunk is named by id, login or both",
        "by both, which must agree (`numbers.trunk_login_mismatch`, `numbers.missing_trunk_id`)",
    ),
    (
        "whether priorities and their order are kept",
        "they are (`numbers.priorities`, `numbers.destination_order`)",
    ),
    ("whether an inactive number can be changed", "it can (`numbers.inactive_patch`)"),
    ("how several numbers are named when they are released", "`ids=1&ids=2` (`numbers.ids_encoding`)"),
    ("the greatest number of requests per second", "4 at a time, slower after a 429"),
];

const NOT_WRITTEN: &str = "needs --write";

const fn knob(
    title: &'static str,
    knob: &'static str,
    depends: &'static str,
    readings: &'static [(&'static str, &'static str)],
    probe: fn(&Evidence) -> Seen,
) -> Assumption {
    Assumption { title, depends, knob: Some(knob), readings, probe }
}

const fn fact(title: &'static str, depends: &'static str, probe: fn(&Evidence) -> Seen) -> Assumption {
    Assumption { title, depends, knob: None, readings: &[], probe }
}

impl Assumption {
    /// What was seen, in words.
    pub(super) fn told(&self, seen: &Seen) -> String {
        match seen {
            Seen::Nothing(why) => format!("not observed: {why}"),
            Seen::Words(words) => words.clone(),
            Seen::Knob(value) => {
                let is_it = |(json, _): &&(&str, &str)| {
                    serde_json::from_str(json).is_ok_and(|reading: Value| reading == *value)
                };
                let known = self.readings.iter().find(is_it);
                known.map_or_else(|| spelled(value), |(_, words)| (*words).to_owned())
            }
        }
    }
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("`{name}`: {value}")).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn choice(value: &str) -> Seen {
    Seen::Knob(value.into())
}

fn flag(value: bool) -> Seen {
    Seen::Knob(value.into())
}

/// Status and text of an answer without what is the account's: digits, addresses, long texts.
fn refusal(reply: Option<&Reply>, why_not: &'static str) -> Seen {
    let Some(reply) = reply else { return Seen::Nothing(why_not) };
    Seen::Words(match reply.message() {
        Some(message) => format!("{} `{}`", reply.status, impersonal(message)),
        None if reply.body.is_some() => format!("{} without a message", reply.status),
        None => format!("{} {}", reply.status, reply.content_type),
    })
}

fn impersonal(message: &str) -> String {
    if message.contains('@') || message.contains("://") {
        return "(a text with an address)".to_owned();
    }
    let masked = message.chars().map(|letter| match letter {
        '0'..='9' => '#',
        '`' | '|' => ' ',
        letter if letter.is_control() => ' ',
        letter => letter,
    });
    masked.take(100).collect()
}

/// Seconds since 1970 of a time as the API writes it; without a zone it is taken for UTC.
fn seconds(written: &str) -> Option<i64> {
    let zoned = OffsetDateTime::parse(written, &Rfc3339).ok();
    let time = zoned.or_else(|| {
        PrimitiveDateTime::parse(&format!("{written}Z"), &Rfc3339).ok().map(PrimitiveDateTime::assume_utc)
    });
    time.map(OffsetDateTime::unix_timestamp)
}

fn since_1970(time: SystemTime) -> i64 {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |duration| duration.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// A difference of two clocks, in seconds and whole minutes: less than half a minute is how long an answer may take.
fn apart(seconds: i64) -> Seen {
    let minutes = (seconds + 30).div_euclid(60);
    Seen::Knob(json!(minutes * 60))
}

/// The names of fields that are missing or too many.
fn fields(body: &Value, expected: &[&str], optional: &[&str]) -> Seen {
    let Some(body) = body.as_object() else { return Seen::Words("no object".to_owned()) };
    let mut missing: Vec<&str> = expected.iter().copied().filter(|name| !body.contains_key(*name)).collect();
    let known = |name: &&str| expected.contains(name) || optional.contains(name);
    let mut more: Vec<&str> = body.keys().map(String::as_str).filter(|name| !known(name)).collect();
    missing.sort_unstable();
    more.sort_unstable();
    Seen::Words(match (missing.is_empty(), more.is_empty()) {
        (true, true) => format!("the {} documented ones", expected.len()),
        (false, true) => format!("without `{}`", missing.join("`, `")),
        (true, false) => format!("also `{}`", more.join("`, `")),
        (false, false) => format!("without `{}`, with `{}`", missing.join("`, `"), more.join("`, `")),
    })
}
