//! Phone numbers of the account, which are there before their resources: their life is that
//! of `lifecycle::lasting`. Two resources show them: one the number with its settings, one
//! nothing but where it rings.
//!
//! | file | decides |
//! |---|---|
//! | `object`, `schema` | what a number is, and how it is documented |
//! | `destinations`, `places` | what stands in a list of destinations, and what it means |
//! | `rules` | what is checked and said before anything is done |
//! | `results` | what data sources and lists tell, and how they find it |

mod destinations;
mod object;
mod places;
mod results;
mod rules;
mod schema;

#[cfg(test)]
mod tests;

use crate::lifecycle::lasting::{Form, Managed, Shown};
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::views;

use self::destinations::DESTINATIONS;

/// All that there is to say of a phone number, and the form with all its settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneNumber;

/// The form that is nothing but destinations. So a number can be the caller ID of a trunk
/// and ring there, which is a cycle if one resource says both.
#[derive(Debug, Clone, Copy)]
pub struct Routing;

/// `resource "wavix_phone_number"`
pub type PhoneNumberResource = Managed<PhoneNumber>;
/// `data "wavix_phone_number"`
pub type PhoneNumberDataSource = views::One<PhoneNumber>;
/// `data "wavix_phone_numbers"`
pub type PhoneNumbersDataSource = views::Plural<PhoneNumber>;
/// `list "wavix_phone_number"`
pub type PhoneNumberList = views::List<PhoneNumber, PhoneNumberResource>;
/// `resource "wavix_phone_number_routing"`
pub type PhoneNumberRoutingResource = Managed<Routing>;

impl Form for PhoneNumber {
    type Object = Self;
    const SHOWN: Shown = Shown {
        type_name: Self::NOUN.type_name,
        attributes: None,
        parts: &[Self::LABEL, DESTINATIONS],
        schema: Self::schema,
    };
}

impl Form for Routing {
    type Object = PhoneNumber;
    const SHOWN: Shown = Shown {
        type_name: "wavix_phone_number_routing",
        attributes: Some(&["number", "id", DESTINATIONS, "on_destroy", "timeouts"]),
        parts: &[DESTINATIONS],
        schema: schema::routing,
    };
}
