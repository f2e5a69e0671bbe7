//! When a plan is made, and what it may ask and tell because of that.

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Phase, PlanRequest};

use super::context::Context;
use super::object::{RemoteObject, key_of, text_of};

/// Whether this plan is a part of an apply. Where the request alone does not tell,
/// that depends on whose it is: only Terraform also plans without the sign of an
/// apply, which is noted. One that was planned on another machine is not known.
#[must_use]
pub fn is_applying<M>(request: &PlanRequest<'_, Context, M>) -> bool {
    let Some(ctx) = request.ctx else { return false };
    match request.phase {
        Phase::Plan => {
            ctx.siblings().note_plan();
            false
        }
        Phase::PlanAfterRead => false,
        Phase::PlanOrApply => ctx.siblings().has_planned(),
    }
}

/// Ends all looks of plans if this one shows that it was made without a refresh, or
/// is a part of an apply: its object was not read.
pub fn without_refresh<T: RemoteObject>(request: &PlanRequest<'_, Context, T::Model>) {
    if let (Some(ctx), Some(prior)) = (request.ctx, request.prior)
        && key_of::<T>(prior).is_some_and(|key| !ctx.slot::<T>().trail().has(&key))
    {
        ctx.look_no_more();
    }
}

/// Tells what kept the looks of plans from succeeding, once.
pub fn tell_trouble<T: RemoteObject>(
    request: &PlanRequest<'_, Context, T::Model>,
    planned: &T::Model,
    diagnostics: &mut Diagnostics,
) {
    if let Some(ctx) = request.ctx.filter(|_| !is_applying(request)) {
        let teller = text_of::<T>(planned, T::LABEL).unwrap_or_default();
        diagnostics.extend(ctx.trouble(&T::NOUN, &teller));
    }
}
