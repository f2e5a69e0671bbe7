//! What holds for every route alike, whichever object it is about: keys, faults, the journal. The routes are those of
//! the vendor's document, so that one that is added to it is held to all of this.

use serde_json::{Value, json};
use wavix_sim::{Access, Answer, ApiKey, Fault, Journal, Sim};

use crate::{
    client::{Client, Reply, with},
    contract::Contract,
};

/// One operation on an account that has one of everything.
struct Route {
    sim: Sim,
    client: Client,
    method: String,
    template: String,
    path: String,
    body: Value,
}

impl Route {
    async fn new(method: &str, template: &str) -> Self {
        let sim = Sim::start().await;
        let client = Client::new(&sim);
        let trunk = sim.add_trunk(json!({}));
        let login = sim.trunk(trunk).unwrap().name;
        let token = json!({ "sip_trunk": login, "ttl": null });
        assert_eq!(client.post("/v2/webrtc/tokens", &token).await.status, 201);
        let key = sim.add_api_key(ApiKey::new("another"));
        sim.set_webhook("on-call", "https://hooks.example.com/");
        let number = sim.add_phone_number(json!({}));
        let (path, body) = match template {
            "/v1/trunks" => (template.to_owned(), with(json!({}))),
            "/v1/trunks/{id}" => (format!("/v1/trunks/{trunk}"), with(json!({ "label": "changed" }))),
            "/v1/numbers" if method == "DELETE" => (format!("{template}?ids={number}"), json!({})),
            "/v1/numbers" => (template.to_owned(), json!({ "ids": [number], "transcription_threshold": 9 })),
            "/v1/numbers/{id}" => {
                (format!("/v1/numbers/{number}"), json!({ "call_status_url": "https://hooks.example.com/" }))
            }
            "/v1/calls/webhooks" if method == "DELETE" => {
                (format!("{template}?event_type=on-call"), json!({}))
            }
            "/v1/calls/webhooks" => (
                template.to_owned(),
                json!({ "event_type": "post-call", "url": "https://hooks.example.com/" }),
            ),
            "/v1/api-keys" => (template.to_owned(), json!({ "label": "new" })),
            "/v1/api-keys/{id}" => (format!("/v1/api-keys/{key}"), json!({ "label": "changed" })),
            "/v2/webrtc/tokens" => (template.to_owned(), token),
            "/v2/webrtc/tokens/{id}" => (
                format!("/v2/webrtc/tokens/{}", sim.webrtc_tokens()[0].uuid),
                json!({ "payload": { "a": 1 } }),
            ),
            "/v1/profile" | "/v1/profile/config" => (template.to_owned(), json!({})),
            other => panic!("{other} is in the vendor's document: say here how it is asked"),
        };
        sim.journal().clear();
        Self { sim, client, method: method.to_owned(), template: template.to_owned(), path, body }
    }

    fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// All that the account owns. That a key was used is no change.
    fn owned(&self) -> String {
        let mut keys = self.sim.api_keys();
        keys.iter_mut().for_each(|key| key.last_used_at = None);
        let (trunks, webhooks, tokens) = (self.sim.trunks(), self.sim.webhooks(), self.sim.webrtc_tokens());
        let numbers = self.sim.phone_numbers();
        format!("{trunks:?} {numbers:?} {webhooks:?} {keys:?} {tokens:?}")
    }

    fn fault(&self, fault: Fault) {
        self.sim.fault(&self.method, self.path.split('?').next().unwrap(), fault);
    }

    async fn try_send(&self) -> Result<Reply, reqwest::Error> {
        self.client.try_send(&self.method, &self.path, Some(self.body.to_string())).await
    }

    async fn send(&self) -> Reply {
        self.try_send().await.expect("an answer")
    }

    fn journal(&self) -> &Journal {
        self.sim.journal()
    }
}

/// A fresh account for each operation of the vendor's document.
async fn every_route() -> Vec<Route> {
    let mut routes = Vec::new();
    for (method, template) in Contract::load().operations() {
        routes.push(Route::new(&method, &template).await);
    }
    assert!(routes.len() >= 24, "{}", routes.len());
    routes
}

#[tokio::test]
async fn every_route_of_the_vendors_document_is_answered_as_it_says_and_counted() {
    for route in every_route().await {
        let before = route.owned();
        let reply = route.send().await;
        assert!(matches!(reply.status, 200 | 201), "{} {}: {}", route.method, route.path, reply.text);
        Contract::load().check(&route.method, &route.template, &reply);
        assert_eq!(route.owned() != before, route.writes(), "{} {}", route.method, route.path);
        let pattern = route.template.as_str();
        assert_eq!(route.journal().count(&route.method, pattern), 1, "{}", route.journal());
        assert_eq!(route.journal().committed(), usize::from(route.writes()), "{}", route.journal());
    }
}

#[tokio::test]
async fn every_route_can_be_struck_before_and_after_it_is_carried_out() {
    let bad_gateway = || Answer::new(502).html("<h1>Bad Gateway</h1>");
    for (fault, status, carried_out) in [
        (Fault::close(), None, false),
        (Fault::reset(), None, false),
        (Fault::status(503), Some(503), false),
        (Fault::answer(bad_gateway()), Some(502), false),
        (Fault::too_many_requests(Some("1")), Some(429), false),
        (Fault::close_after_commit(), None, true),
        (Fault::cut_body(), None, true),
        (Fault::answer_after_commit(bad_gateway()), Some(502), true),
    ] {
        for route in every_route().await {
            let case = format!("{fault:?}: {} {}", route.method, route.path);
            let before = route.owned();
            route.fault(fault.clone());
            let answered = route.try_send().await.ok().map(|reply| reply.status);
            assert_eq!(answered, status, "{case}");
            assert_eq!(route.owned() != before, carried_out && route.writes(), "{case}");
            assert_eq!(route.journal().committed(), usize::from(carried_out && route.writes()), "{case}");
            assert_eq!(route.sim.faults().pending(), 0, "{case}");
        }
    }
}

#[tokio::test]
async fn every_route_can_be_throttled_withheld_and_closed_to_a_key() {
    let strangers =
        [ApiKey::new("stopped").inactive(), ApiKey::new("nothing").scope("nothing", Access::None)];
    for route in every_route().await {
        let before = route.owned();
        let case = format!("{} {}", route.method, route.path);
        route.sim.configure(|behaviour| behaviour.requests_per_second = Some(0));
        assert_eq!(route.send().await.status, 429, "{case}");
        let families =
            ["trunks", "numbers", "webhooks", "api_keys", "account", "embeddable"].map(str::to_owned);
        route.sim.configure(|behaviour| {
            behaviour.requests_per_second = None;
            behaviour.rate_limited_families = families.clone().map(|family| (family, 0)).into();
        });
        assert_eq!(route.send().await.status, 429, "{case}: its family");
        route.sim.configure(|behaviour| {
            behaviour.rate_limited_families.clear();
            behaviour.unprovisioned_families = families.into();
        });
        let expected = match (route.method.as_str(), route.template.as_str()) {
            // Every account has a profile.
            (_, "/v1/profile" | "/v1/profile/config") => 200,
            ("GET", "/v1/trunks/{id}") => 404,
            _ => 403,
        };
        assert_eq!(route.send().await.status, expected, "{case}");
        route.sim.configure(|behaviour| behaviour.unprovisioned_families.clear());
        assert_eq!(route.owned(), before, "{case}");

        let keys: Vec<i64> = strangers.iter().map(|key| route.sim.add_api_key(key.clone())).collect();
        for (key, status) in
            [(None, 401), (Some("unknown"), 401), (Some("stopped"), 401), (Some("nothing"), 403)]
        {
            let client = Client::with_key(&route.sim, key);
            let reply = client.send(&route.method, &route.path, Some(&route.body)).await;
            assert_eq!((reply.status, &reply.json["success"]), (status, &json!(false)), "{case} {key:?}");
        }
        assert!(keys.iter().all(|id| route.sim.remove_api_key(*id)));
        assert_eq!(route.owned(), before, "{case}");
        assert_eq!(route.journal().committed(), 0, "{case}");
    }
}
