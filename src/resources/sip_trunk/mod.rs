//! Resources layer: `wavix_sip_trunk`. This file is the lifecycle: each verb
//! reads model, endpoint, model. Mapping is in `model`, wording of failures in
//! [`failure`](super::failure), what follows from what in `plan`.

mod adopt;
mod answer;
pub(super) mod caller_id;
mod ceilings;
mod compare;
mod credentials;
mod data_source;
pub mod endpoints;
mod filter;
mod generate;
mod import;
mod kind;
mod list;
mod lost;
mod model;
mod plan;
mod plural_data_source;
mod results;
mod rules;
mod schema;
mod take_over;
mod validate;
mod verdict;

#[cfg(test)]
mod data_source_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::client::{self, CallOptions, Deadline, Delivery};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::IdentitySchema;
use crate::framework::moving::MovedState;
use crate::framework::path::Path;
use crate::framework::resource::{Call, CreateRequest, Outcome, PlanRequest, Resource, UpdateRequest};
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::Context;
use super::failure::Verb;
use super::presence::{self, Presence};

pub use self::credentials::{SipTrunkCredentials, SipTrunkCredentialsData};
pub use self::data_source::{SipTrunkData, SipTrunkDataSource};
use self::endpoints::{SipTrunkRecord, SipTrunkSummary};
pub use self::kind::KIND;
pub use self::list::{SipTrunkList, SipTrunkQuery};
use self::lost::Sought;
pub use self::model::{HostRequestModel, SipTrunkModel};
pub use self::plural_data_source::{ListedSipTrunk, SipTrunksData, SipTrunksDataSource};
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
            if let Some(ctx) = request.ctx
                && ceilings::matter(request.prior, planned)
                && let Some(limits) = ctx.account_limits(request.cancel).await
            {
                ceilings::check(&limits, request.prior, planned, diagnostics);
            }
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Context>,
        request: CreateRequest<SipTrunkModel>,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let CreateRequest { config, mut plan } = request;
        plan::derive_flags(&config, &mut plan);
        let password = plan::password_to_send(&config, &plan).ok_or_else(plan::create_without_password)?;
        let body = plan.body(&password);
        let sought = Sought { plan: &plan, body: &body, began: call.ctx.client().moment() };
        let attempt = call.ctx.claims().begin(body.contents());
        let written = call.ctx.sip_trunks().write();
        let made = endpoints::create(call.ctx.client(), &body, &options(call)).await;
        drop(written);
        let record = match made {
            Ok(record) => {
                attempt.made(record.id);
                record
            }
            Err(error) if error.delivery() == Delivery::Ambiguous => {
                adopt::after_a_lost_answer(call, attempt.lost(), &sought, &error, outcome).await?
            }
            Err(error) => {
                drop(attempt);
                let which = format!("labelled {:?}", body.label);
                return Err(at_password_in_use(KIND.failed(Verb::Create, &which, &error), &config));
            }
        };
        let mut trunk = SipTrunkModel::from_record(&record, &plan);
        if trunk.requested_host().is_none() {
            trunk.add_digest_facts();
        }
        // From here on the trunk cannot be lost, whatever happens.
        outcome.save(trunk.clone());
        if trunk.requested_host().is_some() {
            match summary(call, record.id).await {
                Ok(Some(summary)) => trunk.add_summary(&summary),
                Ok(None) => outcome.warn(status_unknown(record.id, "The list does not show it yet.")),
                Err(error) => outcome.warn(status_unknown(record.id, &error.to_string())),
            }
            outcome.save(trunk.clone());
        }
        verdict::compare_answer(Verb::Create, &plan, &trunk)
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let id = stored_id(Verb::Read, &state)?;
        call.ctx.claims().own(id);
        let Some(record) = find(call, id).await? else {
            outcome.gone();
            return Ok(());
        };
        let mut trunk = SipTrunkModel::from_record(&record, &state);
        if trunk.needs_summary(&state) {
            let found =
                summary(call, id).await.map_err(|error| KIND.failed(Verb::Read, &id.to_string(), &error))?;
            match found {
                Some(summary) => trunk.add_summary(&summary),
                None => tracing::warn!(id, "The list of SIP trunks lacks a trunk that exists"),
            }
        } else if trunk.status.is_null() || trunk.auth_method.is_null() {
            trunk.add_digest_facts();
        }
        adopt::forget_if_unconfirmed(&mut outcome.private, &mut trunk);
        outcome.save(trunk);
        Ok(())
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        request: UpdateRequest<SipTrunkModel>,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let UpdateRequest { config, mut plan, prior } = request;
        plan::derive_flags(&config, &mut plan);
        let id = stored_id(Verb::Update, &prior)?;
        call.ctx.claims().own(id);
        if !plan::needs_request(&prior, &plan, &config) {
            let mut trunk = prior.clone();
            trunk.take_arguments(&plan);
            outcome.save(trunk);
            return Ok(());
        }
        let password = plan::password_to_send(&config, &plan)
            .ok_or_else(|| plan::update_without_password(&prior, &plan))?;
        let written = call.ctx.sip_trunks().write();
        let record =
            endpoints::update(call.ctx.client(), id, &plan.body(&password), &options(call)).await.map_err(
                |error| at_password_in_use(KIND.failed(Verb::Update, &id.to_string(), &error), &config),
            )?;
        drop(written);
        adopt::confirm(&mut outcome.private);
        let mut trunk = SipTrunkModel::from_record(&record, &plan);
        trunk.keep_promises(&plan);
        outcome.save(trunk.clone());
        if plan.host_request != prior.host_request {
            self.follow_host_request(call, id, &plan, &mut trunk, outcome).await;
            outcome.save(trunk.clone());
        }
        verdict::compare_answer(Verb::Update, &plan, &trunk)
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        _outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let id = stored_id(Verb::Delete, &state)?;
        call.ctx.claims().own(id);
        let written = call.ctx.sip_trunks().write();
        let result = endpoints::delete(call.ctx.client(), id, &options(call)).await;
        drop(written);
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.is_not_found() && presence::is_about_the_account(&error) => {
                match presence_after(Verb::Delete, call, id, &error).await? {
                    Presence::Gone => Ok(()),
                    Presence::Listed => Err(still_listed(Verb::Delete, id, &error)),
                }
            }
            // Somebody else deleted it, or an earlier attempt of this call did.
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(KIND.failed(Verb::Delete, &id.to_string(), &error)),
        }
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
    /// After a change of `host_request`: its fate is told by the list only.
    async fn follow_host_request(
        &self,
        call: &Call<'_, Context>,
        id: i64,
        plan: &SipTrunkModel,
        trunk: &mut SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) {
        match summary(call, id).await {
            Ok(Some(summary)) => trunk.add_summary(&summary),
            Ok(None) => outcome.warn(status_unknown(id, "The list does not show it.")),
            Err(error) => outcome.warn(status_unknown(id, &error.to_string())),
        }
        trunk.keep_promises(plan);
    }
}

fn options(call: &Call<'_, Context>) -> CallOptions {
    CallOptions::new(Deadline::at(call.deadline), call.cancel.clone())
}

/// All trunks of the account, as of a walk shared with other reads.
pub(super) async fn list_of(call: &Call<'_, Context>) -> Result<Arc<Vec<SipTrunkSummary>>, client::Error> {
    let options = options(call);
    call.ctx.sip_trunks().recent(&options, || endpoints::list(call.ctx.client(), &options)).await
}

/// What the list says about a trunk. One that the shared walk does not have may
/// have been made elsewhere since: the list is then walked anew.
async fn summary(call: &Call<'_, Context>, id: i64) -> Result<Option<SipTrunkSummary>, client::Error> {
    let of = |trunks: &[SipTrunkSummary]| trunks.iter().find(|trunk| trunk.id == id).cloned();
    if let Some(found) = of(&list_of(call).await?) {
        return Ok(Some(found));
    }
    let options = options(call);
    let walk = || endpoints::list(call.ctx.client(), &options);
    Ok(of(&call.ctx.sip_trunks().fresh(&options, walk).await?))
}

/// The trunk, or `None` when it is certainly gone. One that the list still has
/// is asked for once more: it may be so new that not every server knows it yet.
async fn find(call: &Call<'_, Context>, id: i64) -> Result<Option<SipTrunkRecord>, Diagnostics> {
    let get = || async { endpoints::get(call.ctx.client(), id, &options(call)).await };
    let failed = |error: &client::Error| KIND.failed(Verb::Read, &id.to_string(), error);
    let not_found = match get().await {
        Ok(record) => return Ok(Some(record)),
        Err(error) if error.is_not_found() => error,
        Err(error) => return Err(failed(&error)),
    };
    match presence_after(Verb::Read, call, id, &not_found).await? {
        Presence::Gone => Ok(None),
        Presence::Listed => match get().await {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.is_not_found() => Err(still_listed(Verb::Read, id, &error)),
            Err(error) => Err(failed(&error)),
        },
    }
}

/// What the list says about a trunk that a request did not find.
async fn presence_after(
    verb: Verb,
    call: &Call<'_, Context>,
    id: i64,
    not_found: &client::Error,
) -> Result<Presence, Diagnostics> {
    let options = options(call);
    let fetch = || endpoints::list(call.ctx.client(), &options);
    let walk = call.ctx.sip_trunks();
    // The list says more about why than the 404 does.
    presence::after_not_found(walk, &options, fetch, |trunk| trunk.id == id).await.map_err(|error| {
        let mut diagnostics: Vec<Diagnostic> =
            KIND.failed(verb, &id.to_string(), &error).into_iter().collect();
        for diagnostic in &mut diagnostics {
            let doubt = format!("{not_found} Whether it is gone could not be confirmed.\n\n");
            diagnostic.detail.insert_str(0, &doubt);
        }
        diagnostics.into_iter().collect()
    })
}

fn still_listed(verb: Verb, id: i64, not_found: &client::Error) -> Diagnostics {
    Diagnostic::error(
        KIND.summary(verb),
        format!(
            "{not_found}\n\nThe account's list still holds the SIP trunk {id}, so it is not gone, and it stays \
             in the state.\n\nTry again. If it goes on, ask Wavix support why the trunk cannot be reached."
        ),
    )
    .into()
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
fn at_password_in_use(diagnostics: Diagnostics, config: &SipTrunkModel) -> Diagnostics {
    let is_write_only = config.password_wo.known().is_some();
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

fn status_unknown(id: i64, cause: &str) -> Diagnostic {
    Diagnostic::warning(
        "Unknown SIP trunk status",
        format!(
            "The SIP trunk {id} asks for IP authentication, and where that request stands could not be looked \
             up. {cause}\n\nThe trunk itself is in order and in the state, with `status` and `auth_method` \
             null; the next refresh fills them in."
        ),
    )
    .at(Path::root("status"))
}
