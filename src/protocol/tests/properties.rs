//! What holds of any value and any bytes.

use proptest::prelude::*;
use proptest::sample::Index;

use super::any_value::{Knowledge, any_type, any_typed_value};
use crate::protocol::types::Type;
use crate::protocol::value::{Unknown, Value};
use crate::protocol::{json, msgpack, type_json};

/// How many unknowns are known not to be null: equality does not count them.
fn refined(value: &Value) -> usize {
    match value {
        Value::Unknown(Unknown { not_null }) => usize::from(*not_null),
        Value::List(items) | Value::Set(items) => items.iter().map(refined).sum(),
        Value::Map(entries) => entries.values().map(refined).sum(),
        Value::Dynamic(inner) => refined(&inner.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// What was read from whatever bytes can be written and read again.
fn survives_msgpack(value: &Value, ty: &Type) {
    let bytes = msgpack::encode(value, ty).unwrap();
    assert_eq!(&msgpack::decode(&bytes, ty).unwrap(), value);
}

proptest! {
    #[test]
    fn any_type_survives_json(ty in any_type()) {
        prop_assert_eq!(type_json::decode(&type_json::encode(&ty)), Ok(ty));
    }

    #[test]
    fn any_value_survives_msgpack((ty, value) in any_typed_value(Knowledge::Partial)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        let read = msgpack::decode(&bytes, &ty).unwrap();
        prop_assert_eq!(refined(&read), refined(&value));
        prop_assert_eq!(&read, &value);
        // The written form is one and the same for equal values.
        prop_assert_eq!(msgpack::encode(&read, &ty).unwrap(), bytes);
    }

    #[test]
    fn any_known_value_survives_json((ty, value) in any_typed_value(Knowledge::Whole)) {
        let text = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(&json::decode(&text, &ty).unwrap(), &value);
        prop_assert_eq!(&json::decode_lenient(&text, &ty).unwrap(), &value);
        // It is JSON to any other reader, too, whatever the layout.
        let pretty = serde_json::to_vec_pretty(&serde_json::from_slice::<serde_json::Value>(&text).unwrap()).unwrap();
        prop_assert_eq!(&json::decode(&pretty, &ty).unwrap(), &value);
    }

    #[test]
    fn a_state_read_from_json_survives_msgpack((ty, value) in any_typed_value(Knowledge::Whole)) {
        let stored = json::decode(&json::encode(&value, &ty).unwrap(), &ty).unwrap();
        let answered = msgpack::decode(&msgpack::encode(&stored, &ty).unwrap(), &ty).unwrap();
        prop_assert_eq!(answered, value);
    }

    #[test]
    fn json_holds_exactly_the_wholly_known((ty, value) in any_typed_value(Knowledge::Partial)) {
        prop_assert_eq!(json::encode(&value, &ty).is_ok(), value.is_wholly_known());
    }

    #[test]
    fn equal_values_have_equal_hashes((ty, value) in any_typed_value(Knowledge::Partial)) {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let read = msgpack::decode(&msgpack::encode(&value, &ty).unwrap(), &ty).unwrap();
        let hasher = BuildHasherDefault::<DefaultHasher>::new();
        prop_assert_eq!(hasher.hash_one(&read), hasher.hash_one(&value));
    }

    #[test]
    fn msgpack_cut_anywhere_is_refused((ty, value) in any_typed_value(Knowledge::Partial)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        for end in 0..bytes.len() {
            prop_assert!(msgpack::decode(&bytes[..end], &ty).is_err(), "cut at {}", end);
        }
    }

    #[test]
    fn json_cut_anywhere_is_refused((ty, value) in any_typed_value(Knowledge::Whole)) {
        // In an array, as a number that is cut is a number still.
        let (ty, value) = (Type::list(ty), Value::List(vec![value]));
        let text = json::encode(&value, &ty).unwrap();
        for end in 0..text.len() {
            prop_assert!(json::decode(&text[..end], &ty).is_err(), "cut at {}", end);
            prop_assert!(json::decode_lenient(&text[..end], &ty).is_err(), "cut at {}", end);
        }
    }

    #[test]
    fn no_bytes_cause_a_panic(ty in any_type(), bytes in any::<Vec<u8>>()) {
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            survives_msgpack(&value, &ty);
        }
        let _ = json::decode(&bytes, &ty);
        let _ = json::decode_lenient(&bytes, &ty);
        let _ = type_json::decode(&bytes);
    }

    #[test]
    fn no_change_to_valid_msgpack_causes_a_panic(
        (ty, value) in any_typed_value(Knowledge::Partial),
        changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = msgpack::encode(&value, &ty).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            survives_msgpack(&value, &ty);
        }
    }

    #[test]
    fn no_change_to_valid_json_causes_a_panic(
        (ty, value) in any_typed_value(Knowledge::Whole),
        changes in proptest::collection::vec((any::<Index>(), prop::sample::select(&b"{}[]\",:0-.e\\nt \xff"[..])), 1..4),
    ) {
        let mut text = json::encode(&value, &ty).unwrap();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        for value in [json::decode(&text, &ty), json::decode_lenient(&text, &ty)].into_iter().flatten() {
            survives_msgpack(&value, &ty);
        }
    }

    #[test]
    fn a_value_is_read_as_another_type_without_panic(
        (ty, value) in any_typed_value(Knowledge::Whole),
        other in any_type(),
    ) {
        let _ = msgpack::decode(&msgpack::encode(&value, &ty).unwrap(), &other);
        let text = json::encode(&value, &ty).unwrap();
        let _ = json::decode(&text, &other);
        let _ = json::decode_lenient(&text, &other);
        let _ = msgpack::encode(&value, &other);
        let _ = json::encode(&value, &other);
    }
}
