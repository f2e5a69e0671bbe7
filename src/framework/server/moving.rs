//! MoveResourceState. Runs unconfigured, before the plan; an upgrade and a read follow, as
//! for any stored state.

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::moving::MovedState;
use crate::framework::provider::Provider;
use crate::framework::walk;
use crate::protocol::proto::tfplugin6::move_resource_state::{Request, Response};

use super::connection::Connection;
use super::identity::Identifying;
use super::values;

pub(super) async fn move_resource_state<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.target_type_name;
    let entry = connection.catalog().resource(&name)?;
    let refuse = |detail: String| {
        let detail = format!("{detail} The state is unchanged.");
        Diagnostic::error(format!("Cannot move {} to {name}", request.source_type_name), detail)
    };
    let raw = request.source_state.unwrap_or_default();
    let state = serde_json::from_slice(&raw.json)
        .map_err(|_| refuse("The state of the old object is missing, or is not JSON.".to_owned()))?;
    let moved = MovedState {
        provider: request.source_provider_address.clone(),
        type_name: request.source_type_name.clone(),
        schema_version: request.source_schema_version,
        state,
    };
    let Some(state) = entry.object.take_over(&moved)? else {
        return Err(refuse(format!(
            "This resource does not support a move from type `{}` of the provider `{}`. Remove the `moved` block. To \
             keep the object, use an `import` block for the new resource and a `removed` block with `destroy = false` \
             for the old one.",
            request.source_type_name, request.source_provider_address
        ))
        .into());
    };
    let mut diagnostics = Diagnostics::new();
    let state = walk::without_write_only(&entry.schema, state);
    let state = consistency::known(&name, &entry.schema, "move", state, &mut diagnostics);
    let identifying = Identifying::new(connection.catalog(), &name, entry);
    let target_identity = identifying.encode(&identifying.of(&state)?)?;
    let target_state = values::encode(&format!("the state of {name}"), &state, &entry.ty)?;
    Ok(Response {
        target_state: Some(target_state),
        diagnostics: convert::diagnostics(diagnostics),
        // What another provider kept beside the state means nothing here.
        target_private: Default::default(),
        target_identity,
    })
}

#[cfg(test)]
mod tests;
