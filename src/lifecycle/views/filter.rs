//! Which objects of the account are meant. The arguments that the data source for all and
//! the list share.

use regex_lite::Regex;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Mode, Validator};
use crate::protocol::value::Value;

use super::super::label::composed;
use super::super::object::RemoteObject;
use super::super::record::Record;
use super::result;

/// The argument for the label.
fn label_regex<T: RemoteObject>() -> String {
    format!("{}_regex", T::LABEL)
}

/// The arguments.
pub(super) fn arguments<T: RemoteObject>() -> Vec<Attribute> {
    let short = T::NOUN.short;
    let mut arguments = Vec::new();
    // The API's own filters stand in its place.
    if T::LABEL != T::KEY.attribute() && T::queries().is_empty() {
        arguments.push(Attribute::string(&label_regex::<T>()).validate(RegularExpression).describe(format!(
            "Regular expression that matches part of the {}. Use `^` and `$` to match the whole {}. The syntax is \
             that of Terraform's `regex` function, without look-around and back-references; `\\w`, `\\d` and `(?i)` \
             match ASCII only.",
            T::LABEL,
            T::LABEL
        )));
    }
    arguments.extend(T::queries().iter().cloned());
    let by_result = |name: &str| {
        let result = result::<T>(name)?;
        let words = format!("Only {short}s with this value. {}", result.description);
        Some(Attribute { mode: Mode::Optional, ..result }.describe(words))
    };
    arguments.extend(T::FILTERS.iter().filter_map(|name| T::filter(name).or_else(|| by_result(name))));
    arguments
}

/// How descriptions speak of them.
pub(super) fn which(arguments: &[Attribute]) -> &'static str {
    if arguments.is_empty() { "" } else { ", optionally filtered" }
}

/// The arguments, ready for use.
#[derive(Debug)]
pub(super) struct Filter {
    label: Option<Regex>,
    query: Vec<(&'static str, String)>,
    equal: Vec<(&'static str, Value)>,
}

impl Filter {
    /// # Errors
    /// The text is no regular expression. Validation has refused it, except
    /// where it was not known then.
    pub(super) fn new<T: RemoteObject>(config: &Value) -> Result<Self, Diagnostic> {
        let argument = label_regex::<T>();
        let text = config.get(&argument).and_then(Value::as_str);
        let label = text.map(compile).transpose().map_err(|problem| {
            Diagnostic::error(format!("Invalid {argument}"), problem).at(Path::root(&argument))
        })?;
        let set = |name: &&'static str| {
            config.get(name).filter(|value| !value.is_null()).map(|value| (*name, value.clone()))
        };
        let query = T::queries().iter().filter_map(|parameter| {
            let name = parameter.name.as_str();
            let value = match config.get(name)? {
                Value::Bool(flag) => flag.to_string(),
                value => value.as_str()?.to_owned(),
            };
            Some((name, value))
        });
        Ok(Self { label, query: query.collect(), equal: T::FILTERS.iter().filter_map(set).collect() })
    }

    /// What the API filters by.
    pub(super) fn query(&self) -> &[(&'static str, String)] {
        &self.query
    }

    pub(super) fn matches<T: RemoteObject>(&self, listed: &Record<T>) -> bool {
        let label = self
            .label
            .as_ref()
            .is_none_or(|pattern| listed.label().is_some_and(|label| pattern.is_match(&composed(label))));
        label && self.equal.iter().all(|(name, value)| T::passes(listed, name, value))
    }
}

/// The expression, or what is wrong with it as a sentence.
fn compile(text: &str) -> Result<Regex, String> {
    Regex::new(&composed(text)).map_err(|problem| format!("{text:?} is not a regular expression: {problem}."))
}

struct RegularExpression;

impl Validator for RegularExpression {
    fn rule(&self) -> String {
        "must be a regular expression".to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        value.as_str().map_or(Ok(()), |text| compile(text).map(drop))
    }
}
