//! Lifecycle layer: what concerns the same thing goes one after the other in a process.
//! Knows texts only: a label, a key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A turn for each text, with what those before have left in it.
#[derive(Debug, Default)]
pub struct Turns<S>(Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<S>>>>);

impl<S: Default> Turns<S> {
    /// To be locked while it is one's turn.
    pub fn of(&self, text: &str) -> Arc<tokio::sync::Mutex<S>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(text.to_owned()).or_default())
    }
}
