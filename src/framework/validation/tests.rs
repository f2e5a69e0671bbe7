//! Each rule of a schema, broken and kept.

use super::*;
use crate::framework::fixtures::{thing, thing_schema};
use crate::framework::schema::Block;
use crate::framework::validators;
use crate::protocol::types::Type;
use crate::protocol::value::UNKNOWN;

fn text(text: &str) -> Value {
    Value::string(text)
}

/// `path: summary` of each message.
fn found(schema: &Schema, config: &Value, write_only: WriteOnly) -> Vec<String> {
    check(schema, "fake_thing", config, write_only)
        .iter()
        .map(|d| format!("{}: {}", d.path.clone().unwrap_or_default(), d.summary))
        .collect()
}

#[test]
fn a_flat_configuration() {
    let cases = [
        ("sound", thing([("name", text("Ann"))]), vec![]),
        ("unknown", thing([("name", UNKNOWN), ("size", UNKNOWN), ("kind", UNKNOWN)]), vec![]),
        ("required", thing([]), vec!["name: Missing required argument"]),
        ("invalid", thing([("name", text(" "))]), vec!["name: Invalid value for an argument"]),
        (
            "read-only",
            thing([("name", text("a")), ("id", text("7"))]),
            vec!["id: Cannot set a read-only attribute"],
        ),
        (
            "read-only, unknown",
            thing([("name", text("a")), ("id", UNKNOWN)]),
            vec!["id: Cannot set a read-only attribute"],
        ),
        (
            "in a block",
            thing([("name", text("a")), ("timeouts", Value::map([("create", text("soon"))]))]),
            vec!["timeouts.create: Invalid value for an argument"],
        ),
        ("an unknown block", thing([("name", text("a")), ("timeouts", UNKNOWN)]), vec![]),
        (
            "several at once",
            thing([("size", Value::Number(0.into())), ("etag", text("e"))]),
            vec![
                "name: Missing required argument",
                "size: Invalid value for an argument",
                "etag: Cannot set a read-only attribute",
            ],
        ),
    ];
    for (case, config, expected) in cases {
        assert_eq!(found(&thing_schema(), &config, WriteOnly::Understood), expected, "{case}");
    }
}

#[test]
fn a_write_only_value_needs_a_client_that_understands_it() {
    let with = |secret| thing([("name", text("a")), ("secret", secret)]);
    for secret in [text("hunter2"), UNKNOWN] {
        assert!(found(&thing_schema(), &with(secret.clone()), WriteOnly::Understood).is_empty());
        let diagnostics = check(&thing_schema(), "fake_thing", &with(secret), WriteOnly::NotUnderstood);
        let details: Vec<_> = diagnostics.iter().map(|d| d.detail.clone()).collect();
        assert!(matches!(details.as_slice(), [one] if one.contains("Terraform 1.11")), "{details:?}");
        assert!(!details.concat().contains("hunter2"));
    }
    assert!(found(&thing_schema(), &with(Value::Null), WriteOnly::NotUnderstood).is_empty());
}

#[test]
fn what_is_on_its_way_out_is_a_warning_when_it_is_used() {
    let schema = Schema {
        attributes: vec![Attribute::string("old").deprecated("Use `new`."), Attribute::string("new")],
        ..Schema::default()
    };
    let config = |old| Value::map([("old", old), ("new", Value::Null)]);
    assert_eq!(found(&schema, &config(text("a")), WriteOnly::Understood), ["old: Deprecated argument"]);
    assert!(!check(&schema, "x", &config(text("a")), WriteOnly::Understood).has_errors());
    for unused in [Value::Null, UNKNOWN] {
        assert!(found(&schema, &config(unused), WriteOnly::Understood).is_empty());
    }
    let schema = Schema { deprecation: Some("Use another.".into()), ..Schema::default() };
    let config = Value::map::<String>([]);
    assert_eq!(found(&schema, &config, WriteOnly::Understood), [": Deprecated object fake_thing"]);
}

#[test]
fn paths_lead_to_the_element() {
    let inner = || vec![Attribute::string("name").required().validate(validators::non_empty())];
    let block = |name: &str, nesting| Block {
        name: name.into(),
        nesting,
        description: String::new(),
        attributes: inner(),
        blocks: vec![],
    };
    let schema = Schema {
        attributes: vec![
            Attribute::nested("list", Nesting::List, inner()),
            Attribute::nested("map", Nesting::Map, inner()),
            Attribute::nested("set", Nesting::Set, inner()),
            Attribute::nested("one", Nesting::Single, inner()),
            Attribute::of("ips", Type::list(Type::String)).validate(validators::each(validators::ipv4())),
        ],
        blocks: vec![block("blocks", Nesting::List), block("unordered", Nesting::Set)],
        ..Schema::default()
    };
    let (good, bad) = (Value::map([("name", text("a"))]), Value::map([("name", Value::Null)]));
    let config = Value::map([
        ("list", Value::List(vec![good.clone(), bad.clone(), Value::Null, UNKNOWN])),
        ("map", Value::map([("k", bad.clone())])),
        ("set", Value::Set(vec![bad.clone()])),
        ("one", bad.clone()),
        ("ips", Value::List(vec![text("192.0.2.1"), UNKNOWN, text("x")])),
        ("blocks", Value::List(vec![good, bad.clone()])),
        ("unordered", Value::Set(vec![bad])),
    ]);
    assert_eq!(
        found(&schema, &config, WriteOnly::Understood),
        [
            "list[1].name: Missing required argument",
            "list[2]: Missing element",
            "map[\"k\"].name: Missing required argument",
            "set[*].name: Missing required argument",
            "one.name: Missing required argument",
            "ips[2]: Invalid value for an argument",
            "blocks[1].name: Missing required argument",
            "unordered[*].name: Missing required argument",
        ]
    );
    let unknown =
        Value::map(["list", "map", "set", "one", "ips", "blocks", "unordered"].map(|name| (name, UNKNOWN)));
    assert!(found(&schema, &unknown, WriteOnly::NotUnderstood).is_empty());
    assert!(found(&schema, &UNKNOWN, WriteOnly::NotUnderstood).is_empty());
}
