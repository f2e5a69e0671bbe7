//! What is the same trunk, and what would be a double.

use std::sync::Arc;

use crate::framework::object::{Attr, SetOf};
use crate::lifecycle::claims::Claims;
use crate::lifecycle::compare::differences;
use crate::lifecycle::doubles::warning;
use crate::lifecycle::record::Record;
use crate::lifecycle::siblings::Siblings;

use super::super::{SipTrunk, SipTrunkModel};

fn names(change: impl FnOnce(&mut SipTrunkModel)) -> Vec<&'static str> {
    let mut found = SipTrunkModel::stub(1);
    change(&mut found);
    differences::<SipTrunk>(&SipTrunkModel::stub(1), &found)
        .iter()
        .map(|difference| difference.name)
        .collect()
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
    assert_eq!(differences::<SipTrunk>(&labelled(" office\n"), &labelled("office")), []);
    assert_eq!(differences::<SipTrunk>(&labelled("of fice"), &labelled("office")).len(), 1);
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

fn listed(id: i64, label: &str, callerid: &str) -> Record<SipTrunk> {
    let text = serde_json::json!({ "id": id, "label": label, "callerid": callerid });
    serde_json::from_value(text).unwrap()
}

fn nobodys() -> Claims {
    Claims::new(Arc::new(Siblings::new("https://api.example.com/", Vec::new())), "/v1/trunks")
}

fn planned(callerid: Attr<String>) -> SipTrunkModel {
    SipTrunkModel { label: Attr::Known("office".into()), callerid, ..SipTrunkModel::stub(0) }
}

fn named(planned: &SipTrunkModel, trunks: &[Record<SipTrunk>], claims: &Claims) -> Option<String> {
    warning::<SipTrunk>(planned, trunks, claims).map(|warning| warning.detail)
}

#[test]
fn trunks_with_the_same_label_and_number_are_named() {
    let plan = planned(Attr::Known("+1 (313) 284-7320".into()));
    let trunks = [
        listed(7, "office", "13132847320"),
        listed(8, "office", "442071234567"),
        listed(9, "branch", "13132847320"),
        listed(10, "office", ""),
        // As a server may keep it.
        listed(11, " Office ", "13132847320"),
    ];
    let text = named(&plan, &trunks, &nobodys()).unwrap();
    assert!(text.contains("SIP trunks 7, 10, 11 with"), "{text}");
}

#[test]
fn trunks_of_this_process_are_nobody_s_leftovers() {
    let claims = nobodys();
    claims.own("7");
    let trunks = [listed(7, "office", "13132847320")];
    assert_eq!(named(&planned(Attr::Known("13132847320".into())), &trunks, &claims), None);
}

#[test]
fn what_is_unknown_may_turn_out_the_same() {
    let trunks = [listed(7, "office", "13132847320")];
    let plan = planned(Attr::unknown());
    assert!(named(&plan, &trunks, &nobodys()).unwrap().contains("SIP trunk 7 with"));
    let unlabelled = SipTrunkModel { label: Attr::unknown(), ..plan };
    assert_eq!(named(&unlabelled, &trunks, &nobodys()), None);
}
