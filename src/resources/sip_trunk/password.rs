//! The password of a SIP trunk, which Wavix never shows: which one a request carries, and
//! what the state holds of one that is not certain.

use crate::client::{self, Delivery, Secret};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, Mapped};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{Call, Outcome};
use crate::lifecycle::compare::{Difference, differences};
use crate::lifecycle::context::Context;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::patience::Look;
use crate::lifecycle::reconcile::Sought;
use crate::lifecycle::record::Record;
use crate::lifecycle::verify::shown;
use crate::lifecycle::write::{Unwritten, Write, write};

use super::SipTrunk;
use super::limits::DERIVED;
use super::model::SipTrunkModel;
use super::object::NOUN;
use super::rules::UNCONFIRMED_VERSION;

/// Under this key stands that the trunk may have another password than the
/// state. The next read then takes it out of the state, so that a plan sends it
/// again.
const UNCONFIRMED: &str = "password_unconfirmed";

/// Refuses a plan that would have no password to carry, or two.
pub(super) fn check_plan(
    config: &SipTrunkModel,
    prior: Option<&SipTrunkModel>,
    planned: &SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    let Some(prior) = prior else {
        if has_none(planned, config) {
            diagnostics.push(create_without());
        }
        return;
    };
    if planned.password.known().is_some() && config.password_wo.known().is_some() {
        diagnostics.push(hidden_password());
    }
    if has_none(planned, config) && needs_request(prior, planned, config) {
        diagnostics.push(update_without(prior, planned, config));
    }
}

/// A plan cannot see what is ignored, so it cannot tell this from nothing.
const HIDDEN: &str = "If one of them is set, remove it from `ignore_changes`.";

/// Whether the update needs a request at all: something the API keeps changes,
/// or the password is to be sent again. A version that is removed with its
/// password asks for nothing, unless it says that the password is not certain:
/// that may be forgotten only when it is. `written` is the configuration of the plan, or what
/// an apply is shown of it.
pub(super) fn needs_request(prior: &SipTrunkModel, planned: &SipTrunkModel, written: &SipTrunkModel) -> bool {
    let password_changes =
        planned.password != prior.password || planned.password_wo_version != prior.password_wo_version;
    !differences::<SipTrunk>(planned, prior).is_empty()
        || planned.password_wo_version.known().is_some()
            && planned.password_wo_version != prior.password_wo_version
        || (prior.password_is_unconfirmed() && planned.password_wo_version != prior.password_wo_version)
        || (password_changes && !has_none(planned, written))
}

/// The password that a request must carry: the planned one, or the one that no
/// plan can hold.
pub(super) fn to_send(planned: &SipTrunkModel, write_only: &SipTrunkModel) -> Option<Secret> {
    planned.password.known().or(write_only.password_wo.known()).cloned()
}

/// The error of a request that cannot be made because nobody knows the password.
/// `written` as for [`needs_request`].
pub(super) fn update_without(
    prior: &SipTrunkModel,
    planned: &SipTrunkModel,
    written: &SipTrunkModel,
) -> Diagnostic {
    let mut changes: Vec<String> = telling_differences(prior, planned, written)
        .iter()
        .map(|Difference { name, wanted, found }| {
            format!("  - `{name}`: Wavix has {}, the configuration {}", shown(found), shown(wanted))
        })
        .collect();
    let is_rotation = changes.is_empty();
    let version = |trunk: &SipTrunkModel| match trunk.password_wo_version.known() {
        Some(version) => version.to_string(),
        None => "none".to_owned(),
    };
    if planned.password_wo_version != prior.password_wo_version {
        changes.push(format!(
            "  - `password_wo_version`: the state has {}, the configuration {}",
            version(prior),
            version(planned)
        ));
    }
    let id = prior.id.known().map_or("", String::as_str);
    let stay = if prior.password_is_unconfirmed() {
        format!(
            "The version `{UNCONFIRMED_VERSION}` in the state marks a password that Wavix never confirmed, so the \
             trunk may have another one than its devices: send it again"
        )
    } else if !is_rotation {
        "To keep the trunk unchanged, set these arguments in the configuration to the values at Wavix"
            .to_owned()
    } else if prior.password_wo_version.is_null() {
        "To keep the trunk unchanged, remove `password_wo_version` from the configuration".to_owned()
    } else {
        format!("To keep the trunk unchanged, set `password_wo_version` to {} again", version(prior))
    };
    Diagnostic::error(
        "Missing SIP trunk password",
        format!(
            "To change the SIP trunk {id}, set `password` or `password_wo` to its current password or to a new one: \
             an update replaces the whole trunk, including its password, which Wavix never returns. {HIDDEN} Nothing \
             was changed.\n\n{stay}.\n\nPlanned changes:\n{}",
            changes.join("\n"),
        ),
    )
    .at(Path::root(if is_rotation { "password_wo_version" } else { "password" }))
}

/// The differences, without flags that nobody wrote and that follow from others
/// of them.
fn telling_differences(
    prior: &SipTrunkModel,
    planned: &SipTrunkModel,
    written: &SipTrunkModel,
) -> Vec<Difference> {
    let mut all = differences::<SipTrunk>(planned, prior);
    let written = written.clone().into_value();
    let is_written = |name: &str| written.get(name).is_some_and(|value| !value.is_null());
    let names: Vec<&str> = all.iter().map(|difference| difference.name).collect();
    let follows = |name: &str| {
        let limits = DERIVED.iter().find(|(flag, _)| *flag == name).map(|(_, limits)| *limits);
        !is_written(name) && limits.unwrap_or_default().iter().any(|limit| names.contains(limit))
    };
    all.retain(|difference| !follows(difference.name));
    all
}

/// The error for a `password` that is no longer configured beside a `password_wo`.
/// Validation has refused it where both are written.
fn hidden_password() -> Diagnostic {
    Diagnostic::error(
        "Conflicting SIP trunk passwords",
        "Remove `password` from `ignore_changes`: `password_wo` is set, and `ignore_changes` keeps the old \
         `password` in the plan. Nothing was changed.",
    )
    .at(Path::root("password_wo"))
}

/// The error of a create that cannot be made for want of a password.
pub(super) fn create_without() -> Diagnostic {
    Diagnostic::error(
        "Missing SIP trunk password",
        "Set `password` or `password_wo`: a new SIP trunk needs a password. `password_wo` is not stored in the state \
         and requires Terraform 1.11 or later; `password` works with any version.",
    )
    .at(Path::root("password"))
}

/// True when it is certain that a request would have no password to carry.
fn has_none(planned: &SipTrunkModel, written: &SipTrunkModel) -> bool {
    planned.password.is_null() && written.password_wo.is_null()
}

pub(super) fn check(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.password.known().is_some() && config.password_wo.known().is_some() {
        diagnostics.push(
            Diagnostic::error(
                "Conflicting SIP trunk passwords",
                "Remove `password` or `password_wo`: a trunk has one password. `password_wo` is not stored in the \
                 state.",
            )
            .at(Path::root("password")),
        );
    }
    // Without any password a plan that sends none is fine: see `plan`.
    let version_alone = config.password_wo_version.known().is_some() && config.password_wo.is_null();
    if version_alone && config.password.known().is_some() {
        diagnostics.push(
            Diagnostic::error(
                "Unused SIP trunk password version",
                "Set `password_wo` instead of `password`, or remove `password_wo_version`, which has no effect on \
                 `password`.",
            )
            .at(Path::root("password_wo_version")),
        );
    }
}

/// The error for an update that failed or may have. The state then holds what
/// was seen of the trunk, and no password that it may not have.
pub(super) fn not_certain(
    plan: &SipTrunkModel,
    prior: &SipTrunkModel,
    unwritten: Unwritten<SipTrunk>,
    outcome: &mut Outcome<SipTrunkModel>,
) -> Diagnostics {
    let Unwritten { error, seen } = unwritten;
    let id = prior.id.known().map_or("", String::as_str);
    let failed = NOUN.failed(Verb::Update, id, &error);
    if error.delivery() != Delivery::Ambiguous {
        return failed;
    }
    let rotates = plan.password != prior.password || plan.password_wo_version != prior.password_wo_version;
    let mut trunk = seen.map_or_else(|| prior.clone(), |record| record.state(prior));
    trunk.id = prior.id.clone();
    if rotates {
        if plan.password.known().is_none() {
            trunk.password = Attr::Null;
        }
        forget(&mut trunk);
    }
    outcome.save(trunk);
    if !rotates {
        return failed;
    }
    failed
        .into_iter()
        .map(|mut diagnostic| {
            diagnostic.detail.push_str(
                "\n\nThe trunk may have the old password or the new one. The state contains neither, so the next \
                 plan shows the password as a change, and the apply sends it again.",
            );
            diagnostic
        })
        .collect()
}

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

fn unconfirmed(id: &str, cause: &client::Error) -> Diagnostic {
    Diagnostic::warning(
        format!("Unconfirmed password of SIP trunk {id}"),
        format!(
            "The SIP trunk {id} probably has the password from its creation, but the provider could not confirm it. \
             The next plan shows the password as a change, and the apply sends it again.\n\n{cause}"
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
