//! A configuration held against its schema. Pure; what is unknown breaks no rule. Rules
//! between attributes are the author's.

use crate::protocol::value::Value;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::Path;
use super::schema::{Attribute, Kind, Mode, Nesting, Schema};
use super::walk::{self, Fields};

/// Whether the program that asks keeps write-only values out of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOnly {
    /// It does, or its message cannot tell.
    Understood,
    /// It does not, and would demand the value back.
    NotUnderstood,
}

/// Every rule of `schema` that `config` breaks, and warnings for what is on
/// its way out. `subject` is the object's type name.
pub fn check(schema: &Schema, subject: &str, config: &Value, write_only: WriteOnly) -> Diagnostics {
    let mut checks = Checks { write_only, diagnostics: Diagnostics::new() };
    if let Some(replacement) = &schema.deprecation {
        let summary = format!("Deprecated object {subject}");
        checks.diagnostics.push(Diagnostic::warning(summary, replacement));
    }
    if !config.is_unknown() {
        checks.object(Fields::of(schema), &Path::top(), config);
    }
    checks.diagnostics
}

struct Checks {
    write_only: WriteOnly,
    diagnostics: Diagnostics,
}

impl Checks {
    fn object(&mut self, fields: Fields<'_>, at: &Path, object: &Value) {
        for attribute in fields.attributes {
            let path = at.attribute(&attribute.name);
            self.attribute(attribute, &path, walk::part(object, &attribute.name));
        }
        for block in fields.blocks {
            let path = at.attribute(&block.name);
            self.elements(block.nesting, Fields::block(block), &path, walk::part(object, &block.name));
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: &Path, value: &Value) {
        if value.is_null() {
            if attribute.mode == Mode::Required {
                self.error(at, "Missing required argument", format!("The argument `{at}` must be set."));
            }
            return;
        }
        if attribute.mode == Mode::Computed {
            let detail = format!("Remove `{at}` from the configuration: the provider sets its value.");
            return self.error(at, "Cannot set a read-only attribute", detail);
        }
        if attribute.write_only && self.write_only == WriteOnly::NotUnderstood {
            let detail = format!(
                "Use Terraform 1.11 or OpenTofu 1.11, or a later version: the argument `{at}` is write-only, and \
                 earlier versions would store its value in the state."
            );
            return self.error(at, "Cannot use a write-only argument", detail);
        }
        if value.is_unknown() {
            return;
        }
        if let Some(replacement) = &attribute.deprecation {
            self.diagnostics.push(Diagnostic::warning("Deprecated argument", replacement).at(at.clone()));
        }
        for validator in &attribute.validators {
            for (path, sentence) in validator.violations(at, value) {
                let detail = format!("The argument `{path}` is not valid. {sentence}");
                self.error(&path, "Invalid value for an argument", detail);
            }
        }
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            self.elements(*nesting, Fields::nested(attributes), at, value);
        }
    }

    fn elements(&mut self, nesting: Nesting, fields: Fields<'_>, at: &Path, value: &Value) {
        match (nesting, value) {
            (Nesting::Single, Value::Map(_)) => self.object(fields, at, value),
            (Nesting::List, Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.element(fields, &at.index(index), item);
                }
            }
            (Nesting::Set, Value::Set(items)) => {
                for item in items {
                    self.element(fields, &at.element(), item);
                }
            }
            (Nesting::Map, Value::Map(entries)) => {
                for (key, item) in entries {
                    self.element(fields, &at.key(key), item);
                }
            }
            // Null and unknown.
            _ => {}
        }
    }

    fn element(&mut self, fields: Fields<'_>, at: &Path, element: &Value) {
        match element {
            Value::Map(_) => self.object(fields, at, element),
            Value::Null => {
                self.error(at, "Missing element", format!("The element `{at}` must not be null."));
            }
            // Unknown.
            _ => {}
        }
    }

    fn error(&mut self, at: &Path, summary: &str, detail: String) {
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at.clone()));
    }
}

#[cfg(test)]
mod tests;
