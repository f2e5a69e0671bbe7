//! What every route of the API does, whichever object it is about: scope, plan, existence, and the store. An object
//! says its fields, its rules and how it is shown; a route that is like no other is with its object.

use axum::{extract::Path, http::StatusCode, response::Response};
use serde_json::{Value, json};

use crate::{
    accounts::Holdings,
    answer::{NOT_PROVISIONED, RECORD_NOT_FOUND, Refusal, json_response, no_content},
    auth::Access,
    behaviour::{Behaviour, DeleteAnswer, EmptyList},
    collection::{Collection, Item},
};

use super::{body::Fields, call::Call, page::Page};

/// How a list is answered.
pub(crate) enum Listing {
    /// Page by page, under this name, beside `pagination`.
    Pages(&'static str),
    /// As a bare array, whole.
    Array,
}

/// A kind of object of the API.
pub(crate) trait Object: Item + Send + 'static {
    /// The family of routes, which is also the scope that a key needs.
    const FAMILY: &'static str;
    const LISTING: Listing;
    /// What a create answers.
    const CREATED: StatusCode;

    /// Where an account has them.
    fn collection(holdings: &mut Holdings) -> &mut Collection<Self>;

    /// The id that a path says.
    fn named(path: &str) -> Option<i64> {
        path.parse().ok()
    }

    /// A new one with an id, from the body of a create. It is not stored yet.
    fn create(fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal>;

    /// As it is shown alone.
    fn detail(&self, behaviour: &Behaviour) -> Value;

    /// As the answer of its create shows it.
    fn created(&self, behaviour: &Behaviour) -> Value {
        self.detail(behaviour)
    }

    /// As the list shows it.
    fn list_item(&self, behaviour: &Behaviour) -> Value {
        self.detail(behaviour)
    }

    /// Whether the list shows it, asked with this query.
    fn is_asked_for(&self, _query: &[(String, String)]) -> bool {
        true
    }

    /// What differs from read to read; `turn` counts the reads of the collection.
    fn vary(&mut self, _behaviour: &Behaviour, _turn: usize) {}

    /// Whether the key of the request may do this.
    fn permit(call: &Call, access: Access) -> Result<(), Refusal> {
        call.require(Self::FAMILY, access)
    }

    /// What a read of one that is not there is told, and of any when the account has not the service.
    fn unread(behaviour: &Behaviour) -> Refusal {
        provisioned::<Self>(behaviour).err().unwrap_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))
    }
}

/// An object that can be changed, by PUT or PATCH.
pub(crate) trait Change: Object {
    /// Changes a copy of the stored one; on refusal the copy is discarded.
    fn change(
        &mut self,
        fields: &Fields<'_>,
        behaviour: &Behaviour,
        holdings: &mut Holdings,
    ) -> Result<(), Refusal>;
}

pub(crate) fn provisioned<T: Object>(behaviour: &Behaviour) -> Result<(), Refusal> {
    if behaviour.provides(T::FAMILY) { Ok(()) } else { Err(Refusal::forbidden(NOT_PROVISIONED)) }
}

pub(crate) fn admitted<T: Object>(call: &Call, access: Access) -> Result<(), Refusal> {
    T::permit(call, access)?;
    provisioned::<T>(&call.behaviour)
}

pub(crate) async fn list<T: Object>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Read)?;
    let behaviour = &call.behaviour;
    let query = call.query_pairs()?;
    let fits = |item: &T| item.is_asked_for(&query);
    let show = |items: &[T]| items.iter().map(|item| item.list_item(behaviour)).collect::<Value>();
    let mut holdings = call.holdings();
    let items = T::collection(&mut holdings);
    let body = match T::LISTING {
        Listing::Array => show(&items.list(behaviour.list_order, fits, 0, usize::MAX).0),
        Listing::Pages(name) => {
            let page = Page::requested(call.query(), behaviour)?;
            let (items, total) = items.list(behaviour.list_order, fits, page.skip(), page.take());
            let shown = match behaviour.empty_list {
                EmptyList::Null if items.is_empty() => Value::Null,
                _ => show(&items),
            };
            json!({ name: shown, "pagination": page.of(total) })
        }
    };
    Ok(json_response(StatusCode::OK, &body))
}

pub(crate) async fn create<T: Object>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let body = call.object()?;
    let mut holdings = call.holdings();
    let item = T::create(&Fields(&body), &call.behaviour, &mut holdings)?;
    let answer = json_response(T::CREATED, &item.created(&call.behaviour));
    T::collection(&mut holdings).insert(item, &call.behaviour);
    Ok(answer)
}

pub(crate) async fn retrieve<T: Object>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    T::permit(&call, Access::Read)?;
    let behaviour = &call.behaviour;
    let id = T::named(&id).filter(|_| behaviour.provides(T::FAMILY));
    let found = id.and_then(|id| T::collection(&mut call.holdings()).read(id));
    let (mut item, turn) = found.ok_or_else(|| T::unread(behaviour))?;
    item.vary(behaviour, turn);
    Ok(json_response(StatusCode::OK, &item.detail(behaviour)))
}

pub(crate) async fn update<T: Change>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let mut holdings = call.holdings();
    let stored = T::named(&id).and_then(|id| T::collection(&mut holdings).get(id));
    let mut item = stored.cloned().ok_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))?;
    item.change(&Fields(&call.object()?), &call.behaviour, &mut holdings)?;
    let answer = json_response(StatusCode::OK, &item.detail(&call.behaviour));
    T::collection(&mut holdings).replace(item, &call.behaviour);
    Ok(answer)
}

pub(crate) async fn delete<T: Object>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let remove = |id| T::collection(&mut call.holdings()).remove(id, &call.behaviour);
    T::named(&id).and_then(remove).ok_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))?;
    Ok(deleted(&call.behaviour))
}

/// What a delete that was carried out answers.
pub(crate) fn deleted(behaviour: &Behaviour) -> Response {
    match behaviour.delete_answer {
        DeleteAnswer::Success => json_response(StatusCode::OK, &json!({ "success": true })),
        DeleteAnswer::NoContent => no_content(),
    }
}
