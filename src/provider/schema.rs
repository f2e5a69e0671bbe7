//! Provider layer: the arguments of the `provider` block and their
//! documentation. What their values come to is decided in `settings`.

use crate::framework::schema::{Attribute, Schema};
use crate::protocol::types::Type;

use super::precedence::variable;

/// The schema of the `provider` block.
pub(super) fn schema() -> Schema {
    Schema {
        description: "Manages SIP trunks of [Wavix](https://wavix.com). Every argument can be left out and set with \
                      an environment variable instead; the configuration comes before the environment, argument \
                      by argument, and null or an empty text counts as not set."
            .to_owned(),
        attributes: vec![
            argument(
                Attribute::string("api_key").sensitive(),
                "API key of the Wavix account. The resources of this provider need the scope `trunks:write`, its \
                 data sources `trunks:read`; `allowed_account_ids` and the account's limits need `account:read`. \
                 Keep it out of the configuration.",
            ),
            argument(
                Attribute::string("base_url"),
                "Root of the API. It must use `https`; plain `http` is accepted for this machine only. Defaults to \
                 `https://api.wavix.com`.",
            ),
            argument(
                Attribute::string("auth_scheme"),
                "How the key is sent: `bearer` in a header, or `appid` in the query, which Wavix has deprecated and \
                 which only old gateways need. Defaults to `bearer`.",
            ),
            argument(
                Attribute::string("request_timeout"),
                "Time allowed for one attempt of one request, such as `30s` or `1m30s`. How long a whole operation \
                 may take, retries included, is set in a resource's `timeouts` block. Defaults to `30s`.",
            ),
            argument(
                Attribute::number("max_retries"),
                "How often a request is sent again after a failure that may pass, from `0` to `100`. A request that \
                 creates something is sent again only if it certainly did not arrive. Defaults to `4`.",
            ),
            argument(
                Attribute::number("requests_per_second"),
                "Most requests to send per second, evenly spaced; may be a fraction. Defaults to no limit.",
            ),
            argument(
                Attribute::number("max_concurrent_requests"),
                "Most requests to have in flight at once, from `1` to `1024`. Defaults to `10`, which is as many \
                 operations as Terraform runs at once unless told otherwise.",
            ),
            argument(
                Attribute::string("http_proxy").sensitive(),
                "URL of the proxy to use, `http://` or `https://`, with user name and password if it wants any. \
                 Defaults to what `HTTPS_PROXY` and `NO_PROXY` say.",
            ),
            argument(
                Attribute::string("ca_bundle"),
                "Path of a PEM file with certificates to trust besides the system's, as a proxy that inspects TLS \
                 needs.",
            ),
            argument(
                Attribute::of("allowed_account_ids", Type::set(Type::String)),
                "Ids of the Wavix accounts that may be worked on. With a key of any other account nothing is read \
                 or changed. The key needs the scope `account:read`. In the environment, separate ids with commas. \
                 Defaults to any account.",
            ),
            argument(
                Attribute::bool("skip_account_limit_checks"),
                "Do not compare limits such as `max_channels` with those of the account during plan. The comparison \
                 needs the scope `account:read`, and is left out when the key lacks it. Defaults to `false`.",
            ),
            argument(
                Attribute::string("user_agent_suffix"),
                "Text to put at the end of the `User-Agent` header, before that of `TF_APPEND_USER_AGENT`.",
            ),
        ],
        ..Schema::default()
    }
}

fn argument(attribute: Attribute, description: &str) -> Attribute {
    let variable = variable(&attribute.name);
    attribute.describe(format!("{description} Environment variable: `{variable}`."))
}
