//! Messages to users, and the paths in them, for the wire. Layer: framework.

use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::path::{Path, Step};
use crate::protocol::proto::tfplugin6;
use crate::protocol::proto::tfplugin6::attribute_path::step::Selector;

/// All messages, in order.
pub fn diagnostics(diagnostics: Diagnostics) -> Vec<tfplugin6::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> tfplugin6::Diagnostic {
    // The message's own default severity is neither of the two, and stops
    // nothing.
    let severity = match diagnostic.severity {
        Severity::Error => tfplugin6::diagnostic::Severity::Error,
        Severity::Warning => tfplugin6::diagnostic::Severity::Warning,
    };
    tfplugin6::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.path.as_ref().map(attribute_path),
    }
}

/// The path as far as Terraform can follow it: it ends before an element of a
/// set, which has no name on the wire.
#[must_use]
pub fn attribute_path(path: &Path) -> tfplugin6::AttributePath {
    let steps = path.steps().iter().map_while(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            Step::Element => return None,
        };
        Some(tfplugin6::attribute_path::Step { selector: Some(selector) })
    });
    tfplugin6::AttributePath { steps: steps.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_severity_is_never_left_to_the_default() {
        let both = [Diagnostic::error("e", "d"), Diagnostic::warning("w", "d")];
        let wire = diagnostics(both.into_iter().collect());
        assert_eq!(wire.iter().map(|d| d.severity).collect::<Vec<_>>(), [1, 2]);
        assert!(wire.iter().all(|d| d.attribute.is_none()));
    }

    #[test]
    fn a_path_ends_before_an_element_of_a_set() {
        let path = Path::root("a").index(2).key("k").attribute("set").element().attribute("lost");
        let selectors: Vec<_> =
            attribute_path(&path).steps.into_iter().filter_map(|step| step.selector).collect();
        assert_eq!(
            selectors,
            [
                Selector::AttributeName("a".into()),
                Selector::ElementKeyInt(2),
                Selector::ElementKeyString("k".into()),
                Selector::AttributeName("set".into()),
            ]
        );
    }
}
