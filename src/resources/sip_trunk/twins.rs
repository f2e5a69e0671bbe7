//! Resources layer: trunks of the account that a planned one would double. A
//! provider that was killed between Wavix's answer and Terraform's state leaves
//! a trunk that no state knows; the next plan is the last moment to say so
//! before it is paid for twice. Pure; the list is looked up by the context.

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

use super::super::claims::Claims;
use super::super::label;
use super::caller_id;
use super::endpoints::SipTrunkSummary;
use super::model::SipTrunkModel;

/// Whether there is enough of the plan to compare.
pub(super) fn matter(planned: &SipTrunkModel) -> bool {
    planned.label.known().is_some()
}

/// A warning when the account has trunks with this label and caller ID that no
/// resource of this process is known to have.
pub(super) fn warning(
    planned: &SipTrunkModel,
    listed: &[SipTrunkSummary],
    claims: &Claims,
) -> Option<Diagnostic> {
    let label = planned.label.known()?.as_str();
    let ids: Vec<String> = listed
        .iter()
        .filter(|trunk| label::may_be(trunk.label.as_ref(), label) && may_have_caller_id(planned, trunk))
        .filter(|trunk| !claims.is_owned(trunk.id))
        .map(|trunk| trunk.id.to_string())
        .collect();
    if ids.is_empty() {
        return None;
    }
    let (listed, ids) = (if ids.len() == 1 { "SIP trunk" } else { "SIP trunks" }, ids.join(", "));
    Some(
        Diagnostic::warning(
            format!("Possible duplicate SIP trunk {label:?}"),
            format!(
                "The account already has the {listed} {ids} with the label {label:?} and the caller ID of this resource, \
                 and no resource that this process has read so far has that id. An apply that was killed may have left it \
                 behind. This plan creates another one; nothing has been changed yet.\n\nIf it is this resource's, adopt \
                 it with `terraform import` and its id. If it is another resource's, or two are wanted, go on."
            ),
        )
        .at(Path::root("label")),
    )
}

/// Trunks with several numbers show none, so only two that show one can differ.
fn may_have_caller_id(planned: &SipTrunkModel, trunk: &SipTrunkSummary) -> bool {
    let shown = trunk.callerid.as_deref().map(caller_id::digits).unwrap_or_default();
    match planned.callerid.known().map(|text| caller_id::digits(text)) {
        Some(wanted) => wanted.is_empty() || shown.is_empty() || wanted == shown,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::Attr;

    fn listed(id: i64, label: &str, callerid: &str) -> SipTrunkSummary {
        let text = serde_json::json!({ "id": id, "label": label, "callerid": callerid });
        serde_json::from_value(text).unwrap()
    }

    fn nobodys() -> Claims {
        Claims::new("https://api.example.com/", Vec::new())
    }

    fn planned(callerid: Attr<String>) -> SipTrunkModel {
        SipTrunkModel { label: Attr::Known("office".into()), callerid, ..SipTrunkModel::stub(0) }
    }

    fn named(planned: &SipTrunkModel, trunks: &[SipTrunkSummary], claims: &Claims) -> Option<String> {
        warning(planned, trunks, claims).map(|warning| warning.detail)
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
        claims.own(7);
        let trunks = [listed(7, "office", "13132847320")];
        assert_eq!(named(&planned(Attr::Known("13132847320".into())), &trunks, &claims), None);
    }

    #[test]
    fn what_is_unknown_may_turn_out_the_same() {
        let trunks = [listed(7, "office", "13132847320")];
        let plan = planned(Attr::unknown());
        assert!(named(&plan, &trunks, &nobodys()).unwrap().contains("SIP trunk 7 with"));
        assert!(!matter(&SipTrunkModel { label: Attr::unknown(), ..plan }));
    }
}
