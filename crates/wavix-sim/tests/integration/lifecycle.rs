//! Create, read, update, delete, list: what a client sees when nothing goes wrong.

use serde_json::{Value, json};
use wavix_sim::Sim;

use crate::client::{Client, minimal, number, with};

#[tokio::test]
async fn a_trunk_lives_and_dies() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);

    let created = client
        .post("/v1/trunks", &with(json!({ "cost_limit": true, "max_call_cost": number("0.180") })))
        .await;
    assert_eq!(created.status, 201);
    assert!(created.headers.contains_key("date"));
    let id = created.json["id"].as_i64().unwrap();
    assert_eq!(created.json["max_call_cost"], "0.18");
    assert!(created.json.get("password").is_none());
    assert_eq!(sim.trunk(id).unwrap().password(), "4r=h;EaCB85QNtr2");

    let path = format!("/v1/trunks/{id}");
    assert_eq!(client.get(&path).await.json, created.json);

    let updated = client.put(&path, &with(json!({ "label": "Branch" }))).await;
    assert_eq!((updated.status, &updated.json["label"]), (200, &json!("Branch")));
    assert_eq!(updated.json["max_call_cost"], Value::Null, "what is left out is reset");
    for survivor in ["id", "name", "created_at", "access_token"] {
        assert_eq!(updated.json[survivor], created.json[survivor], "{survivor}");
    }

    assert_eq!(client.delete(&path).await.json, json!({ "success": true }));
    let again = client.delete(&path).await;
    assert_eq!((again.status, &again.json["message"]), (404, &json!("Record not found")));
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(client.put(&path, &minimal()).await.status, 404);
    assert!(sim.trunks().is_empty());
}

#[tokio::test]
async fn the_views_have_exactly_their_fields() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let created = client.post("/v1/trunks", &minimal()).await.json;
    assert_eq!(created.as_object().unwrap().len(), 26);
    let list = client.get("/v1/trunks").await.json;
    assert_eq!(list["sip_trunks"][0].as_object().unwrap().len(), 17);
    for never in ["password", "host_request", "status", "auth_method", "charge", "talk_time"] {
        assert!(created.get(never).is_none(), "{never}");
    }
    assert_eq!(
        list["pagination"],
        json!({ "current_page": 1, "per_page": 25, "total": 1, "total_pages": 1 })
    );
    let name = created["name"].as_str().unwrap();
    assert_eq!(name.len(), 5);
    assert_ne!(name, created["id"].to_string());
    assert_eq!(created["access_token"].as_str().unwrap().len(), 66);
    assert!(created["created_at"].as_str().unwrap().ends_with(".000Z"));
}

#[test]
fn a_synchronous_caller_needs_no_runtime() {
    let sim = Sim::spawn();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let id = runtime.block_on(async { Client::new(&sim).create(&minimal()).await });
    assert_eq!(sim.trunks().len(), 1);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);
    assert!(sim.delete_trunk(id));
    let address = sim.address();
    drop(sim);
    assert!(std::net::TcpStream::connect(address).is_err(), "dropping the simulator frees its port");
}
