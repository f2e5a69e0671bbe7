//! Lifecycle layer: who has what in one run of Terraform, of things that are there before
//! their resources and after them. Knows texts only: parts of a thing, and what a destroy
//! is to do with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::framework::private::Private;

/// Under this key stands by which create of a process a resource has its thing.
const HOLDER: &str = "holder";

/// Which creates of this process have a thing: each of its parts has one.
#[derive(Debug, Default)]
pub struct Holders(BTreeMap<String, String>);

impl Holders {
    /// Takes these parts for a create. `false`: another create has one of them.
    pub fn take(&mut self, parts: Vec<String>, private: &mut Private) -> bool {
        if parts.iter().any(|part| self.0.contains_key(part)) {
            return false;
        }
        let token = format!("{:016x}", fastrand::u64(..));
        private.set(HOLDER, json!(token));
        self.0.extend(parts.into_iter().map(|part| (part, token.clone())));
        true
    }

    /// Whether another create of this process has one of these parts.
    pub fn is_taken(&self, parts: &[String], private: &Private) -> bool {
        let own = private.get(HOLDER).and_then(|token| token.as_str());
        parts.iter().any(|part| self.0.get(part).is_some_and(|token| Some(token.as_str()) != own))
    }

    /// These parts are anybody's: the resource makes way for its own successor.
    pub fn free(&mut self, parts: &[String]) {
        self.0.retain(|part, _| !parts.contains(part));
    }

    /// The resource is gone.
    pub fn leave(&mut self, private: &Private) {
        let own = private.get(HOLDER).and_then(|token| token.as_str());
        self.0.retain(|_, token| Some(token.as_str()) != own);
    }
}

/// What a run does with things that it destroys and makes.
#[derive(Debug, Default)]
pub struct Fates(Mutex<BTreeMap<String, Fate>>);

#[derive(Debug, Default)]
struct Fate {
    /// What a destroy by the resource that has it does, as it was read or is planned.
    held: Option<String>,
    is_made: bool,
    is_told: bool,
}

impl Fate {
    /// What is to be told of a thing that is both destroyed and made, once.
    fn told(&mut self) -> Option<String> {
        let held = self.held.clone().filter(|_| self.is_made && !self.is_told);
        self.is_told |= held.is_some();
        held
    }
}

impl Fates {
    /// A resource of the state has the thing, and a destroy does this.
    pub fn held(&self, of: &str, on_destroy: &str) {
        self.change(of, |fate| fate.held = Some(on_destroy.to_owned()));
    }

    /// A destroy is planned: what it does, if the thing is made anew in this run.
    pub fn is_destroyed(&self, of: &str, on_destroy: &str) -> Option<String> {
        self.held(of, on_destroy);
        self.change(of, Fate::told)
    }

    /// A create is planned: what a destroy by the resource that has it so far does.
    pub fn is_made(&self, of: &str) -> Option<String> {
        self.change(of, |fate| {
            fate.is_made = true;
            fate.told()
        })
    }

    /// What was planned for it is over: it is being done.
    pub fn over(&self, of: &str) {
        self.change(of, |fate| *fate = Fate::default());
    }

    fn change<T>(&self, of: &str, change: impl FnOnce(&mut Fate) -> T) -> T {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(of.to_owned()).or_default())
    }
}
