//! Every argument: which source counts, what is refused, and where the user is
//! pointed at.

use super::*;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;
use crate::framework::schema::Mode;
use crate::framework::schema_rules;
use crate::protocol::value::UNKNOWN;
use crate::provider::precedence::{SECRET, variable};
use crate::provider::schema::schema;

/// An argument, a value for each source, and what each comes to.
struct Row {
    name: &'static str,
    configured: Value,
    variable: &'static str,
    from_configuration: &'static str,
    from_variable: &'static str,
    by_default: &'static str,
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn row(
    name: &'static str,
    (configured, from_configuration): (Value, &'static str),
    (variable, from_variable): (&'static str, &'static str),
    by_default: &'static str,
) -> Row {
    Row { name, configured, variable, from_configuration, from_variable, by_default }
}

fn table() -> Vec<Row> {
    let text = |text: &str| Value::string(text);
    vec![
        row("api_key", (text("c0nf"), "c0nf"), ("3nv", "3nv"), ""),
        row(
            "base_url",
            (text("https://a.example"), "https://a.example"),
            ("https://b.example", "https://b.example"),
            "https://api.wavix.com",
        ),
        row("auth_scheme", (text("bearer"), "Bearer"), ("appid", "AppId"), "Bearer"),
        row("request_timeout", (text("1m30s"), "90s"), ("5s", "5s"), "30s"),
        row("max_retries", (number("0"), "0"), ("7", "7"), "4"),
        row("requests_per_second", (number("0.5"), "Some(0.5)"), ("3", "Some(3.0)"), "None"),
        row("max_concurrent_requests", (number("2"), "2"), ("3", "3"), "10"),
        row(
            "http_proxy",
            (text("http://u:p@proxy.example:1"), "http://u:p@proxy.example:1"),
            ("http://proxy.example:2", "http://proxy.example:2"),
            "none",
        ),
        row("ca_bundle", (text("/a.pem"), "/a.pem"), ("/b.pem", "/b.pem"), "none"),
        row(
            "allowed_account_ids",
            (Value::set([text("12"), text("3")]), "{3, 12}"),
            ("4, 5,,4", "{4, 5}"),
            "{}",
        ),
        row("skip_account_limit_checks", (Value::Bool(false), "false"), ("TRUE", "true"), "false"),
        row("user_agent_suffix", (text("team/a"), " team/a"), ("team/b", " team/b"), ""),
    ]
}

#[test]
fn the_table_the_model_and_the_schema_name_the_same_arguments() {
    let table: Vec<&str> = table().iter().map(|row| row.name).collect();
    assert_eq!(table, ProviderModel::ATTRIBUTES);
    let schema = schema();
    let names: Vec<&str> = schema.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    assert_eq!(table, names);
    assert_eq!(schema_rules::faults(&schema, ProviderModel::attributes()), [""; 0]);
}

#[test]
fn configuration_comes_before_environment_before_default() {
    for row in table() {
        let name = row.name;
        let from = |arguments: &[(&str, Value)], value: &str| {
            outcome(name, &resolve(arguments, &[(&variable(name), value)]))
        };
        assert_eq!(outcome(name, &resolve(&[], &[])), row.by_default, "{name}, default");
        assert_eq!(from(&[], row.variable), row.from_variable, "{name}, variable");
        let configured = [(name, row.configured)];
        assert_eq!(outcome(name, &resolve(&configured, &[])), row.from_configuration, "{name}");
        assert_eq!(from(&configured, row.variable), row.from_configuration, "{name}, both");
        assert_eq!(from(&configured, "???"), row.from_configuration, "{name}, bad variable not looked at");
    }
}

#[test]
fn null_and_empty_count_as_not_set() {
    for row in table() {
        let name = row.name;
        let variable = variable(name);
        assert_eq!(
            outcome(name, &resolve(&[], &[(&variable, "")])),
            row.by_default,
            "{name}, empty variable"
        );
        let blanks: &[Value] = match row.configured {
            Value::String(_) => &[Value::Null, Value::string("")],
            Value::Set(_) => &[Value::Null, Value::Set(Vec::new())],
            _ => &[Value::Null],
        };
        for blank in blanks {
            let resolved = resolve(&[(name, blank.clone())], &[(&variable, row.variable)]);
            assert_eq!(outcome(name, &resolved), row.from_variable, "{name} = {blank:?}");
        }
    }
}

#[test]
fn a_bad_variable_is_shown_unless_it_is_a_secret() {
    for row in table() {
        let variable = variable(row.name);
        let bad = "?? \u{7}";
        let faults = resolve(&[], &[(&variable, bad)]).faults();
        for told in faults {
            assert!(told.detail.contains(&variable), "{}", told.detail);
            let is_secret = SECRET.contains(&row.name);
            assert_eq!(told.detail.contains(&format!("{bad:?}")), !is_secret, "{}", told.detail);
        }
    }
    let told = |name, value: &str| {
        let faults = resolve(&[], &[(name, value)]).faults();
        faults.into_iter().map(|told| told.detail).collect::<String>()
    };
    assert!(told("WAVIX_MAX_RETRIES", "many").contains("WAVIX_MAX_RETRIES (\"many\") must be a number"));
    assert!(
        told("WAVIX_BASE_URL", "api.wavix.com")
            .contains("(\"api.wavix.com\") is not a URL: it must begin with")
    );
    let with_user = told("WAVIX_BASE_URL", "https://user:hunter2@api.wavix.com");
    assert!(!with_user.is_empty() && !with_user.contains("hunter2"), "{with_user}");
    let long = told("WAVIX_MAX_RETRIES", &"9x".repeat(1000));
    assert!(long.len() < 500, "{long}");
}

#[test]
fn what_is_never_shown_is_what_the_schema_calls_sensitive() {
    let schema = schema();
    let sensitive = schema.attributes.iter().filter(|attribute| attribute.sensitive);
    assert!(sensitive.map(|attribute| attribute.name.as_str()).eq(SECRET));
}

#[test]
fn one_source_per_argument_may_differ() {
    let resolved =
        resolve(&[("max_retries", number("1"))], &[("WAVIX_API_KEY", "k"), ("WAVIX_MAX_RETRIES", "9")]);
    assert_eq!((outcome("api_key", &resolved), outcome("max_retries", &resolved)), ("k".into(), "1".into()));
}

#[test]
fn an_unknown_value_is_named_and_not_replaced_by_the_environment() {
    for row in table() {
        let (name, variable) = (row.name, variable(row.name));
        let mut unknowns = vec![UNKNOWN];
        if matches!(row.configured, Value::Set(_)) {
            unknowns.push(Value::set([Value::string("7"), UNKNOWN]));
        }
        for unknown in unknowns {
            let resolved = resolve(&[(name, unknown)], &[(&variable, row.variable)]);
            assert_eq!(resolved.unknown, [Path::root(name)]);
            assert_eq!(outcome(name, &resolved), row.by_default, "{name}");
            assert!(resolved.faults().is_empty(), "{name}: {:?}", resolved.faults());
        }
    }
}

/// Values that each argument must refuse, with a word of the reason.
fn refused() -> Vec<(&'static str, Vec<(Value, &'static str)>)> {
    let text = |text: &str| Value::string(text);
    vec![
        ("api_key", vec![(text("  "), "is empty"), (text("a\nb"), "line break")]),
        (
            "base_url",
            vec![
                (text("http://api.example"), "must use https"),
                (text("api.example"), "not a URL"),
                (text("https://u:s3cret@api.example"), "user name or password"),
            ],
        ),
        ("auth_scheme", vec![(text("Basic"), "must be `bearer` or `appid`")]),
        (
            "request_timeout",
            vec![
                (text("30"), "such as `30s`"),
                (text("-1s"), "negative"),
                (text("0"), "greater than 0"),
                (text("25h"), "at most 24 hours"),
            ],
        ),
        (
            "max_retries",
            vec![
                (number("-1"), "whole number"),
                (number("1.5"), "whole number"),
                (number("101"), "whole number"),
            ],
        ),
        ("requests_per_second", vec![(number("0"), "between"), (number("-1"), "between")]),
        (
            "max_concurrent_requests",
            vec![(number("0"), "between 1"), (number("-1"), "whole"), (number("2000"), "between 1")],
        ),
        (
            "http_proxy",
            vec![
                (text("ftp://proxy.example:8080"), "http or https URL"),
                (text("socks5://s3cret@proxy.example"), "http or https URL"),
                (text("http://"), "URL"),
            ],
        ),
        (
            "allowed_account_ids",
            vec![
                (Value::set([text("1"), text("office")]), "only account ids"),
                (Value::set([text("0")]), "only account ids"),
            ],
        ),
        ("user_agent_suffix", vec![(text("a\r\nX-Other: 1"), "printable ASCII")]),
    ]
}

fn only_error(resolved: &Resolved) -> Diagnostic {
    let faults: Vec<Diagnostic> = resolved.faults().into_iter().collect();
    let [fault] = faults.as_slice() else { panic!("not one error: {faults:?}") };
    fault.clone()
}

/// As somebody would write the value in a variable.
fn as_variable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Set(items) => items.iter().map(as_variable).collect::<Vec<_>>().join(","),
        other => panic!("{other:?} is in no variable"),
    }
}

#[test]
fn a_bad_value_is_an_error_that_names_argument_and_variable_and_never_the_value() {
    for (name, values) in refused() {
        let variable = variable(name);
        for (value, reason) in values {
            let written = as_variable(&value);
            let configured = resolve(&[(name, value)], &[]);
            let from_variable = resolve(&[], &[(&variable, &written)]);
            for (resolved, culprit) in [
                (configured, format!("The provider argument `{name}` ")),
                (from_variable, format!("The environment variable {variable}")),
            ] {
                let error = only_error(&resolved);
                assert_eq!(error.summary, format!("Invalid {name}"));
                assert_eq!(error.path, Some(Path::root(name)), "{written}");
                assert!(error.detail.starts_with(&culprit), "{written}: {}", error.detail);
                assert!(error.detail.contains(reason), "{written}: {}", error.detail);
                assert!(error.detail.contains(&variable) && error.detail.contains(&format!("`{name}`")));
                assert!(!error.detail.contains("s3cret"), "{}", error.detail);
            }
        }
    }
}

#[test]
fn a_variable_that_cannot_be_read_is_an_error() {
    for (name, written) in [
        ("max_retries", "many"),
        ("requests_per_second", "1/s"),
        ("skip_account_limit_checks", "yes"),
        // What "$ONE,$OTHER" comes to when neither is set: no guard would be worse than none asked for.
        ("allowed_account_ids", ", "),
    ] {
        let error = only_error(&resolve(&[], &[(&variable(name), written)]));
        let told = format!("The environment variable {} ({written:?}) must be", variable(name));
        assert!(error.detail.starts_with(&told), "{}", error.detail);
    }
}

#[test]
fn a_null_account_id_is_an_error_and_not_any_account() {
    let ids = Value::set([Value::Null]);
    assert!(only_error(&resolve(&[("allowed_account_ids", ids)], &[])).detail.contains("only account ids"));
}

#[test]
fn plain_http_is_accepted_for_this_machine() {
    for url in ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1/prefix"] {
        assert!(resolve(&[("base_url", Value::string(url))], &[]).faults().is_empty(), "{url}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let resolved = resolve(
        &[("auth_scheme", Value::string("x")), ("base_url", Value::string("x")), ("api_key", UNKNOWN)],
        &[("WAVIX_MAX_RETRIES", "x")],
    );
    let paths: Vec<_> = resolved.faults().into_iter().filter_map(|fault| fault.path).collect();
    assert_eq!(paths, [Path::root("auth_scheme"), Path::root("max_retries"), Path::root("base_url")]);
}

#[test]
fn what_may_hold_a_credential_is_sensitive() {
    let schema = schema();
    for attribute in &schema.attributes {
        let expected = matches!(attribute.name.as_str(), "api_key" | "http_proxy");
        assert_eq!(attribute.sensitive, expected, "{}", attribute.name);
    }
}

#[test]
fn every_argument_is_optional_and_the_documentation_describes_its_variable() {
    let schema = schema();
    assert!(schema.description.contains("`WAVIX_` followed by the name of the argument in capitals"));
    for attribute in &schema.attributes {
        assert_eq!(attribute.mode, Mode::Optional, "{}", attribute.name);
    }
}

/// The defaults are the client's: documentation must not lag behind.
#[test]
fn documented_defaults_are_the_real_ones() {
    let schema = schema();
    let documented = |name: &str| schema.attribute(name).unwrap().description.clone();
    for row in table() {
        if matches!(
            row.name,
            "base_url"
                | "request_timeout"
                | "max_retries"
                | "max_concurrent_requests"
                | "skip_account_limit_checks"
        ) {
            let default = format!("Defaults to `{}`", row.by_default);
            assert!(documented(row.name).contains(&default), "{}: {default}", row.name);
        }
    }
    assert!(documented("auth_scheme").contains("Defaults to `bearer`"));
}
