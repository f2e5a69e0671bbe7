//! Waiting, in virtual time: backoff, `Retry-After`, deadlines, cancellation, pace.

use std::{
    collections::VecDeque,
    sync::Mutex,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::secrecy::capture;
use crate::client::{
    CallOptions, Deadline, Delivery, Idempotency, Method,
    answer::{self, Incoming},
    error::Ending,
    failure::{Chance, Failure, Status},
    pacing::Pacer,
    redact::Redactor,
    retry::{Exchange, Exhausted, RetryPolicy, drive},
    wait::{Stop, Waits},
};

const SECOND: Duration = Duration::from_secs(1);

/// Attempts that take the time they are told and end as they are told.
struct Scripted {
    outcomes: Mutex<VecDeque<(Duration, Result<(), Failure>)>>,
    began: Instant,
    /// When each attempt began, and by when it had to be over.
    log: Mutex<Vec<(Duration, Option<Duration>)>>,
    finished: Mutex<u32>,
}

impl Scripted {
    fn new(outcomes: impl IntoIterator<Item = (Duration, Result<(), Failure>)>) -> Self {
        let outcomes = Mutex::new(outcomes.into_iter().collect());
        Self { outcomes, began: Instant::now(), log: Mutex::default(), finished: Mutex::default() }
    }

    fn failing(failures: impl IntoIterator<Item = Failure>) -> Self {
        Self::new(failures.into_iter().map(|failure| (Duration::ZERO, Err(failure))))
    }

    fn starts(&self) -> Vec<Duration> {
        self.log.lock().unwrap().iter().map(|(start, _)| *start).collect()
    }
}

impl Exchange for Scripted {
    type Answer = ();

    async fn attempt(&self, number: u32, until: Option<Instant>) -> Result<(), Failure> {
        {
            let mut log = self.log.lock().unwrap();
            log.push((self.began.elapsed(), until.map(|until| until - self.began)));
            assert_eq!(usize::try_from(number).unwrap(), log.len());
        }
        let next = self.outcomes.lock().unwrap().pop_front();
        let (time, outcome) = next.unwrap_or((Duration::ZERO, Ok(())));
        sleep(time).await;
        *self.finished.lock().unwrap() += 1;
        outcome
    }
}

pub(super) fn status(code: u16, retry_after: Option<Duration>) -> Failure {
    Failure::Refused { status: Status { code, reason: "" }, message: None, fields: Vec::new(), retry_after }
}

fn policy() -> RetryPolicy {
    RetryPolicy { random: || 0.5, ..RetryPolicy::new(4) }
}

fn within(time: Duration) -> CallOptions {
    CallOptions::new(Deadline::after(time), CancellationToken::new())
}

async fn run(
    exchange: &Scripted,
    idempotency: Idempotency,
    options: &CallOptions,
) -> (Result<u32, Exhausted>, Duration) {
    let pacer = Pacer::new(4, None);
    let mut waits = Waits::new(options, Method::Get, "/v1/trunks");
    let outcome = drive(exchange, idempotency, &policy(), &pacer, options, &mut waits).await;
    (outcome.map(|((), attempts)| attempts), waits.total)
}

#[tokio::test(start_paused = true)]
async fn backoff_grows_with_jitter_up_to_a_cap() {
    let exchange = Scripted::failing(vec![status(503, None); 4]);
    let (outcome, waited) = run(&exchange, Idempotency::Safe, &CallOptions::default()).await;
    assert_eq!(outcome.unwrap(), 5);
    // Half way between 0.5 s and three times the last delay: 1, 1.75, 2.875, 4.5625 s.
    let starts: Vec<_> = exchange.starts().iter().map(Duration::as_millis).collect();
    for (start, expected) in starts.iter().zip([0, 1000, 2750, 5625, 10187]) {
        assert!(start.abs_diff(expected) <= 5, "{starts:?}");
    }
    assert_eq!(waited.as_secs(), 10);

    for random in [|| 0.0, || 1.0] {
        let policy = RetryPolicy { random, max_retries: 50, ..policy() };
        let exchange = Scripted::failing(vec![status(503, None); 50]);
        let options = CallOptions::default();
        let mut waits = Waits::new(&options, Method::Get, "/");
        drive(&exchange, Idempotency::Safe, &policy, &Pacer::new(1, None), &options, &mut waits)
            .await
            .unwrap();
        for pair in exchange.starts().windows(2) {
            let delay = pair[1] - pair[0];
            assert!(delay >= policy.base && delay <= policy.cap + Duration::from_millis(2), "{delay:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_the_least_that_is_waited() {
    let exchange = Scripted::failing([status(429, Some(7 * SECOND)), status(503, Some(Duration::ZERO))]);
    let (outcome, _) = run(&exchange, Idempotency::Idempotent, &CallOptions::default()).await;
    assert_eq!(outcome.unwrap(), 3);
    let starts = exchange.starts();
    assert!(starts[1] >= 7 * SECOND && starts[1] < 8 * SECOND, "{starts:?}");
    // Zero is no licence to hammer.
    assert!(starts[2] - starts[1] >= Duration::from_millis(500), "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_sleeps_past_the_deadline() {
    let exchange = Scripted::failing([status(429, Some(120 * SECOND))]);
    let began = Instant::now();
    let (outcome, waited) = run(&exchange, Idempotency::Once, &within(20 * SECOND)).await;
    let end = outcome.unwrap_err();
    assert_eq!((end.attempts, end.delivery), (1, Delivery::Refused));
    assert!(matches!(end.ending, Ending::Deadline { wait } if wait >= 119 * SECOND), "{end:?}");
    assert_eq!((began.elapsed(), waited), (Duration::ZERO, Duration::ZERO), "it does not even begin to wait");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let exchange = Scripted::failing([]);
    let options = within(SECOND);
    sleep(2 * SECOND).await;
    let (outcome, _) = run(&exchange, Idempotency::Safe, &options).await;
    let end = outcome.unwrap_err();
    assert_eq!((end.failure, end.attempts, end.delivery), (Failure::NotAttempted, 0, Delivery::NotSent));
    assert!(exchange.starts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_an_attempt_unless_it_changes_something() {
    for (idempotency, bounded) in
        [(Idempotency::Safe, true), (Idempotency::Idempotent, false), (Idempotency::Once, false)]
    {
        let exchange = Scripted::failing([]);
        run(&exchange, idempotency, &within(20 * SECOND)).await.0.unwrap();
        let until = exchange.log.lock().unwrap()[0].1;
        assert_eq!(until.is_some(), bounded, "{idempotency:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_ends_a_wait_at_once() {
    let exchange = Scripted::failing([status(429, Some(60 * SECOND))]);
    let options = CallOptions::default();
    let token = options.cancel.clone();
    tokio::spawn(async move {
        sleep(3 * SECOND).await;
        token.cancel();
    });
    let began = Instant::now();
    let (outcome, waited) = run(&exchange, Idempotency::Idempotent, &options).await;
    let end = outcome.unwrap_err();
    assert_eq!((end.ending, end.attempts), (Ending::Cancelled, 1));
    assert_eq!(end.failure.status().unwrap().code, 429, "the last answer is still told");
    assert_eq!((began.elapsed().as_secs(), waited.as_secs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_sends_nothing() {
    for idempotency in [Idempotency::Safe, Idempotency::Idempotent, Idempotency::Once] {
        let exchange = Scripted::failing([]);
        let options = CallOptions::default();
        options.cancel.cancel();
        let end = run(&exchange, idempotency, &options).await.0.unwrap_err();
        assert_eq!((end.ending, end.attempts, end.delivery), (Ending::Cancelled, 0, Delivery::NotSent));
        assert!(exchange.starts().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_already_sent_is_awaited_and_a_read_is_not() {
    for (idempotency, finished) in
        [(Idempotency::Safe, 0), (Idempotency::Idempotent, 1), (Idempotency::Once, 1)]
    {
        let exchange = Scripted::new([(10 * SECOND, Ok(()))]);
        let options = CallOptions::default();
        let token = options.cancel.clone();
        tokio::spawn(async move {
            sleep(SECOND).await;
            token.cancel();
        });
        let (outcome, _) = run(&exchange, idempotency, &options).await;
        assert_eq!(outcome.is_ok(), finished == 1, "{idempotency:?}");
        assert_eq!(*exchange.finished.lock().unwrap(), finished, "{idempotency:?}");
        if let Err(end) = outcome {
            assert_eq!((end.failure, end.delivery), (Failure::Abandoned, Delivery::Ambiguous));
        }
    }
}

fn unconnected(chance: Chance) -> Failure {
    Failure::Connect { cause: String::new(), way: String::new(), chance }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_does_not_exist_is_asked_for_once_more() {
    let exchange = Scripted::failing(vec![unconnected(Chance::Slight); 3]);
    let end = run(&exchange, Idempotency::Safe, &CallOptions::default()).await.0.unwrap_err();
    assert_eq!((end.attempts, end.ending, end.delivery), (2, Ending::Final, Delivery::NotSent));
}

#[tokio::test(start_paused = true)]
async fn what_a_gateway_says_of_a_server_is_tried_again_unless_twice_is_two() {
    for code in (502..=504).chain(520..=530).chain([408, 425]) {
        for (idempotency, attempts) in
            [(Idempotency::Safe, 2), (Idempotency::Idempotent, 2), (Idempotency::Once, 1)]
        {
            let exchange = Scripted::failing([status(code, None)]);
            let (outcome, _) = run(&exchange, idempotency, &CallOptions::default()).await;
            assert_eq!(outcome.is_ok(), attempts == 2, "{code} {idempotency:?}");
            assert_eq!(exchange.starts().len(), attempts, "{code} {idempotency:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_certificate_is_not_tried_again() {
    let exchange = Scripted::failing([unconnected(Chance::None)]);
    let end = run(&exchange, Idempotency::Safe, &CallOptions::default()).await.0.unwrap_err();
    assert_eq!((end.attempts, end.ending, end.delivery), (1, Ending::Final, Delivery::NotSent));
}

#[tokio::test(start_paused = true)]
async fn one_429_slows_everybody() {
    let pacer = Pacer::new(4, None);
    let options = CallOptions::default();
    let exchange = Scripted::failing([status(429, Some(8 * SECOND))]);
    let mut waits = Waits::new(&options, Method::Get, "/");
    let other = async {
        sleep(SECOND).await;
        let mut waits = Waits::new(&options, Method::Get, "/other");
        drop(pacer.enter(&mut waits).await.unwrap());
        (exchange.began.elapsed(), waits.total)
    };
    let policy = policy();
    let first = drive(&exchange, Idempotency::Once, &policy, &pacer, &options, &mut waits);
    let (outcome, (entered, waited)) = tokio::join!(first, other);
    assert_eq!(outcome.unwrap().1, 2);
    assert!(entered >= 8 * SECOND && waited >= 7 * SECOND, "{entered:?} {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn an_absurd_429_does_not_stop_everybody_for_long() {
    let pacer = Pacer::new(4, None);
    pacer.slow_down(Instant::now(), Duration::from_secs(3600));
    let options = CallOptions::default();
    let began = Instant::now();
    drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn requests_are_spaced_evenly() {
    let pacer = Pacer::new(4, Some(4.0));
    let options = CallOptions::default();
    let began = Instant::now();
    let mut turns = Vec::new();
    for _ in 0..5 {
        drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
        turns.push(began.elapsed().as_millis());
    }
    for (turn, expected) in turns.iter().zip([0, 250, 500, 750, 1000]) {
        assert!(turn.abs_diff(expected) <= 5, "{turns:?}");
    }
    // A rest is not saved up for a burst.
    sleep(10 * SECOND).await;
    let began = Instant::now();
    for _ in 0..3 {
        drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
    }
    assert!(began.elapsed() >= Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_turn_after_the_deadline_is_not_used_up() {
    let pacer = Pacer::new(4, Some(0.1));
    let patient = CallOptions::default();
    drop(pacer.enter(&mut Waits::new(&patient, Method::Get, "/")).await.unwrap());
    for _ in 0..3 {
        let hurried = within(SECOND);
        let stop = pacer.enter(&mut Waits::new(&hurried, Method::Get, "/")).await.map(drop).unwrap_err();
        assert!(matches!(stop, Stop::Deadline { wait } if wait > 9 * SECOND), "{stop:?}");
    }
    let began = Instant::now();
    drop(pacer.enter(&mut Waits::new(&patient, Method::Get, "/")).await.unwrap());
    assert_eq!(began.elapsed().as_secs(), 10, "the turns of those who left were not used up");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_slot_ends_with_the_deadline() {
    let pacer = Pacer::new(1, None);
    let patient = CallOptions::default();
    let held = pacer.enter(&mut Waits::new(&patient, Method::Get, "/")).await.unwrap();
    let hurried = within(5 * SECOND);
    let began = Instant::now();
    let stop = pacer.enter(&mut Waits::new(&hurried, Method::Get, "/")).await.map(drop).unwrap_err();
    assert_eq!((stop, began.elapsed().as_secs()), (Stop::Deadline { wait: Duration::ZERO }, 5));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn after_ten_seconds_of_waiting_the_log_says_so_once() {
    let (log, guard) = capture(tracing::Level::INFO);
    let exchange = Scripted::failing([
        status(429, Some(6 * SECOND)),
        status(429, Some(6 * SECOND)),
        status(429, Some(30 * SECOND)),
    ]);
    let (outcome, waited) = run(&exchange, Idempotency::Safe, &CallOptions::default()).await;
    drop(guard);
    assert!(outcome.is_ok() && waited >= 42 * SECOND);
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("waited_s=10") && lines[0].contains("attempts=2"), "{lines:?}");
}

#[test]
fn retry_after_is_read_with_care() {
    let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    // 784111777 is Sun, 06 Nov 1994 08:49:37 GMT.
    let cases = [
        ("120", None, Some(120 * SECOND)),
        (" 0 ", None, Some(Duration::ZERO)),
        ("1.5", None, Some(Duration::from_millis(1500))),
        ("-5", None, Some(Duration::ZERO)),
        ("99999999999999999999999999", None, Some(86_400 * SECOND)),
        ("1e999", None, Some(86_400 * SECOND)),
        ("NaN", None, None),
        ("soon", None, None),
        ("", None, None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", at(784_111_747), Some(30 * SECOND)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", at(784_111_999), Some(Duration::ZERO)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", None, Some(Duration::ZERO)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", at(0), Some(86_400 * SECOND)),
    ];
    for (header, date, expected) in cases {
        for body in ["<html>", r#"{"message":"slow down"}"#] {
            let incoming = Incoming {
                status: Status { code: 429, reason: "" },
                content_type: None,
                retry_after: Some(header.to_owned()),
                date,
                location: None,
                body: Bytes::from_static(body.as_bytes()),
            };
            let failure = answer::read::<()>(&incoming, &Redactor::default()).unwrap_err();
            assert_eq!(failure.retry_after(), expected, "{header:?} {date:?}");
        }
    }
}
