//! What holds for diagnostics.

use super::Violation;
use crate::proto::tfplugin6::attribute_path::step::Selector;
use crate::proto::tfplugin6::{AttributePath, Diagnostic};
use crate::schema::{Attribute, Block, Kind, Nesting};
use crate::value::Type;

/// Judges diagnostics about an object of this schema: the severity is one, and
/// a path leads to something. `None` for an answer that is about no object.
pub fn diagnostics(block: Option<&Block>, diagnostics: &[Diagnostic]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for diagnostic in diagnostics {
        let name = &diagnostic.summary;
        if !matches!(diagnostic.severity, 1 | 2) {
            let message = format!("{name:?} has the severity {}, which stops nothing", diagnostic.severity);
            violations.push(Violation::new("", message));
        }
        if name.trim().is_empty() {
            violations.push(Violation::new("", format!("no summary (detail: {:?})", diagnostic.detail)));
        }
        let Some(path) = diagnostic.attribute.as_ref().filter(|path| !path.steps.is_empty()) else {
            continue;
        };
        if path.steps.iter().any(|step| step.selector.is_none()) {
            let message = format!("{name:?} has a path with a step that selects nothing");
            violations.push(Violation::new(path_text(path), message));
        } else if !block.is_some_and(|block| resolves(block, path)) {
            let message = format!("{name:?} is about a path that the schema does not have");
            violations.push(Violation::new(path_text(path), message));
        }
    }
    violations
}

/// A path as people write it.
pub(crate) fn path_text(path: &AttributePath) -> String {
    let step = |step: &crate::proto::tfplugin6::attribute_path::Step| match &step.selector {
        Some(Selector::AttributeName(name)) => format!(".{name}"),
        Some(Selector::ElementKeyString(key)) => format!("[{key:?}]"),
        Some(Selector::ElementKeyInt(index)) => format!("[{index}]"),
        None => ".?".to_owned(),
    };
    path.steps.iter().map(step).collect()
}

/// Where a path has come to.
enum Place<'a> {
    Block(&'a Block),
    Blocks(Nesting, &'a Block),
    Attribute(&'a Attribute),
    Objects(Nesting, &'a Attribute),
    Type(&'a Type),
}

fn resolves(block: &Block, path: &AttributePath) -> bool {
    let mut place = Place::Block(block);
    for step in &path.steps {
        let Some(selector) = &step.selector else { return false };
        let Some(next) = place.step(selector) else { return false };
        place = next;
    }
    true
}

impl<'a> Place<'a> {
    fn step(&self, selector: &Selector) -> Option<Place<'a>> {
        match (self, selector) {
            (Self::Block(block), Selector::AttributeName(name)) => {
                let attribute = block.attributes.get(name).map(Self::of);
                attribute.or_else(|| {
                    block.blocks.get(name).map(|nested| match nested.nesting {
                        Nesting::Single | Nesting::Group => Self::Block(&nested.block),
                        nesting => Self::Blocks(nesting, &nested.block),
                    })
                })
            }
            (Self::Blocks(nesting, block), selector) => key(*nesting, selector).then_some(Self::Block(block)),
            (Self::Attribute(attribute), Selector::AttributeName(name)) => match &attribute.kind {
                Kind::Nested(_, attributes) => attributes.get(name).map(Self::of),
                Kind::Plain(_) => None,
            },
            (Self::Objects(nesting, attribute), selector) => {
                key(*nesting, selector).then_some(Self::Attribute(attribute))
            }
            (Self::Type(Type::Object(types)), Selector::AttributeName(name)) => {
                types.get(name).map(Self::Type)
            }
            (Self::Type(Type::List(element)), Selector::ElementKeyInt(_)) => Some(Self::Type(element)),
            (Self::Type(Type::Map(element)), Selector::ElementKeyString(_)) => Some(Self::Type(element)),
            // Elements of a set have no key; their own value stands for one,
            // which these paths cannot say.
            (Self::Type(Type::Set(element)), _) => Some(Self::Type(element)),
            (Self::Type(Type::Tuple(types)), Selector::ElementKeyInt(index)) => {
                usize::try_from(*index).ok().and_then(|index| types.get(index)).map(Self::Type)
            }
            (Self::Type(Type::Dynamic), _) => Some(Self::Type(&Type::Dynamic)),
            _ => None,
        }
    }

    fn of(attribute: &'a Attribute) -> Place<'a> {
        match &attribute.kind {
            Kind::Plain(ty) => Self::Type(ty),
            Kind::Nested(Nesting::Single | Nesting::Group, _) => Self::Attribute(attribute),
            Kind::Nested(nesting, _) => Self::Objects(*nesting, attribute),
        }
    }
}

fn key(nesting: Nesting, selector: &Selector) -> bool {
    match nesting {
        Nesting::Map => matches!(selector, Selector::ElementKeyString(_)),
        Nesting::List => matches!(selector, Selector::ElementKeyInt(_)),
        Nesting::Set => true,
        Nesting::Single | Nesting::Group => false,
    }
}
