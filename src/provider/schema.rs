//! The arguments of the `provider` block and their documentation. What their values come to
//! is decided in `settings`.

use crate::framework::schema::{Attribute, Schema};
use crate::protocol::types::Type;

/// The schema of the `provider` block.
pub(super) fn schema() -> Schema {
    Schema {
        description: "Manages SIP trunks, phone numbers, webhooks and API keys of \
                      [Wavix](https://wavix.com).\n\nEach argument can be omitted and set with an environment \
                      variable instead: `WAVIX_` followed by the name of the argument in capitals. The argument takes \
                      precedence over the variable. Null and an empty string count as not set."
            .to_owned(),
        attributes: vec![
            Attribute::string("api_key").sensitive().describe(
                "API key of the Wavix account. Prefer its environment variable to the configuration. SIP trunks need \
                 the scope `trunks:write`, their data sources `trunks:read`; the checks of the account and its limits \
                 need `account:read`.",
            ),
            Attribute::string("base_url").describe(
                "Base URL of the API. Must use `https`; `http` is accepted only for this machine. Defaults to \
                 `https://api.wavix.com`.",
            ),
            Attribute::string("auth_scheme").describe(
                "How the API key is sent: `bearer` in a header, or `appid` in the query string, which Wavix has \
                 deprecated. Defaults to `bearer`.",
            ),
            Attribute::string("request_timeout").describe(
                "Timeout of a single request attempt, such as `30s` or `1m30s`. The `timeouts` block of a resource \
                 sets the timeout of an operation, including retries. Defaults to `30s`.",
            ),
            Attribute::number("max_retries").describe(
                "Maximum number of retries after a temporary failure, from `0` to `100`. A request that creates an \
                 object is retried only if it certainly did not reach Wavix. Defaults to `4`.",
            ),
            Attribute::number("requests_per_second").describe(
                "Maximum number of requests per second, evenly spaced; may be a fraction. Defaults to no limit.",
            ),
            Attribute::number("max_concurrent_requests").describe(
                "Maximum number of concurrent requests, from `1` to `1024`. Defaults to `10`, the default \
                 parallelism of Terraform.",
            ),
            Attribute::string("http_proxy").sensitive().describe(
                "URL of the proxy, `http://` or `https://`, with user name and password if it requires them. \
                 Defaults to the standard proxy environment variables.",
            ),
            Attribute::string("ca_bundle").describe(
                "Path of a PEM file with CA certificates to trust in addition to those of the system, for example \
                 for a proxy that inspects TLS.",
            ),
            Attribute::of("allowed_account_ids", Type::set(Type::String)).describe(
                "IDs of the Wavix accounts that the provider may use. With an API key of another account, it reads \
                 and changes nothing. Requires the scope `account:read`. In the environment variable, separate the \
                 IDs with commas. Defaults to any account.",
            ),
            Attribute::bool("skip_account_limit_checks").describe(
                "Whether to skip the comparison of call limits with the limits of the account during the plan. The \
                 comparison needs the scope `account:read`, and is skipped without it. Defaults to `false`.",
            ),
            Attribute::string("user_agent_suffix").describe(
                "Text to append to the `User-Agent` header.",
            ),
        ],
        ..Schema::default()
    }
}
