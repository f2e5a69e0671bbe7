//! What the portal does with objects of every kind. Its methods for one kind are with the object.

use serde_json::{Map, Value};

use crate::accounts::{Holdings, Portal, without_lag};

use super::object::{self, Object};

/// An object that may be there without a request: what a test or the command line begins with.
pub(crate) trait Seed: Object {
    /// What a fixture has that leaves out all other fields.
    fn usual(fields: &Map<String, Value>) -> Value;

    /// From a whole fixture without its id. It is not stored yet.
    fn seed(id: i64, fields: Value, holdings: &mut Holdings) -> Result<Self, String>;
}

impl Portal {
    /// By ascending id.
    pub(super) fn all<T: Object>(&self) -> Vec<T> {
        T::collection(&mut self.holdings()).iter().cloned().collect()
    }

    pub(super) fn one<T: Object>(&self, is_meant: impl Fn(&T) -> bool) -> Option<T> {
        T::collection(&mut self.holdings()).iter().find(|item| is_meant(item)).cloned()
    }

    /// `false` when there is none.
    pub(super) fn edit<T: Object>(&self, is_meant: impl Fn(&T) -> bool, edit: impl FnOnce(&mut T)) -> bool {
        T::collection(&mut self.holdings()).iter_mut().find(|item| is_meant(item)).map(edit).is_some()
    }

    /// `false` when there is none.
    pub(super) fn remove<T: Object>(&self, is_meant: impl Fn(&T) -> bool) -> bool {
        object::remove(is_meant, &mut self.holdings(), &without_lag())
    }

    /// Puts one into the account, and gives its id. The fields are those of its kind and `id`, all optional.
    pub(crate) fn seed<T: Seed>(&self, fields: Value) -> Result<i64, String> {
        let Value::Object(mut fields) = fields else {
            return Err("the fixture is not a JSON object".to_owned());
        };
        let given = fields.remove("id").map(|id| id.as_i64().ok_or("id has the wrong type")).transpose()?;
        let mut holdings = self.holdings();
        let id = given.unwrap_or_else(|| T::collection(&mut holdings).new_id());
        if T::collection(&mut holdings).get(id).is_some() {
            return Err(format!("the id {id} is taken"));
        }
        let mut whole = T::usual(&fields);
        whole.as_object_mut().into_iter().for_each(|whole| whole.append(&mut fields));
        let item = T::seed(id, whole, &mut holdings)?;
        Ok(T::collection(&mut holdings).insert(item, &without_lag()))
    }

    /// [`Self::seed`] for who has no use for the reason.
    #[expect(clippy::panic, reason = "a fixture with a spelling mistake must not pass for one without")]
    pub(super) fn seeded<T: Seed>(&self, fields: Value) -> i64 {
        self.seed::<T>(fields).unwrap_or_else(|message| panic!("a fixture of {}: {message}", T::FAMILY))
    }
}
