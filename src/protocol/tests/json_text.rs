//! JSON as it stands in a stored state, and how forgiving its reading is.

use crate::protocol::codec::{DecodeReason, EncodeReason, MAX_DEPTH};
use crate::protocol::json::{decode, decode_lenient, encode};
use crate::protocol::number::NumberError;
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn strict(text: &str, ty: &Type) -> Value {
    decode(text.as_bytes(), ty).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn lenient(text: &str, ty: &Type) -> Value {
    decode_lenient(text.as_bytes(), ty).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The message of the error, which must be the same for both ways of reading.
fn refused(text: &str, ty: &Type) -> String {
    let error = decode(text.as_bytes(), ty).expect_err(text);
    assert_eq!(decode_lenient(text.as_bytes(), ty).as_ref(), Err(&error));
    error.to_string()
}

#[test]
fn every_type_has_its_form() {
    let typed = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
    let cases = [
        (Type::String, Value::Null, "null"),
        (Type::Bool, Value::Bool(true), "true"),
        (Type::Bool, Value::Bool(false), "false"),
        (Type::String, Value::string("é\"\\\n\u{1f600}"), r#""é\"\\\n😀""#),
        (Type::Number, number("0.1"), "0.1"),
        (Type::Number, number("18446744073709551616"), "18446744073709551616"),
        (Type::Number, number("-5"), "-5"),
        (Type::list(Type::Number), Value::List(vec![number("1"), Value::Null]), "[1,null]"),
        (Type::list(Type::Number), Value::List(vec![]), "[]"),
        (Type::set(Type::Bool), Value::Set(vec![Value::Bool(true)]), "[true]"),
        (
            Type::Tuple(vec![Type::Bool, Type::String]),
            Value::List(vec![Value::Bool(true), Value::string("a")]),
            r#"[true,"a"]"#,
        ),
        (
            Type::map(Type::Bool),
            Value::map([("b\"", Value::Null), ("a", Value::Bool(true))]),
            r#"{"a":true,"b\"":null}"#,
        ),
        (Type::object([("a", Type::Bool)]), Value::map([("a", Value::Null)]), r#"{"a":null}"#),
        (Type::Dynamic, Value::Null, "null"),
        (Type::Dynamic, typed(Type::String, Value::string("a")), r#"{"value":"a","type":"string"}"#),
        (
            Type::Dynamic,
            typed(Type::list(Type::Bool), Value::List(vec![Value::Bool(true)])),
            r#"{"value":[true],"type":["list","bool"]}"#,
        ),
    ];
    for (ty, value, text) in cases {
        assert_eq!(String::from_utf8(encode(&value, &ty).unwrap()).unwrap(), text);
        assert_eq!(strict(text, &ty), value, "{text}");
        assert_eq!(lenient(text, &ty), value, "{text}");
    }
}

#[test]
fn numbers_are_read_digit_by_digit() {
    for text in
        ["0.1", "0.1234567890123456789012345678901", "123456789012345678901234567890", "1e30", "1.5E-7", "-0"]
    {
        assert_eq!(strict(text, &Type::Number), number(text));
    }
    assert_eq!(
        *decode(b"1e999999999", &Type::Number).unwrap_err().reason(),
        DecodeReason::Number(NumberError::TooLong)
    );
}

/// Terraform keeps its state pretty-printed.
#[test]
fn white_space_is_no_matter() {
    let ty = Type::object([
        ("ips", Type::set(Type::String)),
        ("any", Type::Dynamic),
        ("price", Type::Number),
        ("note", Type::String),
    ]);
    let text = " {\r\n\t\"ips\" : [ \"a\" , \"b\" ] ,\n \"any\" : { \"type\" : [ \"list\" , \"bool\" ] , \"value\" : [ true ] } ,\n \"price\" : 0.18 ,\n \"note\" : null } \n";
    let value = strict(text, &ty);
    assert_eq!(value.get("price"), Some(&number("0.18")));
    assert_eq!(value.get("ips"), Some(&Value::Set(vec![Value::string("b"), Value::string("a")])));
    assert_eq!(
        value.get("any"),
        Some(&Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(vec![Value::Bool(true)])))))
    );
    assert_eq!(lenient(text, &ty), value);
}

#[test]
fn a_state_of_another_schema_is_read_leniently_only() {
    let ty = Type::list(Type::object([("a", Type::String), ("b", Type::list(Type::Bool))]));
    let text = r#"[{"gone": {"deep": [1, {"x": "\ud800"}]}, "a": "x"}]"#;
    let value = Value::List(vec![Value::map([("a", Value::string("x")), ("b", Value::Null)])]);
    assert_eq!(lenient(text, &ty), value);
    assert_eq!(decode(text.as_bytes(), &ty).unwrap_err().to_string(), "[0].gone: unsupported attribute");
    assert_eq!(decode(br#"[{"a": "x"}]"#, &ty).unwrap_err().to_string(), "[0].b: the attribute is missing");
    assert_eq!(lenient("[{}]", &ty), Value::List(vec![Value::map([("a", Value::Null), ("b", Value::Null)])]));
}

#[test]
fn scalars_of_another_kind_are_converted_leniently_only() {
    let cases = [
        (Type::String, "5.50", Value::string("5.50")),
        (Type::String, "true", Value::string("true")),
        (Type::String, "false", Value::string("false")),
        (Type::Number, r#""0.10""#, number("0.1")),
        (Type::Bool, r#""true""#, Value::Bool(true)),
        (Type::Bool, r#""1""#, Value::Bool(true)),
        (Type::Bool, "1", Value::Bool(true)),
        (Type::Bool, r#""false""#, Value::Bool(false)),
        (Type::Bool, r#""0""#, Value::Bool(false)),
        (Type::Bool, "0", Value::Bool(false)),
    ];
    for (ty, text, value) in cases {
        assert_eq!(lenient(text, &ty), value, "{text}");
        let error = decode(text.as_bytes(), &ty).unwrap_err();
        assert!(matches!(error.reason(), DecodeReason::WrongKind { .. }), "{error:?}");
        let text = format!(r#"{{"a":[{text}]}}"#);
        assert_eq!(lenient(&text, &Type::map(Type::list(ty))), Value::map([("a", Value::List(vec![value]))]));
    }
}

#[test]
fn what_cannot_be_converted_is_refused_leniently_too() {
    assert_eq!(refused(r#""True""#, &Type::Bool), "a bool is required, found a string");
    assert_eq!(refused("2", &Type::Bool), "a bool is required, found a number");
    assert_eq!(refused("true", &Type::Number), "a number is required, found a bool");
    assert_eq!(refused("[1]", &Type::Number), "a number is required, found an array");
    assert_eq!(
        refused(r#"{"a":{}}"#, &Type::map(Type::String)),
        r#"["a"]: a string is required, found an object"#
    );
    assert_eq!(
        decode_lenient(br#""five""#, &Type::Number).unwrap_err().to_string(),
        "a decimal number is required, found text that is none"
    );
}

#[test]
fn structures_of_another_kind_are_refused_with_their_path() {
    let ty = Type::object([("rules", Type::list(Type::map(Type::list(Type::Bool))))]);
    assert_eq!(
        refused(r#"{"rules":[{},{"k":5}]}"#, &ty),
        r#"rules[1]["k"]: a list is required, found another kind of value"#
    );
    assert_eq!(
        refused(r#"{"rules":[{},"text"]}"#, &ty),
        "rules[1]: a map is required, found another kind of value"
    );
    assert_eq!(refused("5", &ty), "an object is required, found another kind of value");
    assert_eq!(refused("[]", &ty), "an object is required, found another kind of value");
    assert_eq!(refused("{}", &Type::set(Type::Bool)), "a set is required, found another kind of value");
}

/// The JSON reader has a private name for numbers of any precision; a map must
/// not take a number for a map.
#[test]
fn a_number_is_no_map() {
    assert_eq!(refused("5", &Type::map(Type::String)), "a map is required, found another kind of value");
    assert_eq!(
        refused("5", &Type::Dynamic),
        "a value with its type is required, found another kind of value"
    );
}

#[test]
fn tuples_must_have_exactly_the_elements_of_their_type() {
    let ty = Type::Tuple(vec![Type::Bool, Type::Bool]);
    for text in ["[]", "[true]", "[true,false,null]"] {
        assert_eq!(refused(text, &ty), "a tuple of 2 elements is required, found another length");
    }
    assert_eq!(refused("[true,5]", &ty), "[1]: a bool is required, found a number");
}

#[test]
fn a_repeated_key_is_refused_strictly_and_the_last_counts_leniently() {
    let text = br#"{"a":true,"a":false}"#;
    for (ty, message) in [
        (Type::map(Type::Bool), r#"["a"]: the key is repeated"#),
        (Type::object([("a", Type::Bool)]), "a: the key is repeated"),
    ] {
        assert_eq!(decode(text, &ty).unwrap_err().to_string(), message);
        assert_eq!(decode_lenient(text, &ty).unwrap(), Value::map([("a", Value::Bool(false))]));
    }
}

#[test]
fn the_type_of_a_dynamic_value_may_follow_or_precede_it() {
    let value = Value::Dynamic(Box::new((Type::Number, number("0.1"))));
    assert_eq!(strict(r#"{"value":0.1,"type":"number"}"#, &Type::Dynamic), value);
    assert_eq!(strict(r#"{"type":"number","value":0.1}"#, &Type::Dynamic), value);
    assert_eq!(strict(r#"{"type":"dynamic","value":{"type":"number","value":0.1}}"#, &Type::Dynamic), value);
    assert_eq!(strict(r#"{"type":"dynamic","value":null}"#, &Type::Dynamic), Value::Null);
    assert_eq!(
        strict(r#"{"type":"number","value":null}"#, &Type::Dynamic),
        Value::Dynamic(Box::new((Type::Number, Value::Null)))
    );
}

#[test]
fn a_malformed_dynamic_value_is_refused_with_its_path() {
    let ty = Type::object([("any", Type::Dynamic)]);
    let message = |any: &str| refused(&format!(r#"{{"any":{any}}}"#), &ty);
    assert_eq!(message(r#"{"value":1}"#), "any.type: the attribute is missing");
    assert_eq!(message(r#"{"type":"bool"}"#), "any.value: the attribute is missing");
    assert_eq!(message(r#"{"type":"bool","value":null,"x":1}"#), "any.x: unsupported attribute");
    assert_eq!(message(r#"{"type":"bool","type":"bool"}"#), "any.type: the key is repeated");
    assert!(message(r#"{"type":"text","value":null}"#).starts_with("any: the type of a dynamic value"));
    assert_eq!(
        message(r#"{"type":["list","bool"],"value":[true,{}]}"#),
        "any[1]: a bool is required, found an object"
    );
    assert_eq!(
        message(r#"{"type":["list","bool"],"value":{}}"#),
        "any: a list is required, found another kind of value"
    );
}

#[test]
fn a_repeated_set_element_is_dropped() {
    let value = strict("[1, 1.0, 2]", &Type::set(Type::Number));
    assert_eq!(value, Value::Set(vec![number("1"), number("2")]));
}

#[test]
fn malformed_text_is_refused_with_its_place() {
    let ty = Type::object([("a", Type::list(Type::String))]);
    let json = |text: &[u8]| decode(text, &ty).unwrap_err();
    assert_eq!(json(b"").to_string(), "malformed JSON at line 1, column 0");
    assert_eq!(json(b"{").to_string(), "malformed JSON at line 1, column 1");
    assert_eq!(json(b"{\n\"a\": [tru]}").to_string(), "a[0]: malformed JSON at line 2, column 10");
    assert_eq!(json(b"{\"a\": null} x").to_string(), "malformed JSON at line 1, column 13");
    assert_eq!(json(b"{\"a\": [\"\\ud800\"]}").to_string(), "a[0]: text is not valid UTF-8");
    assert!(matches!(json(b"{\"a\": [\"\xff\"]}").reason(), DecodeReason::Json { .. }));
    assert!(matches!(json(b"\xef\xbb\xbf{}").reason(), DecodeReason::Json { .. }));
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let ty = (0..levels).fold(Type::Bool, |ty, _| Type::list(ty));
        let value = (0..levels).fold(Value::Bool(true), |value, _| Value::List(vec![value]));
        (ty, value, format!("{}true{}", "[".repeat(levels), "]".repeat(levels)))
    };
    let (ty, value, text) = nested(MAX_DEPTH);
    assert_eq!(strict(&text, &ty), value);
    assert_eq!(encode(&value, &ty).unwrap(), text.as_bytes());
    let (ty, value, text) = nested(MAX_DEPTH + 1);
    assert_eq!(*decode(text.as_bytes(), &ty).unwrap_err().reason(), DecodeReason::TooDeep);
    assert_eq!(*encode(&value, &ty).unwrap_err().reason(), EncodeReason::TooDeep);
}

/// What is not read at all may be as deep as it likes.
#[test]
fn an_ignored_attribute_of_any_depth_does_not_exhaust_the_stack() {
    let text = format!(r#"{{"gone":{}{},"a":true}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    let ty = Type::object([("a", Type::Bool)]);
    assert_eq!(lenient(&text, &ty), Value::map([("a", Value::Bool(true))]));
    assert_eq!(
        refused(&format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000)), &Type::String),
        "a string is required, found an array"
    );
}

#[test]
fn nothing_unknown_can_be_written() {
    let value = Value::map([("a", Value::List(vec![Value::Null, UNKNOWN]))]);
    let error = encode(&value, &Type::map(Type::list(Type::Bool))).unwrap_err();
    assert_eq!(error.to_string(), r#"["a"][1]: an unknown value has no JSON form"#);
}

#[test]
fn values_of_another_type_are_not_written() {
    let ty = Type::object([("a", Type::Tuple(vec![Type::Bool]))]);
    let message = |value: Value| encode(&value, &ty).unwrap_err().to_string();
    assert_eq!(message(Value::map::<&str>([])), "a: the attribute is missing");
    assert_eq!(message(Value::map([("a", Value::Null), ("b", Value::Null)])), "b: unsupported attribute");
    assert_eq!(
        message(Value::map([("a", Value::List(vec![]))])),
        "a: a tuple of 1 elements is required, found another length"
    );
    assert_eq!(
        message(Value::map([("a", Value::List(vec![Value::string("x")]))])),
        "a[0]: a bool is required, found a string"
    );
}

#[test]
fn errors_never_show_the_value() {
    let secret = "hunter2";
    let types = [
        Type::Bool,
        Type::Number,
        Type::Dynamic,
        Type::list(Type::String),
        Type::map(Type::String),
        Type::object([("a", Type::String)]),
    ];
    for ty in types {
        for text in [
            format!("\"{secret}\""),
            format!("[\"{secret}\", {secret}]"),
            format!("{{\"a\": \"{secret}\\ud800\"}}"),
            format!("{{\"type\": \"{secret}\", \"value\": \"{secret}\"}}"),
            format!("{{\"type\": [\"list\",\"bool\"], \"value\": \"{secret}\"}}"),
        ] {
            if let Err(error) = decode(text.as_bytes(), &ty) {
                assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
            }
            if let Err(error) = decode_lenient(text.as_bytes(), &ty) {
                assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
            }
        }
    }
}
