//! What a resource remembers beside its state: small JSON values under keys, kept by
//! Terraform in the state file and shown to nobody. Never a place for secrets: the state
//! file holds it in clear.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A resource instance's private data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Private(BTreeMap<String, serde_json::Value>);

impl Private {
    /// What is stored under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&serde_json::Value> {
        self.0.get(key)
    }

    /// Stores `value` under `key`.
    pub fn set(&mut self, key: &str, value: serde_json::Value) {
        self.0.insert(key.to_owned(), value);
    }

    /// Forgets `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Empty bytes are no data.
    ///
    /// # Errors
    /// The bytes are not a JSON object.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        if bytes.is_empty() { Ok(Self::default()) } else { serde_json::from_slice(bytes).map(Self) }
    }

    /// The bytes that Terraform stores: a JSON object, or nothing when empty.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut entries = serde_json::Map::new();
        entries.extend(self.0.clone());
        serde_json::Value::Object(entries).to_string().into_bytes()
    }
}

/// The private data of an object while it is planned: what there was, and what the plan
/// notes for the apply.
#[derive(Debug, Default)]
pub struct Draft(Mutex<Private>);

impl Draft {
    /// Starts from what is stored.
    #[must_use]
    pub fn new(stored: Private) -> Self {
        Self(Mutex::new(stored))
    }

    /// What is noted under `key`.
    pub fn get(&self, key: &str) -> Option<serde_json::Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Notes `value` under `key`.
    pub fn set(&self, key: &str, value: serde_json::Value) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).set(key, value);
    }

    /// What is to be stored.
    pub fn into_private(self) -> Private {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
