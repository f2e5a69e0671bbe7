//! Resources layer: the API's SIP trunk objects and one function per HTTP call.
//! Decoding is tolerant, since every document of the API disagrees with another
//! one somewhere; encoding is strict. Knows no plan and no state.
//!
//! Source of all fields: the Wavix OpenAPI document, `SIPTrunkCreateRequest`,
//! `SIPTrunkResponse` and `SIPTrunkListResponse`.

use serde::{Deserialize, Serialize, Serializer};

use crate::client::{
    Answer, ApiPath, CallOptions, Client, Error, Page, Pages, Pagination, Secret, null_as_empty,
};

use super::super::label;
pub use super::super::presence::Deletion;
use super::super::secret_value::optional_secret;
use super::spelling::{
    null_is_no_items, null_is_no_text, null_is_off, optional_decimal, optional_whole, told_decimal,
    told_whole, whole,
};

const ROUTE: &str = "/v1/trunks";

/// The body of a create or update. The API replaces the whole trunk and lets
/// what is left out fall back to a default, so everything is always sent for
/// which it documents a spelling of "none".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SipTrunkBody {
    /// Name for people.
    pub label: String,
    /// SIP password; required on every write.
    #[serde(serialize_with = "exposed")]
    pub password: Secret,
    /// Asks for IP authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_request: Option<HostRequest>,
    /// Digits, or "" for none.
    pub callerid: String,
    /// Any number of the account may be the caller ID.
    pub multiple_numbers: bool,
    /// Registration only from `allowed_ips`.
    pub ip_restrict: bool,
    /// IPv4 addresses; empty for none.
    pub allowed_ips: Vec<AllowedIpBody>,
    /// Dialled number in the `To` header of inbound calls.
    pub didinfo_enabled: bool,
    /// Whether `call_limit` holds.
    pub call_restrict: bool,
    /// Seconds. There is no spelling of "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_limit: Option<i64>,
    /// Whether `max_call_cost` holds.
    pub cost_limit: bool,
    /// USD, as an exact decimal. There is no spelling of "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_call_cost: Option<serde_json::Number>,
    /// Whether `max_channels` holds.
    pub channels_restrict: bool,
    /// Concurrent outbound calls. There is no spelling of "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_channels: Option<i64>,
    /// Whether dialled numbers are rewritten.
    pub rewrite_enabled: bool,
    /// Digits put in front, or "".
    pub rewrite_prefix: String,
    /// Leading digits cut off, or "".
    pub rewrite_cond: String,
    /// Outbound calls are recorded.
    pub call_recording_enabled: bool,
    /// Calls are transcribed.
    pub transcription_enabled: bool,
    /// Seconds a call must last to be transcribed.
    pub transcription_threshold: i64,
    /// Voicemail is detected.
    pub machine_detection_enabled: bool,
    /// SRTP.
    pub encrypted_media: bool,
}

impl SipTrunkBody {
    /// A text that is equal for bodies whose trunks could be taken for one another:
    /// the label, as a server may keep it. Answers leave out too much of the rest to
    /// rely on a difference.
    #[must_use]
    pub fn contents(&self) -> String {
        label::group(&self.label)
    }
}

/// The address that asks to be trusted without a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostRequest {
    /// IPv4.
    pub host: String,
}

/// An item of the request's `allowed_ips`. Only the first form is documented;
/// the others are what a server understands that adds instead of replacing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AllowedIpBody {
    /// An address to allow.
    Address {
        /// IPv4.
        ip: String,
    },
    /// One that is allowed already.
    Kept {
        /// As an answer named it.
        id: i64,
        /// IPv4.
        ip: String,
    },
    /// One that is not to be allowed any more.
    Removed {
        /// As an answer named it.
        id: i64,
        /// True.
        #[serde(rename = "_destroy")]
        destroy: bool,
    },
}

/// A trunk as create, get and update answer it. Only `id` is relied upon: the
/// API's own examples leave documented fields out. A field that is `None` was
/// left out, which says nothing; one that is null says "off", "none" or "".
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SipTrunkRecord {
    /// Never changes.
    #[serde(deserialize_with = "whole")]
    pub id: i64,
    /// SIP login.
    pub name: Option<String>,
    /// Name for people.
    pub label: Option<String>,
    /// Digits; "" or null for none.
    #[serde(default, deserialize_with = "null_is_no_text")]
    pub callerid: Option<String>,
    /// See [`SipTrunkBody::multiple_numbers`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub multiple_numbers: Option<bool>,
    /// See [`SipTrunkBody::ip_restrict`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub ip_restrict: Option<bool>,
    /// Documented as never null; null has been seen in other lists and is none.
    #[serde(default, deserialize_with = "null_is_no_items")]
    pub allowed_ips: Option<Vec<AllowedIp>>,
    /// See [`SipTrunkBody::didinfo_enabled`].
    pub didinfo_enabled: Option<bool>,
    /// See [`SipTrunkBody::call_restrict`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub call_restrict: Option<bool>,
    /// Seconds; null for none.
    #[serde(default, deserialize_with = "told_whole")]
    pub call_limit: Option<Option<i64>>,
    /// See [`SipTrunkBody::cost_limit`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub cost_limit: Option<bool>,
    /// USD as decimal text; null for none. Documented as a string; a number is
    /// taken too.
    #[serde(default, deserialize_with = "told_decimal")]
    pub max_call_cost: Option<Option<String>>,
    /// See [`SipTrunkBody::channels_restrict`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub channels_restrict: Option<bool>,
    /// Concurrent outbound calls; null for none.
    #[serde(default, deserialize_with = "told_whole")]
    pub max_channels: Option<Option<i64>>,
    /// See [`SipTrunkBody::rewrite_enabled`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub rewrite_enabled: Option<bool>,
    /// Digits; "" or null for none.
    #[serde(default, deserialize_with = "null_is_no_text")]
    pub rewrite_prefix: Option<String>,
    /// Digits; "" or null for none.
    #[serde(default, deserialize_with = "null_is_no_text")]
    pub rewrite_cond: Option<String>,
    /// See [`SipTrunkBody::call_recording_enabled`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub call_recording_enabled: Option<bool>,
    /// See [`SipTrunkBody::machine_detection_enabled`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub machine_detection_enabled: Option<bool>,
    /// See [`SipTrunkBody::transcription_enabled`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub transcription_enabled: Option<bool>,
    /// Seconds.
    #[serde(default, deserialize_with = "optional_whole")]
    pub transcription_threshold: Option<i64>,
    /// See [`SipTrunkBody::encrypted_media`].
    #[serde(default, deserialize_with = "null_is_off")]
    pub encrypted_media: Option<bool>,
    /// ISO 8601, with or without milliseconds.
    pub created_at: Option<String>,
    /// `dynamic`, or the address of an IP-authenticated trunk.
    pub host: Option<String>,
    /// Caller ID passthrough; granted by Wavix.
    pub passthrough: Option<bool>,
    /// Static token of the trunk.
    #[serde(default, deserialize_with = "optional_secret")]
    pub access_token: Option<Secret>,
}

/// An item of the answer's `allowed_ips`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AllowedIp {
    /// Given by Wavix; not relied upon.
    #[serde(default, deserialize_with = "optional_whole")]
    pub id: Option<i64>,
    /// IPv4.
    pub ip: String,
}

/// A trunk as the list answers it: some facts are only here, others only in
/// [`SipTrunkRecord`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SipTrunkSummary {
    /// Never changes.
    #[serde(deserialize_with = "whole")]
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
    #[serde(default, deserialize_with = "optional_whole")]
    pub transcription_threshold: Option<i64>,
    /// Outbound seconds of this month.
    #[serde(default, deserialize_with = "optional_whole")]
    pub talk_time: Option<i64>,
    /// Outbound USD of this month, as decimal text.
    #[serde(default, deserialize_with = "optional_decimal")]
    pub charge: Option<String>,
}

/// Where a request for IP authentication stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HostRequestSummary {
    /// IPv4.
    pub host: Option<String>,
    /// `pending` or `approved`.
    pub status: Option<String>,
}

/// A page of the list.
#[derive(Deserialize)]
pub struct SipTrunkPage {
    /// Null for none. Without it an answer is no list: it must not pass for an
    /// account in which every trunk is gone.
    #[serde(deserialize_with = "null_as_empty")]
    sip_trunks: Vec<SipTrunkSummary>,
    pagination: Option<Pagination>,
}

impl Page for SipTrunkPage {
    type Item = SipTrunkSummary;

    fn into_parts(self) -> (Vec<SipTrunkSummary>, Option<Pagination>) {
        (self.sip_trunks, self.pagination)
    }
}

/// `GET /v1/trunks`, all pages, by ascending id. Needs the scope `trunks:read`.
///
/// # Errors
/// See [`Error`].
pub async fn list(client: &Client, options: &CallOptions) -> Result<Vec<SipTrunkSummary>, Error> {
    let mut trunks = pages(client, options).all().await?;
    trunks.sort_by_key(|trunk| trunk.id);
    Ok(trunks)
}

/// `GET /v1/trunks`, page by page, in the API's order. Needs the scope
/// `trunks:read`.
pub fn pages(client: &Client, options: &CallOptions) -> Pages<SipTrunkPage, i64> {
    client.get(ROUTE).options(options).pages(|trunk: &SipTrunkSummary| trunk.id)
}

/// `GET /v1/trunks/{id}`. Needs the scope `trunks:read`.
///
/// # Errors
/// See [`Error`]. NOTE: a 404 does not prove that the trunk is gone.
pub async fn get(client: &Client, id: i64, options: &CallOptions) -> Result<SipTrunkRecord, Error> {
    client.get(path(id)).options(options).send().await
}

/// `POST /v1/trunks`. Needs the scope `trunks:write`. Sent once: see
/// [`Error::delivery`] for whether a trunk may exist after a failure.
///
/// # Errors
/// See [`Error`].
pub async fn create(
    client: &Client,
    body: &SipTrunkBody,
    options: &CallOptions,
) -> Result<Answer<SipTrunkRecord>, Error> {
    client.post(ROUTE).json(body).redact(&body.password).options(options).send_full().await
}

/// `PUT /v1/trunks/{id}`, a full replacement. Needs the scope `trunks:write`.
///
/// # Errors
/// See [`Error`].
pub async fn update(
    client: &Client,
    id: i64,
    body: &SipTrunkBody,
    options: &CallOptions,
) -> Result<SipTrunkRecord, Error> {
    client.put(path(id)).json(body).redact(&body.password).options(options).send().await
}

/// `DELETE /v1/trunks/{id}`. Needs the scope `trunks:write`.
///
/// # Errors
/// See [`Error`].
pub async fn delete(client: &Client, id: i64, options: &CallOptions) -> Result<Deletion, Error> {
    let answer = client.delete(path(id)).options(options).send_full::<serde_json::Value>().await?;
    Ok(Deletion::of(answer.status, &answer.value))
}

pub(super) fn path(id: i64) -> ApiPath {
    ApiPath::new(ROUTE).segment(id)
}

/// The one place where a SIP password is written out.
fn exposed<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}
