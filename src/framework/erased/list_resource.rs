//! The untyped twin of a list resource.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::list_resource::{ListRequest, ListResource, ListResults, ListedObject};
use crate::framework::resource::Call;
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::{ErasedObject, Verb, check_model, model};

/// What is asked of a list, untyped. See [`ListRequest`].
#[derive(Debug)]
pub struct ErasedListRequest<'a> {
    /// The configuration.
    pub config: &'a Value,
    /// Whether states must be whole.
    pub include_resource: bool,
    /// How many objects at most.
    pub limit: Option<usize>,
}

/// [`ListResource`] without its types.
pub trait ErasedListResource<Ctx>: ErasedObject<Ctx> {
    /// See [`ListResource::timeout`].
    fn timeout(&self) -> Duration;
    /// See [`ListResource::validate`].
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// See [`ListResource::list`].
    fn list<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        request: ErasedListRequest<'a>,
        objects: mpsc::Sender<ListedObject>,
    ) -> Verb<'a, Result<(), Diagnostics>>;
}

/// The list resource behind the twin.
#[derive(Debug)]
pub struct TypedListResource<L>(L);

impl<L> TypedListResource<L> {
    /// Erases `list_resource`.
    pub fn new(list_resource: L) -> Self {
        Self(list_resource)
    }
}

impl<Ctx: Send + Sync + 'static, L: ListResource<Ctx>> ErasedObject<Ctx> for TypedListResource<L> {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        <L::Model as crate::framework::object::Object>::attributes()
    }
}

impl<Ctx: Send + Sync + 'static, L: ListResource<Ctx>> ErasedListResource<Ctx> for TypedListResource<L> {
    fn timeout(&self) -> Duration {
        self.0.timeout()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = check_model(config, self.0.type_name(), diagnostics) {
            self.0.validate(&config, diagnostics);
        }
    }

    fn list<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        request: ErasedListRequest<'a>,
        objects: mpsc::Sender<ListedObject>,
    ) -> Verb<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let config = model(request.config, self.0.type_name())?;
            let include_resource = request.include_resource;
            let mut results = ListResults::new(objects, request.limit);
            self.0.list(&call, ListRequest { config, include_resource }, &mut results).await
        })
    }
}
