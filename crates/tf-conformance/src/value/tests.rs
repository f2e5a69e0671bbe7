//! What the wire and JSON forms are, and what is refused.

use serde_json::json;

use super::*;

fn text(value: &str) -> Value {
    Value::number(value).unwrap()
}

#[test]
fn numbers_have_core_s_forms() {
    let bytes = |number| encode(&text(number), &Type::Number);
    assert_eq!(bytes("1"), [0x01]);
    assert_eq!(bytes("1000000000000000000")[0], 0xcf);
    assert_eq!(bytes("-9223372036854775808")[0], 0xd3);
    assert_eq!(bytes("1.5")[0], 0xcb);
    assert_eq!(bytes("0.1"), b"\xa30.1");
    assert_eq!(bytes("9223372036854775808"), b"\xb39223372036854775808");
    assert_eq!(bytes("1e30").len(), 32);
}

#[test]
fn numbers_are_read_from_every_form() {
    for bytes in [&b"\xa30.5"[..], &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], &[0xca, 0x3f, 0, 0, 0]] {
        assert_eq!(decode(bytes, &Type::Number), Ok(text("0.5")));
    }
    let near = decode(&[0xcb, 0x3f, 0xc7, 0x0a, 0x3d, 0x70, 0xa3, 0xd7, 0x0a], &Type::Number).unwrap();
    assert_eq!(near, text("0.179999999999999993338661852249060757458209991455078125"));
    assert_ne!(near, text("0.18"), "Core compares floats by their last digit");
    assert!(decode(b"\xa30.5", &Type::Bool).is_err());
    assert_eq!(text("0.180"), text("0.18"));
}

#[test]
fn unknown_values_are_read_as_core_reads_them() {
    let plain = encode(&Value::Unknown, &Type::String);
    assert_eq!(plain, [0xd4, 0, 0]);
    assert_eq!(decode(&plain, &Type::String), Ok(Value::Unknown));
    let refined = [0xc7, 3, 12, 0x81, 1, 0xc2];
    assert_eq!(decode(&refined, &Type::String), Ok(Value::Unknown));
    let other = [0xd5, 7, 1, 2];
    assert!(decode(&other, &Type::String).unwrap_err().message.contains("unsupported extension"));
    assert_eq!(decode_leniently(&other, &Type::String), Ok(Value::Unknown));
}

#[test]
fn objects_have_exactly_their_attributes() {
    let one = Type::Object([("a".to_owned(), Type::Bool)].into());
    let two = Type::Object([("a".to_owned(), Type::Bool), ("b".to_owned(), Type::Bool)].into());
    let small = encode(&from_json(&json!({"a": true}), &one).unwrap(), &one);
    let big = encode(&from_json(&json!({"a": true}), &two).unwrap(), &two);
    assert!(decode(&small, &two).unwrap_err().message.contains("2 attributes"));
    assert_eq!(decode(&big, &one).unwrap_err().path, "b");
}

#[test]
fn dynamic_values_carry_their_type() {
    let value = from_json(&json!({"a": [1, "x"]}), &Type::Dynamic).unwrap();
    let bytes = encode(&value, &Type::Dynamic);
    assert_eq!(decode(&bytes, &Type::Dynamic), Ok(value));
}

#[test]
fn sets_have_no_order() {
    let set = Type::Set(Box::new(Type::String));
    let read = |json| from_json(&json, &set).unwrap();
    assert_eq!(read(json!(["a", "b"])), read(json!(["b", "a"])));
}

#[test]
fn types_come_back_from_their_json() {
    for json in [r#""dynamic""#, r#"["set",["object",{"a":["tuple",["bool","number"]]}]]"#] {
        assert_eq!(type_json(&parse_type(json.as_bytes()).unwrap()).to_string(), json);
    }
    for json in ["", "5", r#""int""#, r#"["list"]"#, r#"["object",[]]"#, r#"["list","bool","bool"]"#] {
        assert!(parse_type(json.as_bytes()).is_err(), "{json}");
    }
}

#[test]
fn what_a_case_file_gets_wrong_is_named() {
    let ty = Type::Object([("a".to_owned(), Type::List(Box::new(Type::Bool)))].into());
    assert_eq!(
        from_json(&json!({"a": [true, 1]}), &ty).unwrap_err().to_string(),
        "a[1]: true or false is needed"
    );
    assert_eq!(from_json(&json!({"b": 1}), &ty).unwrap_err().path, "b");
}
