//! What the author of a list resource writes: how `terraform query` finds the objects of a
//! managed resource's type.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::protocol::value::Value;

use super::diagnostics::Diagnostics;
use super::object::Object;
use super::resource::{Call, Resource};
use super::schema::Schema;

/// A list resource. Contract:
///
/// 1. [`type_name`](Self::type_name) is that of the managed resource whose
///    objects are listed, and that resource has an identity.
/// 2. [`schema`](Self::schema) is pure and holds arguments only.
/// 3. [`validate`](Self::validate) never asks the API; unknown values trip no
///    check.
/// 4. [`list`](Self::list) hands over each object as soon as it is known, and
///    asks for the next page only when more is wanted. It writes nothing, and
///    may be dropped wherever it waits: that is how a client that has seen
///    enough ends it.
/// 5. An error ends the list; what was handed over before stays valid.
pub trait ListResource<Ctx: Send + Sync + 'static>: Send + Sync + 'static {
    /// The struct for the configuration.
    type Model: Object;
    /// The managed resource whose objects are listed.
    type Resource: Resource<Ctx>;

    /// As the managed resource's.
    fn type_name(&self) -> &'static str;

    /// Arguments.
    fn schema(&self) -> Schema;

    /// How long a whole list may take.
    fn timeout(&self) -> Duration {
        Duration::from_secs(30 * 60)
    }

    /// Rules that need more than one argument.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Finds the objects.
    fn list(
        &self,
        call: &Call<'_, Ctx>,
        request: ListRequest<Self::Model>,
        results: &mut ListResults<<Self::Resource as Resource<Ctx>>::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// What is asked of [`ListResource::list`].
#[derive(Debug)]
pub struct ListRequest<M> {
    /// What the user wrote. Wholly known.
    pub config: M,
    /// Whether states must be what a read after an import would make of the
    /// object. Otherwise they need no more than the identity does.
    pub include_resource: bool,
}

/// Where a list goes, object by object.
#[derive(Debug)]
pub struct ListResults<M> {
    objects: mpsc::Sender<ListedObject>,
    wanted: usize,
    model: PhantomData<fn(M)>,
}

impl<M: Object> ListResults<M> {
    /// At most `limit` objects go to `objects`.
    pub fn new(objects: mpsc::Sender<ListedObject>, limit: Option<usize>) -> Self {
        Self { objects, wanted: limit.unwrap_or(usize::MAX), model: PhantomData }
    }

    /// How many more objects are wanted.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Hands an object over; waits until the client takes it. `display_name` is
    /// for people and need not be unique. `Break` when no more are wanted.
    pub async fn push(&mut self, display_name: impl Into<String> + Send, state: M) -> ControlFlow<()> {
        if self.wanted > 0 {
            self.wanted -= 1;
            let object = ListedObject { display_name: display_name.into(), state: state.into_value() };
            if self.objects.send(object).await.is_err() {
                self.wanted = 0;
            }
        }
        if self.wanted == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// An object on its way to the client, untyped.
#[derive(Debug)]
pub struct ListedObject {
    /// For people.
    pub display_name: String,
    /// At least as much of the state as the identity needs.
    pub state: Value,
}
