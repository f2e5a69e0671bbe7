//! Exact decimal amounts, as the API stores money. Text in, text out, no float.
//! Which spelling an answer uses is decided by [`crate::behaviour::DecimalText`].

/// `unscaled / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    unscaled: i128,
    scale: u32,
}

/// Beyond this an amount of money is a mistake, and `i128` could overflow.
const MAX_DIGITS: usize = 30;

impl Decimal {
    /// Reads the text of a JSON number, exponents included. `None` when it is no number or absurdly long.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, magnitude) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let mut unscaled = digits.parse::<i128>().ok()?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale < 0 {
            unscaled = unscaled.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?;
        }
        let scale = u32::try_from(scale).unwrap_or(0);
        if scale as usize > MAX_DIGITS {
            return None;
        }
        Some(Self { unscaled: if negative { -unscaled } else { unscaled }, scale })
    }

    pub(crate) fn is_positive(self) -> bool {
        self.unscaled > 0
    }

    /// Without trailing zeros: `0.180` becomes `0.18`, `5.0` becomes `5`.
    pub(crate) fn shortest(mut self) -> String {
        while self.scale > 0 && self.unscaled % 10 == 0 {
            self.unscaled /= 10;
            self.scale -= 1;
        }
        self.plain()
    }

    /// With exactly `scale` fraction digits, rounded half away from zero.
    pub(crate) fn rounded(mut self, scale: u32) -> String {
        while self.scale > scale {
            let dropped = self.unscaled % 10;
            self.unscaled /= 10;
            self.scale -= 1;
            if self.scale == scale && dropped.abs() >= 5 {
                self.unscaled += dropped.signum();
            }
        }
        let mut text = self.plain();
        if scale > self.scale {
            if self.scale == 0 {
                text.push('.');
            }
            text.extend(std::iter::repeat_n('0', (scale - self.scale) as usize));
        }
        text
    }

    /// Every digit that was sent, in plain notation.
    pub(crate) fn plain(self) -> String {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = self.unscaled.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn spellings_of_one_amount() {
        for (sent, plain, shortest, four) in [
            ("0.18", "0.18", "0.18", "0.1800"),
            ("0.180", "0.180", "0.18", "0.1800"),
            ("5", "5", "5", "5.0000"),
            ("5.0", "5.0", "5", "5.0000"),
            ("18e-2", "0.18", "0.18", "0.1800"),
            ("1.8E+1", "18", "18", "18.0000"),
            ("2e3", "2000", "2000", "2000.0000"),
            ("0.00005", "0.00005", "0.00005", "0.0001"),
            ("-0.10", "-0.10", "-0.1", "-0.1000"),
            (
                "12345678901234567890.123456789",
                "12345678901234567890.123456789",
                "12345678901234567890.123456789",
                "12345678901234567890.1235",
            ),
        ] {
            let amount = Decimal::parse(sent).unwrap();
            assert_eq!(amount.plain(), plain, "{sent}");
            assert_eq!(amount.shortest(), shortest, "{sent}");
            assert_eq!(amount.rounded(4), four, "{sent}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".5", "1e", "1e99", "abc", "1.2.3", "1e-99", "1234567890123456789012345678901"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
