//! Resources layer: the state of a `wavix_sip_trunk`, and how it becomes what
//! the API wants and is made from what the API answers. All null, empty and
//! number spellings are put right here. Asks nobody and decides no plan.

use std::net::Ipv4Addr;

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::protocol::number::Number;

use super::caller_id;
use super::endpoints::{AllowedIpBody, HostRequest, SipTrunkBody, SipTrunkRecord, SipTrunkSummary};

/// The `host` of a trunk whose devices register with a password.
pub(super) const DYNAMIC_HOST: &str = "dynamic";
/// The `auth_method` of such a trunk.
pub(super) const DIGEST: &str = "Digest";
/// The `status` of a trunk that can place calls.
pub(super) const ACTIVE: &str = "active";
/// What the API sets for a threshold that was left out, in seconds.
pub(super) const DEFAULT_TRANSCRIPTION_THRESHOLD: i64 = 6;

crate::object! {
    /// Configuration, plan and state of a `wavix_sip_trunk`.
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
        pub timeouts: Attr<TimeoutsModel>,
    }
}

crate::object! {
    /// The request for IP authentication.
    pub struct HostRequestModel {
        /// API `host_request.host`.
        pub host: Attr<String>,
    }
}

crate::object! {
    /// The `timeouts` block; durations as text.
    pub struct TimeoutsModel {
        /// Of create.
        pub create: Attr<String>,
        /// Of read.
        pub read: Attr<String>,
        /// Of update.
        pub update: Attr<String>,
        /// Of delete.
        pub delete: Attr<String>,
    }
}

impl SipTrunkModel {
    /// What is known of a trunk of which only the id is known.
    pub(super) fn stub(id: i64) -> Self {
        Self {
            id: Attr::Known(id.to_string()),
            login: Attr::Null,
            created_at: Attr::Null,
            label: Attr::Null,
            callerid: Attr::Null,
            multiple_numbers: Attr::Null,
            password: Attr::Null,
            password_wo: Attr::Null,
            password_wo_version: Attr::Null,
            ip_restrict: Attr::Null,
            allowed_ips: Attr::Null,
            didinfo_enabled: Attr::Null,
            call_restrict: Attr::Null,
            call_limit: Attr::Null,
            cost_limit: Attr::Null,
            max_call_cost: Attr::Null,
            channels_restrict: Attr::Null,
            max_channels: Attr::Null,
            rewrite_enabled: Attr::Null,
            rewrite_prefix: Attr::Null,
            rewrite_cond: Attr::Null,
            call_recording_enabled: Attr::Null,
            machine_detection_enabled: Attr::Null,
            transcription_enabled: Attr::Null,
            transcription_threshold: Attr::Null,
            encrypted_media: Attr::Null,
            host_request: Attr::Null,
            host: Attr::Null,
            auth_method: Attr::Null,
            status: Attr::Null,
            passthrough: Attr::Null,
            access_token: Attr::Null,
            timeouts: Attr::Null,
        }
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
            allowed_ips: self.allowed_addresses().into_iter().map(|ip| AllowedIpBody { ip }).collect(),
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

    /// The trunk as the API answers it. `held` is what the plan or the state
    /// says, which decides between spellings that mean the same, and fills in
    /// what the detail view does not tell.
    pub(super) fn from_record(record: &SipTrunkRecord, held: &Self) -> Self {
        let multiple_numbers = flag(record.multiple_numbers, &held.multiple_numbers, false);
        let call_restrict = flag(record.call_restrict, &held.call_restrict, false);
        let cost_limit = flag(record.cost_limit, &held.cost_limit, false);
        let channels_restrict = flag(record.channels_restrict, &held.channels_restrict, false);
        let rewrite_enabled = flag(record.rewrite_enabled, &held.rewrite_enabled, false);
        let max_call_cost = record.max_call_cost.as_ref().and_then(|text| text.parse().ok());
        Self {
            id: Attr::Known(record.id.to_string()),
            login: told(record.name.as_ref(), &held.login),
            created_at: told(record.created_at.as_ref(), &held.created_at),
            label: told(record.label.as_ref(), &held.label),
            callerid: caller_id_told(record.callerid.as_deref(), &held.callerid, multiple_numbers),
            multiple_numbers: Attr::Known(multiple_numbers),
            password: settled(&held.password),
            password_wo: Attr::Null,
            password_wo_version: settled(&held.password_wo_version),
            ip_restrict: Attr::Known(flag(record.ip_restrict, &held.ip_restrict, false)),
            allowed_ips: addresses_told(record, &held.allowed_ips),
            didinfo_enabled: Attr::Known(flag(record.didinfo_enabled, &held.didinfo_enabled, true)),
            call_restrict: Attr::Known(call_restrict),
            call_limit: limit_told(call_restrict, record.call_limit, &held.call_limit),
            cost_limit: Attr::Known(cost_limit),
            max_call_cost: limit_told(cost_limit, max_call_cost, &held.max_call_cost),
            channels_restrict: Attr::Known(channels_restrict),
            max_channels: limit_told(channels_restrict, record.max_channels, &held.max_channels),
            rewrite_enabled: Attr::Known(rewrite_enabled),
            rewrite_prefix: rewrite_told(
                rewrite_enabled,
                record.rewrite_prefix.as_deref(),
                &held.rewrite_prefix,
            ),
            rewrite_cond: rewrite_told(rewrite_enabled, record.rewrite_cond.as_deref(), &held.rewrite_cond),
            call_recording_enabled: Attr::Known(flag(
                record.call_recording_enabled,
                &held.call_recording_enabled,
                false,
            )),
            machine_detection_enabled: Attr::Known(flag(
                record.machine_detection_enabled,
                &held.machine_detection_enabled,
                false,
            )),
            transcription_enabled: Attr::Known(flag(
                record.transcription_enabled,
                &held.transcription_enabled,
                false,
            )),
            transcription_threshold: Attr::Known(
                record
                    .transcription_threshold
                    .or(held.transcription_threshold.known().copied())
                    .unwrap_or(DEFAULT_TRANSCRIPTION_THRESHOLD),
            ),
            encrypted_media: Attr::Known(flag(record.encrypted_media, &held.encrypted_media, false)),
            host_request: settled(&held.host_request),
            host: told(record.host.as_ref(), &held.host),
            auth_method: settled(&held.auth_method),
            status: settled(&held.status),
            passthrough: told(record.passthrough.as_ref(), &held.passthrough),
            access_token: record.access_token.clone().into(),
            timeouts: held.timeouts.clone(),
        }
    }

    /// Adds what only the list tells.
    pub(super) fn add_summary(&mut self, summary: &SipTrunkSummary) {
        self.status = summary.status.clone().into();
        self.auth_method = summary.auth_method.clone().into();
        let requested = summary.host_request.as_ref().and_then(|request| request.host.clone());
        // A trunk that was switched to IP authentication without a request is
        // resent its address as well: a PUT without one may switch it back.
        let trusted = self.host.known().filter(|host| is_address(host)).cloned();
        self.host_request =
            requested.or(trusted).map(|host| HostRequestModel { host: Attr::Known(host) }).into();
    }

    /// Adds what is true of every trunk without IP authentication.
    pub(super) fn add_digest_facts(&mut self) {
        self.status = Attr::Known(ACTIVE.to_owned());
        self.auth_method = Attr::Known(DIGEST.to_owned());
    }

    /// Puts back the values that are the server's to change and that the plan
    /// promised: what the server has made of them is for the next refresh.
    pub(super) fn keep_promises(&mut self, plan: &Self) {
        promised(&mut self.id, &plan.id);
        promised(&mut self.login, &plan.login);
        promised(&mut self.created_at, &plan.created_at);
        promised(&mut self.host, &plan.host);
        promised(&mut self.auth_method, &plan.auth_method);
        promised(&mut self.status, &plan.status);
        promised(&mut self.passthrough, &plan.passthrough);
        promised(&mut self.access_token, &plan.access_token);
    }

    /// Takes over what the API is not told of, from the plan of an update that
    /// changes nothing else, and the user's spelling of the rest.
    pub(super) fn take_arguments(&mut self, plan: &Self) {
        let mut trunk = plan.clone();
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
        let is_stub = held.login.is_null();
        is_stub
            || held.host_request.known().is_some()
            || self.host.known().is_some_and(|host| host != DYNAMIC_HOST)
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

/// The exact decimal as a JSON number: 0.18 leaves as 0.18.
fn json_number(number: &Number) -> Option<serde_json::Number> {
    // The plain decimal text of a number is always a JSON number.
    number.to_string().parse().ok()
}

/// A value that no answer tells: kept, or nothing if it never was decided.
fn settled<T: Clone>(held: &Attr<T>) -> Attr<T> {
    held.known().cloned().into()
}

/// A value that some answers leave out.
fn told<T: Clone>(answer: Option<&T>, held: &Attr<T>) -> Attr<T> {
    answer.or(held.known()).cloned().into()
}

fn flag(answer: Option<bool>, held: &Attr<bool>, default: bool) -> bool {
    answer.or(held.known().copied()).unwrap_or(default)
}

/// While a limit is not enforced, Wavix may answer null, the value sent or one
/// of its own. It then matters only to whoever configured a limit.
fn limit_told<T: Clone>(enforced: bool, answer: Option<T>, held: &Attr<T>) -> Attr<T> {
    match held.known() {
        _ if enforced => answer.into(),
        Some(held) => Attr::Known(answer.unwrap_or_else(|| held.clone())),
        None => Attr::Null,
    }
}

fn rewrite_told(enforced: bool, answer: Option<&str>, held: &Attr<String>) -> Attr<String> {
    let answer = answer.filter(|text| !text.is_empty()).map(str::to_owned);
    match (limit_told(enforced, answer, held), held.known()) {
        // To the API, "" and nothing are the same.
        (Attr::Null, Some(held)) if held.is_empty() => Attr::Known(String::new()),
        (answer, _) => answer,
    }
}

fn caller_id_told(answer: Option<&str>, held: &Attr<String>, multiple_numbers: bool) -> Attr<String> {
    match (answer.filter(|text| !text.is_empty()), held.known()) {
        (Some(answer), _) => Attr::Known(answer.to_owned()),
        // "" then says that several numbers are allowed, not that none is set.
        (None, Some(held)) if multiple_numbers || held.is_empty() => Attr::Known(held.clone()),
        (None, _) => Attr::Null,
    }
}

fn addresses_told(record: &SipTrunkRecord, held: &Attr<SetOf<Attr<String>>>) -> Attr<SetOf<Attr<String>>> {
    let mut addresses: Vec<String> = record
        .allowed_ips
        .iter()
        .map(|allowed| {
            let text = allowed.ip.trim();
            text.parse::<Ipv4Addr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
        })
        .collect();
    addresses.sort();
    addresses.dedup();
    let held_empty = held.known().is_some_and(|set| set.0.is_empty());
    if addresses.is_empty() && !held_empty {
        return Attr::Null;
    }
    Attr::Known(SetOf(addresses.into_iter().map(Attr::Known).collect()))
}

fn promised<T: Clone>(value: &mut Attr<T>, plan: &Attr<T>) {
    if !plan.is_unknown() {
        *value = plan.clone();
    }
}

fn resolved<T: Clone>(planned: &mut Attr<T>, prior: &Attr<T>) {
    if planned.is_unknown() {
        *planned = prior.clone();
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}
