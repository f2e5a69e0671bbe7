//! Messages to users, and the paths in them, for the wire.

use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::path::{Path, Step};
use crate::framework::schema::{Block, Schema};
use crate::protocol::proto::tfplugin6;
use crate::protocol::proto::tfplugin6::attribute_path::step::Selector;

/// All messages, in order.
pub fn diagnostics(diagnostics: Diagnostics) -> Vec<tfplugin6::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

/// All messages about an object of `schema`, in order, where Terraform finds
/// what they are about. It follows a path into blocks, and to an element of an
/// attribute, but not into an attribute's objects: there it would give up and
/// point at the whole object. The message itself names the rest.
pub fn diagnostics_about(schema: &Schema, diagnostics: Diagnostics) -> Vec<tfplugin6::Diagnostic> {
    let located = diagnostics.into_iter().map(|mut message| {
        message.path = message.path.map(|path| found(&schema.blocks, &path));
        message
    });
    located.map(diagnostic).collect()
}

/// `path` as far as Terraform can follow it in a configuration.
fn found(blocks: &[Block], path: &Path) -> Path {
    let mut inside = Some(blocks);
    let steps = path.steps().iter().map_while(|step| {
        if let Step::Attribute(name) = step {
            let block = inside?.iter().find(|block| block.name == *name);
            inside = block.map(|block| block.blocks.as_slice());
        }
        Some(step.clone())
    });
    steps.fold(Path::top(), |path, step| path.step(step))
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
    fn a_message_points_at_the_attribute_that_holds_the_object() {
        let block = |name: &str, blocks| Block {
            name: name.to_owned(),
            nesting: crate::framework::schema::Nesting::Single,
            description: String::new(),
            attributes: Vec::new(),
            blocks,
        };
        let blocks = [block("outer", vec![block("inner", Vec::new())])];
        for (path, expected) in [
            (Path::root("request").attribute("host"), "request"),
            (Path::root("items").index(2).attribute("host"), "items[2]"),
            (Path::root("outer").attribute("limit"), "outer.limit"),
            (Path::root("outer").attribute("inner").attribute("limit"), "outer.inner.limit"),
            (Path::root("outer").attribute("inner").attribute("limit").attribute("x"), "outer.inner.limit"),
            (Path::root("outer").attribute("request").attribute("host"), "outer.request"),
        ] {
            assert_eq!(found(&blocks, &path).to_string(), expected, "{path}");
        }
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
