//! How answers are read: the API's envelopes, and what is none.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{
    client, limited,
    server::{Server, Step, answer, json, json_with},
    settings,
};
use crate::client::failure::FieldError;
use crate::client::{Acknowledged, Client, Delivery, Error, Kind, TWICE};

async fn post_error(step: Step) -> Error {
    let server = Server::start([step]).await;
    let error =
        client(&server.url()).post("/v1/trunks").json(&Value::Null).send::<Value>().await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "a refused create is not repeated: {error}");
    error
}

fn field(name: &str, message: &str) -> FieldError {
    FieldError { field: Some(name.to_owned()), message: message.to_owned() }
}

#[tokio::test]
async fn every_documented_envelope_is_understood() {
    let bare = |message: &str| FieldError { field: None, message: message.to_owned() };
    let cases: Vec<(&str, &str, Option<&str>, Vec<FieldError>)> = vec![
        (
            "422 X",
            r#"{"success":false,"message":"Caller ID must be verified"}"#,
            Some("Caller ID must be verified"),
            vec![],
        ),
        ("400 X", r#"{"message":"no success key"}"#, Some("no success key"), vec![]),
        ("401 X", r#"{"success":false,"error":true,"message":"Unauthorized"}"#, Some("Unauthorized"), vec![]),
        (
            "400 X",
            r#"{"success":false,"message":"Validation error","errors":{"to":"required","ip":["bad","worse"]}}"#,
            Some("Validation error"),
            vec![field("ip", "bad"), field("ip", "worse"), field("to", "required")],
        ),
        (
            "422 X",
            r#"{"errors":{"host_request":{"host":"is invalid"}}}"#,
            None,
            vec![field("host_request.host", "is invalid")],
        ),
        ("422 X", r#"{"errors":["one","two"]}"#, None, vec![bare("one"), bare("two")]),
        (
            "422 X",
            r#"{"errors":[{"field":"label","message":"is taken"}]}"#,
            None,
            vec![field("label", "is taken")],
        ),
        ("422 X", r#"{"errors":"just text"}"#, None, vec![bare("just text")]),
        ("422 X", r#"{"errors":{"message":"is too short"}}"#, None, vec![bare("is too short")]),
        ("422 X", r#"{"error":"text instead of true"}"#, Some("text instead of true"), vec![]),
        ("422 X", r#"{"success":false}"#, None, vec![]),
        ("422 X", r#"{"success":"no","message":["odd"],"errors":7}"#, None, vec![bare("7")]),
    ];
    for (status, body, message, fields) in cases {
        let error = post_error(json(status, body)).await;
        assert_eq!(error.kind(), Kind::Refused, "{body}");
        assert_eq!(error.message(), message, "{body}");
        assert_eq!(error.field_errors(), fields, "{body}");
        assert_eq!(error.delivery(), Delivery::Refused, "{body}");
    }
}

#[tokio::test]
async fn success_false_under_200_is_an_error() {
    for body in [r#"{"success":false,"message":"no"}"#, r#" {"error":true,"message":"no"}"#] {
        let server = Server::start([json("200 OK", body)]).await;
        let error = client(&server.url()).delete("/v1/trunks/1").send::<Acknowledged>().await.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.message()), (Kind::Refused, Some(200), Some("no")));
        assert_eq!(error.delivery(), Delivery::Refused);
        assert!(!error.is_not_found() && !error.is_validation());
    }
}

#[tokio::test]
async fn fields_that_only_look_like_an_envelope_are_data() {
    for body in
        [r#"{"success":true,"error":"none"}"#, r#"{"error":false,"message":"welcome"}"#, "[false,true]"]
    {
        let server = Server::start([json("200 OK", body)]).await;
        let value: Value = client(&server.url()).get("/v1/trunks").send().await.unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(body).unwrap());
    }
}

#[tokio::test]
async fn predicates_follow_the_status() {
    type Predicate = fn(&Error) -> bool;
    let predicates: [(&str, Predicate); 7] = [
        ("400", Error::is_validation),
        ("401", Error::is_unauthorized),
        ("403", Error::is_forbidden),
        ("404", Error::is_not_found),
        ("409", Error::is_conflict),
        ("422", Error::is_validation),
        ("410", |_| false),
    ];
    for (status, expected) in predicates {
        let error = post_error(json(&format!("{status} X"), r#"{"message":"m"}"#)).await;
        let all: [Predicate; 8] = [
            Error::is_validation,
            Error::is_unauthorized,
            Error::is_forbidden,
            Error::is_not_found,
            Error::is_conflict,
            Error::is_rate_limited,
            Error::is_timeout,
            Error::is_connect,
        ];
        let true_ones = all.iter().filter(|predicate| predicate(&error)).count();
        assert_eq!(true_ones, usize::from(status != "410"), "{status}");
        assert_eq!(expected(&error), status != "410", "{status}");
        assert_eq!((error.method().as_str(), error.path(), error.attempts()), ("POST", "/v1/trunks", 1));
    }
}

#[tokio::test]
async fn a_404_that_is_not_the_apis_does_not_mean_gone() {
    let html = answer("404 Not Found", "text/html", "connection: close\r\n", "<html>nginx</html>");
    let error = post_error(Step::Close(html)).await;
    assert_eq!(error.kind(), Kind::Undocumented);
    assert!(!error.is_not_found());
    let error = post_error(json("404 Not Found", r#"{"path":"/v1/trunks"}"#)).await;
    assert!(!error.is_not_found(), "{error}");
}

#[tokio::test]
async fn no_content_is_success_where_nothing_is_expected() {
    let steps = [
        Step::Close(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec()),
        json("200 OK", ""),
        json("200 OK", " \n"),
        json("200 OK", r#"{"success":true}"#),
        json("202 Accepted", "[]"),
    ];
    for step in steps {
        let server = Server::start([step.clone()]).await;
        let outcome = client(&server.url()).delete("/v1/trunks/1").send::<Acknowledged>().await;
        assert!(outcome.is_ok(), "{step:?}: {outcome:?}");
    }
}

#[derive(Debug, Deserialize)]
struct Trunk {
    #[expect(dead_code, reason = "only its decoding matters")]
    id: i64,
}

#[derive(Debug, Deserialize)]
struct Trunks {
    #[expect(dead_code, reason = "only its decoding matters")]
    sip_trunks: Vec<Trunk>,
}

fn once(server: &Server) -> Client {
    let mut settings = settings(&server.url());
    settings.max_retries = 0;
    super::client_of(settings)
}

#[tokio::test]
async fn no_content_is_an_error_where_something_is_expected() {
    for step in
        [Step::Close(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec()), json("201 X", "")]
    {
        let server = Server::start([step]).await;
        let error = client(&server.url()).post("/v1/trunks").send::<Trunk>().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (Kind::Undocumented, Delivery::Ambiguous));
        assert!(error.to_string().contains("an empty body"), "{error}");
    }
}

#[tokio::test]
async fn a_decode_error_names_the_path_and_not_the_value() {
    let cases = [
        (r#"{"sip_trunks":[{"id":1},{"id":"s3cret-token"}]}"#, "sip_trunks[1].id", "expected i64"),
        (r#"{"sip_trunks":[{"id":1},{"id":"a\", expected \"s3cret"}]}"#, "sip_trunks[1].id", "expected i64"),
        (r#"{"sip_trunks":[{"name":"s3cret"}]}"#, "sip_trunks[0]", "missing field `id`"),
        (r#"{"sip_trunks":"s3cret"}"#, "sip_trunks", "expected a sequence"),
    ];
    for (body, path, problem) in cases {
        let server = Server::start([json("200 OK", body)]).await;
        let error = client(&server.url()).get("/v1/trunks").send::<Trunks>().await.unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (Kind::Decode, 1));
        let text = error.to_string();
        assert!(text.contains(&format!("at {path}: ")) && text.contains(problem), "{text}");
        assert!(!text.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{text} {error:?}");
    }
}

#[tokio::test]
async fn a_create_whose_answer_cannot_be_read_is_ambiguous() {
    let server = Server::start([json("201 Created", r#"{"id":"odd"}"#)]).await;
    let error = client(&server.url()).post("/v1/trunks").send::<Trunk>().await.unwrap_err();
    assert_eq!((error.delivery(), server.requests().len()), (Delivery::Ambiguous, 1));
}

#[tokio::test]
async fn html_is_named_by_status_and_type_only() {
    let page = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1>internal-host-7</body></html>";
    for kind in ["text/html; charset=utf-8", "application/json", "text/plain"] {
        let server =
            Server::start([Step::Close(answer("502 Bad Gateway", kind, "connection: close\r\n", page))])
                .await;
        let error = once(&server).get("/v1/trunks").send::<Value>().await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("502 Bad Gateway"), "{text}");
        assert!(!text.contains("<") && !text.contains("internal-host-7"), "{text}");
        assert_eq!(error.kind(), Kind::Undocumented);
    }
    let server =
        Server::start([Step::Close(answer("200 OK", "text/html", "connection: close\r\n", page))]).await;
    let error = once(&server).delete("/v1/trunks/1").send::<Acknowledged>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Undocumented, "a captive portal is no acknowledgement");
    assert!(error.to_string().contains("200 OK with content type text/html"), "{error}");
}

#[tokio::test]
async fn a_short_plain_text_is_shown_in_part() {
    let text = format!("upstream connect error\u{1b}[31m or\r\ndisconnect {}", "x".repeat(500));
    let server =
        Server::start([Step::Close(answer("503 X", "text/plain", "connection: close\r\n", &text))]).await;
    let error = once(&server).get("/v1/trunks").send::<Value>().await.unwrap_err().to_string();
    assert!(error.contains("upstream connect error[31m or disconnect xxx"), "{error}");
    assert!(error.contains('…') && error.chars().count() < 300 && !error.contains('\u{1b}'), "{error}");
}

#[tokio::test]
async fn a_long_message_is_capped() {
    let body = format!(r#"{{"message":"{}","errors":{{"a":"{}"}}}}"#, "m".repeat(10_000), "e".repeat(10_000));
    let error = post_error(json("422 X", &body)).await;
    assert!(error.to_string().len() < 1500, "{}", error.to_string().len());
    let many: Vec<String> = (0..1000).map(|n| format!("error {n}")).collect();
    let error =
        post_error(json("422 X", &format!(r#"{{"errors":{}}}"#, serde_json::to_string(&many).unwrap())))
            .await;
    assert_eq!(error.field_errors().len(), 20);
}

#[tokio::test]
async fn a_redirect_is_an_error_that_names_the_host_only() {
    let other = Server::start([]).await;
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 X"] {
        let location = format!("location: {}/v1/trunks?token=s3cret\r\n", other.url());
        let server = Server::start([json_with(status, &location, "")]).await;
        let error = client(&server.url()).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Redirected);
        let text = error.to_string();
        assert!(text.contains(status.get(..3).unwrap()) && text.contains(&other.url()), "{text}");
        assert!(!text.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{error:?}");
        let safe = matches!(error.status(), Some(307 | 308));
        assert_eq!(error.delivery() == Delivery::Refused, safe, "{text}");
    }
    assert_eq!(other.connections(), 0, "the key never left for another host");
}

#[tokio::test]
async fn a_redirect_within_the_host_is_told_as_one() {
    let server =
        Server::start([json_with("301 Moved Permanently", "location: /v1/trunks/?t=s3cret\r\n", "")]).await;
    let error = client(&server.url()).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("a redirect to another path of the same host, which the provider does not follow"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let big = "x".repeat(3000);
    let announced = answer("200 OK", "application/json", "connection: close\r\n", &big);
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nbb8\r\n{big}\r\n0\r\n\r\n")
        .into_bytes();
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{big}").into_bytes();
    for bytes in [announced, chunked, endless] {
        let server = Server::start([Step::Hang(bytes)]).await;
        let client = limited(settings(&server.url()), 1024);
        let call = client.get("/v1/trunks").send::<Value>();
        let error = tokio::time::timeout(Duration::from_secs(60), call).await.unwrap().unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (Kind::Undocumented, 1), "{error}");
        assert!(error.to_string().contains("a body of more than"), "{error}");
    }
}

/// What is odd about one thing costs that thing: a name that stands twice, half
/// of a surrogate pair, a byte that is no UTF-8, a byte order mark.
#[tokio::test]
async fn an_answer_is_read_whatever_is_odd_about_its_text() {
    for (body, label) in [
        (br#"{"id":7,"label":"b","label":"b"}"#.as_slice(), "b"),
        (br#"{"id":7,"label":"a","label":"b"}"#, TWICE),
        (br#"{"id":7,"label":"a","label":"b","label":"a"}"#, TWICE),
        (br#"{"id":7,"label":"a\ud83d"}"#, "a\u{fffd}"),
        (br#"{"id":7,"label":"\udc00\ud83d\ude00\\ud83d"}"#, "\u{fffd}\u{1f600}\\ud83d"),
        (b"{\"id\":7,\"label\":\"a\xff\"}", "a\u{fffd}"),
        (b"\xEF\xBB\xBF{\"id\":7,\"label\":\"a\"}", "a"),
    ] {
        let value: Value = super::super::read_answer(201, Some("application/json"), body).unwrap();
        assert_eq!(value, serde_json::json!({ "id": 7, "label": label }));
    }
    // However deep something else is.
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    let body = format!(r#"{{"id":7,"label":"a","label":"b","nested":{open}{close}}}"#);
    let value: Value = super::super::read_answer(201, Some("application/json"), body.as_bytes()).unwrap();
    assert_eq!((&value["id"], value["label"].as_str()), (&7.into(), Some(TWICE)));
}
