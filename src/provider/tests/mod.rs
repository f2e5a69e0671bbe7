//! The provider layer by itself: every argument from every source, and a real
//! client against a simulated API.

mod arguments;
mod configuring;

use crate::client::ClientSettings;
use crate::framework::object::{Mapped, Object};
use crate::framework::provider::Host;
use crate::framework::schema_rules;
use crate::protocol::value::Value;

use super::WavixProvider;
use super::environment::Environment;
use super::model::ProviderModel;
use super::settings::{self, Resolved};

/// A `provider` block with these arguments.
fn block(arguments: &[(&str, Value)]) -> ProviderModel {
    for (name, _) in arguments {
        assert!(ProviderModel::ATTRIBUTES.contains(name), "no argument {name}");
    }
    ProviderModel::from_value(&Value::map(arguments.iter().cloned())).unwrap()
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::from_pairs(variables.iter().copied())
}

fn resolve(arguments: &[(&str, Value)], variables: &[(&str, &str)]) -> Resolved {
    settings::resolve(&block(arguments), &environment(variables), &Host { version: "1.14.0".to_owned() })
}

/// What an argument came to, as text.
fn outcome(argument: &str, resolved: &Resolved) -> String {
    let client: &ClientSettings = &resolved.client;
    match argument {
        "api_key" => client.api_key.expose().to_owned(),
        "base_url" => client.base_url.clone(),
        "auth_scheme" => format!("{:?}", client.auth_scheme),
        "request_timeout" => format!("{:?}", client.request_timeout),
        "max_retries" => client.max_retries.to_string(),
        "requests_per_second" => format!("{:?}", client.requests_per_second),
        "max_concurrent_requests" => client.max_concurrent_requests.to_string(),
        "http_proxy" => client.http_proxy.as_ref().map_or("none", |proxy| proxy.expose()).to_owned(),
        "ca_bundle" => resolved.ca_bundle.clone().unwrap_or("none".to_owned()),
        "allowed_account_ids" => format!("{:?}", resolved.allowed_account_ids),
        "skip_account_limit_checks" => resolved.skip_account_limit_checks.to_string(),
        "user_agent_suffix" => client.user_agent.split("wavix/wavix)").nth(1).unwrap().to_owned(),
        _ => panic!("{argument} has no outcome here"),
    }
}

#[test]
fn no_schema_of_the_provider_breaks_a_rule() {
    assert_eq!(
        schema_rules::of_provider(&WavixProvider::new(Environment::new(|_| None))),
        Vec::<String>::new()
    );
}
