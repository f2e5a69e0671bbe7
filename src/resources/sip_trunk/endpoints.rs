//! Resources layer: what is asked of the API about SIP trunks, one function per
//! HTTP call. What it answers is read in `record`. Knows no plan and no state.
//!
//! Source of all fields: the Wavix OpenAPI document, `SIPTrunkCreateRequest`.

use serde::{Deserialize, Serialize, Serializer};

use crate::client::{
    Answer, ApiPath, CallOptions, Client, Error, Page, Pages, Pagination, Secret, null_as_empty,
};

use super::super::label;
pub use super::super::presence::Deletion;
pub use super::super::told::Unreadable;
pub use super::record::{AllowedIp, HostRequestSummary, SipTrunkRecord, SipTrunkSummary};

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
    Ok(remembered(client, client.get(path(id)).options(options).send().await?))
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
    let made: Answer<SipTrunkRecord> =
        client.post(ROUTE).json(body).redact(&body.password).options(options).send_full().await?;
    Ok(Answer { value: remembered(client, made.value), ..made })
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
    let written = client.put(path(id)).json(body).redact(&body.password).options(options).send().await?;
    Ok(remembered(client, written))
}

/// `DELETE /v1/trunks/{id}`. Needs the scope `trunks:write`.
///
/// # Errors
/// See [`Error`].
pub async fn delete(client: &Client, id: i64, options: &CallOptions) -> Result<Deletion, Error> {
    let answer = client.delete(path(id)).options(options).send_full::<serde_json::Value>().await?;
    Ok(Deletion::of(answer.status, &answer.value))
}

/// No later message repeats the token of a trunk.
fn remembered(client: &Client, record: SipTrunkRecord) -> SipTrunkRecord {
    if let Some(token) = &record.access_token {
        client.remember(token);
    }
    record
}

pub(super) fn path(id: i64) -> ApiPath {
    ApiPath::new(ROUTE).segment(id)
}

/// The one place where a SIP password is written out.
fn exposed<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}
