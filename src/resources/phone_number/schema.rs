//! The arguments and results of the two resources of a number, and their documentation.

use std::sync::LazyLock;

use crate::framework::schema::{Attribute, Schema};
use crate::framework::timeouts;
use crate::framework::validators::{at_least, http_url_or_none};
use crate::lifecycle::lasting::{KEEP, Lasting, RELEASE, on_destroy};
use crate::protocol::types::Type;
use crate::resources::written_number::International;

use super::places::same_number;
use super::{PhoneNumber, destinations};

/// What `on_destroy` may say besides.
const UNROUTE: &str = "unroute";

const DESCRIPTION: &str = "Manages a phone number of the account: the destinations of its calls, its SMS and its \
    webhooks. The resource adopts a number that the account owns; it does not buy numbers. Arguments that are omitted \
    keep their values in the account. To remove a value, set `[]` or `\"\"`.\n\nBy default, destroying the resource \
    changes nothing at Wavix: the number, its fees and its routing stay. To change that, set `on_destroy` and apply \
    it before the destroy. A number whose create failed, that is tainted, or whose resource was renamed without a \
    `moved` block is never released.\n\nIf a number is both the `callerid` of a trunk and routed to that trunk, \
    manage its destinations with the separate routing resource: otherwise the two resources depend on each other.";

const ROUTING: &str = "Manages only the destinations of a phone number of the account. Use it instead of the \
    `destinations` of the phone number resource if a number is both the `callerid` of a SIP trunk and routed to that \
    trunk: otherwise the two resources depend on each other.\n\nCreating it replaces the current routing of the \
    number. Destroying it removes the destinations, unless `on_destroy` is `keep`. It neither buys nor releases the \
    number.";

/// The number, which says which object is meant.
fn number(what: &str) -> Attribute {
    Attribute::string("number").required().requires_replace().same_meaning(same_number).validate(International).describe(format!(
        "{what}, with its country code, such as `+1 313 284 7320`. Different spellings of a number are equal. A \
         change replaces the resource. Also the import ID."
    )).as_result("The number in E.164 format.")
}

fn id() -> Attribute {
    let words = "ID of the number at Wavix, a decimal number as a string. Changes if it is bought again.";
    Attribute::string("id").computed().keep_state().describe(words)
}

fn of(description: &str, attributes: Vec<Attribute>) -> Schema {
    let blocks = vec![timeouts::block(PhoneNumber::timeout)];
    Schema { description: description.to_owned(), attributes, blocks, ..Schema::default() }
}

/// The schema of the number.
pub(super) fn whole() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let setting =
            |attribute: Attribute, words: &str| attribute.optional_computed().keep_state().describe(words);
        let flag = |name: &str, words: &str| setting(Attribute::bool(name), words);
        let url = |name: &str, what: &str, none: &str| {
            let words = format!(
                "{what} `\"\"` for none{none} Stored and shown in plain text, so do not include credentials."
            );
            setting(Attribute::string(name).validate(http_url_or_none()), &words).as_result(what)
        };
        let mut attributes = vec![
            number("The number"),
            id(),
            setting(
                destinations::attribute(),
                "Destinations of calls to the number, in the order in which they are tried. They replace the current \
                 routing. Use `[]` for none. If omitted, the routing does not change.",
            ),
            flag("sms_enabled", "Whether the number receives SMS. Available in the US and Canada."),
            url(
                "sms_relay_url",
                "URL to which Wavix sends each SMS that the number receives.",
                "; then the URL of the account applies. Requires `sms_enabled`.",
            ),
            url("call_status_url", "URL to which Wavix reports inbound calls of the number.", "."),
            flag("call_recording_enabled", "Whether inbound calls are recorded (Flex Pro accounts only)."),
            flag("transcription_enabled", "Whether inbound calls are transcribed (Flex Pro accounts only)."),
            setting(
                Attribute::integer("transcription_threshold").validate(at_least(0)),
                "Minimum duration of a transcribed call, in seconds.",
            ),
            on_destroy(
                &[KEEP, UNROUTE, RELEASE],
                "`keep` changes nothing; `unroute` removes the destinations, and the URLs that the configuration \
                 sets; `release` returns the number to Wavix, which ends its fees, and it may not be available again.",
            ),
        ];
        let results = [
            (Attribute::string("status"), "Status: `active`, or `inactive` if documents are missing."),
            (Attribute::string("country"), "Country, a two-letter code."),
            (Attribute::string("city"), "City of the number."),
            (Attribute::string("state"), "State or province of the number, if it has one."),
            (Attribute::integer("channels"), "Maximum number of concurrent inbound calls."),
            (
                Attribute::of("require_docs", Type::list(Type::String)),
                "Types of documents that Wavix requires.",
            ),
            (Attribute::number("activation_fee"), "Activation fee of the number, in USD."),
            (Attribute::number("monthly_fee"), "Monthly fee of the number, in USD."),
            (Attribute::number("price_per_minute"), "Price of an inbound minute, USD (API field `per_min`)."),
            (
                Attribute::string("added_at"),
                "Time when the account got the number: ISO 8601, UTC, as sent by Wavix (API field `added`).",
            ),
        ];
        attributes.extend(results.map(|(result, words)| result.computed().keep_state().describe(words)));
        of(DESCRIPTION, attributes)
    });
    &SCHEMA
}

/// The schema of its routing.
pub(super) fn routing() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let destinations = destinations::attribute().required().describe(
            "Destinations of calls to the number, in the order in which they are tried. Use `[]` for none.",
        );
        let fate = on_destroy(&[UNROUTE, KEEP], "`unroute` removes the destinations, `keep` does not.");
        of(ROUTING, vec![number("The phone number to route"), id(), destinations, fate])
    });
    &SCHEMA
}
