//! Phone numbers as the portal shows and changes them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    accounts::{Holdings, Portal, without_lag},
    collection::Item as _,
};

use super::{PhoneNumber, return_to_stock};

/// The first number of the vendor's examples; those that are seeded without one follow it.
const FIRST_NUMBER: i64 = 12_565_378_257;

fn stored<'a>(holdings: &'a mut Holdings, digits: &str) -> Option<&'a mut PhoneNumber> {
    holdings.phone_numbers.iter_mut().find(|number| number.number == digits)
}

/// Phone numbers.
impl Portal {
    /// The phone numbers, by ascending id.
    pub fn phone_numbers(&self) -> Vec<PhoneNumber> {
        self.holdings().phone_numbers.iter().cloned().collect()
    }

    /// The phone number with these digits.
    pub fn phone_number(&self, digits: &str) -> Option<PhoneNumber> {
        stored(&mut self.holdings(), digits).cloned()
    }

    /// Gives the account a number without a request, and its id. The fields are those of the answer, all optional, and
    /// `city_id`. Nothing is checked but the types: a destination may lead nowhere.
    ///
    /// # Panics
    /// When a field is unknown or of the wrong type.
    #[expect(clippy::panic, reason = "a fixture with a spelling mistake must not pass for one without")]
    pub fn add_phone_number(&self, fields: Value) -> i64 {
        self.seed_phone_number(fields)
            .unwrap_or_else(|message| panic!("cannot seed a phone number: {message}"))
    }

    pub(crate) fn seed_phone_number(&self, fields: Value) -> Result<i64, String> {
        let number: PhoneNumber = serde_json::from_value(fields).map_err(|error| error.to_string())?;
        let mut holdings = self.holdings();
        let mut taken = taken(&holdings);
        own(&mut holdings, number, &mut taken)
    }

    /// Gives the account so many numbers that are alike.
    pub fn add_phone_numbers(&self, count: usize) {
        let mut holdings = self.holdings();
        let mut taken = taken(&holdings);
        for _ in 0..count {
            let made = own(&mut holdings, PhoneNumber::usual(), &mut taken);
            debug_assert!(made.is_ok(), "new ids and digits are not taken");
        }
    }

    /// Edits a number as somebody else would in the portal; `false` when there is none with these digits.
    pub fn edit_phone_number(&self, digits: &str, edit: impl FnOnce(&mut PhoneNumber)) -> bool {
        stored(&mut self.holdings(), digits).map(edit).is_some()
    }

    /// Changes these fields of a number, see [`Self::add_phone_number`]; `None` when there is none with these digits.
    pub(crate) fn alter_phone_number(
        &self,
        digits: &str,
        fields: Map<String, Value>,
    ) -> Option<Result<(), String>> {
        let mut holdings = self.holdings();
        let stored = stored(&mut holdings, digits)?;
        let mut whole = json!(stored);
        whole.as_object_mut().into_iter().for_each(|whole| whole.extend(fields.clone()));
        Some(match serde_json::from_value::<PhoneNumber>(whole) {
            Ok(number) if number.id == stored.id => {
                *stored = number;
                Ok(())
            }
            Ok(_) => Err("the id of a number does not change".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Releases a number as somebody else would in the portal; `false` when there is none with these digits.
    pub fn release_phone_number(&self, digits: &str) -> bool {
        let mut holdings = self.holdings();
        let id = stored(&mut holdings, digits).map(|number| number.id);
        id.is_some_and(|id| return_to_stock(&mut holdings, id, &without_lag()))
    }

    /// Buys a number that was released, as somebody else would in the portal, and gives its new id; `None` when stock has
    /// none with these digits.
    pub fn buy_phone_number(&self, digits: &str) -> Option<i64> {
        let mut holdings = self.holdings();
        let place = holdings.stock.iter().position(|number| number.number == digits)?;
        // What it is, and nothing that its owner set.
        let PhoneNumber { number, city, city_id, country, country_short_name, .. } =
            holdings.stock.remove(place);
        let bought =
            PhoneNumber { number, city, city_id, country, country_short_name, ..PhoneNumber::usual() };
        let mut taken = taken(&holdings);
        own(&mut holdings, bought, &mut taken).ok()
    }

    /// What was released, by time.
    pub fn stock(&self) -> Vec<PhoneNumber> {
        self.holdings().stock.clone()
    }
}

fn taken(holdings: &Holdings) -> BTreeSet<String> {
    holdings.phone_numbers.iter().map(|number| number.number.clone()).collect()
}

/// Stores it, with an id and digits that are not taken.
fn own(
    holdings: &mut Holdings,
    mut number: PhoneNumber,
    taken: &mut BTreeSet<String>,
) -> Result<i64, String> {
    if number.id == 0 {
        number.id = holdings.phone_numbers.new_id();
    }
    if number.number.is_empty() {
        let mut digits =
            (FIRST_NUMBER + number.id - PhoneNumber::FIRST_ID..).map(|number| number.to_string());
        number.number = digits.find(|digits| !taken.contains(digits)).unwrap_or_default();
    }
    let id = number.id;
    if holdings.phone_numbers.get(id).is_some() || !taken.insert(number.number.clone()) {
        return Err(format!("{} is taken", number.number));
    }
    holdings.phone_numbers.insert(number, &without_lag());
    Ok(id)
}
