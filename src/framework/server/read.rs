//! ReadResource. On any doubt the stored state stays.

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt;

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::erased::Slot;
use crate::framework::note::Note;
use crate::framework::provider::Provider;
use crate::framework::resource::{Call, Operation};
use crate::framework::timeouts;
use crate::protocol::proto::tfplugin6::read_resource::{Request, Response};
use crate::protocol::value::Value;

use super::connection::{Configuration, Connection};
use super::identity::Identifying;
use super::import::FIRST_READ;
use super::values;

pub(super) async fn read_resource<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    connection.note_read();
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let prior = values::decode(&format!("the state of {name}"), request.current_state.as_ref(), &entry.ty)?;
    let configuration = connection.configuration();
    let put_off = matches!(configuration, Configuration::Deferred(_));
    let identifying = Identifying::new(connection.catalog(), &name, entry);
    let stored = identifying.decode(request.current_identity.as_ref())?;
    // What is left out of the answer is erased from the state, so private data
    // and identity always go back.
    let current_identity = identifying.encode(&stored)?;
    let unchanged = |diagnostics| Response {
        new_state: request.current_state.clone(),
        diagnostics: convert::diagnostics(diagnostics),
        private: request.private.clone(),
        deferred: None,
        new_identity: current_identity.clone(),
    };
    if put_off {
        tracing::info!("the provider configuration is not fully known yet: keeping the stored state");
    }
    if put_off || prior.is_null() {
        return Ok(unchanged(Diagnostics::new()));
    }
    let ctx = configuration.require(&format!("read {name}"))?;
    let mut private = values::private(&name, &request.private)?;
    // An import may know only a part of the identity, or another spelling.
    let stored = if private.get(FIRST_READ).is_some() { Value::Null } else { stored };
    private.remove(FIRST_READ);

    let cancel = connection.cancellation();
    let default = entry.object.default_timeout(Operation::Read);
    let deadline = timeouts::deadline(&prior, Operation::Read, default);
    let call = Call { ctx, cancel: &cancel, deadline };
    let mut slot =
        Slot { state: prior.clone(), private, diagnostics: Diagnostics::new(), note: Note::default() };
    let read = entry.object.read(call, &mut slot);
    if AssertUnwindSafe(read).catch_unwind().await.is_err() {
        tracing::error!("the operation ended in a panic");
        slot.diagnostics.push(Diagnostic::bug(
            format!("Cannot read {name}"),
            "The state is unchanged. The provider panicked. `TF_LOG=ERROR` shows the message and the location.",
        ));
    }

    let Slot { state, private, mut diagnostics, .. } = slot;
    if diagnostics.has_errors() {
        return Ok(unchanged(diagnostics));
    }
    let state = consistency::after_read(&name, &entry.schema, &prior, state, &mut diagnostics);
    let identity = match identifying.read(&stored, &state) {
        Ok(identity) => identity,
        Err(refusal) => {
            diagnostics.push(refusal);
            return Ok(unchanged(diagnostics));
        }
    };
    let new_state = values::encode(&format!("the state of {name}"), &state, &entry.ty)?;
    Ok(Response {
        new_state: Some(new_state),
        diagnostics: convert::diagnostics(diagnostics),
        private: Bytes::from(private.to_bytes()),
        deferred: None,
        new_identity: identifying.encode(&identity)?,
    })
}

#[cfg(test)]
mod tests;
