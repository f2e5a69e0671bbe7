//! Resources layer: what is said of a SIP trunk that is not there. Whether it is
//! not is decided by those who look for it.

use crate::client;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

use super::model::SipTrunkModel;

/// The warning of a read that takes a trunk out of the state. With the key of
/// another account every trunk is gone, and the plan that follows looks like that
/// of a first installation.
pub(super) fn gone(state: &SipTrunkModel, id: i64, not_found: &client::Error) -> Diagnostic {
    let described = [("label", &state.label), ("login", &state.login)]
        .into_iter()
        .filter_map(|(name, text)| Some(format!(", {name} {:?}", text.known()?)))
        .collect::<String>();
    Diagnostic::warning(
        "SIP trunk is gone",
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
