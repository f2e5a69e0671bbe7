//! ImportResourceState. Layer: framework. A read always follows, which fills in
//! what the id does not say.

use std::sync::Arc;

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::walk;
use crate::protocol::proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};

use super::connection::Connection;
use super::values;

pub(super) async fn import_resource_state<P: Provider>(
    connection: Arc<Connection<P>>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    if request.identity.is_some() && request.id.is_empty() {
        return Err(Diagnostic::error(
            format!("Cannot import {name} by identity"),
            "This resource has no identity. Nothing was stored. Import it by its id: set `id` instead of `identity` in \
             the `import` block.",
        )
        .into());
    }
    // The read that follows would keep the bare id as the whole state while the
    // provider's configuration is not known.
    connection.configuration().require(&format!("import {name}"))?;
    let state = entry.object.import(&request.id)?;
    if state.is_null() {
        let detail = "The provider reported success, but nothing that was imported. Nothing was stored.";
        return Err(Diagnostic::bug(format!("Cannot import {name}"), detail).into());
    }
    let mut diagnostics = Diagnostics::new();
    let state = walk::without_write_only(&entry.schema, state);
    let state = consistency::known(&name, "import", state, &mut diagnostics);
    let state = values::encode(&format!("the imported state of {name}"), &state, &entry.ty)?;
    Ok(Response {
        imported_resources: vec![ImportedResource {
            type_name: name,
            state: Some(state),
            private: Default::default(),
            identity: None,
        }],
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    })
}

#[cfg(test)]
mod tests;
