//! MessagePack as Terraform and OpenTofu were seen to send it, and the bytes
//! they are known to accept.

use crate::protocol::codec::{DecodeReason, EncodeReason, MAX_BYTES, MAX_DEPTH};
use crate::protocol::msgpack::{decode, encode};
use crate::protocol::number::NumberError;
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Unknown, Value};

const NOT_NULL: Value = Value::Unknown(Unknown { not_null: true });

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Equality of values ignores what is known of an unknown; these tests do not.
fn is_not_null(value: &Value) -> bool {
    matches!(value, Value::Unknown(Unknown { not_null: true }))
}

#[test]
fn scalars_are_written_as_terraform_writes_them() {
    let cases: [(Type, Value, &[u8]); 19] = [
        (Type::String, Value::Null, b"\xc0"),
        (Type::Bool, Value::Bool(true), b"\xc3"),
        (Type::Bool, Value::Bool(false), b"\xc2"),
        (Type::String, Value::string(""), b"\xa0"),
        (Type::String, Value::string("é"), b"\xa2\xc3\xa9"),
        (Type::Number, number("0"), b"\x00"),
        (Type::Number, number("1.0"), b"\x01"),
        (Type::Number, number("127"), b"\x7f"),
        (Type::Number, number("128"), b"\xcc\x80"),
        (Type::Number, number("-1"), b"\xff"),
        (Type::Number, number("-33"), b"\xd0\xdf"),
        (Type::Number, number("1000000000000000000"), b"\xcf\x0d\xe0\xb6\xb3\xa7\x64\x00\x00"),
        (Type::Number, number("9223372036854775807"), b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
        (Type::Number, number("-9223372036854775808"), b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
        (Type::Number, number("0.1"), b"\xa30.1"),
        (Type::Number, number("-1.5"), b"\xa4-1.5"),
        (Type::Number, number("18446744073709551616"), b"\xb418446744073709551616"),
        (Type::Number, number("1e30"), b"\xbf1000000000000000000000000000000"),
        (Type::Number, number("0.0000001"), b"\xa90.0000001"),
    ];
    for (ty, value, bytes) in cases {
        assert_eq!(encode(&value, &ty).unwrap(), bytes, "{value:?}");
        assert_eq!(decode(bytes, &ty).unwrap(), value);
    }
}

#[test]
fn every_form_of_a_number_is_read() {
    let cases: [(&[u8], &str); 14] = [
        (b"\xcc\xff", "255"),
        (b"\xcd\x01\x00", "256"),
        (b"\xce\x00\x01\x00\x00", "65536"),
        (b"\xcf\x00\x00\x00\x00\x00\x00\x00\x05", "5"),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
        (b"\xd0\x05", "5"),
        (b"\xd1\xff\x00", "-256"),
        (b"\xd2\x80\x00\x00\x00", "-2147483648"),
        (b"\xd3\xff\xff\xff\xff\xff\xff\xff\xff", "-1"),
        (b"\xca\x3f\xc0\x00\x00", "1.5"),
        (b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", "1.5"),
        (
            b"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a",
            "0.1000000000000000055511151231257827021181583404541015625",
        ),
        (b"\xa41e-2", "0.01"),
        (b"\xd9\x124503599627370497.5", "4503599627370497.5"),
    ];
    for (bytes, text) in cases {
        assert_eq!(decode(bytes, &Type::Number).unwrap(), number(text), "{bytes:x?}");
    }
}

/// As the float it is, and not as the decimal that is next to it.
#[test]
fn a_float_goes_back_as_it_came() {
    let same = |sent: &[u8], back: &[u8]| {
        assert_eq!(encode(&decode(sent, &Type::Number).unwrap(), &Type::Number).unwrap(), back, "{sent:x?}");
    };
    for float in [0.18_f64, -0.1, 0.1 + 0.2, 1e-7, 4_503_599_627_370_496.5 / 7.0] {
        let sent = [&b"\xcb"[..], &float.to_be_bytes()].concat();
        same(&sent, &sent);
    }
    // These are no other number in another form.
    same(&[&b"\xcb"[..], &600.0_f64.to_be_bytes()].concat(), b"\xcd\x02\x58");
    same(&[&b"\xcb"[..], &0.5_f64.to_be_bytes()].concat(), b"\xa30.5");
}

#[test]
fn what_is_no_finite_number_is_refused() {
    for bytes in [
        b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00",
        b"\xcb\xff\xf0\x00\x00\x00\x00\x00\x00",
        b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    ] {
        let error = decode(bytes, &Type::Number).unwrap_err();
        assert_eq!(*error.reason(), DecodeReason::NotFinite);
        assert_eq!(
            error.to_string(),
            "a finite decimal number is required, found an infinity or not-a-number"
        );
    }
    assert_eq!(
        *decode(b"\xca\x7f\x80\x00\x00", &Type::Number).unwrap_err().reason(),
        DecodeReason::NotFinite
    );
    for text in [b"\xa3abc", b"\xa3Inf", b"\xa3NaN"] {
        let error = decode(text, &Type::Number).unwrap_err();
        assert_eq!(*error.reason(), DecodeReason::Number(NumberError::Malformed));
    }
}

#[test]
fn unknown_values_are_written_in_the_forms_terraform_accepts() {
    assert_eq!(encode(&UNKNOWN, &Type::String).unwrap(), b"\xd4\x00\x00");
    assert_eq!(encode(&NOT_NULL, &Type::String).unwrap(), b"\xc7\x03\x0c\x81\x01\xc2");
    // Terraform's own encoder never refines an unknown of unknown type.
    assert_eq!(encode(&NOT_NULL, &Type::Dynamic).unwrap(), b"\xd4\x00\x00");
    assert!(is_not_null(&decode(b"\xc7\x03\x0c\x81\x01\xc2", &Type::String).unwrap()));
}

/// `name = "pre-${unknown}"`, as seen from Terraform 1.11.
#[test]
fn a_refined_unknown_string_is_read() {
    let value = decode(b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4pre-", &Type::String).unwrap();
    assert!(is_not_null(&value));
}

#[test]
fn refinements_not_understood_are_left_out() {
    let cases: [(&[u8], bool); 11] = [
        // A refinement to come, before and after the one understood.
        (b"\xc7\x0d\x0c\x82\x7f\x93\x01\x81\xa1a\x90\xd4\x00\x00\x01\xc2", true),
        (b"\xc7\x05\x0c\x82\x01\xc2\x63\xc0", true),
        // A key that is no number, and the key in a longer form.
        (b"\xc7\x06\x0c\x82\xa1k\xc0\x01\xc2", true),
        (b"\xd6\x0c\x81\xcc\x01\xc2", true),
        // Null, or something that is no truth value.
        (b"\xc7\x03\x0c\x81\x01\xc3", false),
        (b"\xc7\x03\x0c\x81\x01\x05", false),
        // Bounds of a number and a length.
        (b"\xc7\x05\x0c\x81\x03\x92\x01\xc3", false),
        // Malformed bodies: not a map, cut short, reserved, empty, padded.
        (b"\xd4\x0c\xc0", false),
        (b"\xd5\x0c\x81\x01", false),
        (b"\xc7\x00\x0c", false),
        (b"\xd6\x0c\x81\x01\xc2\xff", true),
    ];
    for (bytes, not_null) in cases {
        let value = decode(bytes, &Type::String).unwrap();
        assert!(value.is_unknown(), "{bytes:x?}");
        assert_eq!(is_not_null(&value), not_null, "{bytes:x?}");
    }
}

#[test]
fn any_extension_anywhere_is_an_unknown_value() {
    let body = [0u8; 300];
    let extensions = [
        joined(&[b"\xd4\x07", &body[..1]]),
        joined(&[b"\xd5\x07", &body[..2]]),
        joined(&[b"\xd6\x07", &body[..4]]),
        joined(&[b"\xd7\xff", &body[..8]]),
        joined(&[b"\xd8\x07", &body[..16]]),
        joined(&[b"\xc7\x00\x07"]),
        joined(&[b"\xc7\x05\x80", &body[..5]]),
        joined(&[b"\xc8\x01\x2c\x07", &body]),
        joined(&[b"\xc9\x00\x00\x01\x2c\x07", &body]),
    ];
    let types = [
        Type::Bool,
        Type::Number,
        Type::String,
        Type::Dynamic,
        Type::list(Type::Bool),
        Type::set(Type::Bool),
        Type::map(Type::Bool),
        Type::Tuple(vec![Type::Bool]),
        Type::object([("a", Type::Bool)]),
    ];
    for extension in &extensions {
        for ty in &types {
            assert_eq!(decode(extension, ty).unwrap(), UNKNOWN, "{ty:?} {extension:x?}");
            let inside = decode(&joined(&[b"\x81\xa1a", extension]), &Type::object([("a", ty.clone())]));
            assert_eq!(inside.unwrap(), Value::map([("a", UNKNOWN)]));
        }
    }
}

#[test]
fn dynamic_values_carry_their_type() {
    let typed = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
    let cases: [(Value, &[u8]); 6] = [
        (Value::Null, b"\xc0"),
        (UNKNOWN, b"\xd4\x00\x00"),
        (typed(Type::String, Value::string("a")), b"\x92\xc4\x08\"string\"\xa1a"),
        (typed(Type::String, Value::Null), b"\x92\xc4\x08\"string\"\xc0"),
        (typed(Type::String, UNKNOWN), b"\x92\xc4\x08\"string\"\xd4\x00\x00"),
        (
            typed(Type::Tuple(vec![Type::Dynamic]), Value::List(vec![typed(Type::Bool, Value::Bool(true))])),
            b"\x92\xc4\x15[\"tuple\",[\"dynamic\"]]\x91\x92\xc4\x06\"bool\"\xc3",
        ),
    ];
    for (value, bytes) in cases {
        assert_eq!(encode(&value, &Type::Dynamic).unwrap(), bytes, "{value:?}");
        assert_eq!(decode(bytes, &Type::Dynamic).unwrap(), value);
    }
}

#[test]
fn a_dynamic_value_within_a_dynamic_value_is_one() {
    let bytes = b"\x92\xc4\x09\"dynamic\"\x92\xc4\x08\"string\"\xa1a";
    let value = Value::Dynamic(Box::new((Type::String, Value::string("a"))));
    assert_eq!(decode(bytes, &Type::Dynamic).unwrap(), value);
    assert_eq!(decode(b"\x92\xc4\x09\"dynamic\"\xd4\x00\x00", &Type::Dynamic).unwrap(), UNKNOWN);
}

#[test]
fn a_dynamic_value_needs_a_type() {
    for bytes in [&b"\xa1a"[..], b"\x91\xc0", b"\x92\xc0\xc0", b"\x92\xc4\x03\"a\"\xc0", b"\x81\xa1a\xc0"] {
        assert!(decode(bytes, &Type::Dynamic).is_err(), "{bytes:x?}");
    }
    let error = encode(&Value::string("a"), &Type::Dynamic).unwrap_err();
    assert_eq!(error.to_string(), "a value with its type is required, found a string");
}

#[test]
fn objects_must_have_exactly_the_attributes_of_their_type() {
    let ty = Type::list(Type::object([("a", Type::String), ("b", Type::String)]));
    let message = |bytes: &[u8]| decode(bytes, &ty).unwrap_err().to_string();
    assert_eq!(message(b"\x91\x81\xa1a\xc0"), "[0].b: the attribute is missing");
    assert_eq!(message(b"\x91\x83\xa1a\xc0\xa1b\xc0\xa1c\xc0"), "[0].c: unsupported attribute");
    assert_eq!(message(b"\x91\x82\xa1a\xc0\xa1a\xc0"), "[0].a: the key is repeated");
    assert_eq!(message(b"\x91\x80"), "[0].a: the attribute is missing");
    assert_eq!(message(b"\x91\x82\xa1a\xc0\xa1b\x05"), "[0].b: a string is required, found a number");
    assert_eq!(message(b"\x91\x81\x01\xc0"), "[0]: a string key is required, found a number");

    let message = |value: Value| encode(&Value::List(vec![value]), &ty).unwrap_err().to_string();
    assert_eq!(message(Value::map([("a", Value::Null)])), "[0].b: the attribute is missing");
    assert_eq!(
        message(Value::map([("a", Value::Null), ("b", Value::Null), ("c", Value::Null)])),
        "[0].c: unsupported attribute"
    );
    assert_eq!(
        message(Value::map([("a", Value::Bool(true)), ("b", Value::Null)])),
        "[0].a: a string is required, found a bool"
    );
}

#[test]
fn object_attributes_may_come_in_any_order() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
    let value = Value::map([("a", Value::string("x")), ("b", Value::Bool(true))]);
    assert_eq!(decode(b"\x82\xa1b\xc3\xa1a\xa1x", &ty).unwrap(), value);
    assert_eq!(encode(&value, &ty).unwrap(), b"\x82\xa1a\xa1x\xa1b\xc3");
}

#[test]
fn a_repeated_map_key_is_refused() {
    let error = decode(b"\x82\xa1a\xc2\xa1a\xc3", &Type::map(Type::Bool)).unwrap_err();
    assert_eq!(error.to_string(), "[\"a\"]: the key is repeated");
}

#[test]
fn tuples_must_have_exactly_the_elements_of_their_type() {
    let ty = Type::Tuple(vec![Type::Bool, Type::String]);
    assert_eq!(
        decode(b"\x92\xc3\xa1x", &ty).unwrap(),
        Value::List(vec![Value::Bool(true), Value::string("x")])
    );
    for bytes in [&b"\x91\xc3"[..], b"\x93\xc3\xa1x\xc0", b"\x90"] {
        assert_eq!(*decode(bytes, &ty).unwrap_err().reason(), DecodeReason::TupleLength { expected: 2 });
    }
    let error = encode(&Value::List(vec![]), &ty).unwrap_err();
    assert_eq!(*error.reason(), EncodeReason::TupleLength { expected: 2 });
}

#[test]
fn a_repeated_set_element_is_dropped_unless_it_is_unknown() {
    let ty = Type::set(Type::String);
    let value = decode(b"\x93\xa1a\xa1b\xa1a", &ty).unwrap();
    assert_eq!(value, Value::Set(vec![Value::string("a"), Value::string("b")]));
    let value = decode(b"\x92\xd4\x00\x00\xd4\x00\x00", &ty).unwrap();
    assert_eq!(value, Value::Set(vec![UNKNOWN, UNKNOWN]));
}

#[test]
fn equal_sets_are_equal_bytes() {
    let ty = Type::set(Type::set(Type::Number));
    let set = |items: &[&str]| Value::set(items.iter().map(|item| number(item)));
    let one = Value::set([set(&["1", "0.5"]), set(&[]), set(&["300", "2"])]);
    let other = Value::set([set(&["2", "300"]), set(&["0.50", "1"]), set(&[])]);
    assert_eq!(encode(&one, &ty), encode(&other, &ty));
    assert_eq!(decode(&encode(&one, &ty).unwrap(), &ty).unwrap(), other);
}

#[test]
fn malformed_bytes_are_refused() {
    let cases: [(&[u8], DecodeReason); 7] = [
        (b"", DecodeReason::Truncated),
        (b"\xc1", DecodeReason::ReservedMarker),
        (b"\xa1\xff", DecodeReason::Utf8),
        (b"\xa2a", DecodeReason::Truncated),
        (b"\xdb\xff\xff\xff\xffa", DecodeReason::Truncated),
        (b"\xa1a\xc0", DecodeReason::TrailingBytes),
        (b"\xc4\x01a", DecodeReason::WrongKind { expected: "a string", found: "binary data" }),
    ];
    for (bytes, reason) in cases {
        assert_eq!(*decode(bytes, &Type::String).unwrap_err().reason(), reason, "{bytes:x?}");
    }
}

/// A length prefix may claim four thousand million elements; nothing is
/// allocated on its word.
#[test]
fn a_length_beyond_the_bytes_is_refused_before_anything_is_allocated() {
    let cases: [(&[u8], Type); 5] = [
        (b"\xdd\xff\xff\xff\xff\xc0", Type::list(Type::Bool)),
        (b"\xdd\xff\xff\xff\xff\xc0", Type::set(Type::Bool)),
        (b"\xdf\xff\xff\xff\xff\xa1a\xc0", Type::map(Type::Bool)),
        (b"\xdf\xff\xff\xff\xff\xa1a\xc0", Type::object([("a", Type::Bool)])),
        (b"\xc9\xff\xff\xff\xff\x0c\x81", Type::Bool),
    ];
    for (bytes, ty) in cases {
        assert_eq!(*decode(bytes, &ty).unwrap_err().reason(), DecodeReason::Truncated, "{bytes:x?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let ty = (0..levels).fold(Type::Bool, |ty, _| Type::list(ty));
        let value = (0..levels).fold(Value::Bool(true), |value, _| Value::List(vec![value]));
        (ty, value, joined(&[&vec![0x91; levels], b"\xc3"]))
    };
    let (ty, value, bytes) = nested(MAX_DEPTH);
    assert_eq!(decode(&bytes, &ty).unwrap(), value);
    assert_eq!(encode(&value, &ty).unwrap(), bytes);
    let (ty, value, bytes) = nested(MAX_DEPTH + 1);
    assert_eq!(*decode(&bytes, &ty).unwrap_err().reason(), DecodeReason::TooDeep);
    assert_eq!(*encode(&value, &ty).unwrap_err().reason(), EncodeReason::TooDeep);
}

/// Dynamic values bring their own types, so the schema does not bound them.
#[test]
fn nesting_of_dynamic_values_is_bounded() {
    let wrapper = b"\x92\xc4\x15[\"tuple\",[\"dynamic\"]]\x91";
    let bytes = joined(&[&wrapper.repeat(100_000), b"\xc0"]);
    assert_eq!(*decode(&bytes, &Type::Dynamic).unwrap_err().reason(), DecodeReason::TooDeep);
}

/// Deep refinements are skipped without recursion.
#[test]
fn a_refinement_of_any_depth_does_not_exhaust_the_stack() {
    let body = joined(&[b"\x82\x63", &vec![0x91; 60_000], b"\xc0\x01\xc2"]);
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let value = decode(&joined(&[b"\xc8", &length, b"\x0c", &body]), &Type::String).unwrap();
    assert!(is_not_null(&value));
}

#[test]
fn errors_never_show_the_value() {
    let secret = "hunter2";
    let bytes = encode(&Value::string(secret), &Type::String).unwrap();
    for ty in [Type::Bool, Type::Number, Type::Dynamic, Type::list(Type::String), Type::map(Type::String)] {
        let error = decode(&bytes, &ty).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
        let error = encode(&Value::string(secret), &ty).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

/// A create of nearly the largest size must not be lost because the API added
/// some.
#[test]
fn a_value_longer_than_any_that_is_read_can_still_be_written() {
    let long = "7".repeat(MAX_BYTES);
    let written = encode(&Value::string(long), &Type::String).unwrap();
    assert_eq!(written.len(), MAX_BYTES + 5);
    assert_eq!(*decode(&written, &Type::String).unwrap_err().reason(), DecodeReason::TooLong);
}
