//! Lifecycle layer: who has which place in one run of Terraform. Resources of one place
//! take turns, so that each sees what the one before it has done.

use std::marker::PhantomData;
use std::sync::Arc;

use tokio::time::Instant;

use crate::framework::object::Mapped;
use crate::framework::resource::PlanRequest;

use super::super::context::{Context, Part};
use super::super::object::{RemoteObject, key_of};
use super::super::sightings::{Sighting, Sightings};
use super::super::turns;

/// What a run knows of the places.
#[derive(Debug)]
pub(super) struct Turns<T> {
    turns: turns::Turns<Turn>,
    planned: Sightings,
    object: PhantomData<fn() -> T>,
}

/// What this process has done to a place.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Which create has filled it.
    pub(super) filled_by: Option<String>,
    /// When it was emptied: soon after, a list may still show what was in it.
    pub(super) emptied: Option<Instant>,
}

impl<T: RemoteObject> Part for Turns<T> {
    fn new(_: &Context) -> Self {
        Self { turns: turns::Turns::default(), planned: Sightings::default(), object: PhantomData }
    }
}

impl Turn {
    pub(super) fn was_emptied(&mut self) {
        *self = Self { filled_by: None, emptied: Some(Instant::now()) };
    }
}

/// What tells a create from all others.
pub(super) fn token() -> String {
    format!("{:016x}", fastrand::u64(..))
}

impl<T: RemoteObject> Turns<T> {
    /// To be locked while the place is looked at and written. What was planned of it is
    /// then over.
    pub(super) fn turn(&self, key: &str) -> Arc<tokio::sync::Mutex<Turn>> {
        self.planned.over(key);
        self.turns.of(key)
    }

    /// Whether another resource of this run has the place.
    pub(super) fn is_planned_twice(&self, key: &str, request: &PlanRequest<'_, Context, T::Model>) -> bool {
        let held = request.prior.map(|prior| key_of::<T>(prior));
        if held.as_ref().is_some_and(|held| held.as_deref() != Some(key)) {
            // It leaves another place, and is planned anew for this one.
            return false;
        }
        let config = request.config.map(|config| config.clone().into_value());
        self.planned.is_twice(key, Sighting { is_new: held.is_none(), config })
    }
}
