//! Plans that contradict their configuration.

use super::nested::{nested, wrap, written};
use super::*;

/// Plans in which the hook contradicts the configuration.
#[test]
fn a_plan_that_contradicts_the_configuration_is_a_bug_that_names_the_attribute() {
    let schema = thing_schema();
    let config = thing([("name", text("Ann")), ("size", int(5)), ("secret", text("hunter2"))]);
    let prior = stored();
    let proposed = propose(&schema, &prior, &config);
    let change = change(&schema, &config, &prior, &proposed);
    let cases = [
        ("name", text("Bob"), true),
        ("name", text("Ann"), false),
        ("name", UNKNOWN, true),
        ("name", NULL, true),
        ("kind", text("b"), true),
        ("kind", UNKNOWN, true),
        ("size", int(6), true),
        // The prior value, which the configuration may not replace for now.
        ("size", int(1), false),
        ("etag", text("anything"), false),
        ("etag", NULL, false),
        // Removed before it is looked at.
        ("secret", text("hunter2"), false),
    ];
    for (name, value, is_bug) in cases {
        let mut hooked = draft(&change);
        if let Value::Map(entries) = &mut hooked {
            entries.insert(name.to_owned(), value.clone());
        }
        let plan = finish(&change, hooked);
        let found: Vec<_> = plan.diagnostics.iter().map(|d| d.path.clone()).collect();
        assert_eq!(found, if is_bug { vec![Some(Path::root(name))] } else { vec![] }, "{name} = {value:?}");
        for diagnostic in plan.diagnostics.iter() {
            assert!(diagnostic.detail.contains("bug in the provider"), "{diagnostic:?}");
            assert!(!format!("{diagnostic:?}").contains("hunter2"), "{diagnostic:?}");
        }
        assert_eq!(plan.state.get("secret"), Some(&NULL));
    }
}

#[test]
fn a_plan_of_another_shape_than_the_configuration_is_a_bug() {
    let one = written("a");
    let plans = [
        (Nesting::Single, object([("host", NULL)])),
        (Nesting::Single, object([("host", UNKNOWN)])),
        (Nesting::List, wrap(Nesting::List, vec![one.clone(), one.clone()])),
        (Nesting::List, wrap(Nesting::List, vec![UNKNOWN])),
        (Nesting::List, wrap(Nesting::List, vec![NULL])),
        (Nesting::List, wrap(Nesting::List, vec![written("b")])),
        (Nesting::Map, wrap(Nesting::Map, vec![written("b")])),
        (Nesting::Set, wrap(Nesting::Set, vec![one.clone(), written("b")])),
    ];
    for (nesting, hooked) in plans {
        let (schema, config) = (nested(nesting), wrap(nesting, vec![one.clone()]));
        let plan = finish(&change(&schema, &config, &NULL, &config), hooked.clone());
        assert!(plan.diagnostics.has_errors(), "{nesting:?} {hooked:?}");
    }
}

#[test]
fn blocks_are_held_against_the_configuration_too() {
    let block = Block {
        name: "many".into(),
        nesting: Nesting::List,
        description: String::new(),
        attributes: vec![Attribute::string("name")],
        blocks: vec![],
    };
    let schema = Schema { blocks: vec![block], ..Schema::default() };
    let many = |items: Vec<Value>| object([("many", Value::List(items))]);
    let element = || object([("name", text("a"))]);
    let bugs = |config: &Value, hooked: Value| {
        finish(&change(&schema, config, &NULL, config), hooked).diagnostics.has_errors()
    };
    assert!(!bugs(&many(vec![element()]), many(vec![element()])));
    assert!(bugs(&many(vec![element()]), many(vec![])));
    assert!(bugs(&many(vec![]), object([("many", NULL)])));
    assert!(bugs(&object([("many", UNKNOWN)]), many(vec![element()])));
    assert!(!bugs(&object([("many", UNKNOWN)]), object([("many", UNKNOWN)])));
}

#[test]
fn a_plan_without_the_object_is_a_bug() {
    let (schema, config) = (thing_schema(), thing([("name", text("Ann"))]));
    let plan = finish(&change(&schema, &config, &NULL, &config), NULL);
    assert!(plan.diagnostics.has_errors());
}
