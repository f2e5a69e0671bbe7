//! Resources layer: a trunk of whose answer some argument cannot be read. Its id
//! can, so the trunk is kept; what cannot be judged is not passed over.

use crate::client::CallOptions;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::{Call, Outcome};

use super::super::Context;
use super::super::failure::Verb;
use super::KIND;
use super::endpoints::{self, SipTrunkRecord};
use super::model::SipTrunkModel;

/// The record of a trunk that was just made. If its answer is odd, the trunk is
/// saved with what is certain, and looked at once more: what broke one answer
/// need not break the next.
pub(super) async fn looked_at_again(
    call: &Call<'_, Context>,
    plan: &SipTrunkModel,
    made: SipTrunkRecord,
    look: &CallOptions,
    outcome: &mut Outcome<SipTrunkModel>,
) -> SipTrunkRecord {
    if made.unreadable.is_empty() {
        return made;
    }
    outcome.save(SipTrunkModel::from_record(&made, plan));
    match endpoints::get(call.ctx.client(), made.id, look).await {
        Ok(seen) => seen.completed_by(made),
        Err(error) => {
            tracing::warn!(id = made.id, %error, "the SIP trunk of an odd answer could not be looked at");
            made
        }
    }
}

/// An error for each argument that could not be read.
pub(super) fn refuse(verb: Verb, record: &SipTrunkRecord) -> Result<(), Diagnostics> {
    let id = record.id;
    let now = |field: &str| match verb {
        Verb::Create => format!(
            "The SIP trunk {id} was created and is in the state, with `{field}` as planned. Do not apply again before \
             this is settled: Terraform marks the trunk as tainted and would replace it, and `terraform untaint` with \
             the resource's address keeps it."
        ),
        Verb::Update => format!(
            "The SIP trunk {id} was changed, and Wavix acknowledged it; what it made of `{field}` is not known. The \
             state holds what was planned."
        ),
        Verb::Read => format!("The SIP trunk {id} stays in the state as it was."),
        _ => "Nothing was changed.".to_owned(),
    };
    let diagnostics: Diagnostics = record
        .unreadable
        .iter()
        .map(|odd| {
            let now = now(odd.field);
            let detail = format!(
                "{now}\n\nWavix answered with a value of `{}` that cannot be read: {}.\n\nLook at the trunk in the \
                 Wavix portal, and report the message to Wavix support and to the provider's developers.",
                odd.field, odd.why
            );
            Diagnostic::error(KIND.summary(verb), detail).at(Path::root(odd.field))
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}
