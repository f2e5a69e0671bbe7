//! Resources layer: trunks that not every server of Wavix may show yet, and how
//! those look at them that are no resource: data sources, ephemeral resources. What
//! a resource has seen of its trunk in this process tells them what to wait for. The
//! resource itself looks in `finding`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::client;
use crate::framework::resource::Call;

use super::super::Context;
use super::super::patience::pause;
use super::compare::differences;
use super::endpoints::{self, SipTrunkRecord, SipTrunkSummary};
use super::finding::list_of;
use super::model::SipTrunkModel;
use super::{options, parse_id};

/// The trunks that resources have read or written in this process.
#[derive(Debug, Default)]
pub struct Trail(Mutex<BTreeMap<i64, Seen>>);

#[derive(Debug)]
struct Seen {
    trunk: SipTrunkModel,
    /// Until then an answer may not show it yet.
    settles: Option<Instant>,
}

impl Seen {
    fn left(&self) -> Option<Duration> {
        let left = self.settles?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Whether the list shows it as it is.
    fn is_shown(&self, id: i64, listed: &[SipTrunkSummary]) -> bool {
        let label = self.trunk.label.known();
        listed.iter().any(|trunk| trunk.id == id && (label.is_none() || trunk.label.as_ref() == label))
    }
}

impl Trail {
    /// The trunk is this now, and for so long an answer may not show it.
    pub(super) fn note(&self, trunk: &SipTrunkModel, settling: Option<Duration>) {
        if let Some(id) = trunk.id.known().and_then(|text| parse_id(text)) {
            let settles = settling.and_then(|left| Instant::now().checked_add(left));
            self.lock().insert(id, Seen { trunk: trunk.clone(), settles });
        }
    }

    /// The trunk is gone.
    pub(super) fn forget(&self, id: i64) {
        self.lock().remove(&id);
    }

    /// Whether a resource has seen this trunk.
    pub(super) fn has(&self, id: i64) -> bool {
        self.lock().contains_key(&id)
    }

    /// For how long this answer, or that there is none, may be behind.
    fn behind(&self, id: i64, found: Option<&SipTrunkRecord>) -> Option<Duration> {
        let seen = self.lock();
        let seen = seen.get(&id)?;
        let is_old = found.is_none_or(|record| {
            !differences(&seen.trunk, &SipTrunkModel::from_record(record, &seen.trunk)).is_empty()
        });
        seen.left().filter(|_| is_old)
    }

    /// For how long the list may be behind, if it shows one of the trunks not as it is.
    fn list_behind(&self, listed: &[SipTrunkSummary]) -> Option<Duration> {
        let seen = self.lock();
        seen.iter()
            .filter(|(id, seen)| !seen.is_shown(**id, listed))
            .filter_map(|(_, seen)| seen.left())
            .max()
    }

    /// For how long a server may not know this login.
    fn login_behind(&self, login: &str) -> Option<Duration> {
        let is_it = |seen: &&Seen| seen.trunk.login.known().is_some_and(|known| known == login);
        self.lock().values().find(is_it).and_then(Seen::left)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Seen>> {
        // Each change is one step, so it is in order whoever panicked holding it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The trunk with this id, asked for again while the answer may be behind what this
/// process knows of it. One that the list has is asked for twice at least.
pub(super) async fn get(
    call: &Call<'_, Context>,
    id: i64,
    is_listed: bool,
) -> Result<SipTrunkRecord, client::Error> {
    let mut tries = 0;
    loop {
        let found = endpoints::get(call.ctx.client(), id, &options(call)).await;
        let behind = match &found {
            Ok(record) => call.ctx.trail().behind(id, Some(record)),
            Err(error) if error.is_not_found() => call.ctx.trail().behind(id, None),
            Err(_) => None,
        };
        let again = match behind {
            Some(left) => wait(call, tries, left).await,
            None => is_listed && tries == 0 && found.as_ref().is_err_and(client::Error::is_not_found),
        };
        if !again {
            return found;
        }
        tries += 1;
    }
}

/// All trunks of the account, walked again while the list may be behind what this
/// process knows of it, and is not enough.
pub(super) async fn list(
    call: &Call<'_, Context>,
    is_enough: impl Fn(&[SipTrunkSummary]) -> bool,
) -> Result<Arc<Vec<SipTrunkSummary>>, client::Error> {
    let mut listed = list_of(call).await?;
    let mut tries = 0;
    while let Some(left) = call.ctx.trail().list_behind(&listed)
        && !is_enough(&listed)
        && wait(call, tries, left).await
    {
        tries += 1;
        let options = options(call);
        let walk = || endpoints::list(call.ctx.client(), &options);
        listed = call.ctx.sip_trunks().fresh(&options, walk).await?;
    }
    Ok(listed)
}

/// Waits for a login that a server does not know, if it is that new; whether to try
/// again.
pub(in crate::resources) async fn wait_for_login(call: &Call<'_, Context>, login: &str, tries: u32) -> bool {
    match call.ctx.trail().login_behind(login) {
        Some(left) => wait(call, tries, left).await,
        None => false,
    }
}

async fn wait(call: &Call<'_, Context>, tries: u32, left: Duration) -> bool {
    pause(call.ctx.patience().to_settle(tries).min(left), call.deadline, call.cancel).await
}
