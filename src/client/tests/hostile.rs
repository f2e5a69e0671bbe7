//! Hostile and broken answers, one table: what a create comes to, and what is known afterwards. The simulator fails, and
//! its journal and its account say what really happened.

use std::time::Duration;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use wavix_sim::{Answer, Certificate, Fault, Outage, Sim};

use super::{client_of, settings};
use crate::client::{Acknowledged, Client, ClientSettings, Delivery, Error, Kind, Method};

const TRUNKS: &str = "/v1/trunks";
const ELSEWHERE: &str = "https://elsewhere.example/v1/trunks";

/// A body that the simulator accepts.
pub(super) fn create_body(label: &str) -> Value {
    json!({
        "label": label, "password": "4r=h;EaCB85QNtr2", "callerid": "13132847320", "ip_restrict": false,
        "didinfo_enabled": true, "call_restrict": false, "cost_limit": false, "channels_restrict": false,
        "rewrite_enabled": false, "transcription_enabled": false, "transcription_threshold": 6,
    })
}

/// What a create needs of its answer.
#[derive(Debug, Deserialize)]
struct Created {
    id: i64,
    #[expect(dead_code, reason = "only its decoding matters")]
    label: String,
}

fn settings_of(sim: &Sim) -> ClientSettings {
    let mut settings = settings(&sim.base_url());
    settings.api_key = sim.api_key().into();
    settings
}

async fn create(client: &Client) -> Result<Created, Error> {
    client.post(TRUNKS).json(&create_body("Office")).send::<Created>().await
}

fn gateway(status: u16) -> Answer {
    Answer::new(status).html("<h1>Bad Gateway</h1>")
}

/// fault, kind of the error, what is known, whether the trunk was made in truth
#[rustfmt::skip]
fn faults_of_a_create() -> Vec<(Fault, Kind, Delivery, bool)> {
    use Delivery::{Ambiguous, Refused};
    let mut table = vec![
        (Fault::reset(), Kind::ConnectionLost, Ambiguous, false),
        (Fault::close(), Kind::ConnectionLost, Ambiguous, false),
        (Fault::reset_after_commit(), Kind::ConnectionLost, Ambiguous, true),
        (Fault::close_after_commit(), Kind::ConnectionLost, Ambiguous, true),
        (Fault::reset_after_head(), Kind::ConnectionLost, Ambiguous, true),
        (Fault::cut_body(), Kind::ConnectionLost, Ambiguous, true),
        (Fault::wrong_content_length(5), Kind::ConnectionLost, Ambiguous, true),
        (Fault::wrong_content_length(-5), Kind::Undocumented, Ambiguous, true),
        (Fault::huge_body(20_000_000), Kind::Undocumented, Ambiguous, true),
        (Fault::unannounced_body(100_000_000), Kind::Undocumented, Ambiguous, true),
        (Fault::html_200(), Kind::Undocumented, Ambiguous, false),
        (Fault::answer_after_commit(Answer::new(201).empty()), Kind::Undocumented, Ambiguous, true),
        (Fault::answer_after_commit(Answer::new(201).text("ok")), Kind::Undocumented, Ambiguous, true),
        (Fault::answer_after_commit(Answer::new(201).json(&json!([1, 2]))), Kind::Decode, Ambiguous, true),
        (Fault::answer_after_commit(Answer::new(201).json(&json!("ok"))), Kind::Decode, Ambiguous, true),
        (Fault::without("id"), Kind::Decode, Ambiguous, true),
        (Fault::with("id", "seven"), Kind::Decode, Ambiguous, true),
        (Fault::with("id", Value::Null), Kind::Decode, Ambiguous, true),
        (Fault::with("label", json!({ "text": "Office" })), Kind::Decode, Ambiguous, true),
        (Fault::success_false("Not today"), Kind::Refused, Refused, false),
        (Fault::redirect(301, ELSEWHERE), Kind::Redirected, Ambiguous, false),
        (Fault::redirect(302, ELSEWHERE), Kind::Redirected, Ambiguous, false),
        (Fault::redirect(307, ELSEWHERE), Kind::Redirected, Refused, false),
        (Fault::redirect(308, ELSEWHERE), Kind::Redirected, Refused, false),
    ];
    for status in [400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 451] {
        table.push((Fault::status(status), Kind::Refused, Refused, false));
        table.push((Fault::answer(gateway(status)), Kind::Undocumented, Refused, false));
    }
    for status in [408, 500, 502, 503, 504, 520] {
        table.push((Fault::status(status), Kind::Refused, Ambiguous, false));
        table.push((Fault::answer_after_commit(Answer::new(status)), Kind::Refused, Ambiguous, true));
        table.push((Fault::answer_after_commit(gateway(status)), Kind::Undocumented, Ambiguous, true));
    }
    table
}

#[tokio::test]
async fn every_broken_answer_to_a_create_is_told_for_what_it_is_and_nothing_is_sent_twice() {
    let sim = Sim::start().await;
    let client = client_of(settings_of(&sim));
    for (fault, kind, delivery, made) in faults_of_a_create() {
        let name = format!("{fault:?}");
        sim.journal().clear();
        let before = sim.trunks().len();
        sim.fault("POST", TRUNKS, fault);
        let error = create(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{name}: {error}");
        assert_eq!(sim.journal().count("POST", TRUNKS), 1, "{name}");
        assert_eq!(sim.trunks().len() - before, usize::from(made), "{name}");
        // What is said to be refused must be so; the other way round it is merely unknown.
        assert!(!(made && delivery != Delivery::Ambiguous), "{name}");
        assert!(error.to_string().len() < 1000, "{name}: {error}");
    }
}

#[tokio::test]
async fn the_next_request_works_after_every_broken_answer() {
    let sim = Sim::start().await;
    let client = client_of(settings_of(&sim));
    for (fault, ..) in faults_of_a_create() {
        let name = format!("{fault:?}");
        sim.fault("POST", TRUNKS, fault);
        create(&client).await.unwrap_err();
        let made = create(&client).await.unwrap_or_else(|error| panic!("after {name}: {error}"));
        assert!(sim.trunk(made.id).is_some(), "after {name}");
    }
}

#[tokio::test]
async fn more_than_is_documented_does_no_harm() {
    let sim = Sim::start().await;
    let client = client_of(settings_of(&sim));
    let fields = Fault::with("region", "eu").and_with("nested", json!({ "a": [1, { "b": null }] }));
    for fault in [fields, Fault::deep_json(200_000), Fault::unannounced_body(1_000_000)] {
        sim.fault("POST", TRUNKS, fault);
        create(&client).await.unwrap();
    }
    assert_eq!(sim.trunks().len(), 3);
    // What is too deep to be built is left out, and the rest is there.
    sim.fault("POST", TRUNKS, Fault::deep_json(200_000));
    let made: Value = client.post(TRUNKS).json(&create_body("Deep")).send().await.unwrap();
    assert_eq!(made["label"], "Deep");
    sim.fault("POST", TRUNKS, Fault::invalid_utf8());
    let made: Value = client.post(TRUNKS).json(&create_body("Broken")).send().await.unwrap();
    assert_eq!(made["label"], "\u{fffd}Broken");
}

#[tokio::test]
async fn a_body_without_end_is_given_up_at_the_limit() {
    let sim = Sim::start().await;
    let mut once = settings_of(&sim);
    once.max_retries = 0;
    let client = super::limited(once, 2 * 1024 * 1024);
    for fault in [Fault::unannounced_body(100_000_000), Fault::huge_body(3_000_000)] {
        sim.fault("GET", TRUNKS, fault);
        let error = client.get(TRUNKS).send::<Value>().await.unwrap_err();
        assert!(error.to_string().contains("a body of more than 2 MiB"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_leaves_a_create_in_doubt() {
    let patience = Duration::from_secs(5);
    let cases = [
        (Fault::delay_after_commit(patience * 20), true),
        (Fault::trickle(1, Duration::from_millis(100)), true),
        (Fault::delay_before_commit(patience * 20), false),
    ];
    join_all(cases.map(async |(fault, made)| {
        let sim = Sim::start().await;
        let mut hurried = settings_of(&sim);
        hurried.request_timeout = patience;
        sim.fault("POST", TRUNKS, fault);
        let error = create(&client_of(hurried)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (Kind::Timeout, Delivery::Ambiguous), "{error}");
        assert_eq!((sim.journal().count("POST", TRUNKS), sim.trunks().len()), (1, usize::from(made)));
    }))
    .await;
}

#[tokio::test]
async fn a_redirect_takes_neither_request_nor_key_to_another_host() {
    let other = Sim::start().await;
    for status in [301, 302, 303, 307, 308] {
        for method in [Method::Get, Method::Post, Method::Put, Method::Delete] {
            let sim = Sim::start().await;
            sim.fault("*", TRUNKS, Fault::redirect(status, &format!("{}{TRUNKS}", other.base_url())));
            let client = client_of(settings_of(&sim));
            let error = client.request(method, TRUNKS).json(&1).send::<Acknowledged>().await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (Kind::Redirected, 1), "{method} {status}");
            assert!(error.to_string().contains(&other.base_url()), "{error}");
        }
    }
    assert_eq!((other.journal().entries().len(), other.journal().connections()), (0, 0));
}

/// The end of a connection is in the client's socket already: it is read as soon as the runtime has nothing else to do.
async fn let_the_client_see_it() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

#[tokio::test]
async fn a_create_meets_a_connection_that_was_closed_while_idle() {
    let sim = Sim::spawn();
    let client = client_of(settings_of(&sim));
    sim.fault("GET", TRUNKS, Fault::close_when_idle());
    client.get(TRUNKS).send::<Value>().await.unwrap();
    // The client has seen the end of the connection when it has closed its own.
    while sim.journal().open_connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    create(&client).await.unwrap();
    // The same for all connections at once, as when a balancer is replaced.
    sim.disconnect();
    let_the_client_see_it().await;
    create(&client).await.unwrap();
    assert_eq!((sim.journal().count("POST", TRUNKS), sim.trunks().len()), (2, 2));
}

#[tokio::test]
async fn a_create_written_into_a_connection_that_is_just_being_closed_is_in_doubt_and_not_repeated() {
    let sim = Sim::start().await;
    let client = client_of(settings_of(&sim));
    sim.fault("GET", TRUNKS, Fault::reset_when_reused());
    client.get(TRUNKS).send::<Value>().await.unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::ConnectionLost, Delivery::Ambiguous), "{error}");
    assert_eq!((error.attempts(), sim.journal().count("POST", TRUNKS)), (1, 0));
    // A read is repeated.
    sim.fault("GET", TRUNKS, Fault::reset_when_reused());
    client.get(TRUNKS).send::<Value>().await.unwrap();
    assert_eq!(client.get(TRUNKS).send_full::<Value>().await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_host_out_of_reach_was_not_sent_anything() {
    let sim = Sim::spawn();
    let mut hurried = settings_of(&sim);
    hurried.request_timeout = Duration::from_secs(1);
    hurried.max_retries = 1;
    let client = client_of(hurried);
    for outage in [Outage::Refusing, Outage::Silent] {
        sim.go_down(outage);
        let error = create(&client).await.unwrap_err();
        if outage == Outage::Refusing || cfg!(target_os = "linux") {
            assert_eq!((error.kind(), error.delivery()), (Kind::Connect, Delivery::NotSent), "{error}");
            assert_eq!(error.attempts(), 2, "a create as well is tried again when it was not sent");
        }
        sim.come_up();
    }
    assert!(sim.journal().entries().is_empty() && sim.trunks().is_empty());
}

#[tokio::test]
async fn a_create_survives_an_outage_that_ends_in_time() {
    let sim = Sim::spawn();
    sim.go_down(Outage::Refusing);
    let mut patient = settings_of(&sim);
    patient.max_retries = 50;
    let config = patient.validate().unwrap();
    let client = Client::new(config);
    let (made, ()) = tokio::join!(create(&client), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sim.come_up();
    });
    made.unwrap();
    assert_eq!((sim.journal().count("POST", TRUNKS), sim.trunks().len()), (1, 1));
}

#[tokio::test]
async fn a_certificate_that_is_not_good_is_told_once_and_gets_no_key() {
    let sim = Sim::builder().https().spawn();
    let mut trusting = settings_of(&sim);
    trusting.ca_bundle_pem = Some(sim.ca_pem().into_bytes());
    for certificate in [Certificate::UnknownAuthority, Certificate::Expired, Certificate::WrongName] {
        sim.present(certificate);
        let error = create(&client_of(trusting.clone())).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (Kind::Connect, Delivery::NotSent), "{error}");
        assert_eq!(error.attempts(), 1, "{certificate:?} will not be better in a second");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    // A client that was connected before meets it as well.
    let client = client_of(trusting);
    sim.present(Certificate::Valid);
    create(&client).await.unwrap();
    sim.present(Certificate::Expired);
    let_the_client_see_it().await;
    assert_eq!(create(&client).await.unwrap_err().delivery(), Delivery::NotSent);
    sim.present(Certificate::Valid);
    create(&client).await.unwrap();
    assert_eq!((sim.journal().count("POST", TRUNKS), sim.trunks().len()), (2, 2));
}
