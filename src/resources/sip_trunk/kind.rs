//! Resources layer: how failures speak of SIP trunks.

use crate::resources::failure::ObjectKind;

/// How failures speak of SIP trunks.
pub const KIND: ObjectKind = ObjectKind {
    name: "SIP trunk",
    scope: "trunks",
    fields: &[
        ("callerid", "callerid"),
        ("caller id", "callerid"),
        ("host_request", "host_request"),
        ("host request", "host_request"),
        ("host", "host_request"),
        ("allowed_ips", "allowed_ips"),
        ("allowed ips", "allowed_ips"),
        ("ip", "allowed_ips"),
        ("multiple_numbers", "multiple_numbers"),
        ("ip_restrict", "ip_restrict"),
        ("didinfo_enabled", "didinfo_enabled"),
        ("call_restrict", "call_restrict"),
        ("call_limit", "call_limit"),
        ("call limit", "call_limit"),
        ("cost_limit", "cost_limit"),
        ("max_call_cost", "max_call_cost"),
        ("max call cost", "max_call_cost"),
        ("channels_restrict", "channels_restrict"),
        ("max_channels", "max_channels"),
        ("max channels", "max_channels"),
        ("rewrite_enabled", "rewrite_enabled"),
        ("rewrite_prefix", "rewrite_prefix"),
        ("rewrite_cond", "rewrite_cond"),
        ("call_recording_enabled", "call_recording_enabled"),
        ("machine_detection_enabled", "machine_detection_enabled"),
        ("transcription_enabled", "transcription_enabled"),
        ("transcription_threshold", "transcription_threshold"),
        ("encrypted_media", "encrypted_media"),
        ("password", "password"),
        ("label", "label"),
    ],
    adopt: "Look for it in the Wavix portal or with the `wavix_sip_trunks` data source. If it is there, \
            adopt it with `terraform import` and its id; if it is not, apply again.",
};
