//! The same rules inside nested attributes and blocks.

use super::*;

pub(super) fn nested(nesting: Nesting) -> Schema {
    schema(vec![Attribute::nested(
        "host",
        nesting,
        vec![
            Attribute::string("name").required().same_meaning(ignoring_case),
            Attribute::number("port").default_value(Value::Number(5060.into())),
            Attribute::string("id").computed().keep_state(),
            Attribute::string("seen").computed(),
        ],
    )])
}

pub(super) fn host(name: &str, port: Value, id: Value, seen: Value) -> Value {
    object([("name", text(name)), ("port", port), ("id", id), ("seen", seen)])
}

pub(super) fn written(name: &str) -> Value {
    host(name, NULL, NULL, NULL)
}

/// How objects stand in an attribute of each nesting.
pub(super) fn wrap(nesting: Nesting, items: Vec<Value>) -> Value {
    let value = match nesting {
        Nesting::Single => items.into_iter().next().unwrap_or(NULL),
        Nesting::List => Value::List(items),
        Nesting::Set => Value::Set(items),
        Nesting::Map => Value::map(items.into_iter().map(|item| {
            let key = item.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
            (key, item)
        })),
    };
    object([("host", value)])
}

pub(super) const NESTINGS: [Nesting; 4] = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map];

#[test]
fn defaults_and_unknowns_reach_into_every_nesting() {
    for nesting in NESTINGS {
        let config = wrap(nesting, vec![written("a")]);
        let plan = plan(&nested(nesting), &config, &NULL);
        assert_eq!(plan.state, wrap(nesting, vec![host("a", int(5060), UNKNOWN, UNKNOWN)]), "{nesting:?}");
    }
}

#[test]
fn a_nested_object_keeps_its_computed_state_and_a_new_one_has_none() {
    let old = || host("a", int(5060), text("1"), text("today"));
    let changed = host("a", int(1), NULL, NULL);
    for nesting in NESTINGS {
        let (config, prior) = (wrap(nesting, vec![changed.clone()]), wrap(nesting, vec![old()]));
        // Terraform carries computed values into the element it recognises; a
        // set element it cannot recognise once something configured changed.
        let carried = match nesting {
            Nesting::Set => changed.clone(),
            _ => host("a", int(1), text("1"), text("today")),
        };
        let proposed = wrap(nesting, vec![carried]);
        let id = if nesting == Nesting::Set { UNKNOWN } else { text("1") };
        let plan = plan_proposed(&nested(nesting), &config, &prior, &proposed);
        assert_eq!(plan.state, wrap(nesting, vec![host("a", int(1), id, UNKNOWN)]), "{nesting:?}");
    }
}

#[test]
fn in_a_set_only_the_new_element_is_new() {
    let old = host("a", int(5060), text("1"), text("today"));
    let config = wrap(Nesting::Set, vec![written("b"), written("a")]);
    let proposed = wrap(Nesting::Set, vec![old.clone(), written("b")]);
    let plan = plan_proposed(&nested(Nesting::Set), &config, &wrap(Nesting::Set, vec![old]), &proposed);
    let expected = vec![host("a", int(5060), text("1"), UNKNOWN), host("b", int(5060), UNKNOWN, UNKNOWN)];
    assert_eq!(plan.state, wrap(Nesting::Set, expected));
}

#[test]
fn an_unchanged_nested_object_plans_nothing() {
    for nesting in NESTINGS {
        let prior = wrap(nesting, vec![host("a", int(5060), text("1"), text("today"))]);
        let plan = plan_proposed(&nested(nesting), &wrap(nesting, vec![written("a")]), &prior, &prior);
        assert_eq!(plan.state, prior, "{nesting:?}");
    }
}

#[test]
fn another_spelling_inside_an_element_is_no_change() {
    for nesting in [Nesting::Single, Nesting::List, Nesting::Map] {
        let prior = wrap(nesting, vec![host("a", int(5060), text("1"), text("today"))]);
        let proposed = wrap(nesting, vec![host("A", NULL, text("1"), text("today"))]);
        let plan = plan_proposed(&nested(nesting), &wrap(nesting, vec![written("A")]), &prior, &proposed);
        assert_eq!(plan.state, prior, "{nesting:?}");
    }
}

#[test]
fn a_nested_object_that_is_unknown_stays_so() {
    for nesting in NESTINGS {
        let config = object([("host", UNKNOWN)]);
        assert_eq!(plan(&nested(nesting), &config, &NULL).state, config, "{nesting:?}");
    }
}

#[test]
fn blocks_get_defaults_and_unknowns_and_absent_ones_stay_absent() {
    let block = |name: &str, nesting| Block {
        name: name.into(),
        nesting,
        description: String::new(),
        attributes: vec![
            Attribute::number("port").default_value(Value::Number(1.into())),
            Attribute::string("id").computed(),
        ],
        blocks: vec![],
    };
    let schema = Schema {
        blocks: vec![
            block("one", Nesting::Single),
            block("absent", Nesting::Single),
            block("many", Nesting::List),
            block("none", Nesting::List),
            block("any", Nesting::Set),
            block("later", Nesting::Set),
        ],
        ..Schema::default()
    };
    let value = |port: Value, id: Value| {
        let element = || object([("port", port.clone()), ("id", id.clone())]);
        object([
            ("one", element()),
            ("absent", NULL),
            ("many", Value::List(vec![element()])),
            ("none", Value::List(vec![])),
            ("any", Value::Set(vec![element()])),
            ("later", UNKNOWN),
        ])
    };
    assert_eq!(plan(&schema, &value(NULL, NULL), &NULL).state, value(int(1), UNKNOWN));
}

#[test]
fn partly_unknown_collections_are_planned_as_written() {
    let schema = schema(vec![Attribute::of("ips", Type::set(Type::String))]);
    let config = object([("ips", Value::Set(vec![text("192.0.2.1"), UNKNOWN]))]);
    let prior = object([("ips", Value::Set(vec![text("192.0.2.1")]))]);
    assert_eq!(plan(&schema, &config, &prior).state, config);
}
