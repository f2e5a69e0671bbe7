//! Resources layer: what data sources and the list tell of phone numbers besides the
//! resource, and what the API can look for.

use std::sync::LazyLock;

use crate::framework::schema::{Attribute, Nesting};
use crate::framework::validators::{characters, non_empty};
use crate::protocol::types::Type::{self, Bool, Number, String};

use super::destinations::DESTINATIONS;

/// What the list for all leaves out: what is personal, and what changes with every call.
pub(super) const NOT_IN_LIST: &[&str] = &["documents", "seconds"];

/// The trunk of a destination, also as a filter.
pub(super) const TRUNK: &str = "sip_trunk_id";

/// What the API can look for.
pub(super) fn queries() -> &'static [Attribute] {
    static QUERIES: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        vec![
            digits("search", "Only numbers that have these digits in a row, such as `1313`."),
            Attribute::string("label")
                .describe("Only numbers with this label, which is set in the Wavix portal."),
            Attribute::bool("label_present").describe(
                "`true`: only numbers with a label; `false`: only those without one. `label` is then ignored.",
            ),
            digits("city_id", "Only numbers of the city with this id."),
        ]
    });
    &QUERIES
}

fn digits(name: &str, words: &str) -> Attribute {
    Attribute::string(name).validate(non_empty()).validate(characters("0-9")).describe(words)
}

/// The trunk of a destination, as a filter.
pub(super) fn filter() -> Attribute {
    digits(TRUNK, "Only numbers of which a destination is the SIP trunk with this `id`.")
}

/// What data sources tell besides the resource.
pub(super) fn results() -> &'static [Attribute] {
    static RESULTS: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let of = |(name, ty, words): (&str, Type, &str)| Attribute::of(name, ty).computed().describe(words);
        let list = |name: &str, words: &str, inside: Vec<Attribute>| {
            Attribute::nested(name, Nesting::List, inside).computed().describe(words)
        };
        let documents = [
            ("id", String, "Identifier of the document."),
            ("doc_type_id", String, "Kind of the document, as `require_docs` names it."),
            ("status", String, "`approved`, `pending` or `rejected`."),
            ("doc_file_name", String, "Name of the file."),
            ("allow_replace", Bool, "Whether another file may take its place."),
        ];
        let destination = [
            (TRUNK, String, "`id` of the SIP trunk that the call goes to."),
            ("sip_trunk_login", String, "SIP login of that trunk."),
            (
                "trunk_label",
                String,
                "Label of that trunk. Null when the trunk is deleted: calls then do not arrive.",
            ),
            ("sip_uri", String, "SIP URI that the call goes to."),
            ("phone_number", String, "Phone number that the call goes to."),
            ("priority", Number, "Rank of the destination: the lowest is tried first."),
            ("srtp", Bool, "Whether its media is encrypted (SRTP). Wavix support sets it."),
        ];
        vec![
            list(
                DESTINATIONS,
                "Where calls to the number ring, in the order in which the destinations are tried.",
                destination.map(of).into(),
            ),
            of(("label", String, "Label of the number, which is set in the Wavix portal.")),
            list("documents", "Documents that were given to Wavix for the number.", documents.map(of).into()),
            of(("free_min", Number, "Minutes of inbound calls that cost nothing.")),
            of(("unlimited", Bool, "Whether inbound calls cost nothing.")),
            of(("cnam", Bool, "Whether the number has a caller name (CNAM).")),
            of(("domestic_cli", Bool, "Whether the number may be presented in its own country.")),
            of(("seconds", Number, "Inbound calls of this month, in seconds. Changes with every call.")),
            of(("paid_until", String, "Until when the number is paid for: a date. Moves every month.")),
        ]
    });
    &RESULTS
}
