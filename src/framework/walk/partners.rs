//! Which elements of two sets are the same object.

use crate::framework::schema::{Kind, Nesting};
use crate::protocol::value::Value;

use super::{Beside, Fields, NOTHING, elements, part};

/// Finds for each element of a set those it belongs to in the configuration
/// and in the earlier value. Elements of a set have no name; they belong
/// together when one is the other with its computed attributes filled in. Each
/// is given away once.
pub(super) struct Partners<'a> {
    fields: Fields<'a>,
    config: Vec<&'a Value>,
    earlier: Vec<&'a Value>,
}

impl<'a> Partners<'a> {
    pub(super) fn new(fields: Fields<'a>, beside: Beside<'a>) -> Self {
        let mut config = elements(beside.config);
        // An element that leaves more out fits more values: it must not take
        // the value that another one states in full.
        config.sort_by_key(|config| elements(config).into_iter().filter(|part| part.is_null()).count());
        Self { fields, config, earlier: elements(beside.earlier) }
    }

    pub(super) fn take(&mut self, value: &Value) -> Beside<'a> {
        let fields = self.fields;
        let config = take_first(&mut self.config, |config| could_come_from(fields, value, config));
        let earlier = take_first(&mut self.earlier, |earlier| *earlier == value).or_else(|| {
            config.and_then(|config| {
                take_first(&mut self.earlier, |earlier| could_come_from(fields, earlier, config))
            })
        });
        Beside { config: config.unwrap_or(&NOTHING), earlier: earlier.unwrap_or(&NOTHING) }
    }
}

fn take_first<'a>(from: &mut Vec<&'a Value>, suits: impl Fn(&&'a Value) -> bool) -> Option<&'a Value> {
    from.iter().position(suits).map(|at| from.remove(at))
}

/// True when `value` is `config` with nothing but computed attributes filled in.
fn could_come_from(fields: Fields<'_>, value: &Value, config: &Value) -> bool {
    let (Value::Map(_), Value::Map(_)) = (value, config) else { return value == config };
    fields.attributes.iter().all(|attribute| {
        let (value, config) = (part(value, &attribute.name), part(config, &attribute.name));
        match (&attribute.kind, config) {
            (_, Value::Null) => value.is_null() || attribute.is_computed() || attribute.write_only,
            (Kind::Nested(Nesting::Single, attributes), _) => {
                could_come_from(Fields::nested(attributes), value, config)
            }
            _ => value == config,
        }
    }) && fields.blocks.iter().all(|block| part(value, &block.name) == part(config, &block.name))
}
