//! Resources layer: function `e164`, a phone number in the one form that every
//! system reads. What counts as a separator is decided where caller IDs are.

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::super::sip_trunk::caller_id::{SEPARATORS, SEPARATORS_IN_WORDS};

/// ITU-T E.164, §6: country code and national number together.
const MOST_DIGITS: usize = 15;
/// No country has shorter numbers with its code (Niue: `+683 4000`), while
/// emergency and short numbers, which have no international form, are shorter.
const FEWEST_DIGITS: usize = 7;
/// The international prefix that ITU-T recommends in place of `+`.
const PREFIX: &str = "00";

crate::object! {
    /// Arguments of `e164`.
    pub struct E164Arguments {
        /// As people write it.
        pub number: String,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct E164;

impl Function for E164 {
    type Arguments = E164Arguments;
    type Output = String;

    fn name(&self) -> &'static str {
        "e164"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Writes a phone number in E.164 form".to_owned(),
            description: format!(
                "Gives `+` and the digits of an international phone number as people write it: {SEPARATORS_IN_WORDS} \
                 between the digits are dropped, and `00` in front stands for `+`. The number must begin with its \
                 country code and have {FEWEST_DIGITS} to {MOST_DIGITS} digits. Anything else is an error, never a \
                 guess: a national number such as `030 1234567`, a `(0)` between country code and number, letters, an \
                 extension."
            ),
            parameters: vec![
                Parameter::string("number")
                    .describe("International phone number, such as `+1 (313) 284-7320` or `13132847320`."),
            ],
            variadic: None,
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: E164Arguments) -> Result<String, FunctionError> {
        e164(&arguments.number).map_err(|reason| FunctionError::at("number", reason))
    }
}

fn e164(number: &str) -> Result<String, String> {
    if number.replace(' ', "").contains("(0)") {
        return Err(format!("{number:?} holds \"(0)\", which is not dialled from abroad; leave it out"));
    }
    let stranger = |c: &char| !c.is_ascii_digit() && !SEPARATORS.contains(c);
    if let Some(stranger) = number.chars().find(stranger) {
        return Err(format!(
            "{number:?} holds {stranger:?}; a phone number consists of digits, with {SEPARATORS_IN_WORDS} between them"
        ));
    }
    let after_plus = number.split_once('+').map(|(before, after)| (before.contains(is_digit), after));
    let digits: String = match after_plus {
        Some((true, _)) => return Err(format!("{number:?} holds \"+\" after a digit")),
        Some((false, after)) if after.contains('+') => return Err(format!("{number:?} holds \"+\" twice")),
        Some((false, after)) => after.chars().filter(char::is_ascii_digit).collect(),
        None => {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            digits.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(digits)
        }
    };
    if digits.is_empty() {
        return Err(format!("{number:?} holds no digits"));
    }
    if digits.starts_with('0') {
        return Err(format!(
            "{number:?} does not begin with a country code, which never begins with 0; write the number as it is \
             dialled from abroad"
        ));
    }
    if !(FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) {
        return Err(format!(
            "{number:?} has {} digits with its country code; international numbers have {FEWEST_DIGITS} to \
             {MOST_DIGITS}",
            digits.len()
        ));
    }
    Ok(format!("+{digits}"))
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
            " +1 313 284 7320 ",
        ] {
            assert_eq!(e164(spelling).as_deref(), Ok("+13132847320"), "{spelling:?}");
        }
    }

    #[test]
    fn applied_to_its_own_result_it_changes_nothing() {
        let once = e164("00 44 20 7946 0018").unwrap();
        assert_eq!(once, "+442079460018");
        assert_eq!(e164(&once), Ok(once));
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
            ("911", "7 to 15"),
            ("+123456", "7 to 15"),
            ("+1234567890123456", "7 to 15"),
            ("1-800-FLOWERS", "'F'"),
            ("+1 313 284 7320 x12", "'x'"),
            ("+1/313/2847320", "'/'"),
            ("+1\u{a0}3132847320", "'\\u{a0}'"),
            ("+١٣١٣٢٨٤٧٣٢٠", "'١'"),
            ("sip:13132847320", "'s'"),
        ] {
            let error = e164(number).unwrap_err();
            assert!(error.contains(reason), "{number:?}: {error}");
            assert!(!error.ends_with('.'), "Terraform adds the full stop: {error}");
        }
    }

    #[test]
    fn the_limits_are_included() {
        assert_eq!(e164("+6834000"), Ok("+6834000".to_owned()));
        assert_eq!(e164("+123456789012345"), Ok("+123456789012345".to_owned()));
    }

    #[test]
    fn the_error_points_at_the_argument() {
        let error = E164.call(E164Arguments { number: "x".to_owned() }).unwrap_err();
        assert_eq!(error, FunctionError::at("number", error.text.clone()));
    }
}
