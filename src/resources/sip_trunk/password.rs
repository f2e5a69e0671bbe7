//! Resources layer: the password of a SIP trunk, which Wavix never shows: which one a
//! request carries, and what the state holds of one that is not certain.

use crate::client;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{Call, Outcome};
use crate::lifecycle::context::Context;
use crate::lifecycle::patience::Look;
use crate::lifecycle::reconcile::Sought;
use crate::lifecycle::record::Record;
use crate::lifecycle::write::{Write, write};

use super::SipTrunk;
use super::model::SipTrunkModel;
use super::rules::UNCONFIRMED_VERSION;

/// Under this key stands that the trunk may have another password than the
/// state. The next read then takes it out of the state, so that a plan sends it
/// again.
const UNCONFIRMED: &str = "password_unconfirmed";

/// Gives an adopted trunk its password once more: that is the one thing about it that
/// cannot be looked at. A PUT of the whole trunk is safe to repeat, and after it the
/// trunk is what was requested for certain.
pub(super) async fn sent_again(
    call: &Call<'_, Context>,
    sought: &Sought<'_, SipTrunk>,
    found: Record<SipTrunk>,
    look: &Look,
    outcome: &mut Outcome<SipTrunkModel>,
) -> Record<SipTrunk> {
    let prior = found.state(sought.plan);
    // It is what was requested already, so no look can prove this request.
    let put =
        Write { key: &found.key, body: sought.body, plan: sought.plan, prior: &prior, look: Some(look) };
    match write(call, &put, look).await {
        Ok(record) => record.completed_by(found),
        Err(unwritten) => {
            outcome.private.set(UNCONFIRMED, true.into());
            outcome.warn(unconfirmed(&found.key, &unwritten.error));
            found
        }
    }
}

/// The trunk has the password it was sent.
pub(super) fn confirm(private: &mut Private) {
    private.remove(UNCONFIRMED);
}

/// Takes a password that is not certain out of what a read found.
pub(super) fn forget_if_unconfirmed(private: &mut Private, trunk: &mut SipTrunkModel) {
    if private.get(UNCONFIRMED).is_some() {
        forget(trunk);
        confirm(private);
    }
}

/// Makes the state differ from any configuration that has a password, of either
/// kind.
pub(super) fn forget(trunk: &mut SipTrunkModel) {
    let was_in_state = trunk.password.known().is_some();
    trunk.password = Attr::Null;
    if !was_in_state {
        trunk.password_wo_version = Attr::Known(UNCONFIRMED_VERSION);
    }
}

/// The same for one that was to become the plan's.
pub(super) fn forget_either(trunk: &mut SipTrunkModel, plan: &SipTrunkModel) {
    if plan.password.known().is_none() {
        trunk.password = Attr::Null;
    }
    forget(trunk);
}

fn unconfirmed(id: &str, cause: &client::Error) -> Diagnostic {
    Diagnostic::warning(
        format!("Unconfirmed password of SIP trunk {id}"),
        format!(
            "The password of the SIP trunk {id}, which Wavix never shows, was to be sent once more to be certain of \
             it, and that failed: {cause}\n\nMost likely the trunk has the password it was created with. The next \
             plan shows the password as a change, and applying it sends it again."
        ),
    )
    .at(Path::root("password"))
}

/// Points at the argument that the password came from.
pub(super) fn at_the_one_in_use(diagnostics: Diagnostics, write_only: &SipTrunkModel) -> Diagnostics {
    let is_write_only = write_only.password_wo.known().is_some();
    diagnostics
        .into_iter()
        .map(|diagnostic| match &diagnostic.path {
            Some(path) if is_write_only && *path == Path::root("password") => {
                diagnostic.at(Path::root("password_wo"))
            }
            _ => diagnostic,
        })
        .collect()
}
