//! `/v1/calls/webhooks`: where the account's calls are told of, one slot for each kind of event. No id, no update.

use std::sync::Arc;

use axum::{Router, http::StatusCode, response::Response, routing::get};
use serde_json::{Value, json};

use crate::{
    accounts::{Holdings, Portal, without_lag},
    answer::Refusal,
    auth::Access,
    behaviour::{Behaviour, EmptySlot, SecondPost},
    collection::{Collection, Item},
    shared::Shared,
};

use super::{
    body::{Fields, absolute_url, text},
    call::Call,
    object::{self, Create, Listing, Object},
};

const EVENT_TYPES: [&str; 2] = ["post-call", "on-call"];

/// A call webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWebhook {
    /// The API shows none; its place in the order of creation.
    id: i64,
    /// `on-call` or `post-call`.
    pub event_type: String,
    /// An absolute `http` or `https` URL.
    pub url: String,
}

impl Item for CallWebhook {
    const FIRST_ID: i64 = 1;
    const READ_FROM_LIST: bool = true;

    fn id(&self) -> i64 {
        self.id
    }
}

impl Object for CallWebhook {
    const FAMILY: &'static str = "webhooks";
    const LISTING: Listing = Listing::Array;

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.webhooks
    }

    fn detail(&self, _: &Behaviour) -> Value {
        json!({ "event_type": self.event_type, "url": self.url })
    }
}

impl Create for CallWebhook {
    const CREATED: StatusCode = StatusCode::CREATED;

    fn create(fields: &Fields<'_>, behaviour: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal> {
        let url = fields.required("url", absolute_url)?;
        let event_type = fields.required("event_type", event_type)?;
        fields.known(behaviour)?;
        let webhooks = &mut holdings.webhooks;
        let taken = |webhook: &Self| webhook.event_type == event_type;
        match behaviour.webhook_second_post {
            SecondPost::Rejected if webhooks.iter().any(taken) => {
                return Err(Refusal::unprocessable("Event type has already been taken"));
            }
            SecondPost::Replaces => {
                webhooks.remove_all(taken, behaviour);
            }
            SecondPost::Rejected | SecondPost::Appends => {}
        }
        Ok(Self { id: webhooks.new_id(), event_type, url })
    }

    fn created(&self, _: &Behaviour) -> Value {
        json!({ "success": true, "event_type": self.event_type, "url": self.url })
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    let slots = get(object::list::<CallWebhook>).post(object::create::<CallWebhook>).delete(empty);
    Router::new().route("/v1/calls/webhooks", slots)
}

/// DELETE empties the slot that its query names.
async fn empty(call: Call) -> Result<Response, Refusal> {
    object::admitted::<CallWebhook>(&call, Access::Write)?;
    let named = call.query_pairs()?.into_iter().find(|(name, _)| name == "event_type");
    let event = named.and_then(|(_, value)| event_type(&value.into()));
    let event = event.ok_or_else(|| Refusal::invalid_parameter("event_type"))?;
    let in_slot = |webhook: &CallWebhook| webhook.event_type == event;
    let emptied = call.holdings().webhooks.remove_all(in_slot, &call.behaviour);
    match call.behaviour.webhook_empty_delete {
        EmptySlot::Rejected if emptied == 0 => Err(Refusal::unprocessable("Webhook does not exist")),
        EmptySlot::NotFound if emptied == 0 => Err(Refusal::not_found("Record not found")),
        _ => Ok(object::deleted(&call.behaviour)),
    }
}

fn event_type(value: &Value) -> Option<String> {
    text(value).filter(|text| EVENT_TYPES.contains(&text.as_str()))
}

/// Call webhooks.
impl Portal {
    /// The call webhooks, oldest first.
    pub fn webhooks(&self) -> Vec<CallWebhook> {
        self.holdings().webhooks.iter().cloned().collect()
    }

    /// The URL in the slot of an event; the oldest, should there be several.
    pub fn webhook(&self, event_type: &str) -> Option<String> {
        self.webhooks()
            .into_iter()
            .find(|webhook| webhook.event_type == event_type)
            .map(|webhook| webhook.url)
    }

    /// Puts a URL into the slot of an event as somebody else would in the portal, in place of what is there.
    pub fn set_webhook(&self, event_type: &str, url: &str) {
        self.remove_webhook(event_type);
        self.add_webhook(event_type, url);
    }

    /// Puts a URL into the slot of an event beside what is there, which the API may be unable to do.
    pub fn add_webhook(&self, event_type: &str, url: &str) {
        let webhooks = &mut self.holdings().webhooks;
        let id = webhooks.new_id();
        let webhook = CallWebhook { id, event_type: event_type.to_owned(), url: url.to_owned() };
        webhooks.insert(webhook, &without_lag());
    }

    /// Empties the slot of an event as somebody else would; `false` when it is empty.
    pub fn remove_webhook(&self, event_type: &str) -> bool {
        self.holdings().webhooks.remove_all(|webhook| webhook.event_type == event_type, &without_lag()) > 0
    }
}
