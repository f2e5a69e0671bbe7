//! The vendor's OpenAPI document: the excerpt of it that the project keeps, and what a newer one changes for the operations that
//! are used.

mod changes;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

pub use changes::{Change, Weight, changes};

/// The operations that are used, one a line: `GET /v1/trunks`. The excerpt has these.
pub const OPERATIONS: &str = include_str!("../../openapi/operations.txt");

/// The excerpt that the project keeps, as JSON.
pub const EXCERPT: &str = include_str!("../../openapi/trunks.json");

/// Method (lower case) and path of each operation that is used.
pub fn operations() -> impl Iterator<Item = (String, &'static str)> {
    let lines = OPERATIONS.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(method, path)| (method.to_lowercase(), path))
}

/// Cuts out the operations that are used, and whatever they refer to. Nothing is changed but the order of names.
///
/// # Errors
/// Names the operations that the document does not have, or the references that lead nowhere.
pub fn excerpt(document: &Value) -> Result<Value, Vec<String>> {
    let mut missing = Vec::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (method, path) in operations() {
        match document.get("paths").and_then(|paths| paths.get(path)?.get(&method)) {
            Some(operation) => drop(paths.entry(path).or_default().insert(method, operation.clone())),
            None => missing.push(format!("{} {path}", method.to_uppercase())),
        }
    }
    let mut excerpt = Map::new();
    for name in ["openapi", "info", "servers", "security"] {
        excerpt.extend(document.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let paths = json!(paths);
    let mut referred = BTreeSet::new();
    let mut to_follow = vec![&paths];
    while let Some(part) = to_follow.pop() {
        for reference in references(part) {
            if referred.insert(reference) {
                match resolved(document, reference) {
                    Some(target) => to_follow.push(target),
                    None => missing.push(reference.to_owned()),
                }
            }
        }
    }
    let mut components = Map::new();
    for reference in referred {
        if let [_, _, group, name] = reference.split('/').collect::<Vec<_>>().as_slice()
            && let (Some(target), Some(into)) = (
                resolved(document, reference),
                components.entry(*group).or_insert_with(|| json!({})).as_object_mut(),
            )
        {
            into.insert((*name).to_owned(), target.clone());
        }
    }
    if let Some(schemes) = document.get("components").and_then(|components| components.get("securitySchemes"))
    {
        components.insert("securitySchemes".to_owned(), schemes.clone());
    }
    excerpt.insert("paths".to_owned(), paths);
    excerpt.insert("components".to_owned(), Value::Object(components));
    if missing.is_empty() { Ok(Value::Object(excerpt)) } else { Err(missing) }
}

/// Every `$ref` in a part of a document.
fn references(part: &Value) -> Vec<&str> {
    match part {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(reference) if name == "$ref" => vec![reference],
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// What a reference within a document leads to.
fn resolved<'d>(document: &'d Value, reference: &str) -> Option<&'d Value> {
    document.pointer(reference.strip_prefix('#')?)
}
