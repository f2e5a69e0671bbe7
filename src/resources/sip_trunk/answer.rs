//! Resources layer: from what the API answers to the state of a
//! `wavix_sip_trunk`. All null, empty and number spellings are put right here;
//! between spellings that mean the same, what the plan or the state holds wins.

use std::net::Ipv4Addr;

use crate::framework::object::{Attr, SetOf};

use super::endpoints::{AllowedIp, SipTrunkRecord, SipTrunkSummary};
use super::model::{ACTIVE, DEFAULT_TRANSCRIPTION_THRESHOLD, HostRequestModel, SipTrunkModel};

/// The `auth_method` of a trunk whose devices register with a password.
const DIGEST: &str = "Digest";

impl SipTrunkModel {
    /// The trunk as the API answers it. `held` is what the plan or the state
    /// says, which decides between spellings that mean the same, and fills in
    /// what the detail view does not tell.
    pub(crate) fn from_record(record: &SipTrunkRecord, held: &Self) -> Self {
        let multiple_numbers = flag(record.multiple_numbers, &held.multiple_numbers, false);
        let call_restrict = flag(record.call_restrict, &held.call_restrict, false);
        let cost_limit = flag(record.cost_limit, &held.cost_limit, false);
        let channels_restrict = flag(record.channels_restrict, &held.channels_restrict, false);
        let rewrite_enabled = flag(record.rewrite_enabled, &held.rewrite_enabled, false);
        let max_call_cost =
            record.max_call_cost.as_ref().map(|told| told.as_ref().and_then(|text| text.parse().ok()));
        Self {
            id: Attr::Known(record.id.to_string()),
            login: told(record.name.as_ref(), &held.login),
            created_at: told(record.created_at.as_ref(), &held.created_at),
            label: told(record.label.as_ref(), &held.label),
            callerid: caller_id_told(record.callerid.as_deref(), held, multiple_numbers),
            multiple_numbers: Attr::Known(multiple_numbers),
            password: settled(&held.password),
            password_wo: Attr::Null,
            password_wo_version: settled(&held.password_wo_version),
            ip_restrict: Attr::Known(flag(record.ip_restrict, &held.ip_restrict, false)),
            allowed_ips: addresses_told(record.allowed_ips.as_deref(), held),
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

    /// Whether an argument is a limit whose flag is off: no answer says anything
    /// about it.
    pub(super) fn is_unenforced(&self, argument: &str) -> bool {
        let flag = match argument {
            "call_limit" => &self.call_restrict,
            "max_call_cost" => &self.cost_limit,
            "max_channels" => &self.channels_restrict,
            "rewrite_prefix" | "rewrite_cond" => &self.rewrite_enabled,
            _ => return false,
        };
        *flag != Attr::Known(true)
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
/// of its own, and none of them means anything.
fn limit_told<T: Clone>(enforced: bool, answer: Option<Option<T>>, held: &Attr<T>) -> Attr<T> {
    match answer {
        Some(answer) if enforced => answer.into(),
        _ => settled(held),
    }
}

fn rewrite_told(enforced: bool, answer: Option<&str>, held: &Attr<String>) -> Attr<String> {
    let answer = answer.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
    match (limit_told(enforced, answer, held), held.known()) {
        // To the API, "" and nothing are the same.
        (Attr::Null, Some(held)) if held.is_empty() => Attr::Known(String::new()),
        (answer, _) => answer,
    }
}

fn caller_id_told(answer: Option<&str>, held: &SipTrunkModel, multiple_numbers: bool) -> Attr<String> {
    let Some(answer) = answer else { return settled(&held.callerid) };
    match held.callerid.known() {
        // Any number may be the caller ID: which one Wavix names is nobody's wish.
        None if multiple_numbers && !held.is_stub() => Attr::Null,
        _ if !answer.is_empty() => Attr::Known(answer.to_owned()),
        // "" then says that several numbers are allowed, not that none is set.
        Some(held) if multiple_numbers || held.is_empty() => Attr::Known(held.clone()),
        _ => Attr::Null,
    }
}

fn addresses_told(answer: Option<&[AllowedIp]>, held: &SipTrunkModel) -> Attr<SetOf<Attr<String>>> {
    let Some(answer) = answer else { return settled(&held.allowed_ips) };
    let mut addresses: Vec<String> = answer
        .iter()
        .map(|allowed| {
            let text = allowed.ip.trim();
            text.parse::<Ipv4Addr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
        })
        .collect();
    addresses.sort();
    addresses.dedup();
    // States that have null for none, as all did once, keep it.
    if addresses.is_empty() && held.allowed_ips.is_null() && !held.is_stub() {
        return Attr::Null;
    }
    Attr::Known(SetOf(addresses.into_iter().map(Attr::Known).collect()))
}

fn promised<T: Clone>(value: &mut Attr<T>, plan: &Attr<T>) {
    if !plan.is_unknown() {
        *value = plan.clone();
    }
}

/// Whether a trunk's `host` is that of IP authentication.
pub(super) fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}
