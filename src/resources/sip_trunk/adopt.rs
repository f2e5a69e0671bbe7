//! Resources layer: taking over the trunk of a create whose answer was lost, and
//! what the user is told about it. Whether there is one is decided in `lost`.

use crate::client::{self, CallOptions};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{Call, Outcome};

use super::super::Context;
use super::super::claims::Lost;
use super::super::failure::Verb;
use super::endpoints::SipTrunkRecord;
use super::lost::{self, NotFound, Others, Sought};
use super::model::SipTrunkModel;
use super::put::{self, Put};
use super::rules::UNCONFIRMED_VERSION;
use super::{KIND, change};

/// Under this key stands that the trunk may have another password than the
/// state. The next read then takes it out of the state, so that a plan sends it
/// again.
const PASSWORD_UNCONFIRMED: &str = "password_unconfirmed";

/// The trunk that a request with a lost answer has made, saved, and given its
/// password once more: that is the one thing about it that cannot be looked at.
/// A PUT of the whole trunk is safe to repeat, and after it the trunk is what
/// was requested for certain.
pub(super) async fn after_a_lost_answer(
    call: &Call<'_, Context>,
    mut lost: Lost<'_>,
    sought: &Sought<'_>,
    error: &client::Error,
    options: &CallOptions,
    outcome: &mut Outcome<SipTrunkModel>,
) -> Result<SipTrunkRecord, Diagnostics> {
    tracing::warn!(label = sought.body.label, %error, "the answer to a create was lost: the trunk is looked for");
    let found = match lost::look_for(call, &mut lost, sought, options).await {
        Ok(found) => found,
        Err(not_found) => return Err(not_adopted(&sought.body.label, error, &not_found)),
    };
    let as_found = SipTrunkModel::from_record(&found, sought.plan);
    outcome.save(as_found.clone());
    outcome.note(change::created(found.id));
    tracing::warn!(id = found.id, "the trunk of the lost answer was found and is adopted");
    // It is what was requested already, so no look can prove this request.
    let put =
        Put { id: found.id, body: sought.body, plan: sought.plan, prior: &as_found, look: Some(options) };
    let confirmed = put::put(call, put, options).await;
    outcome.warn(adopted(found.id, error));
    match confirmed {
        Ok(record) => Ok(record.completed_by(found)),
        Err(unwritten) => {
            mark_unconfirmed(&mut outcome.private);
            outcome.warn(unconfirmed(found.id, &unwritten.error));
            Ok(found)
        }
    }
}

/// Notes that the trunk may have another password than the state.
fn mark_unconfirmed(private: &mut Private) {
    private.set(PASSWORD_UNCONFIRMED, true.into());
}

/// The trunk has the password it was sent.
pub(super) fn confirm(private: &mut Private) {
    private.remove(PASSWORD_UNCONFIRMED);
}

/// Takes a password that is not certain out of what a read found.
pub(super) fn forget_if_unconfirmed(private: &mut Private, trunk: &mut SipTrunkModel) {
    if private.get(PASSWORD_UNCONFIRMED).is_some() {
        forget_password(trunk);
        confirm(private);
    }
}

/// Makes the state differ from any configuration that has a password, of either
/// kind.
pub(super) fn forget_password(trunk: &mut SipTrunkModel) {
    let was_in_state = trunk.password.known().is_some();
    trunk.password = Attr::Null;
    if !was_in_state {
        trunk.password_wo_version = Attr::Known(UNCONFIRMED_VERSION);
    }
}

/// The same for one that was to become the plan's.
pub(super) fn forget_either_password(trunk: &mut SipTrunkModel, plan: &SipTrunkModel) {
    if plan.password.known().is_none() {
        trunk.password = Attr::Null;
    }
    forget_password(trunk);
}

fn adopted(id: i64, error: &client::Error) -> Diagnostic {
    Diagnostic::warning(
        format!("Adopted SIP trunk {id}"),
        format!(
            "The SIP trunk {id} is in the state. No second one was requested.\n\nNo answer said whether it was created: \
             {error} Wavix lists the SIP trunk {id} since then, with everything that was requested. It was not there \
             before the request, and no other create of this provider on this machine made it."
        ),
    )
}

fn unconfirmed(id: i64, cause: &client::Error) -> Diagnostic {
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

fn not_adopted(label: &str, error: &client::Error, not_found: &NotFound) -> Diagnostics {
    let (seen, ids) = match not_found {
        NotFound::Missing(others) => (what_was_seen(label, others), others.ids()),
        NotFound::TooMany(ids) => (
            format!(
                "Wavix lists more new SIP trunks like the requested one than this run can have made: {}. Which of them is this one cannot be told, so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Undecided(ids) => (
            format!(
                "Wavix lists new SIP trunks like the requested one: {}. Which of them is this one could \
                 not be told before the time ran out, because other creates of equal trunks had not been answered; \
                 so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unsure(ids) => (
            format!(
                "Wavix lists new SIP trunks like the requested one: {}. Whether another provider process on this \
                 machine made them cannot be told, because there is no folder for temporary files to exchange that in; \
                 so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unknown(cause) => {
            (format!("Whether it exists could not be looked up. {cause} It may still appear."), Vec::new())
        }
    };
    let advice = if ids.is_empty() {
        format!(
            "Before you apply again, look for a SIP trunk labelled {label:?} in the Wavix portal or with the \
             `wavix_sip_trunks` data source. If it is there, adopt it with `terraform import` and its id; if it is \
             not, apply again."
        )
    } else {
        "Before you apply again, look at them in the Wavix portal. Adopt the one that is this resource's with \
         `terraform import` and its id; if none is, apply again."
            .to_owned()
    };
    let remedy = KIND.remedy(Verb::Create, error).unwrap_or_default();
    let detail = format!(
        "{error}\n\nThe SIP trunk labelled {label:?} may have been created all the same, and it is not in the state. \
         It was not requested a second time, because that could make two. {seen}\n\n{advice} {remedy}"
    );
    Diagnostic::error(KIND.summary(Verb::Create), detail.trim_end()).into()
}

fn what_was_seen(label: &str, others: &Others) -> String {
    let mut text = String::new();
    if others.alike.is_empty() {
        text.push_str(
            "Wavix lists no new SIP trunk with everything that was requested that is not another resource's. It may still \
             appear: a request that was sent can be carried out late.",
        );
    }
    for (id, arguments) in &others.different {
        let arguments: Vec<String> = arguments.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!(
            " The SIP trunk {id}, created since, is labelled {label:?} or nearly so, but differs in {}.",
            arguments.join(", ")
        ));
    }
    for id in &others.alike {
        text.push_str(&format!(
            " The SIP trunk {id}, created since, has everything that was requested, but so may another that could not be \
             read; so it was not adopted."
        ));
    }
    for id in &others.undated {
        text.push_str(&format!(
            " The SIP trunk {id} has everything that was requested, but whether it was there before is not known."
        ));
    }
    if !others.older.is_empty() {
        text.push_str(&format!(
            " Trunks with this label that were there before the request, and so are not of its making: {}.",
            listing(&others.older)
        ));
    }
    for (id, cause) in &others.unreadable {
        text.push_str(&format!(
            " The SIP trunk {id} is labelled {label:?} too, and could not be read: {cause}"
        ));
    }
    text
}

/// How many trunks a message names.
const NAMED: usize = 10;

pub(super) fn listing(ids: &[i64]) -> String {
    let mut shown: Vec<String> = ids.iter().take(NAMED).map(i64::to_string).collect();
    if ids.len() > NAMED {
        shown.push(format!("and {} more", ids.len() - NAMED));
    }
    shown.join(", ")
}
