//! The untyped twin of an action.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::framework::action::{Action, ActionPlan, Progress};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::Call;
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::{ErasedObject, Verb, check_model, model};

/// [`Action`] without its types.
pub trait ErasedAction<Ctx>: ErasedObject<Ctx> {
    /// See [`Action::timeout`].
    fn timeout(&self) -> Duration;
    /// See [`Action::validate`].
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// See [`Action::plan`].
    fn plan<'a>(
        &'a self,
        ctx: Option<&'a Ctx>,
        config: &'a Value,
        cancel: &'a CancellationToken,
        diagnostics: &'a mut Diagnostics,
    ) -> Verb<'a, ()>;
    /// See [`Action::invoke`].
    fn invoke<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        config: &'a Value,
        progress: &'a Progress<'a>,
    ) -> Verb<'a, Result<Diagnostics, Diagnostics>>;
}

/// The action behind the twin.
#[derive(Debug)]
pub struct TypedAction<A>(A);

impl<A> TypedAction<A> {
    /// Erases `action`.
    pub fn new(action: A) -> Self {
        Self(action)
    }
}

impl<Ctx: Send + Sync + 'static, A: Action<Ctx>> ErasedObject<Ctx> for TypedAction<A> {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        <A::Model as crate::framework::object::Object>::attributes()
    }
}

impl<Ctx: Send + Sync + 'static, A: Action<Ctx>> ErasedAction<Ctx> for TypedAction<A> {
    fn timeout(&self) -> Duration {
        self.0.timeout()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = check_model(config, self.0.type_name(), diagnostics) {
            self.0.validate(&config, diagnostics);
        }
    }

    fn plan<'a>(
        &'a self,
        ctx: Option<&'a Ctx>,
        config: &'a Value,
        cancel: &'a CancellationToken,
        diagnostics: &'a mut Diagnostics,
    ) -> Verb<'a, ()> {
        Box::pin(async move {
            match model(config, self.0.type_name()) {
                Ok(config) => self.0.plan(ActionPlan { ctx, config: &config, cancel }, diagnostics).await,
                Err(bug) => diagnostics.push(bug),
            }
        })
    }

    fn invoke<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        config: &'a Value,
        progress: &'a Progress<'a>,
    ) -> Verb<'a, Result<Diagnostics, Diagnostics>> {
        Box::pin(async move {
            let config = model(config, self.0.type_name())?;
            self.0.invoke(&call, config, progress).await
        })
    }
}
