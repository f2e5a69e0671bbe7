//! The arguments and results of a `wavix_api_key`, their documentation, and the model of
//! it.

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

const DESCRIPTION: &str = "Manages an API key of the account: its scopes and the addresses from which it works. Use \
    a separate key for each environment, with the scopes that it needs.\n\nManaging keys needs a key with full \
    access: a key that is restricted to scopes cannot manage keys. The provider does not destroy or deactivate the \
    key that it uses itself.\n\nAll arguments are changed in place, and the value of the key stays the same. To \
    rotate a key, replace it with `-replace` and the create-before-destroy lifecycle, so that both keys work until \
    its users have switched.\n\nIf the response to the create request is lost, the provider searches for the key and \
    adopts it, and does not create a second one. If Wavix no longer shows its `value`, an unused key is saved as \
    tainted, and the next apply replaces it.";

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
                .describe("ID of the key at Wavix, a decimal number as a string. Also the import id.")
                .as_result("ID of the key at Wavix, a decimal number as a string."),
            Attribute::string("label")
                .required()
                .same_meaning(same_label)
                .validate(non_empty())
                .describe(
                    "Display name of the key. Does not have to be unique. Leading and trailing spaces are ignored.",
                )
                .as_result("Display name of the key. Does not have to be unique."),
            Attribute::bool("active")
                .default_value(Value::Bool(true))
                .describe("Whether the key is active. Requests with an inactive key return 401. Default: `true`.")
                .as_result("Whether the key is active."),
            Attribute::of("permitted_ips", Type::set(Type::String))
                .validate(each(ipv4()))
                .validate(because(
                    "must contain an address",
                    "With an empty list the key works from no address. Omit `permitted_ips` for a key that works \
                     from any address; set `active = false` to disable the key.",
                    |value| !matches!(value, Value::Set(items) if items.is_empty()),
                ))
                .describe(
                    "Addresses from which the key works: single IPv4 addresses, no networks. Requests from other \
                     addresses return 401. If omitted, the key works from any address.",
                )
                .as_result(
                    "Addresses from which the key works. Null if it works from any address; empty if it works from \
                     none.",
                ),
            Attribute::of("scopes", Type::map(Type::String))
                .same_meaning(same_access)
                .validate(keys_of("scope", &SCOPES))
                .validate(each(one_of(&[NONE, "read", "write"])))
                .validate(because(
                    "must grant `read` or `write` to a scope",
                    "Without a scope the key has no access. Omit `scopes` for a key with full access; set `active = \
                     false` to disable the key.",
                    |value| !matches!(value, Value::Map(entries) if entries.values().all(is_no_access)),
                ))
                .describe(format!(
                    "Access of the key: `read` or `write`, which includes `read`, for any of {scopes}. Scopes that \
                     are not listed are `none`. If omitted, the key has full access, including the management of \
                     keys."
                ))
                .as_result(
                    "Access of the key: `read` or `write` for each of its scopes. Null if it has full access; empty \
                     if it has none.",
                ),
            Attribute::string("value").computed().keep_state().sensitive().describe(
                "Secret value of the key. Wavix may show it only at creation; the state keeps it. Null after an \
                 import if Wavix does not show it.",
            ),
            Attribute::string("created_at")
                .computed()
                .keep_state()
                .describe("Creation time of the key: ISO 8601, UTC, as sent by Wavix."),
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
