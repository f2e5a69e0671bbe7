//! What there is to say of a call webhook, its arguments included.
//!
//! Source of all fields: the Wavix OpenAPI document, `/v1/calls/webhooks`.

use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use crate::framework::object::Attr;
use crate::framework::resource::DEFAULT_TIMEOUT;
use crate::framework::schema::{Attribute, Schema, Validator};
use crate::framework::timeouts::{self, Timeouts};
use crate::framework::validators::{http_url, one_of};
use crate::lifecycle::natural::Placed;
use crate::lifecycle::noun::{Arguments, Noun};
use crate::lifecycle::object::{DeleteBy, Key, ListShape, ReadBy, Reading, RemoteObject};
use crate::lifecycle::record::Record;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use super::{CallWebhook, url};

const DESCRIPTION: &str = "Manages a call webhook: the URL to which Wavix sends call events. An account has one \
    webhook for each event type, so two environments cannot share an account: use a sub-account for each.\n\nA \
    webhook with the configured URL is adopted. A webhook with another URL is an error, unless `overwrite` is true. A \
    change of `url` is made in place. If Wavix does not support that, the provider deletes the old URL and sets the \
    new one; events between the two requests are lost. If setting the new one fails, it restores the old one. \
    Destroying the resource does not delete a URL that was changed outside Terraform.\n\nWavix does not sign its \
    requests. The provider function for callback source IPs lists the addresses from which it sends them.";

crate::object! {
    /// Configuration, plan and state of a `wavix_call_webhook`. Null by default.
    #[derive(Default)]
    pub struct CallWebhookModel {
        /// API `event_type`: the slot.
        pub event_type: Attr<String>,
        /// API `url`.
        pub url: Attr<String>,
        /// Whether a URL that somebody else put there may be replaced.
        pub overwrite: Attr<bool>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}

impl RemoteObject for CallWebhook {
    type Model = CallWebhookModel;

    const NOUN: Noun = Noun {
        type_name: "wavix_call_webhook",
        name: "call webhook",
        short: "webhook",
        scope: Some("webhooks"),
        arguments: Arguments::Of(Self::schema),
        words: &[],
        list: "wavix_call_webhooks",
        adopt: Some(
            "The next apply first checks the current URL, and adopts it if it is the configured one.",
        ),
    };
    const ROUTE: &'static str = "/v1/calls/webhooks";
    const LIST: ListShape = ListShape::Array;
    const READ: ReadBy = ReadBy::List;
    const DELETE: DeleteBy = DeleteBy::Query("event_type");
    const KEY: Key = Key::Natural("event_type");
    const LABEL: &'static str = "event_type";
    const UNTOLD: &'static [&'static str] = &["overwrite"];

    fn schema() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
            Schema {
            version: 0,
            description: DESCRIPTION.to_owned(),
            attributes: vec![
                Attribute::string("event_type")
                    .required()
                    .requires_replace()
                    .validate(one_of(&["on-call", "post-call"]))
                    .describe(
                        "Type of the events. `on-call`: in real time, when a call starts, is answered or ends. \
                         `post-call`: once for each ended call, with its disposition, duration and cost. A change \
                         replaces the webhook. Also the import ID.",
                    )
                    .as_result("Type of the events: `on-call` or `post-call`."),
                Attribute::string("url").required().validate(http_url()).describe(format!(
                    "URL to which Wavix sends the events. The value {}. Use `https`. Stored and shown in plain text, \
                     so it must not contain credentials.",
                    http_url().rule()
                )).as_result("URL to which Wavix sends the events."),
                Attribute::bool("overwrite").default_value(Value::Bool(false)).describe(
                    "Whether to replace an existing URL that this resource did not set. If `false`, it is an error. \
                     Default: `false`. Not sent to Wavix.",
                ),
            ],
            blocks: vec![timeouts::block(|_| DEFAULT_TIMEOUT)],
            ..Schema::default()
        }
        });
        &SCHEMA
    }

    /// What has no URL is no webhook, and must not pass for the one of the state.
    fn decode(attribute: &str, fields: &Map<String, Json>) -> Reading {
        let text = fields.get(attribute).and_then(Json::as_str);
        if attribute == "url" && text.is_none_or(str::is_empty) {
            return Reading::Odd("expected a URL");
        }
        Reading::AsSchema
    }

    /// After an import.
    fn refine(_: &Record<Self>, _: &CallWebhookModel, found: &mut CallWebhookModel) {
        if found.overwrite.is_null() {
            found.overwrite = Attr::Known(false);
        }
    }

    fn summarize(listed: &[&Record<Self>]) -> Option<(Attribute, Value)> {
        let urls = Attribute::of("urls", Type::map(Type::String)).computed();
        let urls =
            urls.describe("Map of event types to URLs. If an event type has several URLs, the first one.");
        // Of two of one event, the one that is put in last stays.
        let by_event = listed.iter().rev();
        let by_event = by_event.filter_map(|hook| Some((&hook.key, Value::string(hook.text("url")?))));
        Some((urls, Value::map(by_event)))
    }
}

impl Placed for CallWebhook {
    const VALUE: &'static str = "url";
    const BETWEEN: &'static str = " Events between the two requests are lost.";

    fn shown(value: &str) -> String {
        url::shown(value)
    }
}
