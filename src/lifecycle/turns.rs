//! What concerns the same thing goes one after the other in a process. Knows texts only: a
//! label, a key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

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

impl Turns<()> {
    /// Waits for the turn. `None` when there is no time to: whoever goes on says so.
    pub async fn wait(
        &self,
        text: &str,
        deadline: Instant,
        cancel: &CancellationToken,
    ) -> Option<OwnedMutexGuard<()>> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            turn = self.of(text).lock_owned() => Some(turn),
            () = sleep_until(deadline) => None,
        }
    }
}
