//! The "API": objects in memory, and its faults.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tf_conformance::value::Value;

use crate::variable;

/// What there is.
#[derive(Default)]
pub(crate) struct Store(Mutex<Contents>);

#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) things: BTreeMap<String, Value>,
    pub(crate) created: u64,
    pub(crate) reads: u64,
    pub(crate) last_name: Value,
}

impl Store {
    /// Everything.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this fault is on.
pub(crate) fn fault(name: &str) -> bool {
    variable("MEMORY_PROVIDER_FAULT") == name
}
