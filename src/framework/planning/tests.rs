//! Each rule of the plan, against small schemas. Hooks are functions here.

mod nested;
mod policing;
mod properties;

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
