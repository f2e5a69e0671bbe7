//! HTTP/2, byte by byte: what happens to requests when the other end goes silent, or goes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::AbortHandle,
};
use tokio_rustls::TlsAcceptor;

use super::{client_of, settings, tls::speaking};
use crate::client::{ClientSettings, Delivery, Kind};

/// What the server does when a request arrives.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing, ever again: it answers not even a PING.
    Silence,
    /// Nothing, but that it lives: it answers every PING.
    Pongs,
    /// Says that it has processed no stream and will take no more.
    GoAway,
}

struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    task: AbortHandle,
}

const PREFACE: usize = 24;
const FRAME_HEAD: usize = 9;
const HEADERS: u8 = 1;
const PING: u8 = 6;
const EMPTY_SETTINGS: [u8; FRAME_HEAD] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
/// What follows is the payload of the PING.
const PONG_HEAD: [u8; FRAME_HEAD] = [0, 0, 8, PING, 1, 0, 0, 0, 0];
/// The last stream is 0; the reason is that the client is too much, which no library repeats for by itself.
const GO_AWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xb];

impl Server {
    async fn start(acceptor: TlsAcceptor, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (opened, seen) = (connections.clone(), requests.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, opened, seen) = (acceptor.clone(), opened.clone(), seen.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    opened.fetch_add(1, Ordering::SeqCst);
                    stream.write_all(&EMPTY_SETTINGS).await.unwrap();
                    stream.read_exact(&mut [0; PREFACE]).await.unwrap();
                    loop {
                        let mut head = [0; FRAME_HEAD];
                        if stream.read_exact(&mut head).await.is_err() {
                            return;
                        }
                        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
                        let mut payload = vec![0; usize::try_from(length).unwrap()];
                        stream.read_exact(&mut payload).await.unwrap();
                        // Not the answer to one of its own.
                        if head[3] == PING && head[4] == 0 {
                            let _ = stream.write_all(&[&PONG_HEAD, &*payload].concat()).await;
                            let _ = stream.flush().await;
                        }
                        if head[3] != HEADERS {
                            continue;
                        }
                        seen.fetch_add(1, Ordering::SeqCst);
                        match then {
                            Then::Silence => std::future::pending::<()>().await,
                            Then::Pongs => {}
                            Then::GoAway => {
                                let _ = stream.write_all(&GO_AWAY).await;
                                let _ = stream.flush().await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, connections, requests, task: task.abort_handle() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn server(then: Then, request_timeout: Duration) -> (Server, ClientSettings) {
    let (pem, acceptor) = speaking("localhost", &[b"h2"]);
    let server = Server::start(acceptor, then).await;
    let mut settings = settings(&server.url);
    settings.ca_bundle_pem = Some(pem);
    settings.max_retries = 2;
    settings.request_timeout = request_timeout;
    (server, settings)
}

#[tokio::test]
async fn a_connection_that_timed_out_is_not_used_again() {
    // Long enough to connect in, however busy the machine is.
    let (server, settings) = server(Then::Pongs, Duration::from_secs(2)).await;
    let error = client_of(settings).get("/v1/trunks").send::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Timeout, 3), "{error}");
    assert_eq!(server.connections.load(Ordering::SeqCst), 3, "one for each attempt");
}

#[tokio::test]
async fn a_connection_that_answers_no_ping_is_given_up_before_the_time_is_over() {
    let (server, mut settings) = server(Then::Silence, Duration::from_secs(9)).await;
    settings.max_retries = 0;
    let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::ConnectionLost, Delivery::Ambiguous), "{error}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stream_that_goaway_names_as_unprocessed_counts_as_unsent() {
    let (server, settings) = server(Then::GoAway, Duration::from_secs(30)).await;
    let error = client_of(settings).post("/v1/trunks").json(&1).send::<Value>().await.unwrap_err();
    // A create, and yet sent again: it certainly was not carried out.
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 3), "{error}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 3);
    assert!(error.to_string().contains("was not processed"), "{error}");
}
