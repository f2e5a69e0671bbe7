//! `/v1/numbers`: the phone numbers of the account and where their calls go. None is made here.

mod number;

use std::sync::Arc;

use axum::{Router, routing::get};
use serde_json::{Map, Value, json};

use crate::{
    accounts::{Holdings, Portal},
    answer::{RECORD_NOT_FOUND, Refusal, Verdict},
    behaviour::{
        Behaviour, ClearedUrl, DestinationOrder, EmptyDestinations, IdsEncoding, LoginMismatch,
        NumberBehaviour, NumberNotFound, PatchReply, Priorities, SentDestinations, Tolerance,
    },
    collection::Collection,
    shared::Shared,
};

use super::{
    body::{Fields, absolute_url, boolean, is_e164, list_of, non_negative, nullable, object_of, text},
    call::NamedValues,
    object::{self, Change, Listing, Object, pro_feature},
    portal::Seed,
    sip_trunk::Trunk,
};

pub use number::{Destination, PhoneNumber};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let all = get(object::list::<PhoneNumber>).patch(object::update_all::<PhoneNumber>);
    Router::new()
        .route("/v1/numbers", all.delete(object::delete_chosen::<PhoneNumber>))
        .route("/v1/numbers/{id}", get(object::retrieve::<PhoneNumber>).patch(object::update::<PhoneNumber>))
}

impl Object for PhoneNumber {
    const FAMILY: &'static str = "numbers";
    const LISTING: Listing = Listing::Pages("items");
    // The id of one of the vendor's messages.
    const FIRST_ID: i64 = 1848;

    fn id(&self) -> i64 {
        self.id
    }

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.phone_numbers
    }

    fn detail(&self, behaviour: &Behaviour) -> Value {
        let mut shown = Self { added: behaviour.zoned(self.added.clone()), ..self.clone() };
        match behaviour.numbers.destination_order {
            DestinationOrder::Priority => {}
            DestinationOrder::Id => shown.destination.sort_by_key(|one| one.id),
            DestinationOrder::Reversed => shown.destination.reverse(),
        }
        let mut view = json!(shown);
        behaviour.numbers.unset_url_answer.tell(&mut view, &["sms_relay_url", "call_status_url"]);
        view.as_object_mut().map(|view| view.remove("city_id"));
        view
    }

    fn is_asked_for(&self, query: &NamedValues) -> bool {
        let is_labelled = match query.first("label_present") {
            Some(present) => self.label.is_some() == (present == "true"),
            None => query.admit("label", |label| self.label.as_deref() == Some(label)),
        };
        is_labelled
            && query.admit("search", |part| self.number.contains(part))
            && query.admit("city_id", |city| self.city_id.to_string() == city)
    }

    fn beside_the_list() -> Value {
        json!({ "doc_types": [
            { "id": 1, "name": "id", "title": "Proof of identity" },
            { "id": 2, "name": "address", "title": "Proof of address" },
            { "id": 3, "name": "localaddress", "title": "Proof of local address" },
        ] })
    }

    /// In the order in which they ring, each with the label that its trunk has now.
    fn as_read(&mut self, holdings: &Holdings) {
        self.destination.sort_by_key(|one| (one.priority, one.id));
        for one in &mut self.destination {
            let trunk = one.trunk_id.and_then(|id| holdings.trunks.get(id));
            one.trunk_label = trunk.map(|trunk| trunk.label.clone());
        }
    }

    fn missing(id: &str, behaviour: &Behaviour) -> Refusal {
        match behaviour.numbers.not_found {
            NumberNotFound::RecordNotFound => Refusal::not_found(RECORD_NOT_FOUND),
            NumberNotFound::DidWithId => Refusal::not_found(format!("DID with id={id} not found")),
            NumberNotFound::Html => Refusal::not_found_page(),
        }
    }

    /// By ids or by digits, not both.
    fn chosen(query: &NamedValues, holdings: &Holdings, behaviour: &Behaviour) -> Result<Vec<i64>, Refusal> {
        let ids = match behaviour.numbers.ids_encoding {
            IdsEncoding::Repeat => query.all(&["ids"]),
            IdsEncoding::Brackets => query.all(&["ids[]"]),
            IdsEncoding::Both => query.all(&["ids", "ids[]"]),
            IdsEncoding::LastWins => query.all(&["ids"]).pop().into_iter().collect(),
        };
        let dids = query.all(&["dids"]);
        let is_unclear = ids.is_empty() == dids.is_empty();
        Refusal::unprocessable_if(&[(is_unclear, "Missing or invalid parameter ids")])?;
        let name = |it: &Self| if dids.is_empty() { it.id.to_string() } else { it.number.clone() };
        let named = |text: &String| {
            let number = holdings.phone_numbers.iter().find(|it| name(it) == *text);
            number.map(|number| number.id).ok_or_else(|| Self::missing(text, behaviour))
        };
        ids.iter().chain(&dids).map(named).collect()
    }

    fn leave(self, holdings: &mut Holdings) {
        super::inventory::put_back(&self, holdings);
    }
}

impl Change for PhoneNumber {
    fn change(&mut self, fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Verdict {
        let (knobs, was) = (&behaviour.numbers, self.clone());
        fields.set("sms_enabled", boolean, &mut self.sms_enabled)?;
        fields.set("transcription_threshold", non_negative, &mut self.transcription_threshold)?;
        let recording = ("call_recording_enabled", &mut self.call_recording_enabled);
        for (name, feature) in [recording, ("transcription_enabled", &mut self.transcription_enabled)] {
            fields.set(name, boolean, feature)?;
            *feature = pro_feature(*feature, behaviour)?;
        }
        let sent = fields.optional("destinations", list_of(object_of(destination)))?;
        fields.set("sms_relay_url", url(knobs, &was.sms_relay_url), &mut self.sms_relay_url)?;
        fields.set("call_status_url", url(knobs, &was.call_status_url), &mut self.call_status_url)?;
        fields.known(behaviour)?;

        let is_closed = self.status != "active" && knobs.inactive_patch == Tolerance::Rejected;
        let has_new_sms = self.sms_enabled && !was.sms_enabled;
        let is_foreign = !["US", "CA"].contains(&self.country_short_name.as_str());
        let is_relayed = self.sms_relay_url.is_some() && self.sms_relay_url != was.sms_relay_url;
        Refusal::unprocessable_if(&[
            (is_closed, "Phone number is not active"),
            (has_new_sms && is_foreign, "Inbound SMS can only be activated on US and CA phone numbers"),
            (is_relayed && !self.sms_enabled, "Inbound SMS is not activated on the phone number"),
        ])?;

        let Some(sent) = sent else { return Ok(()) };
        match (sent.is_empty(), knobs.empty_destinations) {
            (true, EmptyDestinations::Rejected) => return Err(Refusal::invalid_parameter("destinations")),
            (true, EmptyDestinations::Ignored) => return Ok(()),
            _ => {}
        }
        if knobs.destinations_on_patch == SentDestinations::Replace || sent.is_empty() {
            self.destination.clear();
        }
        for one in sent {
            let one = one.reachable(knobs, &holdings.trunks)?;
            self.destination.push(Destination { id: holdings.phone_numbers.new_id(), ..one });
        }
        if knobs.priorities != Priorities::Kept {
            self.destination.sort_by_key(|one| one.priority);
            let first = i64::from(knobs.priorities == Priorities::RenumberedFrom1);
            (first..).zip(&mut self.destination).for_each(|(rank, one)| one.priority = rank);
        }
        Ok(())
    }

    fn settling(&self, before: Self, behaviour: &Behaviour) -> (Self, bool, u32) {
        let Self { destination, sms_relay_url, .. } = before;
        let is_stale = behaviour.numbers.patch_reply == PatchReply::Stale;
        (Self { destination, sms_relay_url, ..self.clone() }, is_stale, behaviour.numbers.settle_reads)
    }
}

/// Reads the URL that is to be there instead of the one that is there now; `None` is none.
fn url(knobs: &NumberBehaviour, now: &Option<String>) -> impl Fn(&Value) -> Option<Option<String>> {
    move |sent| match knobs.cleared_url {
        ClearedUrl::NullClears | ClearedUrl::BothClear if sent.is_null() => Some(None),
        ClearedUrl::EmptyClears | ClearedUrl::BothClear if sent == "" => Some(None),
        ClearedUrl::Ignored if sent.is_null() || sent == "" => Some(now.clone()),
        _ => absolute_url(sent).map(Some),
    }
}

/// With the right types; its id is given later.
fn destination(item: &Fields<'_>) -> Option<Destination> {
    let transport = |sent: &Value| sent.as_i64().filter(|transport| [1, 4, 5].contains(transport));
    Some(Destination {
        destination: item.required("destination", text).ok()?,
        priority: item.required("priority", non_negative).ok()?,
        transport: item.required("transport", transport).ok()?,
        trunk_id: item.optional("trunk_id", nullable(Value::as_i64)).ok()?.flatten(),
        ..Destination::default()
    })
}

impl Destination {
    /// One that calls can go to.
    fn reachable(self, knobs: &NumberBehaviour, trunks: &Collection<Trunk>) -> Result<Self, Refusal> {
        let target = self.destination.as_str();
        let is_uri = !target.is_empty() && !target.contains(char::is_whitespace);
        Refusal::unprocessable_if(&[
            (self.transport == 4 && !is_e164(target), "Destination must be a phone number in E.164 format"),
            (self.transport == 1 && !is_uri, "Destination must be a SIP URI"),
        ])?;
        if self.transport != 5 {
            return Ok(Self { trunk_id: None, ..self });
        }
        if self.trunk_id.is_none() && knobs.missing_trunk_id == Tolerance::Rejected {
            return Err(Refusal::invalid_parameter("destinations"));
        }
        let trunk = match (self.trunk_id, knobs.trunk_login_mismatch) {
            (None, _) | (_, LoginMismatch::LoginWins) => trunks.iter().find(|trunk| trunk.name == target),
            (Some(id), LoginMismatch::IdWins) => trunks.get(id),
            (Some(id), LoginMismatch::Rejected) => trunks.get(id).filter(|trunk| trunk.name == target),
        };
        let to = |trunk: &Trunk| Self { trunk_id: Some(trunk.id), destination: trunk.name.clone(), ..self };
        trunk.map(to).ok_or_else(|| Refusal::unprocessable("Destination must be a SIP trunk of the account"))
    }
}

impl Seed for PhoneNumber {
    /// One of the vendor's examples.
    fn usual(_: &Map<String, Value>) -> Value {
        json!({
            "activation_fee": "0.99", "monthly_fee": "0.99", "per_min": "0.01",
            "city": "DETROIT, MI", "city_id": 123, "country": "United States", "country_short_name": "US",
            "channels": 24, "domestic_cli": true, "status": "active", "seconds": "0",
            "added": "2023-04-10T06:42:59.000Z", "paid_until": "2027-01-10", "transcription_threshold": 6,
        })
    }

    fn seed(id: i64, fields: Value, holdings: &mut Holdings) -> Result<Self, String> {
        // The first number of the vendor's examples; those that are seeded without one follow it.
        const FIRST_NUMBER: i64 = 12_565_378_257;
        let mut number: Self = serde_json::from_value(fields).map_err(|error| error.to_string())?;
        number.id = id;
        if number.number.is_empty() {
            let free = (FIRST_NUMBER + id - Self::FIRST_ID..).map(|digits| digits.to_string());
            number.number = holdings.serials.first_free(free).unwrap_or_default();
        } else if holdings.phone_numbers.iter().any(|other| other.number == number.number) {
            return Err(format!("{} is taken", number.number));
        }
        holdings.serials.taken(&number.number);
        holdings.inventory.remove(&number.number);
        Ok(number)
    }
}

/// Phone numbers.
impl Portal {
    /// The phone numbers, by ascending id.
    pub fn phone_numbers(&self) -> Vec<PhoneNumber> {
        self.all()
    }

    /// The phone number with these digits.
    pub fn phone_number(&self, digits: &str) -> Option<PhoneNumber> {
        self.one(|number: &PhoneNumber| number.number == digits)
    }

    /// Gives the account a number without a request, and its id. The fields are those of the answer, all optional, and
    /// `city_id`. Nothing is checked but the types: a destination may lead nowhere.
    ///
    /// # Panics
    /// When a field is unknown or of the wrong type.
    pub fn add_phone_number(&self, fields: Value) -> i64 {
        self.seeded::<PhoneNumber>(fields)
    }

    /// Gives the account so many numbers that are alike.
    pub fn add_phone_numbers(&self, count: usize) {
        for _ in 0..count {
            self.add_phone_number(json!({}));
        }
    }

    /// Edits a number as somebody else would in the portal; `false` when there is none with these digits.
    pub fn edit_phone_number(&self, digits: &str, edit: impl FnOnce(&mut PhoneNumber)) -> bool {
        self.edit(|number| number.number == digits, edit)
    }
}
