//! What every route of the API does, whichever object it is about: scope, plan, existence, and the store. An object
//! says its fields, its rules and how it is shown; a route that is like no other is with its object.

use axum::{extract::Path, http::StatusCode, response::Response};
use serde_json::{Map, Value, json};

use crate::{
    accounts::Holdings,
    answer::{NOT_PROVISIONED, RECORD_NOT_FOUND, Refusal, Verdict, json_response, no_content},
    auth::Access,
    behaviour::{Behaviour, DeleteAnswer, EmptyList, ProFeatures},
    collection::{self, Collection},
};

use super::{
    body::{Fields, list_of},
    call::{Call, NamedValues},
    page::Page,
};

/// How a list is answered.
pub(crate) enum Listing {
    /// Page by page, under this name, beside `pagination`.
    Pages(&'static str),
    /// As a bare array, whole.
    Array,
}

/// A kind of object of the API.
pub(crate) trait Object: Clone + Send + 'static {
    /// The family of routes, which is also the scope that a key needs.
    const FAMILY: &'static str;
    const LISTING: Listing;
    /// The id of the first one.
    const FIRST_ID: i64;

    fn id(&self) -> i64;

    /// Where an account has them.
    fn collection(holdings: &mut Holdings) -> &mut Collection<Self>;

    /// The id that a path says.
    fn named(path: &str) -> Option<i64> {
        path.parse().ok()
    }

    /// As it is shown alone.
    fn detail(&self, behaviour: &Behaviour) -> Value;

    /// As the list shows it.
    fn list_item(&self, behaviour: &Behaviour) -> Value {
        self.detail(behaviour)
    }

    /// Whether the list shows it, asked with this query.
    fn is_asked_for(&self, _query: &NamedValues) -> bool {
        true
    }

    /// What a list has beside its items, by name.
    fn beside_the_list() -> Value {
        json!({})
    }

    /// Makes a copy what a read shows of it now: what another object knows of it, and what has not settled.
    fn as_read(&mut self, _holdings: &Holdings) {}

    /// What differs from read to read; `turn` counts the reads of the collection.
    fn vary(&mut self, _behaviour: &Behaviour, _turn: usize) {}

    /// Whether the key of the request may do this.
    fn permit(call: &Call, access: Access) -> Verdict {
        call.require(Self::FAMILY, access)
    }

    /// What is said of one that is not there.
    fn missing(_id: &str, _behaviour: &Behaviour) -> Refusal {
        Refusal::not_found(RECORD_NOT_FOUND)
    }

    /// What a read of one that is not there is told, and of any when the account has not the service.
    fn unread(id: &str, behaviour: &Behaviour) -> Refusal {
        provisioned::<Self>(behaviour).err().unwrap_or_else(|| Self::missing(id, behaviour))
    }

    /// The ids of those that the query of a DELETE means.
    fn chosen(_: &NamedValues, _: &Holdings, _: &Behaviour) -> Result<Vec<i64>, Refusal> {
        Ok(Vec::new())
    }

    /// What the delete of one means for others, before it is carried out.
    fn before_delete(_id: i64, _holdings: &mut Holdings, _behaviour: &Behaviour) -> Verdict {
        Ok(())
    }

    /// Where one goes that is no longer the account's.
    fn leave(self, _holdings: &mut Holdings) {}
}

/// An object that a POST makes.
pub(crate) trait Create: Object {
    /// What it answers.
    const CREATED: StatusCode;

    /// A new one with an id, from the body of the request. It is not stored yet.
    fn create(fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal>;

    /// As the answer shows it.
    fn created(&self, behaviour: &Behaviour) -> Value {
        self.detail(behaviour)
    }
}

/// An object that can be changed, by PUT or PATCH.
pub(crate) trait Change: Object {
    /// Changes a copy of the stored one; on refusal the copy is discarded.
    fn change(&mut self, fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Verdict;

    /// As a server shows it that is behind in what settles later; this is what it was. And whether the answer of the
    /// change is behind, and how many reads after it.
    fn settling(&self, _before: Self, _behaviour: &Behaviour) -> (Self, bool, u32) {
        (self.clone(), false, 0)
    }
}

/// One that is listed whole has no other read.
impl<T: Object> collection::Item for T {
    const FIRST_ID: i64 = T::FIRST_ID;
    const READ_FROM_LIST: bool = matches!(T::LISTING, Listing::Array);

    fn id(&self) -> i64 {
        Object::id(self)
    }
}

fn provisioned<T: Object>(behaviour: &Behaviour) -> Verdict {
    if behaviour.provides(T::FAMILY) { Ok(()) } else { Err(Refusal::forbidden(NOT_PROVISIONED)) }
}

fn admitted<T: Object>(call: &Call, access: Access) -> Verdict {
    T::permit(call, access)?;
    provisioned::<T>(&call.behaviour)
}

pub(crate) async fn list<T: Object>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Read)?;
    let behaviour = &call.behaviour;
    let query = call.named_values()?;
    let fits = |item: &T| item.is_asked_for(&query);
    let show = |items: &[T]| items.iter().map(|item| item.list_item(behaviour)).collect::<Value>();
    let mut holdings = call.holdings();
    let mut listed = |skip, take| {
        let (mut items, total) = T::collection(&mut holdings).list(behaviour.list_order, fits, skip, take);
        items.iter_mut().for_each(|item| item.as_read(&holdings));
        (items, total)
    };
    let body = match T::LISTING {
        Listing::Array => show(&listed(0, usize::MAX).0),
        Listing::Pages(name) => {
            let page = Page::requested(call.query(), behaviour)?;
            let (items, total) = listed(page.skip(), page.take());
            let shown = match behaviour.empty_list {
                EmptyList::Null if items.is_empty() => Value::Null,
                _ => show(&items),
            };
            let mut body = json!({ name: shown, "pagination": page.of(total) });
            if let (Value::Object(body), Value::Object(beside)) = (&mut body, T::beside_the_list()) {
                body.extend(beside);
            }
            body
        }
    };
    Ok(json_response(StatusCode::OK, &body))
}

pub(crate) async fn create<T: Create>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let body = call.object()?;
    let mut holdings = call.holdings();
    let item = T::create(&Fields::of(&body), &call.behaviour, &mut holdings)?;
    let answer = json_response(T::CREATED, &item.created(&call.behaviour));
    T::collection(&mut holdings).insert(item, &call.behaviour);
    Ok(answer)
}

pub(crate) async fn retrieve<T: Object>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    T::permit(&call, Access::Read)?;
    let behaviour = &call.behaviour;
    let known = T::named(&id).filter(|_| behaviour.provides(T::FAMILY));
    let mut holdings = call.holdings();
    let found = known.and_then(|id| T::collection(&mut holdings).read(id));
    let (mut item, turn) = found.ok_or_else(|| T::unread(&id, behaviour))?;
    item.as_read(&holdings);
    item.vary(behaviour, turn);
    Ok(json_response(StatusCode::OK, &item.detail(behaviour)))
}

pub(crate) async fn update<T: Change>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let shown = changed::<T>(&call, &[id], || call.object())?;
    Ok(json_response(StatusCode::OK, &shown.into_iter().next().unwrap_or_default()))
}

/// Changes those that the body names, all of them or none.
pub(crate) async fn update_all<T: Change>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let mut fields = call.object()?;
    let ids = Fields::of(&fields).required("ids", list_of(|id: &Value| Some(id.as_i64()?.to_string())))?;
    fields.remove("ids");
    Ok(json_response(StatusCode::OK, &json!({ "items": changed::<T>(&call, &ids, || Ok(fields))? })))
}

/// Changes all of them or none, and shows them.
fn changed<T: Change>(
    call: &Call,
    ids: &[String],
    fields: impl FnOnce() -> Result<Map<String, Value>, Refusal>,
) -> Result<Vec<Value>, Refusal> {
    let behaviour = &call.behaviour;
    let mut holdings = call.holdings();
    let stored = |id: &String| {
        let found = T::named(id).and_then(|id| T::collection(&mut holdings).get(id));
        found.cloned().ok_or_else(|| T::missing(id, behaviour))
    };
    let before = ids.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    let fields = fields()?;
    let mut items = before.clone();
    for item in &mut items {
        item.change(&Fields::of(&fields), behaviour, &mut holdings)?;
    }
    let mut shown = Vec::new();
    for (item, before) in items.into_iter().zip(before) {
        let (settling, is_behind, reads) = item.settling(before, behaviour);
        let mut answer = if is_behind { settling.clone() } else { item.clone() };
        answer.as_read(&holdings);
        shown.push(answer.detail(behaviour));
        T::collection(&mut holdings).replace(item, behaviour);
        T::collection(&mut holdings).show(settling, reads, behaviour);
    }
    Ok(shown)
}

pub(crate) async fn delete<T: Object>(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let mut holdings = call.holdings();
    let known = T::named(&id).filter(|id| T::collection(&mut holdings).get(*id).is_some());
    let known = known.ok_or_else(|| T::missing(&id, &call.behaviour))?;
    T::before_delete(known, &mut holdings, &call.behaviour)?;
    Ok(deleted::<T>(&[known], &mut holdings, &call.behaviour))
}

/// Deletes those that the query means, all of them or none.
pub(crate) async fn delete_chosen<T: Object>(call: Call) -> Result<Response, Refusal> {
    admitted::<T>(&call, Access::Write)?;
    let query = call.named_values()?;
    let mut holdings = call.holdings();
    let ids = T::chosen(&query, &holdings, &call.behaviour)?;
    Ok(deleted::<T>(&ids, &mut holdings, &call.behaviour))
}

fn deleted<T: Object>(ids: &[i64], holdings: &mut Holdings, behaviour: &Behaviour) -> Response {
    remove::<T>(|item| ids.contains(&item.id()), holdings, behaviour);
    match behaviour.delete_answer {
        DeleteAnswer::Success => json_response(StatusCode::OK, &json!({ "success": true })),
        DeleteAnswer::NoContent => no_content(),
    }
}

/// Whether there was one.
pub(super) fn remove<T: Object>(
    is_meant: impl Fn(&T) -> bool,
    holdings: &mut Holdings,
    behaviour: &Behaviour,
) -> bool {
    let removed = T::collection(holdings).remove_all(is_meant, behaviour);
    let is_any = !removed.is_empty();
    removed.into_iter().for_each(|item| item.leave(holdings));
    is_any
}

/// What becomes of a feature that not every plan includes.
pub(crate) fn pro_feature(wanted: bool, behaviour: &Behaviour) -> Result<bool, Refusal> {
    match behaviour.pro_features {
        ProFeatures::Refused if wanted => {
            Err(Refusal::forbidden("Request failed. The feature is disabled for the account."))
        }
        ProFeatures::SilentlyOff => Ok(false),
        ProFeatures::Accepted | ProFeatures::Refused => Ok(wanted),
    }
}
