//! API keys as the portal shows and changes them.

use crate::accounts::{Portal, without_lag};

use super::ApiKey;

/// API keys.
impl Portal {
    /// The API keys with their values, by ascending id.
    pub fn api_keys(&self) -> Vec<ApiKey> {
        self.all()
    }

    /// Adds a key as somebody else would in the portal, and gives its id.
    pub fn add_api_key(&self, mut key: ApiKey) -> i64 {
        let keys = &mut self.holdings().api_keys;
        key.id = keys.new_id();
        keys.insert(key, &without_lag())
    }

    /// Edits a key as somebody else would in the portal; `false` when there is none with this id.
    pub fn edit_api_key(&self, id: i64, edit: impl FnOnce(&mut ApiKey)) -> bool {
        self.edit(|key| key.id == id, edit)
    }

    /// Deletes a key as somebody else would in the portal: requests with it get 401. `false` when there is none with
    /// this id.
    pub fn remove_api_key(&self, id: i64) -> bool {
        self.remove(|key: &ApiKey| key.id == id)
    }

    /// Replaces the keys, as when one is rotated or revoked.
    pub fn set_keys(&self, keys: impl IntoIterator<Item = ApiKey>) {
        self.remove(|_: &ApiKey| true);
        for key in keys {
            self.add_api_key(key);
        }
    }
}
