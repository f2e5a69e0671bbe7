//! The knobs that change what is shown, when, and in which order; and the owner's side.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use wavix_sim::{
    Sim,
    behaviour::{
        DecimalText, DeleteAnswer, Labels, ListOrder, NotFoundText, Omitted, ProFeatures, UnknownKeys,
        UnsetText,
    },
};

use crate::client::{Client, Reply, minimal, number, with};

async fn start() -> (Sim, Client) {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    (sim, client)
}

fn message(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.json["message"].as_str().unwrap_or_default())
}

// ---- spelling of answers -----------------------------------------------------------------------------------------

#[tokio::test]
async fn a_cost_has_many_spellings() {
    let (sim, client) = start().await;
    for (spelling, sent, answered) in [
        (DecimalText::Shortest, "0.180", "0.18"),
        (DecimalText::Shortest, "5.0", "5"),
        (DecimalText::AsSent, "0.180", "0.180"),
        (DecimalText::OneFractionDigit, "5", "5.0"),
        (DecimalText::OneFractionDigit, "0.180", "0.18"),
        (DecimalText::Fixed(4), "0.18", "0.1800"),
        (DecimalText::Fixed(2), "0.005", "0.01"),
        (DecimalText::AsSent, "0.1234567890123456789", "0.1234567890123456789"),
        (DecimalText::Shortest, "18e-2", "0.18"),
    ] {
        sim.configure(|behaviour| behaviour.decimal_text = spelling);
        let body = with(json!({ "cost_limit": true, "max_call_cost": number(sent) }));
        assert_eq!(client.post("/v1/trunks", &body).await.json["max_call_cost"], answered, "{spelling:?}");
    }
}

#[tokio::test]
async fn optional_fields_can_be_shown_in_other_ways() {
    let (sim, client) = start().await;
    let id = client.create(&minimal()).await;
    let path = format!("/v1/trunks/{id}");
    assert_eq!(client.get(&path).await.json["rewrite_prefix"], "");
    sim.configure(|behaviour| {
        behaviour.unset_rewrite = UnsetText::Null;
        behaviour.created_at_millis = false;
        behaviour.passthrough_in_detail = false;
    });
    let shown = client.get(&path).await.json;
    assert_eq!(shown.get("rewrite_cond"), Some(&Value::Null));
    assert_eq!(shown.get("passthrough"), None);
    assert_eq!(shown["created_at"].as_str().unwrap().len(), "2023-06-15T10:30:00Z".len());
    sim.configure(|behaviour| behaviour.unset_rewrite = UnsetText::Absent);
    assert_eq!(client.get(&path).await.json.get("rewrite_cond"), None);
    sim.configure(|behaviour| behaviour.access_tokens = false);
    assert_eq!(client.post("/v1/trunks", &minimal()).await.json.get("access_token"), Some(&Value::Null));
}

#[tokio::test]
async fn a_field_can_be_stored_otherwise_than_it_was_sent() {
    let (sim, client) = start().await;
    let forced = [("label", json!("stripped")), ("transcription_threshold", json!(10)), ("ttl", json!(60))];
    sim.configure(|behaviour| behaviour.forced = forced.map(|(name, value)| (name.to_owned(), value)).into());
    let id = client.create(&with(json!({ "label": "stripped\n" }))).await;
    let shown = client.get(&format!("/v1/trunks/{id}")).await.json;
    assert_eq!((&shown["label"], &shown["transcription_threshold"]), (&json!("stripped"), &json!(10)));
    let sent = sim.journal().last("POST", "/v1/trunks").unwrap().body.unwrap();
    assert_eq!(sent["label"], "stripped\n", "the journal has what was sent");
}

#[tokio::test]
async fn features_outside_the_plan_are_dropped_or_refused() {
    let (sim, client) = start().await;
    let flags =
        ["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"];
    for flag in flags {
        let body = with(json!({ flag: true }));
        sim.configure(|behaviour| behaviour.pro_features = ProFeatures::Accepted);
        assert_eq!(client.post("/v1/trunks", &body).await.json[flag], true);
        sim.configure(|behaviour| behaviour.pro_features = ProFeatures::SilentlyOff);
        let dropped = client.post("/v1/trunks", &body).await;
        assert_eq!((dropped.status, &dropped.json[flag]), (201, &json!(false)), "{flag}");
        sim.configure(|behaviour| behaviour.pro_features = ProFeatures::Refused);
        assert_eq!(client.post("/v1/trunks", &body).await.status, 403, "{flag}");
    }
}

#[tokio::test]
async fn answers_can_follow_other_readings_of_the_documents() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| {
        behaviour.unknown_keys = UnknownKeys::Ignored;
        behaviour.omitted_on_put = Omitted::Kept;
        behaviour.get_not_found = NotFoundText::RecordNotFound;
        behaviour.delete_answer = DeleteAnswer::NoContent;
    });
    let body = with(json!({
        "host": "ignored", "allowed_ips": [{ "ip": "192.0.2.1" }], "call_limit": 60,
        "rewrite_prefix": "00", "encrypted_media": true, "max_call_cost": number("0.5"),
    }));
    let id = client.create(&body).await;
    let path = format!("/v1/trunks/{id}");
    let kept = client.put(&path, &minimal()).await.json;
    assert_eq!((&kept["call_limit"], &kept["rewrite_prefix"]), (&json!(60), &json!("00")));
    assert_eq!((&kept["encrypted_media"], &kept["max_call_cost"]), (&json!(true), &json!("0.5")));
    assert_eq!(kept["allowed_ips"][0]["ip"], "192.0.2.1");
    let deleted = client.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(message(&client.get(&path).await), (404, "Record not found"));
    sim.configure(|behaviour| behaviour.get_not_found = NotFoundText::NotProvisioned);
    assert_eq!(message(&client.get(&path).await), (404, "The service is not provisioned for your account."));
    sim.configure(|behaviour| behaviour.refusals_with_status_200 = true);
    let refused = client.delete(&path).await;
    assert_eq!((refused.status, &refused.json["success"]), (200, &json!(false)));
    assert!(!sim.journal().last("DELETE", &path).unwrap().committed);
}

// ---- lists -------------------------------------------------------------------------------------------------------

async fn listed(client: &Client, query: &str) -> Vec<i64> {
    let reply = client.get(&format!("/v1/trunks{query}")).await;
    reply.json["sip_trunks"].as_array().unwrap().iter().map(|trunk| trunk["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn lists_have_pages_a_cap_and_an_order() {
    let (sim, client) = start().await;
    let ids: Vec<i64> =
        (0..230).map(|number| sim.add_trunk(json!({ "label": format!("T{number}") }))).collect();
    let logins: BTreeSet<String> = sim.trunks().into_iter().map(|trunk| trunk.name).collect();
    assert_eq!(logins.len(), 230, "logins are unique");

    assert_eq!(listed(&client, "").await, ids[..25]);
    assert_eq!(listed(&client, "?page=2&per_page=7").await, ids[7..14]);
    let capped = client.get("/v1/trunks?per_page=1000&page=3").await.json;
    assert_eq!(
        capped["pagination"],
        json!({ "current_page": 3, "per_page": 100, "total": 230, "total_pages": 3 })
    );
    assert_eq!(capped["sip_trunks"].as_array().unwrap().len(), 30);
    assert!(listed(&client, "?page=99").await.is_empty());
    sim.configure(|behaviour| behaviour.per_page_cap = None);
    assert_eq!(listed(&client, "?per_page=1000").await, ids);

    sim.configure(|behaviour| behaviour.list_order = ListOrder::Descending);
    assert_eq!(listed(&client, "?per_page=2").await, [ids[229], ids[228]]);
    sim.configure(|behaviour| behaviour.list_order = ListOrder::Shifting);
    let first = listed(&client, "?per_page=100&page=1").await;
    let second = listed(&client, "?per_page=100&page=2").await;
    assert_eq!(first.last(), second.first(), "the order moved between the pages");
}

#[tokio::test]
async fn addresses_come_in_any_order() {
    let (sim, client) = start().await;
    let addresses = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];
    let id = client
        .create(&with(json!({ "ip_restrict": true, "allowed_ips": addresses.map(|ip| json!({ "ip": ip })) })))
        .await;
    let read = async || {
        let trunk = client.get(&format!("/v1/trunks/{id}")).await.json;
        let addresses = trunk["allowed_ips"].as_array().unwrap().iter();
        addresses.map(|address| address["ip"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(read().await, addresses);
    sim.configure(|behaviour| behaviour.allowed_ips_order = ListOrder::Descending);
    assert_eq!(read().await, ["203.0.113.3", "203.0.113.2", "203.0.113.1"]);
    sim.configure(|behaviour| behaviour.allowed_ips_order = ListOrder::Shifting);
    assert_ne!(read().await, read().await, "every read has another order");
}

#[tokio::test]
async fn replicas_can_lag() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| {
        behaviour.misses_after_create = 2;
        behaviour.stale_reads_after_update = 1;
        behaviour.list_lag = 1;
    });
    let id = client.create(&minimal()).await;
    let path = format!("/v1/trunks/{id}");
    assert!(listed(&client, "").await.is_empty());
    assert_eq!(listed(&client, "").await, [id]);
    let statuses =
        [client.get(&path).await.status, client.get(&path).await.status, client.get(&path).await.status];
    assert_eq!(statuses, [404, 404, 200]);
    let updated = client.put(&path, &with(json!({ "label": "Branch" }))).await;
    assert_eq!(updated.json["label"], "Branch", "the writer sees its own write");
    assert_eq!(client.get(&path).await.json["label"], "Office");
    assert_eq!(client.get(&path).await.json["label"], "Branch");
    client.delete(&path).await;
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(listed(&client, "").await, [id]);
    assert!(listed(&client, "").await.is_empty());
}

// ---- time --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn more_requests_than_agreed_are_throttled() {
    let (sim, client) = start().await;
    // A limit of none makes the outcome independent of how fast this machine is.
    sim.configure(|behaviour| behaviour.requests_per_second = Some(0));
    let refused = client.post("/v1/trunks", &minimal()).await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "1"));
    assert!(sim.trunks().is_empty());
    sim.configure(|behaviour| behaviour.requests_per_second = Some(1));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(client.get("/v1/trunks").await.status, 200, "a new second");
    sim.configure(|behaviour| behaviour.requests_per_second = None);
    assert_eq!(client.get("/v1/trunks").await.status, 200);
}

#[tokio::test]
async fn the_servers_clock_can_be_wrong_and_the_server_slow() {
    let (sim, client) = start().await;
    let latency = Duration::from_millis(20);
    sim.configure(|behaviour| {
        behaviour.clock_offset_seconds = -40 * 365 * 24 * 3600;
        behaviour.latency = latency;
    });
    let started = std::time::Instant::now();
    let reply = client.post("/v1/trunks", &minimal()).await;
    assert!(started.elapsed() >= latency);
    assert!(reply.headers["date"].to_str().unwrap().contains(" 19"), "{:?}", reply.headers["date"]);
    assert!(reply.json["created_at"].as_str().unwrap().starts_with("19"));
}

#[tokio::test]
async fn the_machine_that_dates_trunks_may_have_another_clock_or_tell_no_zone() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| {
        behaviour.created_at_offset_seconds = -40 * 365 * 24 * 3600;
        behaviour.created_at_zone = false;
    });
    let reply = client.post("/v1/trunks", &minimal()).await;
    assert!(!reply.headers["date"].to_str().unwrap().contains(" 19"), "{:?}", reply.headers["date"]);
    let created_at = reply.json["created_at"].as_str().unwrap();
    assert!(created_at.starts_with("19") && !created_at.ends_with('Z'), "{created_at}");
    sim.configure(|behaviour| behaviour.dated_answers = false);
    let reply = client.post("/v1/trunks", &minimal()).await;
    assert!(!reply.headers.contains_key("date"), "{:?}", reply.headers);
}

#[tokio::test]
async fn labels_are_stored_as_the_knob_says() {
    let (sim, client) = start().await;
    let long = format!(" Front  Desk {}", "x".repeat(60));
    for (labels, kept) in [
        (Labels::AsSent, long.clone()),
        (Labels::Trimmed, long.trim().to_owned()),
        (Labels::Collapsed, format!("Front Desk {}", "x".repeat(60))),
        (Labels::LowerCase, long.to_lowercase()),
        (Labels::Truncated, long[..50].to_owned()),
    ] {
        sim.configure(|behaviour| behaviour.labels = labels);
        let mut body = minimal();
        body["label"] = long.clone().into();
        assert_eq!(client.post("/v1/trunks", &body).await.json["label"], kept, "{labels:?}");
    }
}

// ---- the owner's side --------------------------------------------------------------------------------------------

#[tokio::test]
async fn trunks_can_be_seeded_and_changed_behind_the_clients_back() {
    let sim = Sim::builder().trunk(json!({ "label": "First" })).start().await;
    let client = Client::new(&sim);
    let id = sim.add_trunk(json!({
        "id": 77, "name": "32882", "label": "Second", "talk_time": 65, "charge": "24.637", "passthrough": true,
        "allowed_ips": [{ "ip": "192.0.2.1" }], "max_channels": 500, "created_at": "2023-05-16T17:13:25Z",
    }));
    assert_eq!(id, 77);
    let shown = client.get("/v1/trunks/77").await.json;
    assert_eq!((&shown["name"], &shown["created_at"]), (&json!("32882"), &json!("2023-05-16T17:13:25.000Z")));
    assert_eq!((&shown["ip_restrict"], &shown["channels_restrict"]), (&json!(true), &json!(true)));
    assert_eq!(sim.trunks_labelled("First").len(), 1);
    assert!(sim.edit_trunk(77, |trunk| {
        trunk.label = "Edited".to_owned();
        trunk.set_access_token(None);
    }));
    let shown = client.get("/v1/trunks/77").await.json;
    assert_eq!((&shown["label"], &shown["access_token"]), (&json!("Edited"), &Value::Null));
    assert!(sim.delete_trunk(77) && !sim.delete_trunk(77) && !sim.edit_trunk(77, |_| ()));
    assert_eq!(client.get("/v1/trunks/77").await.status, 404);
    assert_eq!(sim.journal().committed(), 0);
}

#[test]
#[should_panic(expected = "Missing or invalid parameter lable")]
fn a_misspelt_fixture_is_noticed() {
    Sim::spawn().add_trunk(json!({ "lable": "x" }));
}

#[tokio::test]
async fn two_simulators_know_nothing_of_each_other() {
    let (one, two) = (Sim::start().await, Sim::start().await);
    Client::new(&one).create(&minimal()).await;
    assert_eq!((one.trunks().len(), two.trunks().len()), (1, 0));
    assert_eq!(two.journal().connections(), 0);
}
