//! ApplyResourceChange. The promise of this file: what a verb saved reaches Terraform,
//! whether the verb then failed or panicked, whether its result fits the schema, and
//! whether the client still listens.

use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;
use tracing::Instrument;

use crate::framework::consistency::{self, Applied};
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::erased::{ErasedChange, Slot};
use crate::framework::note::Note;
use crate::framework::provider::Provider;
use crate::framework::resource::{Call, Operation};
use crate::framework::timeouts;
use crate::framework::walk;
use crate::protocol::proto::tfplugin6::apply_resource_change::{Request, Response};
use crate::protocol::value::Value;

use super::connection::Connection;
use super::identity::Identifying;
use super::values;

pub(super) async fn apply_resource_change<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name.clone();
    // A task of its own: when the client resets the request, the library drops
    // the handler, and with it a verb between sending a request and storing
    // what it made.
    let task = tokio::spawn(apply(connection, request).in_current_span());
    task.await.unwrap_or_else(|_| Err(lost(&name).into()))
}

async fn apply<P: Provider>(connection: Connection<P>, request: Request) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let decode = |what: &str, message| values::decode(&format!("the {what} of {name}"), message, &entry.ty);
    let written = decode("configuration", request.config.as_ref())?;
    let write_only = walk::write_only_alone(&entry.schema, written);
    let prior = decode("prior state", request.prior_state.as_ref())?;
    let planned = decode("planned state", request.planned_state.as_ref())?;
    let private = values::private(&name, &request.planned_private)?;
    let identifying = Identifying::new(connection.catalog(), &name, entry);
    let planned_identity = identifying.decode(request.planned_identity.as_ref())?;
    let operation = match (prior.is_null(), planned.is_null()) {
        (true, false) => Operation::Create,
        (false, false) => Operation::Update,
        (false, true) => Operation::Delete,
        (true, true) => return Err(nothing_to_do(&name).into()),
    };
    let configuration = connection.configuration();
    let ctx = configuration.require(&format!("{} {name}", operation.name()))?;

    let cancel = connection.cancellation();
    let bounded = if operation == Operation::Delete { &prior } else { &planned };
    let deadline = timeouts::deadline(bounded, operation, entry.object.default_timeout(operation));
    let call = Call { ctx, cancel: &cancel, deadline };
    let change = ErasedChange { write_only: &write_only, plan: &planned, prior: &prior };
    // Outside the guard: what the verb saved survives its panic.
    let note = Note::default();
    let underway = {
        let (task, note) = (format!("{} {name}", operation.name()), note.clone());
        connection.ending().begin(move || described(&task, &note))
    };
    let mut slot = Slot { state: prior.clone(), private, diagnostics: Diagnostics::new(), note };
    let verb = match operation {
        Operation::Create => entry.object.create(call, change, &mut slot),
        Operation::Delete => entry.object.delete(call, &mut slot),
        Operation::Update | Operation::Read => entry.object.update(call, change, &mut slot),
    };
    if AssertUnwindSafe(verb).catch_unwind().await.is_err() {
        tracing::error!("the operation ended in a panic");
        slot.diagnostics.push(panicked(&name, operation, slot.state.is_null()));
    }

    if connection.ending().ending().is_cancelled() {
        let work = described(&format!("{} {name}", operation.name()), &slot.note);
        tracing::error!(work, "the operation finished after Terraform had stopped waiting");
    }
    drop(underway);
    let Slot { state, private, mut diagnostics, .. } = slot;
    let failed = diagnostics.has_errors();
    let applied = Applied { type_name: &name, schema: &entry.schema, operation, planned: &planned, failed };
    let state = settle(&applied, state, &mut diagnostics);
    let new_identity = identifying.applied(operation, &planned_identity, &state, &mut diagnostics);
    let new_state = values::encode(&format!("the state of {name}"), &state, &entry.ty).or_else(|bug| {
        diagnostics.push(bug);
        let state = consistency::conformed(state, &entry.ty);
        values::encode(&format!("the state of {name}"), &state, &entry.ty)
    })?;
    Ok(Response {
        new_state: Some(new_state),
        private: private.to_bytes().into(),
        diagnostics: convert::diagnostics_about(&entry.schema, diagnostics),
        legacy_type_system: false,
        new_identity,
    })
}

/// What is under way and what its verb has noted, for the log.
fn described(task: &str, note: &Note) -> String {
    let note = note.read();
    if note.is_empty() { task.to_owned() } else { format!("{task}: {note}") }
}

/// The state to store. Comparing meanings calls the author's code once more; if
/// that panics, the state goes out as it is.
fn settle(applied: &Applied<'_>, state: Value, diagnostics: &mut Diagnostics) -> Value {
    let settled = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut found = Diagnostics::new();
        let settled = consistency::after_apply(applied, state.clone(), &mut found);
        (settled, found)
    }));
    match settled {
        Ok((settled, found)) => {
            diagnostics.append(found);
            settled
        }
        Err(_) => {
            diagnostics.push(Diagnostic::bug(
                format!("Cannot confirm the result for {}", applied.type_name),
                "The state is saved. The provider panicked while it compared the result with the plan.",
            ));
            consistency::storable(applied.schema, state)
        }
    }
}

fn panicked(name: &str, operation: Operation, stateless: bool) -> Diagnostic {
    let truth = match (operation, stateless) {
        (Operation::Create, true) => {
            "The object may exist and is not in the state. Before you apply again, check whether it exists; \
             otherwise the apply may create a duplicate."
        }
        (Operation::Create, false) => "The object exists, and the state contains its known values.",
        (Operation::Delete, _) => {
            "The object may be deleted. It stays in the state, and the next plan checks it."
        }
        _ => "The object may be partly changed; the next plan shows the rest.",
    };
    Diagnostic::bug(
        format!("Cannot {} {name}", operation.name()),
        format!("{truth} The provider panicked. `TF_LOG=ERROR` shows the message and the location."),
    )
}

fn nothing_to_do(name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot apply a change of {name}"),
        "Nothing was changed. Terraform sent neither a prior nor a planned state.",
    )
}

/// The task ended without an answer: a panic outside the verb, or the end of
/// the process.
fn lost(name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot report the result for {name}"),
        "The object may be created, changed or deleted, and the state may not show it. Run `terraform plan`, and \
         check whether an object that was to be created exists. The provider ended the operation without a result.",
    )
}

#[cfg(test)]
mod tests;
