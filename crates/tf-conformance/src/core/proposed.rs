//! How Core merges a prior state and a configuration into what it proposes
//! (Core: `internal/plans/objchange/objchange.go`).

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Attribute, Block, Kind, Nesting};
use crate::value::Value;

/// The proposed new state. `prior` is null for a create; a null `config`
/// destroys.
pub fn proposed_new_state(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || *config == Value::Unknown {
        return config.clone();
    }
    let attributes = block.attributes.iter().map(|(name, attribute)| {
        (name.clone(), proposed_attribute(attribute, prior.get(name), config.get(name)))
    });
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let merge = |prior: &Value, config: &Value| proposed_new_state(&nested.block, prior, config);
        let fits = |prior: &Value, config: &Value| came_from_block(&nested.block, prior, config);
        (name.clone(), nested_objects(nested.nesting, prior.get(name), config.get(name), &merge, &fits))
    });
    Value::Map(attributes.chain(blocks).collect())
}

fn proposed_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    let Kind::Nested(nesting, attributes) = &attribute.kind else {
        return if attribute.computed && config.is_null() { prior.clone() } else { config.clone() };
    };
    if config.is_null() {
        // A prior value that a configuration must have set does not outlive
        // that configuration.
        let set_by_user = attribute.optional
            && nesting.objects(prior).iter().any(|object| has_configured_parts(attributes, object));
        return if attribute.computed && !set_by_user { prior.clone() } else { Value::Null };
    }
    let merge = |prior: &Value, config: &Value| proposed_object(attributes, prior, config);
    let fits = |prior: &Value, config: &Value| came_from_object(attributes, prior, config);
    nested_objects(*nesting, prior, config, &merge, &fits)
}

fn proposed_object(attributes: &BTreeMap<String, Attribute>, prior: &Value, config: &Value) -> Value {
    if config.is_null() || *config == Value::Unknown {
        return config.clone();
    }
    let merged = attributes.iter().map(|(name, attribute)| {
        (name.clone(), proposed_attribute(attribute, prior.get(name), config.get(name)))
    });
    Value::Map(merged.collect())
}

fn has_configured_parts(attributes: &BTreeMap<String, Attribute>, object: &Value) -> bool {
    attributes.iter().any(|(name, attribute)| !attribute.computed && !object.get(name).is_null())
}

/// Lists by index, maps by key, sets by what could have come from where.
fn nested_objects(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    merge: &dyn Fn(&Value, &Value) -> Value,
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    match (nesting, config) {
        (_, Value::Unknown) => Value::Unknown,
        (Nesting::Single | Nesting::Group, config) => merge(prior, config),
        (_, Value::List(elements)) => {
            let prior = prior.elements();
            let merged = elements.iter().enumerate();
            let merged = merged
                .map(|(index, config)| merge(prior.get(index).copied().unwrap_or(&Value::Null), config));
            Value::List(merged.collect())
        }
        (_, Value::Map(entries)) => {
            let merged = entries.iter().map(|(key, config)| (key.clone(), merge(prior.get(key), config)));
            Value::Map(merged.collect())
        }
        (_, Value::Set(elements)) => {
            let mut left = prior.elements();
            let mut merged = BTreeSet::new();
            for config in elements {
                let found = left.iter().position(|prior| fits(prior, config));
                let prior = found.map_or(&Value::Null, |index| left.swap_remove(index));
                merged.insert(merge(prior, config));
            }
            Value::Set(merged)
        }
        (_, other) => other.clone(),
    }
}

fn came_from_block(block: &Block, prior: &Value, config: &Value) -> bool {
    let nested = |(name, _): (&String, _)| prior.get(name) == config.get(name);
    came_from_object(&block.attributes, prior, config) && block.blocks.iter().all(nested)
}

/// Whether every difference is a computed attribute that the configuration
/// leaves out.
fn came_from_object(attributes: &BTreeMap<String, Attribute>, prior: &Value, config: &Value) -> bool {
    attributes.iter().all(|(name, attribute)| {
        let (prior, config) = (prior.get(name), config.get(name));
        prior == config || (attribute.computed && config.is_null())
    })
}
