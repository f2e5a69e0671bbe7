//! API keys as the portal shows and changes them.

use crate::accounts::{Portal, without_lag};

use super::ApiKey;

/// API keys.
impl Portal {
    /// The API keys with their values, by ascending id.
    pub fn api_keys(&self) -> Vec<ApiKey> {
        self.holdings().api_keys.iter().cloned().collect()
    }

    /// Adds a key as somebody else would in the portal, and gives its id.
    pub fn add_api_key(&self, mut key: ApiKey) -> i64 {
        let mut holdings = self.holdings();
        key.id = holdings.api_keys.new_id();
        let id = key.id;
        holdings.api_keys.insert(key, &without_lag());
        id
    }

    /// Edits a key as somebody else would in the portal; `false` when there is none with this id.
    pub fn edit_api_key(&self, id: i64, edit: impl FnOnce(&mut ApiKey)) -> bool {
        self.holdings().api_keys.get_mut(id).map(edit).is_some()
    }

    /// Deletes a key as somebody else would in the portal: requests with it get 401. `false` when there is none with
    /// this id.
    pub fn remove_api_key(&self, id: i64) -> bool {
        self.holdings().api_keys.remove(id, &without_lag()).is_some()
    }

    /// Replaces the keys, as when one is rotated or revoked.
    pub fn set_keys(&self, keys: impl IntoIterator<Item = ApiKey>) {
        self.holdings().api_keys.remove_all(|_| true, &without_lag());
        for key in keys {
            self.add_api_key(key);
        }
    }
}
