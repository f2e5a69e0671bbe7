//! Resources layer: what one run of Terraform knows of its numbers: who has which, what
//! becomes of it, and what plans looked up.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::client::{self, CallOptions};
use crate::framework::object::Mapped;
use crate::framework::resource::PlanRequest;
use crate::lifecycle::context::{Context, Part};
use crate::lifecycle::endpoints;
use crate::lifecycle::holders::{Fates, Holders};
use crate::lifecycle::looks::Lookups;
use crate::lifecycle::record::Record;
use crate::lifecycle::sightings::{Sighting, Sightings};
use crate::lifecycle::turns::Turns;

use super::PhoneNumber;
use super::destinations::DESTINATIONS;
use super::object::PhoneNumberModel;
use super::places::digits;

/// See above.
#[derive(Debug)]
pub(super) struct Run {
    turns: Turns<Holders>,
    planned: Sightings,
    fates: Fates,
    owned: Lookups<Option<Record<PhoneNumber>>>,
}

impl Part for Run {
    fn new(_: &Context) -> Self {
        Self {
            turns: Turns::default(),
            planned: Sightings::default(),
            fates: Fates::default(),
            owned: Lookups::default(),
        }
    }
}

/// What a resource has of a number: itself, and where it rings if it says so.
pub(super) fn parts(form: &str, routes: bool) -> Vec<String> {
    [Some(form), routes.then_some(DESTINATIONS)].into_iter().flatten().map(str::to_owned).collect()
}

/// A number as one form shows it.
fn shown(form: &str, number: &PhoneNumberModel) -> String {
    format!("{} {form}", number.digits().unwrap_or_default())
}

impl Run {
    /// To be locked while the number is changed. What was planned of it is then over.
    pub(super) fn turn(&self, form: &str, number: &str) -> Arc<Mutex<Holders>> {
        parts(form, true).iter().for_each(|part| self.planned.over(&format!("{number} {part}")));
        self.fates.over(&format!("{number} {form}"));
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
        self.fates.held(&shown(form, state), state.fate());
    }

    /// A destroy is planned: what it does, if the number is made anew in this run.
    pub(super) fn is_destroyed(&self, form: &str, state: &PhoneNumberModel) -> Option<String> {
        self.fates.is_destroyed(&shown(form, state), state.fate())
    }

    /// A create is planned: what a destroy by the resource that has the number so far does.
    pub(super) fn is_made(&self, form: &str, plan: &PhoneNumberModel) -> Option<String> {
        self.fates.is_made(&shown(form, plan))
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
    let query = [("search", number.to_owned())];
    let found = endpoints::search::<PhoneNumber>(ctx.client(), &query, options).await?;
    Ok(found.into_iter().find(|record| record.text("number").map(digits).as_deref() == Some(number)))
}
