//! What the carrier has to sell: phone numbers come from here and go back. Its routes are not simulated: nobody buys
//! through the API here.

use serde_json::{Map, Value, json};

use crate::accounts::{Holdings, Portal};

use super::phone_number::PhoneNumber;

/// What a number is and costs. All else is its owner's.
const FIELDS: [&str; 11] = [
    "number",
    "city",
    "city_id",
    "state",
    "country",
    "country_short_name",
    "activation_fee",
    "monthly_fee",
    "per_min",
    "channels",
    "require_docs",
];

/// The row of a number that is for sale: a fixture of it.
pub(crate) type Row = Map<String, Value>;

pub(super) fn put_back(released: &PhoneNumber, holdings: &mut Holdings) {
    if let Value::Object(mut row) = json!(released) {
        row.retain(|name, _| FIELDS.contains(&name.as_str()));
        holdings.inventory.insert(released.number.clone(), row);
    }
}

/// Numbers bought and released, as somebody else would in the portal.
impl Portal {
    /// The digits of what may be bought, ascending.
    pub fn inventory(&self) -> Vec<String> {
        self.holdings().inventory.keys().cloned().collect()
    }

    /// Buys a number, and gives its id, which is a new one also of a number that the account had before. `None` when it
    /// is not for sale. One that needs documents is not active yet.
    pub fn buy_phone_number(&self, digits: &str) -> Option<i64> {
        let mut row = self.holdings().inventory.get(digits)?.clone();
        let is_complete = row.get("require_docs") == Some(&json!([]));
        row.insert("status".to_owned(), json!(if is_complete { "active" } else { "inactive" }));
        self.seed::<PhoneNumber>(row.into()).ok()
    }

    /// Releases a number; `false` when there is none with these digits.
    pub fn release_phone_number(&self, digits: &str) -> bool {
        self.remove(|number: &PhoneNumber| number.number == digits)
    }
}
