//! Real answers, badly sent: the bytes of each way to do so. What is sent is decided in `pipeline`.

use std::{io::Read as _, time::Duration};

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
};
use flate2::{Compression, bufread::GzEncoder};

use crate::{
    faults::{OddHead, Transmission},
    wire::{Announced, End, Script, Step, response_head},
};

/// White space is written in pieces of this size.
const BLANKS: usize = 64 * 1024;
/// How long a head is given to arrive before the connection is reset.
const BEFORE_RESET: Duration = Duration::from_millis(50);

/// The script that sends this answer in this way.
pub(crate) fn badly_sent(
    head: &axum::http::response::Parts,
    body: &Bytes,
    transmission: Transmission,
) -> Script {
    let length = body.len();
    let announcing =
        |announced| Step::Write(Bytes::from(response_head(head.status, &head.headers, announced)));
    let written = |claimed, sent| vec![announcing(Announced::Length(claimed)), Step::Write(sent)];
    let kept = || vec![announcing(Announced::LengthAndMore(length)), Step::Write(body.clone())];
    let (steps, end) = match transmission {
        Transmission::HeadOnly => {
            // Time for the head to be read: a reset may overtake what has not been.
            (vec![announcing(Announced::Length(length)), Step::Pause(BEFORE_RESET)], End::Reset)
        }
        Transmission::HalfBody => (written(length, body.slice(..length / 2)), End::Close),
        Transmission::WrongLength(difference) => {
            let difference = isize::try_from(difference).unwrap_or(0);
            (written(length.saturating_add_signed(difference), body.clone()), End::Close)
        }
        Transmission::Trickle { bytes, pause } => {
            let mut whole = response_head(head.status, &head.headers, Announced::Length(length));
            whole.extend_from_slice(body);
            let pieces = whole.chunks(bytes.max(1));
            let steps =
                pieces.flat_map(|piece| [Step::Write(Bytes::copy_from_slice(piece)), Step::Pause(pause)]);
            (steps.collect(), End::Close)
        }
        Transmission::Unannounced { bytes } => {
            let blanks = Bytes::from(vec![b' '; BLANKS]);
            let rest = blanks.slice(..bytes % BLANKS);
            let steps = vec![
                announcing(Announced::Nothing),
                Step::Repeat(blanks, bytes / BLANKS),
                Step::Write(rest),
                Step::Write(body.clone()),
            ];
            (steps, End::Close)
        }
        Transmission::OddHead(odd) => {
            let mut whole = response_head(head.status, &head.headers, Announced::Length(length));
            // Before the empty line at its end.
            whole.truncate(whole.len() - 2);
            match odd {
                OddHead::Folded => whole.extend_from_slice(b"x-note: one line\r\n and another\r\n"),
                OddHead::Many(number) => {
                    (0..number).for_each(|at| whole.extend_from_slice(format!("x-{at}: 1\r\n").as_bytes()));
                }
            }
            whole.extend_from_slice(b"\r\n");
            (vec![Step::Write(Bytes::from(whole)), Step::Write(body.clone())], End::Close)
        }
        Transmission::Packed => {
            let mut headers = head.headers.clone();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            let mut packed = Vec::new();
            // From memory into memory: neither end can fail.
            let _ = GzEncoder::new(&**body, Compression::default()).read_to_end(&mut packed);
            let head = response_head(head.status, &headers, Announced::Length(packed.len()));
            (vec![Step::Write(Bytes::from(head)), Step::Write(Bytes::from(packed))], End::Close)
        }
        Transmission::ThenClose => (kept(), End::Close),
        Transmission::ThenReset => {
            let mut steps = kept();
            steps.push(Step::AwaitRequest);
            (steps, End::Reset)
        }
    };
    Script { steps, end }
}
