//! Trunks as the portal shows and changes them.

use serde_json::Value;

use crate::accounts::Portal;

use super::Trunk;

/// SIP trunks.
impl Portal {
    /// All trunks, by ascending id.
    pub fn trunks(&self) -> Vec<Trunk> {
        self.all()
    }

    /// The trunk with this id.
    pub fn trunk(&self, id: i64) -> Option<Trunk> {
        self.one(|trunk: &Trunk| trunk.id == id)
    }

    /// The trunks with this label.
    pub fn trunks_labelled(&self, label: &str) -> Vec<Trunk> {
        self.trunks().into_iter().filter(|trunk| trunk.label == label).collect()
    }

    /// Puts a trunk into the account without a request and gives its id. The fields are those of the request, all
    /// optional, and `id`, `name`, `passthrough`, `access_token`, `talk_time`, `charge`, `created_at`; the status
    /// is changed afterwards ([`Portal::approve`], [`Portal::edit_trunk`]). Caller ID and ceilings are not checked.
    ///
    /// # Panics
    /// When a field is unknown or of the wrong type.
    pub fn add_trunk(&self, fields: Value) -> i64 {
        self.seeded::<Trunk>(fields)
    }

    /// Edits a trunk as somebody else would in the portal; `false` when there is none with this id.
    pub fn edit_trunk(&self, id: i64, edit: impl FnOnce(&mut Trunk)) -> bool {
        self.edit(|trunk| trunk.id == id, edit)
    }

    /// Deletes a trunk as somebody else would in the portal; `false` when there is none with this id.
    pub fn delete_trunk(&self, id: i64) -> bool {
        self.remove(|trunk: &Trunk| trunk.id == id)
    }

    /// Approves IP authentication as an administrator would: the trunk becomes active and its `host` the address.
    /// `false` when there is no trunk with this id.
    pub fn approve(&self, id: i64) -> bool {
        self.edit_trunk(id, Trunk::approve)
    }

    /// Rejects IP authentication. `false` when there is no trunk with this id.
    pub fn reject(&self, id: i64) -> bool {
        self.edit_trunk(id, Trunk::reject)
    }
}
