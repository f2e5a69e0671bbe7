//! Resources layer: rules for single values of a SIP trunk, in the words that
//! documentation and messages share. Rules between arguments are in `validate`.

use std::net::Ipv4Addr;

use crate::framework::duration;
use crate::framework::schema::Validator;
use crate::protocol::value::Value;

use super::caller_id;

/// The API's integers are `int32`.
const MOST: i64 = i32::MAX as i64;
/// What a dial plan is made of.
const DIAL_CHARACTERS: &str = "0123456789+*#";

/// A rule in words and as a check.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Text of at least one character.
    NotEmpty,
    /// A phone number as people write it.
    CallerId,
    /// Digits, `+`, `*`, `#`.
    DialDigits,
    /// A plain IPv4 address.
    Ipv4,
    /// A set of which each known element is a plain IPv4 address.
    EachIpv4,
    /// A whole number of at least this, and at most what the API can hold.
    WholeNumber(i64),
    /// A whole number that the API is not told.
    AnyWholeNumber,
    /// A decimal above zero.
    AboveZero,
    /// A length of time.
    Duration,
}

impl Validator for Rule {
    fn rule(&self) -> String {
        match self {
            Self::NotEmpty => "must not be empty".to_owned(),
            Self::CallerId => {
                format!("must be digits; {} are ignored", caller_id::SEPARATORS_IN_WORDS)
            }
            Self::DialDigits => "must hold nothing but digits, `+`, `*` and `#`".to_owned(),
            Self::Ipv4 => "must be an IPv4 address, without a prefix length".to_owned(),
            Self::EachIpv4 => "must be IPv4 addresses, without prefix lengths".to_owned(),
            Self::WholeNumber(least) => format!("must be a whole number from {least} to {MOST}"),
            Self::AnyWholeNumber => "must be a whole number of at most 18 digits".to_owned(),
            Self::AboveZero => "must be greater than 0".to_owned(),
            Self::Duration => duration::RULE.to_owned(),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let offender = match (self, value) {
            (Self::NotEmpty, Value::String(text)) => text.is_empty().then_some("\"\"".to_owned()),
            (Self::CallerId, Value::String(text)) => refused(text, caller_id::is_well_formed),
            (Self::DialDigits, Value::String(text)) => {
                refused(text, |text| text.chars().all(|character| DIAL_CHARACTERS.contains(character)))
            }
            (Self::Ipv4, Value::String(text)) => refused(text, is_ipv4),
            (Self::EachIpv4, Value::Set(items)) => {
                items.iter().filter_map(Value::as_str).find_map(|text| refused(text, is_ipv4))
            }
            (Self::WholeNumber(least), Value::Number(number)) => {
                let fits = number.to_i64().is_some_and(|whole| (*least..=MOST).contains(&whole));
                (!fits).then(|| number.to_string())
            }
            (Self::AnyWholeNumber, Value::Number(number)) => {
                number.to_i64().is_none().then(|| number.to_string())
            }
            (Self::AboveZero, Value::Number(number)) => {
                (number.is_negative() || number.is_zero()).then(|| number.to_string())
            }
            (Self::Duration, Value::String(text)) => refused(text, |text| duration::parse(text).is_ok()),
            // Of another kind than the schema says: the codec refuses that before.
            _ => None,
        };
        match (self, offender) {
            (_, None) => Ok(()),
            // May be a password.
            (Self::NotEmpty, Some(_)) => Err("The value must not be empty.".to_owned()),
            (rule, Some(found)) => Err(format!("The value {}; found {found}.", rule.rule())),
        }
    }
}

fn refused(text: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    (!is_right(text)).then(|| format!("{text:?}"))
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}
