//! Resources layer: which objects of the account belong to somebody under one
//! configuration of the provider, and which creates still look for theirs.
//! Terraform starts a process for each configuration, so what another resource
//! of the same state has is known here once it was read; what another provider
//! block manages in the same account never is. Objects that were made
//! with equal contents cannot be told apart, so who may have which is decided
//! in one place. Knows numbers only, no object and no endpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Who has which object. Rules:
///
/// 1. An id is owned from the moment its create, read, import or adoption is
///    known, and never again free.
/// 2. Each create is announced before its request is sent. It concludes when it
///    is dropped, with or without an id.
/// 3. Of creates with equal contents whose answers were lost each may take one
///    free object, and none of them more than there can be of theirs: if more
///    objects are free than answers were lost, one of them is a stranger's, and
///    nobody takes any.
/// 4. A create that gave up still counts as lost: its object may appear later.
#[derive(Debug, Default)]
pub struct Claims {
    inner: Mutex<Inner>,
    concluded: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    owned: BTreeSet<i64>,
    /// Of objects that were looked at and are nobody's here; never changes.
    created_at: BTreeMap<i64, SystemTime>,
    tickets: u64,
    /// Creates under way, and their contents.
    under_way: BTreeMap<u64, String>,
    /// How many creates of these contents have lost their answer, and found no object.
    lost: BTreeMap<String, usize>,
}

/// A create under way. Dropped, it has made nothing.
#[derive(Debug)]
#[must_use = "hold it until the create has been answered"]
pub struct Attempt<'a> {
    claims: &'a Claims,
    ticket: u64,
}

/// A create whose answer was lost.
#[derive(Debug)]
pub struct Lost<'a> {
    claims: &'a Claims,
    contents: String,
}

/// What a create with a lost answer may take.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice {
    /// This object, which is its own from now on.
    Adopted(i64),
    /// None is free.
    Nothing,
    /// These are free, more than can be explained.
    TooMany(Vec<i64>),
}

impl Claims {
    /// The object belongs to a resource of this configuration.
    pub fn own(&self, id: i64) {
        self.lock().owned.insert(id);
    }

    /// Whether it does.
    pub fn is_owned(&self, id: i64) -> bool {
        self.lock().owned.contains(&id)
    }

    /// When an object was created, if somebody has looked.
    pub fn created_at(&self, id: i64) -> Option<SystemTime> {
        self.lock().created_at.get(&id).copied()
    }

    /// Remembers when an object was created.
    pub fn saw(&self, id: i64, created_at: SystemTime) {
        self.lock().created_at.insert(id, created_at);
    }

    /// Announces a create. `contents` are equal where the objects could not be
    /// told apart.
    pub fn begin(&self, contents: String) -> Attempt<'_> {
        let mut inner = self.lock();
        inner.tickets += 1;
        let ticket = inner.tickets;
        inner.under_way.insert(ticket, contents);
        Attempt { claims: self, ticket }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Each change is one step, so it is in order whoever panicked holding it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Attempt<'a> {
    /// It made this object.
    pub fn made(self, id: i64) {
        self.claims.own(id);
    }

    /// Nobody knows whether it made one.
    pub fn lost(self) -> Lost<'a> {
        let claims = self.claims;
        let mut inner = claims.lock();
        let contents = inner.under_way.get(&self.ticket).cloned().unwrap_or_default();
        *inner.lost.entry(contents.clone()).or_default() += 1;
        drop(inner);
        Lost { claims, contents }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.claims.lock().under_way.remove(&self.ticket);
        self.claims.concluded.notify_waiters();
    }
}

impl Lost<'_> {
    /// Waits until every create of equal contents that is under way now has
    /// concluded: an object that was listed may be one of theirs. `false` when
    /// one had not by the deadline.
    pub async fn others_concluded(&self, deadline: Option<Instant>) -> bool {
        let last = self.claims.lock().tickets;
        let concluded = async {
            loop {
                // Before looking, so that nothing is missed in between.
                let next = self.claims.concluded.notified();
                let mut next = std::pin::pin!(next);
                next.as_mut().enable();
                let waiting = self
                    .claims
                    .lock()
                    .under_way
                    .range(..=last)
                    .any(|(_, contents)| *contents == self.contents);
                if !waiting {
                    return;
                }
                next.await;
            }
        };
        match deadline {
            None => {
                concluded.await;
                true
            }
            Some(deadline) => tokio::time::timeout_at(deadline, concluded).await.is_ok(),
        }
    }

    /// Takes one of these objects, all of which could be its own.
    pub fn choose(&mut self, candidates: &[i64]) -> Choice {
        let mut inner = self.claims.lock();
        let free: Vec<i64> = candidates.iter().copied().filter(|id| !inner.owned.contains(id)).collect();
        let claimants = inner.lost.get(&self.contents).copied().unwrap_or(0);
        match free.first() {
            None => Choice::Nothing,
            Some(id) if free.len() <= claimants => {
                inner.owned.insert(*id);
                inner.lost.insert(self.contents.clone(), claimants - 1);
                Choice::Adopted(*id)
            }
            Some(_) => Choice::TooMany(free),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn lost<'a>(claims: &'a Claims, contents: &str) -> Lost<'a> {
        claims.begin(contents.to_owned()).lost()
    }

    #[test]
    fn creates_with_equal_contents_take_one_object_each() {
        let claims = Claims::default();
        let (mut first, mut second) = (lost(&claims, "a"), lost(&claims, "a"));
        assert_eq!(second.choose(&[1, 2]), Choice::Adopted(1));
        assert_eq!(first.choose(&[1, 2]), Choice::Adopted(2));
        assert!(claims.is_owned(1) && claims.is_owned(2));
    }

    #[test]
    fn what_an_answer_named_is_not_taken_by_another() {
        let claims = Claims::default();
        claims.begin("a".to_owned()).made(1);
        assert_eq!(lost(&claims, "a").choose(&[1]), Choice::Nothing);
    }

    #[test]
    fn one_object_too_many_is_one_that_nobody_takes() {
        let claims = Claims::default();
        // Another's loss explains nothing.
        let (mut one, _other) = (lost(&claims, "a"), lost(&claims, "b"));
        assert_eq!(one.choose(&[1, 2]), Choice::TooMany(vec![1, 2]));
        assert!(!claims.is_owned(1));
    }

    #[test]
    fn a_create_that_gave_up_still_explains_an_object() {
        let claims = Claims::default();
        drop(lost(&claims, "a"));
        assert_eq!(lost(&claims, "a").choose(&[1, 2]), Choice::Adopted(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_create_waits_for_those_that_began_before_it_judges_and_no_others() {
        let claims = Claims::default();
        let (before, other) = (claims.begin("a".to_owned()), claims.begin("b".to_owned()));
        let lost = lost(&claims, "a");
        let deadline = Instant::now() + Duration::from_secs(10);
        let concludes = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            let _later = claims.begin("a".to_owned());
            before.made(7);
            // Under way until the end of this test, as is the other.
            tokio::time::sleep(Duration::from_secs(60)).await;
        };
        let start = Instant::now();
        let waits = async { (lost.others_concluded(Some(deadline)).await, start.elapsed()) };
        let (waited, ()) = tokio::join!(waits, concludes);
        assert_eq!(waited, (true, Duration::from_secs(3)));
        drop(other);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_past_the_deadline() {
        let claims = Claims::default();
        let _under_way = claims.begin("a".to_owned());
        let deadline = Instant::now() + Duration::from_secs(10);
        assert!(!lost(&claims, "a").others_concluded(Some(deadline)).await);
        assert_eq!(Instant::now(), deadline);
    }
}
