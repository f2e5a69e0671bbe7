//! What there is to say of a phone number: it is found by its digits and addressed by an id
//! of its own, which another purchase of it changes.
//!
//! Source of all fields: the Wavix OpenAPI document, `Number`.

use serde_json::{Map, Value as Json};

use crate::framework::object::Attr;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::timeouts::Timeouts;
use crate::lifecycle::body;
use crate::lifecycle::lasting::ON_DESTROY;
use crate::lifecycle::noun::{Arguments, Noun};
use crate::lifecycle::object::{DeleteBy, Key, ListShape, ReadBy, Reading, RemoteObject, UpdateBy};
use crate::lifecycle::record::Record;
use crate::lifecycle::told;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::destinations::{self, DESTINATIONS, Destinations};
use super::places::{self, digits};
use super::results::{self, TRUNK};
use super::{PhoneNumber, schema};

/// Arguments that are URLs, of which an empty one is none.
pub(super) const URLS: [&str; 2] = ["sms_relay_url", "call_status_url"];

crate::object! {
    /// Configuration, plan and state of a `wavix_phone_number`. Null by default.
    #[derive(Default)]
    pub struct PhoneNumberModel {
        /// API `number`, in the user's spelling.
        pub number: Attr<String>,
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `destination`, written as `destinations`.
        pub destinations: Destinations,
        /// API `sms_enabled`.
        pub sms_enabled: Attr<bool>,
        /// API `sms_relay_url`.
        pub sms_relay_url: Attr<String>,
        /// API `call_status_url`.
        pub call_status_url: Attr<String>,
        /// API `call_recording_enabled`.
        pub call_recording_enabled: Attr<bool>,
        /// API `transcription_enabled`.
        pub transcription_enabled: Attr<bool>,
        /// API `transcription_threshold`, in seconds.
        pub transcription_threshold: Attr<i64>,
        /// What a destroy does; the API does not hear of it.
        pub on_destroy: Attr<String>,
        /// API `status`.
        pub status: Attr<String>,
        /// API `country_short_name`.
        pub country: Attr<String>,
        /// API `city`.
        pub city: Attr<String>,
        /// API `state`.
        pub state: Attr<String>,
        /// API `channels`.
        pub channels: Attr<i64>,
        /// API `require_docs`.
        pub require_docs: Attr<Vec<Attr<String>>>,
        /// API `activation_fee`, in USD.
        pub activation_fee: Attr<Number>,
        /// API `monthly_fee`, in USD.
        pub monthly_fee: Attr<Number>,
        /// API `per_min`, in USD.
        pub price_per_minute: Attr<Number>,
        /// API `added`, as sent.
        pub added_at: Attr<String>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}

impl RemoteObject for PhoneNumber {
    type Model = PhoneNumberModel;

    const NOUN: Noun = Noun {
        type_name: "wavix_phone_number",
        name: "phone number",
        short: "number",
        scope: Some("numbers"),
        arguments: Arguments::Of(Self::schema),
        words: &[("sms", "sms_enabled"), ("destination", DESTINATIONS), ("trunk", DESTINATIONS)],
        list: "wavix_phone_numbers",
        adopt: None,
    };
    const ROUTE: &'static str = "/v1/numbers";
    const LIST: ListShape = ListShape::Pages("items");
    const READ: ReadBy = ReadBy::Key;
    const UPDATE: UpdateBy = UpdateBy::Patch;
    const DELETE: DeleteBy = DeleteBy::QueryList("ids", "ids[]");
    const KEY: Key = Key::Assigned("id");
    const LABEL: &'static str = "number";
    const GONE: &'static str = ", which fails unless the account owns the number again; the provider does not buy \
                                numbers.";
    const RENAMED: &'static [(&'static str, &'static str)] = &[
        (DESTINATIONS, "destination"),
        ("country", "country_short_name"),
        ("price_per_minute", "per_min"),
        ("added_at", "added"),
    ];
    const UNTOLD: &'static [&'static str] = &[ON_DESTROY];
    const EMPTIED: &'static [&'static str] = &URLS;
    const ASYNCHRONOUS: &'static [&'static str] = &[DESTINATIONS, URLS[0]];
    const TIER_SWITCHES: &'static [&'static str] = &["call_recording_enabled", "transcription_enabled"];
    const SORTED_BY: Option<&'static str> = Some("number");
    const SHARED_READS: bool = true;
    const NOT_IN_LIST: &'static [&'static str] = results::NOT_IN_LIST;
    const FOUND_BY: &'static [&'static str] = &["number", "id", "label"];
    const FOUND_BY_IN_WORDS: &'static str = "number, id or label";
    const FILTERS: &'static [&'static str] = &["status", "country", "sms_enabled", TRUNK];

    fn schema() -> &'static Schema {
        schema::whole()
    }

    fn results() -> &'static [Attribute] {
        results::results()
    }

    fn queries() -> &'static [Attribute] {
        results::queries()
    }

    /// The API finds numbers by a part too.
    fn search(attribute: &str, text: &str) -> Option<(&'static str, String)> {
        match attribute {
            "number" => Some(("search", digits(text))),
            "label" => Some(("label", text.to_owned())),
            _ => None,
        }
    }

    /// Digits are the same however they are written.
    fn is_found(listed: &Record<Self>, attribute: &str, text: &str) -> bool {
        let found = listed.text(attribute);
        if attribute == "number" { found.map(digits) == Some(digits(text)) } else { found == Some(text) }
    }

    fn filter(attribute: &str) -> Option<Attribute> {
        (attribute == TRUNK).then(results::filter)
    }

    fn passes(listed: &Record<Self>, filter: &str, wanted: &Value) -> bool {
        let is_it = |value: Option<&Value>| value.is_some_and(|value| value.means(wanted));
        match filter {
            TRUNK => places::items(listed.told(DESTINATIONS)).iter().any(|one| is_it(one.get(TRUNK))),
            _ => is_it(listed.told(filter)),
        }
    }

    /// `+12565378257 Front desk`
    fn display_name(listed: &Record<Self>) -> String {
        let number = listed.text("number").unwrap_or(&listed.key);
        listed.text("label").map_or_else(|| number.to_owned(), |label| format!("{number} {label}"))
    }

    fn called(number: &PhoneNumberModel) -> String {
        number.number.known().map(|text| format!("+{}", digits(text))).unwrap_or_default()
    }

    fn encode(argument: &'static str, value: &Value) -> Vec<(&'static str, Json)> {
        let json = match argument {
            DESTINATIONS => Some(places::encode(value)),
            _ if URLS.contains(&argument) && value.as_str() == Some("") => Some(Json::Null),
            _ => body::plain(value),
        };
        json.map(|json| (argument, json)).into_iter().collect()
    }

    fn decode(attribute: &str, fields: &Map<String, Json>) -> Reading {
        match attribute {
            DESTINATIONS => places::decode(fields),
            "number" => match fields.get(attribute).and_then(told::text).map(|text| digits(&text)) {
                Some(digits) if !digits.is_empty() => Reading::Told(Value::String(format!("+{digits}"))),
                _ => Reading::Odd("expected digits"),
            },
            // A whole number that does not speak of a URL has none.
            url if URLS.contains(&url) && !fields.contains_key(url) && fields.contains_key("number") => {
                Reading::Told(Value::Null)
            }
            _ => Reading::AsSchema,
        }
    }

    /// A trunk that an answer tells by its login alone is the one that was there with it.
    fn refine(_: &Record<Self>, held: &PhoneNumberModel, found: &mut PhoneNumberModel) {
        for (_, one) in destinations::each_mut(&mut found.destinations) {
            if one.is_trunk_without_id() {
                let mut held = destinations::trunks(&held.destinations);
                let known = held.find(|(_, before, _)| before.sip_trunk_login == one.sip_trunk_login);
                one.sip_trunk_id = known.map(|(.., id)| id.clone()).into();
            }
        }
    }

    /// Bought again, it has another id.
    fn is_renewed(state: &PhoneNumberModel, listed: &Record<Self>) -> bool {
        Self::called(&Self::identified(listed)) == Self::called(state)
    }

    fn identified(listed: &Record<Self>) -> PhoneNumberModel {
        let number = listed.text("number").map(str::to_owned);
        PhoneNumberModel { id: Attr::Known(listed.key.clone()), number: number.into(), ..Default::default() }
    }

    fn in_words(argument: &str, value: &Value) -> Option<String> {
        (argument == DESTINATIONS).then(|| places::in_words(value))
    }

    fn generate(config: &mut PhoneNumberModel) {
        destinations::generate(&mut config.destinations);
        if config.transcription_enabled.is_null() {
            config.transcription_threshold = Attr::Null;
        }
    }
}
