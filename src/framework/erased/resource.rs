//! The untyped twin of a managed resource. Layer: framework.

use std::time::Duration;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::IdentitySchema;
use crate::framework::moving::MovedState;
use crate::framework::note::Note;
use crate::framework::object::{Mapped, Object};
use crate::framework::private::Private;
use crate::framework::resource::{
    Call, CreateRequest, Operation, Outcome, PlanRequest, Resource, UpdateRequest,
};
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::{ErasedObject, ErasedPlan, Verb, check_model, model};

/// A change to carry out, untyped.
#[derive(Debug)]
pub struct ErasedChange<'a> {
    /// The write-only values of the configuration; `Null` for a delete.
    pub write_only: &'a Value,
    /// The planned state; `Null` for a delete.
    pub plan: &'a Value,
    /// The prior state; `Null` for a create.
    pub prior: &'a Value,
}

/// Where an untyped verb puts its result: it outlives the verb, so that what
/// was saved before an error or a panic is not lost.
#[derive(Debug)]
pub struct Slot {
    /// `Null` when there is no object.
    pub state: Value,
    /// Kept beside the state.
    pub private: Private,
    /// Warnings, and errors of the verb.
    pub diagnostics: Diagnostics,
    /// What the log says if the verb is cut off.
    pub note: Note,
}

/// [`Resource`] without its types.
pub trait ErasedResource<Ctx>: ErasedObject<Ctx> {
    /// See [`Resource::default_timeout`].
    fn default_timeout(&self, operation: Operation) -> Duration;
    /// See [`Resource::validate`].
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// See [`Resource::plan`].
    fn plan<'a>(
        &'a self,
        request: ErasedPlan<'a, Ctx>,
        planned: &'a mut Value,
        diagnostics: &'a mut Diagnostics,
    ) -> Verb<'a, ()>;
    /// See [`Resource::create`].
    fn create<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        change: ErasedChange<'a>,
        slot: &'a mut Slot,
    ) -> Verb<'a, ()>;
    /// See [`Resource::read`]. The state is the slot's.
    fn read<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()>;
    /// See [`Resource::update`].
    fn update<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        change: ErasedChange<'a>,
        slot: &'a mut Slot,
    ) -> Verb<'a, ()>;
    /// See [`Resource::delete`]. The state is the slot's.
    fn delete<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()>;
    /// See [`Resource::import`].
    ///
    /// # Errors
    /// As there.
    fn import(&self, id: &str) -> Result<Value, Diagnostics>;
    /// See [`Resource::upgrade`].
    ///
    /// # Errors
    /// As there.
    fn upgrade(&self, from: i64, state: serde_json::Value) -> Result<serde_json::Value, Diagnostics>;
    /// See [`Resource::identity_schema`].
    fn identity_schema(&self) -> Option<IdentitySchema>;
    /// See [`Resource::identity`]. `Null` for a type without identity.
    ///
    /// # Errors
    /// The state cannot be mapped.
    fn identity(&self, state: &Value) -> Result<Value, Diagnostic>;
    /// See [`Resource::import_identity`].
    ///
    /// # Errors
    /// As there.
    fn import_identity(&self, identity: &Value) -> Result<Value, Diagnostics>;
    /// See [`Resource::upgrade_identity`].
    ///
    /// # Errors
    /// As there.
    fn upgrade_identity(
        &self,
        from: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics>;
    /// See [`Resource::generate`].
    ///
    /// # Errors
    /// The state or the configuration cannot be mapped.
    fn generate(&self, state: &Value, config: Value) -> Result<Value, Diagnostic>;
    /// See [`Resource::take_over`].
    ///
    /// # Errors
    /// As there.
    fn take_over(&self, moved: &MovedState) -> Result<Option<Value>, Diagnostics>;
}

/// The resource behind the twin.
#[derive(Debug)]
pub struct TypedResource<R>(R);

impl<R> TypedResource<R> {
    /// Erases `resource`.
    pub fn new(resource: R) -> Self {
        Self(resource)
    }
}

fn optional_model<M: Object>(value: &Value, type_name: &str) -> Result<Option<M>, Diagnostic> {
    if value.is_null() { Ok(None) } else { model(value, type_name).map(Some) }
}

/// A typed verb at work on the slot. What the verb saved is written back when
/// this is dropped, so that neither an error nor a panic, which is caught
/// further up, can lose it.
struct Session<'a, M: Object> {
    slot: &'a mut Slot,
    outcome: Outcome<M>,
}

impl<'a, M: Object> Session<'a, M> {
    fn start(slot: &'a mut Slot, state: Option<M>) -> Self {
        let private = std::mem::take(&mut slot.private);
        let outcome = Outcome::starting_from(state, private).noting(slot.note.clone());
        Self { slot, outcome }
    }

    fn finish(self, result: Result<(), Diagnostics>) {
        if let Err(errors) = result {
            self.slot.diagnostics.append(errors);
        }
    }
}

impl<M: Object> Drop for Session<'_, M> {
    fn drop(&mut self) {
        let empty = Outcome::starting_from(None, Private::default());
        let (state, private, warnings) = std::mem::replace(&mut self.outcome, empty).into_parts();
        self.slot.state = state.map_or(Value::Null, Mapped::into_value);
        self.slot.private = private;
        self.slot.diagnostics.append(warnings);
    }
}

/// The models of a change, or the bug that keeps them from being made.
fn change_models<M: Object>(
    change: &ErasedChange<'_>,
    type_name: &str,
) -> Result<(M, M, Option<M>), Diagnostic> {
    Ok((
        model(change.write_only, type_name)?,
        model(change.plan, type_name)?,
        optional_model(change.prior, type_name)?,
    ))
}

impl<Ctx: Send + Sync + 'static, R: Resource<Ctx>> ErasedObject<Ctx> for TypedResource<R> {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        R::Model::attributes()
    }
}

impl<Ctx: Send + Sync + 'static, R: Resource<Ctx>> ErasedResource<Ctx> for TypedResource<R> {
    fn default_timeout(&self, operation: Operation) -> Duration {
        self.0.default_timeout(operation)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = check_model(config, self.0.type_name(), diagnostics) {
            self.0.validate(&config, diagnostics);
        }
    }

    fn plan<'a>(
        &'a self,
        request: ErasedPlan<'a, Ctx>,
        planned: &'a mut Value,
        diagnostics: &'a mut Diagnostics,
    ) -> Verb<'a, ()> {
        Box::pin(async move {
            let name = self.0.type_name();
            let models = optional_model(request.config, name).and_then(|config| {
                Ok((config, optional_model(request.prior, name)?, optional_model::<R::Model>(planned, name)?))
            });
            let (config, prior, mut model): (Option<R::Model>, _, _) = match models {
                Ok(models) => models,
                Err(bug) => return diagnostics.push(bug),
            };
            let typed = PlanRequest {
                ctx: request.ctx,
                config: config.as_ref(),
                prior: prior.as_ref(),
                phase: request.phase,
                private: request.private,
                cancel: request.cancel,
            };
            self.0.plan(typed, &mut model, diagnostics).await;
            *planned = model.map_or(Value::Null, Mapped::into_value);
        })
    }

    fn create<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        change: ErasedChange<'a>,
        slot: &'a mut Slot,
    ) -> Verb<'a, ()> {
        Box::pin(async move {
            match change_models(&change, self.0.type_name()) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok((write_only, plan, _)) => {
                    let mut session = Session::start(slot, None);
                    let request = CreateRequest { write_only, plan };
                    let result = self.0.create(&call, request, &mut session.outcome).await;
                    session.finish(result);
                }
            }
        })
    }

    fn read<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()> {
        Box::pin(async move {
            match model::<R::Model>(&slot.state, self.0.type_name()) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok(state) => {
                    let mut session = Session::start(slot, Some(state.clone()));
                    let result = self.0.read(&call, state, &mut session.outcome).await;
                    session.finish(result);
                }
            }
        })
    }

    fn update<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        change: ErasedChange<'a>,
        slot: &'a mut Slot,
    ) -> Verb<'a, ()> {
        Box::pin(async move {
            let name = self.0.type_name();
            match change_models::<R::Model>(&change, name) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok((_, _, None)) => slot.diagnostics.push(Diagnostic::bug(
                    format!("Cannot update {name}"),
                    "There is no prior state to update.",
                )),
                Ok((write_only, plan, Some(prior))) => {
                    let mut session = Session::start(slot, Some(prior.clone()));
                    let request = UpdateRequest { write_only, plan, prior };
                    let result = self.0.update(&call, request, &mut session.outcome).await;
                    session.finish(result);
                }
            }
        })
    }

    fn delete<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()> {
        Box::pin(async move {
            match model::<R::Model>(&slot.state, self.0.type_name()) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok(state) => {
                    let mut session = Session::start(slot, Some(state.clone()));
                    let result = self.0.delete(&call, state, &mut session.outcome).await;
                    if result.is_ok() {
                        session.outcome.gone();
                    }
                    session.finish(result);
                }
            }
        })
    }

    fn import(&self, id: &str) -> Result<Value, Diagnostics> {
        self.0.import(id).map(Mapped::into_value)
    }

    fn upgrade(&self, from: i64, state: serde_json::Value) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade(from, state)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.0.identity_schema()
    }

    fn identity(&self, state: &Value) -> Result<Value, Diagnostic> {
        Ok(self.0.identity(&model(state, self.0.type_name())?).unwrap_or(Value::Null))
    }

    fn import_identity(&self, identity: &Value) -> Result<Value, Diagnostics> {
        self.0.import_identity(identity).map(Mapped::into_value)
    }

    fn upgrade_identity(
        &self,
        from: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade_identity(from, identity)
    }

    fn generate(&self, state: &Value, config: Value) -> Result<Value, Diagnostic> {
        let name = self.0.type_name();
        let (state, mut config) = (model(state, name)?, model(&config, name)?);
        self.0.generate(&state, &mut config);
        Ok(config.into_value())
    }

    fn take_over(&self, moved: &MovedState) -> Result<Option<Value>, Diagnostics> {
        Ok(self.0.take_over(moved)?.map(Mapped::into_value))
    }
}
