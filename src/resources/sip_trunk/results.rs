//! Resources layer: what the data sources tell about a SIP trunk. One table of
//! names and texts for both, so that they cannot drift apart. Secrets are not
//! told: `wavix_sip_trunks` would spread those of a whole account over states.

use crate::framework::object::Attr;
use crate::framework::schema::{Attribute, Nesting};
use crate::protocol::types::Type;

use super::endpoints::HostRequestSummary;

crate::object! {
    /// Where a request for IP authentication stands.
    pub struct HostRequestResult {
        /// API `host_request.host`.
        pub host: Attr<String>,
        /// API `host_request.status`.
        pub status: Attr<String>,
    }
}

impl From<&HostRequestSummary> for HostRequestResult {
    fn from(request: &HostRequestSummary) -> Self {
        Self { host: request.host.clone().into(), status: request.status.clone().into() }
    }
}

/// The results that the API's list tells, in the order of the documentation.
pub(super) fn in_list() -> Vec<Attribute> {
    let request = vec![
        result("host", Type::String, "Address that asks to be trusted."),
        result("status", Type::String, "Where the request stands, such as `pending` or `approved`."),
    ];
    let mut results = table(&[
        ("id", Type::String, "Identifier of the trunk at Wavix, a decimal number as text."),
        ("label", Type::String, "Name of the trunk, for people. Not necessarily unique."),
        ("login", Type::String, "SIP user name (API field `name`)."),
        (
            "status",
            Type::String,
            "`active`, or `pending` or `rejected` while IP authentication is under review or refused; such a trunk \
             cannot place calls.",
        ),
        ("auth_method", Type::String, "How calls are authenticated: `Digest` (password) or `IP auth`."),
    ]);
    results.push(
        Attribute::nested("host_request", Nesting::Single, request)
            .computed()
            .describe("The request for IP authentication, if there is one."),
    );
    results.extend(table(&[
        ("callerid", Type::String, "Caller ID of outbound calls, in digits. Null when none is pinned."),
        (
            "multiple_numbers",
            Type::Bool,
            "Whether any active or verified number of the account may be the caller ID.",
        ),
        ("passthrough", Type::Bool, "Whether caller ID passthrough is enabled."),
        ("encrypted_media", Type::Bool, "Whether media is encrypted (SRTP)."),
        ("call_recording_enabled", Type::Bool, "Whether outbound calls are recorded."),
        ("machine_detection_enabled", Type::Bool, "Whether voicemail is detected."),
        ("transcription_enabled", Type::Bool, "Whether calls are transcribed."),
        ("transcription_threshold", Type::Number, "Seconds a call must last to be transcribed."),
        ("talk_time", Type::Number, "Outbound calls of this month, in seconds. Changes with every call."),
        ("charge", Type::Number, "Cost of this month's outbound calls, in USD. Changes with every call."),
    ]));
    results
}

/// The results that only the API's detail view tells.
pub(super) fn in_detail() -> Vec<Attribute> {
    table(&[
        ("created_at", Type::String, "When the trunk was created: ISO 8601, UTC, as sent by Wavix."),
        (
            "host",
            Type::String,
            "`dynamic` when devices register with a password, or the address that IP authentication accepts.",
        ),
        ("ip_restrict", Type::Bool, "Whether devices may register only from `allowed_ips`."),
        ("allowed_ips", Type::set(Type::String), "Addresses from which devices may register."),
        (
            "didinfo_enabled",
            Type::Bool,
            "Whether the `To` header of inbound INVITEs holds the dialled number.",
        ),
        ("call_restrict", Type::Bool, "Whether `call_limit` is enforced."),
        ("call_limit", Type::Number, "Longest call in seconds. Null while `call_restrict` is false."),
        ("cost_limit", Type::Bool, "Whether `max_call_cost` is enforced."),
        (
            "max_call_cost",
            Type::Number,
            "Highest cost of an outbound call in USD. Null while `cost_limit` is false.",
        ),
        ("channels_restrict", Type::Bool, "Whether `max_channels` is enforced."),
        (
            "max_channels",
            Type::Number,
            "Most concurrent outbound calls. Null while `channels_restrict` is false.",
        ),
        ("rewrite_enabled", Type::Bool, "Whether dialled numbers are rewritten."),
        (
            "rewrite_prefix",
            Type::String,
            "Digits put in front of dialled numbers. Null while `rewrite_enabled` is false.",
        ),
        (
            "rewrite_cond",
            Type::String,
            "Leading digits taken off dialled numbers. Null while `rewrite_enabled` is false.",
        ),
    ])
}

fn table(rows: &[(&str, Type, &str)]) -> Vec<Attribute> {
    rows.iter().map(|(name, ty, description)| result(name, ty.clone(), description)).collect()
}

fn result(name: &str, ty: Type, description: &str) -> Attribute {
    Attribute::of(name, ty).computed().describe(description)
}

/// The caller ID; the API spells none as null or "".
pub(super) fn caller_id(text: Option<&String>) -> Attr<String> {
    text.filter(|text| !text.is_empty()).cloned().into()
}
