//! What must hold for every configuration: the plan is one Terraform accepts,
//! and once it is applied, there is nothing left to plan.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::framework::schema::Kind;

/// Every mode, nesting and modifier.
fn rich_schema() -> Schema {
    let leaves = || {
        vec![
            Attribute::string("required").required().same_meaning(ignoring_case),
            Attribute::string("optional"),
            Attribute::string("decided").optional_computed(),
            Attribute::string("kept").optional_computed().keep_state(),
            Attribute::string("default").default_value(Value::string("x")),
            Attribute::string("computed").computed(),
            Attribute::string("computed_kept").computed().keep_state(),
            Attribute::string("replacing").requires_replace(),
        ]
    };
    let nested = |name: &str, nesting| Attribute::nested(name, nesting, leaves());
    let mut attributes = leaves();
    attributes.extend([
        Attribute::string("secret").write_only(),
        nested("one", Nesting::Single),
        nested("list", Nesting::List),
        nested("map", Nesting::Map),
        nested("set", Nesting::Set),
        nested("computed_one", Nesting::Single).computed(),
        Attribute::of("ips", Type::set(Type::String)),
    ]);
    let block = |name: &str, nesting| Block {
        name: name.into(),
        nesting,
        description: String::new(),
        attributes: leaves(),
        blocks: vec![],
    };
    Schema {
        attributes,
        blocks: vec![block("single", Nesting::Single), block("many", Nesting::List)],
        ..Schema::default()
    }
}

/// A leaf as a user may write it. `unknown` as long as the plan is young.
fn leaf(unknown: bool) -> BoxedStrategy<Value> {
    let known = prop_oneof![Just(Value::string("a")), Just(Value::string("A")), Just(Value::string("b"))];
    if unknown { prop_oneof![4 => known, 1 => Just(UNKNOWN)].boxed() } else { known.boxed() }
}

fn attribute(attribute: &Attribute, unknown: bool) -> BoxedStrategy<Value> {
    let value = match &attribute.kind {
        _ if attribute.mode == crate::framework::schema::Mode::Computed => return Just(NULL).boxed(),
        Kind::Value(Type::Set(_)) => {
            proptest::collection::vec(leaf(unknown), 0..3).prop_map(Value::set).boxed()
        }
        Kind::Value(_) => leaf(unknown),
        Kind::Nested(nesting, attributes) => elements(*nesting, attributes, unknown),
    };
    match attribute.mode {
        crate::framework::schema::Mode::Required => value,
        _ => prop_oneof![1 => Just(NULL), 2 => value].boxed(),
    }
}

fn elements(nesting: Nesting, attributes: &[Attribute], unknown: bool) -> BoxedStrategy<Value> {
    let element = object_of(attributes, unknown);
    match nesting {
        Nesting::Single => element.boxed(),
        Nesting::List => proptest::collection::vec(element, 0..3).prop_map(Value::List).boxed(),
        // Two elements that differ only in what a default makes equal are one
        // to Terraform: at most one element, or of different names.
        Nesting::Set => element.prop_map(|element| Value::Set(vec![element])).boxed(),
        Nesting::Map => proptest::collection::btree_map("[kl]", element, 0..2).prop_map(Value::Map).boxed(),
    }
}

fn object_of(attributes: &[Attribute], unknown: bool) -> impl Strategy<Value = Value> + use<> {
    let parts: Vec<_> = attributes
        .iter()
        .map(|a| {
            let name = a.name.clone();
            attribute(a, unknown).prop_map(move |value| (name.clone(), value))
        })
        .collect();
    parts.prop_map(|parts| Value::Map(parts.into_iter().collect()))
}

fn config(unknown: bool) -> impl Strategy<Value = Value> {
    let schema = rich_schema();
    let block =
        |name: &str| schema.blocks.iter().find(|block| block.name == name).unwrap().attributes.clone();
    let single = prop_oneof![Just(NULL), elements(Nesting::Single, &block("single"), unknown)];
    let many = elements(Nesting::List, &block("many"), unknown);
    (object_of(&schema.attributes, unknown), single, many).prop_map(|(object, single, many)| {
        let Value::Map(mut object) = object else { return object };
        object.insert("single".into(), single);
        object.insert("many".into(), many);
        Value::Map(object)
    })
}

/// What Terraform proposes, as its source computes it, nested objects included.
fn proposed(fields: Fields<'_>, prior: &Value, config: &Value) -> Value {
    let Value::Map(_) = config else { return config.clone() };
    let mut result = BTreeMap::new();
    for attribute in fields.attributes {
        let (prior, config) = (walk::part(prior, &attribute.name), walk::part(config, &attribute.name));
        let value = match (&attribute.kind, config) {
            (_, Value::Null) if attribute.is_computed() => prior.clone(),
            (Kind::Nested(nesting, attributes), config) => {
                proposed_elements(*nesting, Fields::nested(attributes), prior, config)
            }
            (Kind::Value(_), config) => config.clone(),
        };
        result.insert(attribute.name.clone(), value);
    }
    for block in fields.blocks {
        let (prior, config) = (walk::part(prior, &block.name), walk::part(config, &block.name));
        result.insert(
            block.name.clone(),
            proposed_elements(block.nesting, Fields::block(block), prior, config),
        );
    }
    Value::Map(result)
}

fn proposed_elements(nesting: Nesting, fields: Fields<'_>, prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (Nesting::Single, config) => proposed(fields, prior, config),
        (Nesting::List, Value::List(items)) => Value::List(
            items.iter().enumerate().map(|(i, item)| proposed(fields, walk::item(prior, i), item)).collect(),
        ),
        (Nesting::Map, Value::Map(items)) => Value::Map(
            items.iter().map(|(k, item)| (k.clone(), proposed(fields, walk::part(prior, k), item))).collect(),
        ),
        (Nesting::Set, Value::Set(items)) => Value::set(items.iter().map(|item| {
            // The prior element that differs in computed attributes alone.
            let candidates = walk::elements(prior);
            let found =
                candidates.into_iter().find(|candidate| proposed(fields, candidate, item) == **candidate);
            found.cloned().unwrap_or_else(|| item.clone())
        })),
        (_, other) => other.clone(),
    }
}

/// What an apply makes of a plan: everything open is decided.
fn applied(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::string("decided"),
        Value::List(items) => Value::List(items.into_iter().map(applied).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(applied)),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(k, v)| (k, applied(v))).collect()),
        other => other,
    }
}

/// The whole object of a computed nested attribute is decided as null.
fn stored(planned: Value) -> Value {
    let Value::Map(mut entries) = planned else { return planned };
    if let Some(nested) = entries.get_mut("computed_one").filter(|nested| nested.is_unknown()) {
        *nested = NULL;
    }
    applied(Value::Map(entries))
}

fn planned(schema: &Schema, prior: &Value, config: &Value) -> Plan {
    let proposed = proposed(Fields::of(schema), prior, config);
    let change = change(schema, config, prior, &proposed);
    finish(&change, draft(&change))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_without_a_hook_is_always_one_terraform_accepts(first in config(false), second in config(true)) {
        let schema = rich_schema();
        let create = planned(&schema, &NULL, &first);
        prop_assert!(create.diagnostics.is_empty(), "{:?}", create.diagnostics);
        let update = planned(&schema, &stored(create.state), &second);
        prop_assert!(update.diagnostics.is_empty(), "{:?}", update.diagnostics);
        prop_assert_eq!(update.state.get("secret"), Some(&NULL));
    }

    #[test]
    fn after_an_apply_nothing_is_left_to_plan(first in config(false), second in config(false)) {
        let schema = rich_schema();
        let mut state = NULL;
        for config in [first, second] {
            state = stored(planned(&schema, &state, &config).state);
            let next = planned(&schema, &state, &config);
            prop_assert_eq!(&next.state, &state);
            prop_assert!(next.requires_replace.is_empty());
        }
    }

    /// A plan made with unknown values is kept by the plan made once they are
    /// known: whatever the first one knew, the second one plans too.
    #[test]
    fn what_a_plan_knows_stays_true_when_the_unknown_becomes_known(first in config(false), second in config(true)) {
        let schema = rich_schema();
        let state = stored(planned(&schema, &NULL, &first).state);
        let early = planned(&schema, &state, &second).state;
        let late = planned(&schema, &state, &applied(second)).state;
        prop_assert!(agrees(&early, &late), "{early:?}\n{late:?}");
    }
}

fn agrees(early: &Value, late: &Value) -> bool {
    match (early, late) {
        (Value::Unknown(_), _) => true,
        (Value::Map(early), Value::Map(late)) => {
            early.len() == late.len()
                && early.iter().all(|(k, v)| late.get(k).is_some_and(|late| agrees(v, late)))
        }
        (Value::List(early), Value::List(late)) => {
            early.len() == late.len() && early.iter().zip(late).all(|(a, b)| agrees(a, b))
        }
        // Sets hold at most one object here, or plain text.
        (Value::Set(early), Value::Set(late)) => {
            late.len() <= early.len() && early.iter().all(|a| late.iter().any(|b| agrees(a, b)))
        }
        (early, late) => early == late,
    }
}
