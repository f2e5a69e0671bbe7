//! What data sources and the list tell of phone numbers besides the resource, and what the
//! API can look for.

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
            digits("search", "Only numbers that contain these digits, such as `1313`."),
            Attribute::string("label")
                .describe("Only numbers with this label. Labels are set in the Wavix portal."),
            Attribute::bool("label_present").describe(
                "`true`: only numbers with a label. `false`: only numbers without a label; `label` is then ignored.",
            ),
            digits("city_id", "Only numbers of the city with this ID."),
        ]
    });
    &QUERIES
}

fn digits(name: &str, words: &str) -> Attribute {
    Attribute::string(name).validate(non_empty()).validate(characters("0-9")).describe(words)
}

/// The trunk of a destination, as a filter.
pub(super) fn filter() -> Attribute {
    digits(TRUNK, "Only numbers with the SIP trunk of this ID as a destination.")
}

/// What data sources tell besides the resource.
pub(super) fn results() -> &'static [Attribute] {
    static RESULTS: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let of = |(name, ty, words): (&str, Type, &str)| Attribute::of(name, ty).computed().describe(words);
        let list = |name: &str, words: &str, inside: Vec<Attribute>| {
            Attribute::nested(name, Nesting::List, inside).computed().describe(words)
        };
        let documents = [
            ("id", String, "ID of the document."),
            ("doc_type_id", String, "Type of the document, with the name used in `require_docs`."),
            ("status", String, "`approved`, `pending` or `rejected`."),
            ("doc_file_name", String, "Name of the file."),
            ("allow_replace", Bool, "Whether the file can be replaced."),
        ];
        let destination = [
            (TRUNK, String, "ID of the SIP trunk that receives the call."),
            ("sip_trunk_login", String, "SIP login of the trunk."),
            ("trunk_label", String, "Label of the trunk. Null if the trunk is deleted; calls then fail."),
            ("sip_uri", String, "SIP URI that receives the call."),
            ("phone_number", String, "Phone number that receives the call."),
            ("priority", Number, "Priority of the destination: the lowest is tried first."),
            ("srtp", Bool, "Whether media is encrypted (SRTP). Wavix support sets it."),
        ];
        vec![
            list(
                DESTINATIONS,
                "Destinations of calls to the number, in the order in which they are tried.",
                destination.map(of).into(),
            ),
            of(("label", String, "Label of the number. Labels are set in the Wavix portal.")),
            list("documents", "Documents submitted to Wavix for the number.", documents.map(of).into()),
            of(("free_min", Number, "Number of free inbound minutes.")),
            of(("unlimited", Bool, "Whether inbound calls are free.")),
            of(("cnam", Bool, "Whether the number has a caller name (CNAM).")),
            of(("domestic_cli", Bool, "Whether the number can be a caller ID in its own country.")),
            of(("seconds", Number, "Duration of inbound calls in this month, in seconds.")),
            of(("paid_until", String, "Date until which the number is paid. Changes every month.")),
        ]
    });
    &RESULTS
}
