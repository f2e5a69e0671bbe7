//! Resources layer: configuration, plan and state of a `wavix_sip_trunk`, and
//! how they become what the API wants. What the API answers is read in `answer`.
//! Asks nobody and decides no plan.

use std::net::Ipv4Addr;

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::framework::timeouts::Timeouts;
use crate::protocol::number::Number;

use super::caller_id;
use super::endpoints::{AllowedIpBody, HostRequest, SipTrunkBody};

/// The `host` of a trunk whose devices register with a password.
pub(super) const DYNAMIC_HOST: &str = "dynamic";
/// The `status` of a trunk that can place calls.
pub(super) const ACTIVE: &str = "active";
/// What the API sets for a threshold that was left out, in seconds.
pub(super) const DEFAULT_TRANSCRIPTION_THRESHOLD: i64 = 6;

crate::object! {
    /// Configuration, plan and state of a `wavix_sip_trunk`. Null by default.
    #[derive(Default)]
    pub struct SipTrunkModel {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `name`: the SIP login.
        pub login: Attr<String>,
        /// API `created_at`, as sent.
        pub created_at: Attr<String>,
        /// API `label`.
        pub label: Attr<String>,
        /// API `callerid`, in the user's spelling.
        pub callerid: Attr<String>,
        /// API `multiple_numbers`.
        pub multiple_numbers: Attr<bool>,
        /// API `password`, kept in the state.
        pub password: Attr<Secret>,
        /// API `password`, kept nowhere.
        pub password_wo: Attr<Secret>,
        /// Changes when `password_wo` is to be sent again.
        pub password_wo_version: Attr<i64>,
        /// API `ip_restrict`.
        pub ip_restrict: Attr<bool>,
        /// API `allowed_ips[].ip`.
        pub allowed_ips: Attr<SetOf<Attr<String>>>,
        /// API `didinfo_enabled`.
        pub didinfo_enabled: Attr<bool>,
        /// API `call_restrict`.
        pub call_restrict: Attr<bool>,
        /// API `call_limit`, in seconds.
        pub call_limit: Attr<i64>,
        /// API `cost_limit`.
        pub cost_limit: Attr<bool>,
        /// API `max_call_cost`, in USD.
        pub max_call_cost: Attr<Number>,
        /// API `channels_restrict`.
        pub channels_restrict: Attr<bool>,
        /// API `max_channels`.
        pub max_channels: Attr<i64>,
        /// API `rewrite_enabled`.
        pub rewrite_enabled: Attr<bool>,
        /// API `rewrite_prefix`.
        pub rewrite_prefix: Attr<String>,
        /// API `rewrite_cond`.
        pub rewrite_cond: Attr<String>,
        /// API `call_recording_enabled`.
        pub call_recording_enabled: Attr<bool>,
        /// API `machine_detection_enabled`.
        pub machine_detection_enabled: Attr<bool>,
        /// API `transcription_enabled`.
        pub transcription_enabled: Attr<bool>,
        /// API `transcription_threshold`, in seconds.
        pub transcription_threshold: Attr<i64>,
        /// API `encrypted_media`.
        pub encrypted_media: Attr<bool>,
        /// API `host_request`; answered by the list only.
        pub host_request: Attr<HostRequestModel>,
        /// API `host`.
        pub host: Attr<String>,
        /// API `auth_method`; answered by the list only.
        pub auth_method: Attr<String>,
        /// API `status`; answered by the list only.
        pub status: Attr<String>,
        /// API `passthrough`.
        pub passthrough: Attr<bool>,
        /// API `access_token`.
        pub access_token: Attr<Secret>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}

crate::object! {
    /// The request for IP authentication.
    pub struct HostRequestModel {
        /// API `host_request.host`.
        pub host: Attr<String>,
    }
}

impl SipTrunkModel {
    /// What is known of a trunk of which only the id is known.
    pub(crate) fn stub(id: i64) -> Self {
        Self { id: Attr::Known(id.to_string()), ..Self::default() }
    }

    /// Whether nothing but the id is known, as between an import and its read.
    /// Every trunk that was created or read has a label.
    pub(super) fn is_stub(&self) -> bool {
        self.label.is_null() && self.login.is_null()
    }

    /// The body of a create or update: the whole trunk, since the API replaces it.
    pub(super) fn body(&self, password: &Secret) -> SipTrunkBody {
        SipTrunkBody {
            label: text_or_empty(&self.label),
            password: password.clone(),
            host_request: self.requested_host().map(|host| HostRequest { host: host.to_owned() }),
            callerid: self.callerid.known().map(|text| caller_id::digits(text)).unwrap_or_default(),
            multiple_numbers: is_on(&self.multiple_numbers),
            ip_restrict: is_on(&self.ip_restrict),
            allowed_ips: self
                .allowed_addresses()
                .into_iter()
                .map(|ip| AllowedIpBody::Address { ip })
                .collect(),
            didinfo_enabled: self.didinfo_enabled.known().copied().unwrap_or(true),
            call_restrict: is_on(&self.call_restrict),
            call_limit: self.call_limit.known().copied(),
            cost_limit: is_on(&self.cost_limit),
            max_call_cost: self.max_call_cost.known().and_then(json_number),
            channels_restrict: is_on(&self.channels_restrict),
            max_channels: self.max_channels.known().copied(),
            rewrite_enabled: is_on(&self.rewrite_enabled),
            rewrite_prefix: text_or_empty(&self.rewrite_prefix),
            rewrite_cond: text_or_empty(&self.rewrite_cond),
            call_recording_enabled: is_on(&self.call_recording_enabled),
            transcription_enabled: is_on(&self.transcription_enabled),
            transcription_threshold: self
                .transcription_threshold
                .known()
                .copied()
                .unwrap_or(DEFAULT_TRANSCRIPTION_THRESHOLD),
            machine_detection_enabled: is_on(&self.machine_detection_enabled),
            encrypted_media: is_on(&self.encrypted_media),
        }
    }

    /// Takes over the arguments of a plan, in the user's spelling, and keeps what the
    /// plan leaves open.
    pub(super) fn take_arguments(&mut self, plan: &Self) {
        let mut trunk = plan.clone();
        resolved(&mut trunk.id, &self.id);
        resolved(&mut trunk.login, &self.login);
        resolved(&mut trunk.created_at, &self.created_at);
        resolved(&mut trunk.host, &self.host);
        resolved(&mut trunk.auth_method, &self.auth_method);
        resolved(&mut trunk.status, &self.status);
        resolved(&mut trunk.passthrough, &self.passthrough);
        resolved(&mut trunk.access_token, &self.access_token);
        *self = trunk;
    }

    /// The address that asks for IP authentication.
    pub(super) fn requested_host(&self) -> Option<&str> {
        self.host_request.known().and_then(|request| request.host.known()).map(String::as_str)
    }

    /// True when IP authentication is in use, asked for, or cannot be excluded:
    /// then `status`, `auth_method` and `host_request` are to be had from the
    /// list. `held` is the state before the read.
    pub(super) fn needs_summary(&self, held: &Self) -> bool {
        held.never_listed() || self.has_ip_authentication(held)
    }

    /// True when IP authentication is known to be in use or asked for.
    pub(super) fn has_ip_authentication(&self, held: &Self) -> bool {
        held.host_request.known().is_some() || self.host.known().is_some_and(|host| host != DYNAMIC_HOST)
    }

    /// True of a state from an import that could not read the list: whether the
    /// trunk asks for IP authentication is not known. Every other has a status.
    pub(super) fn never_listed(&self) -> bool {
        self.status.is_null() && self.auth_method.is_null() && self.host_request.is_null()
    }

    /// The known addresses, in order.
    pub(super) fn allowed_addresses(&self) -> Vec<String> {
        let mut addresses: Vec<String> = self
            .allowed_ips
            .known()
            .map(|set| set.0.iter().filter_map(|ip| ip.known().cloned()).collect())
            .unwrap_or_default();
        addresses.sort_by_cached_key(|text| (text.parse::<Ipv4Addr>().ok(), text.clone()));
        addresses.dedup();
        addresses
    }
}

fn is_on(flag: &Attr<bool>) -> bool {
    flag.known().copied().unwrap_or(false)
}

fn text_or_empty(text: &Attr<String>) -> String {
    text.known().cloned().unwrap_or_default()
}

/// The decimal that is meant as a JSON number: 0.18 leaves as 0.18, also when
/// it came as a float or from a calculation.
fn json_number(number: &Number) -> Option<serde_json::Number> {
    // The plain decimal text of a number is always a JSON number.
    number.meant().to_string().parse().ok()
}

fn resolved<T: Clone>(planned: &mut Attr<T>, prior: &Attr<T>) {
    if planned.is_unknown() {
        *planned = prior.clone();
    }
}
