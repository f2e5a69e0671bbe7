//! What is under way when the process is told to end.
//!
//! A client that is interrupted twice does not wait for its answers any more,
//! and kills a process that is not gone two seconds after it was asked to end.
//! What is cut off then must at least be in the log, so that is written first;
//! then everything is hurried, and given what is left of the time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The work of a process that must not be cut off silently. Clones are the same.
/// Rules:
///
/// 1. What has begun is under way until its [`Underway`] is dropped.
/// 2. [`begin_to_end`](Self::begin_to_end) logs each of them at ERROR before
///    anything else, and then cancels [`ending`](Self::ending).
/// 3. [`finished`](Self::finished) is ready as soon as nothing is under way, also
///    of what begins after the end has begun.
#[derive(Clone, Default)]
pub struct Ending(Arc<Inner>);

#[derive(Default)]
struct Inner {
    work: Mutex<Work>,
    finished: Notify,
    ending: CancellationToken,
}

/// Says what is known of some work by now.
type Describe = Box<dyn Fn() -> String + Send + Sync>;

#[derive(Default)]
struct Work {
    begun: u64,
    under_way: BTreeMap<u64, Describe>,
}

/// Work that is under way until this is dropped.
#[must_use = "hold it until the work has ended"]
pub struct Underway {
    ending: Ending,
    number: u64,
}

impl Ending {
    /// Announces work. `describe` says what it is and what is known of it when
    /// it is asked, in a line without secrets.
    pub fn begin(&self, describe: impl Fn() -> String + Send + Sync + 'static) -> Underway {
        let mut work = self.work();
        work.begun += 1;
        let number = work.begun;
        work.under_way.insert(number, Box::new(describe));
        Underway { ending: self.clone(), number }
    }

    /// Cancelled when the process has begun to end.
    #[must_use]
    pub fn ending(&self) -> &CancellationToken {
        &self.0.ending
    }

    /// The process ends: see rule 2.
    pub fn begin_to_end(&self) {
        for describe in self.work().under_way.values() {
            tracing::error!(
                work = describe(),
                "the process ends during this operation: its result may be missing in the state"
            );
        }
        self.0.ending.cancel();
    }

    /// Ready when nothing is under way.
    pub async fn finished(&self) {
        loop {
            let finished = self.0.finished.notified();
            let mut finished = std::pin::pin!(finished);
            // Before looking, so that nothing is missed in between.
            finished.as_mut().enable();
            if self.work().under_way.is_empty() {
                return;
            }
            finished.await;
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        // Each change is one step, so it is in order whoever panicked holding it.
        self.0.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.ending.work().under_way.remove(&self.number);
        self.ending.0.finished.notify_waiters();
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("under_way", &self.work().under_way.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Underway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Underway").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_end_is_told_to_all_work_and_waits_for_it() {
        let ending = Ending::default();
        ending.finished().await;
        let work = ending.begin(|| "a".to_owned());
        let hurried = ending.ending().clone();
        tokio::spawn(async move {
            hurried.cancelled().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(work);
        });
        let began = tokio::time::Instant::now();
        ending.begin_to_end();
        ending.finished().await;
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn work_that_is_dropped_is_not_waited_for_and_not_described() {
        let ending = Ending::default();
        drop(ending.begin(|| unreachable!("it has ended")));
        ending.begin_to_end();
        ending.finished().await;
    }
}
