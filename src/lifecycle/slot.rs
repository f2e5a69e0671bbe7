//! What a process knows of the objects of one kind: the list that reads share, who has
//! which object, and what was seen of them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::client::{self, CallOptions};
use crate::framework::resource::Call;

use super::claims::Claims;
use super::context::{Context, Part, options};
use super::endpoints;
use super::list_walk::{ListWalk, WriteGuard};
use super::looks::Lookup;
use super::object::RemoteObject;
use super::record::Record;
use super::shared_reads::SharedReads;
use super::trail::Trail;
use super::turns::Turns;

/// Objects in a list.
pub type Records<T> = Arc<Vec<Record<T>>>;

/// See above.
#[derive(Debug)]
pub struct Slot<T: RemoteObject> {
    list: ListWalk<Record<T>>,
    reads: SharedReads<T>,
    claims: Claims,
    at_first: Lookup<Records<T>>,
    trail: Trail<T>,
    creates: Turns<()>,
}

impl<T: RemoteObject> Part for Slot<T> {
    fn new(ctx: &Context) -> Self {
        Self {
            list: ListWalk::default(),
            reads: SharedReads::default(),
            claims: Claims::new(Arc::clone(ctx.siblings()), T::ROUTE),
            at_first: Lookup::default(),
            trail: Trail::default(),
            creates: Turns::default(),
        }
    }
}

impl<T: RemoteObject> Slot<T> {
    /// Who has which object.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What this process has seen of the objects.
    #[must_use]
    pub fn trail(&self) -> &Trail<T> {
        &self.trail
    }

    /// Whose create it is, of those with one label.
    #[must_use]
    pub fn creates(&self) -> &Turns<()> {
        &self.creates
    }

    /// Announces a write to something in the list.
    pub fn write(&self) -> (WriteGuard<'_>, [WriteGuard<'_>; 2]) {
        (self.list.write(), self.reads.write())
    }

    /// How many objects are read in few requests.
    #[must_use]
    pub fn reads(&self) -> &SharedReads<T> {
        &self.reads
    }

    /// All objects of the account, as of a walk shared with other reads.
    ///
    /// # Errors
    /// See [`client::Error`].
    pub async fn recent(&self, call: &Call<'_, Context>) -> Result<Records<T>, client::Error> {
        let options = options(call);
        self.list.recent(&options, || endpoints::list(call.ctx.client(), &options)).await
    }

    /// The same, as of a walk that begins now.
    ///
    /// # Errors
    /// See [`client::Error`].
    pub async fn fresh(
        &self,
        call: &Call<'_, Context>,
        options: &CallOptions,
    ) -> Result<Records<T>, client::Error> {
        self.list.fresh(options, || endpoints::list(call.ctx.client(), options)).await
    }

    /// What was there a moment ago, whatever was written since.
    ///
    /// # Errors
    /// See [`client::Error`].
    pub async fn before(
        &self,
        call: &Call<'_, Context>,
        options: &CallOptions,
    ) -> Result<Records<T>, client::Error> {
        self.list.before(options, || endpoints::list(call.ctx.client(), options)).await
    }

    /// The objects as they were when a plan first wanted to know. `None` when they
    /// cannot be had: a plan does without.
    pub async fn at_first(&self, ctx: &Context, cancel: &CancellationToken) -> Option<Records<T>> {
        let without = "new objects are not compared with those of the account, which are unknown";
        let fetch = |options: CallOptions| async move {
            self.list.recent(&options, || endpoints::list(ctx.client(), &options)).await
        };
        self.at_first.get(ctx, without, cancel, fetch).await.cloned()
    }
}
