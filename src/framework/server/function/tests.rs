//! Functions: arguments in, a result or the one error out.

use std::sync::Arc;

use bytes::Bytes;
use tonic::Request;

use crate::framework::fixtures::{Journal, encode, registered};
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::object::Attr;
use crate::framework::registry::Registry;
use crate::framework::server::ProviderServer;
use crate::protocol::dynamic_value;
use crate::protocol::proto::tfplugin6::{
    DynamicValue, FunctionError as WireError, call_function, get_functions, get_metadata, get_provider_schema,
};
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

crate::object! {
    struct JoinArguments {
        separator: Attr<String>,
        first: String,
        others: Vec<String>,
    }
}

/// Joins texts; some of them stand for what can go wrong.
struct Join;

impl Function for Join {
    type Arguments = JoinArguments;
    type Output = Attr<String>;

    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Joins texts".to_owned(),
            description: "Joins *texts*.".to_owned(),
            parameters: vec![
                Parameter::string("separator").or_null().or_unknown(),
                Parameter::string("first").describe("The first."),
            ],
            variadic: Some(Parameter::string("others")),
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: JoinArguments) -> Result<Attr<String>, FunctionError> {
        match arguments.first.as_str() {
            "wrong" => Err(FunctionError::at("first", "it is wrong")),
            "wrong other" => Err(FunctionError::at_position(3, "the second of the others is wrong")),
            "wrong call" => Err(FunctionError::new("it is wrong altogether")),
            "undecided" => Ok(Attr::unknown()),
            #[allow(clippy::panic, reason = "what the test is about")]
            "panic" => panic!("planned"),
            _ if arguments.separator.is_unknown() => Ok(Attr::unknown()),
            first => {
                let separator = arguments.separator.known().map_or("", String::as_str);
                let texts: Vec<&str> =
                    std::iter::once(first).chain(arguments.others.iter().map(String::as_str)).collect();
                Ok(Attr::Known(texts.join(separator)))
            }
        }
    }
}

fn server() -> Arc<ProviderServer<registered::Registered>> {
    fn register(registry: Registry<Journal>) -> Registry<Journal> {
        registry.function(Join)
    }
    registered::unconfigured(register).0
}

async fn call_raw(arguments: Vec<DynamicValue>) -> Result<Value, WireError> {
    let request = call_function::Request { name: "join".to_owned(), arguments };
    let answer = server().call_function(Request::new(request)).await.unwrap().into_inner();
    match (answer.result, answer.error) {
        (Some(result), None) => Ok(dynamic_value::decode(Some(&result), &Type::String).unwrap()),
        (None, Some(error)) => Err(error),
        both => panic!("exactly one of the two: {both:?}"),
    }
}

async fn call(arguments: &[Value]) -> Result<Value, WireError> {
    call_raw(arguments.iter().map(|value| encode(value, &Type::String)).collect()).await
}

fn texts<const N: usize>(texts: [&str; N]) -> [Value; N] {
    texts.map(Value::string)
}

#[tokio::test]
async fn arguments_reach_the_function_by_name_without_a_configuration() {
    assert_eq!(call(&texts(["-", "a"])).await, Ok(Value::string("a")));
    assert_eq!(call(&texts(["-", "a", "b", "c"])).await, Ok(Value::string("a-b-c")));
}

/// So OpenTofu writes null.
#[tokio::test]
async fn an_empty_message_is_null() {
    let empty = DynamicValue { msgpack: Bytes::new(), json: Bytes::new() };
    let text = |text: &str| encode(&Value::string(text), &Type::String);
    assert_eq!(call_raw(vec![empty.clone(), text("a"), text("b")]).await, Ok(Value::string("ab")));
    let error = call_raw(vec![text("-"), empty]).await.unwrap_err();
    assert_eq!(error.function_argument, Some(1));
    assert!(error.text.contains("first must not be null"), "{}", error.text);
}

#[tokio::test]
async fn null_is_refused_where_it_is_not_allowed() {
    let [separator, first] = texts(["-", "a"]);
    assert_eq!(call(&[Value::Null, first.clone()]).await, Ok(Value::string("a")));
    let error = call(&[separator, first, Value::Null]).await.unwrap_err();
    assert_eq!(error.function_argument, Some(2));
}

#[tokio::test]
async fn an_unknown_argument_makes_the_result_unknown_without_a_call() {
    let [separator, panic] = texts(["-", "panic"]);
    assert_eq!(call(&[separator, panic, UNKNOWN]).await, Ok(UNKNOWN));
    let [first] = texts(["a"]);
    assert_eq!(call(&[UNKNOWN, first]).await, Ok(UNKNOWN), "the function's own decision");
}

#[tokio::test]
async fn a_wrong_number_of_arguments_points_at_the_first_that_is_missing() {
    for (given, missing) in [(vec![], 0), (texts(["-"]).to_vec(), 1)] {
        let error = call(&given).await.unwrap_err();
        assert_eq!(error.function_argument, Some(missing));
        assert!(error.text.contains("2 are required"), "{}", error.text);
    }
}

#[tokio::test]
async fn an_argument_of_another_shape_is_an_error_with_its_position() {
    let text = encode(&Value::string("a"), &Type::String);
    let list = encode(&Value::List(vec![Value::Bool(true)]), &Type::list(Type::Bool));
    let error = call_raw(vec![text.clone(), text, list]).await.unwrap_err();
    assert_eq!(error.function_argument, Some(2));
    assert!(error.text.contains("others"), "{}", error.text);
}

#[tokio::test]
async fn the_functions_own_errors_name_their_argument_by_position() {
    let argument =
        async |first: &str| call(&texts(["-", first, "b", "c"])).await.unwrap_err().function_argument;
    assert_eq!(argument("wrong").await, Some(1));
    assert_eq!(argument("wrong other").await, Some(3));
    assert_eq!(argument("wrong call").await, None);
}

#[tokio::test]
async fn an_undecided_result_and_a_panic_are_errors() {
    let error = call(&texts(["-", "undecided"])).await.unwrap_err();
    assert!(error.text.contains("bug in the provider"), "{}", error.text);
    let error = call(&texts(["-", "panic"])).await.unwrap_err();
    assert!(error.text.contains("panicked") && error.function_argument.is_none(), "{}", error.text);
}

#[tokio::test]
async fn a_function_that_does_not_exist_is_named_with_those_that_do() {
    let request = call_function::Request { name: "split".to_owned(), arguments: Vec::new() };
    let error = server().call_function(Request::new(request)).await.unwrap().into_inner().error.unwrap();
    assert!(error.text.contains("split") && error.text.contains("`join`"), "{}", error.text);
}

#[tokio::test]
async fn the_signature_is_the_same_wherever_it_is_asked_for() {
    let server = server();
    let functions =
        server.get_functions(Request::new(get_functions::Request {})).await.unwrap().into_inner().functions;
    let schema = server.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap();
    assert_eq!(functions, schema.get_ref().functions);
    let join = &functions["join"];
    assert_eq!(join.r#return.as_ref().unwrap().r#type, Bytes::from_static(b"\"string\""));
    let [separator, first] = join.parameters.as_slice() else { panic!("two parameters") };
    assert!(separator.allow_null_value && separator.allow_unknown_values);
    assert!(!first.allow_null_value && !first.allow_unknown_values);
    assert_eq!(first.description, "The first.");
    assert_eq!(join.variadic_parameter.as_ref().unwrap().name, "others");
    let metadata = server.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    assert_eq!(metadata.functions[0].name, "join");
}
