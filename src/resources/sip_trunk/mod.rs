//! `wavix_sip_trunk`. This file strings the verbs together; what each does is the lifecycle
//! layer's, what a trunk is is in `object`.

pub(super) mod caller_id;
mod ceilings;
mod ip_authentication;
mod limits;
mod model;
mod object;
mod password;
mod rules;
mod schema;
mod take_over;
mod validate;

#[cfg(test)]
mod data_source_tests;
#[cfg(test)]
mod tests;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::identity::IdentitySchema;
use crate::framework::moving::MovedState;
use crate::framework::resource::{Call, CreateRequest, Outcome, PlanRequest, Resource, UpdateRequest};
use crate::framework::schema::Schema;
use crate::lifecycle::context::{Context, options};
use crate::lifecycle::create::{Made, create};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::{RemoteObject, completed, keep_promises};
use crate::lifecycle::write::{Write, write};
use crate::lifecycle::{delete, doubles, find, plan, read, settle, take_back, unreadable, verify, views};
use crate::protocol::value::Value;
use crate::resources::ringing;

pub use self::model::{HostRequestModel, SipTrunkModel};
pub use self::object::NOUN;

/// The resource, and all that there is to say of a SIP trunk.
#[derive(Debug, Clone, Copy, Default)]
pub struct SipTrunk;

/// `data "wavix_sip_trunk"`
pub type SipTrunkDataSource = views::One<SipTrunk>;
/// `data "wavix_sip_trunks"`
pub type SipTrunksDataSource = views::Plural<SipTrunk>;
/// `list "wavix_sip_trunk"`
pub type SipTrunkList = views::List<SipTrunk, SipTrunk>;

impl Resource<Context> for SipTrunk {
    type Model = SipTrunkModel;

    fn type_name(&self) -> &'static str {
        NOUN.type_name
    }

    fn schema(&self) -> Schema {
        <Self as RemoteObject>::schema().clone()
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
            refine(config, request.prior, planned, diagnostics);
            plan::without_refresh::<Self>(&request);
            // The plan has said it when it comes to applying.
            if let Some(prior) = request.prior
                && let Some(warning) = ip_authentication::review_ahead(prior, planned)
                && !plan::is_applying(&request)
            {
                diagnostics.push(warning);
            }
            ceilings::check(&request, planned, diagnostics).await;
            let numbers = [request.prior.and_then(caller_id::number), caller_id::number(planned)];
            ringing::check_caller_id(&request, numbers, diagnostics).await;
            doubles::look_for::<Self>(&request, planned, diagnostics).await;
            plan::tell_trouble::<Self>(&request, planned, diagnostics);
        } else {
            ringing::before_destroy(&request, request.prior.and_then(|it| it.id.known()), diagnostics).await;
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
        password::confirm(&mut outcome.private);
        limits::decide_flags(&mut plan);
        let secret = password::to_send(&plan, &write_only).ok_or_else(password::create_without)?;
        let body = plan.body(&secret);
        let made = create::<Self>(call, &plan, &body, outcome).await;
        let Made { record, is_new } =
            made.map_err(|errors| password::at_the_one_in_use(errors, &write_only))?;
        let mut trunk = record.state(&plan);
        if trunk.requested_host().is_none() {
            trunk.add_digest_facts();
            outcome.save(trunk.clone());
        } else {
            match find::listed::<Self>(call, &record.key).await {
                Ok(Some(listed)) => trunk.add_listed(&listed),
                Ok(None) => outcome.warn(ip_authentication::status_unknown(
                    &record.key,
                    "The list does not contain it yet.",
                )),
                Err(error) => {
                    outcome.warn(ip_authentication::status_unknown(&record.key, &error.to_string()))
                }
            }
            outcome.save(trunk.clone());
        }
        unreadable::refuse(Verb::Create, &record)?;
        take_back::unless_as_planned::<Self>(call, &plan, (&record.key, &trunk), is_new, outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let Some(record) = read::read::<Self>(call, &state, outcome).await? else { return Ok(()) };
        let id = &record.key;
        let mut trunk = record.state(&state);
        if trunk.needs_listing(&state) {
            match find::listed::<Self>(call, id).await {
                Ok(Some(listed)) => trunk.add_listed(&listed),
                Ok(None) => tracing::warn!(id, "The list of SIP trunks does not contain an existing trunk"),
                Err(error) if trunk.has_ip_authentication(&state) => {
                    return Err(NOUN.failed(Verb::Read, id, &error));
                }
                Err(error) => outcome.warn(ip_authentication::request_unknown(id, &error.to_string())),
            }
        } else if trunk.lacks_listing() {
            trunk.add_digest_facts();
        }
        password::forget_if_unconfirmed(&mut outcome.private, &mut trunk);
        read::save::<Self>(call, &state, trunk, outcome);
        Ok(())
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        request: UpdateRequest<SipTrunkModel>,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let UpdateRequest { write_only, mut plan, prior } = request;
        limits::decide_flags(&mut plan);
        let id = read::known::<Self>(Verb::Update, call, &prior)?;
        if !password::needs_request(&prior, &plan, &write_only) {
            outcome.save(completed::<Self>(&plan, &prior));
            return Ok(());
        }
        let secret = password::to_send(&plan, &write_only)
            .ok_or_else(|| password::update_without(&prior, &plan, &write_only))?;
        outcome.note(format!("SIP trunk {id}"));
        ip_authentication::withdraws_nothing_unseen(call, &id, &prior, &plan).await?;
        let body = plan.body(&secret);
        let put = Write { key: &id, body: &body, plan: &plan, prior: &prior, look: None };
        let record = match write::<Self>(call, &put, &options(call)).await {
            Ok(record) => record,
            Err(unwritten) => {
                let failed = password::not_certain(&plan, &prior, unwritten, outcome);
                return Err(password::at_the_one_in_use(failed, &write_only));
            }
        };
        password::confirm(&mut outcome.private);
        settle::note_update::<Self>(call, &plan, &prior, &mut outcome.private);
        let mut trunk = record.state(&plan);
        keep_promises::<Self>(&plan, &mut trunk);
        outcome.save(trunk.clone());
        call.ctx.slot::<Self>().trail().note(&trunk, Some(call.ctx.patience().settling));
        ip_authentication::follow_update(call, &id, (&prior, &plan), &mut trunk, outcome).await;
        unreadable::refuse(Verb::Update, &record)?;
        verify::update::<Self>(&prior, &plan, &trunk)
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: SipTrunkModel,
        outcome: &mut Outcome<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let id = read::known::<Self>(Verb::Delete, call, &state)?;
        outcome.note(format!("SIP trunk {id}"));
        delete::delete::<Self>(call, &state, &outcome.private, &id).await?;
        call.ctx.slot::<Self>().trail().forget(&id);
        Ok(())
    }

    fn import(&self, id: &str) -> Result<SipTrunkModel, Diagnostics> {
        views::by_key::<Self>(id)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(views::identity_schema::<Self>())
    }

    fn import_identity(&self, identity: &Value) -> Result<SipTrunkModel, Diagnostics> {
        views::by_key::<Self>(identity.get("id").and_then(Value::as_str).unwrap_or_default())
    }

    fn generate(&self, _state: &SipTrunkModel, config: &mut SipTrunkModel) {
        <Self as RemoteObject>::generate(config);
    }

    fn take_over(&self, moved: &MovedState) -> Result<Option<SipTrunkModel>, Diagnostics> {
        take_over::take_over(moved)
    }
}

/// Refines the plan of a create (`prior` is `None`) or an update. Asks nobody.
fn refine(
    config: &SipTrunkModel,
    prior: Option<&SipTrunkModel>,
    planned: &mut SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    limits::refine(config, prior, planned);
    caller_id::refuse_missing(prior, planned, diagnostics);
    ip_authentication::refine(prior, planned);
    password::check_plan(config, prior, planned, diagnostics);
}
