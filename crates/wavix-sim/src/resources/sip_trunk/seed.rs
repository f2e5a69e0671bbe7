//! Trunks that are there without a request: what a test or the command line begins with.

use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    accounts::{Holdings, without_lag},
    resources::{body::Fields, portal::Seed},
    secret::Secret,
};

use super::{Trunk, access_token, blank, request, rules};

/// Request fields, and the fields only the server sets.
impl Seed for Trunk {
    fn usual(fields: &Map<String, Value>) -> Value {
        json!({
            "label": "Seeded trunk",
            "password": "seeded-password",
            "callerid": "13132847320",
            "ip_restrict": fields.contains_key("allowed_ips"),
            "didinfo_enabled": true,
            "call_restrict": fields.contains_key("call_limit"),
            "cost_limit": fields.contains_key("max_call_cost"),
            "channels_restrict": fields.contains_key("max_channels"),
            "rewrite_enabled": false,
            "transcription_enabled": false,
            "transcription_threshold": 6,
        })
    }

    fn seed(id: i64, fields: Value, holdings: &mut Holdings) -> Result<Self, String> {
        let Value::Object(mut fields) = fields else {
            return Err("the fixture is not a JSON object".to_owned());
        };
        let behaviour = without_lag();
        let mut server_only = Map::new();
        for name in ["name", "passthrough", "access_token", "talk_time", "charge", "created_at"] {
            if let Some(value) = fields.remove(name) {
                server_only.insert(name.to_owned(), value);
            }
        }
        let write = request::parse(&Fields::of(&fields), &behaviour).map_err(|refusal| refusal.message)?;
        let unlimited = Account {
            any_caller_id: true,
            max_call_duration: i64::MAX,
            max_sip_channels: i64::MAX,
            ..Account::default()
        };
        let mut trunk = blank(&behaviour);
        rules::apply(&mut trunk, write, &behaviour, &unlimited, |_| true, || holdings.serials.new_ip_id())
            .map_err(|refusal| refusal.message)?;
        trunk.id = id;
        trunk.name = holdings.serials.new_login(id);
        trunk.access_token = Some(access_token(id));
        for (name, value) in server_only {
            let wrong = || format!("{name} has the wrong type");
            match name.as_str() {
                "talk_time" => trunk.talk_time = value.as_i64().ok_or_else(wrong)?,
                "passthrough" => trunk.passthrough = value.as_bool().ok_or_else(wrong)?,
                "access_token" => trunk.access_token = value.as_str().map(Secret::new),
                name => {
                    let text = value.as_str().ok_or_else(wrong)?.to_owned();
                    match name {
                        "name" => trunk.name = text,
                        "charge" => trunk.charge = text,
                        _ => trunk.created_at = text,
                    }
                }
            }
        }
        holdings.serials.taken(&trunk.name);
        Ok(trunk)
    }
}
