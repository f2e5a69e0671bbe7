//! `/v1/api-keys`: the keys of the account, those that requests present among them. There is no GET by id.

mod key;
mod portal;
mod representation;

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    http::StatusCode,
    routing::{get, patch},
};
use serde_json::Value;

use crate::{
    accounts::Holdings,
    answer::{Refusal, Verdict},
    auth::Access,
    behaviour::Behaviour,
    collection::Collection,
    shared::Shared,
};

use super::{
    body::{Fields, boolean, non_empty},
    call::{Call, NamedValues},
    object::{self, Change, Create, Listing, Object},
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

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/api-keys", get(object::list::<ApiKey>).post(object::create::<ApiKey>))
        .route("/v1/api-keys/{id}", patch(object::update::<ApiKey>).delete(object::delete::<ApiKey>))
}

impl Object for ApiKey {
    const FAMILY: &'static str = "api_keys";
    const LISTING: Listing = Listing::Array;
    // The id of the vendor's examples.
    const FIRST_ID: i64 = 123;

    fn id(&self) -> i64 {
        self.id
    }

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.api_keys
    }

    fn detail(&self, behaviour: &Behaviour) -> Value {
        representation::shown(self, behaviour, behaviour.api_key_value)
    }

    fn is_asked_for(&self, query: &NamedValues) -> bool {
        query.admit("label", |part| self.label.contains(part))
    }

    /// No scope covers them: a key that is restricted to scopes could give itself others.
    fn permit(call: &Call, _: Access) -> Verdict {
        call.require_everything(Self::FAMILY)
    }
}

impl Create for ApiKey {
    const CREATED: StatusCode = StatusCode::OK;

    fn create(fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal> {
        fields.required("label", non_empty)?;
        if fields.optional("restricted", boolean)? == Some(true) {
            fields.required("permitted_ips", |sent| sent.as_array().cloned())?;
        }
        let mut key = Self::new("");
        key.created_at = behaviour.creation_time();
        key.change(fields, behaviour, holdings)?;
        key.id = holdings.api_keys.new_id();
        key.set_value(key::value(holdings.account.id, key.id));
        Ok(key)
    }

    fn created(&self, behaviour: &Behaviour) -> Value {
        representation::shown_whole(self, behaviour)
    }
}

impl Change for ApiKey {
    /// What is left out stays.
    fn change(&mut self, fields: &Fields<'_>, behaviour: &Behaviour, _: &mut Holdings) -> Verdict {
        if let Some(label) = fields.optional("label", non_empty)? {
            self.label = behaviour.labels.kept(&label);
        }
        fields.set("active", boolean, &mut self.active)?;
        fields.set("restricted", boolean, &mut self.restricted)?;
        fields.set("scopes_enabled", boolean, &mut self.scopes_enabled)?;
        if let Some(addresses) = fields.optional("permitted_ips", |sent| sent.as_array().cloned())? {
            self.permitted_ips = addresses.iter().map(address).collect::<Result<_, _>>()?;
        }
        for name in SCOPES {
            if let Some(sent) = fields.get(name) {
                self.scopes.insert(name.to_owned(), granted(name, sent)?);
            }
        }
        // Of what the schema does not have, what looks like a scope may be taken for one that does not exist.
        if !behaviour.api_key_scope_rejects_unknown {
            for (name, _) in fields.others().filter(|(_, sent)| sent.is_object()) {
                fields.get(name);
            }
        }
        fields.known(behaviour)
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
