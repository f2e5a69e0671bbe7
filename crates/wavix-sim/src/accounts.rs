//! The accounts of a simulator: who each is, and all it owns. Which account a request means is said by its key.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use crate::{
    account::Account,
    behaviour::Behaviour,
    collection::Collection,
    resources::{
        api_key::ApiKey,
        call_webhook::CallWebhook,
        inventory,
        phone_number::PhoneNumber,
        sip_trunk::{Serials, Trunk},
        webrtc_token::WebRtcToken,
    },
    sync::lock,
};

/// All that one account owns.
pub(crate) struct Holdings {
    pub(crate) account: Account,
    pub(crate) api_keys: Collection<ApiKey>,
    pub(crate) trunks: Collection<Trunk>,
    pub(crate) serials: Serials,
    pub(crate) phone_numbers: Collection<PhoneNumber>,
    /// What it released and nobody has bought since, by its digits.
    pub(crate) inventory: BTreeMap<String, inventory::Row>,
    pub(crate) tokens: Collection<WebRtcToken>,
    pub(crate) webhooks: Collection<CallWebhook>,
}

/// One account as somebody sees it who signs in to the portal: what is there, and changes that pass by the API. The
/// client under test knows nothing of them, and no lag applies to them.
///
/// A [`crate::Sim`] is the portal of its first account; others come from [`crate::Sim::add_account`].
#[derive(Clone)]
pub struct Portal(Arc<Mutex<Holdings>>);

/// More than one account numbers of any object.
const IDS_PER_ACCOUNT: i64 = 1_000_000;

impl Portal {
    /// An account with these keys. Ids are unique over all accounts, of which this is the `nth`, counted from 0.
    pub(crate) fn new(account: Account, keys: impl IntoIterator<Item = ApiKey>, nth: i64) -> Self {
        let spared = nth * IDS_PER_ACCOUNT;
        let holdings = Holdings {
            account,
            api_keys: Collection::new(spared),
            trunks: Collection::new(spared),
            serials: Serials::new(spared),
            phone_numbers: Collection::new(spared),
            inventory: BTreeMap::new(),
            tokens: Collection::new(spared),
            webhooks: Collection::new(spared),
        };
        let portal = Self(Arc::new(Mutex::new(holdings)));
        for key in keys {
            portal.add_api_key(key);
        }
        portal
    }

    /// No method holds two of these at a time, and none is held across an await.
    pub(crate) fn holdings(&self) -> MutexGuard<'_, Holdings> {
        lock(&self.0)
    }

    pub(crate) fn id(&self) -> i64 {
        self.holdings().account.id
    }

    /// Who the account is, and its balance.
    pub fn account(&self) -> Account {
        self.holdings().account.clone()
    }

    /// Changes the account: its balance, ceilings, caller IDs.
    pub fn configure_account(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.holdings().account);
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Portal").field("account", &self.id()).finish_non_exhaustive()
    }
}

/// What somebody does in the portal is seen everywhere at once.
pub(crate) fn without_lag() -> Behaviour {
    Behaviour::default()
}
