//! What is kept, removed and compared on the way through a value.

use super::*;
use crate::protocol::value::UNKNOWN;

fn schema(attributes: Vec<Attribute>) -> Schema {
    Schema { attributes, ..Schema::default() }
}

fn ignoring_case(a: &Value, b: &Value) -> bool {
    a.as_str().map(str::to_lowercase) == b.as_str().map(str::to_lowercase)
}

#[test]
fn write_only_values_are_removed_at_every_depth() {
    let inner = || vec![Attribute::string("secret").write_only(), Attribute::string("name")];
    let schema = schema(vec![
        Attribute::string("secret").write_only(),
        Attribute::nested("one", Nesting::Single, inner()),
        Attribute::nested("many", Nesting::List, inner()),
        Attribute::nested("keyed", Nesting::Map, inner()),
    ]);
    let object = || Value::map([("secret", Value::string("s")), ("name", Value::string("n"))]);
    let cleaned = || Value::map([("secret", Value::Null), ("name", Value::string("n"))]);
    let value = Value::map([
        ("secret", Value::string("s")),
        ("one", object()),
        ("many", Value::List(vec![object(), Value::Null, UNKNOWN])),
        ("keyed", Value::map([("k", object())])),
    ]);
    assert_eq!(
        without_write_only(&schema, value),
        Value::map([
            ("secret", Value::Null),
            ("one", cleaned()),
            ("many", Value::List(vec![cleaned(), Value::Null, UNKNOWN])),
            ("keyed", Value::map([("k", cleaned())])),
        ])
    );
}

#[test]
fn what_a_plan_holds_is_no_part_of_what_is_write_only() {
    let schema = schema(vec![
        Attribute::string("secret").write_only(),
        Attribute::string("name"),
        Attribute::nested(
            "one",
            Nesting::Single,
            vec![Attribute::string("secret").write_only(), Attribute::string("name")],
        ),
        Attribute::nested("plain", Nesting::Single, vec![Attribute::string("name")]),
    ]);
    let object = || Value::map([("secret", Value::string("s")), ("name", Value::string("n"))]);
    let Value::Map(mut value) = object() else { panic!("an object") };
    value.insert("one".to_owned(), object());
    value.insert("plain".to_owned(), Value::map([("name", Value::string("n"))]));
    let alone = || [("secret", Value::string("s")), ("name", Value::Null)];
    let Value::Map(mut expected) = Value::map(alone()) else { panic!("an object") };
    expected.insert("one".to_owned(), Value::map(alone()));
    expected.insert("plain".to_owned(), Value::Null);
    assert_eq!(write_only_alone(&schema, Value::Map(value)), Value::Map(expected));
    assert_eq!(write_only_alone(&schema, Value::Null), Value::Null, "a delete has no configuration");
}

#[test]
fn the_earlier_spelling_returns_at_every_depth_but_not_another_meaning() {
    let inner = || vec![Attribute::string("a").same_meaning(ignoring_case)];
    let schema = schema(vec![
        Attribute::string("a").same_meaning(ignoring_case),
        Attribute::nested("one", Nesting::Single, inner()),
        Attribute::nested("many", Nesting::List, inner()),
    ]);
    let of = |a: &str, b: &str, c: &str| {
        Value::map([
            ("a", Value::string(a)),
            ("one", Value::map([("a", Value::string(b))])),
            ("many", Value::List(vec![Value::map([("a", Value::string(c))])])),
        ])
    };
    assert_eq!(with_spelling_of(&schema, &of("X", "Y", "Z"), of("x", "y", "other")), of("X", "Y", "other"));
    assert_eq!(with_spelling_of(&schema, &Value::Null, of("x", "y", "z")), of("x", "y", "z"));
}

#[test]
fn a_number_is_kept_as_it_came_until_it_means_another() {
    let schema = schema(vec![
        Attribute::number("a"),
        Attribute::nested("many", Nesting::List, vec![Attribute::number("a")]),
    ]);
    let of = |number: &Value| {
        let element = Value::map([("a", number.clone())]);
        Value::map([("a", number.clone()), ("many", Value::List(vec![element]))])
    };
    let number = |text: &str| Value::Number(text.parse().unwrap());
    let float = Value::Number(crate::protocol::number::Number::from_f64(0.18).unwrap());
    let noise = number(&format!("0.17{}3", "9".repeat(152)));
    for came in [&float, &noise] {
        assert_eq!(with_spelling_of(&schema, &of(came), of(&number("0.18"))), of(came));
        assert_eq!(with_spelling_of(&schema, &of(&number("0.18")), of(came)), of(&number("0.18")));
        assert_eq!(with_spelling_of(&schema, &of(came), of(&number("0.19"))), of(&number("0.19")));
    }
}

#[test]
fn meaning_is_never_asked_of_what_is_not_wholly_known() {
    fn never(_: &Value, _: &Value) -> bool {
        panic!("asked about an unknown")
    }
    let schema = schema(vec![
        Attribute::of("a", crate::protocol::types::Type::set(crate::protocol::types::Type::String))
            .same_meaning(never),
    ]);
    let partly = Value::map([("a", Value::Set(vec![UNKNOWN]))]);
    let known = Value::map([("a", Value::Set(vec![Value::string("x")]))]);
    assert_eq!(with_spelling_of(&schema, &known, partly.clone()), partly);
    assert_eq!(with_spelling_of(&schema, &partly, known.clone()), known);
}

#[test]
fn an_element_that_leaves_something_out_does_not_take_anothers_partner() {
    let schema = schema(vec![Attribute::nested(
        "many",
        Nesting::Set,
        vec![Attribute::string("name").required(), Attribute::string("id").optional_computed()],
    )]);
    let set = |ids: [Value; 2]| {
        let element = |id| Value::map([("name", Value::string("a")), ("id", id)]);
        Value::map([("many", Value::Set(ids.map(element).into()))])
    };
    let config = set([Value::Null, Value::string("mine")]);
    let value = set([Value::string("mine"), Value::string("decided")]);
    let mut seen = Vec::new();
    let beside = Beside { config: &config, earlier: &NOTHING };
    let _ = rewrite(Fields::of(&schema), beside, value, &mut |place, value| {
        if place.attribute.name == "id" {
            seen.push((place.beside.config.clone(), value.clone()));
        }
        Visit::Inside(value)
    });
    let text = Value::string;
    assert_eq!(seen, [(text("mine"), text("mine")), (Value::Null, text("decided"))]);
}

#[test]
fn elements_of_a_set_find_their_partner_whatever_the_order() {
    let schema = schema(vec![Attribute::nested(
        "many",
        Nesting::Set,
        vec![Attribute::string("name").required(), Attribute::string("id").computed()],
    )]);
    let element = |name: &str, id: Value| Value::map([("name", Value::string(name)), ("id", id)]);
    let config =
        Value::map([("many", Value::Set(vec![element("a", Value::Null), element("b", Value::Null)]))]);
    let value = Value::map([(
        "many",
        Value::Set(vec![element("b", Value::string("2")), element("a", Value::string("1"))]),
    )]);
    let mut seen = Vec::new();
    let _ = rewrite(
        Fields::of(&schema),
        Beside { config: &config, earlier: &value },
        value.clone(),
        &mut |place, value| {
            if place.attribute.name == "name" {
                seen.push((place.beside.config.clone(), place.beside.earlier.clone(), value.clone()));
            }
            Visit::Inside(value)
        },
    );
    let text = Value::string;
    assert_eq!(seen, [(text("b"), text("b"), text("b")), (text("a"), text("a"), text("a"))]);
}
