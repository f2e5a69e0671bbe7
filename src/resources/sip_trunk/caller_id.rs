//! Resources layer: caller IDs as people write them. The API wants digits.

use crate::protocol::value::Value;

/// What people put between the digits of a number, and in front of it.
pub(in crate::resources) const SEPARATORS: &[char] = &['+', ' ', '.', '-', '(', ')'];
/// The same for documentation and messages.
pub(in crate::resources) const SEPARATORS_IN_WORDS: &str = "`+`, spaces, dots, hyphens and parentheses";

/// The caller ID as the API wants it.
pub(super) fn digits(text: &str) -> String {
    text.replace(SEPARATORS, "")
}

/// Whether two known caller IDs are the same number.
pub(super) fn same_number(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if digits(a) == digits(b))
}

/// Whether a text is a caller ID, or the API's spelling of none.
pub(super) fn is_well_formed(text: &str) -> bool {
    let digits = digits(text);
    text.is_empty() || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let written = ["13132847320", "+13132847320", "+1 (313) 284-7320", "1.313.284.7320"];
        for spelling in written {
            assert_eq!(digits(spelling), "13132847320");
            assert!(is_well_formed(spelling), "{spelling}");
            assert!(same_number(&Value::string(spelling), &Value::string(written[0])));
        }
        assert!(!same_number(&Value::string("1313"), &Value::string("1314")));
    }

    #[test]
    fn what_has_other_characters_or_no_digit_is_no_number() {
        for text in ["+", " ", "()", "call me", "1313x", "١٢٣"] {
            assert!(!is_well_formed(text), "{text:?}");
        }
        assert!(is_well_formed(""));
    }
}
