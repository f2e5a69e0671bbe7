//! What a provider's schema may not contain (Core:
//! `internal/configs/configschema/internal_validate.go` and
//! `internal/schemarepo/loadschemas/plugins.go`).

use std::collections::BTreeSet;

use super::Violation;
use crate::proto::tfplugin6 as pb;
use crate::value::{Type, parse_type};
use pb::schema::nested_block::NestingMode;

/// Judges the answers to `GetProviderSchema` and `GetResourceIdentitySchemas`.
pub fn schemas(
    response: &pb::get_provider_schema::Response,
    identities: &pb::get_resource_identity_schemas::Response,
) -> Vec<Violation> {
    let mut found = Findings::default();
    match &response.provider {
        None => found.add("provider", "missing provider schema"),
        Some(schema) => found.schema("provider", schema),
    }
    let kinds = [
        ("resource", &response.resource_schemas),
        ("data", &response.data_source_schemas),
        ("ephemeral", &response.ephemeral_resource_schemas),
        ("list", &response.list_resource_schemas),
    ];
    for (kind, schemas) in kinds {
        for (name, schema) in schemas {
            found.schema(&format!("{kind}.{name}"), schema);
        }
    }
    for (name, action) in &response.action_schemas {
        match &action.schema {
            None => found.add(&format!("action.{name}"), "has no schema, which crashes Core"),
            Some(schema) => found.schema(&format!("action.{name}"), schema),
        }
    }
    for (name, function) in &response.functions {
        found.function(&format!("function.{name}"), name, function);
    }
    for (name, schema) in &identities.identity_schemas {
        let path = format!("identity.{name}");
        if !response.resource_schemas.contains_key(name) {
            found.add(&path, "is for a resource that does not exist");
        }
        found.identity(&path, schema);
    }
    for name in response.list_resource_schemas.keys() {
        let path = format!("list.{name}");
        if !response.resource_schemas.contains_key(name) {
            found.add(&path, "has no managed resource of the same name");
        } else if !identities.identity_schemas.contains_key(name) {
            found.add(&path, "is for a resource without an identity schema");
        }
    }
    found.0
}

#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push(Violation::new(path, message));
    }

    fn schema(&mut self, path: &str, schema: &pb::Schema) {
        if schema.version < 0 {
            self.add(path, "has a negative version");
        }
        match &schema.block {
            None => self.add(path, "has no block, which crashes Core"),
            Some(block) => self.block(path, block, false),
        }
    }

    fn block(&mut self, path: &str, block: &pb::schema::Block, in_set: bool) {
        let mut names = BTreeSet::new();
        for attribute in &block.attributes {
            if !names.insert(attribute.name.as_str()) {
                self.add(path, format!("the name {:?} is there twice", attribute.name));
            }
            self.attribute(&format!("{path}.{}", attribute.name), attribute, in_set);
        }
        for nested in &block.block_types {
            let path = format!("{path}.{}", nested.type_name);
            if !names.insert(nested.type_name.as_str()) {
                self.add(&path, "the name is there twice");
            }
            let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if nested.type_name.is_empty() || !nested.type_name.chars().all(lower) {
                self.add(&path, "a block type name is lower case letters, digits and underscores");
            }
            self.item_limits(&path, nested);
            match &nested.block {
                None => self.add(&path, "has no block, which crashes Core"),
                Some(block) => self.block(&path, block, in_set || nested.nesting() == NestingMode::Set),
            }
        }
        if !block.deprecated && !block.deprecation_message.is_empty() {
            self.add(path, "has a deprecation message, but is not deprecated");
        }
    }

    fn item_limits(&mut self, path: &str, nested: &pb::schema::NestedBlock) {
        let (min, max) = (nested.min_items, nested.max_items);
        let wrong = match nested.nesting() {
            NestingMode::Invalid => Some("has no nesting mode"),
            _ if min < 0 || max < 0 => Some("has a negative number of items"),
            NestingMode::Single if min != max || min > 1 => {
                Some("a single block has min_items = max_items, 0 or 1")
            }
            NestingMode::Group | NestingMode::Map if min != 0 || max != 0 => {
                Some("a group or a map has no min_items and no max_items")
            }
            NestingMode::List | NestingMode::Set if max != 0 && min > max => {
                Some("min_items is greater than max_items")
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            self.add(path, wrong);
        }
    }

    fn attribute(&mut self, path: &str, attribute: &pb::schema::Attribute, in_set: bool) {
        let (required, optional, computed) = (attribute.required, attribute.optional, attribute.computed);
        if !required && !optional && !computed {
            self.add(path, "must set required, optional or computed");
        }
        if required && optional {
            self.add(path, "cannot be both required and optional");
        }
        if required && computed {
            self.add(path, "cannot be both required and computed");
        }
        if attribute.write_only && computed {
            self.add(path, "cannot be both write-only and computed");
        }
        if attribute.write_only && in_set {
            self.add(path, "a set must not contain write-only attributes");
        }
        if !attribute.deprecated && !attribute.deprecation_message.is_empty() {
            self.add(path, "has a deprecation message, but is not deprecated");
        }
        match &attribute.nested_type {
            None => match parse_type(&attribute.r#type) {
                Err(error) => self.add(path, format!("{error}; Core panics here")),
                Ok(ty) => {
                    if in_set && has_dynamic(&ty) {
                        self.add(path, "a set must not contain dynamic attributes");
                    }
                    if dynamic_in_collection(&ty) {
                        self.add(path, "a collection must not contain dynamic values");
                    }
                }
            },
            Some(_) if !attribute.r#type.is_empty() => self.add(path, "has both a type and a nested type"),
            Some(object) => {
                if object.nesting() == pb::schema::object::NestingMode::Invalid {
                    self.add(path, "has no nesting mode");
                }
                let in_set = in_set || object.nesting() == pb::schema::object::NestingMode::Set;
                for nested in &object.attributes {
                    self.attribute(&format!("{path}.{}", nested.name), nested, in_set);
                }
            }
        }
    }

    fn function(&mut self, path: &str, name: &str, function: &pb::Function) {
        if !is_identifier(name) {
            self.add(path, "the name is no identifier");
        }
        match &function.r#return {
            None => self.add(path, "has no return, which crashes Core"),
            Some(result) => self.ty(&format!("{path}.return"), &result.r#type),
        }
        let mut names = BTreeSet::new();
        for parameter in function.parameters.iter().chain(&function.variadic_parameter) {
            let path = format!("{path}.{}", parameter.name);
            if !is_identifier(&parameter.name) {
                self.add(&path, "the name is no identifier");
            }
            if !names.insert(&parameter.name) {
                self.add(&path, "the name is there twice");
            }
            self.ty(&path, &parameter.r#type);
        }
    }

    fn identity(&mut self, path: &str, schema: &pb::ResourceIdentitySchema) {
        if schema.version < 0 {
            self.add(path, "has a negative version");
        }
        for attribute in &schema.identity_attributes {
            let path = format!("{path}.{}", attribute.name);
            if attribute.required_for_import == attribute.optional_for_import {
                self.add(&path, "must set exactly one of required_for_import and optional_for_import");
            }
            match parse_type(&attribute.r#type) {
                Err(error) => self.add(&path, format!("{error}; Core panics here")),
                Ok(Type::Map(_) | Type::Set(_) | Type::Object(_)) => {
                    self.add(&path, "an identity has no maps, sets or objects");
                }
                Ok(_) => {}
            }
        }
    }

    fn ty(&mut self, path: &str, bytes: &[u8]) {
        if let Err(error) = parse_type(bytes) {
            self.add(path, format!("{error}; Core panics here"));
        }
    }
}

/// As in HCL: letters, digits, underscores and hyphens, not beginning with a
/// digit or a hyphen.
fn is_identifier(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Object(types) => types.values().any(has_dynamic),
        Type::Tuple(types) => types.iter().any(has_dynamic),
        Type::Bool | Type::Number | Type::String => false,
    }
}

fn dynamic_in_collection(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Object(types) => types.values().any(dynamic_in_collection),
        Type::Tuple(types) => types.iter().any(dynamic_in_collection),
        _ => false,
    }
}
