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
    /// Time between two requests. Evenly spaced, so that no second ever holds
    /// more requests than were allowed.
    interval: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the next request may go, as far as the rate is concerned.
    next_turn: Option<Instant>,
    /// Nobody sends before this instant.
    not_before: Option<Instant>,
}

impl Pacer {
    pub(super) fn new(max_concurrent: usize, per_second: Option<f64>) -> Self {
        // The configuration allows no rate whose interval would not fit.
        let interval = per_second.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        Self { slots: Semaphore::new(max_concurrent), interval, state: Mutex::default() }
    }

    /// Waits for a turn. Dropping the permit lets the next one in.
    pub(super) async fn enter(&self, waits: &mut Waits<'_>) -> Result<SemaphorePermit<'_>, Stop> {
        let permit = match self.slots.try_acquire() {
            Ok(permit) => permit,
            // The semaphore is never closed, so the only other error cannot come.
            Err(_) => waits.during(self.slots.acquire()).await?.map_err(|_| Stop::Cancelled)?,
        };
        // A 429 may arrive while this call waits, more than once, so that is
        // looked at last.
        let mut turn = self.take_turn();
        while let Some(instant) = turn {
            if let Err(stop) = waits.until(instant).await {
                self.return_turn();
                return Err(stop);
            }
            turn = self.held_until();
        }
        Ok(permit)
    }

    /// Holds everybody for so long, within reason.
    pub(super) fn slow_down(&self, time: Duration) {
        let until = Instant::now() + time.min(LONGEST_SLOWDOWN);
        let mut state = self.state();
        state.not_before = state.not_before.max(Some(until));
    }

    /// Reserves the next turn and says when it is; `None` is now.
    fn take_turn(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let turn = state.next_turn.map_or(now, |instant| instant.max(now));
        state.next_turn = self.interval.map(|interval| turn + interval);
        state.not_before.max(Some(turn)).filter(|instant| *instant > now)
    }

    /// Gives back the turn of a call that ended before it.
    fn return_turn(&self) {
        let mut state = self.state();
        if let (Some(turn), Some(interval)) = (state.next_turn, self.interval) {
            state.next_turn = turn.checked_sub(interval);
        }
    }

    fn held_until(&self) -> Option<Instant> {
        self.state().not_before.filter(|instant| *instant > Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain instants are consistent whoever panicked while holding them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
