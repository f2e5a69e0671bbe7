//! The deepest value each codec takes fits a quarter of the stack that a
//! worker thread has, in a debug build too.

use std::thread;

use crate::protocol::codec::MAX_DEPTH;
use crate::protocol::types::Type;
use crate::protocol::value::Value;
use crate::protocol::{json, msgpack, type_json};

/// Worker threads have 2 MiB.
const STACK: usize = 512 * 1024;

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

fn survives(ty: &Type, value: &Value) {
    let bytes = msgpack::encode(value, ty).unwrap();
    assert_eq!(&msgpack::decode(&bytes, ty).unwrap(), value);
    let text = json::encode(value, ty).unwrap();
    assert_eq!(&json::decode(&text, ty).unwrap(), value);
    assert_eq!(&json::decode_lenient(&text, ty).unwrap(), value);
    assert!(value.clone().is_wholly_known());
    assert!(!format!("{value:?}").is_empty());
}

#[test]
fn the_deepest_objects_fit() {
    on_a_small_stack(|| {
        let ty = (0..MAX_DEPTH).fold(Type::Bool, |ty, _| Type::object([("a", ty)]));
        let value = (0..MAX_DEPTH).fold(Value::Bool(true), |value, _| Value::map([("a", value)]));
        survives(&ty, &value);
    });
}

#[test]
fn the_deepest_sets_fit() {
    on_a_small_stack(|| {
        let ty = (0..MAX_DEPTH).fold(Type::Bool, |ty, _| Type::set(ty));
        let value = (0..MAX_DEPTH).fold(Value::Bool(true), |value, _| Value::set([value]));
        survives(&ty, &value);
    });
}

#[test]
fn the_deepest_dynamic_values_fit() {
    on_a_small_stack(|| {
        let ty = Type::Tuple(vec![Type::Dynamic]);
        let value = (0..MAX_DEPTH / 2)
            .fold(Value::Null, |value, _| Value::Dynamic(Box::new((ty.clone(), Value::List(vec![value])))));
        survives(&Type::Dynamic, &value);
    });
}

#[test]
fn the_deepest_type_fits() {
    on_a_small_stack(|| {
        let ty = (0..MAX_DEPTH).fold(Type::Bool, |ty, _| Type::object([("a", ty)]));
        assert_eq!(type_json::decode(&type_json::encode(&ty)), Ok(ty));
    });
}
