//! Resources layer: did Wavix do what it was asked? Its answer is compared with
//! the plan, and what it did otherwise is told argument by argument, instead of
//! leaving Terraform to complain about an inconsistent provider.

use std::collections::BTreeSet;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::protocol::value::Value;
use crate::resources::failure::Verb;

use super::KIND;
use super::compare::{Difference, differences};
use super::model::SipTrunkModel;

/// Switches that an account's plan may not include. Wavix then accepts the
/// request and leaves them off.
pub(super) const TIER_SWITCHES: [&str; 4] =
    ["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"];

/// What has become of a trunk that is not what was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Now {
    /// It was made, and is gone again.
    TakenBack,
    /// It was made and is in the state.
    Kept,
    /// It is in the state as planned, and nothing proves that this create made it.
    Spared,
    /// It was changed, in what was asked for besides, or in nothing else.
    Changed { besides: bool },
}

/// An error for each argument that came out otherwise than planned.
pub(super) fn errors(id: &str, differences: &[Difference], now: Now) -> Diagnostics {
    let verb = if matches!(now, Now::Changed { .. }) { Verb::Update } else { Verb::Create };
    differences
        .iter()
        .map(|difference| {
            let detail =
                format!("{}\n\n{} {}", what_happened(difference), what_now(now, id), remedy(difference, now));
            Diagnostic::error(KIND.summary(verb), detail).at(Path::root(difference.name))
        })
        .collect()
}

/// A warning for each argument in which a trunk that is neither deleted nor tainted
/// is not what was planned.
pub(super) fn warnings(id: &str, differences: &[Difference]) -> Vec<Diagnostic> {
    let warning = |difference: &Difference| {
        let name = difference.name;
        let now = what_now(Now::Spared, id);
        let detail = format!("{now}\n\n{} {}", what_happened(difference), remedy(difference, Now::Spared));
        Diagnostic::warning(format!("SIP trunk {id} differs in {name}"), detail).at(Path::root(name))
    };
    differences.iter().map(warning).collect()
}

/// An error for each argument that an update has not brought about.
pub(super) fn of_update(
    prior: &SipTrunkModel,
    planned: &SipTrunkModel,
    actual: &SipTrunkModel,
) -> Result<(), Diagnostics> {
    let missed = differences(planned, actual);
    if missed.is_empty() {
        return Ok(());
    }
    let besides = differences(planned, prior)
        .iter()
        .any(|change| missed.iter().all(|missed| missed.name != change.name));
    let id = actual.id.known().map_or("", String::as_str);
    Err(errors(id, &missed, Now::Changed { besides }))
}

fn what_happened(difference: &Difference) -> String {
    let Difference { name, wanted, found } = difference;
    if TIER_SWITCHES.contains(name) && *wanted == Value::Bool(true) {
        let cause = if *name == "encrypted_media" {
            "SRTP is switched on for an account by Wavix support"
        } else {
            "the setting is offered to Flex Pro accounts only"
        };
        return format!(
            "Wavix accepted the request and left `{name}` off without a word. The likely cause is the \
             account's tier: {cause}."
        );
    }
    if *name == "allowed_ips" {
        return other_addresses(&texts(wanted), &texts(found));
    }
    format!(
        "Wavix accepted the request, but `{name}` came out as {} instead of {}.",
        shown(found),
        shown(wanted)
    )
}

fn other_addresses(wanted: &BTreeSet<&str>, found: &BTreeSet<&str>) -> String {
    let missing: Vec<&str> = wanted.difference(found).copied().collect();
    let extra: Vec<&str> = found.difference(wanted).copied().collect();
    let mut text = "Wavix accepted the request, but holds other `allowed_ips` than requested.".to_owned();
    if !missing.is_empty() {
        text.push_str(" Requested, but not there: ");
        text.push_str(&missing.join(", "));
        text.push('.');
    }
    if !extra.is_empty() {
        text.push_str(" There, but not requested: ");
        text.push_str(&extra.join(", "));
        text.push('.');
    }
    text
}

/// The texts of a set; none for null.
fn texts(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Set(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn what_now(now: Now, id: &str) -> String {
    match now {
        Now::TakenBack => format!(
            "The SIP trunk {id}, which this create made, was deleted again, so nothing was left of it, neither at Wavix \
             nor in the state."
        ),
        Now::Kept => format!(
            "The SIP trunk {id} exists and is in the state, with what Wavix made of it. Terraform marks it as tainted \
             and would replace it; `terraform untaint` with the resource's address keeps it."
        ),
        Now::Spared => format!(
            "The SIP trunk {id} is in the state. It was neither deleted again nor marked as tainted, because no answer \
             named it as the one that this create made. The state holds what was planned, and the next plan shows the \
             difference as a change."
        ),
        Now::Changed { besides: true } => format!(
            "The other changes to the SIP trunk {id} were made, and the state holds what Wavix answered."
        ),
        Now::Changed { besides: false } => {
            format!(
                "Nothing else about the SIP trunk {id} was to change, and the state holds what Wavix answered."
            )
        }
    }
}

fn remedy(difference: &Difference, now: Now) -> String {
    let name = difference.name;
    if TIER_SWITCHES.contains(&name) {
        format!("Remove `{name}` from the configuration, or ask Wavix support to enable it for the account.")
    } else if now == Now::TakenBack {
        format!("Set `{name}` to a value that Wavix keeps, and apply again.")
    } else {
        format!("Set `{name}` to a value that Wavix takes, or change it in the Wavix portal and apply again.")
    }
}

/// How many elements of a set a message shows.
const SHOWN: usize = 10;

/// A value as people write it, at bearable length.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.meant().to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(name, value)| format!("{name} = {}", shown(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Set(items) if items.is_empty() => "nothing".to_owned(),
        Value::Set(_) => {
            let all = texts(value);
            let mut items: Vec<String> = all.iter().take(SHOWN).map(|text| format!("{text:?}")).collect();
            if all.len() > SHOWN {
                items.push(format!("and {} more", all.len() - SHOWN));
            }
            format!("[{}]", items.join(", "))
        }
        other => other.kind().to_owned(),
    }
}
