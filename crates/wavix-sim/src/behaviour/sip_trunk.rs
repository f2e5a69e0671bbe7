//! Readings of what the documents say of SIP trunks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What becomes of features the account's plan may not include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProFeatures {
    /// Flex Pro: stored as sent.
    Accepted,
    /// Stored and answered as `false`, with a success status.
    SilentlyOff,
    /// Refused with 403.
    Refused,
}

/// How a PUT treats `allowed_ips`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedIpsMode {
    /// The sent list is the new list; an address that stays keeps its id.
    Replace,
    /// The Rails nested-attributes idiom: an item without `id` is added, one with `id` is changed, one with
    /// `id` and `_destroy: true` is removed, everything else stays.
    NestedAttributes,
}

/// What `callerid` answers while `multiple_numbers` is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinnedCallerId {
    /// `""`, as the field's description says.
    Empty,
    /// The number that was sent, as the vendor's list example shows.
    Echoed,
}

/// Whether a limit sent while its flag is off is answered back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnusedLimits {
    /// Stored and answered, as the vendor's examples show.
    Kept,
    /// Dropped; answered as `null`.
    Dropped,
}

/// The spelling of `max_call_cost` in answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalText {
    /// `0.180` is answered as `0.18`, `5.0` as `5`.
    Shortest,
    /// As sent, in plain notation: `0.180`.
    AsSent,
    /// At least one fraction digit: `5` is answered as `5.0`.
    OneFractionDigit,
    /// Exactly this many fraction digits, rounded.
    Fixed(u32),
}

/// What an unset text field answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsetText {
    /// `""`.
    Empty,
    /// `null`, which the schema does not allow.
    Null,
    /// The field is missing.
    Absent,
}

impl UnsetText {
    /// Tells these texts of an answer, where they are unset, in this way; to the API an empty one is unset.
    pub(crate) fn tell(self, view: &mut Value, names: &[&str]) {
        let Value::Object(view) = view else { return };
        view.retain(|name, told| {
            let is_unset = names.contains(&name.as_str()) && (told.is_null() || told == "");
            if is_unset {
                *told = if self == Self::Empty { "".into() } else { Value::Null };
            }
            !(is_unset && self == Self::Absent)
        });
    }
}

/// What `GET /v1/trunks/{id}` says about an unknown id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotFoundText {
    /// The text for an account without the service.
    NotProvisioned,
    /// `Record not found`, as documented until December 2025.
    RecordNotFound,
}

/// What a PUT does that sends the `host_request` the trunk already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostRequestResent {
    /// An approved trunk stays approved.
    KeepsStatus,
    /// The review starts again.
    ReopensReview,
}

/// What a PUT does that sends another `host_request.host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostRequestChanged {
    /// The new address is reviewed.
    ReopensReview,
    /// 422: the portal locks the address after submission.
    Refused,
}

/// What a PUT does to an IP-authenticated trunk when it leaves `host_request` out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostRequestLeftOut {
    /// The trunk goes back to digest authentication (full replacement).
    RevertsToDigest,
    /// The trunk keeps its address and status.
    Keeps,
}
