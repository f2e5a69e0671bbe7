//! ValidateResourceConfig, ValidateDataResourceConfig. Runs unconfigured, and several times
//! per command.

use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::validation::{self, WriteOnly};
use crate::protocol::proto::tfplugin6::{validate_data_resource_config, validate_resource_config};

use super::connection::Connection;
use super::values;

pub(super) async fn validate_resource_config<P: Provider>(
    connection: Connection<P>,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    let write_only = match request.client_capabilities {
        Some(capabilities) if capabilities.write_only_attributes_allowed => WriteOnly::Understood,
        _ => WriteOnly::NotUnderstood,
    };
    let mut diagnostics = validation::check(&entry.schema, &name, &config, write_only);
    entry.object.validate(&config, &mut diagnostics);
    Ok(validate_resource_config::Response {
        diagnostics: convert::diagnostics_about(&entry.schema, diagnostics),
    })
}

pub(super) async fn validate_data_resource_config<P: Provider>(
    connection: Connection<P>,
    request: validate_data_resource_config::Request,
) -> Result<validate_data_resource_config::Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().data_source(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    // This request does not say what the client understands.
    let mut diagnostics = validation::check(&entry.schema, &name, &config, WriteOnly::Understood);
    entry.object.validate(&config, &mut diagnostics);
    Ok(validate_data_resource_config::Response {
        diagnostics: convert::diagnostics_about(&entry.schema, diagnostics),
    })
}
