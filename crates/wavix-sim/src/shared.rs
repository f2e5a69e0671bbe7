//! Everything one simulator instance shares between its connections and its owner.

use std::{fmt, iter, sync::Mutex};

use crate::{
    accounts::Portal,
    behaviour::Behaviour,
    faults::Faults,
    journal::{Entry, Journal},
    rate::Rates,
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
    /// The account that the simulator is about.
    pub(crate) main: Portal,
    pub(crate) others: Mutex<Vec<Portal>>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) rates: Rates,
    pub(crate) observer: Option<Observer>,
    /// What it shows for itself, if it speaks HTTPS.
    pub(crate) tls: Option<Tls>,
}

impl Shared {
    pub(crate) fn behaviour(&self) -> Behaviour {
        lock(&self.behaviour).clone()
    }

    pub(crate) fn accounts(&self) -> Vec<Portal> {
        iter::once(&self.main).chain(lock(&self.others).iter()).cloned().collect()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}
