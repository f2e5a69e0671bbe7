//! `/v1/numbers`: the phone numbers of the account and where their calls go. None is made here: numbers come from stock
//! and return to it.

mod number;
mod portal;
mod request;

use std::sync::Arc;

use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde_json::{Value, json};

use crate::{
    accounts::Holdings,
    answer::{RECORD_NOT_FOUND, Refusal, json_response},
    auth::Access,
    behaviour::{Behaviour, DestinationOrder, IdsEncoding, NumberNotFound, PatchReply, RoutedTrunk},
    collection::Collection,
    shared::Shared,
};

use super::{
    body::Fields,
    call::Call,
    object::{self, Listing, Object},
};

pub use number::{Destination, PhoneNumber};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/numbers", get(object::list::<PhoneNumber>).patch(patch_all).delete(release))
        .route("/v1/numbers/{id}", get(object::retrieve::<PhoneNumber>).patch(patch))
}

impl Object for PhoneNumber {
    const FAMILY: &'static str = "numbers";
    const LISTING: Listing = Listing::Pages("items");

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.phone_numbers
    }

    fn detail(&self, behaviour: &Behaviour) -> Value {
        let mut shown = self.clone();
        shown.added = behaviour.zoned(shown.added);
        shown.destination.sort_by_key(|destination| match behaviour.numbers.destination_order {
            DestinationOrder::Id => (destination.id, 0),
            DestinationOrder::Priority | DestinationOrder::Reversed => (destination.priority, destination.id),
        });
        if behaviour.numbers.destination_order == DestinationOrder::Reversed {
            shown.destination.reverse();
        }
        let mut view = json!(shown);
        if let Value::Object(view) = &mut view {
            view.remove("city_id");
            for (name, url) in
                [("sms_relay_url", &self.sms_relay_url), ("call_status_url", &self.call_status_url)]
            {
                behaviour.numbers.unset_url_answer.tell(view, name, url.as_deref());
            }
        }
        view
    }

    fn is_asked_for(&self, query: &[(String, String)]) -> bool {
        let asked = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let label = match asked("label_present") {
            Some(present) => self.label.is_some() == (present == "true"),
            None => asked("label").is_none_or(|label| self.label.as_deref() == Some(label)),
        };
        label
            && asked("search").is_none_or(|part| self.number.contains(part))
            && asked("city_id").is_none_or(|city| self.city_id.to_string() == city)
    }

    fn beside_the_list() -> Option<(&'static str, Value)> {
        let types = [
            (1, "id", "Proof of identity"),
            (2, "address", "Proof of address"),
            (3, "localaddress", "Proof of local address"),
        ];
        let types = types.map(|(id, name, title)| json!({ "id": id, "name": name, "title": title }));
        Some(("doc_types", types.into_iter().collect()))
    }

    fn as_read(&mut self, holdings: &mut Holdings) {
        if let Some(stored) = holdings.phone_numbers.get_mut(self.id) {
            (self.destination, self.sms_relay_url) = stored.seen();
        }
        self.label_trunks(&holdings.trunks);
    }

    fn missing(id: &str, behaviour: &Behaviour) -> Refusal {
        match behaviour.numbers.not_found {
            NumberNotFound::RecordNotFound => Refusal::not_found(RECORD_NOT_FOUND),
            NumberNotFound::DidWithId => Refusal::not_found(format!("DID with id={id} not found")),
            NumberNotFound::Html => {
                Refusal::not_found_page("<h1>The page you were looking for does not exist</h1>")
            }
        }
    }
}

async fn patch(Path(id): Path<String>, call: Call) -> Result<Response, Refusal> {
    object::admitted::<PhoneNumber>(&call, Access::Write)?;
    let fields = call.object()?;
    let shown = change(&call, &[id], &Fields(&fields), &[])?;
    Ok(json_response(StatusCode::OK, &shown.into_iter().next().unwrap_or_default()))
}

async fn patch_all(call: Call) -> Result<Response, Refusal> {
    object::admitted::<PhoneNumber>(&call, Access::Write)?;
    let fields = call.object()?;
    let fields = Fields(&fields);
    let ids = fields.required("ids", |sent| {
        sent.as_array()?.iter().map(|id| Some(id.as_i64()?.to_string())).collect::<Option<Vec<_>>>()
    })?;
    Ok(json_response(StatusCode::OK, &json!({ "items": change(&call, &ids, &fields, &["ids"])? })))
}

/// Changes all of them or none, and shows them.
fn change(call: &Call, ids: &[String], fields: &Fields<'_>, others: &[&str]) -> Result<Vec<Value>, Refusal> {
    let behaviour = &call.behaviour;
    let mut holdings = call.holdings();
    let stored = |id: &String| {
        let number = PhoneNumber::named(id).and_then(|id| holdings.phone_numbers.get(id));
        number.cloned().ok_or_else(|| PhoneNumber::missing(id, behaviour))
    };
    let before = ids.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    let mut changed = Vec::new();
    for number in &before {
        changed.push(request::changed(number, fields, others, behaviour, &mut holdings)?);
    }
    let mut shown = Vec::new();
    for (mut number, before) in changed.into_iter().zip(before) {
        holdings.phone_numbers.replace(number.clone(), behaviour);
        if behaviour.numbers.patch_reply == PatchReply::Stale {
            (number.destination, number.sms_relay_url) = (before.destination, before.sms_relay_url);
        }
        number.label_trunks(&holdings.trunks);
        shown.push(number.detail(behaviour));
    }
    Ok(shown)
}

/// DELETE gives back to stock what its query names, all or nothing.
async fn release(call: Call) -> Result<Response, Refusal> {
    object::admitted::<PhoneNumber>(&call, Access::Write)?;
    let behaviour = &call.behaviour;
    let query = call.query_pairs()?;
    let under = |name: &'static str| {
        let named = query.iter().filter(move |(key, _)| key == name);
        named.flat_map(|(_, value)| value.split(',')).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut ids = match behaviour.numbers.ids_encoding {
        IdsEncoding::Repeat | IdsEncoding::LastWins => under("ids"),
        IdsEncoding::Brackets => under("ids[]"),
        IdsEncoding::Both => [under("ids"), under("ids[]")].concat(),
    };
    if behaviour.numbers.ids_encoding == IdsEncoding::LastWins {
        ids = ids.pop().into_iter().collect();
    }
    let dids = under("dids");
    if ids.is_empty() == dids.is_empty() {
        return Err(Refusal::unprocessable("Missing or invalid parameter ids"));
    }
    let mut holdings = call.holdings();
    let named = |text: &String, is_id: bool| {
        let fits = |number: &&PhoneNumber| {
            if is_id { number.id.to_string() == *text } else { number.number == *text }
        };
        let found = holdings.phone_numbers.iter().find(fits).map(|number| number.id);
        found.ok_or_else(|| PhoneNumber::missing(text, behaviour))
    };
    let by_id = ids.iter().map(|id| named(id, true));
    let found = by_id.chain(dids.iter().map(|did| named(did, false))).collect::<Result<Vec<_>, _>>()?;
    for id in found {
        return_to_stock(&mut holdings, id, behaviour);
    }
    Ok(object::deleted(behaviour))
}

/// Whether there was one.
fn return_to_stock(holdings: &mut Holdings, id: i64, behaviour: &Behaviour) -> bool {
    let number = holdings.phone_numbers.remove(id, behaviour);
    let found = number.is_some();
    holdings.stock.extend(number.map(PhoneNumber::in_stock));
    found
}

/// What the delete of a trunk means for the numbers that are routed to it.
pub(crate) fn without_trunk(
    trunk: i64,
    holdings: &mut Holdings,
    behaviour: &Behaviour,
) -> Result<(), Refusal> {
    match behaviour.numbers.routed_trunk_delete {
        RoutedTrunk::Dangling => Ok(()),
        RoutedTrunk::Dropped => {
            for number in holdings.phone_numbers.iter_mut() {
                number.destination.retain(|destination| destination.trunk_id != Some(trunk));
            }
            Ok(())
        }
        RoutedTrunk::Rejected if holdings.phone_numbers.iter().any(|number| number.leads_to(trunk)) => {
            Err(Refusal::unprocessable("SIP trunk is used as a destination of phone numbers"))
        }
        RoutedTrunk::Rejected => Ok(()),
    }
}
