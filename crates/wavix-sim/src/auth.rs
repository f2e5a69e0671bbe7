//! API keys: what a key may do, from where, and how a request presents it.
//! Which scope a route needs is said by the route.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use axum::http::{HeaderMap, header};

use crate::{answer::Refusal, behaviour::AuthMode};

/// Access to one resource of a restricted key. Each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    None,
    /// GET.
    Read,
    /// GET, POST, PUT, PATCH, DELETE.
    Write,
}

/// An API key of the simulated account.
#[derive(Clone)]
pub struct ApiKey {
    value: String,
    active: bool,
    /// `None`: unrestricted.
    scopes: Option<BTreeMap<String, Access>>,
    /// `None`: from anywhere. An empty list blocks every request.
    permitted_ips: Option<Vec<IpAddr>>,
}

impl ApiKey {
    /// An active key that may do everything from everywhere.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), active: true, scopes: None, permitted_ips: None }
    }

    /// Restricts the key to its scopes and grants this one. `resource` is `trunks`, `account`, `embeddable`, or
    /// another of the vendor's scope names; what is not granted is [`Access::None`].
    #[must_use]
    pub fn scope(mut self, resource: impl Into<String>, access: Access) -> Self {
        self.scopes.get_or_insert_default().insert(resource.into(), access);
        self
    }

    /// Restricts the key to listed client addresses and lists this one. Others get 401.
    #[must_use]
    pub fn permitted_ip(mut self, address: IpAddr) -> Self {
        self.permitted_ips.get_or_insert_default().push(address);
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
        &self.value
    }

    pub(crate) fn require(&self, resource: &str, access: Access) -> Result<(), Refusal> {
        let granted = match &self.scopes {
            None => Access::Write,
            Some(scopes) => scopes.get(resource).copied().unwrap_or(Access::None),
        };
        if granted >= access {
            Ok(())
        } else {
            // Nobody documents this answer; the status and the envelope follow the other refusals by account.
            Err(Refusal::forbidden("Request failed. The feature is disabled for the account."))
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiKey")
            .field("value", &"***")
            .field("active", &self.active)
            .field("scopes", &self.scopes)
            .field("permitted_ips", &self.permitted_ips)
            .finish()
    }
}

/// Finds the key a request presents. 401 when there is none, it is unknown or inactive, or the client's address is
/// not permitted; the API does not say which.
pub(crate) fn authenticate(
    keys: &[ApiKey],
    mode: AuthMode,
    headers: &HeaderMap,
    query: Option<&str>,
    client: IpAddr,
) -> Result<ApiKey, Refusal> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credentials)| credentials.trim());
    let app_id = query.unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("appid="));
    let presented = match mode {
        AuthMode::Bearer => bearer,
        AuthMode::AppId => app_id,
        AuthMode::Both => bearer.or(app_id),
    };
    presented
        .and_then(|value| keys.iter().find(|key| key.value == value))
        .filter(|key| key.active)
        .filter(|key| key.permitted_ips.as_ref().is_none_or(|permitted| permitted.contains(&client)))
        .cloned()
        .ok_or_else(Refusal::unauthorized)
}

#[cfg(test)]
mod tests {
    use super::{Access, ApiKey};

    #[test]
    fn write_includes_read_and_nothing_else() {
        let key = ApiKey::new("k").scope("trunks", Access::Write);
        assert!(key.require("trunks", Access::Read).is_ok());
        assert!(key.require("account", Access::Read).is_err());
        let reader = ApiKey::new("k").scope("trunks", Access::Read);
        assert!(reader.require("trunks", Access::Write).is_err());
    }

    #[test]
    fn a_key_is_not_printed() {
        assert!(!format!("{:?}", ApiKey::new("s3cret")).contains("s3cret"));
    }
}
