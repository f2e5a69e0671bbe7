//! The body of POST and PUT: which fields, which types, in which order they are refused.
//! Rules that need the account or the stored trunk are in `rules`.

use std::net::Ipv4Addr;

use serde_json::Value;

use crate::{
    answer::Refusal,
    behaviour::{AllowedIpsMode, Behaviour},
    decimal::Decimal,
    resources::body::{
        Fields, boolean, list_of, non_empty, non_negative, nullable, object_of, positive, text,
    },
};

/// A create or update whose fields have the right types.
pub(super) struct TrunkWrite {
    pub(super) label: String,
    pub(super) password: String,
    pub(super) callerid: String,
    pub(super) ip_restrict: bool,
    pub(super) didinfo_enabled: bool,
    pub(super) call_restrict: bool,
    pub(super) cost_limit: bool,
    pub(super) channels_restrict: bool,
    pub(super) rewrite_enabled: bool,
    pub(super) transcription_enabled: bool,
    pub(super) transcription_threshold: i64,
    /// The address.
    pub(super) host_request: Option<String>,
    pub(super) multiple_numbers: Option<bool>,
    /// `null` is the same as an empty list.
    pub(super) allowed_ips: Option<Vec<AllowedIpWrite>>,
    pub(super) call_limit: Option<i64>,
    /// The text of the number.
    pub(super) max_call_cost: Option<String>,
    pub(super) max_channels: Option<i64>,
    pub(super) rewrite_prefix: Option<String>,
    pub(super) rewrite_cond: Option<String>,
    pub(super) call_recording_enabled: Option<bool>,
    pub(super) machine_detection_enabled: Option<bool>,
    pub(super) encrypted_media: Option<bool>,
}

/// One item of `allowed_ips`. `id` and `destroy` exist in nested-attributes mode only.
pub(super) struct AllowedIpWrite {
    pub(super) id: Option<i64>,
    pub(super) ip: Option<String>,
    pub(super) destroy: bool,
}

/// Reads a body, refusing the first field that is missing or wrong, in schema order.
pub(super) fn parse(fields: &Fields<'_>, behaviour: &Behaviour) -> Result<TrunkWrite, Refusal> {
    let address = match behaviour.allowed_ips {
        AllowedIpsMode::Replace => plain_address,
        AllowedIpsMode::NestedAttributes => nested_address,
    };
    let write = TrunkWrite {
        label: fields.required("label", non_empty)?,
        password: fields.required("password", non_empty)?,
        callerid: fields.required("callerid", text)?,
        ip_restrict: fields.required("ip_restrict", boolean)?,
        didinfo_enabled: fields.required("didinfo_enabled", boolean)?,
        call_restrict: fields.required("call_restrict", boolean)?,
        cost_limit: fields.required("cost_limit", boolean)?,
        channels_restrict: fields.required("channels_restrict", boolean)?,
        rewrite_enabled: fields.required("rewrite_enabled", boolean)?,
        transcription_enabled: fields.required("transcription_enabled", boolean)?,
        transcription_threshold: fields.required("transcription_threshold", non_negative)?,
        host_request: fields
            .optional("host_request", object_of(|request| request.required("host", ipv4).ok()))?,
        multiple_numbers: fields.optional("multiple_numbers", boolean)?,
        allowed_ips: fields
            .optional("allowed_ips", nullable(list_of(object_of(address))))?
            .map(Option::unwrap_or_default),
        call_limit: fields.optional("call_limit", positive)?,
        max_call_cost: fields.optional("max_call_cost", amount)?,
        max_channels: fields.optional("max_channels", positive)?,
        rewrite_prefix: fields.optional("rewrite_prefix", text)?,
        rewrite_cond: fields.optional("rewrite_cond", text)?,
        call_recording_enabled: fields.optional("call_recording_enabled", boolean)?,
        machine_detection_enabled: fields.optional("machine_detection_enabled", boolean)?,
        encrypted_media: fields.optional("encrypted_media", boolean)?,
    };
    fields.known(behaviour)?;
    Ok(write)
}

fn ipv4(value: &Value) -> Option<String> {
    value.as_str().filter(|text| text.parse::<Ipv4Addr>().is_ok()).map(str::to_owned)
}

fn plain_address(item: &Fields<'_>) -> Option<AllowedIpWrite> {
    let ip = item.required("ip", ipv4).ok()?;
    Some(AllowedIpWrite { id: None, ip: Some(ip), destroy: false })
}

fn nested_address(item: &Fields<'_>) -> Option<AllowedIpWrite> {
    let id = item.optional("id", positive).ok()?;
    let ip = item.optional("ip", ipv4).ok()?;
    let destroy = item.optional("_destroy", boolean).ok()?.unwrap_or(false);
    (id.is_some() || ip.is_some()).then_some(AllowedIpWrite { id, ip, destroy })
}

/// A positive JSON number, as text: no float ever holds it.
fn amount(value: &Value) -> Option<String> {
    let text = value.as_number()?.to_string();
    Decimal::parse(&text).filter(|amount| amount.is_positive()).map(|_| text)
}
