//! What a provider answers about a resource, decoded, with what was asked.

use serde_json::{Value as Json, json};

use super::CallError;
use crate::oracle;
use crate::proto::tfplugin6 as pb;
use crate::value::{Type, Value, decode, from_json};

/// What Core stores about one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The state; null before the create and after the delete.
    pub state: Value,
    /// The provider's own data.
    pub private: Vec<u8>,
    /// The identity; null if the type has none.
    pub identity: Value,
}

impl Instance {
    /// What is not there yet.
    pub fn absent() -> Self {
        Self { state: Value::Null, private: Vec::new(), identity: Value::Null }
    }
}

/// The answer to `PlanResourceChange`, with what was asked.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What was there.
    pub prior: Instance,
    /// The configuration; null to destroy.
    pub config: Value,
    /// What Core proposed.
    pub proposed: Value,
    /// The planned state.
    pub state: Value,
    /// The planned private data.
    pub private: Vec<u8>,
    /// The planned identity.
    pub identity: Value,
    /// What asks for a replacement.
    pub replace: Vec<pb::AttributePath>,
    /// The diagnostics.
    pub diagnostics: Vec<pb::Diagnostic>,
    /// Whether the plan was put off, and why.
    pub deferred: Option<pb::Deferred>,
    /// Whether the old SDK's exceptions are asked for.
    pub legacy: bool,
}

/// The answer to `ApplyResourceChange`, with what was asked.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What was planned.
    pub planned: Planned,
    /// What is there now.
    pub instance: Instance,
    /// The diagnostics.
    pub diagnostics: Vec<pb::Diagnostic>,
    /// Whether the old SDK's exceptions are asked for.
    pub legacy: bool,
}

/// One resource that was imported.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its type.
    pub type_name: String,
    /// What is stored.
    pub instance: Instance,
}

/// The errors among diagnostics, as one text; `None` without any.
pub fn errors(diagnostics: &[pb::Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == 1);
    let errors: Vec<String> = errors.map(|error| format!("{}: {}", error.summary, error.detail)).collect();
    (!errors.is_empty()).then(|| errors.join("; "))
}

pub(super) fn decoded(
    rpc: &'static str,
    what: &str,
    value: Option<pb::DynamicValue>,
    ty: &Type,
) -> Result<Value, CallError> {
    let value = value.unwrap_or_default();
    let read = if value.msgpack.is_empty() && !value.json.is_empty() {
        let json = serde_json::from_slice(&value.json).unwrap_or_default();
        from_json(&json, ty)
    } else {
        decode(&value.msgpack, ty)
    };
    read.map_err(|error| CallError::new(rpc, format!("Core cannot read {what}: {error}")))
}

pub(crate) fn shown_diagnostics(diagnostics: &[pb::Diagnostic]) -> Json {
    let shown = diagnostics.iter().map(|diagnostic| {
        json!({
            "severity": diagnostic.severity, "summary": diagnostic.summary, "detail": diagnostic.detail,
            "path": diagnostic.attribute.as_ref().map(oracle::path_text),
        })
    });
    Json::Array(shown.collect())
}
