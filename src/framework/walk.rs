//! Going through a value as its schema describes it, beside the configuration and an
//! earlier value of the same object. Says how the elements of the three belong together;
//! what to do with them is the visitor's.

mod partners;

use crate::protocol::value::Value;

use super::schema::{Attribute, Block, Kind, Nesting, Schema};
use partners::Partners;

/// Stands for what is not there.
static NOTHING: Value = Value::Null;

/// What an object may hold.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// Arguments and results.
    pub attributes: &'a [Attribute],
    /// Nested blocks.
    pub blocks: &'a [Block],
}

impl<'a> Fields<'a> {
    /// Those of a whole configuration, plan or state.
    #[must_use]
    pub fn of(schema: &'a Schema) -> Self {
        Self { attributes: &schema.attributes, blocks: &schema.blocks }
    }

    /// Those of a nested attribute.
    #[must_use]
    pub fn nested(attributes: &'a [Attribute]) -> Self {
        Self { attributes, blocks: &[] }
    }

    /// Those of a block.
    #[must_use]
    pub fn block(block: &'a Block) -> Self {
        Self { attributes: &block.attributes, blocks: &block.blocks }
    }
}

/// The values that stand beside the one that is rewritten. Null where there is
/// none.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// What the user wrote.
    pub config: &'a Value,
    /// An earlier value of the same object.
    pub earlier: &'a Value,
}

/// One attribute on the way.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What the schema says of it.
    pub attribute: &'a Attribute,
    /// The attribute's values beside the one that is rewritten.
    pub beside: Beside<'a>,
    /// True when the object around the attribute existed earlier.
    pub existed: bool,
}

/// What a visitor made of an attribute's value.
#[derive(Debug)]
pub enum Visit {
    /// Nothing inside is visited.
    Done(Value),
    /// The attributes inside, if there are any, are visited too.
    Inside(Value),
}

/// The value with every attribute replaced by what `visit` makes of it.
/// Attributes that the value lacks are visited as null; what the schema does
/// not know is left alone. Null and unknown objects have no inside.
pub fn rewrite(
    fields: Fields<'_>,
    beside: Beside<'_>,
    value: Value,
    visit: &mut dyn FnMut(Place<'_>, Value) -> Visit,
) -> Value {
    let Value::Map(mut object) = value else { return value };
    let existed = !beside.earlier.is_null() && !beside.earlier.is_unknown();
    for attribute in fields.attributes {
        let beside = beside.attribute(&attribute.name);
        let mut rewritten = |value| match visit(Place { attribute, beside, existed }, value) {
            Visit::Done(value) => value,
            Visit::Inside(value) => match &attribute.kind {
                Kind::Value(_) => value,
                Kind::Nested(nesting, attributes) => {
                    rewrite_elements(*nesting, Fields::nested(attributes), beside, value, visit)
                }
            },
        };
        // In place: a plan goes through the object half a dozen times, and
        // would allocate every name anew.
        match object.get_mut(&attribute.name) {
            Some(value) => *value = rewritten(std::mem::replace(value, Value::Null)),
            None => drop(object.insert(attribute.name.clone(), rewritten(Value::Null))),
        }
    }
    for block in fields.blocks {
        if let Some(value) = object.get_mut(&block.name) {
            let beside = beside.attribute(&block.name);
            let taken = std::mem::replace(value, Value::Null);
            *value = rewrite_elements(block.nesting, Fields::block(block), beside, taken, visit);
        }
    }
    Value::Map(object)
}

fn rewrite_elements(
    nesting: Nesting,
    fields: Fields<'_>,
    beside: Beside<'_>,
    value: Value,
    visit: &mut dyn FnMut(Place<'_>, Value) -> Visit,
) -> Value {
    match (nesting, value) {
        (Nesting::Single, value) => rewrite(fields, beside, value, visit),
        (Nesting::List, Value::List(items)) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| rewrite(fields, beside.index(index), item, visit))
                .collect(),
        ),
        (Nesting::Map, Value::Map(items)) => Value::map(items.into_iter().map(|(key, item)| {
            let item = rewrite(fields, beside.attribute(&key), item, visit);
            (key, item)
        })),
        (Nesting::Set, Value::Set(items)) => {
            let mut partners = Partners::new(fields, beside);
            Value::set(items.into_iter().map(|item| {
                let beside = partners.take(&item);
                rewrite(fields, beside, item, visit)
            }))
        }
        (_, value) => value,
    }
}

impl<'a> Beside<'a> {
    fn attribute(self, name: &str) -> Self {
        Self { config: part(self.config, name), earlier: part(self.earlier, name) }
    }

    fn index(self, index: usize) -> Self {
        Self { config: item(self.config, index), earlier: item(self.earlier, index) }
    }
}

/// The attribute or element of that name; null when there is none.
#[must_use]
pub fn part<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&NOTHING)
}

/// The element at that index; null when there is none.
#[must_use]
pub fn item(value: &Value, index: usize) -> &Value {
    match value {
        Value::List(items) => items.get(index).unwrap_or(&NOTHING),
        _ => &NOTHING,
    }
}

/// The elements of a list, set or map; none of anything else.
#[must_use]
pub fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(items) | Value::Set(items) => items.iter().collect(),
        Value::Map(entries) => entries.values().collect(),
        _ => Vec::new(),
    }
}

/// The value without what is kept nowhere: every write-only attribute is null.
#[must_use]
pub fn without_write_only(schema: &Schema, value: Value) -> Value {
    let beside = Beside { config: &NOTHING, earlier: &NOTHING };
    rewrite(Fields::of(schema), beside, value, &mut |place, value| {
        if place.attribute.write_only { Visit::Done(Value::Null) } else { Visit::Inside(value) }
    })
}

/// The value with nothing but what is kept nowhere: every attribute that neither
/// is write-only nor holds one is null.
#[must_use]
pub fn write_only_alone(schema: &Schema, value: Value) -> Value {
    let beside = Beside { config: &NOTHING, earlier: &NOTHING };
    rewrite(Fields::of(schema), beside, value, &mut |place, value| match &place.attribute.kind {
        _ if place.attribute.write_only => Visit::Done(value),
        Kind::Nested(_, attributes) if attributes.iter().any(holds_write_only) => Visit::Inside(value),
        _ => Visit::Done(Value::Null),
    })
}

fn holds_write_only(attribute: &Attribute) -> bool {
    match &attribute.kind {
        _ if attribute.write_only => true,
        Kind::Nested(_, attributes) => attributes.iter().any(holds_write_only),
        Kind::Value(_) => false,
    }
}

/// The value in the earlier value's spelling, wherever the two mean the same:
/// numbers by what floats and calculations make of them, the rest as the
/// attribute says.
#[must_use]
pub fn with_spelling_of(schema: &Schema, earlier: &Value, value: Value) -> Value {
    let beside = Beside { config: &NOTHING, earlier };
    rewrite(Fields::of(schema), beside, value, &mut |place, value| {
        let earlier = place.beside.earlier;
        let same = place.attribute.same_meaning.unwrap_or(Value::means);
        if is_set(earlier) && is_set(&value) && *earlier != value && same(&value, earlier) {
            Visit::Done(earlier.clone())
        } else {
            Visit::Inside(value)
        }
    })
}

/// True for values that a comparison of meaning may be asked about.
fn is_set(value: &Value) -> bool {
    !value.is_null() && value.is_wholly_known()
}

#[cfg(test)]
mod tests;
