//! Who has what in one run of Terraform, of things that have a name before their resources
//! and after them. Resources of one thing take turns, so that each sees what the one before
//! it has done; plans tell when two are planned for one thing, and when one run both gives
//! it up and takes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::time::Instant;

use crate::client::CallOptions;
use crate::framework::object::Mapped;
use crate::framework::private::Private;
use crate::framework::resource::PlanRequest;
use crate::protocol::value::Value;

use super::context::{Context, Part};
use super::find;
use super::looks::Lookups;
use super::noun::Noun;
use super::object::RemoteObject;
use super::record::Record;
use super::sightings::{Sighting, Sightings};
use super::turns::Turns;

/// Under this key stands by which create of a process a resource has its thing.
const HOLDER: &str = "holder";

/// The parts of a thing that a resource has: all of it, or some.
pub type Parts<'a> = &'a [&'static str];

/// What a run knows of the things of one kind.
#[derive(Debug)]
pub struct Run<T> {
    turns: Turns<Turn>,
    planned: Sightings,
    fates: Mutex<BTreeMap<String, Fate>>,
    there: Lookups<Option<Record<T>>>,
}

impl<T: RemoteObject> Part for Run<T> {
    fn new(_: &Context) -> Self {
        Self {
            turns: Turns::default(),
            planned: Sightings::default(),
            fates: Mutex::default(),
            there: Lookups::default(),
        }
    }
}

/// What this process has done to a thing.
#[derive(Debug, Default)]
pub struct Turn {
    /// By which create each part is had.
    holders: BTreeMap<&'static str, String>,
    /// When it was emptied: soon after, a list may still show what was in it.
    pub emptied: Option<Instant>,
}

/// What becomes of a thing in a run.
#[derive(Debug, Default)]
struct Fate {
    /// What a destroy by the resource that has it does, as it was read or is planned.
    held: Option<String>,
    is_made: bool,
    is_told: bool,
}

fn of(name: &str, part: &str) -> String {
    format!("{name} {part}")
}

fn holder(private: &Private) -> Option<String> {
    private.get(HOLDER).and_then(|token| token.as_str().map(str::to_owned))
}

/// What is told of two resources of one thing. `clause` says what the other one has.
pub fn twice(noun: &Noun, clause: &str) -> String {
    format!(
        "Another resource of this configuration {clause}. Remove one of the two resources; `terraform state rm` \
         removes one from the state without changing the {}. Nothing was changed.",
        noun.short
    )
}

impl Turn {
    /// Whether another create of this process has one of these parts.
    #[must_use]
    pub fn is_taken(&self, parts: Parts<'_>, private: &Private) -> bool {
        let own = holder(private);
        parts.iter().any(|part| self.holders.get(part).is_some_and(|token| Some(token) != own.as_ref()))
    }

    /// Whether any create of this process has one of them.
    #[must_use]
    pub fn is_held(&self, parts: Parts<'_>) -> bool {
        parts.iter().any(|part| self.holders.contains_key(part))
    }

    /// Takes these parts for a create.
    pub fn take(&mut self, parts: Parts<'_>, private: &mut Private) {
        let token = format!("{:016x}", fastrand::u64(..));
        private.set(HOLDER, json!(token));
        self.holders.extend(parts.iter().map(|part| (*part, token.clone())));
    }

    /// These parts are anybody's: the resource makes way for its own successor.
    pub fn free(&mut self, parts: Parts<'_>) {
        self.holders.retain(|part, _| !parts.contains(part));
    }

    /// The resource is gone.
    pub fn leave(&mut self, private: &Private) {
        let own = holder(private);
        self.holders.retain(|_, token| Some(&*token) != own.as_ref());
    }
}

impl<T: RemoteObject> Run<T> {
    /// To be locked while the thing is looked at and changed. What was planned of it is
    /// then over.
    pub fn turn(&self, name: &str, parts: Parts<'_>) -> Arc<tokio::sync::Mutex<Turn>> {
        for part in parts {
            self.planned.over(&of(name, part));
            self.fate(name, part, |fate| *fate = Fate::default());
        }
        self.turns.of(name)
    }

    /// Whether another resource of this run is planned for one of these parts.
    pub fn is_planned_twice<M: Mapped + Clone>(
        &self,
        name: &str,
        parts: Parts<'_>,
        request: &PlanRequest<'_, Context, M>,
    ) -> bool {
        let config = request.config.map_or(Value::Null, |config| config.clone().into_value());
        let sighting = Sighting::new(request.prior.is_none(), &config);
        // Of all, so that each is noted.
        parts.iter().filter(|part| self.planned.is_twice(&of(name, part), sighting)).count() > 0
    }

    /// A resource of the state has the thing, and a destroy does this.
    pub fn held(&self, name: &str, part: &str, on_destroy: &str) {
        self.fate(name, part, |fate| fate.held = Some(on_destroy.to_owned()));
    }

    /// A destroy is planned: what it does, if the thing is made anew in this run.
    pub fn is_destroyed(&self, name: &str, part: &str, on_destroy: &str) -> Option<String> {
        self.held(name, part, on_destroy);
        self.fate(name, part, Fate::told)
    }

    /// A create is planned: what a destroy by the resource that has the thing so far does.
    pub fn is_made(&self, name: &str, part: &str) -> Option<String> {
        self.fate(name, part, |fate| {
            fate.is_made = true;
            fate.told()
        })
    }

    fn fate<R>(&self, name: &str, part: &str, change: impl FnOnce(&mut Fate) -> R) -> R {
        change(self.fates.lock().unwrap_or_else(PoisonError::into_inner).entry(of(name, part)).or_default())
    }

    /// The object with this name, as far as a plan can tell; `Some(None)` when the account
    /// has none.
    pub async fn there<M>(
        &self,
        request: &PlanRequest<'_, Context, M>,
        name: &str,
    ) -> Option<Option<Record<T>>> {
        let ctx = request.ctx?;
        let without = "the plan is not compared with the account's objects, which are unknown";
        let fetch = |options: CallOptions| async move { find::by_label::<T>(ctx, name, &options).await };
        self.there.of(name).get(ctx, without, request.cancel, fetch).await.cloned()
    }
}

impl Fate {
    /// What is to be told of a thing that is both destroyed and made, once.
    fn told(&mut self) -> Option<String> {
        let held = self.held.clone().filter(|_| self.is_made && !self.is_told);
        self.is_told |= held.is_some();
        held
    }
}
