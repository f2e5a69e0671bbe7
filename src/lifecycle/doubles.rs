//! Objects of the account that a planned one would double. A provider that was killed
//! between Wavix's answer and Terraform's state leaves an object that no state knows; the
//! next plan is the last moment to say so before it is paid for twice.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::PlanRequest;

use super::claims::Claims;
use super::context::Context;
use super::label;
use super::object::{Key, RemoteObject, key_of, text_of};
use super::plan::is_applying;
use super::record::Record;

/// What all plans have in common beside what they plan: an update knows its object,
/// a create is compared with the account. Not while applying, where the objects of the
/// state that stay as they are were not read: the plan has said it.
pub async fn look_for<T: RemoteObject>(
    request: &PlanRequest<'_, Context, T::Model>,
    planned: &T::Model,
    diagnostics: &mut Diagnostics,
) {
    let Some(ctx) = request.ctx else { return };
    let slot = ctx.slot::<T>();
    if let Some(prior) = request.prior {
        // A plan without a refresh has not read it.
        if let Some(key) = key_of::<T>(prior) {
            slot.claims().own(&key);
        }
    } else if matches!(T::KEY, Key::Assigned(_))
        && text_of::<T>(planned, T::LABEL).is_some()
        && !diagnostics.has_errors()
        && !is_applying(request)
        && let Some(listed) = slot.at_first(ctx, request.cancel).await
        && let Some(warning) = warning::<T>(planned, &listed, slot.claims())
    {
        diagnostics.push(warning);
    }
}

/// A warning when the account has objects like the planned one that no resource of
/// this process is known to have.
#[must_use]
pub fn warning<T: RemoteObject>(
    planned: &T::Model,
    listed: &[Record<T>],
    claims: &Claims,
) -> Option<Diagnostic> {
    let label = text_of::<T>(planned, T::LABEL)?;
    let ids: Vec<&str> = listed
        .iter()
        .filter(|record| label::may_be(record.label(), &label) && T::may_be_double(planned, record))
        .filter(|record| !claims.is_owned(&record.key))
        .map(|record| record.key.as_str())
        .collect();
    if ids.is_empty() {
        return None;
    }
    let (name, attribute) = (T::NOUN.name, T::KEY.attribute());
    let (listed, ids) = (if ids.len() == 1 { "" } else { "s" }, ids.join(", "));
    Some(
        Diagnostic::warning(
            format!("Possible duplicate {name} {label:?}"),
            format!(
                "The account already has the {name}{listed} {ids} with the label {label:?}{} of this resource, and \
                 this plan creates another one. If it belongs to this resource, import it with `terraform import` and \
                 its {attribute}. If it belongs to another resource, or if you want two, continue.\n\nNo resource \
                 that was read in this run has that {attribute}. An interrupted apply may have created it.",
                T::DOUBLE
            ),
        )
        .at(Path::root(T::LABEL)),
    )
}
