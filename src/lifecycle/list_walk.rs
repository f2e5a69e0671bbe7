//! One walk through a paged list, shared by everybody who needs it at that time. Some facts
//! about an object are only in the account's list, and a refresh asks for every object at
//! once; without sharing, each would walk all pages. Knows no endpoint: the walk itself is
//! the caller's.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::{self, CallOptions};

/// How long a walk is believed at least. A refresh is over by then, or can afford
/// another walk.
const FRESH_FOR: Duration = Duration::from_secs(30);

/// The last walk through a list, and the right to make the next. Rules:
///
/// 1. At most one walk runs at a time; who comes meanwhile waits and shares it.
/// 2. A walk that began before a write of this process ended is never shared
///    with anybody who asks after that write.
/// 3. A failed walk is shared with those who waited for it, and with nobody
///    later. A walk that ended because *its* caller was interrupted or out of
///    time says nothing to the others: the next of them walks again.
/// 4. Nobody waits for another's walk past the own deadline or interrupt.
///
/// The walk that callers pass in must honour the same [`CallOptions`].
#[derive(Debug)]
pub struct ListWalk<T> {
    last: Mutex<Option<Walk<T>>>,
    writes: AtomicU64,
    fresh_for: Duration,
}

#[derive(Debug)]
struct Walk<T> {
    began: Instant,
    ended: Instant,
    writes: u64,
    result: Result<Arc<Vec<T>>, client::Error>,
}

/// A write in progress. When it is dropped, however the write ended, earlier
/// walks are no longer believed.
#[derive(Debug)]
#[must_use = "hold it until the write has been answered"]
pub struct WriteGuard<'a>(&'a AtomicU64);

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl<T> Default for ListWalk<T> {
    fn default() -> Self {
        Self::believed_for(FRESH_FOR)
    }
}

impl<T> ListWalk<T> {
    /// One whose walks are believed so long at least.
    pub fn believed_for(fresh_for: Duration) -> Self {
        Self { last: Mutex::new(None), writes: AtomicU64::new(0), fresh_for }
    }

    /// Announces a write to something in the list.
    pub fn write(&self) -> WriteGuard<'_> {
        WriteGuard(&self.writes)
    }

    /// The list as of the last 30 seconds, or of twice the time that a walk takes, walked
    /// with `walk` if need be.
    ///
    /// # Errors
    /// Those of the walk.
    pub async fn recent<F>(
        &self,
        options: &CallOptions,
        walk: impl FnOnce() -> F,
    ) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        self.get(options, walk, Wanted { despite_writes: false, is_new_enough: self.is_recent() }).await
    }

    /// What was in the list at some moment of the last 30 seconds, whatever was
    /// written since: what it holds was certainly there before now.
    ///
    /// # Errors
    /// Those of the walk. A failure is believed as long as a list.
    pub async fn before<F>(
        &self,
        options: &CallOptions,
        walk: impl FnOnce() -> F,
    ) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        self.get(options, walk, Wanted { despite_writes: true, is_new_enough: self.is_recent() }).await
    }

    /// The list as of a walk that began after this call.
    ///
    /// # Errors
    /// Those of the walk.
    pub async fn fresh<F>(
        &self,
        options: &CallOptions,
        walk: impl FnOnce() -> F,
    ) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        let asked = Instant::now();
        let since = |last: &Walk<T>, _: Instant| last.began > asked;
        self.get(options, walk, Wanted { despite_writes: false, is_new_enough: since }).await
    }

    /// One that took long is believed as long again: a server that is so slow, or so
    /// strict about its rate, is not asked for the same at once.
    fn is_recent(&self) -> impl Fn(&Walk<T>, Instant) -> bool + use<T> {
        let fresh_for = self.fresh_for;
        move |walk, now| {
            let took = walk.ended.duration_since(walk.began);
            now.duration_since(walk.began) < fresh_for.max(took.saturating_mul(2))
        }
    }

    async fn get<F>(
        &self,
        options: &CallOptions,
        walk: impl FnOnce() -> F,
        wanted: Wanted<impl Fn(&Walk<T>, Instant) -> bool>,
    ) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        let asked = Instant::now();
        let mut last = tokio::select! {
            biased;
            last = self.last.lock() => last,
            // The own walk then says why in the client's words, without a request.
            () = limit_reached(options) => return walk().await.map(Arc::new),
        };
        let writes = self.writes.load(Ordering::Acquire);
        if let Some(known) = last.as_ref()
            && (wanted.despite_writes || known.writes == writes)
            && (wanted.is_new_enough)(known, Instant::now())
        {
            let in_time = wanted.despite_writes || known.ended > asked;
            match &known.result {
                Ok(items) => return Ok(Arc::clone(items)),
                Err(error) if in_time && concerns_everybody(error) => return Err(error.clone()),
                Err(_) => {}
            }
        }
        let began = Instant::now();
        let result = walk().await.map(Arc::new);
        *last = Some(Walk { began, ended: Instant::now(), writes, result: result.clone() });
        result
    }
}

/// Which walk will do.
struct Wanted<F> {
    /// Also one that began before a write.
    despite_writes: bool,
    is_new_enough: F,
}

async fn limit_reached(options: &CallOptions) {
    match options.deadline.instant() {
        None => options.cancel.cancelled().await,
        Some(instant) => tokio::select! {
            () = options.cancel.cancelled() => {}
            () = tokio::time::sleep_until(instant) => {}
        },
    }
}

/// Whether the next caller would meet the same error.
fn concerns_everybody(error: &client::Error) -> bool {
    !error.is_cancelled() && !error.is_timeout()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::{advance, sleep};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::client::{Client, ClientSettings, Deadline};

    /// A list of one number: how often it was walked.
    #[derive(Default)]
    struct Bench {
        list: ListWalk<u32>,
        walks: Cell<u32>,
    }

    impl Bench {
        async fn walk(&self) -> Result<Vec<u32>, client::Error> {
            self.walks.set(self.walks.get() + 1);
            let walk = self.walks.get();
            sleep(Duration::from_secs(5)).await;
            Ok(vec![walk])
        }

        async fn recent(&self) -> u32 {
            self.list.recent(&CallOptions::default(), || self.walk()).await.unwrap()[0]
        }

        async fn fresh(&self) -> u32 {
            self.list.fresh(&CallOptions::default(), || self.walk()).await.unwrap()[0]
        }
    }

    /// An error as the client makes it, without a network: an empty segment
    /// cannot be sent, and an interrupted call is not.
    async fn error(path: client::ApiPath, options: &CallOptions) -> client::Error {
        let client = Client::new(ClientSettings::new("key").validate().unwrap());
        client.get(path).options(options).send::<client::Acknowledged>().await.unwrap_err()
    }

    async fn unsendable() -> client::Error {
        error(client::ApiPath::new("/v1").segment(""), &CallOptions::default()).await
    }

    async fn cancelled() -> client::Error {
        let options = CallOptions::default();
        options.cancel.cancel();
        error(client::ApiPath::new("/v1/trunks"), &options).await
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_during_or_soon_after_a_walk_shares_it() {
        let bench = Bench::default();
        assert_eq!(tokio::join!(bench.recent(), bench.recent(), bench.recent()), (1, 1, 1));
        advance(Duration::from_secs(20)).await;
        assert_eq!(bench.recent().await, 1);
        // The age counts from the walk's beginning.
        advance(Duration::from_secs(5)).await;
        assert_eq!(bench.recent().await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_walk_that_takes_longer_than_it_would_be_believed_is_shared_all_the_same() {
        let (list, walks) = (ListWalk::<u32>::default(), Cell::new(0));
        let options = CallOptions::default();
        let walk = || async {
            walks.set(walks.get() + 1);
            sleep(FRESH_FOR * 2).await;
            Ok(vec![walks.get()])
        };
        // As Terraform does: some at once, and the next ones when those are done.
        for _ in 0..3 {
            let (first, second) = tokio::join!(list.recent(&options, walk), list.recent(&options, walk));
            assert_eq!((first.unwrap()[0], second.unwrap()[0]), (1, 1));
            advance(Duration::from_secs(10)).await;
        }
        advance(FRESH_FOR * 2).await;
        assert_eq!(list.recent(&options, walk).await.unwrap()[0], 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_ends_outdates_every_walk_that_began_before() {
        let bench = Bench::default();
        assert_eq!(bench.recent().await, 1);
        let write = bench.list.write();
        assert_eq!(bench.recent().await, 1, "nothing was written yet");
        drop(write);
        assert_eq!(bench.recent().await, 2);

        // The write ends while a walk is under way: what that walk saw may be
        // from before, so it is good for who asked before, but for nobody later.
        drop(bench.list.write());
        let during = async {
            sleep(Duration::from_secs(1)).await;
            drop(bench.list.write());
        };
        assert_eq!(tokio::join!(bench.recent(), during).0, 3);
        assert_eq!(bench.recent().await, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fresh_walk_begins_after_it_is_asked_for_and_is_shared_too() {
        let bench = Bench::default();
        assert_eq!(bench.recent().await, 1);
        let later = async {
            sleep(Duration::from_secs(1)).await;
            bench.fresh().await
        };
        // The second asks while the first's walk is under way, which may have
        // passed the place already; the third waits for the same one.
        let much_later = async {
            sleep(Duration::from_secs(2)).await;
            bench.fresh().await
        };
        assert_eq!(tokio::join!(bench.fresh(), later, much_later), (2, 3, 3));
        assert_eq!(bench.recent().await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_there_before_is_walked_for_once_in_a_while_whatever_is_written() {
        let bench = Bench::default();
        let before = async || bench.list.before(&CallOptions::default(), || bench.walk()).await.unwrap()[0];
        assert_eq!(bench.recent().await, 1);
        for _ in 0..3 {
            drop(bench.list.write());
            assert_eq!(before().await, 1);
        }
        advance(FRESH_FOR).await;
        assert_eq!(before().await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_shared_with_those_who_waited_and_nobody_later() {
        let list = ListWalk::<u32>::default();
        let walks = Cell::new(0);
        let fail = || async {
            walks.set(walks.get() + 1);
            sleep(Duration::from_secs(1)).await;
            Err(unsendable().await)
        };
        let options = CallOptions::default();
        let (first, second) = tokio::join!(list.recent(&options, fail), list.recent(&options, fail));
        assert!(first.is_err() && second.is_err());
        assert_eq!(walks.get(), 1);
        assert!(list.recent(&options, fail).await.is_err());
        assert_eq!(walks.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_callers_interrupt_is_not_the_others() {
        let bench = Bench::default();
        let interrupted = || async {
            sleep(Duration::from_secs(1)).await;
            Err(cancelled().await)
        };
        let options = CallOptions::default();
        let (first, second) = tokio::join!(bench.list.recent(&options, interrupted), bench.recent());
        assert!(first.unwrap_err().is_cancelled());
        assert_eq!(second, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_anothers_walk_past_the_own_limits() {
        let bench = Bench::default();
        let interrupted = CallOptions::default();
        interrupted.cancel.cancel();
        let hasty = CallOptions::new(Deadline::after(Duration::from_secs(2)), CancellationToken::new());
        let start = Instant::now();
        let impatient = async {
            sleep(Duration::from_millis(1)).await;
            let own = || async { Err(cancelled().await) };
            assert!(bench.list.recent(&interrupted, own).await.is_err());
            let at_once = start.elapsed();
            assert!(bench.list.recent(&hasty, own).await.is_err());
            (at_once, start.elapsed())
        };
        let (walked, waited) = tokio::join!(bench.recent(), impatient);
        assert_eq!(walked, 1);
        assert_eq!(waited, (Duration::from_millis(1), Duration::from_secs(2)));
    }
}
