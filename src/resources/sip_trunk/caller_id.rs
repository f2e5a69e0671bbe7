//! Caller IDs as people write them. The API wants digits.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::protocol::value::Value;

use crate::resources::written_number::{PREFIX, SEPARATORS, dialled, unusual_length};

use super::model::SipTrunkModel;

/// The caller ID as the API wants it. What Wavix has, though it is no
/// international number, stays as it is.
pub(super) fn digits(text: &str) -> String {
    dialled(text).unwrap_or_else(|_| text.replace(SEPARATORS, ""))
}

/// Whether two known caller IDs are the same number.
pub(super) fn same_number(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if digits(a) == digits(b))
}

/// Whether a text is a caller ID, or the API's spelling of none. The prefix 00 is
/// dialled, and is no part of a number that others are shown.
///
/// # Errors
/// Why it is neither: a clause about it.
pub(super) fn check(text: &str) -> Result<(), String> {
    if !text.contains('+') && text.replace(SEPARATORS, "").starts_with(PREFIX) {
        return Err(format!(
            "starts with {PREFIX}, which is a dialing prefix and not part of the number; replace it with \"+\", as \
             in \"+44 20 7946 0018\""
        ));
    }
    if text.is_empty() { Ok(()) } else { dialled(text).map(drop) }
}

/// What is unusual about a caller ID: a clause about it.
fn unusual(text: &str) -> Option<String> {
    dialled(text).ok().and_then(|digits| unusual_length(&digits))
}

/// Refuses a plan without a caller ID, unless the trunk lacks one already.
pub(super) fn refuse_missing(
    prior: Option<&SipTrunkModel>,
    planned: &SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    if is_missing(planned) && !prior.is_some_and(is_missing) {
        diagnostics.push(missing());
    }
}

/// The digits of the caller ID.
pub(super) fn number(trunk: &SipTrunkModel) -> Option<String> {
    trunk.callerid.known().map(|text| digits(text))
}

/// True when it is certain that no number may be the caller ID.
fn is_missing(trunk: &SipTrunkModel) -> bool {
    let text = &trunk.callerid;
    matches!(trunk.multiple_numbers, Attr::Null | Attr::Known(false))
        && !text.is_unknown()
        && text.known().is_none_or(|text| text.is_empty())
}

fn missing() -> Diagnostic {
    Diagnostic::error(
        "Missing caller ID",
        "Set `callerid` to an active or verified number of the account, or set `multiple_numbers = true` to allow \
         all of them: outbound calls need a caller ID.",
    )
    .at(Path::root("callerid"))
}

/// A warning for a number that the API may not take.
pub(super) fn check_unusual(config: &SipTrunkModel, doubt: &mut dyn FnMut(&'static str, String)) {
    if let Some(clause) = config.callerid.known().and_then(|text| unusual(text)) {
        doubt(
            "callerid",
            format!("The number {clause}. Wavix accepts only active and verified numbers of the account."),
        );
    }
}

/// What the state has when this was answered.
pub(super) fn refine(told: Option<&Value>, held: &SipTrunkModel, found: &mut SipTrunkModel) {
    let several = found.multiple_numbers == Attr::Known(true);
    match (told, held.callerid.known()) {
        (None, _) => {}
        // Any number may be the caller ID: which one Wavix names is nobody's wish.
        (Some(_), None) if several && !held.is_stub() => found.callerid = Attr::Null,
        // "" then says that several numbers are allowed, not that none is set.
        (Some(told), Some(held)) if several && told.as_str().is_none_or(str::is_empty) => {
            found.callerid = Attr::Known(held.clone());
        }
        (Some(_), _) => {}
    }
}

/// Whether a listed trunk with this caller ID may be the planned one. Trunks with
/// several numbers show none, so only two that show one can differ.
pub(super) fn may_be_same(planned: &SipTrunkModel, listed: Option<&str>) -> bool {
    let shown = listed.map(digits).unwrap_or_default();
    match planned.callerid.known().map(|text| digits(text)) {
        Some(wanted) => wanted.is_empty() || shown.is_empty() || wanted == shown,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let written = ["13132847320", "+13132847320", "+1 (313) 284-7320", "1.313.284.7320"];
        for spelling in written {
            assert_eq!(digits(spelling), "13132847320");
            assert_eq!(check(spelling), Ok(()), "{spelling}");
            assert!(same_number(&Value::string(spelling), &Value::string(written[0])));
        }
        assert!(!same_number(&Value::string("1313"), &Value::string("1314")));
        assert!(same_number(&Value::string("0013132847320"), &Value::string(written[0])), "in an old state");
        assert_eq!(digits("+0 123"), "0123", "Wavix may have what cannot be configured");
    }

    #[test]
    fn what_wavix_would_refuse_is_no_caller_id() {
        let refused = [
            "+",
            " ",
            "()",
            "call me",
            "1313x",
            "١٢٣",
            "++13132847320",
            "1+3132847320",
            "+0 123",
            "0313284732",
        ];
        for text in refused {
            assert!(check(text).is_err(), "{text:?}");
        }
        for text in ["00442079460018", "00 44 20 7946 0018", "(00) 44 20 7946 0018"] {
            assert!(check(text).is_err_and(|reason| reason.contains("replace it with \"+\"")), "{text:?}");
        }
        for text in ["123", "1234567890123456789012"] {
            assert!(check(text).is_ok() && unusual(text).is_some(), "{text:?}: the account may hold it");
        }
        assert_eq!(unusual("13132847320"), None);
        assert_eq!(check(""), Ok(()));
    }
}
