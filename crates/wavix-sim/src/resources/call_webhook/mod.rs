//! `/v1/calls/webhooks`: where the account's calls are told of, one slot for each kind of event. No id, no update.

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use serde_json::{Value, json};

use crate::{
    accounts::{Holdings, Portal, without_lag},
    answer::{RECORD_NOT_FOUND, Refusal},
    behaviour::{Behaviour, EmptySlot, SecondPost},
    collection::Collection,
    shared::Shared,
};

use super::{
    body::{Fields, absolute_url, text},
    call::NamedValues,
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

impl Object for CallWebhook {
    const FAMILY: &'static str = "webhooks";
    const LISTING: Listing = Listing::Array;
    const FIRST_ID: i64 = 1;

    fn id(&self) -> i64 {
        self.id
    }

    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        &mut holdings.webhooks
    }

    fn detail(&self, _: &Behaviour) -> Value {
        json!({ "event_type": self.event_type, "url": self.url })
    }

    /// Those in the slot that is named.
    fn chosen(query: &NamedValues, holdings: &Holdings, behaviour: &Behaviour) -> Result<Vec<i64>, Refusal> {
        let event = query.first("event_type").and_then(|name| event_type(&name.into()));
        let event = event.ok_or_else(|| Refusal::invalid_parameter("event_type"))?;
        let in_slot = holdings.webhooks.iter().filter(|webhook| webhook.event_type == event);
        let ids: Vec<i64> = in_slot.map(Self::id).collect();
        match behaviour.webhook_empty_delete {
            EmptySlot::Rejected if ids.is_empty() => Err(Refusal::unprocessable("Webhook does not exist")),
            EmptySlot::NotFound if ids.is_empty() => Err(Refusal::not_found(RECORD_NOT_FOUND)),
            _ => Ok(ids),
        }
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
        let is_refused = behaviour.webhook_second_post == SecondPost::Rejected && webhooks.iter().any(taken);
        Refusal::unprocessable_if(&[(is_refused, "Event type has already been taken")])?;
        if behaviour.webhook_second_post == SecondPost::Replaces {
            webhooks.remove_all(taken, behaviour);
        }
        Ok(Self { id: webhooks.new_id(), event_type, url })
    }

    fn created(&self, _: &Behaviour) -> Value {
        json!({ "success": true, "event_type": self.event_type, "url": self.url })
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    type Webhook = CallWebhook;
    let slots = get(object::list::<Webhook>).post(object::create::<Webhook>);
    Router::new().route("/v1/calls/webhooks", slots.delete(object::delete_chosen::<Webhook>))
}

fn event_type(value: &Value) -> Option<String> {
    text(value).filter(|text| EVENT_TYPES.contains(&text.as_str()))
}

/// Call webhooks.
impl Portal {
    /// The call webhooks, oldest first.
    pub fn webhooks(&self) -> Vec<CallWebhook> {
        self.all()
    }

    /// The URL in the slot of an event; the oldest, should there be several.
    pub fn webhook(&self, event_type: &str) -> Option<String> {
        self.one(|webhook: &CallWebhook| webhook.event_type == event_type).map(|webhook| webhook.url)
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
        self.remove(|webhook: &CallWebhook| webhook.event_type == event_type)
    }
}
