//! API keys, call webhooks, phone numbers, the account.

use serde_json::Value;

use super::{
    super::{
        belongings::{COMPARISON, in_slot},
        evidence::{Evidence, Reply},
        is_set,
        writing::key_in,
    },
    Assumption, NOT_WRITTEN, Seen, choice, fact, fields, flag, knob, refusal,
};

const KEY: [&str; 16] = [
    "id",
    "label",
    "permitted_ips",
    "last_used_at",
    "created_at",
    "numbers",
    "trunks",
    "calls",
    "messages",
    "recordings",
    "campaigns",
    "two_fa",
    "validator",
    "webhooks",
    "embeddable",
    "billing",
];

/// The other scopes, and what has a row of its own.
const OF_KEY: [&str; 9] = [
    "account",
    "subaccounts",
    "value",
    "active",
    "restricted",
    "scopes_enabled",
    "is_active",
    "is_restriction",
    "is_scopes_enabled",
];

const NUMBER: [&str; 24] = [
    "id",
    "number",
    "activation_fee",
    "monthly_fee",
    "per_min",
    "city",
    "state",
    "country",
    "country_short_name",
    "destination",
    "channels",
    "require_docs",
    "documents",
    "domestic_cli",
    "cnam",
    "label",
    "status",
    "seconds",
    "added",
    "paid_until",
    "sms_enabled",
    "call_recording_enabled",
    "transcription_enabled",
    "transcription_threshold",
];

const OF_NUMBER: [&str; 4] = ["free_min", "unlimited", "sms_relay_url", "call_status_url"];

pub(super) const ALL: &[Assumption] = &[
    fact("the fields of an API key", "`wavix_api_key`", |evidence| {
        let key = evidence.success("keys").and_then(|reply| reply.items("items").first());
        key.map_or(Seen::Nothing("no key is listed"), |key| fields(key, &KEY, &OF_KEY))
    }),
    knob(
        "the value of a key, after its create",
        "api_key_value",
        "what an import knows",
        &[
            ("\"always\"", "shown"),
            ("\"masked\"", "masked"),
            ("\"absent_after_create\"", "missing"),
            ("\"null_after_create\"", "`null`"),
        ],
        |evidence| match made_key(evidence) {
            Err(nothing) => nothing,
            Ok((made, listed)) => match listed.get("value") {
                None => choice("absent_after_create"),
                Some(Value::Null) => choice("null_after_create"),
                Some(value) if value == made.field("value") => choice("always"),
                Some(_) => choice("masked"),
            },
        },
    ),
    knob(
        "the names of a key's flags",
        "api_key_names",
        "nothing: both are read",
        &[("\"new\"", "`active`"), ("\"old\"", "`is_active`"), ("\"both\"", "both")],
        |evidence| {
            let key = evidence.success("keys").and_then(|reply| reply.items("items").first());
            let Some(key) = key else { return Seen::Nothing("no key is listed") };
            match (key.get("active").is_some(), key.get("is_active").is_some()) {
                (true, false) => choice("new"),
                (false, true) => choice("old"),
                (true, true) => choice("both"),
                (false, false) => Seen::Words("neither".to_owned()),
            }
        },
    ),
    knob(
        "the scopes of a key that is not restricted to any",
        "api_key_null_scopes",
        "nothing: they are ignored",
        &[("false", "objects"), ("true", "`null`")],
        |evidence| {
            made_key(evidence)
                .map_or_else(|nothing| nothing, |(_, key)| flag(key.get("trunks") == Some(&Value::Null)))
        },
    ),
    knob(
        "a scope that does not exist",
        "api_key_scope_rejects_unknown",
        "what a misspelt scope does",
        &[("true", "refused"), ("false", "dropped")],
        |evidence| match evidence.reply("key with an unknown scope") {
            None => Seen::Nothing(NOT_WRITTEN),
            Some(reply) if reply.succeeded() => flag(false),
            Some(reply) if [400, 422].contains(&reply.status) || reply.status == 200 => flag(true),
            Some(reply) => refusal(Some(reply), NOT_WRITTEN),
        },
    ),
    knob(
        "a webhook for an event that has one",
        "webhook_second_post",
        "how a URL is changed",
        &[
            ("\"rejected\"", "refused"),
            ("\"replaces\"", "takes its place"),
            ("\"appends\"", "stands beside it"),
        ],
        second_post,
    ),
    knob(
        "a DELETE of no webhook",
        "webhook_empty_delete",
        "nothing: a look decides",
        &[("\"rejected\"", "422"), ("\"success\"", "200"), ("\"not_found\"", "404")],
        |evidence| match evidence.reply("webhook removed again") {
            None => slotless(evidence),
            Some(reply) if reply.succeeded() => choice("success"),
            Some(reply) if reply.status == 404 => choice("not_found"),
            Some(reply) if reply.status == 422 => choice("rejected"),
            Some(reply) if reply.status == 200 => choice("rejected"),
            reply => refusal(reply, NOT_WRITTEN),
        },
    ),
    fact("the fields of a phone number", "`wavix_phone_number`", |evidence| {
        let number = evidence.success("numbers").and_then(|reply| reply.items("items").first());
        number.map_or(NUMBERLESS, |number| fields(number, &NUMBER, &OF_NUMBER))
    }),
    knob(
        "a GET of no phone number",
        "numbers.not_found",
        "when a number leaves the state",
        &[
            ("\"record_not_found\"", "404 `Record not found`"),
            ("\"did_with_id\"", "404 `DID with id=… not found`"),
            ("\"html\"", "404, a page of HTML"),
        ],
        |evidence| match evidence.reply("no number") {
            Some(reply) if reply.body.is_none() && reply.content_type == "text/html" => choice("html"),
            Some(reply) if reply.message() == Some("Record not found") => choice("record_not_found"),
            Some(reply) if reply.message().is_some_and(|message| message.starts_with("DID with id=")) => {
                choice("did_with_id")
            }
            reply => refusal(reply, "no answer"),
        },
    ),
    knob(
        "a URL that a phone number has not",
        "numbers.unset_url_answer",
        "the second plan",
        &[("\"null\"", "`null`"), ("\"empty\"", "`\"\"`"), ("\"absent\"", "missing")],
        |evidence| {
            let number = evidence.success("numbers").and_then(|reply| reply.items("items").first());
            let Some(number) = number else { return NUMBERLESS };
            let of =
                |name: &str| number.get(name).filter(|url| is_set(url)).is_none().then(|| number.get(name));
            match of("call_status_url").or_else(|| of("sms_relay_url")) {
                None => Seen::Nothing("the first phone number has both"),
                Some(None) => choice("absent"),
                Some(Some(Value::Null)) => choice("null"),
                Some(Some(_)) => choice("empty"),
            }
        },
    ),
    fact("the account's ceilings", "limits that are too high, at plan", |evidence| {
        match evidence.success("config") {
            None => refusal(evidence.reply("config"), "no answer"),
            Some(reply) => fields(
                reply.field("global_limits"),
                &["max_call_duration", "max_sip_channels", "max_call_rate"],
                &[],
            ),
        }
    }),
    fact("who the account is", "`allowed_account_ids`", |evidence| match evidence.success("profile") {
        None => refusal(evidence.reply("profile"), "no answer"),
        Some(reply) => Seen::Words(if reply.id().is_some() { "a number" } else { "not said" }.to_owned()),
    }),
];

const NUMBERLESS: Seen = Seen::Nothing("the account has no phone number");

/// The key that was made, as its create and the list show it.
fn made_key(evidence: &Evidence) -> Result<(&Reply, &Value), Seen> {
    let made = evidence.success("key made").ok_or(Seen::Nothing(NOT_WRITTEN))?;
    let listed = evidence.success("key listed").and_then(|list| key_in(list, made.field("id")));
    listed.map(|listed| (made, listed)).ok_or(Seen::Nothing("the list does not show it"))
}

fn slotless(evidence: &Evidence) -> Seen {
    Seen::Nothing(if evidence.reply("webhooks before").is_none() { NOT_WRITTEN } else { "no slot is empty" })
}

fn second_post(evidence: &Evidence) -> Seen {
    let Some(second) = evidence.reply("webhook made again") else { return slotless(evidence) };
    if !second.succeeded() {
        return choice("rejected");
    }
    let Some(list) = evidence.success("webhooks after") else { return Seen::Nothing("the list is refused") };
    let ours = ["post-call", "on-call"].into_iter().map(|event| {
        in_slot(list, event).into_iter().filter(|url| url.starts_with(COMPARISON.webhook)).collect::<Vec<_>>()
    });
    match ours.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [url] if url.ends_with("/second") => choice("replaces"),
        [_, _] => choice("appends"),
        _ => Seen::Words("taken and not shown".to_owned()),
    }
}
