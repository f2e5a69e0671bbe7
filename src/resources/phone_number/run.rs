//! Resources layer: what one run of Terraform knows of its numbers: who has which, what
//! becomes of it, and what plans looked up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::Mutex as Turn;

use crate::client::{self, CallOptions};
use crate::framework::object::Mapped;
use crate::framework::private::Private;
use crate::framework::resource::PlanRequest;
use crate::lifecycle::context::{Context, Part};
use crate::lifecycle::endpoints;
use crate::lifecycle::looks::Lookups;
use crate::lifecycle::record::Record;
use crate::lifecycle::sightings::{Sighting, Sightings};
use crate::lifecycle::turns::Turns;

use super::PhoneNumber;
use super::destinations::DESTINATIONS;
use super::object::PhoneNumberModel;
use super::places::digits;

/// Under this key stands by which create of a process a resource has its number.
const HOLDER: &str = "holder";

/// See above.
#[derive(Debug)]
pub(super) struct Run {
    turns: Turns<Holders>,
    planned: Sightings,
    fates: Mutex<BTreeMap<String, Fate>>,
    owned: Lookups<Option<Record<PhoneNumber>>>,
}

impl Part for Run {
    fn new(_: &Context) -> Self {
        Self {
            turns: Turns::default(),
            planned: Sightings::default(),
            fates: Mutex::default(),
            owned: Lookups::default(),
        }
    }
}

/// Which creates of this process have a number: as a resource of a type, and as the one
/// that says where it rings.
#[derive(Debug, Default)]
pub(super) struct Holders(BTreeMap<String, String>);

/// What a run does with a number, by one type of resource.
#[derive(Debug, Default)]
struct Fate {
    /// `on_destroy` of the resource that has it, as it was read or is destroyed.
    held: Option<String>,
    is_made: bool,
    is_told: bool,
}

impl Fate {
    /// What is to be told of a number that is both destroyed and made, once.
    fn told(&mut self) -> Option<String> {
        let held = self.held.clone().filter(|_| self.is_made && !self.is_told);
        self.is_told |= held.is_some();
        held
    }
}

/// What a resource has of a number: itself, and where it rings if it says so.
fn parts(form: &str, routes: bool) -> Vec<String> {
    [Some(form), routes.then_some(DESTINATIONS)].into_iter().flatten().map(str::to_owned).collect()
}

impl Holders {
    /// Takes the number for a create. `false`: another one has it, or its routing.
    pub(super) fn take(&mut self, form: &str, plan: &PhoneNumberModel, private: &mut Private) -> bool {
        let parts = parts(form, plan.routes().known().is_some());
        if parts.iter().any(|part| self.0.contains_key(part)) {
            return false;
        }
        let token = format!("{:016x}", fastrand::u64(..));
        private.set(HOLDER, json!(token));
        self.0.extend(parts.into_iter().map(|part| (part, token.clone())));
        true
    }

    /// Whether another create of this process has what the resource had.
    pub(super) fn is_taken(&self, form: &str, private: &Private) -> bool {
        let own = private.get(HOLDER).and_then(|token| token.as_str());
        let taken = |part: &String| self.0.get(part).is_some_and(|token| Some(token.as_str()) != own);
        parts(form, true).iter().any(taken)
    }

    /// The resource is gone.
    pub(super) fn leave(&mut self, private: &Private) {
        let own = private.get(HOLDER).and_then(|token| token.as_str());
        self.0.retain(|_, token| Some(token.as_str()) != own);
    }
}

impl Run {
    /// To be locked while the number is changed. What was planned of it is then over.
    pub(super) fn turn(&self, form: &str, number: &str) -> Arc<Turn<Holders>> {
        parts(form, true).iter().for_each(|part| self.planned.over(&format!("{number} {part}")));
        self.fates.lock().unwrap_or_else(PoisonError::into_inner).remove(&format!("{number} {form}"));
        self.turns.of(number)
    }

    /// Whether another resource of this run is planned for the number, or for its routing.
    pub(super) fn is_planned_twice(
        &self,
        form: &str,
        number: &str,
        request: &PlanRequest<'_, Context, PhoneNumberModel>,
    ) -> bool {
        let routes = request.config.is_some_and(|config| !config.routes().is_null());
        let sighting = || Sighting {
            is_new: request.prior.is_none(),
            config: request.config.map(|config| config.clone().into_value()),
        };
        let twice = |part: &String| self.planned.is_twice(&format!("{number} {part}"), sighting());
        // Of all, so that each is noted.
        parts(form, routes).iter().filter(|part| twice(part)).count() > 0
    }

    /// A resource of the state has the number.
    pub(super) fn was_read(&self, form: &str, state: &PhoneNumberModel) {
        self.fate(form, state, |fate, on_destroy| fate.held = Some(on_destroy));
    }

    /// A destroy is planned: `on_destroy`, if the number is made anew in this run.
    pub(super) fn is_destroyed(&self, form: &str, state: &PhoneNumberModel) -> Option<String> {
        self.fate(form, state, |fate, on_destroy| {
            fate.held = Some(on_destroy);
            fate.told()
        })
        .flatten()
    }

    /// A create is planned: `on_destroy` of the resource that has the number so far.
    pub(super) fn is_made(&self, form: &str, plan: &PhoneNumberModel) -> Option<String> {
        self.fate(form, plan, |fate, _| {
            fate.is_made = true;
            fate.told()
        })
        .flatten()
    }

    fn fate<T>(
        &self,
        form: &str,
        model: &PhoneNumberModel,
        change: impl FnOnce(&mut Fate, String) -> T,
    ) -> Option<T> {
        let number = model.digits()?;
        let on_destroy = model.fate().to_owned();
        let mut fates = self.fates.lock().unwrap_or_else(PoisonError::into_inner);
        Some(change(fates.entry(format!("{number} {form}")).or_default(), on_destroy))
    }

    /// The number as the account has it, as far as a plan can tell; `Some(None)` when it
    /// has not.
    pub(super) async fn owned(
        &self,
        request: &PlanRequest<'_, Context, PhoneNumberModel>,
        number: &str,
    ) -> Option<Option<Record<PhoneNumber>>> {
        let ctx = request.ctx?;
        let without = "phone numbers are not compared with the account's, which are unknown";
        let fetch = |options: CallOptions| async move { owned(ctx, number, &options).await };
        self.owned.of(number).get(ctx, without, request.cancel, fetch).await.cloned()
    }
}

/// The number as the account has it. The API finds numbers by a part too.
///
/// # Errors
/// See [`client::Error`].
pub(super) async fn owned(
    ctx: &Context,
    number: &str,
    options: &CallOptions,
) -> Result<Option<Record<PhoneNumber>>, client::Error> {
    let found =
        endpoints::search::<PhoneNumber>(ctx.client(), &[("search", number.to_owned())], options).await?;
    Ok(found.into_iter().find(|record| record.text("number").map(digits).as_deref() == Some(number)))
}
