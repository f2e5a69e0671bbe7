//! Resources layer: the arguments and results of a `wavix_api_key`, their
//! documentation, and the model of it.

use std::collections::BTreeMap;

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::framework::resource::DEFAULT_TIMEOUT;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::timeouts::{self, Timeouts};
use crate::framework::validators::{because, each, ipv4, keys_of, non_empty, one_of};
use crate::lifecycle::compare::same_label;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

/// What a key may be granted: the API's names, which are those of its fields.
pub(super) const SCOPES: [&str; 13] = [
    "numbers",
    "trunks",
    "calls",
    "messages",
    "recordings",
    "campaigns",
    "two_fa",
    "validator",
    "webhooks",
    "embeddable",
    "billing",
    "account",
    "subaccounts",
];

/// What a scope grants that is not listed.
pub(super) const NONE: &str = "none";

const DESCRIPTION: &str = "An API key of the account: who may use the Wavix API, from where, and for what. Give each \
    environment a key of its own, with the scopes it needs and from the addresses it has.\n\n\
    Manage keys with a key that is not managed here, has full access, and is not restricted to scopes: a key that is \
    restricted to scopes cannot manage keys. The provider refuses to destroy or deactivate the key that it runs on.\n\n\
    Nothing but `-replace`, and what the configuration says with `replace_triggered_by`, makes another key: every \
    argument is changed in place, and `value` stays. To rotate a key, replace it with `create_before_destroy`, so that \
    both keys work while its users switch.\n\n\
    When the answer to the request that creates a key is lost, the key is looked for and adopted, never requested a \
    second time. If Wavix does not show its `value` any more, that is lost for good: a key that nobody has used is then \
    saved as tainted, and the next apply replaces it.";

/// The schema.
pub(super) fn schema() -> Schema {
    let scopes = SCOPES.map(|scope| format!("`{scope}`")).join(", ");
    Schema {
        version: 0,
        description: DESCRIPTION.to_owned(),
        attributes: vec![
            Attribute::string("id")
                .computed()
                .keep_state()
                .describe("Identifier of the key at Wavix, a decimal number as text. Also the import id.")
                .as_result("Identifier of the key at Wavix, a decimal number as text."),
            Attribute::string("label")
                .required()
                .same_meaning(same_label)
                .validate(non_empty())
                .describe(
                    "Name of the key, for people. Not necessarily unique. Blanks at its ends make no difference.",
                )
                .as_result("Name of the key, for people. Not necessarily unique."),
            Attribute::bool("active")
                .default_value(Value::Bool(true))
                .describe("Whether the key works. Requests with one that does not get 401. Default `true`.")
                .as_result("Whether the key works."),
            Attribute::of("permitted_ips", Type::set(Type::String))
                .validate(each(ipv4()))
                .validate(because(
                    "must have an address",
                    "The key would work from no address, so nobody could use it. Leave `permitted_ips` out for a key \
                     that works from everywhere; set `active = false` for one that is not to work.",
                    |value| !matches!(value, Value::Set(items) if items.is_empty()),
                ))
                .describe(
                    "Addresses from which the key works: single IPv4 addresses, no networks. Requests from others get \
                     401. Left out, the key works from everywhere.",
                )
                .as_result(
                    "Addresses from which the key works. Null when it works from everywhere; empty when it works from \
                     nowhere.",
                ),
            Attribute::of("scopes", Type::map(Type::String))
                .same_meaning(same_access)
                .validate(keys_of("scope", &SCOPES))
                .validate(each(one_of(&[NONE, "read", "write"])))
                .validate(because(
                    "must grant `read` or `write` to a scope",
                    "The key could do nothing. Leave `scopes` out for a key that may do everything; set \
                     `active = false` for one that is not to work.",
                    |value| !matches!(value, Value::Map(entries) if entries.values().all(is_no_access)),
                ))
                .describe(format!(
                    "What the key may do: `read` or `write`, which includes it, for each of {scopes}. What is not \
                     listed is `none`. Left out, the key may do everything, which includes managing keys."
                ))
                .as_result(
                    "What the key may do: `read` or `write` for each scope that it has. Null when it may do \
                     everything; empty when it may do nothing.",
                ),
            Attribute::string("value").computed().keep_state().sensitive().describe(
                "The key itself, which requests present. Wavix may show it only when it is created; the state then \
                 keeps it. Null after an import for which Wavix does not show it.",
            ),
            Attribute::string("created_at")
                .computed()
                .keep_state()
                .describe("When the key was created: ISO 8601, UTC, as sent by Wavix."),
        ],
        blocks: vec![timeouts::block(|_| DEFAULT_TIMEOUT)],
        ..Schema::default()
    }
}

/// What a map of scopes grants of one.
pub(super) fn granted<'a>(scopes: &'a Value, name: &str) -> &'a str {
    scopes.get(name).and_then(Value::as_str).unwrap_or(NONE)
}

fn is_no_access(access: &Value) -> bool {
    access.is_null() || access.as_str() == Some(NONE)
}

/// Whether two known maps of scopes grant the same: what is not listed is `none`.
fn same_access(a: &Value, b: &Value) -> bool {
    SCOPES.iter().all(|name| granted(a, name) == granted(b, name))
}

crate::object! {
    /// Configuration, plan and state of a `wavix_api_key`. Null by default.
    #[derive(Default)]
    pub struct ApiKeyModel {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `label`.
        pub label: Attr<String>,
        /// API `active`, once `is_active`.
        pub active: Attr<bool>,
        /// API `permitted_ips` where `restricted` is true.
        pub permitted_ips: Attr<SetOf<Attr<String>>>,
        /// The API's scopes where `scopes_enabled` is true.
        pub scopes: Attr<BTreeMap<String, Attr<String>>>,
        /// API `value`.
        pub value: Attr<Secret>,
        /// API `created_at`, as sent.
        pub created_at: Attr<String>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}
