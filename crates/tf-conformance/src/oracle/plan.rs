//! What a plan may say about a configuration (Core:
//! `internal/plans/objchange/plan_valid.go`).

use std::collections::BTreeMap;

use super::Violation;
use super::values::{elements, shown};
use crate::proto::tfplugin6::AttributePath;
use crate::proto::tfplugin6::attribute_path::step::Selector;
use crate::schema::{Attribute, Block, Kind, Nesting};
use crate::value::Value;

/// Judges a plan that creates or updates. `prior` is null for a create.
pub fn planned(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    in_block(block, prior, config, planned, "", &mut violations);
    violations
}

/// Judges a plan that destroys.
pub fn planned_destroy(planned: &Value) -> Vec<Violation> {
    if planned.is_null() {
        Vec::new()
    } else {
        vec![Violation::new("", "planned for existence, but is to be destroyed")]
    }
}

fn in_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    match (planned, config) {
        (Value::Null, Value::Null) => return,
        (Value::Null, _) => {
            return violations.push(Violation::new(path, "planned for absence but config wants existence"));
        }
        (_, Value::Null) => {
            return violations.push(Violation::new(path, "planned for existence but config wants absence"));
        }
        (Value::Unknown, Value::Unknown) => return,
        (Value::Unknown, _) => {
            return violations.push(Violation::new(path, "the object itself must not be unknown"));
        }
        _ => {}
    }
    attributes(&block.attributes, prior, config, planned, path, violations);
    for (name, nested) in &block.blocks {
        let path = format!("{path}.{name}");
        let (prior, config, planned) = (prior.get(name), config.get(name), planned.get(name));
        if *config == Value::Unknown {
            if *planned != Value::Unknown {
                violations.push(Violation::new(path, "planned a value for an unknown dynamic block"));
            }
            continue;
        }
        match nested.nesting {
            Nesting::Single | Nesting::Group => {
                in_block(&nested.block, prior, config, planned, &path, violations);
            }
            Nesting::Set => {
                collection_of_blocks(config, planned, &path, violations);
            }
            Nesting::List | Nesting::Map => {
                if !collection_of_blocks(config, planned, &path, violations) {
                    continue;
                }
                for (step, config, planned) in pairs(config, planned, &path, violations) {
                    if *planned == Value::Unknown {
                        let message = "an element for a nested block must not be unknown itself";
                        violations.push(Violation::new(step, message));
                        continue;
                    }
                    let prior = element_at(prior, &step);
                    in_block(&nested.block, prior, config, planned, &step, violations);
                }
            }
        }
    }
}

/// What holds for blocks of every nesting; whether looking into them makes
/// sense.
fn collection_of_blocks(
    config: &Value,
    planned: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) -> bool {
    let message = match planned {
        Value::Null => "blocks that are not there must be an empty collection, not null".to_owned(),
        Value::Unknown => "planned unknown for a configured block".to_owned(),
        _ => {
            let (in_plan, in_config) = (elements(planned).len(), elements(config).len());
            if in_plan == in_config {
                return true;
            }
            format!("block count in plan ({in_plan}) disagrees with count in config ({in_config})")
        }
    };
    violations.push(Violation::new(path, message));
    false
}

fn attributes(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    for (name, attribute) in attributes {
        let path = format!("{path}.{name}");
        in_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &path, violations);
    }
}

fn in_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    if attribute.write_only {
        if !planned.is_null() {
            violations.push(Violation::new(path, "planned value for write-only attribute is not null"));
        }
        return;
    }
    let kept = planned == prior && !prior.is_null() && !config.is_null();
    if planned == config || kept {
        return;
    }
    if attribute.computed && (config.is_null() || !attribute.configurable()) {
        return;
    }
    if config.is_null() {
        let value = shown(attribute, planned);
        violations.push(Violation::new(path, format!("planned value {value} for a non-computed attribute")));
        return;
    }
    let Kind::Nested(nesting, nested) = &attribute.kind else {
        let (planned, config) = (shown(attribute, planned), shown(attribute, config));
        let message = format!("planned value {planned} does not match config value {config}");
        violations.push(Violation::new(path, message));
        return;
    };
    match planned {
        Value::Unknown => violations.push(Violation::new(path, "planned unknown for configured value")),
        Value::Null => {
            violations.push(Violation::new(path, "planned for absence but config wants existence"));
        }
        // A computed and unknown configuration may become anything.
        _ if *config == Value::Unknown => {
            violations.push(Violation::new(path, "planned a value for an unknown configuration"));
        }
        _ => match nesting {
            Nesting::Single | Nesting::Group => {
                attributes(nested, prior, config, planned, path, violations);
            }
            Nesting::Set => {
                let (in_plan, in_config) = (elements(planned).len(), elements(config).len());
                if in_plan != in_config {
                    let message =
                        format!("count in plan ({in_plan}) disagrees with count in config ({in_config})");
                    violations.push(Violation::new(path, message));
                }
            }
            Nesting::List | Nesting::Map => {
                for (step, config, planned) in pairs(config, planned, path, violations) {
                    let prior = element_at(prior, &step);
                    attributes(nested, prior, config, planned, &step, violations);
                }
            }
        },
    }
}

/// The elements of two lists or two maps, side by side, each with its path.
/// What is on one side only is a violation.
fn pairs<'a>(
    config: &'a Value,
    planned: &'a Value,
    path: &str,
    violations: &mut Vec<Violation>,
) -> Vec<(String, &'a Value, &'a Value)> {
    match (config, planned) {
        (Value::Map(config), Value::Map(planned)) => {
            for key in planned.keys().filter(|key| !config.contains_key(*key)) {
                violations.push(Violation::new(
                    path,
                    format!("map key {key:?} from plan is not present in config"),
                ));
            }
            for key in config.keys().filter(|key| !planned.contains_key(*key)) {
                violations.push(Violation::new(
                    path,
                    format!("map key {key:?} from config is not present in plan"),
                ));
            }
            let both = config.iter().filter_map(|(key, config)| {
                planned.get(key).map(|planned| (format!("{path}[{key:?}]"), config, planned))
            });
            both.collect()
        }
        _ => {
            let (config, planned) = (elements(config), elements(planned));
            if config.len() != planned.len() {
                let (in_plan, in_config) = (planned.len(), config.len());
                let message =
                    format!("count in plan ({in_plan}) disagrees with count in config ({in_config})");
                violations.push(Violation::new(path, message));
            }
            let both = config.into_iter().zip(planned).enumerate();
            both.map(|(index, (config, planned))| (format!("{path}[{index}]"), config, planned)).collect()
        }
    }
}

/// The element of `prior` that the last step of `path` names.
fn element_at<'a>(prior: &'a Value, path: &str) -> &'a Value {
    let key = path.rsplit_once('[').map_or("", |(_, key)| key.trim_end_matches(']'));
    match prior {
        Value::Map(_) => prior.get(key.trim_matches('"')),
        _ => key
            .parse::<usize>()
            .ok()
            .and_then(|index| elements(prior).get(index).copied())
            .unwrap_or(&Value::Null),
    }
}

/// Judges the paths whose change asks for a replacement: each must lead
/// somewhere in the prior or in the planned value.
pub fn replacements(prior: &Value, planned: &Value, paths: &[AttributePath]) -> Vec<Violation> {
    let lost = |path: &&AttributePath| !leads_somewhere(prior, path) && !leads_somewhere(planned, path);
    let violation = |path: &AttributePath| {
        let path = super::diagnostics::path_text(path);
        Violation::new(
            path,
            "requires_replace names a path that is in neither the prior nor the planned value",
        )
    };
    paths.iter().filter(lost).map(violation).collect()
}

fn leads_somewhere(value: &Value, path: &AttributePath) -> bool {
    let mut value = value;
    for step in &path.steps {
        let next = match (&step.selector, value) {
            (Some(Selector::AttributeName(name) | Selector::ElementKeyString(name)), Value::Map(entries)) => {
                entries.get(name)
            }
            (Some(Selector::ElementKeyInt(index)), Value::List(elements)) => {
                usize::try_from(*index).ok().and_then(|index| elements.get(index))
            }
            // What is unknown may have any content.
            (Some(_), Value::Unknown) => return true,
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return false,
        }
    }
    true
}
