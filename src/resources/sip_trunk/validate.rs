//! Rules between the arguments of a SIP trunk. Unknown values trip no rule. Pure; rules for
//! single values are in `rules`.

use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::path::Path;

use super::model::SipTrunkModel;
use super::{caller_id, limits, password};

/// Checks a configuration as a whole.
pub(super) fn check(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::new();
    check_label(config, &mut found);
    password::check(config, &mut found);
    limits::check(config, &mut found);
    check_unusual(config, &mut found);
    // Terraform shows only the first of the warnings with one summary.
    diagnostics.extend(found.into_iter().map(|mut diagnostic| {
        if let Some(label) = config.label.known().filter(|_| diagnostic.severity == Severity::Warning) {
            diagnostic.summary.push_str(&format!(" of {label:?}"));
        }
        diagnostic
    }));
}

/// Blanks at the ends of a label are easily lost, at Wavix and by people.
fn check_label(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.label.known().is_some_and(|label| !label.trim().is_empty() && label.trim() != label.as_str()) {
        diagnostics.push(
            Diagnostic::warning(
                "Spaces at the ends of the label",
                "Remove leading and trailing spaces from the label, for example with `trimspace`. Wavix may store \
                 the label without them, and a search by label then does not find the trunk.",
            )
            .at(Path::root("label")),
        );
    }
}

/// A warning for each value that the API does not document, and does not exclude
/// either. The account may hold them, and what it holds is never refused.
fn check_unusual(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    let mut doubt = |argument: &'static str, detail: String| {
        let warning = Diagnostic::warning(format!("Unusual {argument}"), detail);
        diagnostics.push(warning.at(Path::root(argument)));
    };
    if config.label.known().is_some_and(|label| label.trim().is_empty()) {
        doubt("label", "Set a label that identifies the trunk: Wavix may reject a blank label.".to_owned());
    }
    caller_id::check_unusual(config, &mut doubt);
    limits::check_unusual(config, &mut doubt);
}
