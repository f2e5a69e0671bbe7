//! `/_sim`: what the crate's README says about it, done.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wavix_sim::{Builder, Sim, behaviour::ProFeatures};

use crate::client::{Client, minimal};

const README: &str = include_str!("../../README.md");
const FAULTS: &str = "/_sim/faults";
const BEHAVIOUR: &str = "/_sim/behaviour";

/// The control needs no key.
fn control(sim: &Sim) -> Client {
    Client::with_key(sim, None)
}

#[tokio::test]
async fn a_queued_fault_strikes_once_and_the_control_is_no_part_of_the_api() {
    let sim = Sim::start().await;
    let rule = json!({ "method": "POST", "path": "/v1/trunks", "fault": "close_after_commit" });
    let queued = control(&sim).post(FAULTS, &rule).await;
    assert_eq!((queued.status, queued.json), (201, json!({ "pending": 1 })));
    assert_eq!(control(&sim).get(FAULTS).await.json, json!({ "pending": 1 }), "not struck by what it queued");
    assert!(sim.journal().entries().is_empty(), "{}", sim.journal());
    let lost = Client::new(&sim).try_send("POST", "/v1/trunks", Some(minimal().to_string())).await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(sim.trunks().len(), 1);
    assert_eq!(control(&sim).get(FAULTS).await.json, json!({ "pending": 0 }));
    assert_eq!(Client::new(&sim).post("/v1/trunks", &minimal()).await.status, 201);
}

#[tokio::test]
async fn rules_wait_repeat_and_are_forgotten() {
    let sim = Sim::start().await;
    let api = Client::new(&sim);
    let rule = json!({ "path": "/v1/trunks", "fault": { "status": 503 }, "skip": 1, "times": 2 });
    assert_eq!(control(&sim).post(FAULTS, &rule).await.status, 201);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(api.get("/v1/trunks").await.status);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    let rule = json!({ "path": "/v1/trunks", "fault": { "status": 500 }, "always": true });
    assert_eq!(control(&sim).post(FAULTS, &rule).await.status, 201);
    assert_eq!(api.get("/v1/trunks").await.status, 500);
    assert_eq!(control(&sim).send("DELETE", FAULTS, None).await.status, 204);
    assert_eq!(api.get("/v1/trunks").await.status, 200);
}

#[tokio::test]
async fn every_rule_and_fault_in_the_readme_is_understood() {
    let sim = Sim::start().await;
    let whole = README.lines().filter(|line| line.starts_with("{ ")).map(str::to_owned);
    let (_, table) = README.split_once("| fault |").unwrap();
    let faults = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let ruled = faults.map(|(fault, _)| format!(r#"{{ "path": "/v1/trunks", "fault": {fault} }}"#));
    let rules: Vec<_> = whole.chain(ruled).collect();
    assert_eq!(rules.len(), 4 + 29, "{rules:#?}");
    for rule in rules {
        let rule: Value = serde_json::from_str(&rule).unwrap();
        let queued = control(&sim).post(FAULTS, &rule).await;
        assert_eq!(queued.status, 201, "{rule}: {}", queued.text);
    }
}

#[tokio::test]
async fn what_is_not_understood_says_what_would_be_and_changes_nothing() {
    let sim = Sim::start().await;
    for (rule, reason) in [
        (
            json!({ "path": "/v1/trunks", "fault": "explode" }),
            "unknown variant `explode`, expected one of `status`",
        ),
        (json!({ "path": "/v1/trunks", "fault": "close", "time": 2 }), "unknown field `time`"),
        (json!({ "path": "/v1/trunks" }), "a rule needs a fault"),
        (json!({ "fault": "close" }), "missing field `path`"),
        (json!({ "path": "/", "fault": "close", "times": 1, "always": true }), "not both"),
        (
            json!({ "path": "/", "fault": { "answer": { "status": 200, "text": "", "html": "" } } }),
            "one of json, html",
        ),
        (json!({ "path": "/", "fault": { "with": {} } }), "with needs a field"),
        (json!({ "path": "/", "fault": { "without": [] } }), "without needs a field"),
    ] {
        let refused = control(&sim).post(FAULTS, &rule).await;
        assert_eq!(refused.status, 422, "{rule}");
        assert!(refused.text.contains(reason), "{rule}: {}", refused.text);
    }
    let refused = control(&sim).try_send("POST", FAULTS, Some("[]".to_owned())).await.unwrap();
    assert_eq!(refused.status, 400);
    assert_eq!(sim.faults().pending(), 0);
    for (knobs, reason) in [
        (json!({ "pro_feature": "refused" }), "unknown field `pro_feature`, expected one of `auth`"),
        (json!({ "pro_features": "off" }), "expected one of `accepted`, `silently_off`, `refused`"),
    ] {
        let refused = control(&sim).send("PATCH", BEHAVIOUR, Some(&knobs)).await;
        assert_eq!(refused.status, 422, "{knobs}");
        assert!(refused.text.contains(reason), "{knobs}: {}", refused.text);
    }
    assert_eq!(control(&sim).get("/_sim/fault").await.status, 404);
}

#[tokio::test]
async fn knobs_are_turned_and_go_back_to_where_the_simulator_began() {
    let sim =
        Builder::default().behaviour(|behaviour| behaviour.pro_features = ProFeatures::Refused).start().await;
    let before = control(&sim).get(BEHAVIOUR).await.json;
    assert_eq!(before["pro_features"], "refused");
    let knobs = json!({ "list_order": "shifting", "decimal_text": { "fixed": 4 }, "latency_ms": 1, "per_page_cap": null });
    let after = control(&sim).send("PATCH", BEHAVIOUR, Some(&knobs)).await;
    assert_eq!(after.status, 200, "{}", after.text);
    let mut expected = before.clone();
    expected.as_object_mut().unwrap().extend(knobs.as_object().unwrap().clone());
    assert_eq!(after.json, expected, "what is not named keeps its value");
    let encrypted = json!({ "encrypted_media": true });
    let mut body = minimal();
    body.as_object_mut().unwrap().extend(encrypted.as_object().unwrap().clone());
    assert_eq!(Client::new(&sim).post("/v1/trunks", &body).await.status, 403);
    let off = json!({ "pro_features": "silently_off" });
    assert_eq!(control(&sim).send("PATCH", BEHAVIOUR, Some(&off)).await.status, 200);
    assert_eq!(Client::new(&sim).post("/v1/trunks", &body).await.json["encrypted_media"], false);
    assert_eq!(control(&sim).send("DELETE", BEHAVIOUR, None).await.status, 204);
    assert_eq!(control(&sim).get(BEHAVIOUR).await.json, before);
}

#[tokio::test]
async fn a_review_is_decided() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({ "label": "By address", "host_request": { "host": "203.0.113.7" } }));
    for (decision, status) in [("reject", "rejected"), ("approve", "active")] {
        let decided = control(&sim).send("POST", &format!("/_sim/trunks/{id}/{decision}"), None).await;
        assert_eq!(decided.status, 204, "{}", decided.text);
        assert_eq!(sim.trunk(id).unwrap().status, status);
    }
    assert_eq!(control(&sim).send("POST", "/_sim/trunks/7/approve", None).await.status, 404);
}

/// The status of a request with these headers.
async fn status_with(sim: &Sim, headers: &str) -> StatusCode {
    let request = format!("DELETE {FAULTS} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, rest) = answer.split_once(' ').unwrap();
    StatusCode::from_bytes(&rest.as_bytes()[..3]).unwrap()
}

#[tokio::test]
async fn web_pages_of_other_sites_control_nothing() {
    let sim = Sim::start().await;
    let own = format!("host: {0}\r\norigin: http://{0}\r\n", sim.address());
    assert_eq!(status_with(&sim, &own).await, StatusCode::NO_CONTENT, "its own page may");
    for headers in [
        "host: rebound.example\r\n".to_owned(),
        format!("host: {}\r\norigin: https://elsewhere.example\r\n", sim.address()),
        format!("host: {}\r\norigin: null\r\n", sim.address()),
    ] {
        assert_eq!(status_with(&sim, &headers).await, StatusCode::FORBIDDEN, "{headers}");
    }
}
