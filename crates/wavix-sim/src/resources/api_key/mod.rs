//! `/v1/api-keys`: the keys of the account, those that requests present among them. There is no GET by id.

mod key;
mod representation;

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    http::StatusCode,
    routing::{get, patch},
};
use serde_json::{Map, Value};

use crate::{
    accounts::{Holdings, Portal, without_lag},
    answer::Refusal,
    auth::Access,
    behaviour::{Behaviour, UnknownKeys},
    collection::Collection,
    shared::Shared,
};

use super::{
    body::{Fields, boolean, non_empty},
    call::Call,
    object::{self, Change, Listing, Object},
};

pub use key::ApiKey;

/// Every scope a key may have.
const SCOPES: [&str; 13] = [
    "numbers",
    "trunks",
    "calls",
    "messages",
    "recordings",
    "campaigns",
    "two_fa",
    "validator",
    "webhooks",
    "embeddable",
    "billing",
    "account",
    "subaccounts",
];

/// The other fields of a request.
const SETTINGS: [&str; 5] = ["label", "active", "restricted", "permitted_ips", "scopes_enabled"];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/api-keys", get(object::list::<ApiKey>).post(object::create::<ApiKey>))
        .route("/v1/api-keys/{id}", patch(object::update::<ApiKey>).delete(object::delete::<ApiKey>))
}

impl Object for ApiKey {
    const FAMILY: &'static str = "api_keys";
    const LISTING: Listing = Listing::Array;
    const CREATED: StatusCode = StatusCode::OK;

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.api_keys
    }

    fn create(
        body: &Map<String, Value>,
        behaviour: &Behaviour,
        holdings: &mut Holdings,
    ) -> Result<Self, Refusal> {
        let fields = Fields(body);
        fields.required("label", non_empty)?;
        if fields.optional("restricted", boolean)? == Some(true) {
            fields.required("permitted_ips", |sent| sent.as_array().cloned())?;
        }
        let mut key = Self::new("");
        key.created_at = behaviour.creation_time();
        key.change(body, behaviour, holdings)?;
        key.id = holdings.api_keys.new_id();
        key.set_value(key::value(holdings.account.id, key.id));
        Ok(key)
    }

    fn detail(&self, behaviour: &Behaviour) -> Value {
        representation::shown(self, behaviour, behaviour.api_key_value)
    }

    fn created(&self, behaviour: &Behaviour) -> Value {
        representation::shown_whole(self, behaviour)
    }

    fn is_asked_for(&self, query: &[(String, String)]) -> bool {
        query.iter().all(|(name, part)| name != "label" || self.label.contains(part))
    }

    /// No scope covers them: a key that is restricted to scopes could give itself others.
    fn permit(call: &Call, _: Access) -> Result<(), Refusal> {
        call.require_everything(Self::FAMILY)
    }
}

impl Change for ApiKey {
    /// What is left out stays.
    fn change(
        &mut self,
        body: &Map<String, Value>,
        behaviour: &Behaviour,
        _: &mut Holdings,
    ) -> Result<(), Refusal> {
        let fields = Fields(body);
        if let Some(label) = fields.optional("label", non_empty)? {
            self.label = behaviour.labels.kept(&label);
        }
        self.active = fields.optional("active", boolean)?.unwrap_or(self.active);
        self.restricted = fields.optional("restricted", boolean)?.unwrap_or(self.restricted);
        self.scopes_enabled = fields.optional("scopes_enabled", boolean)?.unwrap_or(self.scopes_enabled);
        if let Some(addresses) = fields.optional("permitted_ips", |sent| sent.as_array().cloned())? {
            self.permitted_ips = addresses.iter().map(address).collect::<Result<_, _>>()?;
        }
        for name in SCOPES {
            if let Some(sent) = body.get(name) {
                self.scopes.insert(name.to_owned(), granted(name, sent)?);
            }
        }
        let looks_like_a_scope =
            |name: &str| !behaviour.api_key_scope_rejects_unknown && body[name].is_object();
        let known = |name: &&String| {
            let name = name.as_str();
            SCOPES.contains(&name) || SETTINGS.contains(&name) || looks_like_a_scope(name)
        };
        match body.keys().find(|name| !known(name)) {
            Some(unknown) if behaviour.unknown_keys == UnknownKeys::Rejected => {
                Err(Refusal::invalid_parameter(unknown))
            }
            _ => Ok(()),
        }
    }
}

fn address(sent: &Value) -> Result<String, Refusal> {
    let address = sent.as_str().filter(|text| text.parse::<Ipv4Addr>().is_ok());
    address.map(str::to_owned).ok_or_else(|| Refusal::unprocessable("Ip has incorrect format"))
}

fn granted(scope: &str, sent: &Value) -> Result<Access, Refusal> {
    let wrong = |text: &str| Refusal::unprocessable(format!("API key scope {scope}: {text}"));
    let fields = sent.as_object().ok_or_else(|| wrong("must be a hash"))?;
    if fields.keys().any(|key| key != "allow") {
        return Err(wrong("must have only \"allow\" key"));
    }
    let allow = fields.get("allow").and_then(Value::as_str).and_then(Access::named);
    allow.ok_or_else(|| wrong("allow must be one of: none, read, write"))
}

/// API keys.
impl Portal {
    /// The API keys with their values, by ascending id.
    pub fn api_keys(&self) -> Vec<ApiKey> {
        self.holdings().api_keys.iter().cloned().collect()
    }

    /// Adds a key as somebody else would in the portal, and gives its id.
    pub fn add_api_key(&self, mut key: ApiKey) -> i64 {
        let mut holdings = self.holdings();
        key.id = holdings.api_keys.new_id();
        let id = key.id;
        holdings.api_keys.insert(key, &without_lag());
        id
    }

    /// Edits a key as somebody else would in the portal; `false` when there is none with this id.
    pub fn edit_api_key(&self, id: i64, edit: impl FnOnce(&mut ApiKey)) -> bool {
        self.holdings().api_keys.get_mut(id).map(edit).is_some()
    }

    /// Deletes a key as somebody else would in the portal: requests with it get 401. `false` when there is none with
    /// this id.
    pub fn remove_api_key(&self, id: i64) -> bool {
        self.holdings().api_keys.remove(id, &without_lag()).is_some()
    }

    /// Replaces the keys, as when one is rotated or revoked.
    pub fn set_keys(&self, keys: impl IntoIterator<Item = ApiKey>) {
        self.holdings().api_keys.remove_all(|_| true, &without_lag());
        for key in keys {
            self.add_api_key(key);
        }
    }
}
