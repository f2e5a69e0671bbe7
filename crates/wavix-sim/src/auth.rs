//! Who is asking: how a request presents its key, and what a key admits. Which scope a route needs is said by the route.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

use crate::{
    accounts::Portal,
    answer::Refusal,
    behaviour::{AuthMode, Behaviour},
    resources::api_key::ApiKey,
};

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

impl Access {
    /// The API's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::None, Self::Read, Self::Write].into_iter().find(|access| access.name() == name)
    }
}

/// Whose request it is, and with which of the account's keys.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: Portal,
    pub(crate) key: ApiKey,
}

/// Finds the key a request presents, and notes that it was used. 401 when there is none, it is unknown or inactive, or
/// the client's address is not permitted; the API does not say which.
pub(crate) fn authenticate(
    accounts: &[Portal],
    behaviour: &Behaviour,
    headers: &HeaderMap,
    query: Option<&str>,
    client: IpAddr,
) -> Result<Caller, Refusal> {
    let presented = presented(behaviour.auth, headers, query).ok_or_else(Refusal::unauthorized)?;
    let client = behaviour.caller_address.unwrap_or(client).to_canonical().to_string();
    for account in accounts {
        let mut holdings = account.holdings();
        if let Some(key) = holdings.api_keys.iter_mut().find(|key| key.value() == presented) {
            if !key.admits(&client) {
                break;
            }
            key.last_used_at = Some(behaviour.server_time());
            return Ok(Caller { account: account.clone(), key: key.clone() });
        }
    }
    Err(Refusal::unauthorized())
}

fn presented<'r>(mode: AuthMode, headers: &'r HeaderMap, query: Option<&'r str>) -> Option<&'r str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credentials)| credentials.trim());
    let app_id = query.unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("appid="));
    match mode {
        AuthMode::Bearer => bearer,
        AuthMode::AppId => app_id,
        AuthMode::Both => bearer.or(app_id),
    }
}
