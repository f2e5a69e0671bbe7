//! A SIP trunk as it is stored, and the serial numbers of its parts.

use std::collections::BTreeSet;

use crate::secret::{Secret, scrambled};

/// A stored SIP trunk. Field names are the API's, except that secrets have accessors.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the API's, documented there")]
pub struct Trunk {
    pub id: i64,
    /// The SIP login.
    pub name: String,
    pub label: String,
    /// Write-only in the API.
    pub(crate) password: Secret,
    /// Digits; `None` when there is none.
    pub callerid: Option<String>,
    pub multiple_numbers: bool,
    pub passthrough: bool,
    /// `dynamic`, or the address once IP authentication is approved.
    pub host: String,
    pub host_request: Option<HostRequest>,
    /// `active`, `pending` or `rejected`.
    pub status: String,
    pub ip_restrict: bool,
    pub allowed_ips: Vec<AllowedIp>,
    pub didinfo_enabled: bool,
    pub call_restrict: bool,
    /// Seconds.
    pub call_limit: Option<i64>,
    pub cost_limit: bool,
    /// USD, the decimal text of the JSON number that was sent.
    pub max_call_cost: Option<String>,
    pub channels_restrict: bool,
    pub max_channels: Option<i64>,
    pub rewrite_enabled: bool,
    pub rewrite_prefix: Option<String>,
    pub rewrite_cond: Option<String>,
    pub call_recording_enabled: bool,
    pub machine_detection_enabled: bool,
    pub transcription_enabled: bool,
    /// Seconds.
    pub transcription_threshold: i64,
    pub encrypted_media: bool,
    pub(crate) access_token: Option<Secret>,
    /// Seconds of outbound calls this month.
    pub talk_time: i64,
    /// USD spent this month.
    pub charge: String,
    /// RFC 3339, whole seconds, `Z`; the answer adds milliseconds.
    pub created_at: String,
}

/// A request for IP authentication, with its review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRequest {
    /// IPv4 address.
    pub host: String,
    /// `pending`, `approved` or `rejected`.
    pub status: String,
}

/// One address from which the trunk may register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedIp {
    /// Given by the server.
    pub id: i64,
    /// IPv4 address.
    pub ip: String,
}

impl Trunk {
    /// The SIP password the server holds. The API never returns it.
    pub fn password(&self) -> &str {
        self.password.reveal()
    }

    /// Changes the password, as a portal user may.
    pub fn set_password(&mut self, password: impl Into<String>) {
        self.password = Secret::new(password);
    }

    /// The static access token.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_ref().map(Secret::reveal)
    }

    /// Changes or removes the access token.
    pub fn set_access_token(&mut self, token: Option<&str>) {
        self.access_token = token.map(Secret::new);
    }

    /// `IP auth` from the moment IP authentication is asked for, else `Digest`.
    pub fn auth_method(&self) -> &'static str {
        if self.host_request.is_some() { "IP auth" } else { "Digest" }
    }

    /// The allowed addresses alone, in stored order.
    pub fn allowed_addresses(&self) -> Vec<&str> {
        self.allowed_ips.iter().map(|allowed| allowed.ip.as_str()).collect()
    }

    pub(crate) fn approve(&mut self) {
        if let Some(request) = &mut self.host_request {
            request.status = "approved".to_owned();
            self.host.clone_from(&request.host);
            self.status = "active".to_owned();
        }
    }

    pub(crate) fn reject(&mut self) {
        if let Some(request) = &mut self.host_request {
            request.status = "rejected".to_owned();
            self.status = "rejected".to_owned();
        }
    }
}

/// What an account numbers beside the ids of its objects.
#[derive(Debug)]
pub(crate) struct Serials {
    /// Logins of trunks and digits of phone numbers.
    taken: BTreeSet<String>,
    next_ip_id: i64,
}

impl Serials {
    pub(crate) fn new(spared: i64) -> Self {
        // The id of the vendor's examples.
        Self { taken: BTreeSet::new(), next_ip_id: 6712 + spared }
    }

    /// A new login for this trunk. Logins are five digits, look random, and are never the id.
    pub(crate) fn new_login(&mut self, id: i64) -> String {
        // 7919 and 90000 have no common factor: the sequence visits every five-digit number.
        let login = |nth: i64| (10_000 + nth.wrapping_mul(7919).rem_euclid(90_000)).to_string();
        let others = (id + 1..=id + 90_000).map(login).filter(|login| *login != id.to_string());
        self.first_free(others).unwrap_or_else(|| login(id + 1))
    }

    /// The first of these that nothing has or had. Nothing else gets it.
    pub(crate) fn first_free(&mut self, mut candidates: impl Iterator<Item = String>) -> Option<String> {
        candidates.find(|candidate| self.taken.insert(candidate.clone()))
    }

    /// Gives this one to nothing else.
    pub(crate) fn taken(&mut self, serial: &str) {
        self.taken.insert(serial.to_owned());
    }

    pub(crate) fn new_ip_id(&mut self) -> i64 {
        let id = self.next_ip_id;
        self.next_ip_id += 1;
        id
    }
}

/// A deterministic access token: `sip` and 63 characters.
pub(crate) fn access_token(id: i64) -> Secret {
    let mut state = id.unsigned_abs().wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut token = String::from("sip");
    while token.len() < 66 {
        token.push_str(&format!("{:016x}", scrambled(&mut state)));
    }
    token.truncate(66);
    Secret::new(token)
}
