//! A phone number as it is stored, which is nearly as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A phone number of an account. Field names are the API's, also in a fixture ([`crate::Portal::add_phone_number`]),
/// where each may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the API's, documented there")]
pub struct PhoneNumber {
    pub id: i64,
    /// E.164 without `+`.
    pub number: String,
    /// USD, as all fees.
    pub activation_fee: String,
    pub monthly_fee: String,
    pub per_min: String,
    pub city: String,
    /// The API filters by it and does not show it.
    pub city_id: i64,
    pub state: Option<String>,
    pub country: String,
    /// Two letters.
    pub country_short_name: String,
    pub destination: Vec<Destination>,
    pub channels: i64,
    pub require_docs: Vec<String>,
    pub documents: Vec<Value>,
    pub domestic_cli: bool,
    pub cnam: Option<bool>,
    pub free_min: i64,
    pub unlimited: bool,
    pub label: Option<String>,
    /// `active` or `inactive`.
    pub status: String,
    pub seconds: String,
    /// RFC 3339.
    pub added: String,
    pub paid_until: String,
    pub sms_enabled: bool,
    pub sms_relay_url: Option<String>,
    pub call_recording_enabled: bool,
    pub transcription_enabled: bool,
    /// Seconds.
    pub transcription_threshold: i64,
    pub call_status_url: Option<String>,
}

/// Where a call of a number goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the API's, documented there")]
pub struct Destination {
    pub id: i64,
    /// A SIP URI, a number, or a trunk's login.
    pub destination: String,
    /// The lowest rings first.
    pub priority: i64,
    /// 1: SIP URI, 4: PSTN, 5: trunk.
    pub transport: i64,
    pub trunk_id: Option<i64>,
    pub srtp: bool,
    /// The label that the trunk has at this moment; what is stored means nothing.
    pub trunk_label: Option<String>,
}
