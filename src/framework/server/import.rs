//! ImportResourceState. A read always follows, which fills in what the id does not say.

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::walk;
use crate::protocol::proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};
use crate::protocol::value::Value;

use super::connection::Connection;
use super::identity::Identifying;
use super::values;

/// Beside an imported state: what identifies the object is not yet confirmed.
pub(super) const FIRST_READ: &str = ".import_before_read";

pub(super) async fn import_resource_state<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let identifying = Identifying::new(connection.catalog(), &name, entry);
    let by_identity = request.id.is_empty() && request.identity.is_some();
    if by_identity && !identifying.is_known() {
        return Err(Diagnostic::error(
            format!("Cannot import {name} by identity"),
            "This resource has no identity. Import it by its id: set `id` instead of `identity` in the `import` \
             block.",
        )
        .into());
    }
    // The read that follows would keep the bare id as the whole state while the
    // provider's configuration is not known.
    connection.configuration().require(&format!("import {name}"))?;
    let asked = identifying.decode(request.identity.as_ref())?;
    let state = if by_identity {
        refuse_incomplete(&name, &identifying, &asked)?;
        entry.object.import_identity(&asked)?
    } else {
        entry.object.import(&request.id)?
    };
    if state.is_null() {
        let detail = "The state is unchanged. The provider reported success, but returned no object.";
        return Err(Diagnostic::bug(format!("Cannot import {name}"), detail).into());
    }
    let mut diagnostics = Diagnostics::new();
    let state = walk::without_write_only(&entry.schema, state);
    let state = consistency::known(&name, &entry.schema, "import", state, &mut diagnostics);
    let found = identifying.of(&state)?;
    let identity = identifying.encode(if found.is_null() { &asked } else { &found })?;
    let mut private = Private::default();
    if identity.is_some() {
        private.set(FIRST_READ, true.into());
    }
    let state = values::encode(&format!("the imported state of {name}"), &state, &entry.ty)?;
    Ok(Response {
        imported_resources: vec![ImportedResource {
            type_name: name,
            state: Some(state),
            private: private.to_bytes().into(),
            identity,
        }],
        diagnostics: convert::diagnostics(diagnostics),
        deferred: None,
    })
}

fn refuse_incomplete<Ctx>(
    name: &str,
    identifying: &Identifying<'_, Ctx>,
    identity: &Value,
) -> Result<(), Diagnostic> {
    let detail = if !identity.is_wholly_known() {
        "Part of the identity is not known yet. Use values that are known during the plan.".to_owned()
    } else {
        let missing: Vec<String> =
            identifying.missing(identity).iter().map(|attribute| format!("`{attribute}`")).collect();
        if missing.is_empty() {
            return Ok(());
        }
        format!("Set {} in the `import` block: the identity requires it.", missing.join(", "))
    };
    let detail = format!("{detail} The state is unchanged.");
    Err(Diagnostic::error(format!("Cannot import {name} by identity"), detail))
}

#[cfg(test)]
mod tests;
