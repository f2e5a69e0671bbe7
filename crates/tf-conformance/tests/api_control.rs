//! Case files that make an API fail by requests to its control.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test states expectations")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

const PROVIDER: &str = env!("CARGO_BIN_EXE_memory-provider");
const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/memory.json");

/// An API's control that notes what it is asked. Below `/refused` it says no.
struct Control {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Control {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &noted);
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push(std::mem::take(&mut line));
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let target = head[0].rsplit_once(' ').unwrap().0;
    asked.lock().unwrap().push(format!("{target} {}", String::from_utf8(body).unwrap()).trim().to_owned());
    let status = if target.contains("/refused") { "500 Internal Server Error" } else { "200 OK" };
    let body = r#"{ "pending": 0 }"#;
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

/// Runs check 24, during which a create is slow, with this control.
fn stop_while_slow(control: &Control, slow: &Json) -> Output {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("case.json");
    let mut case: Json = serde_json::from_slice(&std::fs::read(CASE).unwrap()).unwrap();
    case["provider"]["endpoint"] = control.url.as_str().into();
    case["faults"]["slow"] = slow.clone();
    std::fs::write(&path, case.to_string()).unwrap();
    let arguments = [PROVIDER, "--case", path.to_str().unwrap(), "--only", "24"];
    Command::new(env!("CARGO_BIN_EXE_tf-conformance")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn slow() -> Json {
    json!({
        "environment": { "MEMORY_PROVIDER_FAULT": "slow" },
        "break": [{ "method": "POST", "url": "${endpoint}/slow?much=1", "body": { "by": [2] } }],
        "mend": [
            { "method": "GET", "url": "${endpoint}/pending", "answer": { "pending": 0 } },
            { "method": "DELETE", "url": "${endpoint}/slow" },
        ],
    })
}

const IN_ORDER: [&str; 3] = [r#"POST /slow?much=1 {"by":[2]}"#, "GET /pending", "DELETE /slow"];

#[test]
fn an_api_is_broken_before_the_check_and_mended_after_it() {
    let control = Control::start();
    let output = stop_while_slow(&control, &slow());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(control.asked(), IN_ORDER);
}

#[test]
fn an_api_is_mended_when_the_check_fails() {
    let control = Control::start();
    let mut slow = slow();
    slow["environment"] = json!({});
    let output = stop_while_slow(&control, &slow);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the case's fault does not make it slow"), "{}", said(&output));
    assert_eq!(control.asked(), IN_ORDER);
}

#[test]
fn an_api_that_cannot_be_broken_fails_the_check_and_is_mended() {
    let control = Control::start();
    let mut slow = slow();
    let refused = json!({ "method": "PUT", "url": "${endpoint}/refused" });
    slow["break"].as_array_mut().unwrap().push(refused);
    let output = stop_while_slow(&control, &slow);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let wanted = "cannot break the API: PUT (sensitive)/refused: the answer is 500 Internal Server Error";
    assert!(said(&output).contains(wanted), "{}", said(&output));
    assert_eq!(control.asked(), [IN_ORDER[0], "PUT /refused", IN_ORDER[1], IN_ORDER[2]]);
}

#[test]
fn an_api_that_cannot_be_mended_fails_the_check() {
    let control = Control::start();
    let mut slow = slow();
    slow["mend"][0]["answer"] = json!({ "pending": 1 });
    let output = stop_while_slow(&control, &slow);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let wanted = r#"/pending: the answer is { "pending": 0 } instead of {"pending":1}"#;
    assert!(said(&output).contains("cannot mend the API: GET "), "{}", said(&output));
    assert!(said(&output).contains(wanted), "{}", said(&output));
    assert_eq!(control.asked(), IN_ORDER, "the rest is mended all the same");
}

#[test]
fn an_address_that_is_none_is_named() {
    let control = Control::start();
    for (url, reason) in
        [("https://127.0.0.1/", "an http:// address is needed"), ("nowhere", "relative URL without a base")]
    {
        let slow = json!({ "break": [{ "method": "GET", "url": url }] });
        let output = stop_while_slow(&control, &slow);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let wanted = format!("cannot break the API: GET {url}: {reason}");
        assert!(said(&output).contains(&wanted), "{}", said(&output));
    }
}
