//! `/v1/numbers`: the phone numbers of the account and where their calls go. None is made here: numbers come from stock
//! and return to it.

mod number;
mod portal;
mod routing;

use std::sync::Arc;

use axum::{Router, response::Response, routing::get};
use serde_json::{Value, json};

use crate::{
    accounts::Holdings,
    answer::{RECORD_NOT_FOUND, Refusal},
    auth::Access,
    behaviour::{Behaviour, DestinationOrder, IdsEncoding, NumberNotFound, RoutedTrunk},
    collection::Collection,
    shared::Shared,
};

use super::{
    call::Call,
    object::{self, Listing, Object},
};

pub use number::{Destination, PhoneNumber};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/numbers",
            get(object::list::<PhoneNumber>).patch(object::update_all::<PhoneNumber>).delete(release),
        )
        .route("/v1/numbers/{id}", get(object::retrieve::<PhoneNumber>).patch(object::update::<PhoneNumber>))
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
        let order = behaviour.numbers.destination_order;
        let place = |one: &Destination| if order == DestinationOrder::Id { 0 } else { one.priority };
        shown.destination.sort_by_key(|destination| (place(destination), destination.id));
        if order == DestinationOrder::Reversed {
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
        let types = json!([
            { "id": 1, "name": "id", "title": "Proof of identity" },
            { "id": 2, "name": "address", "title": "Proof of address" },
            { "id": 3, "name": "localaddress", "title": "Proof of local address" },
        ]);
        Some(("doc_types", types))
    }

    fn as_read(&mut self, holdings: &mut Holdings) {
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

/// DELETE gives back to stock what its query names, all or nothing.
async fn release(call: Call) -> Result<Response, Refusal> {
    object::admitted::<PhoneNumber>(&call, Access::Write)?;
    let (behaviour, query) = (&call.behaviour, call.query_pairs()?);
    let under = |names: &[&str]| {
        let named = query.iter().filter(|(name, _)| names.contains(&name.as_str()));
        named.flat_map(|(_, value)| value.split(',').map(str::to_owned)).collect::<Vec<_>>()
    };
    let (ids, dids) = match behaviour.numbers.ids_encoding {
        IdsEncoding::Repeat => (under(&["ids"]), under(&["dids"])),
        IdsEncoding::Brackets => (under(&["ids[]"]), under(&["dids"])),
        IdsEncoding::Both => (under(&["ids", "ids[]"]), under(&["dids"])),
        IdsEncoding::LastWins => (under(&["ids"]).pop().into_iter().collect(), under(&["dids"])),
    };
    if ids.is_empty() == dids.is_empty() {
        return Err(Refusal::unprocessable("Missing or invalid parameter ids"));
    }
    let mut holdings = call.holdings();
    let named = |text: &String| {
        let mut all = holdings.phone_numbers.iter();
        let found =
            all.find(|it| if dids.is_empty() { it.id.to_string() == *text } else { it.number == *text });
        found.map(|number| number.id).ok_or_else(|| PhoneNumber::missing(text, behaviour))
    };
    for id in ids.iter().chain(&dids).map(named).collect::<Result<Vec<_>, _>>()? {
        return_to_stock(&mut holdings, id, behaviour);
    }
    Ok(object::deleted(behaviour))
}

/// Whether there was one.
fn return_to_stock(holdings: &mut Holdings, id: i64, behaviour: &Behaviour) -> bool {
    let number = holdings.phone_numbers.remove(id, behaviour);
    holdings.stock.extend(number.clone());
    number.is_some()
}

/// What the delete of a trunk means for the numbers that are routed to it.
pub(crate) fn without_trunk(
    trunk: i64,
    holdings: &mut Holdings,
    behaviour: &Behaviour,
) -> Result<(), Refusal> {
    let knob = behaviour.numbers.routed_trunk_delete;
    for number in holdings.phone_numbers.iter_mut().filter(|number| number.leads_to(trunk)) {
        match knob {
            RoutedTrunk::Dangling => {}
            RoutedTrunk::Dropped => number.destination.retain(|one| one.trunk_id != Some(trunk)),
            RoutedTrunk::Rejected => {
                return Err(Refusal::unprocessable("SIP trunk is used as a destination of phone numbers"));
            }
        }
    }
    Ok(())
}
