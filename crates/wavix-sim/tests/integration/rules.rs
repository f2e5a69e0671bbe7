//! What a write must obey beyond the schema, and what it does to a trunk.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wavix_sim::{
    HostRequest, Sim,
    behaviour::{
        AllowedIpsMode, HostRequestChanged, HostRequestLeftOut, HostRequestResent, PinnedCallerId,
        UnusedLimits,
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
