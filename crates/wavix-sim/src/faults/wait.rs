//! How long a request is kept waiting: so long, or until somebody lets it go.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

/// Keeps requests waiting until it is opened: a test that needs one under way, with no guess at how long that takes.
/// Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Lets go what waits, and whatever comes later.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    async fn passed(&self) {
        // The sender lives in `self`, so that this cannot fail.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// What a request waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wait {
    pub(crate) time: Duration,
    pub(crate) gate: Option<Gate>,
}

impl Wait {
    /// Waits for the time, then for the gate. Not at all for no time: the timer would round it up to a millisecond.
    pub(crate) async fn over(&self) {
        if !self.time.is_zero() {
            sleep(self.time).await;
        }
        if let Some(gate) = &self.gate {
            gate.passed().await;
        }
    }
}
