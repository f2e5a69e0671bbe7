//! Which resources of a run are planned for the same thing, as plans show it. Knows texts
//! only: a key, a place.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Mutex, PoisonError};

use crate::protocol::value::Value;

/// A plan of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Sighting {
    /// Whether the resource is made for the thing, or has it and stays.
    is_new: bool,
    /// What is configured, in so little that those of thousands of resources can be kept.
    config: u64,
}

impl Sighting {
    /// Of a resource with this configuration.
    #[must_use]
    pub fn new(is_new: bool, config: &Value) -> Self {
        let mut hash = Hash(DefaultHasher::new());
        // A hasher takes any text.
        let _ = write!(hash, "{config:?}");
        Self { is_new, config: hash.0.finish() }
    }
}

struct Hash(DefaultHasher);

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
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
