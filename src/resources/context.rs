//! Resources layer: what the verbs of all resources work with. The provider
//! layer builds it once per configuration. Endpoints are called by others.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Client, Deadline};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Call;

use super::account_limits::AccountLimits;
use super::claims::Claims;
use super::list_walk::ListWalk;
use super::lookup::{Looks, Lookup};
use super::patience::Patience;
use super::sip_trunk::endpoints::{self, SipTrunkSummary};
use super::sip_trunk::{self, Trail};

/// A configured provider, as resources and data sources see it.
#[derive(Debug)]
pub struct Context {
    client: Client,
    sip_trunks: ListWalk<SipTrunkSummary>,
    claims: Claims,
    listed_at_first: Lookup<Arc<Vec<SipTrunkSummary>>>,
    account_limits: Lookup<AccountLimits>,
    looks: Looks,
    trail: Trail,
    patience: Patience,
}

impl Context {
    /// Works through `client`, and tells other processes on this machine of its
    /// creates in the first of these folders for temporary files that is there.
    /// Asks nothing of the API.
    #[must_use]
    pub fn new(client: Client, temporary: Vec<PathBuf>) -> Self {
        let claims = Claims::new(client.config().base_url().as_str(), temporary);
        Self {
            client,
            sip_trunks: ListWalk::default(),
            claims,
            listed_at_first: Lookup::default(),
            account_limits: Lookup::default(),
            looks: Looks::default(),
            trail: Trail::default(),
            patience: Patience::default(),
        }
    }

    /// The same, as patient as this.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same, with [`account_limits`](Self::account_limits) unknown for ever.
    #[must_use]
    pub fn without_account_limits(self) -> Self {
        Self { account_limits: Lookup::disabled(), ..self }
    }

    /// The ceilings of the account, asked for once. `None` when the key may not
    /// know them, they cannot be had, or nobody is to look: a plan does without.
    pub async fn account_limits(&self, cancel: &CancellationToken) -> Option<AccountLimits> {
        self.account_limits.ceilings(&self.looks, &self.client, cancel).await
    }

    /// The account's SIP trunks, as they were when a plan first wanted to
    /// know: walked once. `None` when they cannot be had: a plan does without.
    pub async fn trunks_at_first(&self, cancel: &CancellationToken) -> Option<&[SipTrunkSummary]> {
        let without = "new SIP trunks are not compared with the account's, which are unknown";
        let fetch = |options| async move {
            self.sip_trunks.recent(&options, || endpoints::list(&self.client, &options)).await
        };
        self.listed_at_first
            .get((&self.looks, &self.client), without, cancel, fetch)
            .await
            .map(|trunks| trunks.as_slice())
    }

    /// From now on [`account_limits`](Self::account_limits) and
    /// [`trunks_at_first`](Self::trunks_at_first) ask for nothing.
    pub fn look_no_more(&self) {
        self.looks.end();
    }

    /// What there is to tell of a failure of either, once in a process: for the
    /// first `teller` who asks.
    pub fn trouble(&self, teller: &str) -> Option<Diagnostic> {
        self.looks.trouble(&self.client, &sip_trunk::KIND, teller)
    }

    /// What this process has seen of SIP trunks.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// The API client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Which SIP trunks are known to be somebody's under this configuration.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// How long to go on looking.
    #[must_use]
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    /// The walk through all SIP trunks that the reads of a refresh share.
    #[must_use]
    pub fn sip_trunks(&self) -> &ListWalk<SipTrunkSummary> {
        &self.sip_trunks
    }
}

/// What bounds the requests of a verb: its deadline, and an interrupt.
pub(super) fn options(call: &Call<'_, Context>) -> CallOptions {
    CallOptions::new(Deadline::at(call.deadline), call.cancel.clone())
}
