//! A server that does exactly what it is told, byte by byte, and remembers
//! every request. Strict: a request too many gets a 599 and is remembered too.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What happens to one request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// These bytes, and the connection stays open for the next request.
    Keep(Vec<u8>),
    /// These bytes, then the connection is closed in order.
    Close(Vec<u8>),
    /// These bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// These bytes, then silence for ever.
    Hang(Vec<u8>),
    /// These bytes, one by one, with this pause before each.
    Drip(Vec<u8>, Duration),
}

/// An answer with a body and its length.
pub(super) fn answer(status: &str, content_type: &str, extra: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n{extra}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(super) fn json(status: &str, body: &str) -> Step {
    Step::Close(answer(status, "application/json", "connection: close\r\n", body))
}

pub(super) fn json_with(status: &str, headers: &str, body: &str) -> Step {
    Step::Close(answer(status, "application/json", &format!("connection: close\r\n{headers}"), body))
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with_tls(steps, None).await
    }

    pub(super) async fn with_tls(
        steps: impl IntoIterator<Item = Step>,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let steps = Arc::new(Mutex::new(steps.into_iter().collect::<VecDeque<_>>()));
        let (log, count) = (requests.clone(), connections.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *count.lock().unwrap() += 1;
                let (steps, log, tls) = (steps.clone(), log.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, steps, log, reset).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, steps, log, drop).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, requests, connections, task }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request as it came: head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn reset(stream: TcpStream) {
    // Closing with unread data or zero linger sends RST instead of FIN.
    let _ = stream.set_zero_linger();
    drop(stream);
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    steps: Arc<Mutex<VecDeque<Step>>>,
    log: Arc<Mutex<Vec<String>>>,
    reset: impl FnOnce(S),
) {
    while let Some(request) = read_request(&mut stream).await {
        log.lock().unwrap().push(request);
        let step = steps.lock().unwrap().pop_front();
        match step.unwrap_or_else(|| json("599 Unexpected Request", "{}")) {
            Step::Keep(bytes) => {
                let _ = stream.write_all(&bytes).await;
            }
            Step::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Step::Reset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                if !bytes.is_empty() {
                    // Let the bytes arrive: a reset overtakes what is unread.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                return reset(stream);
            }
            Step::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                std::future::pending::<()>().await;
            }
            Step::Drip(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0_u8; 4096];
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
                })
                .unwrap_or(0_usize);
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
    }
}
