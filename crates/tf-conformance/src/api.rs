//! Making the API behind a provider fail on purpose.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
pub use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;

use crate::case::{Case, Fault, HttpRequest};

/// How long an API's control may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who can make the API fail.
///
/// 1. `begin` is called before the provider is started, and the fault then
///    holds until `end`: for the next creation at least.
/// 2. `end` is called after every successful `begin`, and leaves nothing of
///    the fault.
/// 3. Faults do not overlap.
pub trait ApiControl: Send + Sync {
    /// Begins a fault. `None` if there is no way to bring it about; otherwise
    /// variables for the provider's process, often none.
    fn begin(&self, fault: Fault) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>, String>>;

    /// Ends a fault.
    fn end(&self, fault: Fault) -> BoxFuture<'_, Result<(), String>>;
}

/// The control that a case file describes.
impl ApiControl for Case {
    fn begin(&self, fault: Fault) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>, String>> {
        Box::pin(async move {
            let Some(control) = self.faults.get(&fault) else { return Ok(None) };
            for request in &control.begin {
                if let Err(reason) = send(request).await {
                    // What has begun must not outlive the check. Why it could
                    // not begin is worth more than why it does not end.
                    let _ = send_all(&control.end).await;
                    return Err(reason);
                }
            }
            Ok(Some(control.environment.clone()))
        })
    }

    fn end(&self, fault: Fault) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            match self.faults.get(&fault) {
                Some(control) => send_all(&control.end).await,
                None => Ok(()),
            }
        })
    }
}

/// Sends every request, whatever becomes of those before; the first error.
async fn send_all(requests: &[HttpRequest]) -> Result<(), String> {
    let mut first = Ok(());
    for request in requests {
        let sent = send(request).await;
        first = first.and(sent);
    }
    first
}

/// Sends a request; anything but a success, or but the answer that is expected,
/// is an error.
async fn send(request: &HttpRequest) -> Result<(), String> {
    let sending = tokio::time::timeout(PATIENCE, attempt(request));
    let failed = |reason: String| format!("{} {}: {reason}", request.method, request.url);
    sending.await.map_err(|_| failed(format!("no answer within {PATIENCE:?}")))?.map_err(failed)
}

async fn attempt(request: &HttpRequest) -> Result<(), String> {
    let url = url::Url::parse(&request.url).map_err(|error| error.to_string())?;
    let (Some(host), "http") = (url.host_str(), url.scheme()) else {
        return Err("an http:// address is needed".to_owned());
    };
    let port = url.port_or_known_default().unwrap_or(80);
    // An IPv6 address has its brackets in the URL only.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let socket = tokio::net::TcpStream::connect((name, port)).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let body = request.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let sent = Request::builder()
        .method(request.method.as_str())
        .uri(target)
        .header("host", format!("{host}:{port}"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let answer = sender.send_request(sent).await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    connection.abort();
    let body = String::from_utf8_lossy(&body);
    if !status.is_success() {
        return Err(format!("the answer is {status}: {body}"));
    }
    match &request.answer {
        Some(wanted) if serde_json::from_str::<Json>(&body).ok().as_ref() != Some(wanted) => {
            Err(format!("the answer is {body} instead of {wanted}"))
        }
        _ => Ok(()),
    }
}
