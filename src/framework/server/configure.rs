//! ValidateProviderConfig, ConfigureProvider, StopProvider.

use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Mapped, MappingError};
use crate::framework::provider::{Configured, Host, Provider};
use crate::framework::validation::{self, WriteOnly};
use crate::protocol::proto::tfplugin6::{configure_provider, stop_provider, validate_provider_config};

use super::connection::Connection;
use super::values;

const CONFIGURATION: &str = "the provider's configuration";

pub(super) async fn validate_provider_config<P: Provider>(
    connection: Connection<P>,
    request: validate_provider_config::Request,
) -> Result<validate_provider_config::Response, Diagnostics> {
    let catalog = connection.catalog();
    let config = values::decode(CONFIGURATION, request.config.as_ref(), &catalog.ty)?;
    let mut diagnostics = validation::check(&catalog.schema, "provider", &config, WriteOnly::Understood);
    match P::Model::from_value(&config) {
        Ok(config) => catalog.provider.validate(&config, &mut diagnostics),
        // A value that breaks its own rule may be impossible to map.
        Err(_) if diagnostics.has_errors() => {}
        Err(error) => diagnostics.push(mapping_bug(&error)),
    }
    Ok(validate_provider_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

pub(super) async fn configure_provider<P: Provider>(
    connection: Connection<P>,
    request: configure_provider::Request,
) -> Result<configure_provider::Response, Diagnostics> {
    let catalog = connection.catalog();
    // Whatever fails from here on, nothing may run with an older configuration.
    connection.configure(None);
    let config = values::decode(CONFIGURATION, request.config.as_ref(), &catalog.ty)?;
    let config = P::Model::from_value(&config).map_err(|error| mapping_bug(&error))?;
    let host = Host { version: request.terraform_version };
    let mut diagnostics = Diagnostics::new();
    let cancel = connection.cancellation();
    match catalog.provider.configure(config, host, &cancel, &mut diagnostics).await {
        Ok(configured) if !diagnostics.has_errors() => {
            if let Configured::Deferred(arguments) = &configured {
                let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
                tracing::info!(
                    arguments = arguments.join(", "),
                    "the configuration is not fully known yet: operations that need the API are deferred"
                );
            }
            connection.configure(Some(configured));
        }
        Ok(_) => {}
        Err(errors) => diagnostics.append(errors),
    }
    Ok(configure_provider::Response { diagnostics: convert::diagnostics(diagnostics) })
}

/// Answers at once: Terraform holds a lock meanwhile.
pub(super) async fn stop_provider<P: Provider>(
    connection: Connection<P>,
    _: stop_provider::Request,
) -> Result<stop_provider::Response, Diagnostics> {
    connection.stop();
    Ok(stop_provider::Response::default())
}

fn mapping_bug(error: &MappingError) -> Diagnostic {
    Diagnostic::bug(
        "Cannot map the provider's configuration",
        format!("A value does not match its schema: {error}."),
    )
}

#[cfg(test)]
mod tests;
