//! `/v1/api-keys`: keys that are made, changed and deleted, and that work meanwhile.

use std::net::IpAddr;

use serde_json::{Value, json};
use wavix_sim::{
    Access, ApiKey, Fault, Sim,
    behaviour::{KeyNames, KeyValue, Labels, UnknownKeys},
};

use crate::{
    client::{Client, Reply},
    contract::Contract,
};

const KEYS: &str = "/v1/api-keys";
const ONE: &str = "/v1/api-keys/{id}";
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

async fn start() -> (Sim, Client) {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    (sim, client)
}

/// Creates a key; gives the path of its own and its value.
async fn create(client: &Client, body: Value) -> (String, String) {
    let created = client.post(KEYS, &body).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let value = created.json["value"].as_str().unwrap().to_owned();
    (format!("{KEYS}/{}", created.json["id"]), value)
}

fn message(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.json["message"].as_str().unwrap_or_default())
}

// ---- the routes --------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_key_is_made_listed_changed_and_deleted_as_documented() {
    let (sim, client) = start().await;
    let contract = Contract::load();
    let created = client.post(KEYS, &json!({ "label": "pbx" })).await;
    assert_eq!(created.status, 200, "{}", created.text);
    contract.check("POST", KEYS, &created);
    let mut documented = contract.properties("ApiKey");
    documented.sort();
    assert_eq!(created.json.as_object().unwrap().keys().collect::<Vec<_>>(), documented);
    let id = created.json["id"].as_i64().unwrap();
    let path = format!("{KEYS}/{id}");
    let value = created.json["value"].as_str().unwrap();
    assert!(value.len() == 50 && value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
    assert_eq!(created.json["created_at"].as_str().unwrap().len(), "2024-01-15T10:30:00Z".len());
    for (field, default) in [
        ("label", json!("pbx")),
        ("active", json!(true)),
        ("restricted", json!(false)),
        ("permitted_ips", json!([])),
        ("scopes_enabled", json!(false)),
        ("last_used_at", Value::Null),
    ] {
        assert_eq!(created.json[field], default, "{field}");
    }
    for scope in SCOPES {
        assert_eq!(created.json[scope], json!({ "allow": "none" }), "{scope}");
    }

    let list = client.get(KEYS).await;
    contract.check("GET", KEYS, &list);
    assert_eq!(list.json.as_array().unwrap().len(), 2, "the first key of the account is one of them");
    assert_eq!((&list.json[0]["value"], &list.json[1]), (&json!(sim.api_key()), &created.json));

    let changes = json!({
        "restricted": true, "permitted_ips": ["192.0.2.10"], "scopes_enabled": true, "trunks": { "allow": "read" },
    });
    let changed = client.patch(&path, &changes).await;
    contract.check("PATCH", ONE, &changed);
    let mut expected = created.json.clone();
    expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    assert_eq!(changed.json, expected, "what is left out stays");
    for nothing in [Some(json!({}).to_string()), None] {
        let unchanged = client.try_send("PATCH", &path, nothing).await.unwrap();
        assert_eq!((unchanged.status, unchanged.json), (200, expected.clone()));
    }

    let deleted = client.delete(&path).await;
    assert_eq!((deleted.status, &deleted.json), (200, &json!({ "success": true })));
    contract.check("DELETE", ONE, &deleted);
    for gone in [client.delete(&path).await, client.patch(&path, &json!({ "label": "x" })).await] {
        assert_eq!(message(&gone), (404, "Record not found"));
    }
    contract.check("DELETE", ONE, &client.delete(&path).await);
    contract.check("PATCH", ONE, &client.patch(&path, &json!({})).await);
    for method in ["GET", "PUT", "POST"] {
        assert_eq!(
            client.send(method, &path, Some(&changes)).await.status,
            404,
            "{method}: there is no such"
        );
    }
    assert_eq!(sim.api_keys().len(), 1);
}

#[tokio::test]
async fn the_list_can_be_filtered_by_a_part_of_the_label() {
    let (sim, client) = start().await;
    for label in ["pbx-staging", "pbx-production", "crm"] {
        sim.add_api_key(ApiKey::new(label).label(label));
    }
    let labels = async |query: &str| {
        let list = client.get(&format!("{KEYS}?label={query}")).await.json;
        list.as_array()
            .unwrap()
            .iter()
            .map(|key| key["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels("pbx").await, ["pbx-staging", "pbx-production"]);
    assert_eq!(labels("pbx%2Dst").await, ["pbx-staging"]);
    assert_eq!(labels("").await.len(), 4);
    assert!(labels("PBX").await.is_empty());
}

#[tokio::test]
async fn the_four_texts_of_422_are_the_vendors() {
    let (sim, client) = start().await;
    let (path, _) = create(&client, json!({ "label": "pbx" })).await;
    let before = sim.api_keys();
    let contract = Contract::load();
    let scope = |text: &str| format!("API key scope numbers: {text}");
    let words = scope("allow must be one of: none, read, write");
    for (field, sent, text) in [
        ("permitted_ips", json!(["192.0.2.1", "192.0.2.0/24"]), "Ip has incorrect format".to_owned()),
        ("permitted_ips", json!(["2001:db8::1"]), "Ip has incorrect format".to_owned()),
        ("permitted_ips", json!([7]), "Ip has incorrect format".to_owned()),
        ("numbers", json!("read"), scope("must be a hash")),
        ("numbers", Value::Null, scope("must be a hash")),
        ("numbers", json!({ "allow": "read", "deny": "x" }), scope("must have only \"allow\" key")),
        ("numbers", json!({ "allow": "all" }), words.clone()),
        ("numbers", json!({ "allow": true }), words.clone()),
        ("numbers", json!({}), words),
    ] {
        let body = json!({ "label": "new", "active": false, field: sent });
        for (method, template, path) in [("POST", KEYS, KEYS), ("PATCH", ONE, path.as_str())] {
            let refused = client.send(method, path, Some(&body)).await;
            assert_eq!(message(&refused), (422, text.as_str()), "{method} {body}");
            contract.check(method, template, &refused);
        }
    }
    let after = sim.api_keys();
    assert_eq!((after.len(), &after[1]), (before.len(), &before[1]), "a refused request changes nothing");
}

#[tokio::test]
async fn what_the_vendors_schema_rejects_is_refused_by_its_name() {
    let (sim, client) = start().await;
    let contract = Contract::load();
    let (create_schema, update_schema) =
        (contract.named("ApiKeyCreateRequest"), contract.named("ApiKeyUpdateRequest"));
    let (path, _) = create(&client, json!({ "label": "pbx" })).await;
    for (field, wrong) in [
        ("label", json!(7)),
        ("active", json!("yes")),
        ("restricted", json!(1)),
        ("scopes_enabled", json!([])),
        ("permitted_ips", json!("192.0.2.1")),
    ] {
        let body = json!({ "label": "x", field: wrong });
        assert!(!create_schema.is_valid(&body) && !update_schema.is_valid(&body), "{body}");
        for (method, path) in [("POST", KEYS), ("PATCH", path.as_str())] {
            let refused = client.send(method, path, Some(&body)).await;
            let text = format!("Missing or invalid parameter {field}");
            assert_eq!(message(&refused), (400, text.as_str()), "{method} {body}");
        }
    }
    let unlabelled = client.post(KEYS, &json!({ "active": true })).await;
    assert_eq!(message(&unlabelled), (400, "Missing or invalid parameter label"));
    let without_addresses = client.post(KEYS, &json!({ "label": "x", "restricted": true })).await;
    assert_eq!(message(&without_addresses), (400, "Missing or invalid parameter permitted_ips"));
    let misspelt = json!({ "trunk": { "allow": "read" } });
    assert!(!update_schema.is_valid(&misspelt));
    assert_eq!(message(&client.patch(&path, &misspelt).await), (400, "Missing or invalid parameter trunk"));
    assert_eq!(client.patch(&path, &json!({ "value": "x" })).await.status, 400, "nobody chooses a value");
    assert_eq!(sim.api_keys().len(), 2);
}

#[tokio::test]
async fn a_scope_that_does_not_exist_may_be_dropped_without_a_word() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| behaviour.api_key_scope_rejects_unknown = false);
    let body = json!({ "label": "x", "scopes_enabled": true, "trunk": { "allow": "read" } });
    let (path, value) = create(&client, body).await;
    assert_eq!(Client::with_key(&sim, Some(&value)).get("/v1/trunks").await.status, 403);
    assert_eq!(client.patch(&path, &json!({ "colour": "red" })).await.status, 400, "it is no scope");
    sim.configure(|behaviour| behaviour.unknown_keys = UnknownKeys::Ignored);
    assert_eq!(client.patch(&path, &json!({ "colour": "red" })).await.status, 200);
}

// ---- how answers show keys ---------------------------------------------------------------------------------------

#[tokio::test]
async fn the_value_is_whole_in_the_creates_answer_and_later_as_the_knob_says() {
    let (sim, client) = start().await;
    for knob in [KeyValue::Always, KeyValue::Masked, KeyValue::AbsentAfterCreate, KeyValue::NullAfterCreate] {
        sim.configure(|behaviour| behaviour.api_key_value = knob);
        let (path, value) = create(&client, json!({ "label": "x" })).await;
        let listed = client.get(KEYS).await.json.as_array().unwrap().last().unwrap().clone();
        let changed = client.patch(&path, &json!({ "label": "y" })).await.json;
        for shown in [listed, changed] {
            let later = shown.get("value").cloned();
            match knob {
                KeyValue::Always => assert_eq!(later, Some(json!(value))),
                KeyValue::AbsentAfterCreate => assert_eq!(later, None),
                KeyValue::NullAfterCreate => assert_eq!(later, Some(Value::Null)),
                KeyValue::Masked => {
                    let masked = later.as_ref().and_then(Value::as_str).unwrap();
                    assert_eq!((masked.len(), &masked[..4], &masked[46..]), (50, &value[..4], &value[46..]));
                    assert_eq!(masked[4..46], "*".repeat(42));
                }
            }
        }
        assert_eq!(Client::with_key(&sim, Some(&value)).get("/v1/trunks").await.status, 200, "{knob:?}");
    }
}

#[tokio::test]
async fn flags_have_new_names_or_old_and_unused_scopes_may_be_null() {
    let (sim, client) = start().await;
    let (new, old) =
        (["active", "restricted", "scopes_enabled"], ["is_active", "is_restriction", "is_scopes_enabled"]);
    for (names, has_new, has_old) in
        [(KeyNames::New, true, false), (KeyNames::Old, false, true), (KeyNames::Both, true, true)]
    {
        sim.configure(|behaviour| behaviour.api_key_names = names);
        let created = client.post(KEYS, &json!({ "label": "x", "active": false })).await.json;
        for (index, (new, old)) in new.into_iter().zip(old).enumerate() {
            let flag = json!(false);
            assert_eq!(created.get(new), has_new.then_some(&flag), "{names:?} {index}");
            assert_eq!(created.get(old), has_old.then_some(&flag), "{names:?} {index}");
        }
    }
    sim.configure(|behaviour| behaviour.api_key_null_scopes = true);
    let full = client.post(KEYS, &json!({ "label": "x" })).await.json;
    let scoped = client.post(KEYS, &json!({ "label": "x", "scopes_enabled": true })).await.json;
    for scope in SCOPES {
        assert_eq!((&full[scope], &scoped[scope]), (&Value::Null, &json!({ "allow": "none" })), "{scope}");
    }
    sim.configure(|behaviour| behaviour.labels = Labels::LowerCase);
    assert_eq!(client.post(KEYS, &json!({ "label": "PBX" })).await.json["label"], "pbx");
}

// ---- keys work ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_key_works_within_its_scopes_until_it_is_stopped_or_deleted() {
    let (sim, client) = start().await;
    let scopes = json!({ "label": "x", "scopes_enabled": true, "trunks": { "allow": "read" } });
    let (path, value) = create(&client, scopes).await;
    let scoped = Client::with_key(&sim, Some(&value));
    assert_eq!(scoped.get("/v1/trunks").await.status, 200);
    assert_eq!(scoped.post("/v1/trunks", &json!({})).await.status, 403, "it may only read");
    for (method, path) in
        [("GET", "/v1/calls/webhooks"), ("GET", "/v1/profile"), ("GET", "/v2/webrtc/tokens")]
    {
        assert_eq!(scoped.send(method, path, None).await.status, 403, "{path}");
    }
    // No scope gives the keys themselves; a write would let the key widen its own scopes.
    for (method, path) in [("GET", KEYS), ("POST", KEYS), ("PATCH", path.as_str()), ("DELETE", path.as_str())]
    {
        let refused = scoped.send(method, path, Some(&json!({ "label": "y" }))).await;
        assert_eq!(refused.status, 403, "{method}");
        Contract::load().check(method, if path == KEYS { KEYS } else { ONE }, &refused);
    }
    assert_eq!(client.patch(&path, &json!({ "scopes_enabled": false })).await.status, 200);
    assert_eq!(scoped.get("/v1/profile").await.status, 200, "full access");
    client.patch(&path, &json!({ "active": false })).await;
    assert_eq!(scoped.get("/v1/trunks").await.status, 401);
    client.patch(&path, &json!({ "active": true })).await;
    assert_eq!(scoped.get("/v1/trunks").await.status, 200);
    assert_eq!(scoped.delete(&path).await.status, 200, "it may delete itself");
    let refused = scoped.get("/v1/trunks").await;
    assert_eq!(message(&refused), (401, "Unauthorized"), "at once");
}

#[tokio::test]
async fn a_restricted_key_works_from_its_addresses_and_a_test_says_where_it_is() {
    let (sim, client) = start().await;
    let restricted =
        json!({ "label": "x", "restricted": true, "permitted_ips": ["192.0.2.10", "192.0.2.11"] });
    let (path, value) = create(&client, restricted).await;
    let key = Client::with_key(&sim, Some(&value));
    let from = |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        sim.configure(|behaviour| behaviour.caller_address = Some(address));
    };
    assert_eq!(key.get("/v1/trunks").await.status, 401, "this machine is not one of them");
    for (address, status) in [("192.0.2.11", 200), ("192.0.2.12", 401), ("::ffff:192.0.2.10", 200)] {
        from(address);
        assert_eq!(key.get("/v1/trunks").await.status, status, "{address}");
    }
    client.patch(&path, &json!({ "permitted_ips": [] })).await;
    assert_eq!(key.get("/v1/trunks").await.status, 401, "none permitted");
    client.patch(&path, &json!({ "restricted": false })).await;
    assert_eq!(key.get("/v1/trunks").await.status, 200);
    assert_eq!(client.get(KEYS).await.status, 200, "the other key comes from anywhere");
}

#[tokio::test]
async fn the_last_use_of_a_key_is_told() {
    let (sim, client) = start().await;
    let (path, value) = create(&client, json!({ "label": "x", "active": false })).await;
    let last_used = async || client.get(KEYS).await.json[1]["last_used_at"].clone();
    let key = Client::with_key(&sim, Some(&value));
    key.get("/v1/trunks").await;
    assert_eq!(last_used().await, Value::Null, "a refused request is no use");
    client.patch(&path, &json!({ "active": true })).await;
    sim.configure(|behaviour| behaviour.clock_offset_seconds = -40 * 365 * 24 * 3600);
    key.get("/v1/trunks").await;
    let first = last_used().await;
    assert!(first.as_str().unwrap().starts_with("19"), "{first}");
    sim.configure(|behaviour| behaviour.clock_offset_seconds = 0);
    key.get("/v1/trunks").await;
    assert!(last_used().await.as_str().unwrap().starts_with("20"), "it moves");
    assert!(sim.api_keys()[0].last_used_at.is_some(), "also that of the account's first key");
}

#[tokio::test]
async fn keys_change_behind_the_clients_back() {
    let (sim, client) = start().await;
    let (path, value) = create(&client, json!({ "label": "x" })).await;
    let id = sim.api_keys()[1].id;
    assert_eq!(path, format!("{KEYS}/{id}"));
    assert_eq!(sim.api_keys()[1].value(), value);
    assert!(sim.edit_api_key(id, |key| {
        key.label = "portal".to_owned();
        key.scopes_enabled = true;
        key.scopes.insert("trunks".to_owned(), Access::Write);
        key.set_value("another");
    }));
    let listed = client.get(KEYS).await.json[1].clone();
    assert_eq!((&listed["label"], &listed["trunks"]["allow"]), (&json!("portal"), &json!("write")));
    assert_eq!(Client::with_key(&sim, Some(&value)).get("/v1/trunks").await.status, 401);
    assert_eq!(Client::with_key(&sim, Some("another")).get("/v1/trunks").await.status, 200);
    assert!(sim.remove_api_key(id) && !sim.remove_api_key(id) && !sim.edit_api_key(id, |_| ()));
    assert_eq!(Client::with_key(&sim, Some("another")).get("/v1/trunks").await.status, 401);
    assert_eq!(sim.journal().committed(), 1, "only the create");
}

#[tokio::test]
async fn the_list_of_keys_can_lag_and_the_routes_be_struck_by_faults() {
    let (sim, client) = start().await;
    let count = async || client.get(KEYS).await.json.as_array().unwrap().len();
    sim.configure(|behaviour| {
        (behaviour.list_lag, behaviour.misses_after_create, behaviour.stale_reads_after_update) = (1, 1, 1);
    });
    let (path, value) = create(&client, json!({ "label": "x" })).await;
    assert_eq!(Client::with_key(&sim, Some(&value)).get("/v1/trunks").await.status, 200, "it works already");
    assert_eq!([count().await, count().await, count().await], [1, 1, 2]);
    client.patch(&path, &json!({ "label": "y" })).await;
    let label = async || client.get(KEYS).await.json[1]["label"].clone();
    assert_eq!([label().await, label().await], ["x", "y"]);
    client.delete(&path).await;
    assert_eq!([count().await, count().await], [2, 1]);
    sim.configure(|behaviour| (behaviour.list_lag, behaviour.misses_after_create) = (0, 0));

    sim.fault("POST", KEYS, Fault::cut_body());
    assert!(client.try_send("POST", KEYS, Some(json!({ "label": "lost" }).to_string())).await.is_err());
    assert_eq!(sim.api_keys().last().unwrap().label, "lost");
    sim.fault("GET", KEYS, Fault::without("created_at"));
    assert_eq!(client.get(KEYS).await.json[0].get("created_at"), None);
    sim.fault("DELETE", &format!("{KEYS}/*"), Fault::too_many_requests(Some("1")));
    let lost = format!("{KEYS}/{}", sim.api_keys().last().unwrap().id);
    assert_eq!([client.delete(&lost).await.status, client.delete(&lost).await.status], [429, 200]);
    assert_eq!(sim.faults().pending(), 0);
}

#[tokio::test]
async fn no_value_of_a_key_is_in_the_journal() {
    let (sim, client) = start().await;
    let (path, value) = create(&client, json!({ "label": "x" })).await;
    client.patch(&path, &json!({ "label": "y" })).await;
    Client::with_key(&sim, Some(&value)).get(KEYS).await;
    let journal = format!("{:?}", sim.journal().entries());
    assert!(!journal.contains(&value) && !journal.contains(sim.api_key()), "{journal}");
}
