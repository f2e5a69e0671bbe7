//! Resources layer: what data sources and the list tell of phone numbers, and how they
//! find them: by what the API can look for, and by what only its answers say.

use std::sync::LazyLock;

use crate::framework::schema::{Attribute, Mode, Nesting};
use crate::framework::validators::{characters, non_empty};
use crate::lifecycle::record::Record;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use super::PhoneNumber;
use super::destinations::DESTINATIONS;
use super::places::digits;

/// What the list for all leaves out: what is personal, and what changes with every call.
pub(super) const NOT_IN_LIST: &[&str] = &["documents", "seconds"];

/// The trunk of a destination, as a filter.
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

/// The query that finds a number by this, among others.
pub(super) fn search(attribute: &str, text: &str) -> Option<(&'static str, String)> {
    match attribute {
        "number" => Some(("search", digits(text))),
        "label" => Some(("label", text.to_owned())),
        _ => None,
    }
}

/// The argument for a filter that is no result by itself.
pub(super) fn filter(name: &str) -> Option<Attribute> {
    let trunk = || {
        Attribute { mode: Mode::Optional, ..with_digits(TRUNK) }
            .describe("Only numbers of which a destination is the SIP trunk with this `id`.")
    };
    (name == TRUNK).then(trunk)
}

/// Whether a number has this text in an attribute: digits are the same however they are written.
pub(super) fn is_found(listed: &Record<PhoneNumber>, attribute: &str, text: &str) -> bool {
    let found = listed.text(attribute);
    if attribute == "number" { found.map(digits) == Some(digits(text)) } else { found == Some(text) }
}

/// Whether a number passes a filter.
pub(super) fn passes(listed: &Record<PhoneNumber>, filter: &str, wanted: &Value) -> bool {
    match (filter, listed.told(DESTINATIONS)) {
        (TRUNK, Some(Value::List(all))) => {
            all.iter().any(|one| one.get(TRUNK).is_some_and(|trunk| trunk.means(wanted)))
        }
        (TRUNK, _) => false,
        _ => listed.told(filter).is_some_and(|told| told.means(wanted)),
    }
}

/// `+12565378257 Front desk`
pub(super) fn display_name(listed: &Record<PhoneNumber>) -> String {
    let number = listed.text("number").unwrap_or(&listed.key);
    listed.text("label").map_or_else(|| number.to_owned(), |label| format!("{number} {label}"))
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
