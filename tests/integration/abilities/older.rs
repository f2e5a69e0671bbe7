//! What a Terraform from before an ability asks: nothing of it, and what it
//! cannot keep safe is refused with the version that can.

use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::value::Value;
use wavix_sim::Sim;

use super::{Bench, TRUNK, encode, one_error, trunk, trunk_type};

async_trials![a_write_only_password_needs_a_core_that_knows_it, a_trunk_without_it_is_planned_for_any_core,];

/// Validates as a Terraform that sends these capabilities.
async fn validated(config: &Value, client_capabilities: Option<ClientCapabilities>) -> Vec<Diagnostic> {
    let mut bench = Bench::unconfigured(Sim::start().await).await;
    let request = validate_resource_config::Request {
        type_name: TRUNK.to_owned(),
        config: Some(encode(config, &trunk_type())),
        client_capabilities,
    };
    bench.provider.validate_resource_config(request).await.unwrap().into_inner().diagnostics
}

/// None at all before 1.8, and not this one before 1.11.
const OLDER: [Option<ClientCapabilities>; 2] = [
    None,
    Some(ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: false,
        store_planned_private: false,
        computed_blocks_allowed: false,
    }),
];

async fn a_write_only_password_needs_a_core_that_knows_it() {
    let config = trunk([
        ("label", Value::string("office")),
        ("callerid", Value::string("13137890021")),
        ("password_wo", Value::string("planted-PASSWORD")),
    ]);
    for capabilities in OLDER {
        let diagnostics = validated(&config, capabilities).await;
        let error = one_error(&diagnostics);
        assert!(error.contains("Terraform 1.11 or OpenTofu 1.11"), "{error}");
        assert!(error.contains("`password_wo`") && !error.contains("planted"), "{error}");
        // At the argument, Terraform would print its source line, and the password.
        assert_eq!(diagnostics[0].attribute, None, "it stands at the block");
    }
    let newer = ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() };
    assert_eq!(validated(&config, Some(newer)).await, []);
}

async fn a_trunk_without_it_is_planned_for_any_core() {
    let config = trunk([
        ("label", Value::string("office")),
        ("callerid", Value::string("13137890021")),
        ("password", Value::string("a password")),
    ]);
    for capabilities in OLDER {
        assert_eq!(validated(&config, capabilities).await, []);
    }
}
