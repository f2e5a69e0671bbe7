//! Client layer: how fast the whole process may go.
//!
//! One [`Pacer`] is shared by all clones of a client. It bounds the requests
//! in flight and per second, and lets one 429 slow everybody down. Whether a
//! request is repeated is not its business.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::wait::{Stop, Waits};

/// The longest a single 429 may hold up requests other than its own. Those get
/// their own 429 if it was meant for them too.
const LONGEST_SLOWDOWN: Duration = Duration::from_secs(60);

pub(super) struct Pacer {
    slots: Semaphore,
    /// Time between two requests, and how many may go at once after a rest.
    rate: Option<(Duration, u32)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the token bucket would be full again (virtual scheduling, GCRA).
    full_at: Option<Instant>,
    /// Nobody sends before this instant.
    not_before: Option<Instant>,
}

impl Pacer {
    pub(super) fn new(max_concurrent: usize, per_second: Option<f64>) -> Self {
        let rate = per_second.map(|rate| {
            let interval = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX);
            let burst = Duration::from_secs(1).as_nanos() / interval.as_nanos().max(1);
            (interval, u32::try_from(burst.max(1)).unwrap_or(u32::MAX))
        });
        Self { slots: Semaphore::new(max_concurrent), rate, state: Mutex::default() }
    }

    /// Waits for a turn. Dropping the permit lets the next one in.
    pub(super) async fn enter(&self, waits: &mut Waits<'_>) -> Result<SemaphorePermit<'_>, Stop> {
        let permit = match self.slots.try_acquire() {
            Ok(permit) => permit,
            // The semaphore is never closed, so the only other error cannot come.
            Err(_) => waits.during(self.slots.acquire()).await?.map_err(|_| Stop::Cancelled)?,
        };
        let turn = self.take_token();
        if let Err(stop) = waits.until(turn).await {
            self.return_token();
            return Err(stop);
        }
        // A 429 may arrive while this call waits, more than once.
        while let Some(instant) = self.state().not_before.filter(|instant| *instant > Instant::now()) {
            waits.until(instant).await?;
        }
        Ok(permit)
    }

    /// Holds everybody for so long, within reason.
    pub(super) fn slow_down(&self, time: Duration) {
        let until = Instant::now() + time.min(LONGEST_SLOWDOWN);
        let mut state = self.state();
        state.not_before = Some(state.not_before.map_or(until, |earlier| earlier.max(until)));
    }

    /// Reserves the next token and says when it may be used.
    fn take_token(&self) -> Instant {
        let now = Instant::now();
        let Some((interval, burst)) = self.rate else { return now };
        let mut state = self.state();
        let full_at = state.full_at.map_or(now, |instant| instant.max(now)) + interval;
        state.full_at = Some(full_at);
        full_at.checked_sub(interval.saturating_mul(burst)).map_or(now, |instant| instant.max(now))
    }

    /// Gives back the token of a call that ended before its turn.
    fn return_token(&self) {
        let Some((interval, _)) = self.rate else { return };
        let mut state = self.state();
        state.full_at = state.full_at.and_then(|instant| instant.checked_sub(interval));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain instants are consistent whoever panicked while holding them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
