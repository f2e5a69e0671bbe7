//! The plan, as pure functions in a fixed order. Nothing here waits or asks; the resource's
//! own hook runs between [`draft`] and [`finish`].
//!
//! 1. Start from what Terraform proposes: the configuration, with the prior
//!    values of computed attributes where the configuration says nothing.
//! 2. Put defaults where the configuration is null.
//! 3. Remove write-only values.
//! 4. Keep the prior spelling of what means the same, else the configuration's.
//! 5. If anything differs from the prior state, every computed attribute that
//!    the configuration leaves out and that has no default becomes unknown,
//!    unless it keeps its state. (An unchanged object stays wholly known: this
//!    is what keeps its plan empty.)
//! 6. The resource's hook.
//! 7. Steps 3 and 4 again, for what the hook wrote.
//! 8. Collect what requires replacement.
//! 9. Hold the plan against the configuration, as Terraform will.
//!
//! The hook must see the draft that fits the outcome. When an unchanged draft
//! leaves the hook changed, the hook runs again, on [`changed_draft`], where
//! step 5 was done; messages of the first run are dropped. (Marking afterwards
//! whatever the hook left alone would not do: a hook that decides for the value
//! an attribute already has cannot be told from one that did not decide.) So a
//! hook must be a function of its request.

mod policing;
mod replacement;

#[cfg(test)]
mod tests;

use crate::protocol::value::{UNKNOWN, Value};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::Path;
use super::schema::{Modifier, Schema};
use super::walk::{self, Beside, Fields, Visit};

/// A change that Terraform wants planned.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The resource's type, for messages.
    pub type_name: &'a str,
    /// Its schema.
    pub schema: &'a Schema,
    /// What the user wrote; null for a destroy.
    pub config: &'a Value,
    /// What the state holds; null for a create.
    pub prior: &'a Value,
    /// What Terraform would plan; null for a destroy.
    pub proposed: &'a Value,
}

/// The outcome.
#[derive(Debug)]
pub struct Plan {
    /// The planned state; null for a destroy.
    pub state: Value,
    /// Attributes whose change needs a new object: sorted, each once.
    pub requires_replace: Vec<Path>,
    /// What is wrong with the plan.
    pub diagnostics: Diagnostics,
}

impl Change<'_> {
    /// True when the object is to be deleted.
    #[must_use]
    pub fn is_destroy(&self) -> bool {
        self.proposed.is_null()
    }
}

/// Steps 1 to 5.
#[must_use]
pub fn draft(change: &Change<'_>) -> Value {
    let draft = unmarked(change);
    if change.is_destroy() || draft == *change.prior { draft } else { with_unknowns(change, draft) }
}

/// Steps 1 to 5 when it is certain that something changes.
#[must_use]
pub fn changed_draft(change: &Change<'_>) -> Value {
    if change.is_destroy() { Value::Null } else { with_unknowns(change, unmarked(change)) }
}

/// Whether the hook turned a draft without changes into one with changes, and
/// so has to run again on [`changed_draft`].
#[must_use]
pub fn hook_started_a_change(change: &Change<'_>, draft: &Value, hooked: &Value) -> bool {
    !change.is_destroy() && draft == change.prior && settled(change, hooked.clone()) != *change.prior
}

/// Steps 7 to 9. `hooked` is what the hook made of the draft.
#[must_use]
pub fn finish(change: &Change<'_>, hooked: Value) -> Plan {
    if change.is_destroy() {
        let mut diagnostics = Diagnostics::new();
        if !hooked.is_null() {
            diagnostics.push(Diagnostic::bug(
                format!("Cannot plan the deletion of {}", change.type_name),
                "Nothing was changed. The provider planned a value for an object that will be deleted.",
            ));
        }
        return Plan { state: Value::Null, requires_replace: Vec::new(), diagnostics };
    }
    let state = settled(change, hooked);
    let requires_replace = replacement::paths(change.schema, change.prior, &state);
    let diagnostics = policing::check(change, &state);
    Plan { state, requires_replace, diagnostics }
}

fn unmarked(change: &Change<'_>) -> Value {
    settled(change, with_defaults(change, change.proposed.clone()))
}

fn with_defaults(change: &Change<'_>, planned: Value) -> Value {
    rewrite(change, planned, &mut |place, value| match (
        place.beside.config.is_null(),
        &place.attribute.default,
    ) {
        (true, Some(default)) => Visit::Done(default.clone()),
        (true, None) => Visit::Done(value),
        (false, _) => Visit::Inside(value),
    })
}

/// Steps 3 and 4.
fn settled(change: &Change<'_>, planned: Value) -> Value {
    let planned = walk::without_write_only(change.schema, planned);
    let planned = walk::with_spelling_of(change.schema, change.config, planned);
    walk::with_spelling_of(change.schema, change.prior, planned)
}

fn with_unknowns(change: &Change<'_>, planned: Value) -> Value {
    rewrite(change, planned, &mut |place, value| {
        let attribute = place.attribute;
        if !place.beside.config.is_null() {
            return Visit::Inside(value);
        }
        if !attribute.is_computed() || attribute.default.is_some() || attribute.write_only {
            return Visit::Done(value);
        }
        if place.existed && attribute.modifiers.contains(&Modifier::KeepState) {
            return Visit::Done(place.beside.earlier.clone());
        }
        Visit::Done(UNKNOWN)
    })
}

fn rewrite(
    change: &Change<'_>,
    planned: Value,
    visit: &mut dyn FnMut(walk::Place<'_>, Value) -> Visit,
) -> Value {
    let beside = Beside { config: change.config, earlier: change.prior };
    walk::rewrite(Fields::of(change.schema), beside, planned, visit)
}
