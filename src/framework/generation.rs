//! From the state of an object to the configuration a person would write for it. Pure: what
//! follows from the schema is decided here, the rest in the resource's own hook.

use crate::protocol::value::Value;

use super::resource::TIMEOUTS;
use super::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use super::walk;

/// The configuration for `state`, without what nobody has to write: what only
/// the provider decides, what equals its default, empty texts, what is on its
/// way out, time-outs. Secrets are left out too: a file is no place for them.
/// A null state gives a configuration in which nothing is set.
#[must_use]
pub fn configuration(schema: &Schema, state: &Value) -> Value {
    object(&schema.attributes, &schema.blocks, state)
}

fn object(attributes: &[Attribute], blocks: &[Block], value: &Value) -> Value {
    let attributes =
        attributes.iter().map(|of| (of.name.clone(), attribute(of, walk::part(value, &of.name))));
    let blocks = blocks.iter().map(|of| {
        let value = walk::part(value, &of.name);
        let written = if of.name == TIMEOUTS { Value::Null } else { block(of, value) };
        (of.name.clone(), written)
    });
    Value::map(attributes.chain(blocks))
}

fn attribute(of: &Attribute, value: &Value) -> Value {
    let dropped = of.mode == Mode::Computed
        || of.sensitive
        || of.write_only
        || of.deprecation.is_some()
        || of.default.as_ref() == Some(value)
        || (of.mode != Mode::Required && value.as_str() == Some(""));
    match &of.kind {
        _ if dropped || value.is_unknown() => Value::Null,
        Kind::Value(_) => value.clone(),
        Kind::Nested(nesting, attributes) => {
            elements(*nesting, value, &|element| object(attributes, &[], element))
        }
    }
}

fn block(of: &Block, value: &Value) -> Value {
    elements(of.nesting, value, &|element| object(&of.attributes, &of.blocks, element))
}

fn elements(nesting: Nesting, value: &Value, write: &dyn Fn(&Value) -> Value) -> Value {
    match (nesting, value) {
        (Nesting::Single, Value::Map(_)) => write(value),
        (Nesting::List, Value::List(items)) => Value::List(items.iter().map(write).collect()),
        (Nesting::Set, Value::Set(items)) => Value::set(items.iter().map(write)),
        (Nesting::Map, Value::Map(items)) => {
            Value::map(items.iter().map(|(key, item)| (key.clone(), write(item))))
        }
        (_, value) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::types::Type;

    fn schema() -> Schema {
        Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::string("name").required(),
                Attribute::string("empty_name").required(),
                Attribute::string("note"),
                Attribute::bool("on").default_value(Value::Bool(false)),
                Attribute::bool("off").default_value(Value::Bool(false)),
                Attribute::string("secret").sensitive(),
                Attribute::string("old").deprecated("Use `name`."),
                Attribute::of("tags", Type::set(Type::String)),
                Attribute::nested(
                    "host",
                    Nesting::Single,
                    vec![Attribute::string("address").required(), Attribute::string("state").computed()],
                ),
            ],
            blocks: vec![Block {
                name: TIMEOUTS.to_owned(),
                nesting: Nesting::Single,
                description: String::new(),
                attributes: vec![Attribute::string("create")],
                blocks: Vec::new(),
            }],
            ..Schema::default()
        }
    }

    #[test]
    fn only_what_a_person_would_write_is_left() {
        let text = Value::string;
        let state = Value::map([
            ("id", text("1")),
            ("name", text("office")),
            ("empty_name", text("")),
            ("note", text("")),
            ("on", Value::Bool(true)),
            ("off", Value::Bool(false)),
            ("secret", text("s")),
            ("old", text("office")),
            ("tags", Value::Set(vec![text("a")])),
            ("host", Value::map([("address", text("192.0.2.1")), ("state", text("pending"))])),
            (TIMEOUTS, Value::map([("create", text("1m"))])),
        ]);
        let written = Value::map([
            ("id", Value::Null),
            ("name", text("office")),
            ("empty_name", text("")),
            ("note", Value::Null),
            ("on", Value::Bool(true)),
            ("off", Value::Null),
            ("secret", Value::Null),
            ("old", Value::Null),
            ("tags", Value::Set(vec![text("a")])),
            ("host", Value::map([("address", text("192.0.2.1")), ("state", Value::Null)])),
            (TIMEOUTS, Value::Null),
        ]);
        assert_eq!(configuration(&schema(), &state), written);
    }

    #[test]
    fn a_missing_state_sets_nothing() {
        let Value::Map(written) = configuration(&schema(), &Value::Null) else { panic!("an object") };
        assert_eq!(written.len(), 11);
        assert!(written.values().all(Value::is_null));
    }
}
