//! Resources layer: the arguments and results of the two resources of a number, and their
//! documentation.

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

const DESCRIPTION: &str = "A phone number of the account: where its calls ring, and its SMS. The resource adopts a number \
    that the account owns; it buys none. A setting that the configuration leaves out stays as it is in the account, and \
    is shown. Write `[]` or `\"\"` for none.\n\n\
    Destroying does nothing at Wavix by default: the number, its fees and its routing stay. `on_destroy` says \
    otherwise, and must have been applied before the destroy that is to honour it. A number whose create failed, that \
    is tainted, or whose resource was renamed without a `moved` block is never released.\n\n\
    To present a number as a trunk's `callerid` and to route it to that trunk too, route it with \
    `wavix_phone_number_routing`: the two resources would depend on each other otherwise.";

const ROUTING: &str = "Where calls to a phone number of the account ring, and nothing else of the number. Use it in place \
    of the `destinations` of `wavix_phone_number` where a number is both the `callerid` of a SIP trunk and routed to that \
    trunk: each of the two would need the other first.\n\n\
    Creating it replaces the routing that the number has; destroying it removes the destinations, unless `on_destroy` is \
    `keep`. The number itself is neither bought nor released.";

/// The number, which says which object is meant.
fn number(what: &str) -> Attribute {
    Attribute::string("number").required().requires_replace().same_meaning(same_number).validate(International).describe(format!(
        "{what}, with its country code, such as `+1 313 284 7320`. However it is written, it is the same number. Another \
         number replaces the resource. Also the import id."
    )).as_result("The number in E.164: `+` and its digits.")
}

fn id() -> Attribute {
    let words = "Identifier of the number at Wavix, a decimal number as text. Another one if bought again.";
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
                "{what} `\"\"` for none{none} Stored and shown in plain text, so keep credentials out of it."
            );
            setting(Attribute::string(name).validate(http_url_or_none()), &words).as_result(what)
        };
        let mut attributes = vec![
            number("The number"),
            id(),
            setting(
                destinations::attribute(),
                "Where calls to the number ring, in the order in which the destinations are tried. `[]` for nowhere. \
                 Replaces the routing that the number has. Left out, the routing stays.",
            ),
            flag("sms_enabled", "Whether the number receives SMS. Wavix offers it in the US and Canada."),
            url(
                "sms_relay_url",
                "URL to which Wavix sends each SMS that the number receives.",
                ": then the account's URL applies. Needs `sms_enabled`.",
            ),
            url("call_status_url", "URL to which Wavix reports the number's inbound calls.", "."),
            flag("call_recording_enabled", "Whether inbound calls are recorded (Flex Pro accounts only)."),
            flag("transcription_enabled", "Whether inbound calls are transcribed (Flex Pro accounts only)."),
            setting(
                Attribute::integer("transcription_threshold").validate(at_least(0)),
                "Calls shorter than this are not transcribed, in seconds.",
            ),
            on_destroy(
                &[KEEP, UNROUTE, RELEASE],
                "`keep`: nothing. `unroute`: its destinations are removed, and the URLs that the configuration sets. \
                 `release`: the number is given back; it costs nothing more, and getting it back is not guaranteed.",
            ),
        ];
        let results = [
            (Attribute::string("status"), "`active`, or `inactive` while documents are missing."),
            (Attribute::string("country"), "Country, in two letters (API field `country_short_name`)."),
            (Attribute::string("city"), "City of the number."),
            (Attribute::string("state"), "State or province of the number, if it has one."),
            (Attribute::integer("channels"), "How many calls the number takes at the same time."),
            (
                Attribute::of("require_docs", Type::list(Type::String)),
                "Kinds of documents that Wavix wants, as it names them.",
            ),
            (Attribute::number("activation_fee"), "What the number cost once, in USD."),
            (Attribute::number("monthly_fee"), "What the number costs each month, in USD."),
            (Attribute::number("price_per_minute"), "Price of an inbound minute, USD (API field `per_min`)."),
            (
                Attribute::string("added_at"),
                "When the account got the number: ISO 8601, UTC, as sent by Wavix (API field `added`).",
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
            "Where calls to the number ring, in the order in which the destinations are tried. `[]` for nowhere.",
        );
        let fate =
            on_destroy(&[UNROUTE, KEEP], "`unroute`: the destinations are removed. `keep`: they stay.");
        of(ROUTING, vec![number("The number that is routed"), id(), destinations, fate])
    });
    &SCHEMA
}
