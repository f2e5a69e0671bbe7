//! Keys, scopes, services, clocks and limits.

use serde_json::{Value, json};

use super::{
    super::evidence::Evidence, Assumption, NOT_WRITTEN, Seen, apart, choice, fact, flag, knob, refusal,
    since_1970,
};

pub(super) const ALL: &[Assumption] = &[
    fact("a request without a key", "how a refused key is told from an outage", |evidence| {
        refusal(evidence.reply("stranger"), "no answer")
    }),
    knob(
        "the status of a refusal",
        "refusals_with_status_200",
        "what counts as an answer of success",
        &[("false", "says it"), ("true", "200, only the body says it")],
        |evidence| match evidence.reply("stranger") {
            Some(reply) => flag(reply.status == 200),
            None => Seen::Nothing("no answer"),
        },
    ),
    knob(
        "how a key is presented",
        "auth",
        "`auth_scheme`",
        &[
            ("\"bearer\"", "as a bearer token only"),
            ("\"both\"", "as a bearer token or as `appid`"),
            ("\"app_id\"", "as `appid` only"),
        ],
        scheme,
    ),
    fact("an inactive key", "the hint of a 401", |evidence| {
        refusal(evidence.reply("with an inactive key"), NOT_WRITTEN)
    }),
    fact("what no scope of the key allows", "the hint of a 403", |evidence| {
        let within = evidence.success("within the scope").and(evidence.reply("outside the scope"));
        refusal(within, "no key with scopes could be made")
    }),
    fact("keys, asked for by a key with scopes", "which key `wavix_api_key` needs", |evidence| {
        refusal(evidence.reply("keys by a key with scopes"), "no key with scopes could be made")
    }),
    knob(
        "whether answers are dated",
        "dated_answers",
        "how old a new object is",
        &[("true", "yes"), ("false", "no")],
        |evidence| {
            evidence.reply("first").map_or(Seen::Nothing("no answer"), |reply| flag(reply.date.is_some()))
        },
    ),
    knob(
        "the server's clock beside this machine's",
        "clock_offset_seconds",
        "nothing: no decision compares clocks",
        &[("0", "together")],
        |evidence| {
            let Some(reply) = evidence.reply("first") else { return Seen::Nothing("no answer") };
            let date = reply.date.map(since_1970);
            date.map_or(Seen::Nothing("answers are not dated"), |date| apart(date - since_1970(reply.at)))
        },
    ),
    knob(
        "a limit met by this script",
        "requests_per_second",
        "pace and patience",
        &[("null", "none")],
        |evidence| Seen::Knob(json!(evidence.limited_at)),
    ),
    knob(
        "SIP trunks",
        "provisioned",
        "everything",
        &[("true", "the account has them"), ("false", "the account has not the service")],
        |evidence| service(evidence, "first", flag(true), flag(false)),
    ),
    family("phone numbers", |evidence| lacks(evidence, "numbers", "numbers")),
    family("call webhooks", |evidence| lacks(evidence, "webhooks", "webhooks")),
    family("API keys", |evidence| lacks(evidence, "keys", "api_keys")),
    family("WebRTC tokens", |evidence| lacks(evidence, "tokens", "embeddable")),
];

const fn family(title: &'static str, probe: fn(&Evidence) -> Seen) -> Assumption {
    const READINGS: &[(&str, &str)] = &[("[]", "the account has them")];
    knob(title, "unprovisioned_families", "their resources", READINGS, probe)
}

fn lacks(evidence: &Evidence, step: &str, family: &str) -> Seen {
    service(evidence, step, Seen::Knob(json!([])), Seen::Knob(json!([family])))
}

/// Whether the account has a service, by the answer to a list.
fn service(evidence: &Evidence, step: &str, has: Seen, lacks: Seen) -> Seen {
    let Some(reply) = evidence.reply(step) else { return Seen::Nothing("no answer") };
    let says = reply.message().unwrap_or_default().to_lowercase();
    if reply.succeeded() {
        has
    } else if says.contains("not provisioned") {
        lacks
    } else {
        refusal(Some(reply), "no answer")
    }
}

fn scheme(evidence: &Evidence) -> Seen {
    let accepts = |step| evidence.reply(step).map(super::Reply::succeeded);
    match (accepts("key by bearer"), accepts("key in the URL")) {
        (Some(true), _) | (None, Some(true)) => choice("both"),
        (Some(false), _) => choice("app_id"),
        (None, Some(false)) => choice("bearer"),
        (None, None) => Seen::Nothing(NOT_WRITTEN),
    }
}

/// Whether a value is a number.
pub(super) fn is_count(value: &Value) -> bool {
    value.as_i64().is_some()
}
