//! Call webhooks: one slot for each event, and no update. The one that is tried is in
//! the slot `on-call`, somebody else's is in the other.

use serde_json::{Value as Json, json};
use wavix_sim::{CallWebhook, Sim};

use super::{Remote, Seen};
use crate::faults::matrix::verb::Verb;

const EVENT: &str = "on-call";
const OTHER: &str = "post-call";
const NO_MORE: &str = "it has no other fields";

pub struct Webhooks;

impl Remote for Webhooks {
    fn type_name(&self) -> &'static str {
        "wavix_call_webhook"
    }

    fn key(&self) -> &'static str {
        "event_type"
    }

    fn argument(&self) -> &'static str {
        "url"
    }

    fn values(&self) -> [&'static str; 2] {
        ["https://hooks.example.com/reception", "https://hooks.example.com/front-desk"]
    }

    fn is_dated(&self) -> bool {
        false
    }

    fn config(&self, url: &str) -> Json {
        json!({ "event_type": EVENT, "url": url })
    }

    fn list(&self) -> &'static str {
        "/v1/calls/webhooks"
    }

    fn all(&self, sim: &Sim) -> Vec<Seen> {
        let seen = |webhook: CallWebhook| Seen { key: webhook.event_type, value: webhook.url };
        sim.webhooks().into_iter().map(seen).collect()
    }

    fn twin(&self, sim: &Sim, url: &str) -> String {
        sim.set_webhook(OTHER, url);
        OTHER.to_owned()
    }

    fn fill(&self, sim: &Sim) {
        sim.set_webhook(EVENT, self.values()[0]);
    }

    fn edit(&self, sim: &Sim, key: &str, url: &str) {
        sim.set_webhook(key, url);
    }

    fn remove(&self, sim: &Sim, key: &str) {
        sim.remove_webhook(key);
    }

    fn stored(&self, sim: &Sim, key: &str) -> String {
        format!("{:?}", sim.webhook(key))
    }

    fn made_up(&self, _: &Sim) -> Vec<String> {
        Vec::new()
    }

    fn optional(&self, _: Verb) -> Result<&'static [&'static str], &'static str> {
        Err(NO_MORE)
    }

    fn spellings(&self, _: Verb) -> Result<Vec<(&'static str, Json)>, &'static str> {
        Err(NO_MORE)
    }

    fn twice(&self) -> (&'static str, &'static str) {
        ("url", "\"https://hooks.example.com/reception\"")
    }

    fn unreadable(&self) -> (&'static str, Json) {
        ("url", json!({ "not": "this" }))
    }
}
