//! The knobs, and the rules a default simulator enforces beyond the schema.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use wavix_sim::{
    HostRequest, Sim,
    behaviour::{
        AllowedIpsMode, DecimalText, DeleteAnswer, HostRequestChanged, HostRequestLeftOut, HostRequestResent,
        ListOrder, NotFoundText, Omitted, PinnedCallerId, ProFeatures, UnknownKeys, UnsetText, UnusedLimits,
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

// ---- rules -----------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_caller_id_must_be_the_accounts() {
    let (sim, client) = start().await;
    let refusal = (422, "Caller ID must be a verified number in E.164 format");
    for stranger in ["15550000000", "1313284732", "(313) 284-7320", "+"] {
        let accepted = stranger == "+";
        let reply = client.post("/v1/trunks", &with(json!({ "callerid": stranger }))).await;
        if accepted {
            assert_eq!(reply.json["callerid"], Value::Null, "a bare plus is no number");
        } else {
            assert_eq!(message(&reply), refusal, "{stranger}");
        }
    }
    let id = client.create(&with(json!({ "callerid": "+447700900123" }))).await;
    assert_eq!(sim.trunk(id).unwrap().callerid.as_deref(), Some("447700900123"));
    let path = format!("/v1/trunks/{id}");
    assert_eq!(message(&client.put(&path, &with(json!({ "callerid": "15550000000" }))).await), refusal);
    sim.configure_account(|account| account.any_caller_id = true);
    assert_eq!(client.put(&path, &with(json!({ "callerid": "15550000000" }))).await.status, 200);
    let sim = Sim::builder().caller_id("15550000001").start().await;
    Client::new(&sim).create(&with(json!({ "callerid": "15550000001" }))).await;
}

#[tokio::test]
async fn no_caller_id_is_null_and_several_are_empty() {
    let (sim, client) = start().await;
    let none = client.post("/v1/trunks", &with(json!({ "callerid": "" }))).await;
    assert_eq!(none.json["callerid"], Value::Null);
    let several = with(json!({ "callerid": "13132847320", "multiple_numbers": true }));
    assert_eq!(client.post("/v1/trunks", &several).await.json["callerid"], "");
    sim.configure(|behaviour| {
        behaviour.callerid_with_multiple_numbers = PinnedCallerId::Echoed;
        behaviour.empty_callerid_accepted = false;
    });
    assert_eq!(client.post("/v1/trunks", &several).await.json["callerid"], "13132847320");
    assert_eq!(client.post("/v1/trunks", &with(json!({ "callerid": "" }))).await.status, 422);
}

#[tokio::test]
async fn limits_must_stay_below_the_accounts_ceilings_while_their_flag_is_on() {
    let (sim, client) = start().await;
    let config = client.get("/v1/profile/config").await.json;
    assert_eq!(
        config["global_limits"],
        json!({ "max_call_duration": 3600, "max_sip_channels": 8, "max_call_rate": "99.0" })
    );
    for (flag, limit, most) in
        [("call_restrict", "call_limit", 3600), ("channels_restrict", "max_channels", 8)]
    {
        let at = with(json!({ flag: true, limit: most }));
        assert_eq!(client.post("/v1/trunks", &at).await.status, 201);
        let above = client.post("/v1/trunks", &with(json!({ flag: true, limit: most + 1 }))).await;
        assert_eq!(above.status, 422, "{limit}");
        assert!(message(&above).1.ends_with(&most.to_string()));
        let ignored = client.post("/v1/trunks", &with(json!({ flag: false, limit: most + 1 }))).await;
        assert_eq!((ignored.status, &ignored.json[limit]), (201, &json!(most + 1)), "stored though off");
    }
    sim.configure_account(|account| account.max_sip_channels = 100);
    client.create(&with(json!({ "channels_restrict": true, "max_channels": 100 }))).await;
    sim.configure(|behaviour| behaviour.limits_while_off = UnusedLimits::Dropped);
    let dropped = client.post("/v1/trunks", &with(json!({ "call_limit": 60 }))).await;
    assert_eq!(dropped.json["call_limit"], Value::Null);
}

#[tokio::test]
async fn values_no_server_could_use_are_refused() {
    let (_sim, client) = start().await;
    for (name, value) in [
        ("label", json!("")),
        ("password", json!("")),
        ("call_limit", json!(0)),
        ("call_limit", json!(3_000_000_000_i64)),
        ("max_channels", json!(-1)),
        ("max_call_cost", number("0.0")),
        ("transcription_threshold", json!(-1)),
        ("allowed_ips", json!([{ "ip": "192.0.2.0/24" }])),
        ("allowed_ips", json!([{ "ip": "2001:db8::1" }])),
        ("host_request", json!({ "host": "sip.example.com" })),
    ] {
        let reply = client.post("/v1/trunks", &with(json!({ name: value }))).await;
        assert_eq!(
            message(&reply),
            (400, format!("Missing or invalid parameter {name}").as_str()),
            "{value}"
        );
    }
    for restricted in [json!({}), json!({ "allowed_ips": [] }), json!({ "allowed_ips": null })] {
        let mut body = with(json!({ "ip_restrict": true }));
        body.as_object_mut().unwrap().append(restricted.clone().as_object_mut().unwrap());
        let reply = client.post("/v1/trunks", &body).await;
        assert_eq!(message(&reply), (400, "Missing or invalid parameter allowed_ips"), "{restricted}");
    }
}

#[tokio::test]
async fn the_first_missing_field_is_named_in_schema_order() {
    let (_sim, client) = start().await;
    let mut body = json!({});
    for (name, value) in [
        ("label", json!("Office")),
        ("password", json!("secret")),
        ("callerid", json!("13132847320")),
        ("ip_restrict", json!(false)),
        ("didinfo_enabled", json!(true)),
        ("call_restrict", json!(false)),
        ("cost_limit", json!(false)),
        ("channels_restrict", json!(false)),
        ("rewrite_enabled", json!(false)),
        ("transcription_enabled", json!(false)),
        ("transcription_threshold", json!(6)),
    ] {
        let reply = client.post("/v1/trunks", &body).await;
        assert_eq!(message(&reply), (400, format!("Missing or invalid parameter {name}").as_str()));
        body[name] = value;
    }
    assert_eq!(client.post("/v1/trunks", &body).await.status, 201);
}

// ---- IP authentication -----------------------------------------------------------------------------------------

#[tokio::test]
async fn ip_authentication_is_asked_for_and_reviewed() {
    let (sim, client) = start().await;
    let asking = with(json!({ "host_request": { "host": "203.0.113.7" } }));
    let id = client.create(&asking).await;
    let path = format!("/v1/trunks/{id}");
    let shown = async || {
        let item = client.get("/v1/trunks").await.json["sip_trunks"][0].clone();
        let host = client.get(&path).await.json["host"].clone();
        json!([item["auth_method"], item["status"], item["host_request"]["status"], host])
    };
    assert_eq!(shown().await, json!(["IP auth", "pending", "pending", "dynamic"]));
    assert!(sim.approve(id));
    assert_eq!(shown().await, json!(["IP auth", "active", "approved", "203.0.113.7"]));
    client.put(&path, &asking).await;
    assert_eq!(shown().await, json!(["IP auth", "active", "approved", "203.0.113.7"]), "resending keeps it");
    assert!(sim.reject(id));
    assert_eq!(shown().await, json!(["IP auth", "rejected", "rejected", "203.0.113.7"]));
    sim.configure(|behaviour| behaviour.host_request_resent = HostRequestResent::ReopensReview);
    client.put(&path, &asking).await;
    assert_eq!(shown().await[1], "pending");

    let other = with(json!({ "host_request": { "host": "203.0.113.8" } }));
    client.put(&path, &other).await;
    let request = HostRequest { host: "203.0.113.8".into(), status: "pending".into() };
    assert_eq!(sim.trunk(id).unwrap().host_request, Some(request));
    sim.configure(|behaviour| behaviour.host_request_changed = HostRequestChanged::Refused);
    assert_eq!(client.put(&path, &asking).await.status, 422);

    sim.configure(|behaviour| behaviour.host_request_left_out = HostRequestLeftOut::Keeps);
    client.put(&path, &minimal()).await;
    assert_eq!(shown().await[0], "IP auth");
    sim.configure(|behaviour| behaviour.host_request_left_out = HostRequestLeftOut::RevertsToDigest);
    client.put(&path, &minimal()).await;
    assert_eq!(shown().await, json!(["Digest", "active", null, "dynamic"]));
    assert!(!sim.approve(id + 1), "there is no such trunk");
}

// ---- allowed_ips -----------------------------------------------------------------------------------------------

#[tokio::test]
async fn addresses_are_replaced_and_keep_their_ids() {
    let (sim, client) = start().await;
    let id =
        client.create(&with(json!({ "allowed_ips": [{ "ip": "192.0.2.1" }, { "ip": "192.0.2.2" }] }))).await;
    let before = sim.trunk(id).unwrap().allowed_ips;
    let path = format!("/v1/trunks/{id}");
    client.put(&path, &with(json!({ "allowed_ips": [{ "ip": "192.0.2.3" }, { "ip": "192.0.2.2" }] }))).await;
    let after = sim.trunk(id).unwrap();
    assert_eq!(after.allowed_addresses(), ["192.0.2.3", "192.0.2.2"]);
    assert_eq!(after.allowed_ips[1].id, before[1].id);
    let ids: BTreeSet<i64> = before.iter().chain(&after.allowed_ips).map(|allowed| allowed.id).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(client.put(&path, &minimal()).await.json["allowed_ips"], json!([]));
}

#[tokio::test]
async fn nested_attributes_add_until_told_to_destroy() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| behaviour.allowed_ips = AllowedIpsMode::NestedAttributes);
    let id = client.create(&with(json!({ "allowed_ips": [{ "ip": "192.0.2.1" }] }))).await;
    let path = format!("/v1/trunks/{id}");
    client.put(&path, &with(json!({ "allowed_ips": [{ "ip": "192.0.2.2" }] }))).await;
    client.put(&path, &minimal()).await;
    assert_eq!(sim.trunk(id).unwrap().allowed_addresses(), ["192.0.2.1", "192.0.2.2"]);
    let ids: Vec<i64> = sim.trunk(id).unwrap().allowed_ips.iter().map(|allowed| allowed.id).collect();
    let body = with(json!({ "ip_restrict": true, "allowed_ips": [
        { "id": ids[0], "_destroy": true },
        { "id": ids[1], "ip": "192.0.2.9" },
    ] }));
    assert_eq!(
        client.put(&path, &body).await.json["allowed_ips"],
        json!([{ "id": ids[1], "ip": "192.0.2.9" }])
    );
    let unknown = client.put(&path, &with(json!({ "allowed_ips": [{ "id": 1, "ip": "192.0.2.9" }] }))).await;
    assert_eq!(unknown.status, 400);
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
