//! Lifecycle layer: which resources of a run are planned for the same thing, as plans
//! show it. Knows texts only: a key, a place.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::protocol::value::Value;

/// A plan of a resource.
#[derive(Debug)]
pub struct Sighting {
    /// Whether the resource is made for the thing, or has it and stays.
    pub is_new: bool,
    /// What is configured.
    pub config: Option<Value>,
}

/// The plans for each thing.
#[derive(Debug, Default)]
pub struct Sightings(Mutex<BTreeMap<String, Vec<Sighting>>>);

impl Sightings {
    /// Whether another resource of this run is planned for it. One that is to be replaced is
    /// planned both ways, as kept and as new, with the same configuration.
    pub fn is_twice(&self, of: &str, this: Sighting) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let others = all.entry(of.to_owned()).or_default();
        let is_twice = others.iter().any(|other| other.is_new == this.is_new || other.config != this.config);
        others.push(this);
        is_twice
    }

    /// What was planned for it is over: it is being done.
    pub fn over(&self, of: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(of);
    }
}
