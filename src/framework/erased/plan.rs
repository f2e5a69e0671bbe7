//! What is asked of a plan, untyped.

use tokio_util::sync::CancellationToken;

use crate::framework::private::Draft;
use crate::framework::resource::Phase;
use crate::protocol::value::Value;

/// A planned change, untyped. See [`PlanRequest`](crate::framework::resource::PlanRequest).
#[derive(Debug)]
pub struct ErasedPlan<'a, Ctx> {
    /// The configured provider.
    pub ctx: Option<&'a Ctx>,
    /// The configuration; `Null` for a destroy.
    pub config: &'a Value,
    /// The prior state; `Null` for a create.
    pub prior: &'a Value,
    /// See [`PlanRequest::phase`](crate::framework::resource::PlanRequest::phase).
    pub phase: Phase,
    /// See [`PlanRequest::private`](crate::framework::resource::PlanRequest::private).
    pub private: &'a Draft,
    /// Set when the user interrupts.
    pub cancel: &'a CancellationToken,
}

impl<'a, Ctx> ErasedPlan<'a, Ctx> {
    /// The same, with its notes going here.
    #[must_use]
    pub fn noting<'b>(&self, private: &'b Draft) -> ErasedPlan<'b, Ctx>
    where
        'a: 'b,
    {
        let Self { ctx, config, prior, phase, cancel, .. } = *self;
        ErasedPlan { ctx, config, prior, phase, private, cancel }
    }
}
