//! Resources layer: what differs between two trunks, as the API sees it.
//! Decides both whether an update needs a request and whether Wavix did what
//! it was asked.

use crate::framework::object::Mapped;
use crate::protocol::value::Value;

use super::caller_id;
use super::model::SipTrunkModel;

/// The arguments that a request carries, but for the password.
pub(super) const WRITABLE: [&str; 21] = [
    "label",
    "callerid",
    "multiple_numbers",
    "ip_restrict",
    "allowed_ips",
    "didinfo_enabled",
    "call_restrict",
    "call_limit",
    "cost_limit",
    "max_call_cost",
    "channels_restrict",
    "max_channels",
    "rewrite_enabled",
    "rewrite_prefix",
    "rewrite_cond",
    "call_recording_enabled",
    "machine_detection_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "encrypted_media",
    "host_request",
];

/// One argument that is not what it should be.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    /// The argument.
    pub(super) name: &'static str,
    /// What it should be.
    pub(super) wanted: Value,
    /// What it is.
    pub(super) found: Value,
}

/// The writable arguments that certainly differ. What is unknown on either
/// side may yet turn out the same and is passed over.
pub(super) fn differences(wanted: &SipTrunkModel, found: &SipTrunkModel) -> Vec<Difference> {
    let (wanted, found) = (wanted.clone().into_value(), found.clone().into_value());
    let of = |object: &Value, name| object.get(name).cloned().unwrap_or(Value::Null);
    WRITABLE
        .into_iter()
        .map(|name| Difference { name, wanted: of(&wanted, name), found: of(&found, name) })
        .filter(|pair| pair.wanted.is_wholly_known() && pair.found.is_wholly_known())
        .filter(|pair| !is_same(pair))
        .collect()
}

fn is_same(pair: &Difference) -> bool {
    let (wanted, found) = (&pair.wanted, &pair.found);
    wanted.means(found)
        || (is_nothing(wanted) && is_nothing(found))
        || (pair.name == "callerid" && caller_id::same_number(wanted, found))
        || (pair.name == "label" && same_label(wanted, found))
}

/// Whether two known labels differ in nothing but blanks at their ends, which
/// servers take off.
pub(super) fn same_label(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.trim() == b.trim())
}

/// Null, and what the API takes for it.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Set(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::{Attr, SetOf};

    fn names(change: impl FnOnce(&mut SipTrunkModel)) -> Vec<&'static str> {
        let mut found = SipTrunkModel::stub(1);
        change(&mut found);
        differences(&SipTrunkModel::stub(1), &found).iter().map(|difference| difference.name).collect()
    }

    #[test]
    fn what_the_api_cannot_tell_apart_is_no_difference() {
        assert_eq!(names(|trunk| trunk.rewrite_prefix = Attr::Known(String::new())), Vec::<&str>::new());
        assert_eq!(names(|trunk| trunk.callerid = Attr::Known(String::new())), Vec::<&str>::new());
        assert_eq!(names(|trunk| trunk.allowed_ips = Attr::Known(SetOf::default())), Vec::<&str>::new());
        assert_eq!(names(|trunk| trunk.password_wo_version = Attr::Known(2)), Vec::<&str>::new());
    }

    #[test]
    fn blanks_at_the_ends_of_a_label_are_no_difference() {
        let labelled =
            |label: &str| SipTrunkModel { label: Attr::Known(label.to_owned()), ..SipTrunkModel::stub(1) };
        assert_eq!(differences(&labelled(" office\n"), &labelled("office")), []);
        assert_eq!(differences(&labelled("of fice"), &labelled("office")).len(), 1);
    }

    #[test]
    fn what_is_unknown_is_no_difference_yet() {
        assert_eq!(names(|trunk| trunk.call_limit = Attr::unknown()), Vec::<&str>::new());
        let element = SetOf(vec![Attr::unknown()]);
        assert_eq!(names(|trunk| trunk.allowed_ips = Attr::Known(element)), Vec::<&str>::new());
    }

    #[test]
    fn differences_are_named() {
        let changed = names(|trunk| {
            trunk.label = Attr::Known("b".into());
            trunk.max_channels = Attr::Known(3);
        });
        assert_eq!(changed, ["label", "max_channels"]);
    }
}
