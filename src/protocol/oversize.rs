//! Requests too large to be taken. The library refuses them with a gRPC status, which
//! Terraform shows as a broken plugin, although it sets itself no limit. Here they are read
//! to their end without being kept, and an empty message with a mark takes their place: who
//! answers must look for the mark first, and can say in the words of its answer what was
//! wrong.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use hyper::body::Frame;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Body as HttpBody, Service, http};
use tonic::server::NamedService;

/// The largest request taken, in bytes, as in Go's plugins. The library's own
/// limit of 4 MiB is below what a state may have.
pub const LARGEST_REQUEST: usize = 256 * 1024 * 1024;

/// The largest answer that Terraform takes, in bytes: the largest `int32`.
pub const LARGEST_ANSWER: usize = 0x7fff_ffff;

/// The same for the answer to GetProviderSchema.
pub const LARGEST_SCHEMA: usize = 64 * 1024 * 1024;

/// What stands before each message: whether it is compressed, and its size.
const PREFIX: usize = 5;

/// The mark, an extension of the request that took the place of a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oversize {
    /// The size of the message that was sent, in bytes.
    pub size: usize,
    /// The largest that is taken, in bytes.
    pub limit: usize,
}

/// The service `S`, which sees no first message above a limit, but the mark.
#[derive(Debug, Clone)]
pub(super) struct Bounded<S> {
    service: S,
    limit: usize,
}

impl<S> Bounded<S> {
    /// Lets messages of up to `limit` bytes through to `service`.
    pub(super) fn new(service: S, limit: usize) -> Self {
        Self { service, limit }
    }
}

impl<S: NamedService> NamedService for Bounded<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Bounded<S>
where
    S: Service<http::Request<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        // The one that was polled is the one that is ready.
        let next = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, next);
        let limit = self.limit;
        Box::pin(async move { service.call(bounded(request, limit).await).await })
    }
}

/// The request as it came, or the mark in its place.
async fn bounded(request: http::Request<Body>, limit: usize) -> http::Request<Body> {
    let (mut parts, mut body) = request.into_parts();
    let mut start = BytesMut::new();
    while start.len() < PREFIX
        && let Some(Ok(frame)) = next(&mut body).await
        && let Ok(data) = frame.into_data()
    {
        start.extend_from_slice(&data);
    }
    let size = announced(&start);
    if size <= limit {
        return http::Request::from_parts(parts, Body::new(Resumed { start: start.freeze(), rest: body }));
    }
    // To the end and not cut short: a client that still sends may take an early
    // answer for a broken connection.
    while let Some(Ok(_)) = next(&mut body).await {}
    parts.extensions.insert(Oversize { size, limit });
    let empty = Resumed { start: Bytes::from_static(&[0; PREFIX]), rest: Body::empty() };
    http::Request::from_parts(parts, Body::new(empty))
}

/// The size that the prefix of a message tells; 0 when it is cut short, which
/// is left to the library to refuse.
fn announced(start: &[u8]) -> usize {
    let size = start.get(1..).and_then(|mut size| size.try_get_u32().ok()).unwrap_or_default();
    usize::try_from(size).unwrap_or(usize::MAX)
}

async fn next(body: &mut Body) -> Option<Result<Frame<Bytes>, Status>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

/// A body of which some was read already.
struct Resumed {
    start: Bytes,
    rest: Body,
}

impl HttpBody for Resumed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.start.is_empty() {
            return Pin::new(&mut self.rest).poll_frame(context);
        }
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.start)))))
    }

    fn is_end_stream(&self) -> bool {
        self.start.is_empty() && self.rest.is_end_stream()
    }
}

#[cfg(test)]
mod tests;
