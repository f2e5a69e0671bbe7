//! Phone numbers as people write them, and the one form that every system reads. What is
//! wrong with a number is told without repeating it: it may be a secret that was put into
//! the wrong place.

use crate::framework::schema::Validator;
use crate::framework::validators::invisible;
use crate::protocol::value::Value;

/// ITU-T E.164, §6: country code and national number together.
pub(super) const MOST_DIGITS: usize = 15;
/// No country has shorter numbers with its code (Niue: `+683 4000`), while
/// emergency and short numbers, which have no international form, are shorter.
pub(super) const FEWEST_DIGITS: usize = 7;
/// The international prefix that ITU-T recommends in place of `+`.
pub(super) const PREFIX: &str = "00";

/// What people put between the digits of a number, and in front of it.
pub(super) const SEPARATORS: &[char] = &['+', ' ', '.', '-', '(', ')'];
/// The same for documentation and messages.
pub(super) const SEPARATORS_IN_WORDS: &str = "`+`, spaces, dots, hyphens and parentheses";

/// Country code and number in digits alone, as E.164 has it.
///
/// # Errors
/// What keeps the text from being an international number: a clause about it.
pub(super) fn international(text: &str) -> Result<String, String> {
    let digits = dialled(text)?;
    unusual_length(&digits).map_or(Ok(digits), Err)
}

/// What is unusual about the number of digits: a clause about it.
pub(super) fn unusual_length(digits: &str) -> Option<String> {
    (!(FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len())).then(|| {
        format!(
            "must have {FEWEST_DIGITS} to {MOST_DIGITS} digits with its country code, but has {}",
            digits.len()
        )
    })
}

/// The same as a rule.
pub(super) struct International;

impl Validator for International {
    fn rule(&self) -> String {
        "must be a phone number with its country code".to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        international(value.as_str().unwrap_or_default()).map(drop).map_err(|why| format!("The value {why}."))
    }
}

/// As [`international`], of any length.
///
/// # Errors
/// As [`international`].
pub(super) fn dialled(text: &str) -> Result<String, String> {
    let is_zero =
        |after: &str| after.split_once(')').is_some_and(|(inside, _)| inside.trim_matches(' ') == "0");
    if text.split('(').skip(1).any(is_zero) {
        return Err("contains \"(0)\", which is not part of an international number; remove it".to_owned());
    }
    let stranger = |c: char| !c.is_ascii_digit() && !SEPARATORS.contains(&c);
    if let Some(position) = text.chars().position(stranger) {
        if let Some((_, name)) = invisible(text).filter(|(at, _)| *at == position + 1) {
            return Err(format!(
                "contains an invisible character at position {}: {name}; type the number instead of pasting it",
                position + 1
            ));
        }
        return Err(format!(
            "contains a character at position {} that is neither a digit nor one of {SEPARATORS_IN_WORDS}",
            position + 1
        ));
    }
    let mut digits = String::with_capacity(text.len());
    digits.extend(text.chars().filter(char::is_ascii_digit));
    match text.split_once('+') {
        Some((before, _)) if before.contains(is_digit) => {
            return Err("contains \"+\" after a digit".to_owned());
        }
        Some((_, after)) if after.contains('+') => return Err("contains \"+\" twice".to_owned()),
        Some(_) => {}
        None if digits.starts_with(PREFIX) => drop(digits.drain(..PREFIX.len())),
        None if !digits.is_empty() && is_written_nationally(text) => {
            return Err(
                "is a national number without a country code; add \"+\" and the country code, as in \"+1 \
                        (202) 555-0123\""
                    .to_owned(),
            );
        }
        None => {}
    }
    if digits.is_empty() {
        return Err("contains no digits".to_owned());
    }
    if digits.starts_with('0') {
        return Err(
            "does not start with a country code, which never starts with 0; write the number in international format"
                .to_owned(),
        );
    }
    Ok(digits)
}

/// Digits alone cannot tell, as `3132847320` may be a number of the United States
/// without its country code and one of the Netherlands with it. Its form can:
/// an area code in parentheses in front, or North America's groups of 3, 3 and 4.
fn is_written_nationally(text: &str) -> bool {
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
    text.trim_start().starts_with('(') || groups.map(str::len).eq([3, 3, 4])
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for spelling in [
            "13132847320",
            "+13132847320",
            "+1 (313) 284-7320",
            "1.313.284.7320",
            "0013132847320",
            "00 1 313 284 7320",
            "(+1) 313-284-7320",
            "1 313-284-7320",
            " +1 313 284 7320 ",
        ] {
            assert_eq!(international(spelling).as_deref(), Ok("13132847320"), "{spelling:?}");
        }
    }

    #[test]
    fn applied_to_its_own_result_it_changes_nothing() {
        let once = international("00 44 20 7946 0018").unwrap();
        assert_eq!(once, "442079460018");
        assert_eq!(international(&once), Ok(once));
    }

    #[test]
    fn what_is_no_international_number_is_an_error_that_says_why() {
        for (number, reason) in [
            ("", "no digits"),
            ("+", "no digits"),
            ("00", "no digits"),
            (" () ", "no digits"),
            ("030 1234567", "country code"),
            ("+0313284732", "country code"),
            ("000 1234567", "country code"),
            ("+00 1 313 284 7320", "country code"),
            ("+44 (0)20 7946 0018", "(0)"),
            ("+44 ( 0 ) 20 7946 0018", "(0)"),
            ("1 313+2847320", "after a digit"),
            ("++13132847320", "twice"),
            ("+1+3132847320", "twice"),
            ("(313) 284-7320", "national"),
            (" (030) 1234567", "national"),
            ("313-284-7320", "national"),
            ("313.284.7320", "national"),
            ("911", "7 to 15"),
            ("+123456", "7 to 15"),
            ("+1234567890123456", "7 to 15"),
            ("1-800-FLOWERS", "position 7 "),
            ("+1 313 284 7320 x12", "position 17 "),
            ("+1/313/2847320", "position 3 "),
            ("+1\u{a0}3132847320", "position 3: a no-break space (U+00A0)"),
            ("\u{202a}+13132847320\u{202c}", "position 1: a text direction mark (U+202A)"),
            ("+١٣١٣٢٨٤٧٣٢٠", "position 2 "),
            ("sip:13132847320", "position 1 "),
        ] {
            let error = international(number).unwrap_err();
            assert!(error.contains(reason), "{number:?}: {error}");
            assert!(!error.ends_with('.'), "Terraform adds the full stop: {error}");
        }
    }

    #[test]
    fn the_limits_are_included() {
        assert_eq!(international("+6834000"), Ok("6834000".to_owned()));
        assert_eq!(international("+123456789012345"), Ok("123456789012345".to_owned()));
    }
}
