//! What there is to say of a SIP trunk, and in what it differs from other objects:
//! addresses, limits behind flags, and IP authentication, of which the list alone tells.
//!
//! Source of all fields: the Wavix OpenAPI document, `SIPTrunkResponse` and
//! `SIPTrunkListResponse`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Attr;
use crate::framework::resource::{Call, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::validators;
use crate::lifecycle::body::{self, Body};
use crate::lifecycle::context::Context;
use crate::lifecycle::noun::{Arguments, Noun};
use crate::lifecycle::object::{Key, ListShape, ReadBy, Reading, RemoteObject, field};
use crate::lifecycle::patience::Look;
use crate::lifecycle::reconcile::Sought;
use crate::lifecycle::record::Record;
use crate::lifecycle::told;
use crate::protocol::types::Type;
use crate::protocol::value::Value;
use crate::resources::{addresses, ringing};

use super::caller_id;
use super::ip_authentication::requested_host;
use super::model::{ACTIVE, SipTrunkModel};
use super::{SipTrunk, limits, password, schema};

/// How messages speak of SIP trunks.
pub const NOUN: Noun = Noun {
    type_name: "wavix_sip_trunk",
    name: "SIP trunk",
    short: "trunk",
    scope: Some("trunks"),
    arguments: Arguments::Of(SipTrunk::schema),
    words: &[("caller id", "callerid"), ("host", "host_request"), ("ip", "allowed_ips")],
    list: "wavix_sip_trunks",
    adopt: None,
};

/// What the API documents for `status`.
const STATUSES: [&str; 3] = [ACTIVE, "pending", "rejected"];

impl RemoteObject for SipTrunk {
    type Model = SipTrunkModel;

    const NOUN: Noun = NOUN;
    const ROUTE: &'static str = "/v1/trunks";
    const LIST: ListShape = ListShape::Pages("sip_trunks");
    const READ: ReadBy = ReadBy::Key;
    const KEY: Key = Key::Assigned("id");
    const IMMUTABLE: Option<&'static str> = Some("login");
    const IMMUTABLE_NAME: &'static str = "SIP login";
    const GONE: &'static str = ", with a new login, and devices that use the old one no longer register.";
    const DOUBLE: &'static str = " and the caller ID";
    const RENAMED: &'static [(&'static str, &'static str)] = &[("login", "name")];
    const UNTOLD: &'static [&'static str] = &["password", "password_wo_version"];
    const TIER_SWITCHES: &'static [&'static str] =
        &["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"];
    const RAW: &'static [&'static str] = &["allowed_ips"];
    const LISTED: &'static [&'static str] = &["host_request", "auth_method", "status"];
    const IN_LIST: Option<&'static [&'static str]> = Some(&[
        "id",
        "label",
        "login",
        "status",
        "auth_method",
        "host_request",
        "callerid",
        "multiple_numbers",
        "passthrough",
        "encrypted_media",
        "call_recording_enabled",
        "machine_detection_enabled",
        "transcription_enabled",
        "transcription_threshold",
        "talk_time",
        "charge",
    ]);
    const FOUND_BY: &'static [&'static str] = &["id", "login", "label"];
    const FOUND_BY_IN_WORDS: &'static str = "id, SIP login or label";
    const FILTERS: &'static [&'static str] = &["status"];
    const SECRETS: &'static str = "The results do not include passwords and tokens.";

    fn schema() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(schema::schema);
        &SCHEMA
    }

    fn results() -> &'static [Attribute] {
        static RESULTS: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
            let result =
                |name: &str, ty: Type, words: &str| Attribute::of(name, ty).computed().describe(words);
            let request = vec![
                result("host", Type::String, "Address for which IP authentication is requested."),
                result("status", Type::String, "Status of the request, such as `pending` or `approved`."),
            ];
            vec![
                Attribute::nested("host_request", Nesting::Single, request)
                    .computed()
                    .describe("The request for IP authentication, if any."),
                result(
                    "talk_time",
                    Type::Number,
                    "Duration of outbound calls in this month, in seconds. Changes with every call.",
                ),
                result(
                    "charge",
                    Type::Number,
                    "Cost of outbound calls in this month, in USD. Changes with every call.",
                ),
            ]
        });
        &RESULTS
    }

    fn on_demand() -> &'static [Attribute] {
        ringing::on_demand()
    }

    async fn told_on_demand(
        call: &Call<'_, Context>,
        config: &Value,
        found: &Record<Self>,
    ) -> Result<Vec<(&'static str, Value)>, Diagnostics> {
        ringing::told_on_demand(call, config, &found.key).await
    }

    async fn in_the_way(call: &Call<'_, Context>, key: &str) -> Option<String> {
        ringing::in_the_way(call, key).await
    }

    fn filter(attribute: &str) -> Option<Attribute> {
        // A misspelt status would match nothing, for ever and without a word.
        (attribute == "status").then(|| {
            Attribute::string("status").validate(validators::one_of(&STATUSES)).describe(format!(
                "Only trunks with this status: {}.",
                STATUSES.map(|status| format!("`{status}`")).join(", ")
            ))
        })
    }

    fn encode(argument: &'static str, value: &Value) -> Vec<(&'static str, Json)> {
        let json = match (argument, value) {
            ("callerid", Value::String(text)) => Some(json!(caller_id::digits(text))),
            ("allowed_ips", Value::Set(items)) => {
                let addresses = addresses::in_order(items.iter().filter_map(Value::as_str));
                Some(addresses.into_iter().map(|ip| json!({ "ip": ip })).collect())
            }
            _ => body::plain(value),
        };
        json.map(|json| (field::<Self>(argument), json)).into_iter().collect()
    }

    fn decode(attribute: &str, fields: &Map<String, Json>) -> Reading {
        let Some(value) = fields.get(attribute) else { return Reading::AsSchema };
        match attribute {
            // Documented as never null; null has been seen in other lists and is none.
            "allowed_ips" => addresses::reading(value),
            // Off is said in words; null says nothing.
            "didinfo_enabled" if value.is_null() => Reading::Untold,
            _ => Reading::AsSchema,
        }
    }

    fn refine(record: &Record<Self>, held: &SipTrunkModel, found: &mut SipTrunkModel) {
        caller_id::refine(record.told("callerid"), held, found);
        // States that have null for none, as all did once, keep it.
        if found.allowed_addresses().is_empty() && held.allowed_ips.is_null() && !held.is_stub() {
            found.allowed_ips = Attr::Null;
        }
        // None is nothing to hold on to.
        if record.text("access_token").is_none() {
            found.access_token = Attr::Null;
        }
    }

    /// While a limit is not enforced, Wavix may answer null, the value sent or one
    /// of its own, and none of them means anything.
    fn is_unenforced(trunk: &SipTrunkModel, argument: &str) -> bool {
        limits::is_unenforced(trunk, argument)
    }

    fn differs_in_list(wanted: &SipTrunkModel, listed: &Record<Self>) -> Vec<&'static str> {
        let listed = requested_host(listed);
        if listed.as_deref() == wanted.requested_host() { Vec::new() } else { vec!["host_request"] }
    }

    fn may_be_double(planned: &SipTrunkModel, listed: &Record<Self>) -> bool {
        caller_id::may_be_same(planned, listed.text("callerid"))
    }

    fn add_listed(listed: &Record<Self>, trunk: &mut SipTrunkModel) {
        trunk.add_listed(listed);
    }

    fn generate(config: &mut SipTrunkModel) {
        limits::without_derived_flags(config);
    }

    fn leftovers(sent: &Body, answer: &Record<Self>) -> Option<Body> {
        let addresses = removals(sent.get("allowed_ips")?, answer.raw("allowed_ips")?)?;
        Some(sent.clone().with("allowed_ips", addresses))
    }

    async fn confirm_adopted(
        call: &Call<'_, Context>,
        sought: &Sought<'_, Self>,
        found: Record<Self>,
        look: &Look,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<Record<Self>, Diagnostics> {
        Ok(password::sent_again(call, sought, found, look, outcome).await)
    }
}

/// Some servers add the addresses of a request to those there are, and take one away
/// only when told its id. The addresses by their ids: to keep one of each that was
/// sent, and to remove the others. `None` when none is too many, or has no id.
fn removals(sent: &Json, answered: &Json) -> Option<Json> {
    let mut wanted: BTreeSet<&str> =
        sent.as_array()?.iter().filter_map(|item| item.get("ip").and_then(Json::as_str)).collect();
    let mut is_too_many = false;
    let mut items: Vec<Json> = answered
        .as_array()?
        .iter()
        .map(|item| {
            let id = told::number(item.get("id")?)?.to_i64()?;
            let ip = told::text(item.get("ip")?)?;
            if wanted.remove(ip.trim()) {
                return Some(json!({ "id": id, "ip": ip.trim() }));
            }
            is_too_many = true;
            Some(json!({ "id": id, "_destroy": true }))
        })
        .collect::<Option<_>>()?;
    // What was sent and the answer lacks must not be lost to the removal of the rest.
    items.extend(wanted.into_iter().map(|ip| json!({ "ip": ip })));
    is_too_many.then_some(Json::Array(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that has not heard of the update yet answers with the old list.
    #[test]
    fn removing_an_old_address_does_not_lose_the_new_one() {
        let sent = json!([{ "ip": "203.0.113.20" }]);
        let answer = json!([{ "id": 5, "ip": "198.51.100.7" }]);
        assert_eq!(
            removals(&sent, &answer),
            Some(json!([{ "id": 5, "_destroy": true }, { "ip": "203.0.113.20" }]))
        );
        assert_eq!(removals(&sent, &json!([{ "id": 5, "ip": "203.0.113.20" }])), None);
    }
}
