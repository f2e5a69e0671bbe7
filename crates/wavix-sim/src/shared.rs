//! Everything one simulator instance shares between its connections and its owner.

use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use crate::{
    account::Account,
    auth::ApiKey,
    behaviour::Behaviour,
    faults::Faults,
    journal::{Entry, Journal},
    resources::webrtc_token::Tokens,
    store::Store,
    sync::lock,
    tls::Tls,
};

/// Called with each finished request.
pub(crate) type Observer = Box<dyn Fn(&Entry) + Send + Sync>;

/// No method holds two of these locks at a time, and no lock is held across an await.
pub(crate) struct Shared {
    pub(crate) behaviour: Mutex<Behaviour>,
    /// What the behaviour was when the simulator started.
    pub(crate) initial_behaviour: Behaviour,
    pub(crate) account: Mutex<Account>,
    pub(crate) keys: Mutex<Vec<ApiKey>>,
    pub(crate) store: Mutex<Store>,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    /// Start of the current second of the rate limit, and the requests served in it.
    pub(crate) rate_window: Mutex<(Instant, u32)>,
    pub(crate) observer: Option<Observer>,
    /// What it shows for itself, if it speaks HTTPS.
    pub(crate) tls: Option<Tls>,
}

impl Shared {
    pub(crate) fn behaviour(&self) -> Behaviour {
        lock(&self.behaviour).clone()
    }

    pub(crate) fn account(&self) -> Account {
        lock(&self.account).clone()
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}
