//! What the sequences are about: the objects as they are configured, and as the account
//! has them.

use serde_json::{Value as Json, json};
use wavix_sim::{ApiKey, PhoneNumber, Sim, Trunk};

use crate::faults::ledger::Ledger;

/// A managed resource of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Trunk,
    Webhook,
    Key,
    /// Of which there is one before its resource and after it: what is made is where it rings.
    Number,
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

/// The number that is managed.
pub const OWN_NUMBER: &str = "12565378257";
/// Where a stranger's number rings.
pub const STRANGERS_URI: &str = "somebody@pbx.example.net";

/// Variants from this one on are restricted to addresses.
const RESTRICTED: u8 = 3;

impl Kind {
    pub const ALL: [Self; 4] = [Self::Trunk, Self::Webhook, Self::Key, Self::Number];

    pub fn type_name(self) -> &'static str {
        match self {
            Self::Trunk => "wavix_sip_trunk",
            Self::Webhook => "wavix_call_webhook",
            Self::Key => "wavix_api_key",
            Self::Number => "wavix_phone_number",
        }
    }

    /// Where all of them are.
    pub fn route(self) -> &'static str {
        match self {
            Self::Trunk => "/v1/trunks",
            Self::Webhook => "/v1/calls/webhooks",
            Self::Key => "/v1/api-keys",
            Self::Number => "/v1/numbers",
        }
    }

    /// The request that makes one.
    pub fn making(self) -> (&'static str, &'static str) {
        if self == Self::Number { ("PATCH", "/v1/numbers/*") } else { ("POST", self.route()) }
    }

    /// Whether an account has one at most, which a process plans once.
    pub fn is_single(self) -> bool {
        matches!(self, Self::Webhook | Self::Number)
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
            Self::Number => json!({
                "number": format!("+{OWN_NUMBER}"), "destinations": destinations(variant),
                "call_status_url": if variant == 2 { json!("") } else { json!(url(variant)) },
                "on_destroy": "unroute",
            }),
        }
    }

    /// What names one that was requested, where it has no id.
    pub fn requested(self, variant: u8) -> Option<String> {
        (self == Self::Webhook).then(|| url(variant))
    }

    /// What a state has, if anything.
    pub fn key_of(self, ledger: &Ledger<'_>) -> Option<String> {
        let attribute = match self {
            Self::Webhook => "event_type",
            Self::Number => "number",
            Self::Trunk | Self::Key => "id",
        };
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
            Self::Number => sim.phone_numbers().iter().filter(|number| rings(number)).map(number).collect(),
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

    /// Whether a destroy by this state leaves it as it is, which the plan says: its create failed.
    pub fn stays(self, ledger: &Ledger<'_>) -> bool {
        self == Self::Number && ledger.instance.state.get("on_destroy").as_str() == Some("keep")
    }

    /// What was taken away that nobody asked for, though no resource had made it.
    pub fn taken_away(self, sim: &Sim) -> Option<String> {
        let is_released = self == Self::Number && sim.phone_number(OWN_NUMBER).is_none();
        is_released.then(|| format!("the number {OWN_NUMBER} was released"))
    }

    /// Deletes one as whoever sees too many does. All in a webhook's place go at once.
    pub fn remove(self, sim: &Sim, stored: &Stored) {
        let id = || stored.key.parse().expect("an id is a number");
        match self {
            Self::Trunk => sim.delete_trunk(id()),
            Self::Key => sim.remove_api_key(id()),
            Self::Webhook => sim.remove_webhook(&stored.key),
            Self::Number => sim.edit_phone_number(&stored.identity, |number| {
                number.destination.clear();
                number.call_status_url = None;
            }),
        };
    }
}

fn url(variant: u8) -> String {
    format!("https://calls.example.com/{variant}")
}

/// Where the number rings: at one place, or also at another.
fn destinations(variant: u8) -> Json {
    let first = json!({ "sip_uri": uri(variant) });
    if variant < RESTRICTED { json!([first]) } else { json!([first, { "phone_number": "+13132847320" }]) }
}

fn uri(variant: u8) -> String {
    format!("calls{variant}@pbx.example.com")
}

fn rings(number: &PhoneNumber) -> bool {
    !number.destination.is_empty() || number.call_status_url.is_some()
}

fn number(number: &PhoneNumber) -> Stored {
    let mut places: Vec<(i64, &str)> =
        number.destination.iter().map(|place| (place.priority, place.destination.as_str())).collect();
    places.sort_unstable();
    let places: Vec<&str> = places.into_iter().map(|(_, place)| place).collect();
    let is_variant = |variant: u8| {
        let report = (variant != 2).then(|| url(variant));
        let uri = uri(variant);
        let wanted =
            if variant < RESTRICTED { vec![uri.as_str()] } else { vec![uri.as_str(), "13132847320"] };
        places == wanted && number.call_status_url == report
    };
    let odd = !(1..=9).any(is_variant);
    Stored {
        identity: number.number.clone(),
        key: format!("+{}", number.number),
        names: vec![number.number.clone()],
        odd: odd.then(|| format!("it rings at {places:?} and reports to {:?}", number.call_status_url)),
    }
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
