//! The untyped twin of a function. Layer: framework.

use crate::framework::function::{ArgumentAt, Function, FunctionError, Signature};
use crate::framework::object::{Mapped, Object};
use crate::protocol::value::Value;

/// [`Function`] without its types.
pub trait ErasedFunction: Send + Sync {
    /// See [`Function::name`].
    fn name(&self) -> &'static str;
    /// See [`Function::signature`].
    fn signature(&self) -> Signature;
    /// The names its model maps, to compare with the signature.
    fn model_attributes(&self) -> &'static [&'static str];
    /// See [`Function::call`]. As many arguments as `signature` has parameters,
    /// or more when it has a variadic one.
    ///
    /// # Errors
    /// As there, with the argument by its position.
    fn call(&self, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// The function behind the twin.
#[derive(Debug)]
pub struct TypedFunction<F>(F);

impl<F> TypedFunction<F> {
    /// Erases `function`.
    pub fn new(function: F) -> Self {
        Self(function)
    }
}

impl<F: Function> ErasedFunction for TypedFunction<F> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn signature(&self) -> Signature {
        self.0.signature()
    }

    fn model_attributes(&self) -> &'static [&'static str] {
        F::Arguments::ATTRIBUTES
    }

    fn call(&self, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let arguments = F::Arguments::from_value(&signature.object(arguments)).map_err(|error| {
            FunctionError::new(format!(
                "an argument does not have the kind its parameter says ({error}), which is a bug in the provider"
            ))
        })?;
        self.0.call(arguments).map(Mapped::into_value).map_err(|error| by_position(signature, error))
    }
}

/// The same error, with the argument by its position.
fn by_position(signature: &Signature, error: FunctionError) -> FunctionError {
    let position = match error.argument {
        Some(ArgumentAt::Named(name)) => {
            signature.all_parameters().position(|parameter| parameter.name == name)
        }
        Some(ArgumentAt::Position(position)) => Some(position),
        None => None,
    };
    FunctionError { argument: position.map(ArgumentAt::Position), ..error }
}
