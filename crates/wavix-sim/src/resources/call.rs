//! One authenticated request, as a handler of the API sees it.

use std::sync::{Arc, MutexGuard};

use axum::{
    body::Bytes,
    extract::{FromRequest, Query, Request},
    http::{HeaderMap, Method, Uri},
};
use serde_json::{Map, Value};

use crate::{
    accounts::Holdings,
    answer::{Refusal, Verdict},
    auth::{Access, Caller},
    behaviour::Behaviour,
    shared::Shared,
};

use super::body::json_object;

/// Whose request it is, what it says, and how the API behaves at this moment.
pub(crate) struct Call {
    pub(crate) behaviour: Behaviour,
    shared: Arc<Shared>,
    caller: Caller,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl FromRequest<Arc<Shared>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        let caller = head.extensions.get::<Caller>().cloned().ok_or_else(Refusal::unauthorized)?;
        let body = Bytes::from_request(Request::new(body), shared)
            .await
            .map_err(|_| Refusal::bad_request("Invalid JSON format"))?;
        Ok(Self {
            behaviour: shared.behaviour(),
            shared: Arc::clone(shared),
            caller,
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body,
        })
    }
}

impl Call {
    /// All that the caller's account owns.
    pub(crate) fn holdings(&self) -> MutexGuard<'_, Holdings> {
        self.caller.account.holdings()
    }

    /// Whether the key has this scope, and the account requests of this family left.
    pub(crate) fn require(&self, family: &'static str, access: Access) -> Verdict {
        self.within_limit(family)?;
        self.caller.key.require(family, access)
    }

    /// Whether the key is not restricted to scopes, and the account has requests of this family left.
    pub(crate) fn require_everything(&self, family: &'static str) -> Verdict {
        self.within_limit(family)?;
        self.caller.key.require_everything()
    }

    fn within_limit(&self, family: &'static str) -> Verdict {
        let allowed = self.behaviour.rate_limited_families.get(family);
        let account = self.caller.account.id();
        match allowed {
            Some(allowed) if !self.shared.rates.admit((account, family), *allowed) => {
                Err(Refusal::too_many_requests())
            }
            _ => Ok(()),
        }
    }

    /// The body as a JSON object. PATCH may leave it out.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        if self.method == Method::PATCH && self.body.is_empty() {
            return Ok(Map::new());
        }
        json_object(&self.headers, &self.body)
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    pub(crate) fn named_values(&self) -> Result<NamedValues, Refusal> {
        let Query(pairs) = Query::try_from_uri(&self.uri)
            .map_err(|_| Refusal::bad_request("Missing or invalid parameter query"))?;
        Ok(NamedValues(pairs))
    }
}

/// What a query says, decoded.
pub(crate) struct NamedValues(Vec<(String, String)>);

impl NamedValues {
    /// The first value under this name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The values under these names; several may be in one, with commas between.
    pub(crate) fn all(&self, names: &[&str]) -> Vec<String> {
        let named = self.0.iter().filter(|(key, _)| names.contains(&key.as_str()));
        named.flat_map(|(_, value)| value.split(',').map(str::to_owned)).collect()
    }

    /// Whether an object fits what is asked for under this name, if anything is.
    pub(crate) fn admit(&self, name: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.0.iter().filter(|(key, _)| key == name).all(|(_, value)| fits(value))
    }
}
