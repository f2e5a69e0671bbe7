//! The page over HTTP: who gets it, and what its events tell. What a browser makes of it is tested with the provider.

use reqwest::{Client as Http, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use wavix_sim::{Fault, Sim};

use crate::client::{Client, minimal};

fn http() -> Http {
    Http::builder().no_proxy().build().unwrap()
}

fn get(sim: &Sim, path: &str) -> RequestBuilder {
    http().get(format!("{}{path}", sim.base_url()))
}

/// An open page, as its script sees it.
struct Page {
    answer: reqwest::Response,
    text: String,
}

impl Page {
    async fn open(sim: &Sim) -> Self {
        let answer = get(sim, "/_sim/events").send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut page = Self { answer, text: String::new() };
        assert_eq!(page.event().await.0, "hello");
        page
    }

    /// The next event: its name and data.
    async fn event(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let found = field("event:").map(|name| (name.to_owned(), field("data:").unwrap().to_owned()));
                self.text = rest.to_owned();
                // A comment keeps the connection alive.
                let Some((name, data)) = found else { continue };
                return (name, serde_json::from_str(&data).unwrap());
            }
            let more = self.answer.chunk().await.unwrap().expect("the events do not end");
            self.text.push_str(std::str::from_utf8(&more).unwrap());
        }
    }

    /// The first event of this name whose data are as wanted.
    async fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (found, data) = self.event().await;
            if found == name && wanted(&data) {
                return data;
            }
        }
    }
}

#[tokio::test]
async fn the_page_is_one_file_under_a_strict_policy_and_not_in_the_journal() {
    let sim = Sim::start().await;
    let answer = get(&sim, "/").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let policy = headers["content-security-policy"].to_str().unwrap();
    for directive in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(answer.text().await.unwrap().contains("<title>wavix-sim</title>"));
    assert!(sim.journal().entries().is_empty(), "{}", sim.journal());
}

#[tokio::test]
async fn a_name_that_was_pointed_here_gets_neither_page_nor_events() {
    let sim = Sim::start().await;
    for path in ["/", "/_sim/events"] {
        for (header, value) in [("host", "rebound.example:8787"), ("origin", "https://elsewhere.example")] {
            let answer = get(&sim, path).header(header, value).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {header}: {value}");
            assert!(!answer.text().await.unwrap().contains("wavix-sim</title>"));
        }
        let port = sim.address().port();
        let answer = get(&sim, path).header("host", format!("localhost:{port}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    assert!(sim.journal().entries().is_empty(), "{}", sim.journal());
}

#[tokio::test]
async fn an_open_page_is_told_of_requests_trunks_and_faults_as_they_come() {
    let sim = Sim::start().await;
    let mut page = Page::open(&sim).await;
    let first_key = json!({
        "id": sim.api_keys()[0].id, "label": "Default", "begins": sim.api_key()[..4], "active": true,
        "permitted_ips": null, "scopes": null, "last_used_at": null,
    });
    let empty = json!({
        "trunks": [], "trunk_count": 0, "numbers": [], "number_count": 0, "webhooks": [], "api_keys": [first_key], "api_key_count": 1, "faults": [],
    });
    assert_eq!(page.event().await, ("account".to_owned(), empty));

    sim.fault("POST", "/v1/trunks", Fault::close_after_commit());
    let account = page.until("account", |account| account["faults"] != json!([])).await;
    let rule = json!({
        "method": "POST", "path": "/v1/trunks", "fault": "close after commit", "left": 1, "spare": 0,
    });
    assert_eq!(account["faults"], json!([rule]));

    let client = Client::new(&sim);
    assert!(client.try_send("POST", "/v1/trunks", Some(minimal().to_string())).await.is_err());
    let account = page.until("account", |account| account["trunk_count"] == 1).await;
    assert_eq!(account["trunks"][0]["label"], "Office");
    assert_eq!(account["faults"], json!([]), "it has struck");
    // It may have been told before it was done.
    sim.journal().clear();
    page.until("cleared", |_| true).await;
    client.get("/v1/trunks").await;
    let requests = page.until("requests", |requests| requests[0]["done"] == true).await;
    assert_eq!((&requests[0]["path"], &requests[0]["status"]), (&json!("/v1/trunks"), &json!(200)));
    assert_eq!(requests.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_opened_later_is_told_of_the_past_without_its_secrets() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.fault("POST", "/v1/trunks", Fault::close_after_commit());
    assert!(client.try_send("POST", "/v1/trunks", Some(minimal().to_string())).await.is_err());
    let id = client.create(&minimal()).await;
    client.get(&format!("/v1/trunks?appid={}", sim.api_key())).await;
    let scoped = json!({ "label": "pbx", "scopes_enabled": true, "trunks": { "allow": "read" } });
    let key = client.post("/v1/api-keys", &scoped).await.json["value"].as_str().unwrap().to_owned();
    sim.set_webhook("on-call", "https://hooks.example.com/live");

    let mut page = Page::open(&sim).await;
    let (_, account) = page.event().await;
    let (_, requests) = page.event().await;
    let lost = &requests[0];
    assert_eq!((&lost["fault"], &lost["committed"]), (&json!("close after commit"), &json!(true)));
    assert_eq!(
        (&lost["status"], &lost["done"]),
        (&Value::Null, &json!(true)),
        "told apart from one under way"
    );
    assert_eq!(requests[1]["status"], 201);
    assert_eq!(requests[1]["body"]["password"], "***");
    assert_eq!(lost["answer"], Value::Null, "nothing was answered");
    let made = &requests[1]["answer"]["body"];
    assert_eq!((&made["id"], &made["access_token"]), (&json!(id), &json!("***")));
    let hook = json!({ "event_type": "on-call", "url": "https://hooks.example.com/live" });
    assert_eq!(account["webhooks"], json!([hook]));
    let shown = &account["api_keys"][1];
    assert_eq!((&shown["begins"], &shown["scopes"]), (&json!(key[..4]), &json!(["trunks: read"])));
    let told = format!("{account} {requests}");
    let trunk = sim.trunk(id).unwrap();
    for secret in [trunk.password(), trunk.access_token().unwrap(), sim.api_key(), key.as_str()] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn long_answers_and_old_ones_are_not_kept() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    for number in 0..100 {
        sim.add_trunk(json!({ "label": format!("T{number}") }));
    }
    client.get("/v1/trunks/3107").await;
    for _ in 0..500 {
        client.get("/v1/trunks?per_page=100").await;
    }
    let told = async |wanted: &'static str| {
        let mut page = Page::open(&sim).await;
        page.until("requests", |requests| requests[0]["path"] == wanted).await
    };
    let requests = told("/v1/trunks").await;
    let answer = &requests[0]["answer"];
    assert!(answer["length"].as_u64() > Some(10_000) && answer["body"].is_null(), "{answer}");
    let first = &sim.journal().entries()[0];
    assert!(format!("{first:?}").contains("answer: None"), "{first:?}");
}
