//! GenerateResourceConfig. Terraform writes the answer into a file, and validates and plans
//! it there.

use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::generation;
use crate::framework::provider::Provider;
use crate::protocol::proto::tfplugin6::generate_resource_config::{Request, Response};

use super::connection::Connection;
use super::values;

pub(super) async fn generate_resource_config<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let diagnostics: Diagnostics = request.state.is_none().then(|| nothing_sent(&name)).into_iter().collect();
    let entry = connection.catalog().resource(&name)?;
    let state = values::decode(&format!("the state of {name}"), request.state.as_ref(), &entry.ty)?;
    // Also for a list without resource objects, which has no state to send. A
    // configuration in which nothing is set is then a form to fill in.
    let mut config = generation::configuration(&entry.schema, &state);
    if !state.is_null() {
        config = entry.object.generate(&state, config)?;
    }
    let config = values::encode(&format!("the configuration of {name}"), &config, &entry.ty)?;
    Ok(Response { config: Some(config), diagnostics: convert::diagnostics(diagnostics) })
}

/// A null state is sent as one: none at all is an oversight of Terraform 1.14.0.
fn nothing_sent(name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Cannot write the configuration of {name}"),
        "Use Terraform 1.14.1 or later. Terraform requested a configuration without the state of the object, as \
         version 1.14.0 does, so the generated arguments are empty.",
    )
}

#[cfg(test)]
mod tests;
