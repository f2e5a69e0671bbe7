//! Deadline and cancellation as a caller sees them.

use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    client, client_of,
    server::{Server, Step, json, json_with},
    settings,
};
use crate::client::{CallOptions, Deadline, Delivery, Kind, Method};

#[tokio::test]
async fn a_retry_after_beyond_the_deadline_is_reported_with_the_time_to_wait() {
    let slow_down = json_with("429 Too Many Requests", "retry-after: 120\r\n", r#"{"message":"slow down"}"#);
    let server = Server::start([slow_down]).await;
    let options = CallOptions::new(Deadline::after(Duration::from_secs(20)), CancellationToken::new());
    let error = client(&server.url()).post("/v1/trunks").options(&options).send::<Value>().await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_timeout() && !error.is_cancelled());
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(110)), "{error:?}");
    assert_eq!((error.kind(), error.delivery()), (Kind::Refused, Delivery::Refused));
    let text = error.to_string();
    assert!(text.contains("429 Too Many Requests: slow down.") && text.contains("was due in 1"), "{text}");
    assert!(text.contains("after the timeout of the operation (1 attempt made"), "{text}");
}

#[tokio::test]
async fn the_other_requests_of_the_process_wait_after_a_429() {
    let slow_down = json_with("429 X", "retry-after: 45\r\n", "{}");
    let server = Server::start([slow_down, json("200 OK", "{}")]).await;
    let client = client(&server.url());
    for _ in 0..2 {
        let hurried = client.clone().get("/v1/trunks").deadline(Deadline::after(Duration::from_secs(30)));
        assert!(hurried.send::<Value>().await.unwrap_err().is_timeout());
        assert_eq!(server.requests().len(), 1, "a clone shares the pace");
    }
    // The rest of the time passes at once.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(45)).await;
    tokio::time::resume();
    client.get("/v1/trunks").send::<Value>().await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

/// Waits until a request is at the server, however long that takes.
async fn has_arrived(server: &Server) {
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_read_is_abandoned_at_the_deadline_and_a_create_is_awaited() {
    // Minutes for the answer; the time of the operation is over long before.
    let late =
        Step::Drip(super::server::answer("201 X", "application/json", "", "{}"), Duration::from_secs(2));
    for (method, awaited) in [(Method::Get, false), (Method::Post, true)] {
        let server = Server::start([late.clone()]).await;
        let mut patient = settings(&server.url());
        patient.request_timeout = Duration::from_secs(3600);
        let call = client_of(patient)
            .request(method, "/v1/trunks")
            .deadline(Deadline::after(Duration::from_secs(60)));
        let call = tokio::spawn(call.send::<Value>());
        has_arrived(&server).await;
        // From here on two seconds are over at once.
        while !call.is_finished() {
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(2)).await;
            tokio::time::resume();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        match call.await.unwrap() {
            Ok(_) => assert!(awaited, "{method} is not abandoned"),
            Err(error) => assert!(error.is_timeout() && !awaited, "{method}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_cancelled_token_sends_nothing() {
    let server = Server::start([]).await;
    let token = CancellationToken::new();
    token.cancel();
    let error = client(&server.url()).post("/v1/trunks").cancel(&token).send::<Value>().await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!((error.kind(), error.delivery()), (Kind::Cancelled, Delivery::NotSent));
    assert_eq!(server.connections(), 0);
    assert_eq!(error.to_string(), "POST /v1/trunks was not sent. The operation was cancelled.");
}

#[tokio::test]
async fn a_create_already_sent_is_awaited_after_a_cancellation() {
    let late =
        Step::Drip(super::server::answer("201 X", "application/json", "", "{}"), Duration::from_millis(3));
    let server = Server::start([late]).await;
    let token = CancellationToken::new();
    let call = tokio::spawn(client(&server.url()).post("/v1/trunks").cancel(&token).send::<Value>());
    has_arrived(&server).await;
    token.cancel();
    assert!(call.await.unwrap().is_ok());
}

#[test]
fn a_deadline_too_far_away_is_none() {
    assert_eq!(Deadline::after(Duration::MAX).remaining(), None);
    assert_eq!(Deadline::NEVER, Deadline::default());
    assert_eq!(Deadline::after(Duration::ZERO).remaining(), Some(Duration::ZERO));
}
