//! Exact decimal numbers. Never a float: a price of 0.18 must leave as 0.18.

use std::fmt;
use std::str::FromStr;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};

/// The longest plain decimal text a number may need. Terraform's own numbers
/// have 512 bits of precision; a number beyond this is an attack or a mistake.
pub const MAX_DIGITS: usize = 4096;

/// How many digits people write at most. A number that takes more was made by
/// a float or a calculation, and stands for a shorter one.
const WRITTEN_DIGITS: u64 = 20;
/// Behind so many decimals a calculation has left nothing but its noise:
/// Terraform's numbers have some 154 digits.
const MEANT_DECIMALS: i64 = 30;

/// A decimal number of any size up to [`MAX_DIGITS`] digits. Two numbers are
/// equal when their values are, whatever their scale (`0.18` = `0.180`), as
/// Terraform compares them: the float that is next to 0.18 is another number.
/// What both stand for is [`Number::meant`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

/// Why a text is not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is no decimal number (infinities are none either).
    #[error("text that is none")]
    Malformed,
    /// Written out, the number would need more than [`MAX_DIGITS`] digits.
    #[error("a number of more than {MAX_DIGITS} digits")]
    TooLong,
}

impl Number {
    /// The value as an `i64`, when it is exactly one.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.is_integer().then(|| self.0.to_i64()).flatten()
    }

    /// The value as a `u64`, when it is exactly one.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        self.is_integer().then(|| self.0.to_u64()).flatten()
    }

    /// True when there is no fractional part.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// True when so many digits after the decimal point are enough. Trailing
    /// zeros count for nothing.
    #[must_use]
    pub fn has_at_most_decimals(&self, most: u32) -> bool {
        let fits = |decimal: &BigDecimal| decimal.fractional_digit_count() <= i64::from(most);
        // Few numbers have zeros at the end to take away, which costs copies.
        fits(&self.0) || fits(&self.0.normalized())
    }

    /// True below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.sign() == Sign::Minus
    }

    /// True for zero of any scale.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The value of a finite float, to its last digit.
    ///
    /// # Errors
    /// `Malformed` for infinities and not-a-number.
    pub fn from_f64(float: f64) -> Result<Self, NumberError> {
        BigDecimal::try_from(float).map(|value| Self(value.normalized())).map_err(|_| NumberError::Malformed)
    }

    /// The number that somebody wrote and a float or a calculation turned into
    /// this one: 0.18 for the float next to it, and for `0.15 * 1.2`, which
    /// misses it in the 155th decimal. Requests, rules and messages are about
    /// this one; plans and states hold the number as it came.
    #[must_use]
    pub fn meant(&self) -> Self {
        if let Some(float) = self.as_inexact_float() {
            // The shortest text that reads back as the float is plain decimal.
            return float.to_string().parse().unwrap_or_else(|_| self.clone());
        }
        if self.is_written() {
            return self.clone();
        }
        Self(self.0.with_scale_round(MEANT_DECIMALS, RoundingMode::HalfEven).normalized())
    }

    /// The float whose value this is, when a shorter decimal stands for it.
    #[must_use]
    pub fn as_inexact_float(&self) -> Option<f64> {
        if self.0.is_integer() {
            return None;
        }
        let float = self.0.to_f64()?;
        let is_it = Self::from_f64(float).ok()? == *self;
        (is_it && float.to_string().parse::<Self>().ok()? != *self).then_some(float)
    }

    /// Whether it is an integer, or short enough for somebody to have written
    /// it so.
    fn is_written(&self) -> bool {
        self.0.digits() <= WRITTEN_DIGITS
            || self.0.is_integer()
            || self.0.normalized().digits() <= WRITTEN_DIGITS
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads decimal text with an optional sign, fraction and exponent.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        // The length check comes first: parsing is quadratic in the digits.
        if text.len() > MAX_DIGITS + 32 {
            return Err(NumberError::TooLong);
        }
        let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            || plain.contains('_')
            || !plain.contains(|c: char| c.is_ascii_digit())
        {
            return Err(NumberError::Malformed);
        }
        let value = BigDecimal::from_str(text).map_err(|_| NumberError::Malformed)?;
        if value.is_zero() {
            return Ok(Self(BigDecimal::zero()));
        }
        // What counts is the number written out, so that any number shown or
        // sent can be read back: digits and zeros of the exponent together.
        let scale = value.fractional_digit_count();
        let written = if scale < 0 {
            value.digits().saturating_add(scale.unsigned_abs())
        } else {
            value.digits().max(scale.unsigned_abs())
        };
        if written > MAX_DIGITS as u64 {
            return Err(NumberError::TooLong);
        }
        Ok(Self(value))
    }
}

impl fmt::Display for Number {
    /// Plain decimal text, no exponent, no trailing zeros: `0.18`, `-5`, `100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.normalized().to_plain_string())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self(BigDecimal::from(BigInt::from(value)))
            }
        }
    )*};
}

from_integer!(i32, u32, i64, u64);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn the_scale_does_not_matter() {
        assert_eq!(number("0.18"), number("0.180"));
        assert_eq!(number("0.180").to_string(), "0.18");
        assert_eq!(number("1e2").to_string(), "100");
        assert_eq!(number("100").to_string(), "100");
        assert_eq!(number("-0").to_string(), "0");
    }

    #[test]
    fn decimals_are_counted_as_they_are_shown() {
        for (text, decimals) in [("0", 0), ("100", 0), ("1e3", 0), ("1.50", 1), ("-0.180", 2), ("25e-4", 4)] {
            assert!(number(text).has_at_most_decimals(decimals), "{text}");
            assert!(decimals == 0 || !number(text).has_at_most_decimals(decimals - 1), "{text}");
        }
    }

    #[test]
    fn no_digit_is_lost() {
        let long = "0.1234567890123456789012345678901";
        assert_eq!(number(long).to_string(), long);
        assert_eq!(number("18446744073709551616").to_u64(), None);
        assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
        assert_eq!(number("1.5").to_i64(), None);
    }

    /// The 64-bit float next to 0.18, to its last digit.
    const FLOAT: &str = "0.179999999999999993338661852249060757458209991455078125";

    #[test]
    fn a_float_is_the_number_it_is_and_means_the_one_that_was_written() {
        let float = Number::from_f64(0.18).unwrap();
        assert_eq!(float, number(FLOAT));
        assert_ne!(float, number("0.18"), "so Terraform compares them");
        assert_eq!(float.to_string(), FLOAT);
        assert_eq!(float.meant(), number("0.18"));
        assert_eq!(float.as_inexact_float(), Some(0.18));
        for (written, meant) in [
            (0.5, "0.5"),
            (600.0, "600"),
            (-1e-7, "-0.0000001"),
            (1e22, "1e22"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(Number::from_f64(written).unwrap().meant(), number(meant), "{written}");
        }
        assert_eq!(Number::from_f64(0.5).unwrap().as_inexact_float(), None);
        assert_eq!(Number::from_f64(f64::NAN), Err(NumberError::Malformed));
    }

    #[test]
    fn a_number_that_people_write_is_meant_as_it_is() {
        for text in [
            "1234567890.0987654321",
            "0.0009765625",
            "18446744073709551616",
            "0.18000000000000001",
            "1e4095",
            "0.18",
        ] {
            assert_eq!(number(text).meant(), number(text), "{text}");
            assert_eq!(number(text).as_inexact_float(), None, "{text}");
        }
    }

    #[test]
    fn the_noise_of_a_calculation_is_not_meant() {
        // As Terraform sends `0.15 * 1.2` and `1.1 + 2.2 - 0.3`.
        let product = format!("0.17{}3", "9".repeat(152));
        let sum = format!("3.{}47", "0".repeat(152));
        assert_eq!(number(&product).meant(), number("0.18"));
        assert_eq!(number(&sum).meant(), number("3"));
        assert_eq!(number(&format!("-{product}")).meant(), number("-0.18"));
        assert_eq!(number(&product).to_string(), product, "no digit is lost of what came");
        // A third is no noise.
        let third = format!("0.{}", "3".repeat(154));
        assert_eq!(number(&third).meant(), number(&third[..32]));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "abc", "1_000", "inf", "NaN", "0x10", "1e", "--1", "e5"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Malformed), "{text}");
        }
    }

    #[test]
    fn the_longest_number_reads_back_from_its_own_text() {
        for text in ["1e4095", "-1e4095", "1e-4096", "-1e-4096"] {
            let longest = number(text);
            assert_eq!(number(&longest.to_string()), longest, "{text}");
        }
    }

    #[test]
    fn a_number_that_would_fill_the_memory_is_refused() {
        assert_eq!("1e1000000000".parse::<Number>(), Err(NumberError::TooLong));
        assert_eq!("1e-1000000000".parse::<Number>(), Err(NumberError::TooLong));
        assert_eq!("9".repeat(10_000).parse::<Number>(), Err(NumberError::TooLong));
        assert_eq!(format!("{}e4000", "9".repeat(4000)).parse::<Number>(), Err(NumberError::TooLong));
        assert_eq!("0e1000000000".parse::<Number>().unwrap(), Number::from(0));
    }
}
