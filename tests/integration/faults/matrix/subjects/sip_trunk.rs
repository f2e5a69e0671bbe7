//! Trunks: every kind of field, a password that no answer tells, a list in pages.

use serde_json::{Value as Json, json};
use wavix_sim::{Sim, Trunk};

use super::{Remote, Seen};
use crate::faults::bench::TRUNK;
use crate::faults::matrix::verb::Verb;
use crate::support::secrets;

const NO_OBJECT: &str = "the answer has no fields";

/// Trunks that a list is filled up with.
const MORE: usize = 4;

pub struct Trunks;

/// Differs from label to label, so that a rotation can be seen.
pub fn password(label: &str) -> String {
    format!("{} {label}", secrets::PASSWORD)
}

fn find(sim: &Sim, key: &str) -> Option<Trunk> {
    sim.trunk(key.parse().ok()?)
}

impl Remote for Trunks {
    fn type_name(&self) -> &'static str {
        TRUNK
    }

    fn secret(&self) -> Option<&'static str> {
        Some("password")
    }

    fn config(&self, label: &str) -> Json {
        json!({
            "label": label, "callerid": "13132847320", "password": password(label),
            "allowed_ips": ["198.51.100.7"], "call_limit": 600, "rewrite_prefix": "00",
        })
    }

    fn list(&self) -> &'static str {
        "/v1/trunks"
    }

    fn all(&self, sim: &Sim) -> Vec<Seen> {
        let seen = |trunk: Trunk| Seen { key: trunk.id.to_string(), value: trunk.label };
        sim.trunks().into_iter().map(seen).collect()
    }

    fn twin(&self, sim: &Sim, label: &str) -> String {
        let twin = sim.add_trunk(json!({
            "label": label, "callerid": "13132847320", "password": "somebody else's",
            "allowed_ips": [{ "ip": "198.51.100.7" }], "call_limit": 600, "rewrite_prefix": "00",
            "call_restrict": true, "rewrite_enabled": true, "ip_restrict": true,
            "created_at": "2023-05-16T17:13:25.000Z",
        }));
        twin.to_string()
    }

    fn fill(&self, sim: &Sim) {
        for number in 1..=MORE {
            sim.add_trunk(json!({ "label": format!("Trunk {number}") }));
        }
    }

    fn edit(&self, sim: &Sim, key: &str, label: &str) {
        sim.edit_trunk(key.parse().unwrap(), |trunk| trunk.label = label.to_owned());
    }

    fn remove(&self, sim: &Sim, key: &str) {
        sim.delete_trunk(key.parse().unwrap());
    }

    fn stored(&self, sim: &Sim, key: &str) -> String {
        format!("{:?}", find(sim, key))
    }

    fn has_secrets_of(&self, sim: &Sim, key: &str, label: &str) -> bool {
        find(sim, key).is_some_and(|trunk| trunk.password() == password(label))
    }

    fn sent(&self, verb: Verb) -> String {
        let [label, new_label] = self.values();
        match verb {
            Verb::Create => password(label),
            Verb::Update => password(new_label),
            _ => String::new(),
        }
    }

    fn made_up(&self, sim: &Sim) -> Vec<String> {
        sim.trunks().iter().filter_map(|trunk| trunk.access_token().map(str::to_owned)).collect()
    }

    fn fields(&self, verb: Verb) -> &'static str {
        if matches!(verb, Verb::ListFirst | Verb::ListNext) { "/sip_trunks/0/" } else { "/" }
    }

    fn optional(&self, verb: Verb) -> Result<&'static [&'static str], &'static str> {
        Ok(match verb {
            Verb::Configure => &["email", "first_name", "timezone"],
            Verb::Create | Verb::Read | Verb::Update => {
                &["passthrough", "allowed_ips", "call_restrict", "call_limit", "rewrite_prefix"]
            }
            Verb::ListFirst | Verb::ListNext => &["talk_time", "charge", "callerid"],
            Verb::Open => &["payload", "ttl"],
            Verb::Delete | Verb::Close => return Err(NO_OBJECT),
        })
    }

    fn spellings(&self, verb: Verb) -> Result<Vec<(&'static str, Json)>, &'static str> {
        let number = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        Ok(match verb {
            Verb::Configure => vec![("email", 1.into()), ("active_services", "none".into())],
            Verb::Create | Verb::Read | Verb::Update => vec![
                ("call_limit", number("600.0")),
                ("callerid", 13_132_847_320_i64.into()),
                ("ip_restrict", 1.into()),
                ("encrypted_media", 0.into()),
                ("max_channels", "4".into()),
                ("max_call_cost", number("1e-05")),
            ],
            Verb::ListFirst | Verb::ListNext => vec![
                ("charge", "8.3e-05".into()),
                ("talk_time", 12.5.into()),
                ("callerid", 13_132_847_320_i64.into()),
            ],
            Verb::Open => vec![("ttl", "3600".into())],
            Verb::Delete | Verb::Close => return Err(NO_OBJECT),
        })
    }

    fn twice(&self) -> (&'static str, &'static str) {
        ("call_limit", "600")
    }

    fn unreadable(&self) -> (&'static str, Json) {
        ("call_limit", json!({ "seconds": 600 }))
    }
}
