//! An API key: what it may do, and from where.

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    answer::{Refusal, Verdict},
    auth::Access,
    clock,
    secret::{Secret, scrambled},
};

/// An API key of a simulated account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Given by the account that has it.
    pub id: i64,
    /// Need not be unique.
    pub label: String,
    value: Secret,
    /// Whether it may be used at all.
    pub active: bool,
    /// Whether it may be used from `permitted_ips` only. Without any, it may not be used at all.
    pub restricted: bool,
    /// IPv4 addresses.
    pub permitted_ips: Vec<String>,
    /// Whether it may do only what `scopes` grant.
    pub scopes_enabled: bool,
    /// By the vendor's names; what is not there is [`Access::None`].
    pub scopes: BTreeMap<String, Access>,
    /// RFC 3339, whole seconds, `Z`.
    pub last_used_at: Option<String>,
    /// RFC 3339, whole seconds, `Z`.
    pub created_at: String,
}

impl ApiKey {
    /// An active key that may do everything from everywhere.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            id: 0,
            label: "Default".to_owned(),
            value: Secret::new(value),
            active: true,
            restricted: false,
            permitted_ips: Vec::new(),
            scopes_enabled: false,
            scopes: BTreeMap::new(),
            last_used_at: None,
            created_at: clock::rfc3339(clock::now(0)),
        }
    }

    /// Names the key. Default: `Default`.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Restricts the key to its scopes and grants this one. `resource` is `trunks`, `account`, `embeddable`, or
    /// another of the vendor's scope names; what is not granted is [`Access::None`].
    #[must_use]
    pub fn scope(mut self, resource: impl Into<String>, access: Access) -> Self {
        self.scopes_enabled = true;
        self.scopes.insert(resource.into(), access);
        self
    }

    /// Restricts the key to listed client addresses and lists this one. Others get 401.
    #[must_use]
    pub fn permitted_ip(mut self, address: IpAddr) -> Self {
        self.restricted = true;
        self.permitted_ips.push(address.to_string());
        self
    }

    /// Makes the key inactive: every request with it gets 401.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// The key's value. A secret in the real API.
    pub fn value(&self) -> &str {
        self.value.reveal()
    }

    /// Changes the value: from now on requests present this one.
    pub fn set_value(&mut self, value: impl Into<String>) {
        self.value = Secret::new(value);
    }

    /// Whether it may be used now, from this address.
    pub(crate) fn admits(&self, client: &str) -> bool {
        self.active && (!self.restricted || self.permitted_ips.iter().any(|permitted| permitted == client))
    }

    pub(crate) fn granted(&self, resource: &str) -> Access {
        self.scopes.get(resource).copied().unwrap_or(Access::None)
    }

    /// What its scopes grant: `trunks: read`.
    pub(crate) fn scopes_granted(&self) -> Vec<String> {
        let granted = self.scopes.iter().filter(|(_, access)| **access > Access::None);
        granted.map(|(scope, access)| format!("{scope}: {}", access.name())).collect()
    }

    pub(crate) fn require(&self, resource: &str, access: Access) -> Verdict {
        if !self.scopes_enabled || self.granted(resource) >= access { Ok(()) } else { Err(refused()) }
    }

    pub(crate) fn require_everything(&self) -> Verdict {
        if self.scopes_enabled { Err(refused()) } else { Ok(()) }
    }
}

/// Nobody documents this answer; the status and the envelope follow the other refusals by account.
fn refused() -> Refusal {
    Refusal::forbidden("Request failed. The feature is disabled for the account.")
}

/// A value like the vendor's: 50 letters and digits, different for every key of every account.
pub(super) fn value(account: i64, id: i64) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = account.unsigned_abs().rotate_left(32) ^ id.unsigned_abs();
    let mut letter = || {
        let index = usize::try_from(scrambled(&mut state) % 36).unwrap_or_default();
        ALPHABET.get(index).copied().map_or('a', char::from)
    };
    (0..50).map(|_| letter()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Access, ApiKey, value};

    #[test]
    fn write_includes_read_and_nothing_else() {
        let key = ApiKey::new("k").scope("trunks", Access::Write);
        assert!(key.require("trunks", Access::Read).is_ok());
        assert!(key.require("account", Access::Read).is_err());
        let reader = ApiKey::new("k").scope("trunks", Access::Read);
        assert!(reader.require("trunks", Access::Write).is_err());
        assert!(reader.require_everything().is_err());
    }

    #[test]
    fn a_key_is_not_printed() {
        assert!(!format!("{:?}", ApiKey::new("s3cret")).contains("s3cret"));
    }

    #[test]
    fn values_are_long_plain_and_different() {
        let values = [value(1, 123), value(1, 124), value(2, 123)];
        for value in &values {
            assert_eq!((value.len(), value.bytes().all(|byte| byte.is_ascii_alphanumeric())), (50, true));
        }
        assert!(values[0] != values[1] && values[0] != values[2] && values[1] != values[2]);
    }
}
