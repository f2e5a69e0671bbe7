//! Resources layer: a SIP trunk as the API answers it. Reading is tolerant, since
//! every document of the API disagrees with another one somewhere: see `told`.
//!
//! Source of all fields: the Wavix OpenAPI document, `SIPTrunkResponse` and
//! `SIPTrunkListResponse`.

use serde::{Deserialize, Deserializer};

use crate::client::Secret;
use crate::protocol::number::Number;

use super::super::told::{self, Told, Unreadable};
#[cfg(doc)]
use super::endpoints::SipTrunkBody;

/// A trunk as create, get and update answer it. Only `id` is relied upon: the
/// API's own examples leave documented fields out. A field that is `None` was
/// left out or cannot be read, which says nothing; one that is null says "off",
/// "none" or "".
#[derive(Debug, Clone, PartialEq)]
pub struct SipTrunkRecord {
    /// Never changes.
    pub id: i64,
    /// SIP login.
    pub name: Option<String>,
    /// Name for people.
    pub label: Option<String>,
    /// Digits; "" or null for none.
    pub callerid: Option<String>,
    /// See [`SipTrunkBody::multiple_numbers`].
    pub multiple_numbers: Option<bool>,
    /// See [`SipTrunkBody::ip_restrict`].
    pub ip_restrict: Option<bool>,
    /// Documented as never null; null has been seen in other lists and is none.
    pub allowed_ips: Option<Vec<AllowedIp>>,
    /// See [`SipTrunkBody::didinfo_enabled`].
    pub didinfo_enabled: Option<bool>,
    /// See [`SipTrunkBody::call_restrict`].
    pub call_restrict: Option<bool>,
    /// Seconds; null for none.
    pub call_limit: Option<Option<i64>>,
    /// See [`SipTrunkBody::cost_limit`].
    pub cost_limit: Option<bool>,
    /// USD as decimal text; null for none. Documented as a string; a number is
    /// taken too.
    pub max_call_cost: Option<Option<String>>,
    /// See [`SipTrunkBody::channels_restrict`].
    pub channels_restrict: Option<bool>,
    /// Concurrent outbound calls; null for none.
    pub max_channels: Option<Option<i64>>,
    /// See [`SipTrunkBody::rewrite_enabled`].
    pub rewrite_enabled: Option<bool>,
    /// Digits; "" or null for none.
    pub rewrite_prefix: Option<String>,
    /// Digits; "" or null for none.
    pub rewrite_cond: Option<String>,
    /// See [`SipTrunkBody::call_recording_enabled`].
    pub call_recording_enabled: Option<bool>,
    /// See [`SipTrunkBody::machine_detection_enabled`].
    pub machine_detection_enabled: Option<bool>,
    /// See [`SipTrunkBody::transcription_enabled`].
    pub transcription_enabled: Option<bool>,
    /// Seconds.
    pub transcription_threshold: Option<i64>,
    /// See [`SipTrunkBody::encrypted_media`].
    pub encrypted_media: Option<bool>,
    /// ISO 8601, with or without milliseconds.
    pub created_at: Option<String>,
    /// `dynamic`, or the address of an IP-authenticated trunk.
    pub host: Option<String>,
    /// Caller ID passthrough; granted by Wavix.
    pub passthrough: Option<bool>,
    /// Static token of the trunk.
    pub access_token: Option<Secret>,
    /// The arguments whose field was answered and has no meaning.
    pub unreadable: Vec<Unreadable>,
}

impl SipTrunkRecord {
    /// This answer, with what an earlier one told of it that never changes: one that
    /// leaves that out must not forget it.
    pub(super) fn completed_by(self, earlier: Self) -> Self {
        Self {
            id: earlier.id,
            name: self.name.or(earlier.name),
            created_at: self.created_at.or(earlier.created_at),
            ..self
        }
    }
}

impl<'de> Deserialize<'de> for SipTrunkRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = &mut Told::deserialize(deserializer)?;
        let record = Self {
            id: told.id("id")?,
            label: told.text("label").flatten(),
            callerid: told.text("callerid").map(Option::unwrap_or_default),
            multiple_numbers: null_is_off(told, "multiple_numbers"),
            ip_restrict: null_is_off(told, "ip_restrict"),
            allowed_ips: told
                .items("allowed_ips", "a list of addresses", AllowedIp::of)
                .map(Option::unwrap_or_default),
            didinfo_enabled: told.flag("didinfo_enabled").flatten(),
            call_restrict: null_is_off(told, "call_restrict"),
            call_limit: told.whole("call_limit"),
            cost_limit: null_is_off(told, "cost_limit"),
            max_call_cost: told.number("max_call_cost").map(|cost| cost.map(|usd| usd.to_string())),
            channels_restrict: null_is_off(told, "channels_restrict"),
            max_channels: told.whole("max_channels"),
            rewrite_enabled: null_is_off(told, "rewrite_enabled"),
            rewrite_prefix: told.text("rewrite_prefix").map(Option::unwrap_or_default),
            rewrite_cond: told.text("rewrite_cond").map(Option::unwrap_or_default),
            call_recording_enabled: null_is_off(told, "call_recording_enabled"),
            machine_detection_enabled: null_is_off(told, "machine_detection_enabled"),
            transcription_enabled: null_is_off(told, "transcription_enabled"),
            transcription_threshold: told.whole("transcription_threshold").flatten(),
            encrypted_media: null_is_off(told, "encrypted_media"),
            unreadable: told.unreadable(),
            // Nobody configures these, and answers leave them out as well.
            name: told.text("name").flatten(),
            created_at: told.text("created_at").flatten(),
            host: told.text("host").flatten(),
            passthrough: told.flag("passthrough").flatten(),
            access_token: told.secret("access_token"),
        };
        Ok(record)
    }
}

fn null_is_off(told: &mut Told, field: &'static str) -> Option<bool> {
    told.flag(field).map(Option::unwrap_or_default)
}

/// An item of the answer's `allowed_ips`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedIp {
    /// Given by Wavix; not relied upon.
    pub id: Option<i64>,
    /// IPv4.
    pub ip: String,
}

impl AllowedIp {
    /// An object, as documented, or the address alone.
    fn of(value: &serde_json::Value) -> Option<Self> {
        if value.is_string() {
            return Some(Self { id: None, ip: told::text(value)? });
        }
        let told = &mut Told::of(value)?;
        Some(Self { id: told.whole("id").flatten(), ip: told.text("ip")?? })
    }
}

/// A trunk as the list answers it: some facts are only here, others only in
/// [`SipTrunkRecord`]. A field that cannot be read is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct SipTrunkSummary {
    /// Never changes. An item without one could be any trunk, so a list with
    /// such an item is no list.
    pub id: i64,
    /// SIP login.
    pub name: Option<String>,
    /// Name for people.
    pub label: Option<String>,
    /// `Digest` or `IP auth`.
    pub auth_method: Option<String>,
    /// `active`, `pending` or `rejected`.
    pub status: Option<String>,
    /// Digits; "" or null for none.
    pub callerid: Option<String>,
    /// The request for IP authentication, if there was one.
    pub host_request: Option<HostRequestSummary>,
    /// See [`SipTrunkBody::multiple_numbers`].
    pub multiple_numbers: Option<bool>,
    /// See [`SipTrunkRecord::passthrough`].
    pub passthrough: Option<bool>,
    /// See [`SipTrunkBody::encrypted_media`].
    pub encrypted_media: Option<bool>,
    /// See [`SipTrunkBody::call_recording_enabled`].
    pub call_recording_enabled: Option<bool>,
    /// See [`SipTrunkBody::machine_detection_enabled`].
    pub machine_detection_enabled: Option<bool>,
    /// See [`SipTrunkBody::transcription_enabled`].
    pub transcription_enabled: Option<bool>,
    /// Seconds.
    pub transcription_threshold: Option<i64>,
    /// Outbound seconds of this month.
    pub talk_time: Option<Number>,
    /// Outbound USD of this month.
    pub charge: Option<Number>,
}

impl<'de> Deserialize<'de> for SipTrunkSummary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = &mut Told::deserialize(deserializer)?;
        Ok(Self {
            id: told.id("id")?,
            name: told.text("name").flatten(),
            label: told.text("label").flatten(),
            auth_method: told.text("auth_method").flatten(),
            status: told.text("status").flatten(),
            callerid: told.text("callerid").flatten(),
            host_request: told.object("host_request").flatten().map(HostRequestSummary::from),
            multiple_numbers: told.flag("multiple_numbers").flatten(),
            passthrough: told.flag("passthrough").flatten(),
            encrypted_media: told.flag("encrypted_media").flatten(),
            call_recording_enabled: told.flag("call_recording_enabled").flatten(),
            machine_detection_enabled: told.flag("machine_detection_enabled").flatten(),
            transcription_enabled: told.flag("transcription_enabled").flatten(),
            transcription_threshold: told.whole("transcription_threshold").flatten(),
            talk_time: told.number("talk_time").flatten(),
            charge: told.number("charge").flatten(),
        })
    }
}

/// Where a request for IP authentication stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRequestSummary {
    /// IPv4.
    pub host: Option<String>,
    /// `pending` or `approved`.
    pub status: Option<String>,
}

impl From<Told> for HostRequestSummary {
    fn from(mut told: Told) -> Self {
        Self { host: told.text("host").flatten(), status: told.text("status").flatten() }
    }
}
