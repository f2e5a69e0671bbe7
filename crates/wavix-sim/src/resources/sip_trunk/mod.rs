//! `/v1/trunks`: SIP trunks, and what is theirs alone in the order the API checks things: fields, rules.

mod portal;
mod representation;
mod request;
mod rules;
mod seed;
mod trunk;

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use serde_json::Value;

use crate::{
    accounts::Holdings,
    answer::{NOT_PROVISIONED, RECORD_NOT_FOUND, Refusal, Verdict},
    behaviour::{Behaviour, NotFoundText, RoutedTrunk},
    collection::{Collection, arrange},
    secret::Secret,
    shared::Shared,
};

use super::{
    body::Fields,
    object::{self, Change, Create, Listing, Object},
    phone_number::Destination,
};

pub use trunk::{AllowedIp, HostRequest, Trunk};
pub(crate) use trunk::{Serials, access_token};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/v1/trunks", get(object::list::<Trunk>).post(object::create::<Trunk>)).route(
        "/v1/trunks/{id}",
        get(object::retrieve::<Trunk>).put(object::update::<Trunk>).delete(object::delete::<Trunk>),
    )
}

impl Object for Trunk {
    const FAMILY: &'static str = "trunks";
    const LISTING: Listing = Listing::Pages("sip_trunks");
    // The id of the vendor's examples.
    const FIRST_ID: i64 = 3107;

    fn id(&self) -> i64 {
        self.id
    }

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.trunks
    }

    fn detail(&self, behaviour: &Behaviour) -> Value {
        representation::detail(self, behaviour)
    }

    fn list_item(&self, behaviour: &Behaviour) -> Value {
        representation::list_item(self, behaviour)
    }

    fn vary(&mut self, behaviour: &Behaviour, turn: usize) {
        arrange(&mut self.allowed_ips, behaviour.allowed_ips_order, turn);
    }

    fn unread(_: &str, behaviour: &Behaviour) -> Refusal {
        Refusal::not_found(match behaviour.get_not_found {
            NotFoundText::RecordNotFound if behaviour.provides(Self::FAMILY) => RECORD_NOT_FOUND,
            _ => NOT_PROVISIONED,
        })
    }

    /// What becomes of the numbers that are routed to it is a knob.
    fn before_delete(id: i64, holdings: &mut Holdings, behaviour: &Behaviour) -> Verdict {
        let leads_to_it = |one: &Destination| one.trunk_id == Some(id);
        let numbers = &mut holdings.phone_numbers;
        let is_used = numbers.iter().any(|number| number.destination.iter().any(leads_to_it));
        match behaviour.numbers.routed_trunk_delete {
            RoutedTrunk::Rejected if is_used => {
                return Err(Refusal::unprocessable("SIP trunk is used as a destination of phone numbers"));
            }
            RoutedTrunk::Dropped => {
                numbers.iter_mut().for_each(|number| number.destination.retain(|one| !leads_to_it(one)));
            }
            RoutedTrunk::Dangling | RoutedTrunk::Rejected => {}
        }
        Ok(())
    }
}

impl Create for Trunk {
    const CREATED: StatusCode = StatusCode::CREATED;

    fn create(fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal> {
        let mut trunk = blank(behaviour);
        trunk.change(fields, behaviour, holdings)?;
        trunk.id = holdings.trunks.new_id();
        trunk.name = holdings.serials.new_login(trunk.id);
        trunk.access_token = behaviour.access_tokens.then(|| access_token(trunk.id));
        Ok(trunk)
    }
}

impl Change for Trunk {
    fn change(&mut self, fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Verdict {
        let write = request::parse(fields, behaviour)?;
        let Holdings { account, serials, phone_numbers, .. } = holdings;
        let is_owned = |digits: &str| {
            phone_numbers.iter().any(|owned| owned.number == digits && owned.status == "active")
        };
        rules::apply(self, write, behaviour, account, is_owned, || serials.new_ip_id())
    }
}

/// A trunk with every default and no identity yet.
fn blank(behaviour: &Behaviour) -> Trunk {
    Trunk {
        id: 0,
        name: String::new(),
        label: String::new(),
        password: Secret::new(""),
        callerid: None,
        multiple_numbers: false,
        passthrough: false,
        host: "dynamic".to_owned(),
        host_request: None,
        status: "active".to_owned(),
        ip_restrict: false,
        allowed_ips: Vec::new(),
        didinfo_enabled: true,
        call_restrict: false,
        call_limit: None,
        cost_limit: false,
        max_call_cost: None,
        channels_restrict: false,
        max_channels: None,
        rewrite_enabled: false,
        rewrite_prefix: None,
        rewrite_cond: None,
        call_recording_enabled: false,
        machine_detection_enabled: false,
        transcription_enabled: false,
        transcription_threshold: 6,
        encrypted_media: false,
        access_token: None,
        talk_time: 0,
        charge: "0.0".to_owned(),
        created_at: behaviour.creation_time(),
    }
}
