//! Answers whose head is odd, or whose body is packed: what they say is read all the same.

use std::io::Write as _;

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::Value;

use super::{
    client_of,
    server::{Server, Step},
    settings,
};

const BODY: &[u8] = br#"{"id":7}"#;

fn made(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 201 Created\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn the_id_in_an_answer_is_not_lost_to_its_head_or_its_packing() {
    let many: String = (0..1000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(BODY).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(BODY).unwrap();
    let deflate = deflate.finish().unwrap();
    let json = "content-type: application/json\r\n";
    let answers = [
        made("", BODY),
        made(&format!("{json}x-folded: one\r\n two\r\n"), BODY),
        made(&format!("{json}{many}"), BODY),
        made(&format!("{json}x-long: {}\r\n", "x".repeat(300 * 1024)), BODY),
        made(&format!("{json}not a header: 1\r\n"), BODY),
        made(&format!("{json}x-space : 1\r\n"), BODY),
        made(&format!("{json}content-encoding: gzip\r\n"), &gzip),
        made(&format!("{json}content-encoding: X-GZIP\r\n"), &gzip),
        made(json, &gzip),
        made(&format!("{json}content-encoding: gzip\r\n"), BODY),
        made(&format!("{json}content-encoding: deflate\r\n"), &deflate),
    ];
    for answer in answers {
        let head = String::from_utf8_lossy(&answer).chars().take(200).collect::<String>();
        let server = Server::start([Step::Close(answer)]).await;
        let client = client_of(settings(&server.url()));
        let value: Value = client.post("/v1/trunks").json(&1).send().await.unwrap_or_else(|error| {
            panic!("{error}: {head}");
        });
        assert_eq!(value["id"], 7, "{head}");
        assert!(server.requests()[0].to_lowercase().contains("accept-encoding: identity"));
    }
}

#[tokio::test]
async fn a_packed_body_is_not_let_grow_beyond_the_limit_and_a_broken_one_is_told() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    let cut = bomb[..bomb.len() / 2].to_vec();
    for (body, limit, words) in
        [(bomb, 4096, "a body of more than"), (cut, 4 << 20, "does not match its content encoding")]
    {
        let server = Server::start([Step::Close(made("content-encoding: gzip\r\n", &body))]).await;
        let client = super::limited(settings(&server.url()), limit);
        let error = client.post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
