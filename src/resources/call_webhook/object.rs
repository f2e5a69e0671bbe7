//! Resources layer: what there is to say of a call webhook, its arguments included.
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

const DESCRIPTION: &str = "A call webhook: the URL to which Wavix reports the account's calls, one for each kind of \
    event. There is one such slot per account and event, so two environments cannot both have it: give each a \
    sub-account.\n\n\
    A slot is looked at before it is written. One that holds the configured URL already is adopted without a request; \
    one that holds another URL is refused, unless `overwrite` is true. A change of `url` replaces the URL in place. \
    Where Wavix refuses that, the old URL is deleted and the new one set: events between the two requests are lost. If \
    the second of them fails, the old URL is put back, and the error says which URL is in force. Destroying leaves a URL \
    alone that somebody else has put into the slot.\n\n\
    Wavix does not sign its requests. They come from the addresses of the function `callback_source_ips`.";

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
        adopt: Some("The next apply looks at the slot first, and adopts the URL if it is there."),
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
                        "What is reported. `on-call`: a call that starts, is answered or ends, in real time. `post-call`: \
                         each ended call once, with its disposition, duration and cost. Another value replaces the \
                         webhook. Also the import id.",
                    )
                    .as_result("What is reported: `on-call` or `post-call`."),
                Attribute::string("url").required().validate(http_url()).describe(format!(
                    "Where it is reported to: the value {}. Use `https`. Stored and shown in plain text, so keep \
                     credentials out of it.",
                    http_url().rule()
                )).as_result("Where it is reported to."),
                Attribute::bool("overwrite").default_value(Value::Bool(false)).describe(
                    "Whether a URL that is in the slot and is not this resource's may be replaced. Default `false`: it is an \
                     error. Not sent to Wavix.",
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
            return Reading::Odd("a URL was expected, and none came");
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
        let urls = urls.describe("The URL of each event, by its `event_type`. Of several, the first.");
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
