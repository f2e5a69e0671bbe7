//! How a trunk is shown.

use serde_json::Value;

use super::{
    super::{
        evidence::{Evidence, Reply},
        is_set,
    },
    Assumption, NOT_WRITTEN, Seen, apart, choice, fact, fields, flag, knob, refusal, seconds, since_1970,
};

/// The fields of a detail view that the vendor's schema has.
const DETAIL: [&str; 22] = [
    "id",
    "name",
    "callerid",
    "label",
    "ip_restrict",
    "allowed_ips",
    "channels_restrict",
    "max_channels",
    "cost_limit",
    "max_call_cost",
    "call_restrict",
    "call_limit",
    "didinfo_enabled",
    "rewrite_enabled",
    "call_recording_enabled",
    "machine_detection_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "created_at",
    "host",
    "multiple_numbers",
    "encrypted_media",
];

/// Those that have a row of their own.
const ELSEWHERE: [&str; 4] = ["rewrite_prefix", "rewrite_cond", "passthrough", "access_token"];

/// The fields of a list item.
const ITEM: [&str; 17] = [
    "id",
    "name",
    "callerid",
    "label",
    "auth_method",
    "host_request",
    "passthrough",
    "multiple_numbers",
    "status",
    "talk_time",
    "charge",
    "call_recording_enabled",
    "machine_detection_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "encrypted_media",
    "access_token",
];

pub(super) const ALL: &[Assumption] = &[
    fact("the fields of a trunk", "the state, and what is sent on an update", |evidence| {
        trunk(evidence)
            .map_or(NONE, |reply| fields(reply.body.as_ref().unwrap_or(&Value::Null), &DETAIL, &ELSEWHERE))
    }),
    fact("the fields of a listed trunk", "data sources, `status`, `auth_method`", |evidence| {
        let list = evidence.success("trunks").and_then(|reply| reply.items("sip_trunks").first());
        list.map_or(NONE, |item| fields(item, &ITEM, &[]))
    }),
    knob(
        "`passthrough` of a trunk",
        "passthrough_in_detail",
        "`passthrough`",
        &[("true", "shown"), ("false", "shown by lists only")],
        |evidence| trunk(evidence).map_or(NONE, |reply| flag(has(reply, "passthrough"))),
    ),
    knob(
        "the access token of a trunk",
        "access_tokens",
        "`access_token`",
        &[("true", "shown"), ("false", "`null`")],
        |evidence| trunk(evidence).map_or(NONE, |reply| flag(is_set(reply.field("access_token")))),
    ),
    knob(
        "`created_at`, below the second",
        "created_at_millis",
        "nothing: it is kept as text",
        &[("true", "milliseconds"), ("false", "nothing")],
        |evidence| created_at(evidence).map_or(NONE, |(_, text)| flag(text.contains('.'))),
    ),
    knob(
        "`created_at`, its zone",
        "created_at_zone",
        "how old a trunk is",
        &[("true", "UTC, said"), ("false", "not said")],
        |evidence| {
            created_at(evidence).map_or(NONE, |(_, text)| match text.get(10..) {
                Some(time) if time.ends_with('Z') => flag(true),
                Some(time) if time.contains(['+', '-']) => Seen::Words("another than UTC".to_owned()),
                _ => flag(false),
            })
        },
    ),
    knob(
        "the clock that dates trunks, beside the one that dates answers",
        "created_at_offset_seconds",
        "nothing: no decision compares clocks",
        &[("0", "together")],
        |evidence| {
            let Some(exchange) = evidence.first_success(&["trunk made", "trunk made otherwise"]) else {
                return UNMADE;
            };
            let reply = &exchange.reply;
            let created = reply.field("created_at").as_str().and_then(seconds);
            match (created, reply.date) {
                (Some(created), Some(date)) => apart(created - since_1970(date)),
                _ => Seen::Nothing("answers are not dated"),
            }
        },
    ),
    knob(
        "an unset `rewrite_prefix` or `rewrite_cond`",
        "unset_rewrite",
        "the second plan",
        &[("\"empty\"", "`\"\"`"), ("\"null\"", "`null`"), ("\"absent\"", "missing")],
        |evidence| {
            let Some(reply) = trunk(evidence) else { return NONE };
            let name = ["rewrite_cond", "rewrite_prefix"].into_iter().find(|name| !is_set(reply.field(name)));
            let Some(name) = name else { return Seen::Nothing("both are set") };
            match reply.body.as_ref().and_then(|body| body.get(name)) {
                None => choice("absent"),
                Some(Value::Null) => choice("null"),
                Some(_) => choice("empty"),
            }
        },
    ),
    knob(
        "a GET of no trunk",
        "get_not_found",
        "when a trunk leaves the state: after a look at the list",
        &[
            ("\"not_provisioned\"", "404, the text of an account without the service"),
            ("\"record_not_found\"", "404 `Record not found`"),
        ],
        |evidence| {
            let Some(reply) = evidence.reply("no trunk") else { return Seen::Nothing("no answer") };
            let says = reply.message().unwrap_or_default().to_lowercase();
            // A success status is the matter of a row of its own.
            match reply.status {
                200 | 404 if says.contains("not provisioned") => choice("not_provisioned"),
                200 | 404 if says == "record not found" => choice("record_not_found"),
                _ => refusal(Some(reply), "no answer"),
            }
        },
    ),
];

const NONE: Seen = Seen::Nothing("the account has no trunks");
const UNMADE: Seen = Seen::Nothing(NOT_WRITTEN);

/// The one that was made, or any of the account's.
fn trunk(evidence: &Evidence) -> Option<&Reply> {
    evidence.first_success(&["trunk made", "trunk made otherwise", "a trunk"]).map(|exchange| &exchange.reply)
}

fn created_at(evidence: &Evidence) -> Option<(&Reply, &str)> {
    let reply = trunk(evidence)?;
    Some((reply, reply.field("created_at").as_str()?))
}

fn has(reply: &Reply, name: &str) -> bool {
    reply.body.as_ref().is_some_and(|body| body.get(name).is_some())
}
