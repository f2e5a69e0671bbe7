//! What holds for every object that a provider gives to be stored.

use super::Violation;
use crate::schema::{Attribute, Block, Kind, Nesting};
use crate::secrets::MASK;
use crate::value::Value;

/// The elements of a collection of any kind, in order.
pub(super) fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Map(entries) => entries.values().collect(),
        other => other.elements(),
    }
}

/// A value in a message.
pub(super) fn shown(attribute: &Attribute, value: &Value) -> String {
    let hidden =
        (attribute.sensitive || attribute.write_only) && !matches!(value, Value::Null | Value::Unknown);
    if hidden { MASK.to_owned() } else { value.to_string() }
}

/// A state: wholly known, and write-only attributes null.
pub fn state(block: &Block, value: &Value) -> Vec<Violation> {
    let mut violations = wholly_known(value);
    violations.append(&mut null_write_only(block, value));
    violations
}

/// Nothing in `value` may be unknown.
pub fn wholly_known(value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    unknowns(value, "", &mut violations);
    violations
}

fn unknowns(value: &Value, path: &str, violations: &mut Vec<Violation>) {
    match value {
        Value::Unknown => violations.push(Violation::new(path, "is unknown")),
        Value::Map(entries) => {
            for (name, entry) in entries {
                unknowns(entry, &format!("{path}.{name}"), violations);
            }
        }
        Value::Dynamic(_, value) => unknowns(value, path, violations),
        other => {
            for (index, element) in other.elements().into_iter().enumerate() {
                unknowns(element, &format!("{path}[{index}]"), violations);
            }
        }
    }
}

/// Write-only attributes must be null, at any depth.
pub fn null_write_only(block: &Block, value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut found = |path: &str| violations.push(Violation::new(path, "a write-only attribute is not null"));
    each_write_only(block, value, "", &mut found);
    violations
}

fn each_write_only(block: &Block, value: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    for (name, attribute) in &block.attributes {
        in_attribute(attribute, value.get(name), &format!("{path}.{name}"), found);
    }
    for (name, nested) in &block.blocks {
        for (step, element) in nested_objects(nested.nesting, value.get(name), &format!("{path}.{name}")) {
            each_write_only(&nested.block, element, &step, found);
        }
    }
}

fn in_attribute(attribute: &Attribute, value: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    if attribute.write_only {
        if !value.is_null() {
            found(path);
        }
    } else if let Kind::Nested(nesting, attributes) = &attribute.kind {
        for (step, element) in nested_objects(*nesting, value, path) {
            for (name, attribute) in attributes {
                in_attribute(attribute, element.get(name), &format!("{step}.{name}"), found);
            }
        }
    }
}

fn nested_objects<'a>(nesting: Nesting, value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    match (nesting, value) {
        (_, Value::Null | Value::Unknown) => Vec::new(),
        (Nesting::Single | Nesting::Group, object) => vec![(path.to_owned(), object)],
        (_, Value::Map(entries)) => {
            entries.iter().map(|(key, element)| (format!("{path}[{key:?}]"), element)).collect()
        }
        (_, other) => {
            let elements = other.elements().into_iter().enumerate();
            elements.map(|(index, element)| (format!("{path}[{index}]"), element)).collect()
        }
    }
}

/// `value` with its write-only attributes null, for comparing a configuration
/// with what came of it.
pub fn nulled_write_only(block: &Block, value: &Value) -> Value {
    block.replace(value, &|attribute, _| attribute.write_only.then_some(Value::Null))
}
