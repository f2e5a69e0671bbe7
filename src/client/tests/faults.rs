//! Broken connections: what is repeated, and what is known afterwards.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{
    client, client_of,
    server::{Server, Step, answer, json},
    settings,
};
use crate::client::{Delivery, Kind, Method};

/// Every way in which an answer can fail to arrive after the request was sent.
fn lost_answers() -> Vec<(&'static str, Step)> {
    let partial =
        b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"id\":"
            .to_vec();
    let chunked = b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n".to_vec();
    vec![
        ("reset before the answer", Step::Reset(Vec::new())),
        ("closed before the answer", Step::Close(Vec::new())),
        ("closed in the head", Step::Close(b"HTTP/1.1 201 Cre".to_vec())),
        ("closed in the body", Step::Close(partial.clone())),
        ("reset in the body", Step::Reset(partial)),
        ("closed in a chunked body", Step::Close(chunked)),
        ("not HTTP", Step::Close(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())),
    ]
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_sent_once_and_reported_as_ambiguous() {
    for (name, step) in lost_answers() {
        let server = Server::start([step, json("201 Created", "{}")]).await;
        let error = client(&server.url()).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{name}");
        assert_eq!((error.kind(), error.delivery()), (Kind::ConnectionLost, Delivery::Ambiguous), "{name}");
        assert_eq!(error.attempts(), 1, "{name}");
        assert!(error.to_string().contains("POST /v1/trunks was sent, but the connection failed"), "{error}");
    }
}

#[tokio::test]
async fn other_methods_are_repeated_when_the_answer_is_lost() {
    for method in [Method::Get, Method::Put, Method::Delete] {
        for (name, step) in lost_answers() {
            let server = Server::start([step, json("200 OK", "{}")]).await;
            let call = client(&server.url()).request(method, "/v1/trunks/1");
            let answer =
                call.send_full::<Value>().await.unwrap_or_else(|error| panic!("{method} {name}: {error}"));
            assert_eq!((answer.attempts, server.requests().len()), (2, 2), "{method} {name}");
        }
    }
}

#[tokio::test]
async fn a_read_cut_short_without_a_length_is_repeated() {
    let cut = || Step::Close(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"id\":".to_vec());
    let server = Server::start([cut(), json("200 OK", "{}")]).await;
    assert!(client(&server.url()).get("/v1/trunks").send::<Value>().await.is_ok());
    let server = Server::start([cut()]).await;
    let error = client(&server.url()).put("/v1/trunks/1").send::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::Undocumented, Delivery::Ambiguous));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn statuses_are_repeated_by_method() {
    // method, status, repeated?
    let table = [
        (Method::Get, "429", true),
        (Method::Get, "500", true),
        (Method::Get, "502", true),
        (Method::Get, "503", true),
        (Method::Get, "504", true),
        (Method::Get, "501", false),
        (Method::Get, "404", false),
        (Method::Put, "429", true),
        (Method::Put, "500", false),
        (Method::Put, "502", true),
        (Method::Put, "503", true),
        (Method::Put, "504", true),
        (Method::Put, "422", false),
        (Method::Delete, "429", true),
        (Method::Delete, "500", false),
        (Method::Delete, "503", true),
        (Method::Delete, "404", false),
        (Method::Post, "429", true),
        (Method::Post, "500", false),
        (Method::Post, "502", false),
        (Method::Post, "503", false),
        (Method::Post, "504", false),
        (Method::Post, "422", false),
        (Method::Patch, "503", false),
        (Method::Patch, "429", true),
    ];
    let bodies = [r#"{"message":"m"}"#, "<html>", ""];
    let cases = table.into_iter().flat_map(|case| bodies.map(|body| (case, body)));
    // All at once: after 429 a client waits.
    join_all(cases.map(async |((method, status, repeated), body)| {
        let server = Server::start([json(&format!("{status} X"), body), json("200 OK", "{}")]).await;
        let outcome = client(&server.url()).request(method, "/v1/trunks/1").send::<Value>().await;
        assert_eq!(outcome.is_ok(), repeated, "{method} {status} {body:?}: {outcome:?}");
        assert_eq!(server.requests().len(), 1 + usize::from(repeated), "{method} {status}");
        if let Err(error) = outcome {
            let ambiguous = status.starts_with('5');
            assert_eq!(error.delivery() == Delivery::Ambiguous, ambiguous, "{method} {status}");
        }
    }))
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_repeated_even_for_a_create() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&url).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (Kind::Connect, Delivery::NotSent, 5));
    let text = error.to_string();
    assert!(
        text.contains("POST /v1/trunks was not sent: cannot connect to 127.0.0.1:")
            && text.contains("5 attempts"),
        "{text}"
    );
}

#[tokio::test]
async fn a_create_does_not_fall_into_a_connection_closed_meanwhile() {
    // The server announces that it keeps the connection, and closes it.
    let step = || Step::Close(answer("200 OK", "application/json", "", "{}"));
    let server = Server::start([step(), step()]).await;
    let client = client(&server.url());
    client.get("/v1/trunks").send::<Value>().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.post("/v1/trunks").json(&1).send::<Value>().await.unwrap();
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn an_unknown_host_was_not_sent() {
    let mut settings = settings("https://wavix.invalid");
    settings.max_retries = 0;
    let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::Connect, Delivery::NotSent), "{error}");
}

#[tokio::test]
async fn retries_are_counted_and_reported() {
    let server = Server::start(vec![json("503 Service Unavailable", r#"{"message":"later"}"#); 9]).await;
    let mut settings = settings(&server.url());
    settings.max_retries = 2;
    let error = client_of(settings).get("/v1/trunks").send::<Value>().await.unwrap_err();
    assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    assert!(error.waited() >= Duration::from_millis(2));
    let text = error.to_string();
    assert!(
        text.contains("returned 503 Service Unavailable: later. The provider gave up after 3 attempts"),
        "{text}"
    );
}

#[tokio::test]
async fn the_time_of_an_attempt_covers_head_and_body() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{".to_vec();
    let drip = Step::Drip(answer("200 OK", "application/json", "", "{}"), Duration::from_millis(100));
    let mut calls = tokio::task::JoinSet::new();
    for step in [Step::Hang(Vec::new()), Step::Hang(head), drip] {
        for (method, attempts) in [(Method::Post, 1), (Method::Get, 2)] {
            let step = step.clone();
            calls.spawn(async move {
                let server = Server::start(vec![step.clone(); 3]).await;
                let mut settings = settings(&server.url());
                settings.request_timeout = Duration::from_secs(3);
                settings.max_retries = 1;
                let error =
                    client_of(settings).request(method, "/v1/trunks").send::<Value>().await.unwrap_err();
                assert!(error.is_timeout() && error.kind() == Kind::Timeout, "{error}");
                assert_eq!(error.delivery(), Delivery::Ambiguous);
                assert_eq!(server.requests().len(), attempts, "{method} {step:?}");
                assert!(error.to_string().contains("no complete response within 3 s"), "{error}");
            });
        }
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn an_ambiguous_attempt_is_not_forgotten_when_a_later_one_is_refused() {
    let server = Server::start([Step::Reset(Vec::new()), json("422 X", r#"{"message":"no"}"#)]).await;
    let error = client(&server.url()).put("/v1/trunks/1").json(&1).send::<Value>().await.unwrap_err();
    assert!(error.is_validation());
    assert_eq!((error.attempts(), error.delivery()), (2, Delivery::Ambiguous));
}

#[tokio::test]
async fn a_post_that_only_reads_may_be_declared_safe() {
    let server = Server::start([Step::Reset(Vec::new()), json("200 OK", "{}")]).await;
    let call = client(&server.url()).post("/v1/cdrs").idempotency(crate::client::Idempotency::Safe);
    assert!(call.send::<Value>().await.is_ok());
}
