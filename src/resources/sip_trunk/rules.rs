//! Resources layer: rules for single values that only a SIP trunk has, in the
//! words that documentation and messages share. Rules that any object may need
//! are the framework's, rules between arguments are in `validate`.

use crate::framework::schema::Validator;
use crate::framework::validators;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::caller_id;

/// The lowest `password_wo_version`.
pub(super) const FIRST_VERSION: i64 = 0;
/// A `password_wo_version` that nobody can configure, for the state of a trunk
/// whose password is not certain: with it, also a write-only password without a
/// version is a change.
pub(super) const UNCONFIRMED_VERSION: i64 = FIRST_VERSION - 1;

/// The API's integers are `int32`.
const MOST: i64 = i32::MAX as i64;

/// A rule in words and as a check.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// A phone number as people write it.
    CallerId,
    /// A whole number of at least this, and at most what the API can hold.
    WholeNumber(i64),
}

impl Validator for Rule {
    fn rule(&self) -> String {
        match self {
            Self::CallerId => format!("must be digits; {} are ignored", caller_id::SEPARATORS_IN_WORDS),
            Self::WholeNumber(least) => format!("must be a whole number from {least} to {MOST}"),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let holds = match self {
            Self::CallerId => value.as_str().is_some_and(caller_id::is_well_formed),
            Self::WholeNumber(least) => value
                .as_number()
                .and_then(Number::to_i64)
                .is_some_and(|whole| (*least..=MOST).contains(&whole)),
        };
        if holds { Ok(()) } else { Err(format!("The value {}.", self.rule())) }
    }
}

/// What a dial plan is made of.
pub(super) fn dial_digits() -> impl Validator {
    validators::characters("0-9+*#")
}

/// A positive decimal number in its one usual spelling.
pub(super) fn parse_id(text: &str) -> Option<i64> {
    let id: i64 = text.parse().ok()?;
    (id > 0 && id.to_string() == text).then_some(id)
}
