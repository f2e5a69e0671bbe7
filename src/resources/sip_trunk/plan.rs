//! Resources layer: what a planned trunk follows from: flags from their
//! limits, server values from a new request for IP authentication, and whether
//! a password must be at hand. Pure; asks nobody.

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, Mapped, SetOf};
use crate::framework::path::Path;

use crate::lifecycle::compare::{Difference, differences};
use crate::lifecycle::verify::shown;

use super::SipTrunk;
use super::model::SipTrunkModel;
use super::rules::UNCONFIRMED_VERSION;

/// Refines the plan of a create (`prior` is `None`) or an update.
pub(super) fn refine(
    config: &SipTrunkModel,
    prior: Option<&SipTrunkModel>,
    planned: &mut SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    derive_flags(config, planned);
    // What the trunk lacks already is not missed.
    if lacks_caller_id(planned) && !prior.is_some_and(lacks_caller_id) {
        diagnostics.push(missing_caller_id());
    }
    let Some(prior) = prior else {
        if has_no_password(planned, config) {
            diagnostics.push(create_without_password());
        }
        return;
    };
    if planned.host_request != prior.host_request {
        forget_server_values(planned);
    }
    // None, as older states have it, is not worth a change.
    if config.allowed_ips.is_null() && prior.allowed_ips.is_null() {
        planned.allowed_ips = Attr::Null;
    }
    if planned.password.known().is_some() && config.password_wo.known().is_some() {
        diagnostics.push(hidden_password());
    }
    if has_no_password(planned, config) && needs_request(prior, planned, config) {
        diagnostics.push(update_without_password(prior, planned, config));
    }
}

/// Sets each flag that the configuration leaves out from its limit, so that
/// removing the limit switches it off.
pub(super) fn derive_flags(config: &SipTrunkModel, planned: &mut SipTrunkModel) {
    derive(&config.ip_restrict, &mut planned.ip_restrict, from_addresses(&config.allowed_ips));
    derive(&config.call_restrict, &mut planned.call_restrict, from_limit(&config.call_limit));
    derive(&config.cost_limit, &mut planned.cost_limit, from_limit(&config.max_call_cost));
    derive(&config.channels_restrict, &mut planned.channels_restrict, from_limit(&config.max_channels));
    derive(
        &config.rewrite_enabled,
        &mut planned.rewrite_enabled,
        from_digits(&[&config.rewrite_prefix, &config.rewrite_cond]),
    );
}

/// Sets each flag that the plan left open from the plan's own limit. Where
/// Terraform plans once more before it applies, none is open.
pub(super) fn decide_flags(plan: &mut SipTrunkModel) {
    let mut written = plan.clone();
    for flag in flags(&mut written) {
        if flag.is_unknown() {
            *flag = Attr::Null;
        }
    }
    derive_flags(&written, plan);
}

/// Takes out of a generated configuration the flags that would be derived just so.
pub(super) fn without_derived_flags(config: &mut SipTrunkModel) {
    let mut bare = config.clone();
    for flag in flags(&mut bare) {
        *flag = Attr::Null;
    }
    let mut derived = bare.clone();
    derive_flags(&bare, &mut derived);
    // Validation refuses it, since no device could register.
    let locked_out = config.ip_restrict == Attr::Known(true) && config.allowed_addresses().is_empty();
    for (written, derived) in flags(config).into_iter().zip(flags(&mut derived)) {
        if written == derived {
            *written = Attr::Null;
        }
    }
    if locked_out {
        config.ip_restrict = Attr::Null;
    }
}

/// The flags that follow from their limits.
fn flags(trunk: &mut SipTrunkModel) -> [&mut Attr<bool>; 5] {
    [
        &mut trunk.ip_restrict,
        &mut trunk.call_restrict,
        &mut trunk.cost_limit,
        &mut trunk.channels_restrict,
        &mut trunk.rewrite_enabled,
    ]
}

/// Whether the update needs a request at all: something the API keeps changes,
/// or the password is to be sent again. A version that is removed with its
/// password asks for nothing, unless it says that the password is not certain:
/// that may be forgotten only when it is. `written` is the configuration of the plan, or what
/// an apply is shown of it.
pub(super) fn needs_request(prior: &SipTrunkModel, planned: &SipTrunkModel, written: &SipTrunkModel) -> bool {
    let password_changes =
        planned.password != prior.password || planned.password_wo_version != prior.password_wo_version;
    !differences::<SipTrunk>(planned, prior).is_empty()
        || has_new_version(prior, planned)
        || (is_unconfirmed(prior) && planned.password_wo_version != prior.password_wo_version)
        || (password_changes && !has_no_password(planned, written))
}

/// Whether the state says that the trunk may have another password than it was
/// sent.
fn is_unconfirmed(prior: &SipTrunkModel) -> bool {
    prior.password_wo_version.known() == Some(&UNCONFIRMED_VERSION)
}

fn has_new_version(prior: &SipTrunkModel, planned: &SipTrunkModel) -> bool {
    let version = &planned.password_wo_version;
    version.known().is_some() && *version != prior.password_wo_version
}

/// The password that a request must carry: the planned one, or the one that no
/// plan can hold.
pub(super) fn password_to_send(planned: &SipTrunkModel, write_only: &SipTrunkModel) -> Option<Secret> {
    planned.password.known().or(write_only.password_wo.known()).cloned()
}

/// The error of a request that cannot be made because nobody knows the password.
/// `written` as for [`needs_request`].
pub(super) fn update_without_password(
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
    let stay = if is_unconfirmed(prior) {
        format!(
            "The state has `{UNCONFIRMED_VERSION}` because a password was sent and never confirmed: the trunk may have \
             another one than its devices use. That is settled by sending it again"
        )
    } else if !is_rotation {
        "To leave the trunk as it is, set these arguments in the configuration to what is there now"
            .to_owned()
    } else if prior.password_wo_version.is_null() {
        "To leave the trunk as it is, take `password_wo_version` out of the configuration".to_owned()
    } else {
        format!("To leave the trunk as it is, set `password_wo_version` to {} again", version(prior))
    };
    Diagnostic::error(
        "Missing SIP trunk password",
        format!(
            "The SIP trunk {id} is to be changed, but neither `password` nor `password_wo` is set:\n{}\n\nAn update \
             replaces the whole trunk at Wavix and must carry its password, which Wavix never returns, so it cannot be \
             known from an import; sending another one would change the trunk's SIP credentials. Nothing was \
             changed.\n\n{stay}. To change it, set `password` or `password_wo` to the trunk's present password, or to a \
             new one, which the update then sends. {HIDDEN}",
            changes.join("\n"),
        ),
    )
    .at(Path::root(if is_rotation { "password_wo_version" } else { "password" }))
}

/// A plan cannot see what is ignored, so it cannot tell this from nothing.
const HIDDEN: &str = "If one of them is set, `ignore_changes` hides it from the plan: take `password` and `password_wo` \
                      out of `ignore_changes`.";

/// Each flag and what it follows from.
const DERIVED: [(&str, &[&str]); 5] = [
    ("ip_restrict", &["allowed_ips"]),
    ("call_restrict", &["call_limit"]),
    ("cost_limit", &["max_call_cost"]),
    ("channels_restrict", &["max_channels"]),
    ("rewrite_enabled", &["rewrite_prefix", "rewrite_cond"]),
];

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
        "`password_wo` is set, and `ignore_changes` keeps the old `password` in the plan; a trunk has one password. Take \
         `password` out of `ignore_changes`. Nothing was changed.",
    )
    .at(Path::root("password_wo"))
}

/// The error of a create that cannot be made for want of a password.
pub(super) fn create_without_password() -> Diagnostic {
    Diagnostic::error(
        "Missing SIP trunk password",
        "A new SIP trunk needs a password, and neither `password` nor `password_wo` is set. Set exactly one \
         of them: `password_wo` is kept out of the state and needs Terraform 1.11 or newer, `password` works \
         with any version.",
    )
    .at(Path::root("password"))
}

/// True when it is certain that a request would have no password to carry.
fn has_no_password(planned: &SipTrunkModel, written: &SipTrunkModel) -> bool {
    planned.password.is_null() && written.password_wo.is_null()
}

/// True when it is certain that no number may be the caller ID.
fn lacks_caller_id(trunk: &SipTrunkModel) -> bool {
    let text = &trunk.callerid;
    matches!(trunk.multiple_numbers, Attr::Null | Attr::Known(false))
        && !text.is_unknown()
        && text.known().is_none_or(|text| text.is_empty())
}

fn missing_caller_id() -> Diagnostic {
    Diagnostic::error(
        "Missing caller ID",
        "Outbound calls need a caller ID. Set `callerid` to an active or verified number of the account, or set \
         `multiple_numbers = true` to allow all of them.",
    )
    .at(Path::root("callerid"))
}

/// Another request for IP authentication may change all of these.
fn forget_server_values(planned: &mut SipTrunkModel) {
    planned.host = Attr::unknown();
    planned.auth_method = Attr::unknown();
    planned.status = Attr::unknown();
    planned.passthrough = Attr::unknown();
    planned.access_token = Attr::unknown();
}

fn derive(configured: &Attr<bool>, planned: &mut Attr<bool>, derived: Attr<bool>) {
    if configured.is_null() {
        *planned = derived;
    }
}

fn from_limit<T>(limit: &Attr<T>) -> Attr<bool> {
    match limit {
        Attr::Null => Attr::Known(false),
        limit if limit.is_certainly_set() => Attr::Known(true),
        _ => Attr::unknown(),
    }
}

/// An unknown set that is certainly not null may still turn out empty, which
/// counts as none.
fn from_addresses(addresses: &Attr<SetOf<Attr<String>>>) -> Attr<bool> {
    match addresses {
        Attr::Null => Attr::Known(false),
        Attr::Unknown(_) => Attr::unknown(),
        Attr::Known(set) => Attr::Known(!set.0.is_empty()),
    }
}

/// One text of digits is enough; "" counts as none.
fn from_digits(texts: &[&Attr<String>]) -> Attr<bool> {
    if texts.iter().any(|text| text.known().is_some_and(|digits| !digits.is_empty())) {
        Attr::Known(true)
    } else if texts.iter().any(|text| text.is_unknown()) {
        Attr::unknown()
    } else {
        Attr::Known(false)
    }
}
