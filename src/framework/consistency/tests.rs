//! Results held against plans, and the last resort.

use super::*;
use crate::framework::fixtures::{stored_thing as stored, thing, thing_schema};
use crate::framework::schema::Attribute;
use crate::protocol::value::UNKNOWN;

fn text(text: &str) -> Value {
    Value::string(text)
}

fn paths_of(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| d.path.as_ref().map(ToString::to_string).unwrap_or_default()).collect()
}

/// The paths that an apply of an object with one attribute `x` reports.
fn reported(ty: Type, planned: Value, result: Value) -> Vec<String> {
    let schema = Schema { attributes: vec![Attribute::of("x", ty)], ..Schema::default() };
    let planned = Value::map([("x", planned)]);
    let applied = Applied {
        type_name: "fake_thing",
        schema: &schema,
        operation: Operation::Update,
        planned: &planned,
        failed: false,
    };
    let mut diagnostics = Diagnostics::new();
    let _ = after_apply(&applied, Value::map([("x", result)]), &mut diagnostics);
    paths_of(&diagnostics)
}

#[test]
fn a_known_value_may_not_change_and_an_unknown_one_may_become_anything() {
    let list = |items: Vec<Value>| Value::List(items);
    let cases = [
        (Type::String, text("a"), text("a"), vec![]),
        (Type::String, text("a"), text("b"), vec!["x"]),
        (Type::String, text("a"), Value::Null, vec!["x"]),
        (Type::String, Value::Null, text("b"), vec!["x"]),
        (Type::String, UNKNOWN, text("b"), vec![]),
        (Type::String, UNKNOWN, Value::Null, vec![]),
        (Type::String, UNKNOWN, UNKNOWN, vec!["x"]),
        (Type::list(Type::String), list(vec![text("a"), UNKNOWN]), list(vec![text("a"), text("b")]), vec![]),
        (Type::list(Type::String), list(vec![text("a")]), list(vec![text("b")]), vec!["x[0]"]),
        (Type::list(Type::String), list(vec![text("a")]), list(vec![]), vec!["x"]),
        (
            Type::map(Type::String),
            Value::map([("k", text("a"))]),
            Value::map([("k", text("a")), ("new", text("b"))]),
            vec!["x"],
        ),
        (
            Type::map(Type::String),
            Value::map([("k", text("a"))]),
            Value::map([("k", text("b"))]),
            vec!["x[\"k\"]"],
        ),
    ];
    for (ty, planned, result, expected) in cases {
        assert_eq!(reported(ty, planned.clone(), result.clone()), expected, "{planned:?} → {result:?}");
    }
}

#[test]
fn a_set_with_unknown_elements_may_shrink_but_not_lose_a_known_one() {
    let set = |items: &[&str]| Value::set(items.iter().map(|item| text(item)));
    let planned = || Value::Set(vec![text("a"), UNKNOWN, UNKNOWN]);
    let of = |result| reported(Type::set(Type::String), planned(), result);
    assert_eq!(of(set(&["a", "b", "c"])), Vec::<String>::new());
    assert_eq!(of(set(&["a", "b"])), Vec::<String>::new());
    assert_eq!(of(set(&["b", "c"])), ["x"]);
    assert_eq!(of(set(&["a", "b", "c", "d"])), ["x"]);
    assert_eq!(reported(Type::set(Type::String), set(&["a", "b"]), set(&["b", "a"])), Vec::<String>::new());
    assert_eq!(reported(Type::set(Type::String), set(&["a", "b"]), set(&["a"])), ["x"]);
}

#[test]
fn a_failed_verb_is_not_accused_on_top() {
    let (schema, planned) = (thing_schema(), stored());
    for (operation, result) in [
        (Operation::Create, Value::Null),
        (Operation::Update, thing([("id", UNKNOWN)])),
        (Operation::Delete, stored()),
    ] {
        let applied =
            Applied { type_name: "fake_thing", schema: &schema, operation, planned: &planned, failed: true };
        let mut diagnostics = Diagnostics::new();
        let state = after_apply(&applied, result, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(state.is_wholly_known());
    }
}

#[test]
fn a_state_after_a_delete_and_none_after_an_update_are_bugs() {
    let (schema, planned) = (thing_schema(), stored());
    let cases = [
        (Operation::Delete, stored(), "may still exist"),
        (Operation::Update, Value::Null, "the next plan reads the object again"),
    ];
    for (operation, result, fragment) in cases {
        let applied =
            Applied { type_name: "fake_thing", schema: &schema, operation, planned: &planned, failed: false };
        let mut diagnostics = Diagnostics::new();
        let state = after_apply(&applied, result.clone(), &mut diagnostics);
        assert!(diagnostics.has_errors());
        assert!(diagnostics.iter().all(|d| d.detail.contains(fragment)), "{diagnostics:?}");
        assert_eq!(state, result);
    }
}

#[test]
fn the_last_resort_keeps_everything_that_fits() {
    let ty = Type::object([
        ("id", Type::String),
        ("ports", Type::list(Type::Number)),
        ("pair", Type::Tuple(vec![Type::Bool, Type::String])),
        ("tags", Type::map(Type::Bool)),
        ("ips", Type::set(Type::String)),
        ("missing", Type::Bool),
    ]);
    let value = Value::map([
        ("id", text("7")),
        ("ports", Value::List(vec![Value::Number(1.into()), text("not a number")])),
        ("pair", Value::List(vec![Value::Bool(true)])),
        ("tags", Value::map([("a", Value::Bool(true)), ("b", text("no"))])),
        ("ips", Value::Set(vec![text("a"), UNKNOWN])),
        ("extra", text("no such attribute")),
    ]);
    let expected = Value::map([
        ("id", text("7")),
        ("ports", Value::List(vec![Value::Number(1.into()), Value::Null])),
        ("pair", Value::Null),
        ("tags", Value::map([("a", Value::Bool(true)), ("b", Value::Null)])),
        ("ips", Value::Set(vec![text("a"), Value::Null])),
        ("missing", Value::Null),
    ]);
    let conformed = conformed(value, &ty);
    assert_eq!(conformed, expected);
    assert!(crate::protocol::dynamic_value::encode(&conformed, &ty).is_ok());
}

#[test]
fn what_is_storable_is_known_and_holds_no_write_only_value() {
    let state =
        storable(&thing_schema(), thing([("id", UNKNOWN), ("name", text("Ann")), ("secret", text("s"))]));
    assert_eq!(state, thing([("name", text("Ann"))]));
}
