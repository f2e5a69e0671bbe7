//! What an apply may answer to a plan (Core:
//! `internal/plans/objchange/compatible.go`).

use super::Violation;
use super::values::{elements, shown};
use crate::schema::{Attribute, Block, Nesting};
use crate::value::Value;

/// Judges the object after apply, or a second plan with more known values,
/// against what was planned.
pub fn applied(block: &Block, planned: &Value, actual: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    in_block(block, planned, actual, "", &mut violations);
    violations
}

fn in_block(block: &Block, planned: &Value, actual: &Value, path: &str, violations: &mut Vec<Violation>) {
    match (planned, actual) {
        (Value::Unknown, _) | (Value::Null, Value::Null) => return,
        (Value::Null, _) => return violations.push(Violation::new(path, "was absent, but now present")),
        (_, Value::Null) => return violations.push(Violation::new(path, "was present, but now absent")),
        _ => {}
    }
    for (name, attribute) in &block.attributes {
        // That it is null is asked elsewhere.
        if !attribute.write_only {
            let path = format!("{path}.{name}");
            in_attribute(attribute, planned.get(name), actual.get(name), &path, violations);
        }
    }
    for (name, nested) in &block.blocks {
        let path = format!("{path}.{name}");
        let (planned, actual) = (planned.get(name), actual.get(name));
        match nested.nesting {
            Nesting::Single | Nesting::Group => in_block(&nested.block, planned, actual, &path, violations),
            _ if *planned == Value::Unknown => {}
            Nesting::Set => {
                let fits =
                    |planned: &Value, actual: &Value| applied(&nested.block, planned, actual).is_empty();
                in_set(planned, actual, &path, &fits, violations);
            }
            Nesting::Map => {
                if let Some(keys) = same_keys(planned, actual, &path, violations) {
                    for key in keys {
                        let step = format!("{path}[{key:?}]");
                        in_block(&nested.block, planned.get(&key), actual.get(&key), &step, violations);
                    }
                }
            }
            Nesting::List => {
                let (planned, actual) = (elements(planned), elements(actual));
                if planned.len() != actual.len() {
                    let message = format!("block count changed from {} to {}", planned.len(), actual.len());
                    violations.push(Violation::new(path, message));
                    continue;
                }
                for (index, (planned, actual)) in planned.into_iter().zip(actual).enumerate() {
                    in_block(&nested.block, planned, actual, &format!("{path}[{index}]"), violations);
                }
            }
        }
    }
}

fn in_attribute(
    attribute: &Attribute,
    planned: &Value,
    actual: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    let mut differences = Vec::new();
    compatible(planned, actual, path, &mut differences);
    if attribute.sensitive && !differences.is_empty() {
        let (planned, actual) = (shown(attribute, planned), shown(attribute, actual));
        differences = vec![Violation::new(path, format!("was {planned}, but now {actual}"))];
    }
    violations.append(&mut differences);
}

/// What is known must stay; what is unknown may become anything.
fn compatible(planned: &Value, actual: &Value, path: &str, violations: &mut Vec<Violation>) {
    match (planned, actual) {
        (Value::Unknown, _) => {}
        _ if planned == actual => {}
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            for (index, (planned, actual)) in before.iter().zip(after).enumerate() {
                compatible(planned, actual, &format!("{path}[{index}]"), violations);
            }
        }
        (Value::List(before), Value::List(after)) => {
            let message = format!("length changed from {} to {}", before.len(), after.len());
            violations.push(Violation::new(path, message));
        }
        (Value::Map(_), Value::Map(_)) => {
            if let Some(keys) = same_keys(planned, actual, path, violations) {
                for key in keys {
                    compatible(planned.get(&key), actual.get(&key), &format!("{path}.{key}"), violations);
                }
            }
        }
        (Value::Set(_), Value::Set(_)) => {
            let fits = |planned: &Value, actual: &Value| {
                let mut differences = Vec::new();
                compatible(planned, actual, "", &mut differences);
                differences.is_empty()
            };
            in_set(planned, actual, path, &fits, violations);
        }
        (Value::Dynamic(before_type, before), Value::Dynamic(after_type, after))
            if before_type == after_type =>
        {
            compatible(before, after, path, violations);
        }
        _ => violations.push(Violation::new(path, format!("was {planned}, but now {actual}"))),
    }
}

fn same_keys(
    planned: &Value,
    actual: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) -> Option<Vec<String>> {
    let keys = |value: &Value| match value {
        Value::Map(entries) => entries.keys().cloned().collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let (before, after) = (keys(planned), keys(actual));
    for key in after.iter().filter(|key| !before.contains(key)) {
        violations.push(Violation::new(path, format!("new element {key:?} has appeared")));
    }
    for key in before.iter().filter(|key| !after.contains(key)) {
        violations.push(Violation::new(path, format!("element {key:?} has vanished")));
    }
    (before == after).then_some(before)
}

/// Every element must have its counterpart. Elements may become equal and so
/// fewer, never more.
fn in_set(
    planned: &Value,
    actual: &Value,
    path: &str,
    fits: &dyn Fn(&Value, &Value) -> bool,
    violations: &mut Vec<Violation>,
) {
    let (before, after) = (elements(planned), elements(actual));
    for element in &before {
        if !after.iter().any(|candidate| fits(element, candidate)) {
            let message = "a planned set element does not correlate with any element in actual";
            violations.push(Violation::new(path, message));
        }
    }
    for element in &after {
        if !before.iter().any(|candidate| fits(candidate, element)) {
            let message = "an actual set element does not correlate with any element in plan";
            violations.push(Violation::new(path, message));
        }
    }
    if after.len() > before.len() {
        let message = format!("length changed from {} to {}", before.len(), after.len());
        violations.push(Violation::new(path, message));
    }
}
