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
    answer::Refusal,
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
    pub(crate) fn require(&self, family: &'static str, access: Access) -> Result<(), Refusal> {
        self.within_limit(family)?;
        self.caller.key.require(family, access)
    }

    /// Whether the key is not restricted to scopes, and the account has requests of this family left.
    pub(crate) fn require_everything(&self, family: &'static str) -> Result<(), Refusal> {
        self.within_limit(family)?;
        self.caller.key.require_everything()
    }

    fn within_limit(&self, family: &'static str) -> Result<(), Refusal> {
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

    /// The query's names and values, decoded.
    pub(crate) fn query_pairs(&self) -> Result<Vec<(String, String)>, Refusal> {
        let Query(pairs) = Query::try_from_uri(&self.uri)
            .map_err(|_| Refusal::bad_request("Missing or invalid parameter query"))?;
        Ok(pairs)
    }
}
