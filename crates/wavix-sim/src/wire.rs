//! Below HTTP: one accepted connection, and scripts that write raw bytes to it and end it in a chosen way.
//! Knows no route and no fault rule.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    sync::oneshot,
    time::{sleep, timeout},
};
use tokio_rustls::server::TlsStream;

use crate::sync::lock;

/// The name of HTTP/2 in ALPN (RFC 9113, section 3.2).
pub(crate) const HTTP2: &[u8] = b"h2";

/// The bytes of one accepted connection.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

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
    /// The same bytes so many times.
    Repeat(Bytes, usize),
    Pause(Duration),
    /// Waits until the client sends something, which is not read.
    AwaitRequest,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN: the client reads an orderly end of stream.
    Close,
    /// RST: the client's read fails with "connection reset by peer".
    Reset,
    /// None before the client's: what it sends is taken and not answered.
    Silence,
}

impl Script {
    /// Plays the script; errors mean that the client was quicker to leave.
    pub(crate) async fn play(self, mut stream: Stream) {
        for step in self.steps {
            match step {
                Step::Write(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Step::Repeat(bytes, times) => {
                    for _ in 0..times {
                        if stream.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                }
                Step::Pause(duration) => sleep(duration).await,
                Step::AwaitRequest => stream.sent_something().await,
            }
        }
        match self.end {
            End::Close => {
                if stream.shutdown().await.is_ok() {
                    drain(stream).await;
                }
            }
            End::Reset => {
                // What TLS still holds back is part of what was sent.
                let _ = stream.flush().await;
                stream.reset();
            }
            End::Silence => until_closed(stream).await,
        }
    }
}

/// Closing a socket with unread bytes in it sends RST, which may overtake the answer; read them away first.
async fn drain(stream: Stream) {
    // A client that keeps its end open is not waited for; one that is only slow is.
    let _ = timeout(Duration::from_secs(10), until_closed(stream)).await;
}

async fn until_closed(mut stream: Stream) {
    let mut sink = [0; 4096];
    while matches!(stream.read(&mut sink).await, Ok(1..)) {}
}

impl Stream {
    /// Closes with RST instead of FIN.
    pub(crate) fn reset(self) {
        let tcp = self.tcp();
        // Without the option the close is merely an orderly one; there is nobody to tell.
        let _ = tcp.set_zero_linger();
    }

    async fn sent_something(&self) {
        // An error means that the client has left, which ends the wait as well.
        let _ = self.tcp().peek(&mut [0]).await;
    }

    /// Whether the client chose HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(HTTP2))
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// What a response head says about the body that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    /// This length, true or not, and that the connection will close: a client that kept it for its next request would
    /// meet a second, undeserved failure.
    Length(usize),
    /// This length, and that the connection stays open.
    LengthAndMore(usize),
    /// Only that the connection will close.
    Nothing,
}

/// The bytes of an HTTP/1.1 response head.
pub(crate) fn response_head(status: StatusCode, headers: &HeaderMap, announced: Announced) -> Vec<u8> {
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
    if let Announced::Length(length) | Announced::LengthAndMore(length) = announced {
        head.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
    if !matches!(announced, Announced::LengthAndMore(_)) {
        head.extend_from_slice(b"connection: close\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
