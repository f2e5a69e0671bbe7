//! API keys: read from the list, changed by PATCH, with a value that must not be lost.

use serde_json::{Value as Json, json};
use wavix_sim::{Access, ApiKey, Sim};

use super::{Remote, Seen};
use crate::faults::matrix::verb::Verb;
use crate::support::secrets;

const NO_OBJECT: &str = "the answer has no fields";

/// Keys that a list is filled up with.
const MORE: usize = 3;

pub struct Keys;

fn find(sim: &Sim, key: &str) -> Option<ApiKey> {
    let id: i64 = key.parse().ok()?;
    sim.api_keys().into_iter().find(|key| key.id == id)
}

impl Remote for Keys {
    fn type_name(&self) -> &'static str {
        "wavix_api_key"
    }

    fn secret(&self) -> Option<&'static str> {
        Some("value")
    }

    fn config(&self, label: &str) -> Json {
        json!({ "label": label, "permitted_ips": ["198.51.100.7"], "scopes": { "trunks": "read" } })
    }

    fn list(&self) -> &'static str {
        "/v1/api-keys"
    }

    fn listed(&self, sim: &Sim) -> usize {
        sim.api_keys().len()
    }

    fn all(&self, sim: &Sim) -> Vec<Seen> {
        let keys = sim.api_keys().into_iter().filter(|key| key.value() != secrets::API_KEY);
        keys.map(|key| Seen { key: key.id.to_string(), value: key.label }).collect()
    }

    fn twin(&self, sim: &Sim, label: &str) -> String {
        let twin = ApiKey::new("the-value-of-somebody-elses-key").label(label);
        let twin = twin.scope("trunks", Access::Read).permitted_ip([198, 51, 100, 7].into());
        sim.add_api_key(twin).to_string()
    }

    fn fill(&self, sim: &Sim) {
        for number in 1..=MORE {
            let value = format!("the-value-of-another-key-{number}");
            sim.add_api_key(ApiKey::new(value).label(format!("Key {number}")));
        }
    }

    fn edit(&self, sim: &Sim, key: &str, label: &str) {
        sim.edit_api_key(key.parse().unwrap(), |key| key.label = label.to_owned());
    }

    fn remove(&self, sim: &Sim, key: &str) {
        sim.remove_api_key(key.parse().unwrap());
    }

    fn stored(&self, sim: &Sim, key: &str) -> String {
        format!("{:?}", find(sim, key))
    }

    fn made_up(&self, sim: &Sim) -> Vec<String> {
        sim.api_keys().iter().map(|key| key.value().to_owned()).collect()
    }

    fn optional(&self, verb: Verb) -> Result<&'static [&'static str], &'static str> {
        if matches!(verb, Verb::Delete) {
            return Err(NO_OBJECT);
        }
        Ok(&["value", "last_used_at", "active", "permitted_ips", "restricted"])
    }

    fn spellings(&self, verb: Verb) -> Result<Vec<(&'static str, Json)>, &'static str> {
        if matches!(verb, Verb::Delete) {
            return Err(NO_OBJECT);
        }
        Ok(vec![("active", 1.into()), ("restricted", "true".into()), ("billing", Json::Null)])
    }

    fn twice(&self) -> (&'static str, &'static str) {
        ("active", "true")
    }

    fn unreadable(&self) -> (&'static str, Json) {
        ("restricted", json!({ "perhaps": true }))
    }
}
