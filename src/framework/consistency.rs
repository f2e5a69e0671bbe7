//! Terraform's rules for results, applied after a verb and before Terraform applies them.
//! What can be put right is put right, the rest becomes a diagnostic that says whose
//! mistake it is and what is true now. The state is returned in every case: an object that
//! exists must not be lost. Values are never shown: any of them may be a secret.

use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::{Path, Step};
use super::resource::Operation;
use super::schema::{Kind, Schema};
use super::walk::{self, Beside, Fields, Visit};

/// A create, update or delete that has run.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// The resource's type, for messages.
    pub type_name: &'a str,
    /// Its schema.
    pub schema: &'a Schema,
    /// Create, update or delete.
    pub operation: Operation,
    /// What was planned; null for a delete.
    pub planned: &'a Value,
    /// Whether the verb itself reported errors. Then its state is what it had
    /// reached, and is not held against the plan.
    pub failed: bool,
}

/// The state to store after an apply.
pub fn after_apply(applied: &Applied<'_>, result: Value, diagnostics: &mut Diagnostics) -> Value {
    let result = walk::without_write_only(applied.schema, result);
    let result = walk::with_spelling_of(applied.schema, applied.planned, result);
    let mut unknown = Vec::new();
    let result = without_unknowns(result, &Path::top(), &mut unknown);
    if applied.failed {
        return result;
    }
    match (applied.operation, result.is_null()) {
        (Operation::Delete, true) => {}
        (Operation::Delete, false) => diagnostics.push(Diagnostic::bug(
            format!("Cannot confirm the deletion of {}", applied.type_name),
            "The object may still exist and stays in the state. The provider reported a successful deletion, but \
             returned a state.",
        )),
        (Operation::Create, true) => diagnostics.push(Diagnostic::bug(
            format!("Cannot store the new {}", applied.type_name),
            "The object may exist and is not in the state. Before you apply again, check whether it exists; \
             otherwise the apply may create a duplicate. The provider reported a successful creation, but returned no \
             state.",
        )),
        (_, true) => diagnostics.push(Diagnostic::bug(
            format!("Cannot store the updated {}", applied.type_name),
            "The state is unchanged; the next plan reads the object again. The provider reported a successful \
             update, but returned no state.",
        )),
        (operation, false) => {
            for path in &unknown {
                diagnostics.push(after_apply_bug(applied, operation, path, "is still unknown after the apply"));
            }
            let mut changed = Vec::new();
            differences(applied.planned, &result, &Path::top(), &mut changed);
            for path in changed.iter().filter(|path| !unknown.contains(path)) {
                diagnostics.push(after_apply_bug(applied, operation, path, "has a different value than planned"));
            }
        }
    }
    result
}

fn after_apply_bug(applied: &Applied<'_>, operation: Operation, path: &Path, fault: &str) -> Diagnostic {
    let path = with_keys(applied.schema, path);
    let done = if operation == Operation::Create { "created" } else { "updated" };
    let what = if path.steps().is_empty() { "It".to_owned() } else { format!("`{path}`") };
    let detail = format!(
        "The object was {done}, and the state contains the actual values; the next plan shows the difference. \
         {what} {fault}."
    );
    Diagnostic::bug(format!("Cannot confirm the result for {}", applied.type_name), detail).at(path)
}

/// The state to store after a read. `prior` is the state before it.
pub fn after_read(
    type_name: &str,
    schema: &Schema,
    prior: &Value,
    result: Value,
    diagnostics: &mut Diagnostics,
) -> Value {
    let result = walk::without_write_only(schema, result);
    let result = walk::with_spelling_of(schema, prior, result);
    known(type_name, schema, "read", result, diagnostics)
}

/// The result of a data source. `config` is what was asked for.
pub fn after_data_read(
    type_name: &str,
    schema: &Schema,
    config: &Value,
    result: Value,
    diagnostics: &mut Diagnostics,
) -> Value {
    let summary = || format!("Cannot read {type_name}");
    let result = walk::without_write_only(schema, result);
    let result = walk::with_spelling_of(schema, config, result);
    if result.is_null() {
        diagnostics
            .push(Diagnostic::bug(summary(), "The provider reported success, but returned no result."));
        return result;
    }
    let result = known(type_name, schema, "read", result, diagnostics);
    for attribute in schema.attributes.iter().filter(|attribute| !attribute.write_only) {
        let (asked, came) = (walk::part(config, &attribute.name), walk::part(&result, &attribute.name));
        let mut changed = Vec::new();
        if !asked.is_null() && !matches!(attribute.kind, Kind::Nested(..)) {
            differences(asked, came, &Path::root(&attribute.name), &mut changed);
        }
        for path in changed.iter().map(|path| with_keys(schema, path)) {
            let detail = format!("`{path}` has a different value than the configuration.");
            diagnostics.push(Diagnostic::bug(summary(), detail).at(path));
        }
    }
    result
}

/// The result of opening an ephemeral resource. `config` is what was asked for.
/// Terraform holds the one against the other as it does with plans: what the
/// user wrote must come back, the rest is the provider's.
pub fn after_open(
    type_name: &str,
    schema: &Schema,
    config: &Value,
    result: Value,
    diagnostics: &mut Diagnostics,
) -> Value {
    let result = walk::without_write_only(schema, result);
    let result = walk::with_spelling_of(schema, config, result);
    let bug = |detail: String| Diagnostic::bug(format!("Cannot open ephemeral resource {type_name}"), detail);
    if result.is_null() {
        diagnostics.push(bug("The provider reported success, but returned no result.".to_owned()));
        return result;
    }
    let mut unknown = Vec::new();
    let result = without_unknowns(result, &Path::top(), &mut unknown);
    for path in &unknown {
        diagnostics.push(bug(format!("The provider did not set a value for `{path}`.")).at(path.clone()));
    }
    let mut changed = Vec::new();
    differences(&with_results_open(schema, config), &result, &Path::top(), &mut changed);
    for path in changed.into_iter().filter(|path| !unknown.contains(path)) {
        let detail = format!("`{path}` has a different value than the configuration.");
        diagnostics.push(bug(detail).at(path));
    }
    result
}

/// The configuration with unknown for what it leaves to the provider, and null
/// for what is kept nowhere.
fn with_results_open(schema: &Schema, config: &Value) -> Value {
    let beside = Beside { config: &Value::Null, earlier: &Value::Null };
    walk::rewrite(Fields::of(schema), beside, config.clone(), &mut |place, value| {
        if place.attribute.write_only {
            Visit::Done(Value::Null)
        } else if place.attribute.is_computed() && value.is_null() {
            Visit::Done(UNKNOWN)
        } else {
            Visit::Inside(value)
        }
    })
}

/// A wholly known value: what is unknown is reported and becomes null.
pub fn known(
    type_name: &str,
    schema: &Schema,
    verb: &str,
    value: Value,
    diagnostics: &mut Diagnostics,
) -> Value {
    let mut unknown = Vec::new();
    let value = without_unknowns(value, &Path::top(), &mut unknown);
    if !diagnostics.has_errors() {
        for path in unknown.iter().map(|path| with_keys(schema, path)) {
            diagnostics.push(
                Diagnostic::bug(
                    format!("Cannot {verb} {type_name}"),
                    format!("The provider did not set a value for `{path}`. Nothing was changed."),
                )
                .at(path),
            );
        }
    }
    value
}

/// The path with a key for each step that leads into a map. A value does not
/// tell a map from an object, and Terraform follows only the right one.
fn with_keys(schema: &Schema, path: &Path) -> Path {
    let whole = schema.ty();
    let mut ty = Some(&whole);
    path.steps().iter().fold(Path::top(), |path, step| {
        let (inside, step) = match (ty, step) {
            (Some(Type::Map(element)), Step::Attribute(key)) => (Some(&**element), Step::Key(key.clone())),
            (Some(Type::Object(attributes)), Step::Attribute(name)) => (attributes.get(name), step.clone()),
            (Some(Type::List(element) | Type::Set(element)), _) => (Some(&**element), step.clone()),
            (Some(Type::Tuple(elements)), Step::Index(index)) => (elements.get(*index), step.clone()),
            _ => (None, step.clone()),
        };
        ty = inside;
        path.step(step)
    })
}

/// The value with null for what is unknown, at any depth; where, is added to
/// `found`.
fn without_unknowns(value: Value, at: &Path, found: &mut Vec<Path>) -> Value {
    if value.is_wholly_known() {
        return value;
    }
    match value {
        Value::Unknown(_) => {
            found.push(at.clone());
            Value::Null
        }
        Value::List(items) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| without_unknowns(item, &at.index(index), found))
                .collect(),
        ),
        Value::Set(items) => {
            Value::set(items.into_iter().map(|item| without_unknowns(item, &at.element(), found)))
        }
        Value::Map(entries) => Value::map(entries.into_iter().map(|(key, item)| {
            let item = without_unknowns(item, &at.attribute(&key), found);
            (key, item)
        })),
        Value::Dynamic(inner) => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, without_unknowns(value, at, found))))
        }
        known @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => known,
    }
}

/// The paths at which `actual` is not what `planned` already knew.
fn differences(planned: &Value, actual: &Value, at: &Path, found: &mut Vec<Path>) {
    if planned.is_unknown() || planned == actual {
        return;
    }
    match (planned, actual) {
        (Value::Map(planned), Value::Map(actual)) => {
            for (key, planned) in planned {
                differences(planned, actual.get(key).unwrap_or(&Value::Null), &at.attribute(key), found);
            }
            if actual.keys().any(|key| !planned.contains_key(key)) {
                found.push(at.clone());
            }
        }
        (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                differences(planned, actual, &at.index(index), found);
            }
        }
        // Unknown elements may turn out equal to each other, so such a set may
        // shrink; it must still hold every element that was known.
        (Value::Set(planned), Value::Set(actual)) if !planned.iter().all(Value::is_wholly_known) => {
            let lost = planned.iter().any(|item| item.is_wholly_known() && !actual.contains(item));
            if lost || actual.len() > planned.len() {
                found.push(at.clone());
            }
        }
        _ => found.push(at.clone()),
    }
}

/// A state that may be stored: neither unknown nor write-only values. Calls
/// nothing of the author's.
#[must_use]
pub fn storable(schema: &Schema, state: Value) -> Value {
    without_unknowns(walk::without_write_only(schema, state), &Path::top(), &mut Vec::new())
}

/// The value made to fit its type: what does not fit becomes null, what is
/// missing is null, what is too much is left out. The last resort when a state
/// cannot be written and must not be lost.
#[must_use]
pub fn conformed(value: Value, ty: &Type) -> Value {
    match (ty, value) {
        (Type::Bool, value @ Value::Bool(_))
        | (Type::Number, value @ Value::Number(_))
        | (Type::String, value @ Value::String(_))
        | (Type::Dynamic, value @ Value::Dynamic(_)) => value,
        (Type::List(element), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| conformed(item, element)).collect())
        }
        (Type::Set(element), Value::Set(items)) => {
            Value::set(items.into_iter().map(|item| conformed(item, element)))
        }
        (Type::Map(element), Value::Map(entries)) => {
            Value::map(entries.into_iter().map(|(key, item)| (key, conformed(item, element))))
        }
        (Type::Tuple(elements), Value::List(items)) if elements.len() == items.len() => {
            Value::List(items.into_iter().zip(elements).map(|(item, ty)| conformed(item, ty)).collect())
        }
        (Type::Object(attributes), Value::Map(mut entries)) => {
            Value::map(attributes.iter().map(|(name, ty)| {
                (name.clone(), entries.remove(name).map_or(Value::Null, |v| conformed(v, ty)))
            }))
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests;
