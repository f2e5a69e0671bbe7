//! Client layer: Wavix's clock, as far as its answers tell it.
//!
//! An object's `created_at` is by the server's clock, which may be minutes off
//! this machine's. The `Date` of each answer in the API's own form, refusals
//! included, says what time it is there, to the second; between answers the local
//! monotonic clock goes on.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// The last time Wavix told, and when it was heard.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Option<Reading>>);

#[derive(Clone, Copy, Debug)]
struct Reading {
    heard: Instant,
    told: SystemTime,
}

/// A point in this process's time, to be put into the server's by
/// [`Client::server_time`](super::Client::server_time).
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    at: Instant,
    told: Option<SystemTime>,
}

impl ServerClock {
    pub(super) fn hear(&self, date: Option<SystemTime>) {
        if let Some(told) = date {
            *self.lock() = Some(Reading { heard: Instant::now(), told });
        }
    }

    pub(super) fn now(&self) -> Moment {
        let at = Instant::now();
        Moment { at, told: self.lock().map(|reading| reading.earliest(at)) }
    }

    /// The earliest that the server's clock can have shown at that moment, less
    /// than two seconds and one answer's travel before what it did show. `None`
    /// while no answer had a date. What was known at the moment itself counts
    /// most: a machine that slept since then would be wrong about it.
    pub(super) fn time_of(&self, moment: Moment) -> Option<SystemTime> {
        moment.told.or_else(|| self.lock().map(|reading| reading.earliest(moment.at)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// An answer is heard after it was dated, and its date is rounded down.
    fn earliest(self, at: Instant) -> SystemTime {
        let before = self.heard.saturating_duration_since(at);
        let after = at.saturating_duration_since(self.heard);
        self.told
            .checked_sub(before)
            .unwrap_or(SystemTime::UNIX_EPOCH)
            .checked_add(after)
            .unwrap_or(self.told)
    }
}

impl Moment {
    /// The same moment, by so much earlier.
    #[cfg(test)]
    fn earlier(self, by: Duration) -> Self {
        Self { at: self.at.checked_sub(by).unwrap_or(self.at), ..self }
    }

    /// Time since then.
    pub fn elapsed(self) -> Duration {
        self.at.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: Duration = Duration::from_secs(1_700_000_000);

    #[test]
    fn a_moment_after_an_answer_is_not_dated_before_it() {
        let clock = ServerClock::default();
        clock.hear(Some(SystemTime::UNIX_EPOCH + TOLD));
        let moment = clock.now();
        assert!(clock.time_of(moment).unwrap() >= SystemTime::UNIX_EPOCH + TOLD);
        // An answer without a date changes nothing, and a later one not what was known then.
        clock.hear(None);
        clock.hear(Some(SystemTime::UNIX_EPOCH));
        assert!(clock.time_of(moment).unwrap() >= SystemTime::UNIX_EPOCH + TOLD);
    }

    #[test]
    fn a_moment_before_the_first_answer_is_dated_back_from_it() {
        let clock = ServerClock::default();
        let moment = clock.now().earlier(Duration::from_secs(10));
        assert_eq!(clock.time_of(moment), None);
        clock.hear(Some(SystemTime::UNIX_EPOCH + TOLD));
        let then = clock.time_of(moment).unwrap();
        assert!(then <= SystemTime::UNIX_EPOCH + TOLD - Duration::from_secs(10), "{then:?}");
    }
}
