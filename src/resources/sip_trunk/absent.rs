//! Resources layer: what is said of a SIP trunk that is not there. Whether it is
//! not is decided by those who look for it.

use crate::client;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

use super::endpoints::SipTrunkSummary;
use super::model::SipTrunkModel;

/// How many trunks a message names.
const NAMED: usize = 10;

/// The warning of a read that takes a trunk out of the state. With the key of
/// another account every trunk is gone, and the plan that follows looks like that
/// of a first installation.
pub(super) fn gone(state: &SipTrunkModel, id: i64, not_found: &client::Error) -> Diagnostic {
    let described = [("label", &state.label), ("login", &state.login)]
        .into_iter()
        .filter_map(|(name, text)| Some(format!(", {name} {:?}", text.known()?)))
        .collect::<String>();
    Diagnostic::warning(
        format!("SIP trunk {id} is gone"),
        format!(
            "{not_found} The account's list of all SIP trunks, read after that, lacks it too.\n\nThe trunk (id \
             {id}{described}) is therefore taken out of the state. As long as it is configured, a plan creates another \
             one, with a new login, and devices that use the old one no longer register.\n\nIf it was deleted on \
             purpose, go on. If it was not, it may be in another account, and lives on there outside the state: before \
             you apply, check that `api_key` belongs to the account that owns it, and set `allowed_account_ids` in the \
             provider configuration, which keeps the keys of other accounts out. A trunk that an apply has taken out of \
             the state already is adopted with `terraform import` and its id."
        ),
    )
    .at(Path::root("id"))
}

/// The error of an import of a trunk that does not exist.
pub(super) fn not_imported(id: i64, listed: &[SipTrunkSummary]) -> Diagnostic {
    let mut error = unknown_id("Cannot import SIP trunk", id, listed);
    error.detail.push_str(" Nothing was imported.");
    error
}

/// The error for a text that can be no trunk's id. `hint` says where one is had.
pub(super) fn malformed_id(summary: &str, id: &str, hint: &str) -> Diagnostic {
    let detail = format!("The id of a SIP trunk is a decimal number such as `3107`; found {id:?}. {hint}");
    Diagnostic::error(summary, detail).at(Path::root("id"))
}

/// The error for an id that no trunk of the account has. People take the login,
/// which is a number too, for the id.
pub(super) fn unknown_id(summary: impl Into<String>, id: i64, listed: &[SipTrunkSummary]) -> Diagnostic {
    let login = id.to_string();
    let detail = match listed.iter().find(|trunk| trunk.name.as_ref() == Some(&login)) {
        Some(trunk) => format!(
            "There is no SIP trunk with the id {id}; {id} is the login of the SIP trunk {} ({:?}).\n\nUse the id {} \
             instead.",
            trunk.id,
            trunk.label.as_deref().unwrap_or_default(),
            trunk.id
        ),
        None => format!(
            "There is no SIP trunk with the id {id}. {}\n\nCorrect the id, or check that `api_key` belongs to the \
             account that owns the trunk.",
            instead(listed)
        ),
    };
    Diagnostic::error(summary, detail).at(Path::root("id"))
}

/// What there is instead.
pub(super) fn instead(listed: &[SipTrunkSummary]) -> String {
    if listed.is_empty() {
        "The account has no SIP trunks at all.".to_owned()
    } else {
        format!("The account has these:\n{}", candidates(listed))
    }
}

/// One line for each trunk, up to a number that people read.
pub(super) fn candidates<'a>(trunks: impl IntoIterator<Item = &'a SipTrunkSummary>) -> String {
    let mut trunks = trunks.into_iter();
    let mut lines: Vec<String> = trunks
        .by_ref()
        .take(NAMED)
        .map(|trunk| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            format!("  - id {}, label {:?}, login {:?}", trunk.id, text(&trunk.label), text(&trunk.name))
        })
        .collect();
    let more = trunks.count();
    if more > 0 {
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}
