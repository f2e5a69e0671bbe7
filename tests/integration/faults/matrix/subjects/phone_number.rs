//! Phone numbers: they are there before their resource and after it, so what is made,
//! changed and removed is what one of them reports to, and where it rings.

use serde_json::{Value as Json, json};
use wavix_sim::{PhoneNumber, Sim};

use super::{Remote, Seen};
use crate::faults::matrix::verb::Verb;

const OWN: &str = "12565378257";
const OTHER: &str = "12565378258";
const NO_OBJECT: &str = "the answer has no fields";

/// Numbers with which a destroy does this.
pub struct Numbers(pub &'static str);

fn find(sim: &Sim, key: &str) -> Option<PhoneNumber> {
    sim.phone_numbers().into_iter().find(|number| number.id.to_string() == key)
}

impl Remote for Numbers {
    fn type_name(&self) -> &'static str {
        "wavix_phone_number"
    }

    fn argument(&self) -> &'static str {
        "call_status_url"
    }

    fn values(&self) -> [&'static str; 2] {
        ["https://hooks.example.com/reception", "https://hooks.example.com/front-desk"]
    }

    fn is_dated(&self) -> bool {
        false
    }

    fn is_like_others(&self) -> bool {
        true
    }

    fn config(&self, url: &str) -> Json {
        json!({
            "number": OWN, "call_status_url": url, "on_destroy": self.0,
            "destinations": [{ "sip_uri": "calls@pbx.example.com" }, { "phone_number": "13132847320" }],
        })
    }

    fn list(&self) -> &'static str {
        "/v1/numbers"
    }

    /// Those that report or ring.
    fn all(&self, sim: &Sim) -> Vec<Seen> {
        let seen = |number: PhoneNumber| {
            let is_used = number.call_status_url.is_some() || !number.destination.is_empty();
            let seen = Seen { key: number.id.to_string(), value: number.call_status_url.unwrap_or_default() };
            is_used.then_some(seen)
        };
        sim.phone_numbers().into_iter().filter_map(seen).collect()
    }

    /// The account has the one that is managed too, and it is the first in the list.
    fn twin(&self, sim: &Sim, url: &str) -> String {
        sim.add_phone_number(json!({ "number": OWN }));
        let twin = sim.add_phone_number(json!({
            "number": OTHER, "call_status_url": url,
            "destination": [{ "id": 7, "destination": "calls@pbx.example.com", "priority": 1, "transport": 1 }],
        }));
        twin.to_string()
    }

    fn fill(&self, sim: &Sim) {
        sim.add_phone_numbers(6);
    }

    fn edit(&self, sim: &Sim, key: &str, url: &str) {
        let number = find(sim, key).expect("the account has it").number;
        sim.edit_phone_number(&number, |number| number.call_status_url = Some(url.to_owned()));
    }

    fn remove(&self, sim: &Sim, key: &str) {
        sim.release_phone_number(&find(sim, key).expect("the account has it").number);
    }

    fn stored(&self, sim: &Sim, key: &str) -> String {
        format!("{:?}", find(sim, key))
    }

    fn made_up(&self, _: &Sim) -> Vec<String> {
        Vec::new()
    }

    fn fields(&self, verb: Verb) -> &'static str {
        if verb == Verb::Read { "/items/0/" } else { "/" }
    }

    fn optional(&self, verb: Verb) -> Result<&'static [&'static str], &'static str> {
        match verb {
            Verb::Create | Verb::Read | Verb::Update => {
                Ok(&["state", "documents", "cnam", "free_min", "unlimited", "sms_relay_url"])
            }
            _ => Err(NO_OBJECT),
        }
    }

    fn spellings(&self, verb: Verb) -> Result<Vec<(&'static str, Json)>, &'static str> {
        match verb {
            Verb::Create | Verb::Read | Verb::Update => Ok(vec![
                ("sms_enabled", "false".into()),
                ("channels", "24".into()),
                ("monthly_fee", 0.99.into()),
                ("require_docs", json!([1])),
            ]),
            _ => Err(NO_OBJECT),
        }
    }

    fn twice(&self) -> (&'static str, &'static str) {
        ("call_status_url", "\"https://elsewhere.example.com\"")
    }

    fn unreadable(&self) -> (&'static str, Json) {
        ("destination", json!({ "not": "this" }))
    }
}
