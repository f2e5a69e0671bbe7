//! Each rule of the plan, against small schemas. Hooks are functions here.

use super::*;
use crate::framework::fixtures::{ignoring_case, propose, thing, thing_schema};
use crate::framework::schema::{Attribute, Block, Nesting};
use crate::protocol::types::Type;

const NULL: Value = Value::Null;

fn text(text: &str) -> Value {
    Value::string(text)
}

fn int(number: i64) -> Value {
    Value::Number(number.into())
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::map(attributes)
}

fn schema(attributes: Vec<Attribute>) -> Schema {
    Schema { attributes, ..Schema::default() }
}

fn change<'a>(schema: &'a Schema, config: &'a Value, prior: &'a Value, proposed: &'a Value) -> Change<'a> {
    Change { type_name: "fake_thing", schema, config, prior, proposed }
}

/// The plan without a hook, from what Terraform would propose.
fn plan(schema: &Schema, config: &Value, prior: &Value) -> Plan {
    plan_proposed(schema, config, prior, &propose(schema, prior, config))
}

fn plan_proposed(schema: &Schema, config: &Value, prior: &Value, proposed: &Value) -> Plan {
    let change = change(schema, config, prior, proposed);
    let plan = finish(&change, draft(&change));
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    plan
}

fn paths(plan: &Plan) -> Vec<String> {
    plan.requires_replace.iter().map(ToString::to_string).collect()
}

/// The stored thing that most tests start from.
fn stored() -> Value {
    thing([
        ("id", text("7")),
        ("name", text("Ann")),
        ("kind", text("a")),
        ("size", int(1)),
        ("etag", text("e1")),
    ])
}

#[test]
fn a_create_leaves_to_the_apply_what_nobody_has_decided() {
    let plan = plan(&thing_schema(), &thing([("name", text("Ann"))]), &NULL);
    let expected = [("id", UNKNOWN), ("name", text("Ann")), ("size", int(1)), ("etag", UNKNOWN)];
    assert_eq!(plan.state, thing(expected));
    assert_eq!(paths(&plan), Vec::<String>::new());
}

#[test]
fn an_update_keeps_what_keeps_its_state_and_opens_the_rest() {
    let config = thing([("name", text("Bob")), ("kind", text("a"))]);
    let plan = plan(&thing_schema(), &config, &stored());
    let expected =
        [("id", text("7")), ("name", text("Bob")), ("kind", text("a")), ("size", int(1)), ("etag", UNKNOWN)];
    assert_eq!(plan.state, thing(expected));
    assert_eq!(paths(&plan), Vec::<String>::new());
}

/// The cases in which nothing changes. Each must plan exactly the prior state.
#[test]
fn nothing_new_plans_nothing() {
    let cases = [
        ("as it is", thing([("name", text("Ann")), ("kind", text("a")), ("size", int(1))])),
        ("size by default", thing([("name", text("Ann")), ("kind", text("a"))])),
        ("another spelling", thing([("name", text("ANN")), ("kind", text("a"))])),
        ("a write-only value", thing([("name", text("Ann")), ("kind", text("a")), ("secret", text("s"))])),
        (
            "an unknown write-only value",
            thing([("name", text("Ann")), ("kind", text("a")), ("secret", UNKNOWN)]),
        ),
    ];
    for (case, config) in cases {
        let plan = plan(&thing_schema(), &config, &stored());
        assert_eq!(plan.state, stored(), "{case}");
        assert_eq!(paths(&plan), Vec::<String>::new(), "{case}");
    }
}

#[test]
fn an_argument_that_is_left_out_returns_to_its_default() {
    let prior = thing([("id", text("7")), ("name", text("Ann")), ("size", int(5)), ("etag", text("e1"))]);
    let plan = plan(&thing_schema(), &thing([("name", text("Ann"))]), &prior);
    assert_eq!(plan.state.get("size"), Some(&int(1)));
    assert_eq!(plan.state.get("etag"), Some(&UNKNOWN));
}

#[test]
fn an_unknown_argument_stays_unknown_whatever_default_it_has() {
    let config = thing([("name", UNKNOWN), ("kind", text("a")), ("size", UNKNOWN)]);
    let plan = plan(&thing_schema(), &config, &stored());
    assert_eq!(plan.state.get("name"), Some(&UNKNOWN));
    assert_eq!(plan.state.get("size"), Some(&UNKNOWN));
    assert_eq!(plan.state.get("id"), Some(&text("7")));
}

#[test]
fn a_null_is_kept_too_when_the_object_exists() {
    let schema = schema(vec![
        Attribute::string("name").required(),
        Attribute::string("token").computed().keep_state(),
    ]);
    let prior = object([("name", text("a")), ("token", NULL)]);
    let plan = plan(&schema, &object([("name", text("b")), ("token", NULL)]), &prior);
    assert_eq!(plan.state, object([("name", text("b")), ("token", NULL)]));
}

#[test]
fn a_destroy_stays_null_whatever_the_prior_state() {
    let plan = plan(&thing_schema(), &NULL, &stored());
    assert_eq!(plan.state, NULL);
    assert_eq!(paths(&plan), Vec::<String>::new());
}

#[test]
fn a_hook_that_plans_a_value_for_a_destroy_is_a_bug() {
    let (schema, prior) = (thing_schema(), stored());
    let change = change(&schema, &NULL, &prior, &NULL);
    let plan = finish(&change, stored());
    assert_eq!(plan.state, NULL);
    assert!(plan.diagnostics.has_errors());
}

#[test]
fn what_requires_replacement_does_so_only_when_it_differs() {
    for (kind, expected) in
        [(text("a"), vec![]), (text("b"), vec!["kind"]), (NULL, vec!["kind"]), (UNKNOWN, vec!["kind"])]
    {
        let config = thing([("name", text("Bob")), ("kind", kind.clone())]);
        assert_eq!(paths(&plan(&thing_schema(), &config, &stored())), expected, "{kind:?}");
    }
}

#[test]
fn replacement_inside_nested_attributes_names_the_element_and_of_a_set_the_set() {
    let inner = || vec![Attribute::string("zone").requires_replace(), Attribute::string("note")];
    let schema = Schema {
        attributes: vec![
            Attribute::nested("one", Nesting::Single, inner()),
            Attribute::nested("list", Nesting::List, inner()),
            Attribute::nested("map", Nesting::Map, inner()),
            Attribute::nested("set", Nesting::Set, inner()),
        ],
        ..Schema::default()
    };
    let element = |zone: &str, note: &str| object([("zone", text(zone)), ("note", text(note))]);
    let value = |zone: &str, note: &str| {
        object([
            ("one", element(zone, note)),
            ("list", Value::List(vec![element("fixed", note), element(zone, note)])),
            ("map", object([("k", element(zone, note))])),
            ("set", Value::Set(vec![element("fixed", note), element(zone, note)])),
        ])
    };
    let moved = plan(&schema, &value("b", "n"), &value("a", "n"));
    assert_eq!(paths(&moved), ["list[1].zone", "map[\"k\"].zone", "one.zone", "set"]);
    assert_eq!(paths(&plan(&schema, &value("a", "changed"), &value("a", "n"))), Vec::<String>::new());
    let mut longer = value("a", "n");
    if let Value::Map(entries) = &mut longer {
        entries.insert("list".into(), Value::List(vec![element("fixed", "n"); 3]));
    }
    assert_eq!(paths(&plan(&schema, &longer, &value("a", "n"))), ["list[1].zone", "list[2].zone"]);
}

fn nested(nesting: Nesting) -> Schema {
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

fn host(name: &str, port: Value, id: Value, seen: Value) -> Value {
    object([("name", text(name)), ("port", port), ("id", id), ("seen", seen)])
}

fn written(name: &str) -> Value {
    host(name, NULL, NULL, NULL)
}

/// How objects stand in an attribute of each nesting.
fn wrap(nesting: Nesting, items: Vec<Value>) -> Value {
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

const NESTINGS: [Nesting; 4] = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map];

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

#[test]
fn a_hook_sees_unknowns_exactly_when_something_changes() {
    let (schema, prior) = (thing_schema(), stored());
    let same = thing([("name", text("Ann")), ("kind", text("a"))]);
    let proposed = propose(&schema, &prior, &same);
    let change = change(&schema, &same, &prior, &proposed);
    assert_eq!(draft(&change), prior);
    assert_eq!(changed_draft(&change).get("etag"), Some(&UNKNOWN));
    assert_eq!(changed_draft(&change).get("id"), Some(&text("7")));
}

#[test]
fn a_hook_starts_a_change_only_by_a_difference_that_counts() {
    let (schema, prior) = (thing_schema(), stored());
    let same = thing([("name", text("Ann")), ("kind", text("a"))]);
    let proposed = propose(&schema, &prior, &same);
    let change = change(&schema, &same, &prior, &proposed);
    let draft = draft(&change);
    let with = |name: &str, value: Value| {
        let mut hooked = draft.clone();
        if let Value::Map(entries) = &mut hooked {
            entries.insert(name.to_owned(), value);
        }
        hook_started_a_change(&change, &draft, &hooked)
    };
    assert!(with("etag", UNKNOWN));
    assert!(with("size", int(3)));
    assert!(!with("name", text("ANN")), "another spelling");
    assert!(!with("secret", text("s")), "a write-only value");
    assert!(!with("etag", text("e1")), "the same");
}

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
