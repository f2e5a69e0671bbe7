//! The untyped twin of a managed resource.

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
use crate::protocol::value::{UNKNOWN, Value};

use super::{ErasedObject, ErasedPlan, Verb, checked, model};

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

/// Between the values of a resource and its model, of which it may show a part.
#[derive(Clone, Copy)]
struct View {
    type_name: &'static str,
    shows: Option<&'static [&'static str]>,
}

impl View {
    fn of<Ctx: Send + Sync + 'static>(resource: &impl Resource<Ctx>) -> Self {
        Self { type_name: resource.type_name(), shows: resource.shows() }
    }

    fn model<M: Object>(self, value: &Value) -> Result<M, Diagnostic> {
        let (Some(shows), Value::Map(shown)) = (self.shows, value) else {
            return model(value, self.type_name);
        };
        let mut whole = shown.clone();
        let hidden = M::ATTRIBUTES.iter().filter(|name| !shows.contains(*name));
        whole.extend(hidden.map(|name| ((*name).to_owned(), UNKNOWN)));
        model(&Value::Map(whole), self.type_name)
    }

    fn optional_model<M: Object>(self, value: &Value) -> Result<Option<M>, Diagnostic> {
        if value.is_null() { Ok(None) } else { self.model(value).map(Some) }
    }

    fn value(self, model: impl Mapped) -> Value {
        let mut value = model.into_value();
        if let (Some(shows), Value::Map(all)) = (self.shows, &mut value) {
            all.retain(|name, _| shows.contains(&name.as_str()));
        }
        value
    }
}

/// A typed verb at work on the slot. What the verb saved is written back when
/// this is dropped, so that neither an error nor a panic, which is caught
/// further up, can lose it.
struct Session<'a, M: Object> {
    slot: &'a mut Slot,
    outcome: Outcome<M>,
    view: View,
}

impl<'a, M: Object> Session<'a, M> {
    fn start(view: View, slot: &'a mut Slot, state: Option<M>) -> Self {
        let private = std::mem::take(&mut slot.private);
        let outcome = Outcome::starting_from(state, private).noting(slot.note.clone());
        Self { slot, outcome, view }
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
        self.slot.state = state.map_or(Value::Null, |state| self.view.value(state));
        self.slot.private = private;
        self.slot.diagnostics.append(warnings);
    }
}

/// The models of a change, or the bug that keeps them from being made.
fn change_models<M: Object>(view: View, change: &ErasedChange<'_>) -> Result<(M, M, Option<M>), Diagnostic> {
    Ok((view.model(change.write_only)?, view.model(change.plan)?, view.optional_model(change.prior)?))
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
        self.0.shows().or_else(R::Model::attributes)
    }
}

impl<Ctx: Send + Sync + 'static, R: Resource<Ctx>> ErasedResource<Ctx> for TypedResource<R> {
    fn default_timeout(&self, operation: Operation) -> Duration {
        self.0.default_timeout(operation)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = checked(View::of(&self.0).model(config), diagnostics) {
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
            let view = View::of(&self.0);
            let models = view.optional_model(request.config).and_then(|config| {
                Ok((config, view.optional_model(request.prior)?, view.optional_model::<R::Model>(planned)?))
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
            *planned = model.map_or(Value::Null, |model| view.value(model));
        })
    }

    fn create<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        change: ErasedChange<'a>,
        slot: &'a mut Slot,
    ) -> Verb<'a, ()> {
        Box::pin(async move {
            let view = View::of(&self.0);
            match change_models(view, &change) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok((write_only, plan, _)) => {
                    let mut session = Session::start(view, slot, None);
                    let request = CreateRequest { write_only, plan };
                    let result = self.0.create(&call, request, &mut session.outcome).await;
                    session.finish(result);
                }
            }
        })
    }

    fn read<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()> {
        Box::pin(async move {
            let view = View::of(&self.0);
            match view.model::<R::Model>(&slot.state) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok(state) => {
                    let mut session = Session::start(view, slot, Some(state.clone()));
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
            let view = View::of(&self.0);
            match change_models::<R::Model>(view, &change) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok((_, _, None)) => slot.diagnostics.push(Diagnostic::bug(
                    format!("Cannot update {}", view.type_name),
                    "There is no prior state to update.",
                )),
                Ok((write_only, plan, Some(prior))) => {
                    let mut session = Session::start(view, slot, Some(prior.clone()));
                    let request = UpdateRequest { write_only, plan, prior };
                    let result = self.0.update(&call, request, &mut session.outcome).await;
                    session.finish(result);
                }
            }
        })
    }

    fn delete<'a>(&'a self, call: Call<'a, Ctx>, slot: &'a mut Slot) -> Verb<'a, ()> {
        Box::pin(async move {
            let view = View::of(&self.0);
            match view.model::<R::Model>(&slot.state) {
                Err(bug) => slot.diagnostics.push(bug),
                Ok(state) => {
                    let mut session = Session::start(view, slot, Some(state.clone()));
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
        self.0.import(id).map(|state| View::of(&self.0).value(state))
    }

    fn upgrade(&self, from: i64, state: serde_json::Value) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade(from, state)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.0.identity_schema()
    }

    fn identity(&self, state: &Value) -> Result<Value, Diagnostic> {
        Ok(self.0.identity(&View::of(&self.0).model(state)?).unwrap_or(Value::Null))
    }

    fn import_identity(&self, identity: &Value) -> Result<Value, Diagnostics> {
        self.0.import_identity(identity).map(|state| View::of(&self.0).value(state))
    }

    fn upgrade_identity(
        &self,
        from: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade_identity(from, identity)
    }

    fn generate(&self, state: &Value, config: Value) -> Result<Value, Diagnostic> {
        let view = View::of(&self.0);
        let (state, mut config) = (view.model(state)?, view.model(&config)?);
        self.0.generate(&state, &mut config);
        Ok(view.value(config))
    }

    fn take_over(&self, moved: &MovedState) -> Result<Option<Value>, Diagnostics> {
        Ok(self.0.take_over(moved)?.map(|state| View::of(&self.0).value(state)))
    }
}
