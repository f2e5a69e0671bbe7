//! One function per HTTP call, for every kind of object. Knows no plan and no state.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

use crate::client::{Answer, ApiPath, CallOptions, Client, Error, Page, Pages, Pagination, Request};

use super::body::Body;
use super::object::{DeleteBy, ListShape, RemoteObject, UpdateBy};
use super::presence::Deletion;
use super::record::Record;

/// A page of a list, or the whole of one that has no pages.
pub struct Listed<T, I = Record<T>> {
    items: Vec<I>,
    pagination: Option<Pagination>,
    object: PhantomData<fn() -> T>,
}

impl<'de, T: RemoteObject, I: DeserializeOwned> Deserialize<'de> for Listed<T, I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;

        let ListShape::Pages(name) = T::LIST else {
            let items = Vec::deserialize(deserializer)?;
            return Ok(Self { items, pagination: None, object: PhantomData });
        };
        let mut answer = Map::deserialize(deserializer)?;
        // Null for none. Without it an answer is no list: it must not pass for an
        // account in which every object is gone.
        let items = match answer.remove(name) {
            None => return Err(D::Error::missing_field(name)),
            Some(Json::Null) => Vec::new(),
            Some(items) => Vec::deserialize(items).map_err(D::Error::custom)?,
        };
        let pagination = answer.remove("pagination").map(Option::deserialize).transpose();
        let pagination = pagination.map_err(D::Error::custom)?.flatten();
        Ok(Self { items, pagination, object: PhantomData })
    }
}

impl<T: RemoteObject, I: DeserializeOwned + Send> Page for Listed<T, I> {
    type Item = I;

    fn into_parts(self) -> (Vec<I>, Option<Pagination>) {
        (self.items, self.pagination)
    }
}

/// `GET` of the collection, all pages, by ascending key. Needs the scope to read.
///
/// # Errors
/// See [`Error`].
pub async fn list<T: RemoteObject>(client: &Client, options: &CallOptions) -> Result<Vec<Record<T>>, Error> {
    let mut records = match T::LIST {
        ListShape::Pages(_) => search::<T>(client, &[], options).await?,
        ListShape::Array => client.get(T::ROUTE).options(options).send::<Listed<T>>().await?.items,
    };
    for record in &records {
        record.conceal(client);
    }
    records.sort_by_cached_key(Record::place);
    Ok(records)
}

/// `GET` of the collection with these filters of the API's, all pages, in its order.
/// Needs the scope to read.
///
/// # Errors
/// See [`Error`].
pub async fn search<T: RemoteObject>(
    client: &Client,
    query: &[(&'static str, String)],
    options: &CallOptions,
) -> Result<Vec<Record<T>>, Error> {
    pages::<T, _, _>(client, query, options, |record: &Record<T>| record.key.clone()).all().await
}

/// The same, page by page.
pub fn pages<T: RemoteObject, I: DeserializeOwned + Send, K: Ord>(
    client: &Client,
    query: &[(&'static str, String)],
    options: &CallOptions,
    key: fn(&I) -> K,
) -> Pages<Listed<T, I>, K> {
    let request = client.get(T::ROUTE).options(options);
    query.iter().fold(request, |request, (name, value)| request.query(name, value)).pages(key)
}

/// `GET` of one object. Needs the scope to read.
///
/// # Errors
/// See [`Error`]. NOTE: a 404 does not prove that the object is gone.
pub async fn get<T: RemoteObject>(
    client: &Client,
    key: &str,
    options: &CallOptions,
) -> Result<Record<T>, Error> {
    let record: Record<T> = client.get(path::<T>(key)).options(options).send().await?;
    record.conceal(client);
    Ok(record)
}

/// `POST` to the collection. Needs the scope to write. Sent once: see
/// [`Error::delivery`] for whether an object may exist after a failure.
///
/// # Errors
/// See [`Error`].
pub async fn create<T: RemoteObject>(
    client: &Client,
    body: &Body,
    options: &CallOptions,
) -> Result<Answer<Record<T>>, Error> {
    let made: Answer<Record<T>> = with(client.post(T::ROUTE), body).options(options).send_full().await?;
    made.value.conceal(client);
    Ok(made)
}

/// `PUT` or `PATCH` of one object. Needs the scope to write.
///
/// # Errors
/// See [`Error`].
pub async fn update<T: RemoteObject>(
    client: &Client,
    key: &str,
    body: &Body,
    options: &CallOptions,
) -> Result<Record<T>, Error> {
    let request = match T::UPDATE {
        UpdateBy::Put => client.put(path::<T>(key)),
        // All values are absolute, so a second one changes nothing more.
        UpdateBy::Patch => client.patch(path::<T>(key)).idempotency(crate::client::Idempotency::Idempotent),
    };
    let written: Record<T> = with(request, body).options(options).send().await?;
    written.conceal(client);
    Ok(written)
}

/// `DELETE` of one object. Needs the scope to write.
///
/// # Errors
/// See [`Error`].
pub async fn delete<T: RemoteObject>(
    client: &Client,
    key: &str,
    options: &CallOptions,
) -> Result<Deletion, Error> {
    let send = |request: Request| request.options(options).send_full::<Json>();
    let answer = match T::DELETE {
        DeleteBy::Path => send(client.delete(path::<T>(key))).await,
        DeleteBy::Query(name) => send(client.delete(T::ROUTE).query(name, key)).await,
        DeleteBy::QueryList(name, other) => match send(client.delete(T::ROUTE).query(name, key)).await {
            Err(error)
                if error.is_validation() && error.message().is_some_and(|text| text.contains(name)) =>
            {
                send(client.delete(T::ROUTE).query(other, key)).await
            }
            answer => answer,
        },
    }?;
    Ok(Deletion::of(answer.status, &answer.value))
}

fn with(request: Request, body: &Body) -> Request {
    body.secrets().iter().fold(request.json(body.json()), Request::redact)
}

fn path<T: RemoteObject>(key: &str) -> ApiPath {
    ApiPath::new(T::ROUTE).segment(key)
}
