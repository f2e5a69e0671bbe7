//! Which objects of the account belong to somebody under one configuration of the provider,
//! and which creates still look for theirs. Terraform starts a process for each
//! configuration, so what another resource of the same state has is known here once it was
//! read; what another provider block makes in the same account, `siblings` tell. Objects
//! that were made with equal contents cannot be told apart, so who may have which is
//! decided in one place. Knows ids only, no object and no endpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::client::CallOptions;

pub use super::siblings::Mark;
use super::siblings::{Siblings, UnderWay};

/// How often other processes are looked at while they are waited for.
const GLANCE: Duration = Duration::from_millis(100);

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
/// 5. The same holds between the processes of this machine, but that the lost
///    answers of others are not counted. Where nothing can be known of them,
///    nobody takes any.
#[derive(Debug)]
pub struct Claims {
    inner: Mutex<Inner>,
    concluded: Notify,
    siblings: Arc<Siblings>,
    /// What of: ids of different kinds of objects are told apart by it.
    kind: &'static str,
}

#[derive(Debug, Default)]
struct Inner {
    owned: BTreeSet<String>,
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
    contents: String,
    // Seen by other processes until this is dropped.
    _under_way: Option<UnderWay<'a>>,
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
    Adopted(String),
    /// None is free.
    Nothing,
    /// These are free, more than can be explained.
    TooMany(Vec<String>),
    /// These may belong to other processes, of which nothing can be known.
    Unsure(Vec<String>),
}

impl Claims {
    /// Nobody's, of the objects of this kind. What is told other processes goes
    /// through `siblings`.
    #[must_use]
    pub fn new(siblings: Arc<Siblings>, kind: &'static str) -> Self {
        Self { inner: Mutex::default(), concluded: Notify::new(), siblings, kind }
    }

    /// The object belongs to a resource of this configuration.
    pub fn own(&self, id: &str) {
        self.lock().owned.insert(id.to_owned());
    }

    /// Whether it does.
    pub fn is_owned(&self, id: &str) -> bool {
        self.lock().owned.contains(id)
    }

    /// Announces a create. `contents` are equal where the objects could not be
    /// told apart.
    pub fn begin(&self, contents: String) -> Attempt<'_> {
        let mut inner = self.lock();
        inner.tickets += 1;
        let ticket = inner.tickets;
        inner.under_way.insert(ticket, contents.clone());
        drop(inner);
        let under_way = self.siblings.begin(self.kind, &contents);
        Attempt { claims: self, ticket, contents, _under_way: under_way }
    }

    /// Whether an object is known to be somebody's, here or in another process.
    pub fn is_somebodys(&self, mark: &Mark) -> bool {
        self.is_owned(&mark.id) || self.siblings.ledger(self.kind).is_ok_and(|ledger| ledger.holds(mark))
    }

    /// Whether a create of these contents was refused before, on this machine and not long
    /// ago.
    pub fn was_refused(&self, contents: &str) -> bool {
        self.siblings.was_refused(self.kind, contents)
    }

    /// Waits until every create of these contents that is under way now, here or in
    /// another process, has concluded: an object that was listed may be one of
    /// theirs. `false` when one had not by the deadline, or was not waited for.
    pub async fn concluded(&self, contents: &str, options: &CallOptions) -> bool {
        let last = self.lock().tickets;
        let concluded = async {
            loop {
                // Before looking, so that nothing is missed in between.
                let next = self.concluded.notified();
                let mut next = std::pin::pin!(next);
                next.as_mut().enable();
                let waiting =
                    self.lock().under_way.range(..=last).any(|(_, other)| other.as_str() == contents);
                if !waiting {
                    break;
                }
                next.await;
            }
            // Where that cannot be told, `choose` says so.
            while self.siblings.are_busy(self.kind, contents).unwrap_or(false) {
                sleep(GLANCE).await;
            }
        };
        let out_of_time = async {
            match options.deadline.instant() {
                None => std::future::pending().await,
                Some(deadline) => tokio::time::sleep_until(deadline).await,
            }
        };
        tokio::select! {
            biased;
            () = concluded => true,
            () = options.cancel.cancelled() => false,
            () = out_of_time => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Each change is one step, so it is in order whoever panicked holding it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Attempt<'a> {
    /// It made this object.
    pub fn made(self, mark: &Mark) {
        self.claims.own(&mark.id);
        self.claims.siblings.made(self.claims.kind, mark);
    }

    /// It was sent and refused: nobody knows for certain that it made none.
    pub fn refused(self) {
        self.claims.siblings.refused(self.claims.kind, &self.contents);
    }

    /// Nobody knows whether it made one.
    pub fn lost(self) -> Lost<'a> {
        let claims = self.claims;
        let mut inner = claims.lock();
        let contents = self.contents.clone();
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
    /// As [`Claims::concluded`], for those of equal contents.
    pub async fn others_concluded(&self, options: &CallOptions) -> bool {
        self.claims.concluded(&self.contents, options).await
    }

    /// Takes one of these objects, all of which could be its own.
    pub fn choose(&mut self, candidates: &[Mark]) -> Choice {
        let ids = |marks: &[Mark]| marks.iter().map(|mark| mark.id.clone()).collect();
        // Taken first: nobody may decide in another process meanwhile.
        let mut ledger = match self.claims.siblings.ledger(self.claims.kind) {
            Ok(ledger) => ledger,
            Err(error) => return self.unsure(&error, ids(candidates)),
        };
        let mut inner = self.claims.lock();
        let free: Vec<Mark> = candidates
            .iter()
            .filter(|mark| !inner.owned.contains(&mark.id) && !ledger.holds(mark))
            .cloned()
            .collect();
        let claimants = inner.lost.get(&self.contents).copied().unwrap_or(0);
        match free.first() {
            None => Choice::Nothing,
            Some(mark) if free.len() <= claimants => match ledger.add(mark) {
                Ok(()) => {
                    inner.owned.insert(mark.id.clone());
                    inner.lost.insert(self.contents.clone(), claimants - 1);
                    Choice::Adopted(mark.id.clone())
                }
                Err(error) => self.unsure(&error, ids(&free)),
            },
            Some(_) => Choice::TooMany(ids(&free)),
        }
    }

    fn unsure(&self, error: &io::Error, ids: Vec<String>) -> Choice {
        tracing::warn!(%error, "cannot read which objects other provider processes have created");
        Choice::Unsure(ids)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::client::Deadline;

    const ACCOUNT: &str = "https://api.example.com/";

    fn in_folder(folder: &std::path::Path) -> Claims {
        Claims::new(Arc::new(Siblings::new(ACCOUNT, vec![folder.to_owned()])), "/v1/things")
    }

    fn alone() -> (TempDir, Claims) {
        let temporary = tempfile::tempdir().unwrap();
        let claims = in_folder(temporary.path());
        (temporary, claims)
    }

    fn lost<'a>(claims: &'a Claims, contents: &str) -> Lost<'a> {
        claims.begin(contents.to_owned()).lost()
    }

    fn mark(id: i64) -> Mark {
        Mark { id: id.to_string(), created_at: None }
    }

    fn ids(ids: &[i64]) -> Vec<String> {
        ids.iter().map(i64::to_string).collect()
    }

    fn within(seconds: u64) -> CallOptions {
        CallOptions::new(Deadline::after(Duration::from_secs(seconds)), CancellationToken::new())
    }

    #[test]
    fn creates_with_equal_contents_take_one_object_each() {
        let (_temporary, claims) = alone();
        let (mut first, mut second) = (lost(&claims, "a"), lost(&claims, "a"));
        assert_eq!(second.choose(&[mark(1), mark(2)]), Choice::Adopted("1".to_owned()));
        assert_eq!(first.choose(&[mark(1), mark(2)]), Choice::Adopted("2".to_owned()));
        assert!(claims.is_owned("1") && claims.is_owned("2"));
    }

    #[test]
    fn what_an_answer_named_is_not_taken_by_another() {
        let (_temporary, claims) = alone();
        claims.begin("a".to_owned()).made(&mark(1));
        assert_eq!(lost(&claims, "a").choose(&[mark(1)]), Choice::Nothing);
    }

    #[test]
    fn one_object_too_many_is_one_that_nobody_takes() {
        let (_temporary, claims) = alone();
        // Another's loss explains nothing.
        let (mut one, _other) = (lost(&claims, "a"), lost(&claims, "b"));
        assert_eq!(one.choose(&[mark(1), mark(2)]), Choice::TooMany(ids(&[1, 2])));
        assert!(!claims.is_owned("1"));
    }

    #[test]
    fn a_create_that_gave_up_still_explains_an_object() {
        let (_temporary, claims) = alone();
        drop(lost(&claims, "a"));
        assert_eq!(lost(&claims, "a").choose(&[mark(1), mark(2)]), Choice::Adopted("1".to_owned()));
    }

    #[test]
    fn what_another_process_has_made_or_taken_is_not_taken() {
        let (temporary, claims) = alone();
        let other = in_folder(temporary.path());
        other.begin("a".to_owned()).made(&mark(1));
        assert_eq!(lost(&other, "a").choose(&[mark(2)]), Choice::Adopted("2".to_owned()));
        assert_eq!(lost(&claims, "a").choose(&[mark(1), mark(2), mark(3)]), Choice::Adopted("3".to_owned()));
    }

    /// A label is changed, and lists that lag show the object as if it were new.
    #[test]
    fn what_another_process_has_made_is_known_under_any_contents() {
        let (temporary, claims) = alone();
        in_folder(temporary.path()).begin("before".to_owned()).made(&mark(1));
        assert_eq!(lost(&claims, "after").choose(&[mark(1)]), Choice::Nothing);
        assert!(claims.is_somebodys(&mark(1)));
    }

    #[test]
    fn a_refusal_is_known_to_the_next_process() {
        let (temporary, claims) = alone();
        in_folder(temporary.path()).begin("a".to_owned()).refused();
        assert!(claims.was_refused("a") && !claims.was_refused("b"));
        // It is no object.
        assert_eq!(lost(&claims, "a").choose(&[mark(1)]), Choice::Adopted("1".to_owned()));
    }

    #[test]
    fn nothing_is_taken_where_nothing_can_be_known_of_others() {
        let (temporary, _) = alone();
        let claims = in_folder(&temporary.path().join("missing"));
        assert_eq!(lost(&claims, "a").choose(&[mark(1)]), Choice::Unsure(ids(&[1])));
        assert!(!claims.is_owned("1"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_create_waits_for_those_that_began_before_it_judges_and_no_others() {
        let (_temporary, claims) = alone();
        let (before, other) = (claims.begin("a".to_owned()), claims.begin("b".to_owned()));
        let lost = lost(&claims, "a");
        let concludes = async {
            sleep(Duration::from_secs(3)).await;
            let _later = claims.begin("a".to_owned());
            before.made(&mark(7));
            // Under way until the end of this test, as is the other.
            sleep(Duration::from_secs(60)).await;
        };
        let start = Instant::now();
        let waits = async { (lost.others_concluded(&within(10)).await, start.elapsed()) };
        let (waited, ()) = tokio::join!(waits, concludes);
        assert_eq!(waited, (true, Duration::from_secs(3)));
        drop(other);
    }

    #[tokio::test(start_paused = true)]
    async fn a_create_of_another_process_is_waited_for() {
        let (temporary, claims) = alone();
        let other = in_folder(temporary.path());
        let (before, unequal) = (other.begin("a".to_owned()), other.begin("b".to_owned()));
        let mut lost = lost(&claims, "a");
        let concludes = async {
            sleep(Duration::from_secs(3)).await;
            before.made(&mark(7));
        };
        let (waited, ()) = tokio::join!(async { lost.others_concluded(&within(10)).await }, concludes);
        assert!(waited);
        assert_eq!(lost.choose(&[mark(7)]), Choice::Nothing);
        drop(unequal);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_past_the_deadline_or_the_own_limits() {
        let (_temporary, claims) = alone();
        let _under_way = claims.begin("a".to_owned());
        let start = Instant::now();
        assert!(!lost(&claims, "a").others_concluded(&within(10)).await);
        assert_eq!(start.elapsed(), Duration::from_secs(10));
        let options = within(10);
        let interrupt = async {
            sleep(Duration::from_secs(2)).await;
            options.cancel.cancel();
        };
        let lost = lost(&claims, "a");
        let (waited, ()) = tokio::join!(lost.others_concluded(&options), interrupt);
        assert!(!waited);
        assert_eq!(start.elapsed(), Duration::from_secs(12));
    }
}
