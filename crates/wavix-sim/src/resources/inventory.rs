//! What the carrier has to sell: phone numbers come from here and go back. Its routes are not simulated: nobody buys
//! through the API here.

use serde::Serialize;
use serde_json::json;

use crate::accounts::Portal;

use super::phone_number::PhoneNumber;

/// A number that is for sale: what it is and costs, and nothing that an owner sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the number")]
pub struct InventoryRow {
    pub number: String,
    pub city: String,
    pub city_id: i64,
    pub state: Option<String>,
    pub country: String,
    pub country_short_name: String,
    pub activation_fee: String,
    pub monthly_fee: String,
    pub per_min: String,
    pub channels: i64,
    pub require_docs: Vec<String>,
}

impl From<PhoneNumber> for InventoryRow {
    fn from(released: PhoneNumber) -> Self {
        Self {
            number: released.number,
            city: released.city,
            city_id: released.city_id,
            state: released.state,
            country: released.country,
            country_short_name: released.country_short_name,
            activation_fee: released.activation_fee,
            monthly_fee: released.monthly_fee,
            per_min: released.per_min,
            channels: released.channels,
            require_docs: released.require_docs,
        }
    }
}

/// Numbers bought and released, as somebody else would in the portal.
impl Portal {
    /// What may be bought, in the order in which it was released.
    pub fn inventory(&self) -> Vec<InventoryRow> {
        self.holdings().inventory.clone()
    }

    /// Buys a number, and gives its id, which is a new one also of a number that the account had before. `None` when it
    /// is not for sale. One that needs documents is not active yet.
    pub fn buy_phone_number(&self, digits: &str) -> Option<i64> {
        let row = {
            let inventory = &mut self.holdings().inventory;
            let place = inventory.iter().position(|row| row.number == digits)?;
            inventory.remove(place)
        };
        let status = if row.require_docs.is_empty() { "active" } else { "inactive" };
        let mut fields = json!(row);
        fields.as_object_mut()?.insert("status".to_owned(), json!(status));
        self.seed::<PhoneNumber>(fields).ok()
    }

    /// Releases a number; `false` when there is none with these digits.
    pub fn release_phone_number(&self, digits: &str) -> bool {
        self.remove(|number: &PhoneNumber| number.number == digits)
    }
}
