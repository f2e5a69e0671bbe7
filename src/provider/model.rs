//! The configuration as Terraform sends it. No meaning yet: a number may be no whole
//! number, a text no URL.

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::object;
use crate::protocol::number::Number;

object! {
    /// A `provider "wavix"` block. The arguments are described in the schema.
    pub struct ProviderModel {
        /// The API key.
        pub api_key: Attr<Secret>,
        /// Root of the API.
        pub base_url: Attr<String>,
        /// `bearer` or `appid`.
        pub auth_scheme: Attr<String>,
        /// A length of time, for one attempt.
        pub request_timeout: Attr<String>,
        /// Attempts after the first one.
        pub max_retries: Attr<Number>,
        /// Requests per second.
        pub requests_per_second: Attr<Number>,
        /// Requests at once.
        pub max_concurrent_requests: Attr<Number>,
        /// URL; may hold a password.
        pub http_proxy: Attr<Secret>,
        /// Path of a PEM file.
        pub ca_bundle: Attr<String>,
        /// Decimal account ids.
        pub allowed_account_ids: Attr<SetOf<Attr<String>>>,
        /// Whether ceilings are left to the API.
        pub skip_account_limit_checks: Attr<bool>,
        /// End of the user agent.
        pub user_agent_suffix: Attr<String>,
    }
}
