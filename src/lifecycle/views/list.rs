//! The list with which `terraform query` finds the account's objects. Walks the API's list
//! page by page, as far as objects are wanted; which of them is decided in `filter`.

use std::marker::PhantomData;

use futures_util::future::join_all;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::list_resource::{ListRequest, ListResource, ListResults};
use crate::framework::resource::{Call, Resource};
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::super::context::{Context, options};
use super::super::endpoints;
use super::super::find::whole;
use super::super::noun::Verb;
use super::super::object::{ListShape, RemoteObject};
use super::super::presence;
use super::super::record::Record;
use super::super::shown_once;
use super::super::unreadable;
use super::filter::{self, Filter};

/// Objects that are read at the same time. The client paces all requests of the
/// process besides.
const READ_AT_ONCE: usize = 8;

/// The list resource of the objects that `R` manages.
#[derive(Debug)]
pub struct List<T, R>(PhantomData<fn() -> (T, R)>);

impl<T, R> List<T, R> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: RemoteObject, R: Resource<Context, Model = T::Model>> ListResource<Context> for List<T, R> {
    type Model = Value;
    type Resource = R;

    fn type_name(&self) -> &'static str {
        T::NOUN.type_name
    }

    fn schema(&self) -> Schema {
        let name = T::NOUN.name;
        let known_by = if T::LABEL == T::KEY.attribute() { T::KEY.attribute() } else { T::LABEL };
        let attributes = filter::arguments::<T>();
        let which = filter::which(&attributes);
        let comma = if which.is_empty() { "" } else { "," };
        Schema {
            description: format!(
                "Lists the {name}s of the account{which}{comma} for import or review. The display name is the \
                 {known_by}."
            ),
            attributes,
            ..Schema::default()
        }
    }

    async fn list(
        &self,
        call: &Call<'_, Context>,
        request: ListRequest<Value>,
        results: &mut ListResults<T::Model>,
    ) -> Result<(), Diagnostics> {
        let filter = Filter::new::<T>(&request.config)?;
        let failed = |error| T::NOUN.failed(Verb::List, "", &error);
        if T::LIST == ListShape::Array {
            let listed: Vec<Record<T>> =
                endpoints::list(call.ctx.client(), &options(call)).await.map_err(failed)?;
            return push(call, listed, &filter, request.include_resource, results).await.map(drop);
        }
        let mut pages = endpoints::pages::<T, _, _>(
            call.ctx.client(),
            filter.query(),
            &options(call),
            |record: &Record<T>| record.key.clone(),
        );
        loop {
            let Some(page) = pages.next().await.map_err(failed)? else {
                if pages.is_to_be_walked_again().map_err(failed)? {
                    continue;
                }
                return Ok(());
            };
            if push(call, page, &filter, request.include_resource, results).await? {
                return Ok(());
            }
        }
    }
}

/// Hands the objects of a page over; whether no more are wanted.
async fn push<T: RemoteObject>(
    call: &Call<'_, Context>,
    page: Vec<Record<T>>,
    filter: &Filter,
    whole: bool,
    results: &mut ListResults<T::Model>,
) -> Result<bool, Diagnostics> {
    let mut matching = page.into_iter().filter(|record| filter.matches(record));
    loop {
        let batch: Vec<Record<T>> = matching.by_ref().take(results.wanted().min(READ_AT_ONCE)).collect();
        if batch.is_empty() {
            return Ok(results.wanted() == 0);
        }
        for found in states(call, &batch, whole).await {
            let Some((name, state)) = found? else { continue };
            if results.push(name, state).await.is_break() {
                return Ok(true);
            }
        }
    }
}

type Found<T> = Result<Option<(String, <T as RemoteObject>::Model)>, Diagnostics>;

/// The objects with their names, in order; whole or only identified.
async fn states<T: RemoteObject>(
    call: &Call<'_, Context>,
    batch: &[Record<T>],
    whole: bool,
) -> Vec<Found<T>> {
    if whole {
        join_all(batch.iter().map(|listed| read(call, listed))).await
    } else {
        batch.iter().map(|listed| Ok(Some((T::display_name(listed), T::identified(listed))))).collect()
    }
}

/// The object as a read after an import sees it; `None` when it was deleted
/// since the page was answered.
async fn read<T: RemoteObject>(call: &Call<'_, Context>, listed: &Record<T>) -> Found<T> {
    let key = &listed.key;
    match whole(call, listed, &options(call)).await {
        Ok(record) => {
            unreadable::refuse(Verb::Find, &record)?;
            let mut state = record.state(&T::identified(listed));
            T::add_listed(listed, &mut state);
            shown_once::hide::<T>(&mut state);
            Ok(Some((T::display_name(listed), state)))
        }
        Err(error) if error.is_not_found() && !presence::is_about_the_account(&error) => Ok(None),
        Err(error) => Err(T::NOUN.failed(Verb::Find, key, &error)),
    }
}
