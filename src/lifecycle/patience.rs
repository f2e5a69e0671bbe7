//! How long to go on looking when Wavix has not shown yet what it did. Waits for
//! consistency only: repeating a failed call is the client's.

use std::time::Duration;

use std::ops::Deref;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Deadline};

/// How patient the verbs are. A parameter, so that tests need not be.
#[derive(Debug, Clone)]
pub struct Patience {
    /// The waits between looks for what a request with a lost answer has done.
    /// A look comes first, and one after each wait.
    pub looks: Vec<Duration>,
    /// How long after a write a read that does not show it may be behind, by the
    /// server's clock.
    pub settling: Duration,
    /// What a look may take beyond the operation's time and after an interrupt:
    /// whatever ended the operation, what was sent must not be lost.
    pub grace: Duration,
}

/// The bounds of a look, as long as it is held: see [`Patience::for_a_look`].
#[derive(Debug)]
pub struct Look {
    options: CallOptions,
    watch: JoinHandle<()>,
}

impl Deref for Look {
    type Target = CallOptions;

    fn deref(&self) -> &CallOptions {
        &self.options
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// Waits for something to settle double so many times.
const LONGEST_TO_SETTLE: u32 = 3;

impl Default for Patience {
    fn default() -> Self {
        Self {
            looks: [1, 2, 4].map(Duration::from_secs).to_vec(),
            settling: Duration::from_secs(10),
            grace: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// What bounds a look for something that may be lost: the operation's deadline
    /// only if there is time left, and an interrupt not before the grace is over.
    /// That holds whenever the interrupt comes, and in each wait of the look, so
    /// that nobody loses patience and kills the process.
    #[must_use]
    pub fn for_a_look(&self, deadline: Instant, cancel: &CancellationToken) -> Look {
        let least = Instant::now().checked_add(self.grace).unwrap_or(deadline);
        let until = if cancel.is_cancelled() { least } else { deadline.max(least) };
        let over = CancellationToken::new();
        let (cancel, grace, ends) = (cancel.clone(), self.grace, over.clone());
        let watch = tokio::spawn(async move {
            cancel.cancelled().await;
            sleep(grace).await;
            ends.cancel();
        });
        Look { options: CallOptions::new(Deadline::at(until), over), watch }
    }

    /// The wait before the look after so many.
    #[must_use]
    pub fn before_look(&self, looks: usize) -> Option<Duration> {
        self.looks.get(looks.checked_sub(1)?).copied()
    }

    /// The wait before the look after so many for something that settles.
    #[must_use]
    pub fn to_settle(&self, looks: u32) -> Duration {
        let first = self.looks.first().copied().unwrap_or_default();
        first.saturating_mul(1 << looks.min(LONGEST_TO_SETTLE))
    }
}

/// Waits so long; `false`, and at once, when interrupted or if that would be
/// past the deadline.
pub async fn pause(time: Duration, deadline: Instant, cancel: &CancellationToken) -> bool {
    let Some(until) = Instant::now().checked_add(time).filter(|until| *until <= deadline) else {
        return false;
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => false,
        () = sleep_until(until) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_with_an_interrupt_and_never_passes_the_deadline() {
        let (start, cancel) = (Instant::now(), CancellationToken::new());
        let deadline = start + Duration::from_secs(10);
        assert!(pause(Duration::from_secs(4), deadline, &cancel).await);
        assert!(!pause(Duration::from_secs(7), deadline, &cancel).await);
        assert_eq!(start.elapsed(), Duration::from_secs(4), "nobody waits in vain");
        cancel.cancel();
        assert!(!pause(Duration::from_secs(1), deadline, &cancel).await);
        assert_eq!(start.elapsed(), Duration::from_secs(4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_has_time_whatever_is_left_of_the_operations() {
        let patience = Patience::default();
        let now = Instant::now();
        let cancel = CancellationToken::new();
        let bounds = |deadline| patience.for_a_look(deadline, &cancel).deadline.instant().unwrap();
        assert_eq!(bounds(now), now + patience.grace);
        let long = now + Duration::from_secs(300);
        assert_eq!(bounds(long), long);
        cancel.cancel();
        assert_eq!(bounds(long), now + patience.grace, "nobody waits five minutes after an interrupt");
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_ends_a_grace_after_an_interrupt_whenever_that_comes() {
        let (patience, cancel) = (Patience::default(), CancellationToken::new());
        let start = Instant::now();
        let look = patience.for_a_look(start + Duration::from_secs(300), &cancel);
        let interrupt = async {
            sleep(Duration::from_secs(100)).await;
            cancel.cancel();
        };
        // As the client waits for what `Retry-After` asks.
        let wait = async {
            tokio::select! {
                () = look.cancel.cancelled() => start.elapsed(),
                () = sleep(Duration::from_secs(200)) => Duration::MAX,
            }
        };
        let (waited, ()) = tokio::join!(wait, interrupt);
        assert_eq!(waited, Duration::from_secs(130));
    }
}
