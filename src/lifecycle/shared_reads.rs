//! Reads of many objects in few requests. To a few of many objects one `GET` each is the
//! cheapest way, to all of them the list is, and how many will be asked for is not known
//! before. So each is asked for by itself until as many requests were made as the list has
//! pages, and from then on all are read from the list: never more than twice the cheapest
//! way. How many pages there are is learned from the first one, whose objects need no
//! request any more.
//!
//! For objects of which the list tells everything, and whose key is a number. None is decoded before it is asked
//! for: an account may have thousands of them.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

use crate::client::{self, CallOptions, Client, Pages};
use crate::framework::resource::Call;

use super::context::{Context, options};
use super::endpoints::{self, Listed};
use super::list_walk::{ListWalk, WriteGuard};
use super::object::{RemoteObject, field};
use super::record::{self, Record};
use super::told::Told;

/// What such reads of one kind of object have learned.
#[derive(Debug)]
pub struct SharedReads<T> {
    first: ListWalk<Item<T>>,
    all: ListWalk<Item<T>>,
    /// Of the list, as its first page says.
    pages: AtomicU64,
    /// Requests for single objects.
    gets: AtomicU64,
    /// Whether the list cannot be had.
    is_without_list: AtomicBool,
}

/// An object of a list: what was answered in its [`fields`], as JSON. Two words and a text,
/// for there may be thousands of them.
#[derive(Debug)]
struct Item<T> {
    id: i64,
    values: Box<str>,
    object: PhantomData<fn() -> T>,
}

/// The fields of an answer that a state is made of, without which as many objects again fit
/// into the memory.
fn fields<T: RemoteObject>() -> impl Iterator<Item = &'static str> {
    let attributes = T::schema().attributes.iter().map(|attribute| field::<T>(&attribute.name));
    attributes.chain(T::RAW.iter().copied())
}

impl<'de, T: RemoteObject> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Told::deserialize(deserializer)?;
        let id = record::key::<T, D::Error>(&told)?.parse().map_err(D::Error::custom)?;
        Ok(Self { id, values: told.values_of(fields::<T>()).into(), object: PhantomData })
    }
}

impl<T> Default for SharedReads<T> {
    fn default() -> Self {
        Self {
            first: ListWalk::default(),
            all: ListWalk::default(),
            pages: AtomicU64::new(0),
            gets: AtomicU64::new(0),
            is_without_list: AtomicBool::new(false),
        }
    }
}

impl<T: RemoteObject> SharedReads<T> {
    /// Announces a write to one of the objects.
    pub fn write(&self) -> [WriteGuard<'_>; 2] {
        [self.first.write(), self.all.write()]
    }

    /// The object as it is now, or as a walk through the list that is shared with
    /// other reads has shown it.
    ///
    /// # Errors
    /// See [`client::Error`]; a 404 is one.
    pub async fn get(&self, call: &Call<'_, Context>, key: &str) -> Result<Record<T>, client::Error> {
        let (client, options) = (call.ctx.client(), options(call));
        let listed = self.listed(client, &options, key).await.unwrap_or_else(|error| {
            // Single objects may be read all the same. An interrupt is not the list's.
            tracing::debug!(%error, "the list is not available: reading each object separately");
            let is_lasting = !error.is_cancelled() && !error.is_timeout();
            self.is_without_list.fetch_or(is_lasting, Ordering::AcqRel);
            None
        });
        match listed {
            Some(record) => Ok(record),
            None => endpoints::get(client, key, &options).await,
        }
    }

    /// The object in the list. `None`: it is to be asked for by itself.
    async fn listed(
        &self,
        client: &Client,
        options: &CallOptions,
        key: &str,
    ) -> Result<Option<Record<T>>, client::Error> {
        if self.is_without_list.load(Ordering::Acquire) {
            return Ok(None);
        }
        if !self.is_list_cheaper() {
            let first = self.first.recent(options, || self.first_page(client, options)).await?;
            let found = find(&first, client, key);
            let is_whole = self.pages.load(Ordering::Acquire) == 1;
            if found.is_some()
                || is_whole
                || self.gets.fetch_add(1, Ordering::AcqRel) < self.pages.load(Ordering::Acquire)
            {
                return Ok(found);
            }
        }
        let walk = || async { Ok(by_key(pages::<T>(client, options).all().await?)) };
        Ok(find(&self.all.recent(options, walk).await?, client, key))
    }

    fn is_list_cheaper(&self) -> bool {
        let pages = self.pages.load(Ordering::Acquire);
        pages > 1 && self.gets.load(Ordering::Acquire) >= pages
    }

    async fn first_page(
        &self,
        client: &Client,
        options: &CallOptions,
    ) -> Result<Vec<Item<T>>, client::Error> {
        let mut pages = pages::<T>(client, options);
        let items = pages.next().await?.unwrap_or_default();
        self.pages.store(pages.announced().max(1), Ordering::Release);
        Ok(by_key(items))
    }
}

fn pages<T: RemoteObject>(client: &Client, options: &CallOptions) -> Pages<Listed<T, Item<T>>, i64> {
    endpoints::pages(client, &[], options, |item: &Item<T>| item.id)
}

fn by_key<T>(mut items: Vec<Item<T>>) -> Vec<Item<T>> {
    items.sort_unstable_by_key(|item| item.id);
    items
}

/// `None` also for one that cannot be read: what is wrong with it is said by its own answer.
fn find<T: RemoteObject>(items: &[Item<T>], client: &Client, key: &str) -> Option<Record<T>> {
    let id: i64 = key.parse().ok()?;
    let place = items.binary_search_by_key(&id, |item| item.id).ok()?;
    let values: Vec<Option<[Json; 1]>> = serde_json::from_str(&items.get(place)?.values).ok()?;
    let told = fields::<T>().zip(values);
    let mut answer = Map::new();
    answer.extend(told.filter_map(|(name, value)| value.map(|[value]| (name.to_owned(), value))));
    let record = Record::deserialize(Json::Object(answer)).ok()?;
    record.conceal(client);
    Some(record)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::LazyLock;
    use std::time::Duration;

    use futures_util::future::join_all;
    use serde_json::json;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;
    use wavix_sim::{Access, ApiKey, Fault, Sim};

    use super::*;
    use crate::client::ClientSettings;
    use crate::framework::object::Attr;
    use crate::framework::schema::{Attribute, Schema};
    use crate::lifecycle::noun::{Arguments, Noun};
    use crate::lifecycle::object::{Key, ListShape, ReadBy};

    crate::object! {
        #[derive(Default)]
        struct ThingModel {
            id: Attr<String>,
            number: Attr<String>,
        }
    }

    /// Something of which the simulator has thousands.
    #[derive(Debug)]
    struct Thing;

    impl RemoteObject for Thing {
        type Model = ThingModel;

        const NOUN: Noun = Noun {
            type_name: "wavix_thing",
            name: "thing",
            short: "thing",
            scope: Some("numbers"),
            arguments: Arguments::Of(Self::schema),
            words: &[],
            list: "wavix_things",
            adopt: None,
        };
        const ROUTE: &'static str = "/v1/numbers";
        const LIST: ListShape = ListShape::Pages("items");
        const READ: ReadBy = ReadBy::Key;
        const KEY: Key = Key::Assigned("id");

        fn schema() -> &'static Schema {
            static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
                attributes: vec![Attribute::string("id").computed(), Attribute::string("number").computed()],
                ..Schema::default()
            });
            &SCHEMA
        }
    }

    struct Bench {
        sim: Sim,
        ctx: Context,
        reads: SharedReads<Thing>,
        keys: Vec<String>,
    }

    impl Bench {
        async fn new(things: usize) -> Self {
            let sim = Sim::start().await;
            sim.add_phone_numbers(things);
            let keys = sim.phone_numbers().iter().map(|thing| thing.id.to_string()).collect();
            let mut settings = ClientSettings::new(sim.api_key());
            settings.base_url = sim.base_url();
            let ctx = Context::new(Client::new(settings.validate().unwrap()), Vec::new());
            // However long it takes here, the lists are not walked again.
            let walk = || ListWalk::believed_for(Duration::from_secs(24 * 60 * 60));
            let reads = SharedReads { first: walk(), all: walk(), ..SharedReads::default() };
            Self { sim, ctx, reads, keys }
        }

        async fn get(&self, key: &str) -> Result<Record<Thing>, client::Error> {
            let cancel = CancellationToken::new();
            let deadline = Instant::now() + Duration::from_secs(3000);
            self.reads.get(&Call { ctx: &self.ctx, cancel: &cancel, deadline }, key).await
        }

        /// Reads each as Terraform does, so many at a time.
        async fn refresh(&self, keys: &[String], at_once: usize) {
            let things = self.sim.phone_numbers();
            let things: BTreeMap<String, String> =
                things.into_iter().map(|thing| (thing.id.to_string(), thing.number)).collect();
            for some in keys.chunks(at_once) {
                let read = join_all(some.iter().map(|key| self.get(key))).await;
                for (record, key) in read.into_iter().zip(some) {
                    let record = record.unwrap();
                    assert_eq!(record.key, *key);
                    assert_eq!(record.text("number"), Some(things[key].as_str()));
                }
            }
        }

        /// Requests for the list, and for single ones.
        fn requests(&self) -> (usize, usize) {
            let journal = self.sim.journal();
            (journal.count("GET", "/v1/numbers"), journal.count("GET", "/v1/numbers/*"))
        }
    }

    #[tokio::test]
    async fn a_few_of_many_are_asked_for_by_themselves() {
        let bench = Bench::new(5_000).await;
        bench.refresh(&[4_000, 2_000, 3_000].map(|place| bench.keys[place].clone()), 3).await;
        assert_eq!(bench.requests(), (1, 3));
        bench.refresh(&bench.keys[..100], 10).await;
        assert_eq!(bench.requests(), (1, 3), "the first page has these");
    }

    #[tokio::test]
    async fn more_than_the_list_has_pages_are_read_from_it() {
        let bench = Bench::new(5_000).await;
        bench.refresh(&bench.keys[4_700..], 10).await;
        assert_eq!(bench.requests(), (51, 50));
        let small = Bench::new(300).await;
        small.refresh(&small.keys, 10).await;
        let (lists, gets) = small.requests();
        assert!(lists == 4 && gets == 3, "{lists} {gets}");
        let one = Bench::new(1).await;
        one.refresh(&one.keys, 10).await;
        assert_eq!(one.requests(), (1, 0));
    }

    #[tokio::test]
    async fn what_was_written_is_not_read_from_an_older_list() {
        let bench = Bench::new(3).await;
        let key = &bench.keys[1];
        let number = |record: Record<Thing>| record.text("number").unwrap().to_owned();
        let before = number(bench.get(key).await.unwrap());
        assert!(bench.sim.edit_phone_number(&before, |thing| thing.number = "447700900123".to_owned()));
        assert_eq!(number(bench.get(key).await.unwrap()), before, "the page is shared for a while");
        drop(bench.reads.write());
        assert_eq!(number(bench.get(key).await.unwrap()), "447700900123");
        bench.sim.release_phone_number("447700900123");
        drop(bench.reads.write());
        assert!(bench.get(key).await.unwrap_err().is_not_found(), "its own answer says so");
    }

    #[tokio::test]
    async fn without_a_list_each_is_asked_for_by_itself() {
        let bench = Bench::new(3).await;
        bench.sim.faults().always("GET", "/v1/numbers", Fault::status(403));
        bench.refresh(&bench.keys, 1).await;
        assert_eq!(bench.requests(), (1, 3), "nor is it asked for again");
        let stranger = Bench::new(1).await;
        let key = ApiKey::new("nothing").scope("nothing", Access::None);
        stranger.sim.set_keys([key]);
        let mut settings = ClientSettings::new("nothing");
        settings.base_url = stranger.sim.base_url();
        let ctx = Context::new(Client::new(settings.validate().unwrap()), Vec::new());
        let stranger = Bench { ctx, ..stranger };
        let error = stranger.get(&stranger.keys[0]).await.unwrap_err();
        assert!(error.to_string().contains("/v1/numbers/"), "it says what was wanted: {error}");
    }

    /// An account may have thousands of numbers.
    #[test]
    fn of_a_listed_object_nothing_is_kept_but_what_a_state_is_made_of() {
        let answer = json!({
            "id": 7, "number": null, "documents": [{ "url": "https://api.wavix.com/x" }], "seconds": "90",
        });
        let item: Item<Thing> = serde_json::from_value(answer).unwrap();
        assert_eq!((item.id, &*item.values), (7, "[[7],[null]]"));
        let item: Item<Thing> = serde_json::from_value(json!({ "id": 7 })).unwrap();
        assert_eq!(&*item.values, "[[7],null]", "what is not told is not null");
    }

    #[tokio::test]
    async fn one_that_the_list_garbles_is_asked_for_by_itself() {
        let bench = Bench::new(2).await;
        bench.sim.fault("GET", "/v1/numbers", Fault::with("/items/0/id", json!("7")));
        bench.refresh(&bench.keys, 1).await;
        assert_eq!(bench.requests(), (1, 1));
    }
}
