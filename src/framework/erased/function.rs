//! The untyped twin of a function.

use crate::framework::function::{ArgumentAt, Function, FunctionError, Signature};
use crate::framework::object::Mapped;
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::ErasedObject;

/// [`Function`] without its types.
pub trait ErasedFunction<Ctx>: ErasedObject<Ctx> {
    /// See [`Function::signature`].
    fn signature(&self) -> Signature;
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

impl<Ctx, F: Function> ErasedObject<Ctx> for TypedFunction<F> {
    fn type_name(&self) -> &'static str {
        self.0.name()
    }

    fn schema(&self) -> Schema {
        self.0.signature().schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        Some(<F::Arguments as crate::framework::object::Object>::ATTRIBUTES)
    }
}

impl<Ctx, F: Function> ErasedFunction<Ctx> for TypedFunction<F> {
    fn signature(&self) -> Signature {
        self.0.signature()
    }

    fn call(&self, signature: &Signature, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let arguments = F::Arguments::from_value(&signature.object(arguments)).map_err(|error| {
            FunctionError::new(format!(
                "an argument does not match the type of its parameter ({error}), which is a bug in the provider"
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
