//! Resources layer: what the verbs of all resources work with. The provider
//! layer builds it once per configuration. No endpoint is called from here.

use crate::client::Client;

use super::list_walk::ListWalk;
use super::sip_trunk::endpoints::SipTrunkSummary;

/// A configured provider, as resources and data sources see it.
#[derive(Debug)]
pub struct Context {
    client: Client,
    sip_trunks: ListWalk<SipTrunkSummary>,
}

impl Context {
    /// Works through `client`. Asks nothing of the API.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, sip_trunks: ListWalk::default() }
    }

    /// The API client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The walk through all SIP trunks that the reads of a refresh share.
    #[must_use]
    pub fn sip_trunks(&self) -> &ListWalk<SipTrunkSummary> {
        &self.sip_trunks
    }
}
