//! Plans of an object that is there already. Two resources of one part of it are refused,
//! and so is one run that would give it back and have it again.

use serde_json::json;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::PlanRequest;

use super::super::context::Context;
use super::super::noun::Verb;
use super::super::omission;
use super::super::plan::{is_applying, tell_trouble, without_refresh};
use super::super::run::Run;
use super::{KEEP, Lasting, RELEASE, Shown, fate, told};

/// Under this key stands the object that a create was planned for. The destroy of the old
/// resource in a replacement gets it too, and knows itself by it.
pub(super) const MAKES: &str = "makes";

/// A create or an update.
pub(super) async fn change<T: Lasting>(
    shown: Shown,
    request: &PlanRequest<'_, Context, T::Model>,
    planned: &mut T::Model,
    diagnostics: &mut Diagnostics,
) {
    without_refresh::<T>(request);
    T::complete(planned, request.prior);
    omission::note::<T>(request, diagnostics);
    let name = T::called(planned);
    if name.is_empty() && fate::<T>(planned) == RELEASE {
        diagnostics.push(told::released_unseen::<T>());
    }
    let Some(ctx) = request.ctx.filter(|_| !name.is_empty()) else { return };
    if let Some(prior) = request.prior.filter(|prior| T::called(prior) != name) {
        // Another one is planned for it; of this one nothing else is said.
        return destroy::<T>(shown, request, prior, diagnostics).await;
    }
    let run = ctx.part::<Run<T>>();
    let had = request.config.map(|config| shown.had::<T>(config, |value| !value.is_null()));
    let is_twice = run.is_planned_twice(&name, &had.unwrap_or_default(), request);
    if is_twice {
        diagnostics.push(told::twice::<T>(shown, &name));
    }
    let mut found = None;
    if request.prior.is_none() {
        request.private.set(MAKES, json!(name));
        if !is_twice && let Some(on_destroy) = run.is_made(&name, shown.part()) {
            diagnostics.push(told::recreated::<T>(&name, &on_destroy));
        }
        if !is_applying(request) {
            found = run.there(request, &name).await;
        }
        match &found {
            Some(None) if shown.attributes.is_none() => {
                diagnostics.push(told::not_owned::<T>(Verb::Create, &name));
            }
            Some(None) => diagnostics.push(told::not_owned_yet::<T>(&name)),
            _ => {}
        }
    }
    T::plan(request, planned, found.flatten().as_ref(), diagnostics).await;
    tell_trouble::<T>(request, planned, diagnostics);
}

/// Says what there is to say before the resource goes.
pub(super) async fn destroy<T: Lasting>(
    shown: Shown,
    request: &PlanRequest<'_, Context, T::Model>,
    prior: &T::Model,
    diagnostics: &mut Diagnostics,
) {
    let (name, fate) = (T::called(prior), fate::<T>(prior));
    let run = request.ctx.map(|ctx| ctx.part::<Run<T>>());
    if let Some(on_destroy) = run.and_then(|run| run.is_destroyed(&name, shown.part(), &fate)) {
        diagnostics.push(told::recreated::<T>(&name, &on_destroy));
    }
    match fate.as_str() {
        KEEP => diagnostics.push(told::stays::<T>(prior)),
        RELEASE => {
            diagnostics.push(told::is_released::<T>(prior));
            if !is_applying(request) {
                T::plan_release(request, prior, diagnostics).await;
            }
        }
        _ => {}
    }
}
