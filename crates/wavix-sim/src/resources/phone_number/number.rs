//! A phone number as it is stored, which is nearly as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::collection::{Collection, Item};

use super::super::sip_trunk::Trunk;

/// A phone number of an account. Field names are the API's, also in a fixture ([`crate::Portal::add_phone_number`]),
/// where each may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default = "PhoneNumber::usual", deny_unknown_fields)]
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

impl PhoneNumber {
    /// One of the vendor's examples, without id and digits.
    pub(super) fn usual() -> Self {
        let text = str::to_owned;
        Self {
            activation_fee: text("0.99"),
            monthly_fee: text("0.99"),
            per_min: text("0.01"),
            city: text("DETROIT, MI"),
            city_id: 123,
            country: text("United States"),
            country_short_name: text("US"),
            channels: 24,
            domestic_cli: true,
            status: text("active"),
            seconds: text("0"),
            added: text("2023-04-10T06:42:59.000Z"),
            paid_until: text("2027-01-10"),
            transcription_threshold: 6,
            ..Self::default()
        }
    }

    /// Whether a call may go to this trunk.
    pub(crate) fn leads_to(&self, trunk: i64) -> bool {
        self.destination.iter().any(|destination| destination.trunk_id == Some(trunk))
    }

    /// Gives each destination the label that its trunk has now.
    pub(crate) fn label_trunks(&mut self, trunks: &Collection<Trunk>) {
        for destination in &mut self.destination {
            let trunk = destination.trunk_id.and_then(|id| trunks.get(id));
            destination.trunk_label = trunk.map(|trunk| trunk.label.clone());
        }
    }
}

impl Item for PhoneNumber {
    // The id of one of the vendor's messages.
    const FIRST_ID: i64 = 1848;
    const READ_FROM_LIST: bool = false;

    fn id(&self) -> i64 {
        self.id
    }
}
