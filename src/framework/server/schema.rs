//! GetMetadata, GetProviderSchema, GetResourceIdentitySchemas. Terraform asks one process
//! of a command and believes it for all, so the answers depend on nothing but the program.

use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::protocol::encoded::Encoded;
use crate::protocol::proto::tfplugin6::{
    self, ServerCapabilities, get_metadata, get_provider_schema, get_resource_identity_schemas,
};

use super::catalog::Catalog;
use super::connection::Connection;

/// Deletions are planned too, and any process of a command can be asked
/// anything without having been asked for its schema.
const CAPABILITIES: ServerCapabilities = ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

pub(super) async fn get_metadata<P: Provider>(
    connection: Connection<P>,
    _: get_metadata::Request,
) -> Result<get_metadata::Response, Diagnostics> {
    let catalog = connection.catalog();
    let name = |name: &&'static str| (*name).to_owned();
    Ok(get_metadata::Response {
        server_capabilities: Some(CAPABILITIES),
        resources: catalog
            .resources
            .keys()
            .map(|key| get_metadata::ResourceMetadata { type_name: name(key) })
            .collect(),
        data_sources: catalog
            .data_sources
            .keys()
            .map(|key| get_metadata::DataSourceMetadata { type_name: name(key) })
            .collect(),
        list_resources: catalog
            .list_resources
            .keys()
            .map(|key| get_metadata::ListResourceMetadata { type_name: name(key) })
            .collect(),
        ephemeral_resources: catalog
            .ephemerals
            .keys()
            .map(|key| get_metadata::EphemeralResourceMetadata { type_name: name(key) })
            .collect(),
        functions: catalog
            .functions
            .keys()
            .map(|key| get_metadata::FunctionMetadata { name: name(key) })
            .collect(),
        actions: catalog
            .actions
            .keys()
            .map(|key| get_metadata::ActionMetadata { type_name: name(key) })
            .collect(),
        ..Default::default()
    })
}

pub(super) async fn get_provider_schema<P: Provider>(
    connection: Connection<P>,
    _: get_provider_schema::Request,
) -> Result<Encoded<get_provider_schema::Response>, Diagnostics> {
    let catalog = connection.catalog();
    Ok(catalog.wire.get_or_init(|| all_schemas(catalog).into()).clone())
}

fn all_schemas<P: Provider>(catalog: &Catalog<P>) -> get_provider_schema::Response {
    get_provider_schema::Response {
        provider: Some(convert::schema(&catalog.schema)),
        resource_schemas: catalog
            .resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::schema(&entry.schema)))
            .collect(),
        data_source_schemas: catalog
            .data_sources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::schema(&entry.schema)))
            .collect(),
        list_resource_schemas: catalog
            .list_resources
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::schema(&entry.schema)))
            .collect(),
        ephemeral_resource_schemas: catalog
            .ephemerals
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::schema(&entry.schema)))
            .collect(),
        functions: catalog
            .functions
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), convert::function(&entry.signature)))
            .collect(),
        action_schemas: catalog
            .actions
            .iter()
            .map(|(name, entry)| {
                let schema = Some(convert::schema(&entry.schema));
                ((*name).to_owned(), tfplugin6::ActionSchema { schema })
            })
            .collect(),
        server_capabilities: Some(CAPABILITIES),
        ..Default::default()
    }
}

pub(super) async fn get_resource_identity_schemas<P: Provider>(
    connection: Connection<P>,
    _: get_resource_identity_schemas::Request,
) -> Result<get_resource_identity_schemas::Response, Diagnostics> {
    let identities = connection.catalog().identities.iter();
    Ok(get_resource_identity_schemas::Response {
        identity_schemas: identities
            .map(|(name, identity)| ((*name).to_owned(), convert::identity_schema(&identity.schema)))
            .collect(),
        diagnostics: Vec::new(),
    })
}
