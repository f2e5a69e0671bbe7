//! Waiting that can end early.
//!
//! The only place of this layer that sleeps. It knows deadline, cancellation
//! and how long the call has waited so far, but not what is waited for.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::request::{CallOptions, Method};

/// After this much waiting in one call, a line in the log says so.
const TELL_AFTER: Duration = Duration::from_secs(10);

/// Why a wait ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It would have gone past the deadline, by which `wait` is still needed.
    Deadline { wait: Duration },
    /// The caller gave up.
    Cancelled,
}

/// The waits of one call.
pub(super) struct Waits<'a> {
    options: &'a CallOptions,
    method: Method,
    path: &'a str,
    told: bool,
    /// Attempts made so far, for the log line.
    pub(super) attempts: u32,
    /// Time waited so far.
    pub(super) total: Duration,
}

impl<'a> Waits<'a> {
    pub(super) fn new(options: &'a CallOptions, method: Method, path: &'a str) -> Self {
        Self { options, method, path, told: false, attempts: 0, total: Duration::ZERO }
    }

    /// Waits so long, unless that would go past the deadline: then it does not
    /// wait at all, since nothing could be done afterwards.
    pub(super) async fn pause(&mut self, time: Duration) -> Result<(), Stop> {
        match Instant::now().checked_add(time) {
            Some(instant) => self.until(instant).await,
            None => Err(Stop::Deadline { wait: time }),
        }
    }

    /// Waits until the instant, under the same rule.
    pub(super) async fn until(&mut self, instant: Instant) -> Result<(), Stop> {
        if self.options.deadline.instant().is_some_and(|deadline| instant > deadline) {
            return Err(Stop::Deadline { wait: instant.saturating_duration_since(Instant::now()) });
        }
        if instant <= Instant::now() {
            return if self.options.cancel.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) };
        }
        self.during(sleep_until(instant)).await
    }

    /// Waits for a future of unknown length, at most until the deadline.
    pub(super) async fn during<F: Future>(&mut self, future: F) -> Result<F::Output, Stop> {
        let began = Instant::now();
        let before = self.total;
        let mut future = std::pin::pin!(future);
        let outcome = loop {
            let tell_at = began + TELL_AFTER.saturating_sub(before);
            let tell = !self.told;
            let deadline = self.options.deadline.instant();
            tokio::select! {
                biased;
                () = self.options.cancel.cancelled() => break Err(Stop::Cancelled),
                output = &mut future => break Ok(output),
                () = sleep_until(deadline.unwrap_or(began)), if deadline.is_some() => {
                    break Err(Stop::Deadline { wait: Duration::ZERO });
                }
                () = sleep_until(tell_at), if tell => {
                    self.told = true;
                    tracing::info!(
                        method = self.method.as_str(),
                        path = self.path,
                        attempts = self.attempts,
                        waited_s = (before + began.elapsed()).as_secs(),
                        "Still waiting to send a request to Wavix"
                    );
                }
            }
        };
        self.total = before + began.elapsed();
        outcome
    }
}
