//! Resources layer: one walk through a paged list, shared by everybody who
//! needs it at that time. Some facts about an object are only in the account's
//! list, and a refresh asks for every object at once; without sharing, each
//! would walk all pages. Knows no endpoint: the walk itself is the caller's.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client;

/// How long a walk is believed. A refresh is over by then, or can afford
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
#[derive(Debug)]
pub struct ListWalk<T> {
    last: Mutex<Option<Walk<T>>>,
    writes: AtomicU64,
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
        Self { last: Mutex::new(None), writes: AtomicU64::new(0) }
    }
}

impl<T> ListWalk<T> {
    /// Announces a write to something in the list.
    pub fn write(&self) -> WriteGuard<'_> {
        WriteGuard(&self.writes)
    }

    /// The list as of the last 30 seconds, walked with `walk` if need be.
    ///
    /// # Errors
    /// Those of the walk.
    pub async fn recent<F>(&self, walk: impl FnOnce() -> F) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        self.get(walk, |last, now| now.duration_since(last.began) < FRESH_FOR).await
    }

    /// The list as of a walk that began after this call.
    ///
    /// # Errors
    /// Those of the walk.
    pub async fn fresh<F>(&self, walk: impl FnOnce() -> F) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        let asked = Instant::now();
        self.get(walk, |last, _| last.began > asked).await
    }

    async fn get<F>(
        &self,
        walk: impl FnOnce() -> F,
        is_new_enough: impl Fn(&Walk<T>, Instant) -> bool,
    ) -> Result<Arc<Vec<T>>, client::Error>
    where
        F: Future<Output = Result<Vec<T>, client::Error>>,
    {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        let writes = self.writes.load(Ordering::Acquire);
        if let Some(known) = last.as_ref()
            && known.writes == writes
            && is_new_enough(known, Instant::now())
        {
            match &known.result {
                Ok(items) => return Ok(Arc::clone(items)),
                Err(error) if known.ended >= asked && concerns_everybody(error) => return Err(error.clone()),
                Err(_) => {}
            }
        }
        let began = Instant::now();
        let result = walk().await.map(Arc::new);
        *last = Some(Walk { began, ended: Instant::now(), writes, result: result.clone() });
        result
    }
}

/// Whether the next caller would meet the same error.
fn concerns_everybody(error: &client::Error) -> bool {
    !error.is_cancelled() && !error.is_timeout()
}
