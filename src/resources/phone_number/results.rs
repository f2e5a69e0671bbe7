//! Resources layer: what data sources and the list tell of phone numbers besides the
//! resource, and what the API can look for.

use std::sync::LazyLock;

use crate::framework::schema::{Attribute, Mode, Nesting};
use crate::framework::validators::{characters, non_empty};
use crate::protocol::types::Type;

use super::destinations::DESTINATIONS;

/// What the list for all leaves out: what is personal, and what changes with every call.
pub(super) const NOT_IN_LIST: &[&str] = &["documents", "seconds"];

/// The trunk of a destination, also as a filter.
pub(super) const TRUNK: &str = "sip_trunk_id";

/// What the API can look for.
pub(super) fn queries() -> &'static [Attribute] {
    static QUERIES: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let query = |attribute: Attribute, words: &str| {
            Attribute { mode: Mode::Optional, ..attribute }.describe(words)
        };
        vec![
            query(with_digits("search"), "Only numbers that have these digits in a row, such as `1313`."),
            query(
                Attribute::string("label"),
                "Only numbers with this label, which is set in the Wavix portal.",
            ),
            query(
                Attribute::bool("label_present"),
                "`true`: only numbers with a label; `false`: only those without one. `label` is then ignored.",
            ),
            query(with_digits("city_id"), "Only numbers of the city with this id."),
        ]
    });
    &QUERIES
}

fn with_digits(name: &str) -> Attribute {
    Attribute::string(name).validate(non_empty()).validate(characters("0-9"))
}

/// The trunk of a destination, as a filter.
pub(super) fn filter() -> Attribute {
    Attribute { mode: Mode::Optional, ..with_digits(TRUNK) }
        .describe("Only numbers of which a destination is the SIP trunk with this `id`.")
}

/// What data sources tell besides the resource.
pub(super) fn results() -> &'static [Attribute] {
    static RESULTS: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let of = |name: &str, ty: Type, words: &str| Attribute::of(name, ty).computed().describe(words);
        let text = |name: &str, words: &str| of(name, Type::String, words);
        let documents = vec![
            text("id", "Identifier of the document."),
            text("doc_type_id", "Kind of the document, as `require_docs` names it."),
            text("status", "`approved`, `pending` or `rejected`."),
            text("doc_file_name", "Name of the file."),
            of("allow_replace", Type::Bool, "Whether another file may take its place."),
        ];
        let destination = vec![
            text(TRUNK, "`id` of the SIP trunk that the call goes to."),
            text("sip_trunk_login", "SIP login of that trunk."),
            text(
                "trunk_label",
                "Label of that trunk. Null when the trunk is deleted: calls then do not arrive.",
            ),
            text("sip_uri", "SIP URI that the call goes to."),
            text("phone_number", "Phone number that the call goes to."),
            Attribute::integer("priority")
                .computed()
                .describe("Rank of the destination: the lowest is tried first."),
            of("srtp", Type::Bool, "Whether its media is encrypted (SRTP). Wavix support sets it."),
        ];
        vec![
            Attribute::nested(DESTINATIONS, Nesting::List, destination).computed().describe(
                "Where calls to the number ring, in the order in which the destinations are tried.",
            ),
            text("label", "Label of the number, which is set in the Wavix portal."),
            Attribute::nested("documents", Nesting::List, documents)
                .computed()
                .describe("Documents that were given to Wavix for the number."),
            of("free_min", Type::Number, "Minutes of inbound calls that cost nothing."),
            of("unlimited", Type::Bool, "Whether inbound calls cost nothing."),
            of("cnam", Type::Bool, "Whether the number has a caller name (CNAM)."),
            of("domestic_cli", Type::Bool, "Whether the number may be presented in its own country."),
            of("seconds", Type::Number, "Inbound calls of this month, in seconds. Changes with every call."),
            text("paid_until", "Until when the number is paid for: a date. Moves every month."),
        ]
    });
    &RESULTS
}
