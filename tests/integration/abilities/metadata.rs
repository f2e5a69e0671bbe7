//! What the plugin says it has, before it is asked for any of it.

use std::collections::BTreeSet;

use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use wavix_sim::Sim;

use super::{Bench, TRUNK};

async_trials![the_names_are_those_of_the_schemas, everything_is_announced];

async fn the_names_are_those_of_the_schemas() {
    let mut bench = Bench::unconfigured(Sim::start().await).await;
    let names = bench.provider.get_metadata(get_metadata::Request {}).await.unwrap().into_inner();
    let request = get_provider_schema::Request {};
    let schemas = bench.provider.get_provider_schema(request).await.unwrap().into_inner();
    assert_eq!((&names.diagnostics[..], &schemas.diagnostics[..]), (&[][..], &[][..]));
    assert_eq!(names.server_capabilities, schemas.server_capabilities);
    macro_rules! same {
        ($($list:ident $field:ident $schemas:ident;)*) => {$(
            let listed: BTreeSet<_> = names.$list.iter().map(|entry| &entry.$field).collect();
            assert_eq!(listed, schemas.$schemas.keys().collect(), stringify!($list));
            assert_eq!(listed.len(), names.$list.len(), "each once");
        )*};
    }
    same! {
        resources type_name resource_schemas;
        data_sources type_name data_source_schemas;
        list_resources type_name list_resource_schemas;
        ephemeral_resources type_name ephemeral_resource_schemas;
        functions name functions;
        actions type_name action_schemas;
    }
}

async fn everything_is_announced() {
    let mut bench = Bench::unconfigured(Sim::start().await).await;
    let request = get_provider_schema::Request {};
    let schemas = bench.provider.get_provider_schema(request).await.unwrap().into_inner();
    let all = ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    };
    assert_eq!(schemas.server_capabilities, Some(all));
    assert!(schemas.list_resource_schemas[TRUNK].block.is_some());
    let request = get_resource_identity_schemas::Request {};
    let identities = bench.provider.get_resource_identity_schemas(request).await.unwrap().into_inner();
    let identified: BTreeSet<&str> = identities.identity_schemas.keys().map(String::as_str).collect();
    assert_eq!(
        identified,
        BTreeSet::from([
            TRUNK,
            "wavix_api_key",
            "wavix_call_webhook",
            "wavix_phone_number",
            "wavix_phone_number_routing"
        ])
    );
}
