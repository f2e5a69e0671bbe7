//! What travels: paths, queries, headers, bodies, exact numbers.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{
    KEY, client, client_of,
    server::{Server, Step, answer, json as reply, json_with},
    settings,
};
use crate::client::{Acknowledged, ApiPath, AuthScheme, Client, ClientSettings, Error, Kind, Request};

#[test]
fn a_hostile_value_stays_one_segment() {
    let cases = [
        ("293", "293"),
        ("192.168.0.0/24", "192.168.0.0%2F24"),
        ("../api-keys", "..%2Fapi-keys"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("+1 313", "%2B1%20313"),
        ("a\r\nX: y", "a%0D%0AX%3A%20y"),
        ("…", "%E2%80%A6"),
        ("...", "..."),
        ("a\\b", "a%5Cb"),
    ];
    for (value, expected) in cases {
        let path = ApiPath::new("/v1/trunks").segment(value);
        assert_eq!(path.checked(), Ok(format!("/v1/trunks/{expected}").as_str()), "{value:?}");
        // The URL library must not undo it.
        let config = settings("https://api.wavix.com/gateway/").validate().unwrap();
        let url = config.join(path.checked().unwrap());
        assert_eq!(url.as_str(), format!("https://api.wavix.com/gateway/v1/trunks/{expected}"), "{value:?}");
    }
}

#[test]
fn a_value_that_cannot_be_a_segment_is_refused() {
    for value in ["", ".", ".."] {
        assert!(ApiPath::new("/v1/trunks").segment(value).checked().is_err(), "{value:?}");
        assert!(ApiPath::new("/v1/trunks").segment(value).then("/numbers").checked().is_err(), "{value:?}");
    }
    for route in ["v1", "/v1/", "/v1?x", "/v1#x", "/%2e%2e"] {
        assert!(ApiPath::new(route).checked().is_err(), "{route:?}");
    }
}

#[tokio::test]
async fn an_empty_id_never_becomes_a_request_about_the_collection() {
    let server = Server::start([]).await;
    let path = ApiPath::new("/v1/trunks").segment("");
    let error = client(&server.url()).delete(path).send::<Acknowledged>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unsendable);
    assert_eq!((error.attempts(), server.connections()), (0, 0));
}

#[tokio::test]
async fn the_key_travels_as_a_bearer_and_bodies_as_json() {
    let server = Server::start([reply("201 Created", r#"{"id":293}"#)]).await;
    let mut with_agent = settings(&server.url());
    with_agent.user_agent = "Terraform/1.9 terraform-provider-wavix/0.1".to_owned();
    let trunk: Value = client_of(with_agent)
        .post("/v1/trunks")
        .query("dry run", "a b&c")
        .json(&json!({ "label": "office" }))
        .send()
        .await
        .unwrap();
    assert_eq!(trunk["id"], 293);
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /v1/trunks?dry+run=a+b%26c HTTP/1.1\r\n"), "{request}");
    let lower = request.to_ascii_lowercase();
    assert!(request.contains(&format!("Bearer {KEY}\r\n")), "{request}");
    for header in [
        "authorization: ",
        "accept: application/json\r\n",
        "content-type: application/json\r\n",
        "user-agent: terraform/1.9 terraform-provider-wavix/0.1\r\n",
    ] {
        assert!(lower.contains(header), "{header} in {request}");
    }
    assert!(request.ends_with(r#"{"label":"office"}"#), "{request}");
    assert!(!request.contains("appid"), "{request}");
}

#[tokio::test]
async fn the_old_scheme_sends_the_key_in_the_query_only() {
    let server = Server::start([reply("200 OK", "{}")]).await;
    let mut old = settings(&server.url());
    old.auth_scheme = AuthScheme::AppId;
    client_of(old).get("/v1/trunks").query("page", 1).send::<Value>().await.unwrap();
    let request = &server.requests()[0];
    assert!(request.starts_with(&format!("GET /v1/trunks?page=1&appid={KEY} ")), "{request}");
    assert!(!request.to_ascii_lowercase().contains("authorization"), "{request}");
}

#[tokio::test]
async fn the_path_prefix_of_the_base_url_is_kept() {
    let server = Server::start([reply("200 OK", "{}"), reply("200 OK", "{}")]).await;
    for base in [format!("{}/gateway", server.url()), format!("{}/gateway/", server.url())] {
        client(&base).get("/v1/trunks").send::<Value>().await.unwrap();
    }
    for request in server.requests() {
        assert!(request.starts_with("GET /gateway/v1/trunks HTTP/1.1"), "{request}");
    }
}

#[tokio::test]
async fn numbers_are_exact_in_both_directions() {
    // Neither fits an f64.
    let exact = "123456789012345678901234567890.180000000000000000001";
    let server = Server::start([reply("200 OK", &format!(r#"{{"max_call_cost":{exact}}}"#))]).await;
    let body: Value = serde_json::from_str(&format!(r#"{{"max_call_cost":{exact}}}"#)).unwrap();
    #[derive(serde::Deserialize)]
    struct Trunk {
        max_call_cost: serde_json::Number,
    }
    let trunk: Trunk = client(&server.url()).put("/v1/trunks/1").json(&body).send().await.unwrap();
    assert_eq!(trunk.max_call_cost.to_string(), exact);
    assert!(server.requests()[0].ends_with(&format!(r#"{{"max_call_cost":{exact}}}"#)));
}

#[tokio::test]
async fn an_answer_tells_the_servers_clock_and_the_attempts() {
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let server = Server::start([reply("503 Busy", "{}"), json_with("200 OK", date, "{}")]).await;
    let answer = client(&server.url()).get("/v1/trunks").send_full::<Value>().await.unwrap();
    assert_eq!(answer.date, Some(UNIX_EPOCH + Duration::from_secs(784_111_777)));
    assert_eq!(answer.attempts, 2);
}

#[tokio::test]
async fn a_refusal_tells_the_servers_clock_and_a_gateways_page_does_not() {
    let dated = |hour: u32| format!("connection: close\r\ndate: Sun, 06 Nov 1994 {hour:02}:49:37 GMT\r\n");
    let page = Step::Close(answer("502 Bad Gateway", "text/html", &dated(3), "<p>Bad Gateway</p>"));
    let refusal = json_with("404 Not Found", &dated(8), r#"{"success":false,"message":"Record not found"}"#);
    let server = Server::start([page, refusal]).await;
    let client = client_of(ClientSettings { max_retries: 0, ..settings(&server.url()) });
    client.get("/v1/trunks/1").send::<Value>().await.unwrap_err();
    assert_eq!(client.server_now(), None);
    client.get("/v1/trunks/1").send::<Value>().await.unwrap_err();
    let told = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let time = client.server_now().expect("the refusal had a date");
    assert!((told..told + Duration::from_secs(600)).contains(&time), "{time:?}");
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let keep = || Step::Keep(answer("200 OK", "application/json", "", "{}"));
    let server = Server::start([keep(), keep(), keep()]).await;
    let client = client(&server.url());
    for _ in 0..3 {
        client.get("/v1/trunks").send::<Value>().await.unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let slow = Step::Drip(
        answer("200 OK", "application/json", "connection: close\r\n", "{}"),
        Duration::from_millis(1),
    );
    let server = Server::start(vec![slow; 6]).await;
    let mut two = settings(&server.url());
    two.max_concurrent_requests = 2;
    let client = client_of(two);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..6 {
        calls.spawn(client.get("/v1/trunks").send::<Value>());
    }
    tokio::task::yield_now().await;
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The third can only come when one of the first two is answered.
    assert_eq!(server.requests().len(), 2);
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn nothing_is_loaded_before_the_first_request() {
    // Outside a runtime: making a client must need none.
    let client = client("http://127.0.0.1:1");
    let request = client.get("/v1/trunks");
    assert_eq!(format!("{request:?}"), "Request(GET /v1/trunks)");
}

#[test]
fn calls_may_be_made_from_any_task() {
    fn send<T: Send>(_: T) {}
    fn send_sync<T: Send + Sync + Clone>() {}
    send_sync::<Client>();
    send_sync::<Request>();
    send_sync::<Error>();
    send(client("http://127.0.0.1:1").get("/v1/trunks").send::<Value>());
}
