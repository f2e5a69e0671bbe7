//! Resources layer: how an answer spells a flag, a number, a text, and nothing.
//! The API's documents disagree, so every spelling is taken that has one meaning.

use serde::{Deserialize, Deserializer, de};

use crate::client::null_as_empty;

/// Characters of the longest decimal that is believed.
const MONEY_LENGTH: usize = 64;

/// A flag that is null is off, one that is missing is not spoken of.
pub(super) fn null_is_off<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or(false)))
}

/// A list that is null is empty, one that is missing is not spoken of.
pub(super) fn null_is_no_items<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    null_as_empty(deserializer).map(Some)
}

/// A text that is null is empty, one that is missing is not spoken of.
pub(super) fn null_is_no_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

/// A number that is null is none, one that is missing is not spoken of.
pub(super) fn told_whole<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<i64>>, D::Error> {
    optional_whole(deserializer).map(Some)
}

/// As [`told_whole`].
pub(super) fn told_decimal<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    optional_decimal(deserializer).map(Some)
}

/// A whole number that must be there.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    optional_whole(deserializer)?.ok_or_else(|| de::Error::custom("expected a whole number, found null"))
}

/// A whole number, or the same as text: older documents show ids as text.
pub(super) fn optional_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match optional_decimal(deserializer)? {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| de::Error::custom("expected a whole number")),
    }
}

/// A decimal as text, whether the API writes it as text or as a number. Never
/// through a float: 0.18 must stay 0.18.
pub(super) fn optional_decimal<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => return Ok(None),
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        _ => return Err(de::Error::custom("expected a number or its text")),
    };
    match text.as_str() {
        "" => Ok(None),
        decimal if is_plain_decimal(decimal) => Ok(Some(text)),
        _ => Err(de::Error::custom("expected a decimal number")),
    }
}

/// Digits with an optional sign and fraction, of a length that money can have.
fn is_plain_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= MONEY_LENGTH && is_digits(whole) && is_digits(fraction)
}
