//! Rules for single values that only a SIP trunk has, in the words that documentation and
//! messages share. Rules that any object may need are the framework's, rules between
//! arguments are in `validate`.

use crate::framework::schema::Validator;
use crate::framework::validators;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::caller_id;
use crate::resources::written_number::SEPARATORS_IN_WORDS;

/// The lowest `password_wo_version`.
pub(super) const FIRST_VERSION: i64 = 0;
/// A `password_wo_version` that nobody can configure, for the state of a trunk
/// whose password is not certain: with it, also a write-only password without a
/// version is a change.
pub(super) const UNCONFIRMED_VERSION: i64 = FIRST_VERSION - 1;

/// The API's integers are `int32`.
const MOST: i64 = i32::MAX as i64;
/// Digits that an amount of money may have on either side of the decimal point.
/// The API names no precision and its examples have three decimals at most;
/// what has more than ten was calculated, and would come back rounded.
const MONEY_DIGITS: u32 = 10;

/// A rule in words and as a check.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// A phone number as people write it.
    CallerId,
    /// A whole number of at least this, and at most what the API can hold.
    WholeNumber(i64),
    /// An amount of money of a length that the API can be expected to keep.
    Money,
    /// A password, which a file or a template may have put a line break behind.
    Password,
}

impl Validator for Rule {
    fn rule(&self) -> String {
        match self {
            Self::CallerId => format!(
                "must be an international phone number that starts with its country code; {SEPARATORS_IN_WORDS} are \
                 ignored"
            ),
            Self::WholeNumber(least) => format!("must be a whole number from {least} to {MOST}"),
            Self::Money => format!(
                "must be at least 0, with at most {MONEY_DIGITS} digits before and {MONEY_DIGITS} after the decimal \
                 point"
            ),
            Self::Password => "must not contain a line break or another control character".to_owned(),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let broken = || validators::violation(&self.rule(), value);
        match self {
            Self::CallerId => {
                let text = value.as_str().ok_or_else(broken)?;
                caller_id::check(text).map_err(|reason| format!("{} It {reason}.", broken()))
            }
            Self::WholeNumber(least) => validators::meant(value)
                .and_then(|number| number.to_i64())
                .filter(|whole| (*least..=MOST).contains(whole))
                .map(drop)
                .ok_or_else(broken),
            Self::Money => validators::meant(value)
                .filter(|amount| {
                    *amount >= Number::from(0) && *amount < Number::from(10_i64.pow(MONEY_DIGITS))
                })
                .filter(|amount| amount.has_at_most_decimals(MONEY_DIGITS))
                .map(drop)
                .ok_or_else(broken),
            // The value is a secret: the rule is all that is said.
            Self::Password if value.as_str().is_some_and(|text| text.contains(char::is_control)) => {
                Err(format!(
                    "The value {}. If it comes from a file that ends with a line break, remove that with `chomp`.",
                    self.rule()
                ))
            }
            Self::Password => Ok(()),
        }
    }
}
