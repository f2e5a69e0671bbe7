//! A small HTTP client for the tests, and the smallest valid request body.

use serde_json::{Value, json};
use wavix_sim::Sim;

/// An answer with its parsed body (`null` when there is none).
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// A client of one simulator, with one of its keys.
pub(crate) struct Client {
    http: reqwest::Client,
    base_url: String,
    key: Option<String>,
}

impl Client {
    pub(crate) fn new(sim: &Sim) -> Self {
        Self::with_key(sim, Some(sim.api_key()))
    }

    pub(crate) fn with_key(sim: &Sim, key: Option<&str>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without TLS needs nothing");
        Self { http, base_url: sim.base_url(), key: key.map(str::to_owned) }
    }

    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
    ) -> Result<Reply, reqwest::Error> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.base_url));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, text, json })
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.try_send(method, path, body.map(Value::to_string)).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None).await
    }

    /// Creates a trunk and gives its id.
    pub(crate) async fn create(&self, body: &Value) -> i64 {
        let reply = self.post("/v1/trunks", body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json["id"].as_i64().expect("an id")
    }
}

/// The eleven required fields and nothing else.
pub(crate) fn minimal() -> Value {
    json!({
        "label": "Office",
        "password": "4r=h;EaCB85QNtr2",
        "callerid": "13132847320",
        "ip_restrict": false,
        "didinfo_enabled": true,
        "call_restrict": false,
        "cost_limit": false,
        "channels_restrict": false,
        "rewrite_enabled": false,
        "transcription_enabled": false,
        "transcription_threshold": 6,
    })
}

/// [`minimal`] with these fields set.
pub(crate) fn with(fields: Value) -> Value {
    let mut body = minimal();
    if let (Value::Object(body), Value::Object(mut fields)) = (&mut body, fields) {
        body.append(&mut fields);
    }
    body
}

/// A JSON number that keeps its spelling.
pub(crate) fn number(text: &str) -> Value {
    serde_json::from_str(text).expect("a number")
}
