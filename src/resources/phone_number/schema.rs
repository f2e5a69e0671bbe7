//! Resources layer: the arguments and results of a `wavix_phone_number`, and their
//! documentation.

use std::time::Duration;

use crate::framework::resource::{DEFAULT_TIMEOUT, Operation};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::timeouts;
use crate::framework::validators::{at_least, http_url_or_none, one_of};
use crate::protocol::types::Type;
use crate::protocol::value::Value;
use crate::resources::written_number::International;

use super::destinations;
use super::places::same_number;

/// The argument that says what a destroy does with a number, and what it may say.
pub(super) const ON_DESTROY: &str = "on_destroy";
pub(super) const KEEP: &str = "keep";
pub(super) const UNROUTE: &str = "unroute";
pub(super) const RELEASE: &str = "release";

const DESCRIPTION: &str = "A phone number of the account: where its calls ring, and its SMS. The resource adopts a number \
    that the account owns; it buys none. A setting that the configuration leaves out stays as it is in the account, and \
    is shown. Write `[]` or `\"\"` for none.\n\n\
    Destroying does nothing at Wavix by default: the number, its fees and its routing stay. `on_destroy` says \
    otherwise, and must have been applied before the destroy that is to honour it. A number whose create failed, that \
    is tainted, or whose resource was renamed without a `moved` block is never released.\n\n\
    To present a number as a trunk's `callerid` and to route it to that trunk too, route it with \
    `wavix_phone_number_routing`: the two resources would depend on each other otherwise.";

/// How long an operation may take where the configuration does not say.
pub(super) fn timeout(operation: Operation) -> Duration {
    if operation == Operation::Update { Duration::from_secs(2 * 60) } else { DEFAULT_TIMEOUT }
}

/// The number, which says which object is meant.
pub(super) fn number(what: &str) -> Attribute {
    Attribute::string("number").required().requires_replace().same_meaning(same_number).validate(International).describe(format!(
        "{what}, with its country code, such as `+1 313 284 7320`. However it is written, it is the same number. Another \
         number replaces the resource. Also the import id."
    )).as_result("The number in E.164: `+` and its digits.")
}

pub(super) fn id() -> Attribute {
    Attribute::string("id").computed().keep_state().describe(
        "Identifier of the number at Wavix, a decimal number as text. Another one if the number is released and bought \
         again.",
    )
}

/// What a destroy does. The first is the default.
pub(super) fn on_destroy(allowed: &'static [&'static str], what: &str) -> Attribute {
    let default = allowed.first().copied().unwrap_or_default();
    Attribute::string(ON_DESTROY).default_value(Value::string(default)).validate(one_of(allowed)).describe(format!(
        "What a destroy does at Wavix. {what} Default `{default}`. Not sent to Wavix; the state decides, so a change must be \
         applied before the destroy."
    ))
}

/// The schema.
pub(super) fn schema() -> Schema {
    let setting =
        |attribute: Attribute, words: &str| attribute.optional_computed().keep_state().describe(words);
    let url = |name: &str, words: &str| setting(Attribute::string(name).validate(http_url_or_none()), words);
    let result = |attribute: Attribute, words: &str| attribute.computed().keep_state().describe(words);
    Schema {
        version: 0,
        description: DESCRIPTION.to_owned(),
        attributes: vec![
            number("The number"),
            id(),
            setting(
                destinations::attribute(),
                "Where calls to the number ring, in the order in which the destinations are tried. `[]` for nowhere. \
                 Replaces the routing that the number has. Left out, the routing stays.",
            ),
            setting(
                Attribute::bool("sms_enabled"),
                "Whether the number receives SMS. Wavix offers that for numbers of the United States and Canada.",
            ),
            url(
                "sms_relay_url",
                "URL to which Wavix sends each SMS that the number receives. `\"\"` for none: then the account's URL \
                 applies. Needs `sms_enabled`. Stored and shown in plain text, so keep credentials out of it.",
            )
            .as_result("URL to which Wavix sends each SMS that the number receives."),
            url(
                "call_status_url",
                "URL to which Wavix reports the number's inbound calls. `\"\"` for none. Stored and shown in plain text, so \
                 keep credentials out of it.",
            )
            .as_result("URL to which Wavix reports the number's inbound calls."),
            setting(
                Attribute::bool("call_recording_enabled"),
                "Whether inbound calls are recorded, if the account's plan includes it.",
            ),
            setting(
                Attribute::bool("transcription_enabled"),
                "Whether inbound calls are transcribed, if the account's plan includes it.",
            ),
            setting(
                Attribute::integer("transcription_threshold").validate(at_least(0)),
                "Calls shorter than this are not transcribed, in seconds.",
            ),
            on_destroy(
                &[KEEP, UNROUTE, RELEASE],
                "`keep`: nothing. `unroute`: its destinations are removed, and the URLs that the configuration sets. \
                 `release`: the number is given back; it costs nothing more, and getting it back is not guaranteed.",
            ),
            result(Attribute::string("status"), "`active`, or `inactive` while documents are missing."),
            result(
                Attribute::string("country"),
                "Country of the number: two letters (API field `country_short_name`).",
            ),
            result(Attribute::string("city"), "City of the number."),
            result(Attribute::string("state"), "State or province of the number, if it has one."),
            result(Attribute::integer("channels"), "How many calls the number takes at the same time."),
            result(
                Attribute::of("require_docs", Type::list(Type::String)),
                "Kinds of documents that Wavix wants for the number, as Wavix names them.",
            ),
            result(Attribute::number("activation_fee"), "What the number cost once, in USD."),
            result(Attribute::number("monthly_fee"), "What the number costs each month, in USD."),
            result(
                Attribute::number("price_per_minute"),
                "What a minute of an inbound call costs, in USD (API field `per_min`).",
            ),
            result(
                Attribute::string("added_at"),
                "When the account got the number: ISO 8601, UTC, as sent by Wavix (API field `added`).",
            ),
        ],
        blocks: vec![timeouts::block(timeout)],
        ..Schema::default()
    }
}
