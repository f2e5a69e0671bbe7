//! Unit tests of `oversize`.

use std::collections::VecDeque;
use std::future::{Ready, ready};

use super::*;

/// A body that arrives in these pieces, and how many of them were taken.
struct Pieces(VecDeque<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

/// Answers with what came.
#[derive(Clone)]
struct Echo;

impl Service<http::Request<Body>> for Echo {
    type Response = http::Request<Body>;
    type Error = Infallible;
    type Future = Ready<Result<http::Request<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        ready(Ok(request))
    }
}

/// The mark and the bytes that pass a limit of 8 bytes.
async fn passed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Option<Oversize>, Vec<u8>) {
    let pieces = Pieces(pieces.into_iter().map(Bytes::copy_from_slice).collect());
    let request = http::Request::new(Body::new(pieces));
    let mut request = Bounded::new(Echo, 8).call(request).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(frame) = next(request.body_mut()).await {
        bytes.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    (request.extensions().get().copied(), bytes)
}

fn message(size: u8) -> Vec<u8> {
    [&[0, 0, 0, 0, size][..], &vec![7; size.into()][..]].concat()
}

#[tokio::test]
async fn a_message_of_just_the_limit_passes_however_it_is_cut() {
    let whole = message(8);
    assert_eq!(passed([&whole[..]]).await, (None, whole.clone()));
    for cut in 1..whole.len() {
        let (first, second) = whole.split_at(cut);
        assert_eq!(passed([first, second]).await, (None, whole.clone()), "{cut}");
    }
    assert_eq!(passed(whole.chunks(1)).await, (None, whole.clone()));
}

#[tokio::test]
async fn a_message_above_the_limit_becomes_an_empty_one_with_a_mark() {
    let whole = message(9);
    let replaced = (Some(Oversize { size: 9, limit: 8 }), vec![0; PREFIX]);
    assert_eq!(passed([&whole[..]]).await, replaced);
    assert_eq!(passed(whole.chunks(2)).await, replaced);
}

#[tokio::test]
async fn the_largest_size_that_can_be_announced_is_refused_by_its_size() {
    let (mark, bytes) = passed([&[0, 0xff, 0xff, 0xff, 0xff, 7][..]]).await;
    assert_eq!(mark, Some(Oversize { size: 0xffff_ffff, limit: 8 }));
    assert_eq!(bytes, [0; PREFIX]);
}

#[tokio::test]
async fn a_body_that_ends_within_the_prefix_is_left_as_it_is() {
    assert_eq!(passed([]).await, (None, vec![]));
    assert_eq!(passed([&[0, 0xff, 0xff][..]]).await, (None, vec![0, 0xff, 0xff]));
}
