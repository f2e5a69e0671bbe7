//! Wavix's clock, as far as its answers tell it.
//!
//! It may be minutes off this machine's. The `Date` of each answer in the API's
//! own form, refusals included, says what time it is there, to the second;
//! between answers the local monotonic clock goes on.

use std::{
    sync::{Mutex, PoisonError},
    time::{Instant, SystemTime},
};

/// The last time Wavix told, and when it was heard.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Option<Reading>>);

#[derive(Clone, Copy, Debug)]
struct Reading {
    heard: Instant,
    told: SystemTime,
}

impl ServerClock {
    pub(super) fn hear(&self, date: Option<SystemTime>) {
        if let Some(told) = date {
            *self.lock() = Some(Reading { heard: Instant::now(), told });
        }
    }

    /// What the server's clock shows, less than two seconds and one answer's
    /// travel ago. `None` while no answer had a date.
    pub(super) fn now(&self) -> Option<SystemTime> {
        let Reading { heard, told } = (*self.lock())?;
        Some(told.checked_add(heard.elapsed()).unwrap_or(told))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_is_the_last_that_was_told_and_goes_on() {
        let told = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let clock = ServerClock::default();
        assert_eq!(clock.now(), None);
        clock.hear(Some(told));
        // An answer without a date changes nothing.
        clock.hear(None);
        assert!(clock.now().unwrap() >= told);
    }
}
