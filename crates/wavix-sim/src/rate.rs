//! Limits of requests per second.

use std::{collections::BTreeMap, sync::Mutex, time::Instant};

use crate::sync::lock;

/// An account, and a family of routes; no account and `""` for all of the simulator.
pub(crate) type Limited = (i64, &'static str);

/// The requests that were served in the current second of each limit.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<BTreeMap<Limited, (Instant, u32)>>);

impl Rates {
    /// Whether one more request may be served when `allowed` may be in a second; counts it.
    pub(crate) fn admit(&self, limited: Limited, allowed: u32) -> bool {
        let mut windows = lock(&self.0);
        let now = Instant::now();
        let (started, served) = windows.entry(limited).or_insert((now, 0));
        if now.duration_since(*started).as_secs() >= 1 {
            (*started, *served) = (now, 0);
        }
        let admitted = *served < allowed;
        *served += u32::from(admitted);
        admitted
    }
}
