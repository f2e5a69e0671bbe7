//! Lists that come in pages.
//!
//! Walks `page`/`per_page` lists to their end. Each endpoint names its own
//! collection, so the page type is the caller's; filters are its query.

use std::{
    collections::BTreeSet,
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::{
    error::{Delivery, Ending, Error, Report},
    failure::{Failure, Status},
    request::Request,
};

/// Items asked for per page: the most any Wavix document allows.
pub const PER_PAGE: u32 = 100;
/// Pages after which a list is not believed any more.
const MAX_PAGES: u64 = 10_000;
/// Further walks when items were missed in the first.
const EXTRA_WALKS: u32 = 2;

/// One page of a list, under whatever key the endpoint puts it.
///
/// 1. `pagination` is what the answer echoed, or `None` if the endpoint has no
///    pages, in which case there is only this one, unless it is as full as a page
///    that was asked for: then nobody knows.
/// 2. A collection that is `null` is empty; see [`null_as_empty`].
pub trait Page: DeserializeOwned + Send {
    /// What is listed.
    type Item: Send;

    /// Takes the page apart.
    fn into_parts(self) -> (Vec<Self::Item>, Option<Pagination>);
}

/// The `pagination` object of an answer. What is missing is not relied upon.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Pagination {
    /// The page this is, from 1.
    #[serde(deserialize_with = "count")]
    pub current_page: Option<u64>,
    /// Items per page, which may be fewer than were asked for.
    #[serde(deserialize_with = "count")]
    pub per_page: Option<u64>,
    /// Items on all pages.
    #[serde(deserialize_with = "count")]
    pub total: Option<u64>,
    /// Pages there are.
    #[serde(deserialize_with = "count")]
    pub total_pages: Option<u64>,
}

/// A count in any spelling; what is none counts as missing.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => text,
        _ => return Ok(None),
    };
    let text = text.trim();
    let whole = text.split_once('.').map_or(text, |(whole, fraction)| {
        if fraction.bytes().all(|digit| digit == b'0') { whole } else { "" }
    });
    Ok(whole.parse().ok())
}

/// For `#[serde(default, deserialize_with = "null_as_empty")]` on a collection.
///
/// # Errors
/// Those of the items.
pub fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A walk through a paged list, in the server's order. Made by [`Request::pages`].
#[must_use = "a walk does nothing until it is asked for pages"]
pub struct Pages<P: Page, K> {
    walk: Walk,
    key: fn(&P::Item) -> K,
    /// In all walks.
    seen: BTreeSet<K>,
    page: PhantomData<fn() -> P>,
}

impl<P: Page, K: Ord> Pages<P, K> {
    pub(super) fn new(request: Request, key: fn(&P::Item) -> K) -> Self {
        Self { walk: Walk::new(request), key, seen: BTreeSet::new(), page: PhantomData }
    }

    /// The items of the next page that were not on an earlier one; `None` after the last page.
    ///
    /// # Errors
    /// As [`Request::send`]; also an answer that echoes another page than the
    /// one asked for, since a list with gaps must not pass for a whole one.
    pub async fn next(&mut self) -> Result<Option<Vec<P::Item>>, Error> {
        let Some(number) = self.walk.next else { return Ok(None) };
        let answer = self.walk.page(number).send_full::<P>().await?;
        let (items, pagination) = answer.value.into_parts();
        self.walk.answered(number, items.len(), pagination, answer.date, answer.attempts)?;
        Ok(Some(items.into_iter().filter(|item| self.seen.insert((self.key)(item))).collect()))
    }

    /// All items of all pages, walked again as
    /// [`is_to_be_walked_again`](Self::is_to_be_walked_again) says.
    ///
    /// # Errors
    /// As [`next`](Self::next); also a list that stays incomplete.
    pub async fn all(&mut self) -> Result<Vec<P::Item>, Error> {
        let mut all = Vec::new();
        loop {
            while let Some(items) = self.next().await? {
                all.extend(items);
            }
            if !self.is_to_be_walked_again()? {
                return Ok(all);
            }
        }
    }

    /// To be asked after the last page: whether the list is to be walked again,
    /// for the items that were missed.
    ///
    /// An object deleted during the walk pulls the ones behind it one place
    /// forward, past the walker, so if fewer came than any page announced, the list
    /// is walked again. What was missed then has a place further to the front, where
    /// the next walk meets it; so it counts what all walks have seen together.
    ///
    /// # Errors
    /// Items are missing after the last walk: what was not seen may exist all the
    /// same.
    pub fn is_to_be_walked_again(&mut self) -> Result<bool, Error> {
        self.walk.again(self.seen.len())
    }

    /// How many pages there are, as the last answer says; 0 before the first.
    pub fn announced(&self) -> u64 {
        self.walk.announced
    }

    /// Wavix's clock when it answered the last page, as [`Answer::date`](super::Answer::date).
    pub fn date(&self) -> Option<SystemTime> {
        self.walk.date
    }
}

/// What is the same whatever is listed, and so is compiled once.
struct Walk {
    request: Request,
    next: Option<u64>,
    /// The most items that a page of this walk announced.
    total: Option<u64>,
    /// The pages that the last one announced.
    announced: u64,
    /// Whether this walk ended before anything said that it was the end.
    cut_short: bool,
    walks: u32,
    date: Option<SystemTime>,
}

impl Walk {
    fn new(request: Request) -> Self {
        Self { request, next: Some(1), total: None, announced: 0, cut_short: false, walks: 1, date: None }
    }

    fn page(&self, number: u64) -> Request {
        self.request.clone().query("page", number).query("per_page", PER_PAGE)
    }

    /// Notes page `number`, which has `found` items.
    fn answered(
        &mut self,
        number: u64,
        found: usize,
        pagination: Option<Pagination>,
        date: Option<SystemTime>,
        attempts: u32,
    ) -> Result<(), Error> {
        self.date = date;
        let is_empty = found == 0;
        let pagination = pagination.unwrap_or_default();
        let last = pagination.total_pages.unwrap_or(1);
        if last > MAX_PAGES {
            return Err(self.failed(undocumented(format!("a list of {last} pages")), attempts));
        }
        // Some lists document no page parameter and always answer the first.
        if let Some(echoed) = pagination.current_page.filter(|echoed| *echoed != number && !is_empty) {
            let what = undocumented(format!("page {echoed} when asked for page {number}"));
            return Err(self.failed(what, attempts));
        }
        let is_counted = pagination.total.is_some() || pagination.total_pages.is_some();
        let is_full = u32::try_from(found) == Ok(PER_PAGE);
        self.cut_short = if is_counted { is_empty && number < last } else { is_full };
        self.total = self.total.max(pagination.total);
        self.announced = last;
        self.next = (!is_empty && number < last).then(|| number + 1);
        Ok(())
    }

    /// As [`Pages::is_to_be_walked_again`], with `found` different items so far.
    fn again(&mut self, found: usize) -> Result<bool, Error> {
        let is_whole = u64::try_from(found).is_ok_and(|found| found >= self.total.unwrap_or(0));
        if is_whole && !self.cut_short {
            return Ok(false);
        }
        if self.walks > EXTRA_WALKS {
            let announced = self.total.filter(|_| !is_whole);
            return Err(self.failed(Failure::Incomplete { found, announced, walks: self.walks }, 1));
        }
        self.walks += 1;
        self.next = Some(1);
        self.total = None;
        self.cut_short = false;
        Ok(true)
    }

    fn failed(&self, failure: Failure, attempts: u32) -> Error {
        Error::new(Report {
            method: self.request.method,
            path: self.request.path.to_string(),
            failure,
            ending: Ending::Final,
            delivery: Delivery::Ambiguous,
            attempts,
            waited: Duration::ZERO,
        })
    }
}

fn undocumented(what: String) -> Failure {
    Failure::Undocumented {
        status: Status { code: 200, reason: "OK" },
        what,
        excerpt: None,
        cut_short: false,
        retry_after: None,
    }
}
