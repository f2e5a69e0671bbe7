//! What becomes of a trunk that is made, changed and deleted.

use serde_json::{Map, Value, json};

use crate::behaviour::Labels;

use super::{
    super::{
        evidence::{Evidence, Exchange, Reply},
        is_set,
        writing::FEATURES,
    },
    Assumption, NOT_WRITTEN, Seen, choice, fact, flag, knob,
    lists::order,
    refusal,
};

pub(super) const ALL: &[Assumption] = &[
    knob(
        "a trunk without a caller ID",
        "empty_callerid_accepted",
        "`callerid`, left out",
        &[("true", "may be made"), ("false", "refused")],
        |evidence| match evidence.reply("trunk made") {
            None => UNMADE,
            Some(reply) if reply.succeeded() => flag(true),
            Some(_) if evidence.success("trunk made otherwise").is_some() => flag(false),
            Some(reply) => refusal(Some(reply), NOT_WRITTEN),
        },
    ),
    knob(
        "`callerid` of a trunk of any number",
        "callerid_with_multiple_numbers",
        "the second plan",
        &[("\"empty\"", "`\"\"`"), ("\"echoed\"", "the number that was sent")],
        |evidence| {
            let Some(exchange) =
                evidence.first_success(&["trunk with an unknown key", "trunk of any number"])
            else {
                return UNMADE;
            };
            if !is_set(sent(exchange, "callerid")) {
                return Seen::Nothing("the account has no active phone number");
            }
            match exchange.reply.field("callerid") {
                Value::String(text) if text.is_empty() => choice("empty"),
                Value::String(text) if sent(exchange, "callerid") == text.as_str() => choice("echoed"),
                Value::Null => Seen::Words("`null`".to_owned()),
                _ => Seen::Words("another one".to_owned()),
            }
        },
    ),
    knob(
        "a field that no schema has",
        "unknown_keys",
        "nothing: none is sent",
        &[("\"rejected\"", "refused"), ("\"ignored\"", "dropped")],
        |evidence| match evidence.reply("trunk with an unknown key") {
            None => UNMADE,
            Some(reply) if reply.succeeded() => choice("ignored"),
            Some(_) if evidence.success("trunk of any number").is_some() => choice("rejected"),
            Some(reply) => refusal(Some(reply), NOT_WRITTEN),
        },
    ),
    knob(
        "reads that do not find a new trunk",
        "misses_after_create",
        "how long a create looks",
        &[("0", "none")],
        |evidence| counted(evidence, "reads"),
    ),
    knob(
        "lists without a new trunk",
        "list_lag",
        "what is made of a lost answer",
        &[("0", "none")],
        |evidence| counted(evidence, "lists"),
    ),
    knob(
        "reads of the time before an update",
        "stale_reads_after_update",
        "what a refresh after an apply believes",
        &[("0", "none")],
        |evidence| counted(evidence, "reads after an update"),
    ),
    knob(
        "the order of `allowed_ips`",
        "allowed_ips_order",
        "nothing: it is a set",
        &[
            ("\"ascending\"", "as they were sent"),
            ("\"descending\"", "the last one first"),
            ("\"shifting\"", "another each time"),
        ],
        |evidence| {
            let (Some(first), Some(second)) =
                (evidence.success("trunk read"), evidence.success("trunk read again"))
            else {
                return UNMADE;
            };
            order(&address_ids(first), &address_ids(second), "too few addresses are answered")
        },
    ),
    knob(
        "a limit that is not in force",
        "limits_while_off",
        "nothing: it is ignored",
        &[("\"kept\"", "kept"), ("\"dropped\"", "dropped")],
        |evidence| {
            made(evidence).map_or(UNMADE, |made| {
                choice(if is_set(made.reply.field("call_limit")) { "kept" } else { "dropped" })
            })
        },
    ),
    knob(
        "how `max_call_cost` is written: 0.180 and 5",
        "decimal_text",
        "the second plan",
        &[
            ("\"shortest\"", "`0.18`, `5`"),
            ("\"as_sent\"", "`0.180`, `5`"),
            ("\"one_fraction_digit\"", "`0.18`, `5.0`"),
            ("{\"fixed\":2}", "`0.18`, `5.00`"),
            ("{\"fixed\":4}", "`0.1800`, `5.0000`"),
        ],
        decimals,
    ),
    knob(
        "what is stored otherwise than it was sent",
        "forced",
        "a create that is all or nothing",
        &[("{}", "nothing")],
        forced,
    ),
    knob(
        "recording, detection, transcription, encryption",
        "pro_features",
        "the error that names the feature",
        &[
            ("\"accepted\"", "can be turned on"),
            ("\"silently_off\"", "stay off without a word"),
            ("\"refused\"", "refused with 403"),
        ],
        |evidence| match evidence.exchange("features") {
            None => UNMADE,
            Some(exchange) if exchange.reply.succeeded() => {
                let off = features_off(exchange).len();
                choice(if off == FEATURES.len() { "silently_off" } else { "accepted" })
            }
            Some(exchange) if exchange.reply.status == 403 => choice("refused"),
            Some(exchange) => refusal(Some(&exchange.reply), NOT_WRITTEN),
        },
    ),
    knob(
        "an optional field that an update leaves out",
        "omitted_on_put",
        "nothing: all are sent",
        &[("\"reset\"", "goes back to its default"), ("\"kept\"", "keeps its value")],
        |evidence| {
            after(evidence, "left out", |reply| {
                choice(if is_set(reply.field("rewrite_prefix")) { "kept" } else { "reset" })
            })
        },
    ),
    knob(
        "`allowed_ips` of an update",
        "allowed_ips",
        "who may register",
        &[
            ("\"replace\"", "replace those that were there"),
            ("\"nested_attributes\"", "are added to those that were there"),
        ],
        |evidence| {
            after(evidence, "other addresses", |reply| {
                choice(if address_ids(reply).len() <= 1 { "replace" } else { "nested_attributes" })
            })
        },
    ),
    knob(
        "a label with blanks and more than 50 letters",
        "labels",
        "the second plan",
        &[
            ("\"as_sent\"", "kept"),
            ("\"trimmed\"", "without blanks at its ends"),
            ("\"collapsed\"", "with single blanks"),
            ("\"lower_case\"", "in lower case"),
            ("\"truncated\"", "cut after 50"),
        ],
        labels,
    ),
    fact("an update of no trunk", "how a trunk that is gone is noticed", |evidence| {
        refusal(evidence.reply("no trunk to change"), NOT_WRITTEN)
    }),
    knob(
        "a DELETE that was carried out",
        "delete_answer",
        "what counts as deleted",
        &[("\"success\"", "200 `success: true`"), ("\"no_content\"", "204")],
        |evidence| match evidence.reply("trunk deleted") {
            None => UNMADE,
            Some(reply) if reply.status == 204 => choice("no_content"),
            Some(reply) if reply.succeeded() && reply.field("success") == &Value::Bool(true) => {
                choice("success")
            }
            Some(reply) => refusal(Some(reply), NOT_WRITTEN),
        },
    ),
    fact("a second DELETE", "whether a delete may be repeated", |evidence| {
        refusal(evidence.reply("trunk deleted again"), NOT_WRITTEN)
    }),
    fact("a trunk whose IP authentication is under review", "`status`, `auth_method`", |evidence| {
        reviewed(evidence, "list with a review")
    }),
    knob(
        "another host under review",
        "host_request_changed",
        "`host_request`",
        &[("\"reopens_review\"", "is reviewed"), ("\"refused\"", "refused")],
        |evidence| match evidence.reply("another host") {
            None => UNREVIEWED,
            Some(reply) => choice(if reply.succeeded() { "reopens_review" } else { "refused" }),
        },
    ),
    knob(
        "an update without the host",
        "host_request_left_out",
        "nothing: it is always sent",
        &[("\"reverts_to_digest\"", "ends IP authentication"), ("\"keeps\"", "keeps it")],
        |evidence| {
            if evidence.success("no host").is_none() {
                return UNREVIEWED;
            }
            match listed(evidence, "list without a host")
                .map(|item| item.get("auth_method").and_then(Value::as_str))
            {
                Some(Some("Digest")) => choice("reverts_to_digest"),
                Some(Some(_)) => choice("keeps"),
                _ => Seen::Nothing("the list does not show it"),
            }
        },
    ),
];

const UNMADE: Seen = Seen::Nothing(NOT_WRITTEN);
const UNREVIEWED: Seen = Seen::Nothing("needs --ask-for-review");

fn made(evidence: &Evidence) -> Option<&Exchange> {
    evidence.first_success(&["trunk made", "trunk made otherwise"])
}

fn sent<'e>(exchange: &'e Exchange, name: &str) -> &'e Value {
    exchange.sent.as_ref().and_then(|sent| sent.get(name)).unwrap_or(&Value::Null)
}

fn counted(evidence: &Evidence, what: &str) -> Seen {
    match (evidence.counted(what), made(evidence)) {
        (Some(count), _) => Seen::Knob(json!(count)),
        (None, None) => UNMADE,
        (None, Some(_)) => Seen::Words("more than ten".to_owned()),
    }
}

/// What an update shows that was carried out.
fn after(evidence: &Evidence, step: &str, probe: fn(&Reply) -> Seen) -> Seen {
    match evidence.reply(step) {
        Some(reply) if reply.succeeded() => probe(reply),
        other => refusal(other, NOT_WRITTEN),
    }
}

fn address_ids(reply: &Reply) -> Vec<i64> {
    reply.items("allowed_ips").iter().filter_map(|item| item.get("id").and_then(Value::as_i64)).collect()
}

fn decimals(evidence: &Evidence) -> Seen {
    let (Some(first), Some(second)) = (made(evidence), evidence.success("left out")) else { return UNMADE };
    let (first, second) = (first.reply.field("max_call_cost"), second.field("max_call_cost"));
    let (Some(first), Some(second)) = (first.as_str(), second.as_str()) else {
        return Seen::Words("as something else than text".to_owned());
    };
    let fraction = second.strip_prefix("5.").filter(|digits| digits.bytes().all(|digit| digit == b'0'));
    match (first, second, fraction) {
        ("0.18", "5", _) => choice("shortest"),
        ("0.180", "5", _) => choice("as_sent"),
        ("0.18", "5.0", _) => choice("one_fraction_digit"),
        (first, _, Some(zeros)) if first.len() == second.len() && first.starts_with("0.18") => {
            Seen::Knob(json!({ "fixed": zeros.len() }))
        }
        _ => Seen::Words("in another way".to_owned()),
    }
}

/// Fields that came back with another value, but for those that have a row of their own.
fn forced(evidence: &Evidence) -> Seen {
    let Some(made) = made(evidence) else { return UNMADE };
    let mut forced = Map::new();
    for (name, sent) in made.sent.iter().filter_map(Value::as_object).flatten() {
        let answered = made.reply.field(name);
        if (sent.is_boolean() || sent.is_i64())
            && answered != sent
            && (answered.is_boolean() || answered.is_i64())
            && name != "call_limit"
        {
            forced.insert(name.clone(), answered.clone());
        }
    }
    if let Some(features) = evidence.exchange("features").filter(|exchange| exchange.reply.succeeded()) {
        let off = features_off(features);
        if off.len() < FEATURES.len() {
            forced.extend(off.into_iter().map(|flag| (flag.to_owned(), Value::Bool(false))));
        }
    }
    Seen::Knob(Value::Object(forced))
}

fn features_off(exchange: &Exchange) -> Vec<&'static str> {
    FEATURES.into_iter().filter(|flag| exchange.reply.field(flag) == &Value::Bool(false)).collect()
}

fn labels(evidence: &Evidence) -> Seen {
    let exchange = match evidence.exchange("odd label") {
        Some(exchange) if exchange.reply.succeeded() => exchange,
        other => return refusal(other.map(|exchange| &exchange.reply), NOT_WRITTEN),
    };
    let (Some(sent), Some(kept)) = (sent(exchange, "label").as_str(), exchange.reply.field("label").as_str())
    else {
        return Seen::Words("no text".to_owned());
    };
    let all = [Labels::AsSent, Labels::Trimmed, Labels::Collapsed, Labels::LowerCase, Labels::Truncated];
    match all.into_iter().find(|labels| labels.kept(sent) == kept) {
        Some(labels) => Seen::Knob(json!(labels)),
        None => Seen::Words("changed in another way".to_owned()),
    }
}

/// The trunk for review, in a list.
fn listed<'e>(evidence: &'e Evidence, step: &str) -> Option<&'e Value> {
    let id = evidence.success("trunk for review")?.id()?;
    let items = evidence.success(step)?.items("sip_trunks").iter();
    items.into_iter().find(|item| item.get("id").and_then(Value::as_i64) == Some(id))
}

fn reviewed(evidence: &Evidence, step: &str) -> Seen {
    if evidence.reply("trunk for review").is_none() {
        return UNREVIEWED;
    }
    let Some(item) = listed(evidence, step) else { return Seen::Nothing("the list does not show it") };
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or("nothing").to_owned();
    let status = item.get("host_request").and_then(|request| request.get("status")).and_then(Value::as_str);
    Seen::Words(format!(
        "`{}`, `{}`, request `{}`",
        text("auth_method"),
        text("status"),
        status.unwrap_or("nothing")
    ))
}
