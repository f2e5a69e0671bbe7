//! Resources layer: what the verbs of all resources work with. The provider
//! layer builds it once per configuration. Endpoints are called by others.

use tokio_util::sync::CancellationToken;

use crate::client::Client;

use super::account_limits::{AccountLimits, LimitLookup};
use super::claims::Claims;
use super::list_walk::ListWalk;
use super::patience::Patience;
use super::sip_trunk::endpoints::SipTrunkSummary;

/// A configured provider, as resources and data sources see it.
#[derive(Debug)]
pub struct Context {
    client: Client,
    sip_trunks: ListWalk<SipTrunkSummary>,
    claims: Claims,
    account_limits: LimitLookup,
    patience: Patience,
}

impl Context {
    /// Works through `client`. Asks nothing of the API.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            sip_trunks: ListWalk::default(),
            claims: Claims::default(),
            account_limits: LimitLookup::default(),
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
        Self { account_limits: LimitLookup::disabled(), ..self }
    }

    /// The ceilings of the account, asked for once. `None` when the key may not
    /// know them, they cannot be had, or nobody is to look: a plan does without.
    pub async fn account_limits(&self, cancel: &CancellationToken) -> Option<AccountLimits> {
        self.account_limits.get(&self.client, cancel).await
    }

    /// The API client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Which SIP trunks are somebody's in this process.
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
