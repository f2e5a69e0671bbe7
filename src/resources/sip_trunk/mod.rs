//! Resources layer: `wavix_sip_trunk`. This file is the lifecycle: each verb
//! reads model, endpoint, model. Mapping is in `model`, wording of failures in
//! [`failure`](super::failure), what follows from what in `plan`. What a lost
//! answer leaves open is settled in `lost` and `adopt`, `put`, `deletion` and `finding`.

mod absent;
mod adopt;
mod answer;
pub(super) mod caller_id;
mod ceilings;
mod change;
mod compare;
mod credentials;
mod data_source;
mod deletion;
pub mod endpoints;
mod filter;
mod finding;
mod generate;
mod import;
mod kind;
mod lagging;
mod list;
mod lost;
mod model;
mod plan;
mod plural_data_source;
mod put;
mod record;
mod refused;
mod results;
mod rules;
mod schema;
mod take_back;
mod take_over;
mod twins;
mod unreadable;
mod unusual;
mod validate;
mod verdict;

#[cfg(test)]
mod data_source_tests;
#[cfg(test)]
mod tests;

use crate::client::{self, Delivery};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::IdentitySchema;
use crate::framework::moving::MovedState;
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::{Call, CreateRequest, Outcome, Phase, PlanRequest, Resource, UpdateRequest};
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::Context;
use super::context::options;
use super::failure::Verb;

pub use self::credentials::{SipTrunkCredentials, SipTrunkCredentialsData};
pub use self::data_source::{SipTrunkData, SipTrunkDataSource};
pub(in crate::resources) use self::finding::list_of;
use self::finding::{Found, summary};
pub use self::kind::KIND;
pub use self::lagging::Trail;
pub(in crate::resources) use self::lagging::wait_for_login;
pub use self::list::{SipTrunkList, SipTrunkQuery};
use self::lost::{Before, Sought};
pub use self::model::{HostRequestModel, SipTrunkModel};
pub use self::plural_data_source::{ListedSipTrunk, SipTrunksData, SipTrunksDataSource};
use self::put::Put;
pub use self::results::HostRequestResult;
use self::rules::parse_id;

/// The resource.
#[derive(Debug, Clone, Copy)]
pub struct SipTrunk;

impl Resource<Context> for SipTrunk {
    type Model = SipTrunkModel;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunk"
    }

    fn schema(&self) -> Schema {
        schema::schema(|operation| self.default_timeout(operation))
    }

    fn validate(&self, config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
        validate::check(config, diagnostics);
    }

    async fn plan(
        &self,
        request: PlanRequest<'_, Context, SipTrunkModel>,
        planned: &mut Option<SipTrunkModel>,
        diagnostics: &mut Diagnostics,
    ) {
        if let (Some(config), Some(planned)) = (request.config, planned) {
            plan::refine(config, request.prior, planned, diagnostics);
            // The plan was made without a refresh, or is a part of an apply.
            if let (Some(ctx), Some(prior)) = (request.ctx, request.prior)
                && prior.id.known().and_then(|id| parse_id(id)).is_some_and(|id| !ctx.trail().has(id))
            {
                ctx.look_no_more();
            }
            // The plan has said it when it comes to applying.
            if let Some(prior) = request.prior
                && let Some(warning) = change::review_ahead(prior, planned)
                && !is_applying(&request)
            {
                diagnostics.push(warning);
            }
            if let Some(ctx) = request.ctx
                && ceilings::matter(request.prior, planned)
                && let Some(limits) = ctx.account_limits(request.cancel).await
            {
                ceilings::check(&limits, request.prior, planned, diagnostics);
            }
            self.look_for_twins(&request, planned, diagnostics).await;
            if let Some(ctx) = request.ctx.filter(|_| !is_applying(&request)) {
                let teller = planned.label.known().map_or("", String::as_str);
                diagnostics.extend(ctx.trouble(teller));
            }
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Context>,
        request: CreateRequest<SipTrunkModel>,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let CreateRequest { write_only, mut plan } = request;
        // In a replacement, notes about the trunk before this one.
        adopt::confirm(&mut outcome.private);
        plan::decide_flags(&mut plan);
        let password =
            plan::password_to_send(&plan, &write_only).ok_or_else(plan::create_without_password)?;
        let body = plan.body(&password);
        let sought = Sought { plan: &plan, body: &body, before: Before::of(call).await };
        outcome.note(change::requested(call, &body.label));
        let attempt = call.ctx.claims().begin(body.contents());
        let written = call.ctx.sip_trunks().write();
        let made = endpoints::create(call.ctx.client(), &body, &options(call)).await;
        drop(written);
        // One for all that follows: an interrupt is obeyed when its grace is over.
        let look = call.ctx.patience().for_a_look(call.deadline, call.cancel);
        let was_repeated;
        let mut is_new = false;
        let record = match made {
            Ok(answer) => {
                let id = answer.value.id;
                is_new = !call.ctx.claims().is_owned(id) && sought.before.held(id) != Some(true);
                attempt.made(lost::mark(&answer.value));
                outcome.note(change::created(id));
                was_repeated = answer.attempts > 1;
                answer.value
            }
            Err(error) if error.delivery() == Delivery::Ambiguous => {
                was_repeated = error.attempts() > 1;
                adopt::after_a_lost_answer(call, attempt.lost(), &sought, &error, &look, outcome).await?
            }
            Err(error) => {
                drop(attempt);
                let failed = refused::failed(call, &sought, &error, &look).await;
                return Err(at_password_in_use(failed, &write_only));
            }
        };
        // Saves it first, if it has to ask.
        let record = unreadable::looked_at_again(call, &plan, record, &look, outcome).await;
        let mut trunk = SipTrunkModel::from_record(&record, &plan);
        if trunk.requested_host().is_none() {
            trunk.add_digest_facts();
        }
        // From here on the trunk cannot be lost, whatever happens.
        outcome.save(trunk.clone());
        call.ctx.trail().note(&trunk, Some(call.ctx.patience().settling));
        finding::note_create(call, &mut outcome.private);
        if was_repeated && let Some(warning) = refused::second(call, &sought, record.id, &look).await {
            outcome.warn(warning);
        }
        if trunk.requested_host().is_some() {
            match summary(call, record.id).await {
                Ok(Some(summary)) => trunk.add_summary(&summary),
                Ok(None) => outcome.warn(change::status_unknown(record.id, "The list does not show it yet.")),
                Err(error) => outcome.warn(change::status_unknown(record.id, &error.to_string())),
            }
            outcome.save(trunk.clone());
        }
        unreadable::refuse(Verb::Create, &record)?;
        take_back::unless_as_planned(call, &plan, (record.id, &trunk), is_new, outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let id = stored_id(Verb::Read, &state)?;
        call.ctx.claims().own(id);
        conceal(call, &state);
        let failed = |error: &client::Error| KIND.failed(Verb::Read, &id.to_string(), error);
        let record = match finding::find(call, &state, &outcome.private, id).await? {
            Found::Trunk(record) => *record,
            Found::Gone(not_found) => {
                if state.is_stub() {
                    let listed = list_of(call).await.map_err(|error| failed(&error))?;
                    return Err(absent::not_imported(id, &listed).into());
                }
                call.ctx.trail().forget(id);
                outcome.warn(absent::gone(&state, id, &not_found));
                outcome.gone();
                return Ok(());
            }
        };
        unreadable::refuse(Verb::Read, &record)?;
        finding::same_trunk(&state, &record, id)?;
        let record = finding::settled(call, &state, record, &mut outcome.private).await?;
        let mut trunk = SipTrunkModel::from_record(&record, &state);
        if trunk.needs_summary(&state) {
            match summary(call, id).await {
                Ok(Some(summary)) => trunk.add_summary(&summary),
                Ok(None) => tracing::warn!(id, "The list of SIP trunks lacks a trunk that exists"),
                Err(error) if trunk.has_ip_authentication(&state) => return Err(failed(&error)),
                Err(error) => outcome.warn(change::request_unknown(id, &error.to_string())),
            }
        } else if trunk.status.is_null() || trunk.auth_method.is_null() {
            trunk.add_digest_facts();
        }
        call.ctx.trail().note(&trunk, finding::left_of_all(call, &state, &outcome.private));
        adopt::forget_if_unconfirmed(&mut outcome.private, &mut trunk);
        finding::forget_settled(call, &mut outcome.private);
        outcome.save(trunk);
        Ok(())
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        request: UpdateRequest<SipTrunkModel>,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let UpdateRequest { write_only, mut plan, prior } = request;
        plan::decide_flags(&mut plan);
        let id = stored_id(Verb::Update, &prior)?;
        call.ctx.claims().own(id);
        conceal(call, &prior);
        if !plan::needs_request(&prior, &plan, &write_only) {
            let mut trunk = prior.clone();
            trunk.take_arguments(&plan);
            outcome.save(trunk);
            return Ok(());
        }
        let password = plan::password_to_send(&plan, &write_only)
            .ok_or_else(|| plan::update_without_password(&prior, &plan, &write_only))?;
        outcome.note(format!("SIP trunk {id}"));
        change::withdraws_nothing_unseen(call, id, &prior, &plan).await?;
        let body = plan.body(&password);
        let put = Put { id, body: &body, plan: &plan, prior: &prior, look: None };
        let record = match put::put(call, put, &options(call)).await {
            Ok(record) => record,
            Err(unwritten) => {
                let failed = change::not_certain(&plan, &prior, unwritten, outcome);
                return Err(at_password_in_use(failed, &write_only));
            }
        };
        adopt::confirm(&mut outcome.private);
        finding::note_update(call, &plan, &prior, &mut outcome.private);
        let mut trunk = SipTrunkModel::from_record(&record, &plan);
        trunk.keep_promises(&plan);
        outcome.save(trunk.clone());
        call.ctx.trail().note(&trunk, Some(call.ctx.patience().settling));
        if plan.host_request != prior.host_request {
            change::follow_host_request(call, id, &plan, &mut trunk, outcome).await;
            outcome.save(trunk.clone());
        } else {
            change::warn_of_reopened_review(call, id, &prior, outcome).await;
        }
        unreadable::refuse(Verb::Update, &record)?;
        verdict::of_update(&prior, &plan, &trunk)
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let id = stored_id(Verb::Delete, &state)?;
        call.ctx.claims().own(id);
        outcome.note(format!("SIP trunk {id}"));
        conceal(call, &state);
        deletion::delete(call, &state, &outcome.private, id).await?;
        call.ctx.trail().forget(id);
        Ok(())
    }

    fn import(&self, id: &str) -> Result<SipTrunkModel, Diagnostics> {
        import::by_id(id)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(import::identity_schema())
    }

    fn import_identity(&self, identity: &Value) -> Result<SipTrunkModel, Diagnostics> {
        import::by_id(identity.get("id").and_then(Value::as_str).unwrap_or_default())
    }

    fn generate(&self, _state: &SipTrunkModel, config: &mut SipTrunkModel) {
        generate::without_derived_flags(config);
    }

    fn take_over(&self, moved: &MovedState) -> Result<Option<SipTrunkModel>, Diagnostics> {
        take_over::take_over(moved)
    }
}

impl SipTrunk {
    /// Warns when a create would double a trunk. Not while applying, where the
    /// trunks of the state that stay as they are were not read: the plan has said it.
    async fn look_for_twins(
        &self,
        request: &PlanRequest<'_, Context, SipTrunkModel>,
        planned: &SipTrunkModel,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(ctx) = request.ctx else { return };
        if let Some(prior) = request.prior {
            // A plan without a refresh has not read it.
            if let Some(id) = prior.id.known().and_then(|text| parse_id(text)) {
                ctx.claims().own(id);
            }
        } else if twins::matter(planned)
            && !diagnostics.has_errors()
            && !is_applying(request)
            && let Some(listed) = ctx.trunks_at_first(request.cancel).await
            && let Some(warning) = twins::warning(planned, listed, ctx.claims())
        {
            diagnostics.push(warning);
        }
    }
}

/// Whether this plan is a part of an apply. Where the request alone does not tell,
/// that depends on whose it is: only Terraform also plans without the sign of an
/// apply, which is noted. One that was planned on another machine is not known.
fn is_applying(request: &PlanRequest<'_, Context, SipTrunkModel>) -> bool {
    let Some(ctx) = request.ctx else { return false };
    match request.phase {
        Phase::Plan => {
            ctx.claims().note_plan();
            false
        }
        Phase::PlanAfterRead => false,
        Phase::PlanOrApply => ctx.claims().has_planned(),
    }
}

/// No message repeats the secrets in a state.
fn conceal(call: &Call<'_, Context>, state: &SipTrunkModel) {
    for secret in [&state.password, &state.access_token].into_iter().filter_map(Attr::known) {
        call.ctx.client().remember(secret);
    }
}

/// The id in a state, which only this resource writes.
fn stored_id(verb: Verb, state: &SipTrunkModel) -> Result<i64, Diagnostics> {
    let text = state.id.known().map_or("", String::as_str);
    parse_id(text).ok_or_else(|| {
        Diagnostic::error(
            KIND.summary(verb),
            format!(
                "The id {text:?} in the state is not the id of a SIP trunk, which is a decimal number. Nothing \
                 was requested. Remove the resource from the state and import it again."
            ),
        )
        .at(Path::root("id"))
        .into()
    })
}

/// Points at the argument that the password came from.
fn at_password_in_use(diagnostics: Diagnostics, write_only: &SipTrunkModel) -> Diagnostics {
    let is_write_only = write_only.password_wo.known().is_some();
    diagnostics
        .into_iter()
        .map(|diagnostic| match &diagnostic.path {
            Some(path) if is_write_only && *path == Path::root("password") => {
                diagnostic.at(Path::root("password_wo"))
            }
            _ => diagnostic,
        })
        .collect()
}
