//! When an attempt is repeated, and how long it waits.
//!
//! Idempotency is asked first, the failure second, so that a create that may
//! have happened is never sent again. HTTP is unknown here: an attempt is
//! whatever implements [`Exchange`].

use std::time::Duration;

use tokio::time::Instant;

use super::{
    error::{Delivery, Ending},
    failure::{Chance, Failure},
    pacing::Pacer,
    request::CallOptions,
    wait::{Stop, Waits},
};

/// What repeating a request may do. Passed by value: no call is retried
/// because somebody forgot to say that it must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Changes nothing: repeat at will.
    Safe,
    /// Twice is the same as once: repeat unless the server itself failed on it (500).
    Idempotent,
    /// Twice is two: repeat only what certainly had no effect.
    Once,
}

/// How often and how fast attempts are repeated.
#[derive(Clone, Debug)]
pub(super) struct RetryPolicy {
    /// Attempts after the first.
    pub(super) max_retries: u32,
    /// Shortest backoff.
    pub(super) base: Duration,
    /// Longest backoff. A `Retry-After` may be longer.
    pub(super) cap: Duration,
    /// A number in `0.0..1.0`. A parameter, so that tests know the delays.
    pub(super) random: fn() -> f64,
}

impl RetryPolicy {
    pub(super) fn new(max_retries: u32) -> Self {
        Self {
            max_retries,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            random: fastrand::f64,
        }
    }

    /// Decorrelated jitter: between the base and three times the last delay.
    /// Grows like exponential backoff, and clients that failed together do not
    /// come back together.
    fn backoff(&self, previous: Duration) -> Duration {
        let widest = previous.saturating_mul(3).max(self.base);
        let spread = widest.saturating_sub(self.base).mul_f64((self.random)().clamp(0.0, 1.0));
        self.base.saturating_add(spread).min(self.cap)
    }
}

/// One attempt.
///
/// 1. `attempt` makes at most one exchange that the server may act upon.
/// 2. If `until` is given it must be over by then, by failing with
///    [`Failure::Timeout`] if need be.
/// 3. Dropping the future abandons the exchange; the driver does so only when
///    the request is [`Idempotency::Safe`].
pub(super) trait Exchange: Sync {
    type Answer: Send;

    fn attempt(
        &self,
        number: u32,
        until: Option<Instant>,
    ) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// A call that ended without an answer.
#[derive(Debug)]
pub(super) struct Exhausted {
    pub(super) failure: Failure,
    pub(super) ending: Ending,
    pub(super) delivery: Delivery,
    pub(super) attempts: u32,
}

/// Whether repeating is safe and has a chance.
pub(super) fn is_retryable(idempotency: Idempotency, failure: &Failure) -> bool {
    match failure {
        Failure::Connect { chance, .. } => *chance != Chance::None,
        Failure::Unprocessed { .. } => true,
        Failure::NotAttempted
        | Failure::Abandoned
        | Failure::Unsendable { .. }
        | Failure::Setup { .. }
        | Failure::Redirected { .. }
        | Failure::Decode { .. }
        | Failure::Incomplete { .. } => false,
        Failure::Timeout { .. } | Failure::Lost { .. } => idempotency != Idempotency::Once,
        Failure::Undocumented { status, cut_short: true, .. } if status.code < 300 => {
            idempotency == Idempotency::Safe
        }
        Failure::Refused { status, .. } | Failure::Undocumented { status, .. } => match status.code {
            429 => true,
            // A time-out, a replay that came too early, and what gateways say of
            // servers behind them, those of content delivery networks included.
            408 | 425 | 502..=504 | 520..=530 => idempotency != Idempotency::Once,
            500 => idempotency == Idempotency::Safe,
            _ => false,
        },
    }
}

/// Attempts until there is an answer, a failure that stays, no attempt left,
/// no time left, or a cancellation. Returns the answer and the attempts made.
pub(super) async fn drive<E: Exchange>(
    exchange: &E,
    idempotency: Idempotency,
    policy: &RetryPolicy,
    pacer: &Pacer,
    options: &CallOptions,
    waits: &mut Waits<'_>,
) -> Result<(E::Answer, u32), Exhausted> {
    let mut last = Exhausted {
        failure: Failure::NotAttempted,
        ending: Ending::Final,
        delivery: Delivery::NotSent,
        attempts: 0,
    };
    let mut delay = policy.base;
    loop {
        let permit = match pacer.enter(waits).await {
            Ok(permit) => permit,
            Err(stop) => return Err(last.ended(stop.into())),
        };
        if options.cancel.is_cancelled() {
            return Err(last.ended(Ending::Cancelled));
        }
        if options.deadline.remaining().is_some_and(|left| left.is_zero()) {
            return Err(last.ended(Ending::Deadline { wait: Duration::ZERO }));
        }

        last.attempts += 1;
        let sent = Instant::now();
        // Cutting short a request that changes something would only make its
        // outcome unknown; its own `request_timeout` still bounds it.
        let until = options.deadline.instant().filter(|_| idempotency == Idempotency::Safe);
        let attempt = exchange.attempt(last.attempts, until);
        let outcome = if idempotency == Idempotency::Safe {
            tokio::select! {
                biased;
                outcome = attempt => outcome,
                () = options.cancel.cancelled() => {
                    last.failure = Failure::Abandoned;
                    last.delivery = last.delivery.max(last.failure.delivery());
                    return Err(last.ended(Ending::Cancelled));
                }
            }
        } else {
            attempt.await
        };
        // Others may go while this call waits.
        drop(permit);

        let failure = match outcome {
            Ok(answer) => return Ok((answer, last.attempts)),
            Err(failure) => failure,
        };
        last.delivery = last.delivery.max(failure.delivery());
        let is_given_up = options.connect_once && matches!(failure, Failure::Connect { .. });
        let retryable = !is_given_up && is_retryable(idempotency, &failure);
        delay = policy.backoff(delay);
        let wait = failure.retry_after().map_or(delay, |asked| asked.max(delay));
        if failure.status().is_some_and(|status| status.code == 429) {
            pacer.slow_down(sent, wait);
        }
        let hopeless =
            matches!(failure, Failure::Connect { chance: Chance::Slight, .. }) && last.attempts > 1;
        last.failure = failure;
        if !retryable || hopeless {
            return Err(last);
        }
        if last.attempts > policy.max_retries {
            return Err(last.ended(Ending::Exhausted));
        }
        waits.attempts = last.attempts;
        if let Err(stop) = waits.pause(wait).await {
            return Err(last.ended(stop.into()));
        }
    }
}

impl Exhausted {
    fn ended(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }
}

impl From<Stop> for Ending {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Deadline { wait } => Self::Deadline { wait },
            Stop::Cancelled => Self::Cancelled,
        }
    }
}
