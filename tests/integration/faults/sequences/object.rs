//! What the sequences are about: the objects as they are configured, and as the account
//! has them.

use serde_json::{Value as Json, json};
use wavix_sim::{ApiKey, Sim, Trunk};

use crate::faults::ledger::Ledger;

/// A managed resource of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Trunk,
    Webhook,
    Key,
}

/// An object of the account.
#[derive(Debug)]
pub struct Stored {
    /// What tells it from all others, those of strangers among them.
    pub identity: String,
    /// What a state says that has it.
    pub key: String,
    /// Each of these texts names it.
    pub names: Vec<String>,
    /// What about it no configuration says: it is open, or has another's secret.
    pub odd: Option<String>,
}

/// From where what is restricted may be used.
const ADDRESSES: [&str; 2] = ["198.51.100.7", "203.0.113.20"];
/// What reports this webhook's kind of events.
pub const EVENT: &str = "on-call";
/// The other kind, which is somebody else's.
pub const OTHER_EVENT: &str = "post-call";
/// Where somebody else has calls reported to.
pub const STRANGERS_URL: &str = "https://somebody.example.net/calls";

/// Variants from this one on are restricted to addresses.
const RESTRICTED: u8 = 3;

impl Kind {
    pub const ALL: [Self; 3] = [Self::Trunk, Self::Webhook, Self::Key];

    pub fn type_name(self) -> &'static str {
        match self {
            Self::Trunk => "wavix_sip_trunk",
            Self::Webhook => "wavix_call_webhook",
            Self::Key => "wavix_api_key",
        }
    }

    /// Where all of them are.
    pub fn route(self) -> &'static str {
        match self {
            Self::Trunk => "/v1/trunks",
            Self::Webhook => "/v1/calls/webhooks",
            Self::Key => "/v1/api-keys",
        }
    }

    /// A configuration, in one of a few forms: open, otherwise open, and restricted.
    pub fn config(self, variant: u8) -> Json {
        let addresses = if variant < RESTRICTED { Json::Null } else { json!(ADDRESSES) };
        match self {
            Self::Trunk => json!({
                "label": format!("Trunk {variant}"), "callerid": "13132847320",
                "password": password(variant),
                "multiple_numbers": variant == 2, "allowed_ips": addresses,
            }),
            Self::Webhook => json!({ "event_type": EVENT, "url": url(variant) }),
            Self::Key => json!({
                "label": format!("Key {variant}"), "permitted_ips": addresses,
                "scopes": if variant == 2 { json!({ "trunks": "read" }) } else { Json::Null },
            }),
        }
    }

    /// What names one that was requested, where it has no id.
    pub fn requested(self, variant: u8) -> Option<String> {
        (self == Self::Webhook).then(|| url(variant))
    }

    /// What a state has, if anything.
    pub fn key_of(self, ledger: &Ledger<'_>) -> Option<String> {
        let attribute = if self == Self::Webhook { "event_type" } else { "id" };
        ledger.instance.state.get(attribute).as_str().map(str::to_owned)
    }

    /// Whether a state that has this key means this object of several.
    pub fn is_as(self, ledger: &Ledger<'_>, stored: &Stored) -> bool {
        self != Self::Webhook || ledger.instance.state.get("url").as_str() == Some(&stored.identity)
    }

    /// All of the account.
    pub fn stored(self, sim: &Sim) -> Vec<Stored> {
        match self {
            Self::Trunk => sim.trunks().iter().map(trunk).collect(),
            Self::Key => sim.api_keys().iter().map(key).collect(),
            Self::Webhook => {
                let webhooks = sim.webhooks().into_iter().map(|webhook| Stored {
                    key: webhook.event_type,
                    names: vec![webhook.url.clone()],
                    odd: (1..=9)
                        .all(|variant| url(variant) != webhook.url)
                        .then(|| format!("calls are reported to {}", webhook.url)),
                    identity: webhook.url,
                });
                webhooks.collect()
            }
        }
    }

    /// What a state holds of an object and is not so, and nothing would show.
    pub fn false_secret(self, ledger: &Ledger<'_>, sim: &Sim) -> Option<String> {
        let held = ledger.instance.state.get("value").as_str().filter(|_| self == Self::Key)?;
        let id = self.key_of(ledger)?;
        let keys = sim.api_keys();
        let other = keys.iter().find(|key| key.id.to_string() == id).filter(|key| key.value() != held);
        other.map(|_| format!("the state has another value for the key {id}"))
    }

    /// Deletes one as whoever sees too many does. All in a webhook's place go at once.
    pub fn remove(self, sim: &Sim, stored: &Stored) {
        let id = || stored.key.parse().expect("an id is a number");
        match self {
            Self::Trunk => sim.delete_trunk(id()),
            Self::Key => sim.remove_api_key(id()),
            Self::Webhook => sim.remove_webhook(&stored.key),
        };
    }
}

fn url(variant: u8) -> String {
    format!("https://calls.example.com/{variant}")
}

fn password(variant: u8) -> String {
    format!("password {variant}")
}

/// Labels end with the number of what was configured.
fn variant(label: &str) -> u8 {
    label.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn trunk(trunk: &Trunk) -> Stored {
    let variant = variant(&trunk.label);
    let mut allowed = trunk.allowed_addresses();
    allowed.sort_unstable();
    let is_restricted = trunk.ip_restrict && allowed == ADDRESSES;
    let is_open = !trunk.ip_restrict && allowed.is_empty();
    let odd = if variant < RESTRICTED { !is_open } else { !is_restricted };
    let odd = if odd {
        Some(format!("ip_restrict = {}, allowed_ips = {allowed:?}", trunk.ip_restrict))
    } else {
        (trunk.password() != password(variant)).then(|| "it has another password".to_owned())
    };
    named(trunk.id, &trunk.label, odd)
}

fn key(key: &ApiKey) -> Stored {
    let variant = variant(&key.label);
    let granted: Vec<_> =
        key.scopes.iter().filter(|(_, access)| **access > wavix_sim::Access::None).collect();
    let from_where = (key.restricted, key.permitted_ips.iter().map(String::as_str).collect::<Vec<_>>());
    let wanted = if variant < RESTRICTED { (false, Vec::new()) } else { (true, ADDRESSES.to_vec()) };
    let scopes: &[&str] = if variant == 2 { &["trunks"] } else { &[] };
    let is_scoped =
        key.scopes_enabled != scopes.is_empty() && granted.iter().map(|(name, _)| *name).eq(scopes);
    let is_right = from_where == wanted && is_scoped && key.active;
    let odd = (!is_right).then(|| {
        format!("from {from_where:?}, scopes {} {granted:?}, active = {}", key.scopes_enabled, key.active)
    });
    named(key.id, &key.label, odd)
}

fn named(id: i64, label: &str, odd: Option<String>) -> Stored {
    let (id, label) = (id.to_string(), format!("{label:?}"));
    Stored { identity: id.clone(), key: id.clone(), names: vec![id, label], odd }
}
