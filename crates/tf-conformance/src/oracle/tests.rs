//! Each rule, kept and broken.

use serde_json::json;

use super::*;
use crate::schema::{Attribute, Block, Kind, NestedBlock, Nesting};
use crate::value::{Type, Value, from_json};

fn attribute(ty: Type) -> Attribute {
    let kind = Kind::Plain(ty);
    Attribute { kind, required: false, optional: true, computed: false, sensitive: false, write_only: false }
}

fn block() -> Block {
    let text = || attribute(Type::String);
    let nested = [("x".to_owned(), text()), ("y".to_owned(), Attribute { computed: true, ..text() })];
    let object = Attribute { kind: Kind::Nested(Nesting::List, nested.into()), ..text() };
    let rule = Block { attributes: [("a".to_owned(), text())].into(), ..Block::default() };
    let attributes = [
        ("name", text()),
        ("note", Attribute { computed: true, ..text() }),
        ("id", Attribute { optional: false, computed: true, ..text() }),
        ("secret", Attribute { write_only: true, ..text() }),
        ("tags", attribute(Type::Set(Box::new(Type::String)))),
        ("parts", object),
    ];
    Block {
        attributes: attributes.into_iter().map(|(name, attribute)| (name.to_owned(), attribute)).collect(),
        blocks: [("rule".to_owned(), NestedBlock { nesting: Nesting::List, block: rule })].into(),
    }
}

fn value(json: serde_json::Value) -> Value {
    block().complete(from_json(&json, &block().ty()).unwrap())
}

fn plan(config: serde_json::Value, plan: Value) -> String {
    describe(&planned(&block(), &Value::Null, &value(config), &plan))
}

#[test]
fn a_plan_may_fill_in_what_is_computed_and_nothing_else() {
    let full = value(json!({"name": "n", "note": "own", "parts": [{"x": "1", "y": "2"}]}));
    let config = json!({"name": "n", "parts": [{"x": "1"}]});
    assert_eq!(plan(config.clone(), full.clone().with("id", Value::Unknown)), "");
    assert!(plan(config.clone(), full.clone().with("name", Value::string("m"))).contains(".name"));
    assert!(plan(config.clone(), full.clone().with("name", Value::Unknown)).contains("does not match"));
    let unasked = full.clone().with("tags", Value::Set([Value::string("t")].into()));
    assert!(plan(config.clone(), unasked).contains("non-computed"));
    assert!(plan(config.clone(), full.with("secret", Value::string("s"))).contains("write-only"));
    let fewer = value(json!({"name": "n", "parts": []}));
    assert!(plan(config.clone(), fewer).contains("count in plan (0)"));
    let other = value(json!({"name": "n", "parts": [{"x": "9"}]}));
    assert!(plan(config.clone(), other).contains(".parts[0].x"));
    assert!(plan(config, Value::Null).contains("config wants existence"));
}

#[test]
fn a_plan_may_keep_the_prior_spelling() {
    let (prior, config) = (value(json!({"name": "N"})), value(json!({"name": "n"})));
    assert_eq!(planned(&block(), &prior, &config, &prior), []);
    assert_eq!(planned(&block(), &Value::Null, &config, &prior).len(), 1);
}

#[test]
fn blocks_are_as_many_as_configured_and_never_null() {
    let config = json!({"rule": [{"a": "1"}]});
    let same = value(config.clone());
    assert_eq!(plan(config.clone(), same.clone()), "");
    assert!(plan(config.clone(), value(json!({}))).contains("block count in plan (0)"));
    assert!(plan(config.clone(), same.clone().with("rule", Value::Null)).contains("not null"));
    assert!(plan(config, same.with("rule", Value::List(vec![Value::Unknown]))).contains("unknown itself"));
}

#[test]
fn an_apply_keeps_what_was_known() {
    let plan = value(json!({"name": "n", "tags": ["a", "b"]})).with("id", Value::Unknown);
    let judge = |actual: Value| describe(&applied(&block(), &plan, &actual));
    assert_eq!(judge(value(json!({"name": "n", "tags": ["b", "a"], "id": "1"}))), "");
    assert!(judge(value(json!({"name": "m", "tags": ["a", "b"]}))).contains("was \"n\", but now \"m\""));
    assert!(judge(value(json!({"name": "n", "tags": ["a", "c"]}))).contains("does not correlate"));
    assert!(judge(value(json!({"name": "n", "tags": ["a", "b"], "rule": [{}]}))).contains("block count"));
    assert!(judge(Value::Null).contains("now absent"));
}

#[test]
fn states_are_known_and_without_write_only_values() {
    let broken = value(json!({"secret": "s"})).with("id", Value::Unknown);
    assert_eq!(
        describe(&state(&block(), &broken)),
        ".id: is unknown; .secret: a write-only attribute is not null"
    );
    assert_eq!(state(&block(), &nulled_write_only(&block(), &value(json!({"secret": "s"})))), []);
}

#[test]
fn an_identity_is_there_and_stays() {
    assert_eq!(identity_known(&Value::Null).len(), 1);
    let (one, two) = (Value::string("1"), Value::string("2"));
    assert_eq!(identity_changed(&one, &two).len(), 1);
    assert_eq!(identity_changed(&Value::Null, &two), []);
    assert_eq!(identity_changed(&Value::Unknown, &two), []);
}

#[test]
fn log_lines_are_what_the_host_reads() {
    let line = |level: &str, time: &str| {
        format!(r#"{{"@level":{level},"@message":"m","@timestamp":"2026-01-02T03:04:05.{time}"}}"#)
    };
    assert_eq!(log_line(&line("\"info\"", "123456Z")), Ok(LogLine::Entry));
    assert_eq!(log_line(&line("\"INFO\"", "123456+01:00")), Ok(LogLine::Entry));
    assert_eq!(log_line("anything"), Ok(LogLine::Text));
    assert_eq!(log_line("panic: at the disco"), Ok(LogLine::Panic));
    assert!(log_line(&line("\"info\"", "123Z")).is_err());
    assert!(log_line(&line("5", "123456Z")).unwrap_err().message.contains("crashes"));
    assert!(log_line(&"x".repeat(65_536)).is_err());
}
