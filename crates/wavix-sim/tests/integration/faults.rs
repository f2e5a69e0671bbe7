//! Every fault, as a client meets it. Those about connections are checked on bare sockets, where an orderly close,
//! a reset and a short answer can be told apart.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wavix_sim::{Answer, Fault, Gate, Rule, Sim};

use crate::client::{Client, minimal};

const TRUNKS: &str = "/v1/trunks";

/// Sends a create on a bare socket and reads until the end: the bytes, and how it ended.
async fn raw_create(sim: &Sim) -> (String, Result<(), ErrorKind>) {
    let body = minimal().to_string();
    let request = format!(
        "POST {TRUNKS} HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        sim.api_key(),
        body.len()
    );
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    let sent = stream.write_all(request.as_bytes()).await;
    let mut bytes = Vec::new();
    let ended = match sent {
        Ok(()) => stream.read_to_end(&mut bytes).await.map(|_| ()),
        Err(error) => Err(error),
    };
    (String::from_utf8_lossy(&bytes).into_owned(), ended.map_err(|error| error.kind()))
}

fn content_length(answer: &str) -> usize {
    let (_, rest) = answer.split_once("content-length: ").unwrap();
    rest.split_once("\r\n").unwrap().0.parse().unwrap()
}

fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn a_reset_is_a_reset_and_commits_nothing() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::reset());
    assert_eq!(raw_create(&sim).await, (String::new(), Err(ErrorKind::ConnectionReset)));
    assert!(sim.trunks().is_empty());
    let entry = sim.journal().last("POST", TRUNKS).unwrap();
    assert_eq!((entry.status, entry.committed, entry.fault), (None, false, Some("reset")));
}

#[tokio::test]
async fn a_close_is_orderly_and_commits_nothing() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::close());
    assert_eq!(raw_create(&sim).await, (String::new(), Ok(())));
    assert!(sim.trunks().is_empty());
}

#[tokio::test]
async fn a_create_can_be_committed_and_its_answer_lost() {
    for (fault, end) in [
        (Fault::reset_after_commit(), Err(ErrorKind::ConnectionReset)),
        (Fault::close_after_commit(), Ok(())),
    ] {
        let sim = Sim::start().await;
        sim.fault("POST", TRUNKS, fault);
        assert_eq!(raw_create(&sim).await, (String::new(), end));
        assert_eq!(sim.trunks().len(), 1);
        let entry = sim.journal().last("POST", TRUNKS).unwrap();
        assert_eq!((entry.status, entry.committed), (None, true));
    }
}

#[tokio::test]
async fn connections_can_be_reset_before_a_word_is_said() {
    let sim = Sim::start().await;
    sim.faults().reset_connections(1);
    let (answer, end) = raw_create(&sim).await;
    assert_eq!(answer, "");
    assert!(end.is_err(), "reset, or broken pipe if it was noticed while writing");
    assert!(sim.journal().entries().is_empty());
    assert!(raw_create(&sim).await.0.starts_with("HTTP/1.1 201"), "only one was struck");
}

#[tokio::test]
async fn a_body_can_be_cut_in_half() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::cut_body());
    let (answer, end) = raw_create(&sim).await;
    assert_eq!(end, Ok(()));
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert_eq!(body_of(&answer).len(), content_length(&answer) / 2);
    assert_eq!(sim.trunks().len(), 1);
    sim.fault("GET", TRUNKS, Fault::cut_body());
    assert!(Client::new(&sim).try_send("GET", TRUNKS, None).await.is_err(), "a client notices");
}

#[tokio::test]
async fn a_content_length_can_lie_either_way() {
    for difference in [5_i64, -5] {
        let sim = Sim::start().await;
        sim.fault("POST", TRUNKS, Fault::wrong_content_length(difference));
        let (answer, _) = raw_create(&sim).await;
        let sent = i64::try_from(body_of(&answer).len()).unwrap();
        assert_eq!(i64::try_from(content_length(&answer)).unwrap(), sent + difference);
    }
}

#[tokio::test]
async fn an_answer_can_trickle() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::trickle(64, Duration::from_millis(1)));
    let (answer, end) = raw_create(&sim).await;
    assert_eq!((body_of(&answer).len(), end), (content_length(&answer), Ok(())));
    assert!(answer.contains("\r\ndate: "));
}

#[tokio::test]
async fn a_reset_can_follow_the_head() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::reset_after_head());
    let (answer, end) = raw_create(&sim).await;
    assert_eq!((body_of(&answer), end), ("", Err(ErrorKind::ConnectionReset)));
    assert!(content_length(&answer) > 0 && sim.trunks().len() == 1);
}

#[tokio::test]
async fn a_long_body_can_come_without_a_length() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::unannounced_body(1_000_000));
    let (answer, end) = raw_create(&sim).await;
    assert_eq!(end, Ok(()));
    let body = body_of(&answer);
    assert!(!answer.contains("content-length") && body.len() > 1_000_000);
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["id"], sim.trunks()[0].id);
}

/// Two requests on one connection: what came back for the first, and how the second ended.
async fn twice(sim: &Sim) -> (String, Result<usize, ErrorKind>) {
    let request =
        format!("GET {TRUNKS} HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer {}\r\n\r\n", sim.api_key());
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"}") {
        assert!(stream.read_buf(&mut first).await.unwrap() > 0);
    }
    let second = match stream.write_all(request.as_bytes()).await {
        Ok(()) => stream.read(&mut [0; 64]).await,
        Err(error) => Err(error),
    };
    (String::from_utf8(first).unwrap(), second.map_err(|error| error.kind()))
}

#[tokio::test]
async fn a_connection_can_end_between_two_requests() {
    let sim = Sim::start().await;
    for fault in [Fault::close_when_idle(), Fault::reset_when_reused()] {
        sim.fault("GET", TRUNKS, fault);
        let (first, second) = twice(&sim).await;
        assert!(first.starts_with("HTTP/1.1 200 OK") && !first.contains("connection: close"), "{first}");
        assert!(matches!(second, Ok(0) | Err(_)), "{second:?}");
    }
    assert_eq!(sim.journal().count("GET", TRUNKS), 2, "the second requests were never read");
    assert!(matches!(twice(&sim).await.1, Ok(1..)));
}

#[tokio::test]
async fn json_can_be_deep_or_no_text() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::deep_json(10_000));
    let (answer, _) = raw_create(&sim).await;
    assert!(body_of(&answer).starts_with(r#"{"nested":[[[["#) && body_of(&answer).len() > 20_000);
    sim.fault("POST", TRUNKS, Fault::invalid_utf8());
    let (answer, _) = raw_create(&sim).await;
    assert!(answer.contains("\"label\":\"\u{fffd}Office\""), "{answer}");
}

#[tokio::test]
async fn a_bad_transmission_does_not_spoil_the_next_request() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    for _ in 0..20 {
        sim.fault("GET", TRUNKS, Fault::trickle(100, Duration::ZERO));
        assert_eq!(client.get(TRUNKS).await.status, 200);
        let next = client.try_send("POST", TRUNKS, Some(minimal().to_string())).await;
        assert!(next.is_ok(), "the connection that was closed was used again: {next:?}");
    }
}

#[tokio::test]
async fn what_a_departed_client_asked_for_is_still_carried_out() {
    let sim = Sim::start().await;
    let gate = Gate::new();
    sim.fault("POST", TRUNKS, Fault::held_before_commit(&gate));
    let arrived = async {
        while sim.journal().last("POST", TRUNKS).is_none_or(|entry| entry.body.is_none()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        _ = raw_create(&sim) => panic!("answered before the gate was opened"),
        () = arrived => {}
    }
    assert!(sim.trunks().is_empty(), "the client left before the commit");
    gate.open();
    for _ in 0..500 {
        if !sim.trunks().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the create was dropped with its connection");
}

#[tokio::test]
async fn a_connection_goes_silent_and_others_do_not() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::silence());
    let made = async {
        while sim.trunks().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // It is not reset or closed either.
        assert_eq!(Client::new(&sim).get(TRUNKS).await.status, 200);
    };
    tokio::select! {
        _ = raw_create(&sim) => panic!("the connection ended"),
        () = made => {}
    }
}

#[tokio::test]
async fn a_slow_answer_is_committed_before_the_wait() {
    let sim = Sim::start().await;
    sim.fault("POST", TRUNKS, Fault::held_after_commit(&Gate::new()));
    let made = async {
        while sim.trunks().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        _ = raw_create(&sim) => panic!("answered before the gate was opened"),
        () = made => {}
    }
    assert_eq!(sim.trunks().len(), 1);
    assert!(sim.journal().last("POST", TRUNKS).unwrap().committed);
}

#[tokio::test]
async fn delays_add_to_other_faults() {
    let sim = Sim::start().await;
    let wait = Duration::from_millis(30);
    sim.fault("GET", TRUNKS, Fault::status(503).after_waiting(wait).and_then_waiting(wait));
    let started = Instant::now();
    assert_eq!(Client::new(&sim).get(TRUNKS).await.status, 503);
    assert!(started.elapsed() >= wait * 2, "a lower bound holds on any machine");
}

#[tokio::test]
async fn any_answer_can_be_given_before_or_after_the_commit() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let html = || Answer::new(502).html("<h1>Bad Gateway</h1>");
    sim.fault("POST", TRUNKS, Fault::answer(html()));
    sim.fault("POST", TRUNKS, Fault::answer_after_commit(html()));
    sim.fault("POST", TRUNKS, Fault::answer(Answer::new(500).empty()));
    sim.fault("POST", TRUNKS, Fault::answer(Answer::new(400).text("no")));
    sim.fault("POST", TRUNKS, Fault::status(401));
    let mut seen = Vec::new();
    for _ in 0..5 {
        let reply = client.post(TRUNKS, &minimal()).await;
        assert!(reply.headers.contains_key("date"));
        seen.push((reply.status, reply.text, sim.trunks().len()));
    }
    let html = "<h1>Bad Gateway</h1>".to_owned();
    let unauthorized = r#"{"error":true,"message":"Unauthorized","success":false}"#.to_owned();
    assert_eq!(
        seen,
        [
            (502, html.clone(), 0),
            (502, html, 1),
            (500, String::new(), 1),
            (400, "no".to_owned(), 1),
            (401, unauthorized, 1),
        ]
    );
    assert_eq!(sim.faults().pending(), 0);
}

#[tokio::test]
async fn throttling_comes_with_and_without_advice() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.fault("*", TRUNKS, Fault::too_many_requests(Some("7")));
    sim.fault("*", TRUNKS, Fault::too_many_requests(None));
    let advised = client.get(TRUNKS).await;
    assert_eq!((advised.status, advised.headers["retry-after"].to_str().unwrap()), (429, "7"));
    let silent = client.get(TRUNKS).await;
    assert_eq!((silent.status, silent.headers.get("retry-after")), (429, None));
}

#[tokio::test]
async fn success_can_be_a_lie() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.fault("POST", TRUNKS, Fault::success_false("Not today"));
    sim.fault("POST", TRUNKS, Fault::html_200());
    let refused = client.post(TRUNKS, &minimal()).await;
    assert_eq!((refused.status, refused.json), (200, json!({ "success": false, "message": "Not today" })));
    let page = client.post(TRUNKS, &minimal()).await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(sim.trunks().is_empty());
}

#[tokio::test]
async fn redirects_name_their_target() {
    let sim = Sim::start().await;
    sim.fault("GET", TRUNKS, Fault::redirect(307, "https://elsewhere.example/v1/trunks"));
    let reply = Client::new(&sim).get(TRUNKS).await;
    assert_eq!((reply.status, reply.text.as_str()), (307, ""));
    assert_eq!(reply.headers["location"], "https://elsewhere.example/v1/trunks");
}

#[tokio::test]
async fn answers_can_be_edited() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.fault("POST", TRUNKS, Fault::without("id").and_with("region", "eu").and_with("call_limit", "ten"));
    let reply = client.post(TRUNKS, &minimal()).await;
    assert_eq!(reply.status, 201);
    assert_eq!((reply.json.get("id"), &reply.json["region"]), (None, &json!("eu")));
    assert_eq!(reply.json["call_limit"], "ten");
    assert_eq!(sim.trunks().len(), 1);
    sim.fault("GET", TRUNKS, Fault::with("/sip_trunks/0/status", "sleeping"));
    assert_eq!(client.get(TRUNKS).await.json["sip_trunks"][0]["status"], "sleeping");
    sim.fault("GET", TRUNKS, Fault::huge_body(5_000_000));
    assert!(client.get(TRUNKS).await.text.len() > 5_000_000);
}

#[tokio::test]
async fn a_rule_can_wait_for_its_turn() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.faults().push(Rule::new("GET", TRUNKS, Fault::status(500)).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.get(TRUNKS).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    sim.faults().always("GET", TRUNKS, Fault::status(503));
    assert_eq!(client.get(TRUNKS).await.status, 503);
    sim.faults().clear();
    assert_eq!(client.get(TRUNKS).await.status, 200);
}
