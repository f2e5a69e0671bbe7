//! Resources layer: a create is all or nothing. A trunk that Wavix makes otherwise
//! than it was asked would be tainted, and replaced by another login with every
//! apply; so the trunk that was just made, and that no device can know yet, is
//! deleted again.

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome};

use super::super::Context;
use super::compare::differences;
use super::deletion;
use super::model::SipTrunkModel;
use super::verdict::{self, Now};

/// Deletes the trunk of a create again unless it is what was planned. `is_new`
/// says that the answer to this very create named it, and nobody else has it:
/// nothing else is ever deleted here, nor tainted, which has Terraform delete it
/// with the next apply. It stays in the state as planned, with warnings, and the
/// next refresh shows what it is. A trunk of which it is not certain that it is gone
/// stays in the state as it is.
pub(super) async fn unless_as_planned(
    call: &Call<'_, Context>,
    plan: &SipTrunkModel,
    (id, trunk): (i64, &SipTrunkModel),
    is_new: bool,
    outcome: &mut Outcome<SipTrunkModel>,
) -> Result<(), Diagnostics> {
    let differing = differences(plan, trunk);
    if differing.is_empty() {
        return Ok(());
    }
    let name = id.to_string();
    if !is_new {
        let mut kept = trunk.clone();
        kept.take_arguments(plan);
        outcome.save(kept);
        for warning in verdict::warnings(&name, &differing) {
            outcome.warn(warning);
        }
        return Ok(());
    }
    tracing::warn!(id, "the trunk that was made is not what was asked for: it is deleted again");
    match deletion::delete(call, trunk, &outcome.private, id).await {
        Ok(()) => {
            outcome.note(format!("SIP trunk {id}, which was deleted again"));
            outcome.gone();
            Err(verdict::errors(&name, &differing, Now::TakenBack))
        }
        Err(undeleted) => {
            let mut errors = verdict::errors(&name, &differing, Now::Kept);
            errors.append(undeleted);
            Err(errors)
        }
    }
}
