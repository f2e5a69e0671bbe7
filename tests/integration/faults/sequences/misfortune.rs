//! What goes wrong, by chance: what a server is like, what it makes of what it is sent,
//! and what happens to a request.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value as Json, json};
use wavix_sim::behaviour::{
    Behaviour, DeleteAnswer, DestinationOrder, EmptySlot, KeyNames, KeyValue, Labels, ListOrder,
    NumberBehaviour, NumberNotFound, PatchReply, Priorities, SecondPost, UnsetText,
};
use wavix_sim::{Answer, Fault, Rule};

use super::object::Kind;

/// So long a server may be behind its writes: less than what the provider waits for, with
/// room for a busy machine.
pub const LONGEST_LAG: Duration = Duration::from_secs(5);

fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}

/// What a server is like, for all of a sequence: its clocks, its replicas, its readings
/// of what is not documented.
pub fn nature(rng: &mut Rng) -> Behaviour {
    Behaviour {
        list_order: one(rng, &[ListOrder::Ascending, ListOrder::Descending]),
        delete_answer: one(rng, &[DeleteAnswer::Success, DeleteAnswer::NoContent]),
        created_at_millis: rng.bool(),
        per_page_cap: Some(rng.usize(1..4)),
        clock_offset_seconds: one(rng, &[0, -7200, 7200]),
        created_at_offset_seconds: one(rng, &[0, 0, 2, 3600, -8, -3600]),
        created_at_zone: rng.u8(..4) > 0,
        dated_answers: rng.u8(..4) > 0,
        labels: one(rng, &[Labels::AsSent, Labels::AsSent, Labels::AsSent, Labels::LowerCase]),
        misses_after_create: one(rng, &[0, 0, 0, 1, 2]),
        stale_reads_after_update: one(rng, &[0, 0, 0, 1, 2]),
        list_lag: one(rng, &[0, 0, 0, 1, 2]),
        lag_at_most: LONGEST_LAG,
        webhook_second_post: one(rng, &[SecondPost::Rejected, SecondPost::Replaces, SecondPost::Appends]),
        webhook_empty_delete: one(rng, &[EmptySlot::Rejected, EmptySlot::Success, EmptySlot::NotFound]),
        api_key_value: one(
            rng,
            &[KeyValue::Always, KeyValue::Masked, KeyValue::AbsentAfterCreate, KeyValue::NullAfterCreate],
        ),
        api_key_names: one(rng, &[KeyNames::New, KeyNames::Old, KeyNames::Both]),
        numbers: NumberBehaviour {
            settle_reads: one(rng, &[0, 0, 0, 1, 2]),
            patch_reply: one(rng, &[PatchReply::Fresh, PatchReply::Stale]),
            unset_url_answer: one(rng, &[UnsetText::Null, UnsetText::Empty, UnsetText::Absent]),
            destination_order: one(
                rng,
                &[DestinationOrder::Id, DestinationOrder::Priority, DestinationOrder::Reversed],
            ),
            priorities: one(
                rng,
                &[Priorities::Kept, Priorities::RenumberedFrom0, Priorities::RenumberedFrom1],
            ),
            not_found: one(rng, &[NumberNotFound::RecordNotFound, NumberNotFound::DidWithId]),
            ..NumberBehaviour::default()
        },
        ..Behaviour::default()
    }
}

/// What a server reads otherwise than it was sent, for a while: mostly nothing.
pub fn mind(rng: &mut Rng) -> BTreeMap<String, Json> {
    let forced = [
        ("ip_restrict", json!(false)),
        ("ip_restrict", json!(true)),
        ("encrypted_media", json!(true)),
        ("callerid", json!("13132840000")),
        ("restricted", json!(false)),
        ("active", json!(false)),
        ("url", json!("https://calls.example.com/elsewhere")),
    ];
    if rng.u8(..8) > 0 {
        return BTreeMap::new();
    }
    let (name, value) = one(rng, &forced);
    BTreeMap::from([(name.to_owned(), value)])
}

/// A random fault at a random place where objects of one of these kinds are.
pub fn rule(rng: &mut Rng, kinds: &[Kind]) -> Rule {
    let kind = one(rng, kinds);
    let (all, each) = (kind.route(), format!("{}/*", kind.route()));
    let (method, path) = match (kind, rng.u8(..7)) {
        (Kind::Number, 0..=1 | 5..=6) => ("PATCH", each.as_str()),
        (_, 0..=1) => ("POST", all),
        (_, 2) => ("GET", all),
        (_, 3) => ("*", if kind == Kind::Webhook { "/v1/*/*" } else { "/v1/*" }),
        (Kind::Webhook, 4) => ("GET", all),
        (Kind::Webhook, _) => ("DELETE", all),
        (Kind::Trunk | Kind::Number, 4) => ("GET", each.as_str()),
        (Kind::Trunk, 5) => ("PUT", each.as_str()),
        (Kind::Key, 4..=5) => ("PATCH", each.as_str()),
        (Kind::Trunk | Kind::Key | Kind::Number, _) => ("DELETE", each.as_str()),
    };
    let fault = match rng.u8(..10) {
        0..=2 => unanswered(rng),
        3..=5 => said(rng),
        6..=7 => badly_sent(rng),
        _ => odd(rng, kind),
    };
    Rule::new(method, path, fault).skip(rng.usize(..2)).times(rng.usize(1..4))
}

/// No answer, or one that says nothing.
fn unanswered(rng: &mut Rng) -> Fault {
    match rng.u8(..8) {
        0 => Fault::reset(),
        1 => Fault::close(),
        2 => Fault::reset_after_commit(),
        3 => Fault::close_after_commit(),
        4 => Fault::html_200(),
        5 => Fault::answer_after_commit(Answer::new(200).html("<html>OK</html>")),
        6 => Fault::answer_after_commit(Answer::new(200).empty()),
        _ => Fault::answer_after_commit(Answer::new(200).json(&json!({ "data": [] }))),
    }
}

/// What is not the API's word about the request, but a gateway's, or a wrong one.
fn said(rng: &mut Rng) -> Fault {
    let gateways = one(rng, &[408, 425, 500, 502, 503, 504, 520]);
    let refused = one(rng, &[400, 404, 409, 422, 429]);
    match rng.u8(..6) {
        0 => Fault::status(gateways),
        1 | 2 => Fault::answer_after_commit(Answer::new(gateways)),
        3 => Fault::too_many_requests(one(rng, &[None, Some("0"), Some("1")])),
        4 => Fault::answer_after_commit(Answer::new(refused)),
        _ => Fault::answer_after_commit(Answer::new(429).header("retry-after", "0")),
    }
}

/// The right answer, in a way that HTTP allows or nearly so.
fn badly_sent(rng: &mut Rng) -> Fault {
    match rng.u8(..9) {
        0 => Fault::cut_body(),
        1 => Fault::wrong_content_length(one(rng, &[-1, 1, 50])),
        2 => Fault::reset_after_head(),
        3 => Fault::gzip(),
        4 => Fault::folded_header(),
        5 => Fault::many_headers(100),
        6 => Fault::close_when_idle(),
        7 => Fault::reset_when_reused(),
        _ => Fault::delay_after_commit(Duration::from_millis(20)),
    }
}

/// An answer with another body: spelt otherwise, with less, with nonsense, or with what
/// the server made of what it was sent.
fn odd(rng: &mut Rng, kind: Kind) -> Fault {
    let number = |text: &str| serde_json::from_str::<Json>(text).expect("a number");
    let nonsense = json!({ "not": "this" });
    match (rng.u8(..7), kind) {
        (0, Kind::Webhook) => Fault::without("event_type"),
        (0, _) => Fault::without("id"),
        (1, _) => Fault::with("news", json!({ "of": ["the", { "day": 1 }] })),
        (2, Kind::Webhook) => Fault::with("event_type", nonsense),
        (2, _) => Fault::with("id", nonsense),
        (3, Kind::Trunk) => Fault::with("call_limit", number("600.0")),
        (5, Kind::Trunk) => Fault::again(one(rng, &["call_limit", "max_channels"]), "600"),
        (6, Kind::Trunk) => Fault::with("call_limit", nonsense),
        (4, Kind::Trunk) | (3, Kind::Key) => Fault::loosely_typed(),
        (3, Kind::Webhook) => Fault::without("url"),
        (4, Kind::Webhook) => Fault::with("url", nonsense),
        (5, Kind::Webhook) => Fault::again("url", "\"https://calls.example.com/other\""),
        (6, Kind::Webhook) => Fault::with("url", ""),
        (4, Kind::Key) => Fault::again("active", "false"),
        (5, Kind::Key) => Fault::with("value", Json::Null).and_with("permitted_ips", nonsense),
        (6, Kind::Key) => Fault::with("scopes_enabled", true),
        (3, Kind::Number) => Fault::with("destination", nonsense),
        (4, Kind::Number) => Fault::with("sms_enabled", 0).and_with("channels", "24"),
        (5, Kind::Number) => Fault::again("call_status_url", "null"),
        (6, Kind::Number) => Fault::with("call_status_url", nonsense),
        (_, _) => Fault::again("label", r#""\ud83d""#),
    }
}
