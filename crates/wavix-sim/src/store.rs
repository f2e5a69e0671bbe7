//! The account's stored state: trunks, with what a lagging read replica still shows of them.
//! Knows no JSON and no request; the rules for writes are in `resources`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::behaviour::{Behaviour, ListOrder};

/// A stored value that must not reach a log or an assertion message.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

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

/// A trunk and what lagging replicas show of it.
#[derive(Debug)]
struct Record {
    trunk: Trunk,
    /// GETs that still answer 404.
    get_misses: u32,
    /// List requests that still leave it out.
    list_misses: u32,
    /// GETs that still answer the version before the last update.
    stale: Option<(Trunk, u32)>,
}

/// All trunks of the account.
#[derive(Debug)]
pub(crate) struct Store {
    records: BTreeMap<i64, Record>,
    /// Deleted trunks that lists still show, with the number of list requests that do.
    ghosts: Vec<(Trunk, u32)>,
    names: BTreeSet<String>,
    next_id: i64,
    next_ip_id: i64,
    lists_served: usize,
    reads_served: usize,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self {
            records: BTreeMap::new(),
            ghosts: Vec::new(),
            names: BTreeSet::new(),
            // The ids of the vendor's examples.
            next_id: 3107,
            next_ip_id: 6712,
            lists_served: 0,
            reads_served: 0,
        }
    }

    /// A new id and login. Logins are five digits, look random, and are never the id.
    pub(crate) fn new_identity(&mut self) -> (i64, String) {
        let id = self.next_id;
        self.next_id += 1;
        let mut candidate = id;
        loop {
            candidate += 1;
            // 7919 and 90000 have no common factor: the sequence visits every five-digit number.
            let name = (10_000 + candidate.wrapping_mul(7919).rem_euclid(90_000)).to_string();
            if name != id.to_string() && (self.names.len() >= 90_000 || self.names.insert(name.clone())) {
                return (id, name);
            }
        }
    }

    pub(crate) fn new_ip_id(&mut self) -> i64 {
        let id = self.next_ip_id;
        self.next_ip_id += 1;
        id
    }

    pub(crate) fn insert(&mut self, trunk: Trunk, behaviour: &Behaviour) {
        self.next_id = self.next_id.max(trunk.id + 1);
        self.names.insert(trunk.name.clone());
        let record = Record {
            get_misses: behaviour.misses_after_create,
            list_misses: behaviour.list_lag,
            stale: None,
            trunk,
        };
        self.records.insert(record.trunk.id, record);
    }

    /// Replaces a stored trunk; `false` when it is gone.
    pub(crate) fn replace(&mut self, trunk: Trunk, behaviour: &Behaviour) -> bool {
        let Some(record) = self.records.get_mut(&trunk.id) else { return false };
        let before = std::mem::replace(&mut record.trunk, trunk);
        record.stale =
            (behaviour.stale_reads_after_update > 0).then_some((before, behaviour.stale_reads_after_update));
        true
    }

    pub(crate) fn remove(&mut self, id: i64, behaviour: &Behaviour) -> Option<Trunk> {
        let record = self.records.remove(&id)?;
        if behaviour.list_lag > 0 {
            self.ghosts.push((record.trunk.clone(), behaviour.list_lag));
        }
        Some(record.trunk)
    }

    /// The trunk as it is, not as a lagging replica shows it.
    pub(crate) fn get(&self, id: i64) -> Option<&Trunk> {
        self.records.get(&id).map(|record| &record.trunk)
    }

    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut Trunk> {
        self.records.get_mut(&id).map(|record| &mut record.trunk)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&Trunk> {
        self.iter().find(|trunk| trunk.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Trunk> {
        self.records.values().map(|record| &record.trunk)
    }

    /// The trunk as a GET sees it; counts the lag down.
    pub(crate) fn read(&mut self, id: i64, addresses: ListOrder) -> Option<Trunk> {
        let mut trunk = self.read_in_order(id)?;
        arrange(&mut trunk.allowed_ips, addresses, self.reads_served);
        self.reads_served += 1;
        Some(trunk)
    }

    fn read_in_order(&mut self, id: i64) -> Option<Trunk> {
        let record = self.records.get_mut(&id)?;
        if record.get_misses > 0 {
            record.get_misses -= 1;
            return None;
        }
        match record.stale.take() {
            Some((before, left)) => {
                record.stale = (left > 1).then(|| (before.clone(), left - 1));
                Some(before)
            }
            None => Some(record.trunk.clone()),
        }
    }

    /// One page as a list request sees it, and the number of all trunks it sees; counts the lag down.
    pub(crate) fn list(&mut self, order: ListOrder, skip: usize, take: usize) -> (Vec<Trunk>, usize) {
        let mut visible: Vec<&Trunk> = Vec::with_capacity(self.records.len());
        for record in self.records.values_mut() {
            if record.list_misses > 0 {
                record.list_misses -= 1;
            } else {
                visible.push(&record.trunk);
            }
        }
        visible.extend(self.ghosts.iter().map(|(trunk, _)| trunk));
        visible.sort_unstable_by_key(|trunk| trunk.id);
        arrange(&mut visible, order, self.lists_served);
        let total = visible.len();
        let page = visible.into_iter().skip(skip).take(take).cloned().collect();
        self.lists_served += 1;
        for (_, left) in &mut self.ghosts {
            *left -= 1;
        }
        self.ghosts.retain(|(_, left)| *left > 0);
        (page, total)
    }
}

/// Brings ascending items into `order`; `turn` counts the requests.
fn arrange<T>(items: &mut [T], order: ListOrder, turn: usize) {
    match order {
        ListOrder::Ascending => {}
        ListOrder::Descending => items.reverse(),
        ListOrder::Shifting if items.is_empty() => {}
        ListOrder::Shifting => items.rotate_right(turn % items.len()),
    }
}

/// A deterministic access token: `sip` and 63 characters.
pub(crate) fn access_token(id: i64) -> Secret {
    let mut state = id.unsigned_abs().wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut token = String::from("sip");
    while token.len() < 66 {
        // SplitMix64; looks random, is not a secret.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        token.push_str(&format!("{:016x}", mixed ^ (mixed >> 31)));
    }
    token.truncate(66);
    Secret(token)
}
