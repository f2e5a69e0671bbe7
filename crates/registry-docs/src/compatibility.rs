//! What of a schema may not change while the major version stays: whatever
//! would make a configuration that worked fail, or read something else.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Block, Function, Identity, Kind, Parameter, Provider, Schema};

/// Everything that was there in `released` and would break in `current`, one
/// sentence each.
#[must_use]
pub fn breaking_changes(released: &Provider, current: &Provider) -> Vec<String> {
    let mut found = Vec::new();
    compare_blocks("provider", &released.provider.block, &current.provider.block, &mut found);
    for kind in Kind::ALL {
        compare_objects(kind, released.objects(kind), current.objects(kind), &mut found);
    }
    for (name, old) in &released.functions {
        match current.functions.get(name) {
            None => found.push(format!("the function {name} was removed")),
            Some(new) => compare_functions(name, old, new, &mut found),
        }
    }
    for (name, old) in &released.resource_identity_schemas {
        match current.resource_identity_schemas.get(name) {
            None => found.push(format!("the identity of {name} was removed")),
            Some(new) => compare_identities(name, old, new, &mut found),
        }
    }
    found
}

/// Whether a change from version `released` to `current` may break: their
/// major numbers differ.
#[must_use]
pub fn may_break(released: &str, current: &str) -> bool {
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    major(released) != major(current)
}

fn compare_objects(
    kind: Kind,
    released: &BTreeMap<String, Schema>,
    current: &BTreeMap<String, Schema>,
    found: &mut Vec<String>,
) {
    for (name, old) in released {
        let path = format!("{}{name}", kind.prefix());
        let Some(new) = current.get(name) else {
            found.push(format!("{path} was removed"));
            continue;
        };
        if new.version < old.version {
            found.push(format!(
                "{path}: the schema version went back from {} to {}",
                old.version, new.version
            ));
        }
        compare_blocks(&path, &old.block, &new.block, found);
    }
}

fn compare_blocks(path: &str, old: &Block, new: &Block, found: &mut Vec<String>) {
    compare_attributes(path, &old.attributes, &new.attributes, found);
    for (name, old) in &old.block_types {
        let path = format!("{path}.{name}");
        let Some(new) = new.block_types.get(name) else {
            found.push(format!("{path}: the block was removed"));
            continue;
        };
        if old.nesting_mode != new.nesting_mode {
            found.push(format!(
                "{path}: the nesting changed from {} to {}",
                old.nesting_mode, new.nesting_mode
            ));
        }
        if new.min_items > old.min_items {
            found.push(format!("{path}: at least {} are now required", new.min_items));
        }
        if new.max_items != 0 && (old.max_items == 0 || new.max_items < old.max_items) {
            found.push(format!("{path}: no more than {} are now allowed", new.max_items));
        }
        compare_blocks(&path, &old.block, &new.block, found);
    }
    for (name, new) in new.block_types.iter().filter(|(name, _)| !old.block_types.contains_key(*name)) {
        if new.min_items > 0 {
            found.push(format!("{path}.{name}: the new block is required"));
        }
    }
}

fn compare_attributes(
    path: &str,
    old: &BTreeMap<String, Attribute>,
    new: &BTreeMap<String, Attribute>,
    found: &mut Vec<String>,
) {
    for (name, old) in old {
        let path = format!("{path}.{name}");
        match new.get(name) {
            None => found.push(format!("{path} was removed")),
            Some(new) => compare_attribute(&path, old, new, found),
        }
    }
    for (name, new) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        if new.required {
            found.push(format!("{path}.{name} is new and required"));
        }
    }
}

fn compare_attribute(path: &str, old: &Attribute, new: &Attribute, found: &mut Vec<String>) {
    let settable = |attribute: &Attribute| attribute.required || attribute.optional;
    if new.required && !old.required {
        found.push(format!("{path} is now required"));
    }
    if settable(old) && !settable(new) {
        found.push(format!("{path} can no longer be set"));
    }
    if old.computed && !new.computed {
        found.push(format!("{path} is no longer computed"));
    }
    if new.write_only && !old.write_only {
        found.push(format!("{path} is now write-only"));
    }
    match (&old.nested_type, &new.nested_type) {
        (Some(old), Some(new)) => {
            if old.nesting_mode != new.nesting_mode {
                found.push(format!(
                    "{path}: the nesting changed from {} to {}",
                    old.nesting_mode, new.nesting_mode
                ));
            }
            compare_attributes(path, &old.attributes, &new.attributes, found);
        }
        (None, None) if old.ty == new.ty => {}
        _ => found.push(format!("{path}: the type changed")),
    }
}

fn compare_functions(name: &str, old: &Function, new: &Function, found: &mut Vec<String>) {
    let types = |parameters: &[Parameter]| parameters.iter().map(|of| of.ty.clone()).collect::<Vec<_>>();
    if types(&old.parameters) != types(&new.parameters) {
        found.push(format!("the function {name}: the parameters changed"));
    }
    let stricter = |(old, new): (&Parameter, &Parameter)| old.is_nullable && !new.is_nullable;
    if old.parameters.iter().zip(&new.parameters).any(stricter) {
        found.push(format!("the function {name}: a parameter no longer takes null"));
    }
    let variadic = |of: &Function| of.variadic_parameter.as_ref().map(|of| of.ty.clone());
    if variadic(old).is_some() && variadic(old) != variadic(new) {
        found.push(format!("the function {name}: the variadic parameter changed"));
    }
    if old.return_type != new.return_type {
        found.push(format!("the function {name}: the result's type changed"));
    }
}

fn compare_identities(name: &str, old: &Identity, new: &Identity, found: &mut Vec<String>) {
    if new.version < old.version {
        found.push(format!("the identity of {name}: the version went back"));
    }
    for (part, old) in &old.attributes {
        match new.attributes.get(part) {
            None => found.push(format!("the identity of {name}: {part} was removed")),
            Some(new) if new.ty != old.ty => {
                found.push(format!("the identity of {name}: the type of {part} changed"));
            }
            Some(new) if new.required_for_import && !old.required_for_import => {
                found.push(format!("the identity of {name}: {part} is now required"));
            }
            Some(_) => {}
        }
    }
    for (part, new) in new.attributes.iter().filter(|(part, _)| !old.attributes.contains_key(*part)) {
        if new.required_for_import {
            found.push(format!("the identity of {name}: {part} is new and required"));
        }
    }
}
