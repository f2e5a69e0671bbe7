//! Pages, their order, and what an empty one is.

use serde_json::{Value, json};

use super::{
    super::evidence::{Evidence, Reply},
    Assumption, Seen,
    access::is_count,
    choice, fact, knob, refusal,
};

pub(super) const ALL: &[Assumption] = &[
    fact("`pagination` of a list", "whether all pages were seen", |evidence| {
        let Some(reply) = evidence.success("trunks") else { return refused(evidence, "trunks") };
        let names = ["current_page", "per_page", "total", "total_pages"];
        let missing =
            names.into_iter().filter(|name| !reply.field("pagination").get(*name).is_some_and(is_count));
        let missing: Vec<&str> = missing.collect();
        Seen::Words(if missing.is_empty() {
            "four numbers".to_owned()
        } else {
            format!("without `{}`", missing.join("`, `"))
        })
    }),
    knob(
        "the longest page",
        "per_page_cap",
        "how many requests a list costs",
        &[("100", "100 items"), ("null", "1,000 items, or more")],
        |evidence| {
            let Some(reply) = evidence.success("wide") else { return refused(evidence, "wide") };
            match reply.field("pagination").get("per_page").and_then(Value::as_i64) {
                Some(1000..) => Seen::Knob(Value::Null),
                Some(cap) => Seen::Knob(json!(cap)),
                None => Seen::Words("the answer does not say".to_owned()),
            }
        },
    ),
    knob(
        "what `page` does",
        "paging",
        "whether a list can be walked",
        &[
            ("\"heeded\"", "says which page is answered"),
            ("\"ignored\"", "nothing: it is always the first, and says so"),
            ("\"ignored_but_echoed\"", "nothing: it is always the first, and says it is another"),
        ],
        |evidence| {
            let Some(reply) = evidence.success("beyond") else { return refused(evidence, "beyond") };
            let is_first = reply.field("pagination").get("current_page").and_then(Value::as_i64) == Some(1);
            match (reply.items("sip_trunks").is_empty(), is_first) {
                (true, false) => choice("heeded"),
                (true, true) => Seen::Nothing("the account has no trunks"),
                (false, true) => choice("ignored"),
                (false, false) => choice("ignored_but_echoed"),
            }
        },
    ),
    knob(
        "the order of a list",
        "list_order",
        "nothing: lists are sorted, and read twice where they shift",
        &[
            ("\"ascending\"", "by ascending id"),
            ("\"descending\"", "by descending id"),
            ("\"shifting\"", "another each time"),
        ],
        |evidence| {
            let (Some(first), Some(second)) = (evidence.success("trunks"), evidence.success("trunks again"))
            else {
                return refused(evidence, "trunks");
            };
            order(&ids(first), &ids(second), "the account has fewer than two trunks")
        },
    ),
    knob(
        "an empty page",
        "empty_list",
        "what an account without trunks looks like",
        &[("\"array\"", "`[]`"), ("\"null\"", "`null`")],
        |evidence| {
            let Some(reply) = evidence.success("beyond") else { return refused(evidence, "beyond") };
            match reply.field("sip_trunks") {
                Value::Null => choice("null"),
                Value::Array(items) if items.is_empty() => choice("array"),
                _ => Seen::Nothing("no page is empty"),
            }
        },
    ),
];

/// How two lists of the same are ordered. What is in one of them only says nothing.
pub(super) fn order(first: &[i64], second: &[i64], too_few: &'static str) -> Seen {
    let both = |these: &[i64], others: &[i64]| {
        these.iter().copied().filter(|id| others.contains(id)).collect::<Vec<_>>()
    };
    let (first, second) = (both(first, second), both(second, first));
    if first.len() < 2 {
        Seen::Nothing(too_few)
    } else if first != second {
        choice("shifting")
    } else if first.is_sorted() {
        choice("ascending")
    } else if first.iter().rev().is_sorted() {
        choice("descending")
    } else {
        Seen::Words("neither by id nor another each time".to_owned())
    }
}

fn ids(reply: &Reply) -> Vec<i64> {
    reply.items("sip_trunks").iter().filter_map(|item| item.get("id").and_then(Value::as_i64)).collect()
}

/// What is said where a list was refused.
fn refused(evidence: &Evidence, step: &str) -> Seen {
    match evidence.reply(step) {
        Some(reply) if reply.is_refusal() && reply.status != 403 => refusal(Some(reply), ""),
        _ => Seen::Nothing("the list is refused"),
    }
}
