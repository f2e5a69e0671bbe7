//! Which differences need a new object.

use std::collections::BTreeSet;

use crate::protocol::value::Value;

use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Kind, Modifier, Nesting, Schema};
use crate::framework::walk::{self, Fields};

/// The attributes with [`Modifier::RequiresReplace`] in which a planned update
/// differs from the prior state; sorted, each once. None for a create. A
/// write-only attribute never differs: neither state holds it.
pub(super) fn paths(schema: &Schema, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut found = BTreeSet::new();
    if !prior.is_null() && !planned.is_null() {
        collect(Fields::of(schema), &Path::top(), prior, planned, &mut found);
    }
    found.into_iter().collect()
}

fn collect(fields: Fields<'_>, at: &Path, prior: &Value, planned: &Value, found: &mut BTreeSet<Path>) {
    for attribute in fields.attributes {
        let path = at.attribute(&attribute.name);
        let (prior, planned) = (walk::part(prior, &attribute.name), walk::part(planned, &attribute.name));
        if prior == planned {
            continue;
        }
        if attribute.modifiers.contains(&Modifier::RequiresReplace) {
            found.insert(path);
        } else if let Kind::Nested(nesting, attributes) = &attribute.kind {
            collect_elements(*nesting, Fields::nested(attributes), &path, prior, planned, found);
        }
    }
    for block in fields.blocks {
        let path = at.attribute(&block.name);
        let (prior, planned) = (walk::part(prior, &block.name), walk::part(planned, &block.name));
        collect_elements(block.nesting, Fields::block(block), &path, prior, planned, found);
    }
}

fn collect_elements(
    nesting: Nesting,
    fields: Fields<'_>,
    at: &Path,
    prior: &Value,
    planned: &Value,
    found: &mut BTreeSet<Path>,
) {
    match nesting {
        Nesting::Single => collect(fields, at, prior, planned, found),
        Nesting::List => {
            let length = walk::elements(prior).len().max(walk::elements(planned).len());
            for index in 0..length {
                let (prior, planned) = (walk::item(prior, index), walk::item(planned, index));
                collect(fields, &at.index(index), prior, planned, found);
            }
        }
        Nesting::Map => {
            let mut all = BTreeSet::new();
            all.extend(keys(prior).chain(keys(planned)));
            for key in all {
                collect(fields, &at.key(key), walk::part(prior, key), walk::part(planned, key), found);
            }
        }
        // Elements of a set cannot be named, so the whole set is. What counts
        // is only what the replacing attributes hold.
        Nesting::Set => {
            if deciding(fields, prior) != deciding(fields, planned) {
                found.insert(at.clone());
            }
        }
    }
}

fn keys(value: &Value) -> impl Iterator<Item = &String> {
    let entries = if let Value::Map(entries) = value { Some(entries) } else { None };
    entries.into_iter().flat_map(|entries| entries.keys())
}

/// The elements, reduced to the attributes that require replacement.
fn deciding(fields: Fields<'_>, set: &Value) -> Value {
    let decides = |attribute: &&Attribute| attribute.modifiers.contains(&Modifier::RequiresReplace);
    Value::Set(
        walk::elements(set)
            .into_iter()
            .map(|element| {
                Value::map(
                    fields
                        .attributes
                        .iter()
                        .filter(decides)
                        .map(|attribute| (&attribute.name, walk::part(element, &attribute.name).clone())),
                )
            })
            .filter(|element| *element != Value::map::<String>([]))
            .collect(),
    )
}
