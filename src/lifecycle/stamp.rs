//! When this provider has written something, so that its age can be told later, perhaps by
//! another process. A time is compared with times of the same clock only: the `Date` of
//! Wavix's answers, this machine's clock and `created_at` may each be minutes apart.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::client::Client;

/// A moment, by each clock that is at hand, in seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// By the `Date` of Wavix's answers, if they have one.
    there: Option<u64>,
    here: Option<u64>,
}

impl Stamp {
    /// Now.
    pub(super) fn now(client: &Client) -> Self {
        Self { there: client.server_now().map(seconds), here: Some(seconds(SystemTime::now())) }
    }

    /// What [`to_json`](Self::to_json) wrote.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        let stamp = Self {
            there: json.get("at").and_then(Value::as_u64),
            here: json.get("here").and_then(Value::as_u64),
        };
        stamp.there.or(stamp.here).map(|_| stamp)
    }

    /// For private data.
    pub(super) fn to_json(self) -> Value {
        json!({ "at": self.there, "here": self.here })
    }

    /// How long ago it is. A clock that was set back since counts as one that was
    /// set forward.
    pub(super) fn age(self, client: &Client) -> Option<Duration> {
        self.until(Self::now(client))
    }

    fn until(self, now: Self) -> Option<Duration> {
        let apart = |(then, now): (u64, u64)| Duration::from_secs(now.abs_diff(then));
        self.there.zip(now.there).or_else(|| self.here.zip(now.here)).map(apart)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_by_one_clock() {
        let stamp = |there, here| Stamp { there, here: Some(here) };
        let seconds = |stamp: Stamp, now| stamp.until(now).map(|age| age.as_secs());
        assert_eq!(seconds(stamp(Some(1000), 5000), stamp(Some(1003), 9000)), Some(3));
        assert_eq!(seconds(stamp(None, 5000), stamp(Some(1003), 5004)), Some(4));
        assert_eq!(seconds(stamp(Some(1000), 5000), stamp(None, 5004)), Some(4));
        assert_eq!(seconds(Stamp { there: Some(1), here: None }, stamp(None, 5004)), None);
        let both = stamp(Some(1000), 5000);
        assert_eq!(Stamp::from_json(&both.to_json()), Some(both));
        assert_eq!(Stamp::from_json(&json!({})), None);
    }
}
