//! What the journal tells, and what it must not.

use std::time::Duration;

use serde_json::json;
use wavix_sim::{Fault, Gate, Sim, behaviour::AuthMode};

use crate::client::{Client, minimal};

#[tokio::test]
async fn requests_are_kept_in_order_without_secrets() {
    let sim = Sim::builder().behaviour(|behaviour| behaviour.auth = AuthMode::Both).start().await;
    let client = Client::new(&sim);
    let id = client.create(&minimal()).await;
    client.get(&format!("/v1/trunks?appid={}", sim.api_key())).await;
    client.put(&format!("/v1/trunks/{id}"), &json!({ "label": "incomplete" })).await;

    let entries = sim.journal().entries();
    let lines: Vec<String> = entries.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/trunks 201 committed",
            "GET /v1/trunks?appid=*** 200",
            &format!("PUT /v1/trunks/{id} 400"),
        ]
    );
    assert_eq!(entries[0].body.as_ref().unwrap()["password"], "***");
    assert_eq!(entries[0].body.as_ref().unwrap()["label"], "Office");
    assert_eq!(entries[0].header("authorization"), Some("Bearer ***"));
    assert!(
        entries.iter().all(|entry| entry.connection == entries[0].connection),
        "one kept-alive connection"
    );
    let everything = format!("{entries:?} {:?} {:?}", sim.trunks(), sim);
    for secret in [sim.api_key(), "4r=h;EaCB85QNtr2", sim.trunk(id).unwrap().access_token().unwrap()] {
        assert!(!everything.contains(secret), "{secret} is shown");
    }

    assert_eq!(sim.journal().count("*", "/v1/trunks/{id}"), 1);
    assert_eq!(sim.journal().committed(), 1);
    assert_eq!(sim.journal().last("GET", "/v1/trunks").unwrap().status, Some(200));
    sim.journal().clear();
    assert!(sim.journal().entries().is_empty());
}

#[tokio::test]
async fn connections_and_simultaneous_requests_are_counted() {
    let sim = Sim::start().await;
    let gate = Gate::new();
    sim.faults().times(3, "GET", "/v1/trunks", Fault::held_before_commit(&gate));
    let client = Client::new(&sim);
    let all_there = async {
        while sim.journal().max_simultaneous_requests() < 3 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        gate.open();
    };
    let get = || client.get("/v1/trunks");
    tokio::join!(get(), get(), get(), all_there);
    assert_eq!(sim.journal().connections(), 3);
    assert_eq!(sim.journal().max_simultaneous_connections(), 3);
    assert_eq!(sim.journal().max_simultaneous_requests(), 3);
    drop(client);
    for _ in 0..500 {
        if sim.journal().open_connections() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("connections of a dropped client stay open");
}
