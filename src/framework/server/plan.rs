//! PlanResourceChange. The algorithm is in [`planning`]; here the resource's hook is called
//! between its two halves.

use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::erased::{ErasedPlan, ErasedResource};
use crate::framework::planning::{self, Change, Plan};
use crate::framework::private::{Draft, Private};
use crate::framework::provider::Provider;
use crate::framework::resource::Phase;
use crate::protocol::proto::tfplugin6::plan_resource_change::{Request, Response};

use super::connection::Connection;
use super::identity::Identifying;
use super::values;

pub(super) async fn plan_resource_change<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let decode = |what: &str, message| values::decode(&format!("the {what} of {name}"), message, &entry.ty);
    let config = decode("configuration", request.config.as_ref())?;
    let prior = decode("prior state", request.prior_state.as_ref())?;
    let proposed = decode("proposed state", request.proposed_new_state.as_ref())?;

    let change = Change {
        type_name: &name,
        schema: &entry.schema,
        config: &config,
        prior: &prior,
        proposed: &proposed,
    };
    let configuration = connection.configuration();
    let cancel = connection.cancellation();
    let phase = match request.client_capabilities {
        Some(client) if client.deferral_allowed && connection.has_read() => Phase::PlanAfterRead,
        Some(client) if client.deferral_allowed => Phase::PlanOrApply,
        _ => Phase::Plan,
    };
    let stored = values::private(&name, &request.prior_private)?;
    let asked = ErasedPlan {
        ctx: configuration.ctx(),
        config: &config,
        prior: &prior,
        phase,
        private: &Draft::default(),
        cancel: &cancel,
    };
    let (plan, private, mut diagnostics) = run(&*entry.object, &change, &stored, &asked).await;
    let identifying = Identifying::new(connection.catalog(), &name, entry);
    let prior_identity = identifying.decode(request.prior_identity.as_ref())?;
    let identity = identifying.planned(&prior, &prior_identity, &plan, &mut diagnostics)?;
    diagnostics.append(plan.diagnostics);

    let planned_state = values::encode(&format!("the plan of {name}"), &plan.state, &entry.ty)?;
    Ok(Response {
        planned_state: Some(planned_state),
        requires_replace: plan.requires_replace.iter().map(convert::attribute_path).collect(),
        // Also for what looks like a create: in a replacement, the delete gets
        // its private data from the plan of the create.
        planned_private: if private == stored { request.prior_private } else { private.to_bytes().into() },
        diagnostics: convert::diagnostics_about(&entry.schema, diagnostics),
        legacy_type_system: false,
        deferred: None,
        planned_identity: identifying.encode(&identity)?,
    })
}

/// Drafts, calls the hook, finishes. Which draft the hook sees, and why it may
/// be called twice, is explained in [`planning`]. `stored` is the private data before.
async fn run<Ctx>(
    resource: &dyn ErasedResource<Ctx>,
    change: &Change<'_>,
    stored: &Private,
    request: &ErasedPlan<'_, Ctx>,
) -> (Plan, Private, Diagnostics) {
    let draft = planning::draft(change);
    let mut private = Draft::new(stored.clone());
    let mut diagnostics = Diagnostics::new();
    let mut planned = draft.clone();
    resource.plan(request.noting(&private), &mut planned, &mut diagnostics).await;
    if planning::hook_started_a_change(change, &draft, &planned) {
        planned = planning::changed_draft(change);
        private = Draft::new(stored.clone());
        diagnostics = Diagnostics::new();
        resource.plan(request.noting(&private), &mut planned, &mut diagnostics).await;
    }
    (planning::finish(change, planned), private.into_private(), diagnostics)
}

#[cfg(test)]
mod tests;
