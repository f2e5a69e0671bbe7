//! Below HTTP: one accepted connection, and scripts that write raw bytes to it and end it in a chosen way.
//! Knows no route and no fault rule.

use std::{net::SocketAddr, sync::Mutex, time::Duration};

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::oneshot,
    time::{sleep, timeout},
};

use crate::sync::lock;

/// One accepted connection, as a request handler sees it.
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    takeover: Mutex<Option<oneshot::Sender<Script>>>,
}

impl Connection {
    /// The connection, and the end on which its server task waits for a script.
    pub(crate) fn new(peer: SocketAddr) -> (Self, oneshot::Receiver<Script>) {
        let (sender, receiver) = oneshot::channel();
        (Self { peer, takeover: Mutex::new(Some(sender)) }, receiver)
    }

    /// Takes the socket away from the HTTP server. The caller's answer will never be written.
    pub(crate) fn take_over(&self, script: Script) {
        if let Some(sender) = lock(&self.takeover).take() {
            // The receiver is gone only when the connection itself already is.
            let _ = sender.send(script);
        }
    }
}

/// What is done with a socket instead of a proper answer.
pub(crate) struct Script {
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

pub(crate) enum Step {
    Write(Bytes),
    Pause(Duration),
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN: the client reads an orderly end of stream.
    Close,
    /// RST: the client's read fails with "connection reset by peer".
    Reset,
}

impl Script {
    /// Plays the script; errors mean that the client was quicker to leave.
    pub(crate) async fn play(self, mut stream: TcpStream) {
        for step in self.steps {
            match step {
                Step::Write(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Step::Pause(duration) => sleep(duration).await,
            }
        }
        match self.end {
            End::Close => {
                if stream.shutdown().await.is_ok() {
                    drain(&stream).await;
                }
            }
            End::Reset => reset(stream),
        }
    }
}

/// Closing a socket with unread bytes in it sends RST, which may overtake the answer; read them away first.
async fn drain(stream: &TcpStream) {
    let mut sink = [0; 4096];
    let until_closed = async {
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut sink) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
    };
    // A client that keeps its end open is not waited for.
    let _ = timeout(Duration::from_secs(1), until_closed).await;
}

/// Closes a connection with RST instead of FIN.
pub(crate) fn reset(stream: TcpStream) {
    // Without the option the close is merely an orderly one; there is nobody to tell.
    let _ = stream.set_zero_linger();
    drop(stream);
}

/// The bytes of an HTTP/1.1 response head. `content_length` is what the head claims, true or not. It says that the
/// connection will close: a client that kept it for its next request would meet a second, undeserved failure.
pub(crate) fn response_head(status: StatusCode, headers: &HeaderMap, content_length: usize) -> Vec<u8> {
    let mut head =
        format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("Unknown"))
            .into_bytes();
    for (name, value) in headers {
        if name == "content-length" {
            continue;
        }
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(
        format!("content-length: {content_length}\r\nconnection: close\r\n\r\n").as_bytes(),
    );
    head
}
