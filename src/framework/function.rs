//! What the author of a provider function writes. A function is pure and knows no provider
//! configuration, so it gets no context. How it is called is in `erased/function`, how it
//! travels in `server/function`.

use std::collections::BTreeMap;

use crate::protocol::types::Type;
use crate::protocol::value::Value;

use super::object::{Mapped, MappingError, Object};
use super::schema::{Attribute, Schema};

/// What a function takes and gives.
#[derive(Debug, Clone)]
pub struct Signature {
    /// One sentence without markup.
    pub summary: String,
    /// Markdown, one paragraph or more.
    pub description: String,
    /// In the order in which they are written.
    pub parameters: Vec<Parameter>,
    /// Takes every further argument.
    pub variadic: Option<Parameter>,
    /// What comes back.
    pub result: Type,
    /// Replacement to use, when the function is on its way out.
    pub deprecation: Option<String>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name in documentation and messages.
    pub name: String,
    /// What may be passed.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Whether null may be passed. Otherwise a call with it is an error.
    pub null_allowed: bool,
    /// Whether an unknown value may be passed. Otherwise the function is not
    /// called, and its result is unknown.
    pub unknown_allowed: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown values.
    #[must_use]
    pub fn new(name: &str, ty: Type) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            description: String::new(),
            null_allowed: false,
            unknown_allowed: false,
        }
    }

    /// Text.
    #[must_use]
    pub fn string(name: &str) -> Self {
        Self::new(name, Type::String)
    }

    /// Its documentation, in Markdown.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Null may be passed. The model's field must be an
    /// [`Attr`](super::object::Attr).
    #[must_use]
    pub fn or_null(self) -> Self {
        Self { null_allowed: true, ..self }
    }

    /// An unknown value may be passed. The model's field must be an
    /// [`Attr`](super::object::Attr).
    #[must_use]
    pub fn or_unknown(self) -> Self {
        Self { unknown_allowed: true, ..self }
    }
}

/// Why a call has no result. Terraform puts the call in front and a full stop
/// behind, so the text is a clause: `the number must not be empty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// The reason. It must not repeat a value that may be a secret.
    pub text: String,
    /// The argument at fault; none when it is the call as a whole.
    pub argument: Option<ArgumentAt>,
}

/// Which argument is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentAt {
    /// That of the parameter of this name.
    Named(&'static str),
    /// By its place, from 0; those of the variadic parameter are counted on.
    Position(usize),
}

impl FunctionError {
    /// About the call as a whole.
    #[cfg_attr(test, track_caller)]
    pub fn new(text: impl Into<String>) -> Self {
        Self::told(text.into(), None)
    }

    /// About one argument.
    #[cfg_attr(test, track_caller)]
    pub fn at(parameter: &'static str, text: impl Into<String>) -> Self {
        Self::told(text.into(), Some(ArgumentAt::Named(parameter)))
    }

    /// About the argument at this place.
    #[cfg_attr(test, track_caller)]
    pub fn at_position(position: usize, text: impl Into<String>) -> Self {
        Self::told(text.into(), Some(ArgumentAt::Position(position)))
    }

    #[cfg_attr(test, track_caller)]
    fn told(text: String, argument: Option<ArgumentAt>) -> Self {
        #[cfg(test)]
        super::diagnostics::recorded::function_error(&text);
        Self { text, argument }
    }
}

/// The arguments of a function that takes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoArguments;

impl Mapped for NoArguments {
    fn from_value(_: &Value) -> Result<Self, MappingError> {
        Ok(Self)
    }

    fn into_value(self) -> Value {
        Value::Map(BTreeMap::new())
    }
}

impl Object for NoArguments {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

/// A function. Contract:
///
/// 1. [`signature`](Self::signature) is pure and answers the same in every
///    process.
/// 2. [`call`](Self::call) is pure: the same arguments give the same result in
///    every process and at every time, for Terraform compares. It asks no API,
///    no clock, no environment.
/// 3. `call` never sees null or unknown values where the signature does not
///    allow them, at any depth for unknown ones.
/// 4. A result is of the signature's type, and wholly known unless an argument
///    was not.
/// 5. The fields of [`Arguments`](Self::Arguments) are the parameters, in any
///    order; that of the variadic parameter is a list.
pub trait Function: Send + Sync + 'static {
    /// The struct of the arguments.
    type Arguments: Object;
    /// What comes back.
    type Output: Mapped;

    /// The name after `provider::<provider>::`.
    fn name(&self) -> &'static str;

    /// What it takes and gives.
    fn signature(&self) -> Signature;

    /// The result.
    ///
    /// # Errors
    /// There is none for these arguments.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Output, FunctionError>;
}

impl Signature {
    /// The parameters as arguments, of the variadic one a single value.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let argument =
            |parameter: &Parameter| Attribute::of(&parameter.name, parameter.ty.clone()).required();
        Schema {
            description: self.summary.clone(),
            attributes: self.all_parameters().map(argument).collect(),
            ..Schema::default()
        }
    }

    /// All parameters, the variadic one last.
    pub fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().chain(&self.variadic)
    }

    /// The parameter that takes the argument at `position`.
    #[must_use]
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }

    /// The arguments as an object: one attribute per parameter, a list for the
    /// variadic one. As many arguments as parameters are expected.
    #[must_use]
    pub fn object(&self, arguments: Vec<Value>) -> Value {
        let mut arguments = arguments.into_iter();
        let named: Vec<(String, Value)> =
            self.parameters.iter().map(|parameter| parameter.name.clone()).zip(arguments.by_ref()).collect();
        let rest = self
            .variadic
            .iter()
            .map(|parameter| (parameter.name.clone(), Value::List(arguments.by_ref().collect())));
        let rest: Vec<(String, Value)> = rest.collect();
        Value::map(named.into_iter().chain(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(parameters: Vec<Parameter>, variadic: Option<Parameter>) -> Signature {
        Signature {
            summary: "Joins texts".to_owned(),
            description: String::new(),
            parameters,
            variadic,
            result: Type::String,
            deprecation: None,
        }
    }

    #[test]
    fn further_arguments_are_a_list() {
        let variadic = signature(vec![Parameter::string("first")], Some(Parameter::string("others")));
        let text = Value::string;
        assert_eq!(
            variadic.object(vec![text("a"), text("b"), text("c")]),
            Value::map([("first", text("a")), ("others", Value::List(vec![text("b"), text("c")]))])
        );
        assert_eq!(
            variadic.object(vec![text("a")]),
            Value::map([("first", text("a")), ("others", Value::List(vec![]))])
        );
    }
}
