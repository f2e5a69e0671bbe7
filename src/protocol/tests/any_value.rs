//! Strategies for any type, and any value of a type.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::protocol::number::Number;
use crate::protocol::types::Type;
use crate::protocol::value::{Unknown, Value};

/// What an arbitrary value may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Knowledge {
    /// Unknowns, refined or not, may stand at any depth.
    Partial,
    /// Everything is known.
    Whole,
}

/// Any type, a few levels deep.
pub(super) fn any_type() -> impl Strategy<Value = Type> {
    let primitive =
        prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    primitive.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map(any_name(), inner, 0..5).prop_map(Type::Object),
        ]
    })
}

/// Any type with a value of it.
pub(super) fn any_typed_value(knowledge: Knowledge) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| any_value(&ty, knowledge).prop_map(move |value| (ty.clone(), value)))
}

/// Any value of a type.
pub(super) fn any_value(ty: &Type, knowledge: Knowledge) -> BoxedStrategy<Value> {
    let is_dynamic = *ty == Type::Dynamic;
    let unknown = any::<bool>()
        // An unknown of unknown type cannot be refined.
        .prop_map(move |not_null| Value::Unknown(Unknown { not_null: not_null && !is_dynamic }));
    let known = any_known_value(ty, knowledge);
    match knowledge {
        Knowledge::Partial => prop_oneof![1 => Just(Value::Null), 1 => unknown, 6 => known].boxed(),
        Knowledge::Whole => prop_oneof![1 => Just(Value::Null), 6 => known].boxed(),
    }
}

fn any_known_value(ty: &Type, knowledge: Knowledge) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::List(element) => vec(any_value(element, knowledge), 0..5).prop_map(Value::List).boxed(),
        Type::Set(element) => vec(any_value(element, knowledge), 0..5).prop_map(Value::set).boxed(),
        Type::Map(element) => {
            btree_map(any_name(), any_value(element, knowledge), 0..5).prop_map(Value::Map).boxed()
        }
        Type::Tuple(elements) => elements
            .iter()
            .map(|element| any_value(element, knowledge))
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(attributes) => attributes
            .iter()
            .map(|(name, ty)| (Just(name.clone()), any_value(ty, knowledge)))
            .collect::<Vec<_>>()
            .prop_map(Value::map)
            .boxed(),
        // Dynamic values within dynamic values only through a structure.
        Type::Dynamic => prop_oneof![
            Just(Type::String),
            Just(Type::list(Type::Number)),
            Just(Type::object([("a", Type::Bool), ("b", Type::set(Type::String))])),
        ]
        .prop_flat_map(move |ty| {
            any_value(&ty, knowledge).prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value))))
        })
        .boxed(),
    }
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z_]{1,8}", 1 => any::<String>()]
}

/// Small and large integers, decimals no float holds, and long ones.
fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i8>().prop_map(|number| Number::from(i32::from(number))),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        "-?[0-9]{1,60}(\\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?".prop_map(|text| text.parse().unwrap()),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).ok()),
    ]
}
