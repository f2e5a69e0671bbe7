//! What holds for the identity of a resource.

use super::{Violation, wholly_known};
use crate::value::Value;

/// Everywhere but in the plan of a create, an identity is there and wholly
/// known.
pub fn identity_known(identity: &Value) -> Vec<Violation> {
    if identity.is_null() {
        return vec![Violation::new("identity", "is missing, though the type has an identity schema")];
    }
    let at_identity =
        |violation: Violation| Violation { path: format!("identity{}", violation.path), ..violation };
    wholly_known(identity).into_iter().map(at_identity).collect()
}

/// A resource keeps its identity for life. Core does not check it; the Go
/// framework does, and every stored reference relies on it.
pub fn identity_changed(before: &Value, after: &Value) -> Vec<Violation> {
    if before.is_null() || !before.is_known() || before == after {
        return Vec::new();
    }
    vec![Violation::new("identity", format!("was {before}, but now {after}"))]
}
