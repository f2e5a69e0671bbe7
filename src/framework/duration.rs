//! Lengths of time as Terraform users write them: `30s`, `1m30s`, `1.5h`. The spelling is
//! that of Go's `time.ParseDuration`, which every `timeouts` block has taught; what a
//! length is good for is said by the argument that takes it.

use std::time::Duration;

/// The rule in words, for documentation and messages.
pub const RULE: &str = "must be a duration such as `30s`, `1m30s` or `2h`";

/// Why a text is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It is not numbers with units.
    #[error("not a number with a unit (h, m, s, ms, us, ns), such as 30s or 1m30s")]
    Malformed,
    /// Time runs forward only.
    #[error("negative")]
    Negative,
    /// It does not fit.
    #[error("too long")]
    TooLong,
}

/// Units and their nanoseconds. `µ` has two code points that look alike.
const UNITS: [(&str, u64); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];

/// Reads a length of time. What is below a nanosecond is cut off.
///
/// # Errors
/// See [`DurationError`].
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Ok(Duration::ZERO);
    }
    if unsigned.is_empty() {
        return Err(DurationError::Malformed);
    }
    let mut rest = unsigned;
    let mut total = 0u64;
    while !rest.is_empty() {
        let (nanoseconds, after) = part(rest)?;
        total = total.checked_add(nanoseconds).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    if negative && total > 0 { Err(DurationError::Negative) } else { Ok(Duration::from_nanos(total)) }
}

/// One number with its unit, in nanoseconds, and what follows it.
fn part(text: &str) -> Result<(u64, &str), DurationError> {
    let (whole, text) = digits(text);
    let (fraction, text) = text.strip_prefix('.').map_or(("", text), digits);
    if whole.is_empty() && fraction.is_empty() {
        return Err(DurationError::Malformed);
    }
    let end = text.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(text.len());
    let (unit, rest) = text.split_at(end);
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(DurationError::Malformed)?;

    let mut nanoseconds = 0u64;
    for digit in whole.bytes() {
        nanoseconds = nanoseconds
            .checked_mul(10)
            .and_then(|sum| sum.checked_add(u64::from(digit - b'0')))
            .ok_or(DurationError::TooLong)?;
    }
    nanoseconds = nanoseconds.checked_mul(*scale).ok_or(DurationError::TooLong)?;
    let (mut place, mut below) = (1u128, 0u128);
    // Beyond 13 places not even an hour's digit is a nanosecond.
    for digit in fraction.bytes().take(18) {
        place *= 10;
        below = below * 10 + u128::from(digit - b'0');
    }
    let below = u64::try_from(below * u128::from(*scale) / place).map_err(|_| DurationError::TooLong)?;
    Ok((nanoseconds.checked_add(below).ok_or(DurationError::TooLong)?, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Writes the whole seconds of a length of time: `5m`, `1h30m`, `0s`.
#[must_use]
pub fn display(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let written = parts.into_iter().filter(|(count, _)| *count > 0);
    let text: String = written.map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_go_reads_them() {
        let cases = [
            ("30s", Duration::from_secs(30)),
            ("1m30s", Duration::from_secs(90)),
            ("1.5h", Duration::from_secs(5400)),
            ("250ms", Duration::from_millis(250)),
            (".5s", Duration::from_millis(500)),
            ("5.s", Duration::from_secs(5)),
            ("0", Duration::ZERO),
            ("-0s", Duration::ZERO),
            ("+2m", Duration::from_secs(120)),
            ("1h0m0.1s", Duration::from_millis(3_600_100)),
            ("3us", Duration::from_micros(3)),
            ("3\u{b5}s", Duration::from_micros(3)),
            ("3\u{3bc}s4ns", Duration::from_nanos(3004)),
            ("0.3333333333333333333h", Duration::from_nanos(1_199_999_999_999)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for text in ["", "30", "s", ".s", "30 s", "30x", "30s ", " 30s", "1e3s", "--1s", "thirty", "1.2.3s"] {
            assert_eq!(parse(text), Err(DurationError::Malformed), "{text}");
        }
        assert_eq!(parse("-1s"), Err(DurationError::Negative));
        for text in ["9999999999999999999999h", "5124096h", "18446744073.709551616s"] {
            assert_eq!(parse(text), Err(DurationError::TooLong), "{text}");
        }
    }

    /// Every unit's longest text: the sum and the product must both be checked.
    #[test]
    fn no_text_overflows() {
        let digits = "9".repeat(400);
        for (unit, _) in UNITS {
            assert_eq!(parse(&format!("{digits}{unit}")), Err(DurationError::TooLong), "{unit}");
            assert!(parse(&format!("0.{digits}{unit}")).is_ok(), "{unit}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for (seconds, text) in
            [(0, "0s"), (1, "1s"), (90, "1m30s"), (300, "5m"), (3600, "1h"), (5401, "1h30m1s")]
        {
            let duration = Duration::from_secs(seconds);
            assert_eq!(display(duration), text);
            assert_eq!(parse(text), Ok(duration));
        }
    }
}
