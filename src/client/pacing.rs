//! How fast the whole process may go.
//!
//! One [`Pacer`] is shared by all clones of a client. It bounds the requests
//! in flight and per second, and lets one 429 slow everybody down: all are held
//! for a while, and go on at a pace that the server has not refused, which then
//! grows again. Whether a request is repeated is not its business.

use std::{
    collections::VecDeque,
    sync::{Mutex as StdMutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, Semaphore, SemaphorePermit},
    time::Instant,
};

use super::wait::{Stop, Waits};

/// The longest a single 429 may hold up requests other than its own. Those get
/// their own 429 if it was meant for them too.
const LONGEST_SLOWDOWN: Duration = Duration::from_secs(60);
/// So long after the hold of the last 429 its pace is forgotten.
const MEMORY: Duration = Duration::from_secs(60);
/// The pace after the first 429, as a share of the pace that met it. Nobody
/// knows the server's limit yet, so it is looked for quickly.
const FIRST_SHARE: f64 = 0.5;
/// The pace after a later 429, which comes from trying a bit more than the limit.
const LATER_SHARE: f64 = 0.7;
/// By this share of the pace that met the 429 the pace grows in each second.
const GROWTH: f64 = 0.05;
/// The slowest pace that is learnt, in requests per second. A server that wants
/// less says so by `Retry-After`.
const SLOWEST: f64 = 1.0;
/// The time over which the pace is measured.
const WINDOW: Duration = Duration::from_secs(1);

pub(super) struct Pacer {
    slots: Semaphore,
    /// Whoever holds it is the next to go; the others go in the order in which they came.
    line: Mutex<()>,
    /// Time between two requests: a token bucket that holds one token, so that
    /// no second ever holds more requests than were allowed.
    interval: Option<Duration>,
    state: StdMutex<State>,
}

#[derive(Default)]
struct State {
    /// When the last request went, and those of the [`WINDOW`] before it.
    sent: VecDeque<Instant>,
    /// Nobody sends before this instant.
    not_before: Option<Instant>,
    learnt: Option<Pace>,
}

/// A pace learnt from a 429.
#[derive(Clone, Copy)]
struct Pace {
    /// When the 429 came. What was sent before says nothing about this pace.
    since: Instant,
    /// When it began to grow: at the end of the hold.
    grows_from: Instant,
    /// Requests per second at that moment.
    per_second: f64,
    /// By how much it grows in each second.
    growth: f64,
}

impl Pacer {
    pub(super) fn new(max_concurrent: usize, per_second: Option<f64>) -> Self {
        // The configuration allows no rate whose interval would not fit.
        let interval = per_second.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        Self {
            slots: Semaphore::new(max_concurrent),
            line: Mutex::default(),
            interval,
            state: StdMutex::default(),
        }
    }

    /// Waits for a turn. Dropping the permit lets the next one in.
    pub(super) async fn enter(&self, waits: &mut Waits<'_>) -> Result<SemaphorePermit<'_>, Stop> {
        let permit = match self.slots.try_acquire() {
            Ok(permit) => permit,
            // The semaphore is never closed, so the only other error cannot come.
            Err(_) => waits.during(self.slots.acquire()).await?.map_err(|_| Stop::Cancelled)?,
        };
        let _next = match self.line.try_lock() {
            Ok(next) => next,
            Err(_) => waits.during(self.line.lock()).await?,
        };
        // A 429 may arrive while this call waits, more than once, so the time
        // of the turn is asked for again.
        while let Some(instant) = self.take_turn() {
            waits.until(instant).await?;
        }
        Ok(permit)
    }

    /// Holds everybody for so long, within reason, because a request that was
    /// sent at `sent` was answered 429, and slows them down afterwards.
    pub(super) fn slow_down(&self, sent: Instant, time: Duration) {
        let now = Instant::now();
        let until = now + time.min(LONGEST_SLOWDOWN);
        let mut state = self.state();
        state.not_before = state.not_before.max(Some(until));
        let (met, share) = match &mut state.learnt {
            // Several requests meet one limit at once; that is one reason to be slower.
            Some(pace) if sent <= pace.since => {
                pace.grows_from = pace.grows_from.max(until);
                return;
            }
            Some(pace) if pace.is_remembered(now) => (pace.at(now), LATER_SHARE),
            _ => (state.measured(), FIRST_SHARE),
        };
        state.learnt = Some(Pace {
            since: now,
            grows_from: until,
            per_second: (met * share).max(SLOWEST),
            growth: met * GROWTH,
        });
    }

    /// Takes the turn if it has come; otherwise says when to ask again.
    fn take_turn(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let interval = self.interval.max(state.learnt_interval(now));
        let paced = state.sent.back().zip(interval).map(|(last, interval)| *last + interval);
        let turn = state.not_before.max(paced).filter(|instant| *instant > now);
        if turn.is_none() {
            while state.sent.front().is_some_and(|instant| *instant + WINDOW <= now) {
                state.sent.pop_front();
            }
            state.sent.push_back(now);
        }
        turn
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain instants are consistent whoever panicked while holding them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn learnt_interval(&mut self, now: Instant) -> Option<Duration> {
        self.learnt = self.learnt.filter(|pace| pace.is_remembered(now));
        self.learnt.and_then(|pace| Duration::try_from_secs_f64(1.0 / pace.at(now)).ok())
    }

    /// Requests of the second that ended with the last one: a slow 429 comes
    /// when nothing may have been sent for a while.
    fn measured(&self) -> f64 {
        f64::from(u32::try_from(self.sent.len()).unwrap_or(u32::MAX)).max(SLOWEST)
    }
}

impl Pace {
    fn is_remembered(&self, now: Instant) -> bool {
        now < self.grows_from + MEMORY
    }

    /// Requests per second at that time.
    fn at(&self, now: Instant) -> f64 {
        self.per_second + self.growth * now.saturating_duration_since(self.grows_from).as_secs_f64()
    }
}
