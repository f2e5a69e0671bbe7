//! What tells one object from all others of its type, apart from its state. Plain data,
//! like a schema; Terraform keeps identities beside states, imports by them and lists them.

use crate::protocol::types::Type;
use crate::protocol::value::{Value, sorted};

/// The attributes that identify an object of a resource type. Rules:
///
/// 1. Together they name one object for ever: an object whose identity changes
///    is another object.
/// 2. They hold no secret: Terraform shows them.
/// 3. Their types are primitive, or lists of primitives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySchema {
    /// Raised when a stored identity must be rewritten to be read. Independent
    /// of the schema's version; the first is 0.
    pub version: i64,
    /// What identifies an object.
    pub attributes: Vec<IdentityAttribute>,
}

/// One part of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// The name a user writes in an `import` block.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// Whether an import may do without it.
    pub for_import: ForImport,
    /// Plain text.
    pub description: String,
}

/// Whether an import by identity must give an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForImport {
    /// It must.
    Required,
    /// Left out, the provider knows it from elsewhere.
    Optional,
}

impl IdentityAttribute {
    /// Text that an import must give.
    #[must_use]
    pub fn string(name: &str, description: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            ty: Type::String,
            for_import: ForImport::Required,
            description: description.into(),
        }
    }

    /// An import may leave it out.
    #[must_use]
    pub fn optional_for_import(self) -> Self {
        Self { for_import: ForImport::Optional, ..self }
    }
}

impl IdentitySchema {
    /// The type of a whole identity.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter();
        Type::Object(sorted(attributes.map(|attribute| (attribute.name.clone(), attribute.ty.clone()))))
    }

    /// The identity that consists of the state's attributes of the same names.
    #[must_use]
    pub fn of_state(&self, state: &Value) -> Value {
        let part = |name: &str| state.get(name).cloned().unwrap_or(Value::Null);
        Value::map(self.attributes.iter().map(|attribute| (attribute.name.clone(), part(&attribute.name))))
    }

    /// Whether `identity` names an object: it is wholly known, and has all that
    /// an import must give.
    #[must_use]
    pub fn is_complete(&self, identity: &Value) -> bool {
        !identity.is_null() && identity.is_wholly_known() && self.missing(identity).is_empty()
    }

    /// What an import must give and `identity` does not have.
    #[must_use]
    pub fn missing(&self, identity: &Value) -> Vec<&str> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.for_import == ForImport::Required)
            .filter(|attribute| identity.get(&attribute.name).is_none_or(Value::is_null))
            .map(|attribute| attribute.name.as_str())
            .collect()
    }

    /// Every rule that Terraform would find broken, as a phrase.
    #[cfg(test)]
    pub fn faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.version < 0 {
            found.push("the identity's version is negative".to_owned());
        }
        if self.attributes.is_empty() {
            found.push("the identity has no attributes".to_owned());
        }
        let mut seen = std::collections::BTreeSet::new();
        for attribute in &self.attributes {
            if !seen.insert(&attribute.name) {
                found.push(format!("identity.{}: the name is used twice", attribute.name));
            }
            let element = if let Type::List(element) = &attribute.ty { element } else { &attribute.ty };
            if !matches!(element, Type::String | Type::Number | Type::Bool) {
                found.push(format!(
                    "identity.{}: an identity holds primitive values and lists of them",
                    attribute.name
                ));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::value::UNKNOWN;

    fn schema() -> IdentitySchema {
        IdentitySchema {
            version: 0,
            attributes: vec![
                IdentityAttribute::string("id", "Number."),
                IdentityAttribute::string("region", "Where.").optional_for_import(),
            ],
        }
    }

    #[test]
    fn an_identity_is_taken_from_the_attributes_of_the_same_names() {
        let state = Value::map([("id", Value::string("7")), ("label", Value::string("x"))]);
        let identity = schema().of_state(&state);
        assert_eq!(identity, Value::map([("id", Value::string("7")), ("region", Value::Null)]));
        assert!(schema().is_complete(&identity), "what an import may leave out may be null");
    }

    #[test]
    fn what_is_null_or_unknown_identifies_nothing() {
        for id in [Value::Null, UNKNOWN] {
            let identity = Value::map([("id", id), ("region", Value::string("nl"))]);
            assert!(!schema().is_complete(&identity), "{identity:?}");
        }
        assert!(!schema().is_complete(&Value::Null));
        assert_eq!(schema().missing(&Value::Null), ["id"]);
    }

    #[test]
    fn each_broken_rule_is_found() {
        assert_eq!(schema().faults(), Vec::<String>::new());
        let mut broken = schema();
        broken.version = -1;
        broken
            .attributes
            .push(IdentityAttribute { ty: Type::set(Type::String), ..IdentityAttribute::string("id", "") });
        assert_eq!(
            broken.faults(),
            [
                "the identity's version is negative",
                "identity.id: the name is used twice",
                "identity.id: an identity holds primitive values and lists of them",
            ]
        );
        let empty = IdentitySchema { version: 0, attributes: Vec::new() };
        assert_eq!(empty.faults(), ["the identity has no attributes"]);
    }
}
