//! `/v1/calls/webhooks`: two slots, no id, no update; and every reading of what the documents leave open.

use serde_json::{Value, json};
use wavix_sim::{
    Access, ApiKey, Fault, Sim,
    behaviour::{DeleteAnswer, EmptySlot, SecondPost},
};

use crate::{client::Client, contract::Contract};

const WEBHOOKS: &str = "/v1/calls/webhooks";
const LIVE: &str = "https://hooks.example.com/live";
const CDR: &str = "https://hooks.example.com/cdr?token=1";

fn slot(event_type: &str, url: &str) -> Value {
    json!({ "event_type": event_type, "url": url })
}

fn path_of(event_type: &str) -> String {
    format!("{WEBHOOKS}?event_type={event_type}")
}

async fn start() -> (Sim, Client) {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    (sim, client)
}

#[tokio::test]
async fn a_webhook_is_put_into_its_slot_listed_and_removed_as_documented() {
    let (sim, client) = start().await;
    let contract = Contract::load();
    let empty = client.get(WEBHOOKS).await;
    assert_eq!((empty.status, &empty.json), (200, &json!([])), "a bare array");
    contract.check("GET", WEBHOOKS, &empty);

    for (event_type, url) in [("post-call", CDR), ("on-call", LIVE)] {
        let created = client.post(WEBHOOKS, &slot(event_type, url)).await;
        assert_eq!(created.status, 201, "{}", created.text);
        assert_eq!(created.json, json!({ "success": true, "event_type": event_type, "url": url }));
        contract.check("POST", WEBHOOKS, &created);
    }
    let both = client.get(WEBHOOKS).await;
    assert_eq!(both.json, json!([slot("post-call", CDR), slot("on-call", LIVE)]));
    contract.check("GET", WEBHOOKS, &both);
    assert_eq!(sim.webhook("on-call").as_deref(), Some(LIVE));

    let removed = client.delete(&path_of("post-call")).await;
    assert_eq!((removed.status, &removed.json), (200, &json!({ "success": true })));
    contract.check("DELETE", WEBHOOKS, &removed);
    assert_eq!(client.get(WEBHOOKS).await.json, json!([slot("on-call", LIVE)]));
    let committed: Vec<_> = sim.journal().entries().iter().map(|entry| entry.committed).collect();
    assert_eq!(committed, [false, true, true, false, true, false], "{}", sim.journal());
    for method in ["PUT", "PATCH"] {
        assert_eq!(client.send(method, WEBHOOKS, Some(&slot("on-call", CDR))).await.status, 404, "{method}");
    }
}

#[tokio::test]
async fn what_is_no_webhook_is_refused_by_its_parameter() {
    let (sim, client) = start().await;
    let contract = Contract::load();
    let validator = contract.named("CallWebhooksCreateRequest");
    for (body, parameter) in [
        (json!({}), "url"),
        (json!({ "event_type": "on-call" }), "url"),
        (json!({ "event_type": "on-call", "url": null }), "url"),
        (json!({ "event_type": "on-call", "url": 7 }), "url"),
        (json!({ "url": LIVE }), "event_type"),
        (slot("answered", LIVE), "event_type"),
        (json!({ "event_type": ["on-call"], "url": LIVE }), "event_type"),
        (json!({ "event_type": "on-call", "url": LIVE, "secret": "x" }), "secret"),
    ] {
        assert!(!validator.is_valid(&body), "{body}");
        let refused = client.post(WEBHOOKS, &body).await;
        assert_eq!((refused.status, &refused.json["success"]), (400, &json!(false)), "{body}");
        assert_eq!(refused.json["message"], format!("Missing or invalid parameter {parameter}"), "{body}");
        contract.check("POST", WEBHOOKS, &refused);
    }
    for url in ["", "hooks.example.com/live", "/live", "ftp://hooks.example.com/", "https://", "https://a b/"]
    {
        let refused = client.post(WEBHOOKS, &slot("on-call", url)).await;
        assert_eq!(refused.json["message"], "Missing or invalid parameter url", "{url}");
        assert_eq!(refused.status, 400, "{url}");
    }
    for query in ["", "?event_type=", "?event_type=answered", "?event=on-call"] {
        let refused = client.delete(&format!("{WEBHOOKS}{query}")).await;
        assert_eq!((refused.status, &refused.json["success"]), (400, &json!(false)), "{query}");
        contract.check("DELETE", WEBHOOKS, &refused);
    }
    assert!(sim.webhooks().is_empty());
}

#[tokio::test]
async fn a_slot_that_is_taken_answers_a_second_post_as_the_knob_says() {
    for (second_post, status, left) in [
        (SecondPost::Rejected, 422, vec![LIVE]),
        (SecondPost::Replaces, 201, vec![CDR]),
        (SecondPost::Appends, 201, vec![LIVE, CDR]),
    ] {
        let (sim, client) = start().await;
        sim.configure(|behaviour| behaviour.webhook_second_post = second_post);
        assert_eq!(client.post(WEBHOOKS, &slot("on-call", LIVE)).await.status, 201);
        assert_eq!(client.post(WEBHOOKS, &slot("post-call", CDR)).await.status, 201, "another slot");
        let second = client.post(WEBHOOKS, &slot("on-call", CDR)).await;
        assert_eq!(second.status, status, "{second_post:?}");
        Contract::load().check("POST", WEBHOOKS, &second);
        let found: Vec<String> = sim
            .webhooks()
            .into_iter()
            .filter(|webhook| webhook.event_type == "on-call")
            .map(|webhook| webhook.url)
            .collect();
        assert_eq!(found, left, "{second_post:?}");
        assert_eq!(client.delete(&path_of("on-call")).await.status, 200);
        assert_eq!(client.get(WEBHOOKS).await.json, json!([slot("post-call", CDR)]), "the slot is empty");
    }
}

#[tokio::test]
async fn the_delete_of_an_empty_slot_answers_as_the_knob_says() {
    for (empty_delete, status) in
        [(EmptySlot::Rejected, 422), (EmptySlot::Success, 200), (EmptySlot::NotFound, 404)]
    {
        let (sim, client) = start().await;
        sim.configure(|behaviour| behaviour.webhook_empty_delete = empty_delete);
        let reply = client.delete(&path_of("on-call")).await;
        assert_eq!(
            (reply.status, &reply.json["success"]),
            (status, &json!(status == 200)),
            "{empty_delete:?}"
        );
    }
    let (sim, client) = start().await;
    sim.configure(|behaviour| behaviour.delete_answer = DeleteAnswer::NoContent);
    sim.set_webhook("on-call", LIVE);
    assert_eq!(client.delete(&path_of("on-call")).await.status, 204);
}

#[tokio::test]
async fn webhooks_need_their_scope_and_a_key() {
    let sim = Sim::builder()
        .api_key("all")
        .key(ApiKey::new("reader").scope("webhooks", Access::Read))
        .key(ApiKey::new("trunks").scope("trunks", Access::Write))
        .start()
        .await;
    let contract = Contract::load();
    sim.set_webhook("on-call", LIVE);
    for (key, statuses) in [
        (Some("reader"), [200, 403, 403]),
        (Some("trunks"), [403; 3]),
        (Some("wrong"), [401; 3]),
        (None, [401; 3]),
    ] {
        let client = Client::with_key(&sim, key);
        let deleted = path_of("on-call");
        for ((method, path), status) in
            [("GET", WEBHOOKS), ("POST", WEBHOOKS), ("DELETE", deleted.as_str())].into_iter().zip(statuses)
        {
            let reply = client.send(method, path, Some(&slot("post-call", CDR))).await;
            assert_eq!(reply.status, status, "{key:?} {method}");
            contract.check(method, WEBHOOKS, &reply);
        }
    }
    assert_eq!(sim.webhooks().len(), 1);
    sim.configure(|behaviour| behaviour.unprovisioned_families = ["webhooks".to_owned()].into());
    let refused = Client::new(&sim).get(WEBHOOKS).await;
    assert_eq!(refused.json["message"], "The service is not provisioned for your account.");
    assert_eq!((refused.status, Client::new(&sim).get("/v1/trunks").await.status), (403, 200));
}

#[tokio::test]
async fn webhooks_change_behind_the_clients_back() {
    let (sim, client) = start().await;
    sim.set_webhook("on-call", LIVE);
    sim.set_webhook("on-call", CDR);
    assert_eq!(client.get(WEBHOOKS).await.json, json!([slot("on-call", CDR)]));
    sim.add_webhook("on-call", LIVE);
    assert_eq!(client.get(WEBHOOKS).await.json, json!([slot("on-call", CDR), slot("on-call", LIVE)]));
    assert_eq!(sim.webhook("on-call").as_deref(), Some(CDR), "the oldest");
    assert!(sim.remove_webhook("on-call") && !sim.remove_webhook("on-call"));
    assert_eq!((client.get(WEBHOOKS).await.json, sim.webhook("on-call")), (json!([]), None));
    assert_eq!(sim.journal().committed(), 0);
}

#[tokio::test]
async fn the_list_of_webhooks_can_lag_and_be_struck_by_faults() {
    let (sim, client) = start().await;
    sim.configure(|behaviour| (behaviour.list_lag, behaviour.misses_after_create) = (1, 1));
    assert_eq!(client.post(WEBHOOKS, &slot("on-call", LIVE)).await.status, 201);
    let counts = [client.get(WEBHOOKS).await, client.get(WEBHOOKS).await, client.get(WEBHOOKS).await];
    assert_eq!(counts.map(|reply| reply.json.as_array().unwrap().len()), [0, 0, 1]);

    sim.fault("POST", WEBHOOKS, Fault::close_after_commit());
    assert!(client.try_send("POST", WEBHOOKS, Some(slot("post-call", CDR).to_string())).await.is_err());
    assert_eq!(sim.webhook("post-call").as_deref(), Some(CDR), "the answer is lost, the webhook is not");
    sim.fault("DELETE", WEBHOOKS, Fault::status(503));
    assert_eq!(client.delete(&path_of("post-call")).await.status, 503);
    sim.fault("GET", WEBHOOKS, Fault::with("url", "https://elsewhere.example"));
    let edited = client.get(WEBHOOKS).await.json;
    assert_eq!(edited[0]["url"], "https://elsewhere.example", "{edited}");
    sim.configure(|behaviour| behaviour.rate_limited_families = [("webhooks".to_owned(), 0)].into());
    let throttled = client.get(WEBHOOKS).await;
    assert_eq!((throttled.status, throttled.headers["retry-after"].to_str().unwrap()), (429, "1"));
    assert_eq!(client.get("/v1/trunks").await.status, 200, "another family");
    assert_eq!(sim.faults().pending(), 0);
}
