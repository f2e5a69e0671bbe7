//! GetFunctions, CallFunction. Terraform calls functions in a process of its own that is
//! never configured.

use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::erased::ErasedFunction;
use crate::framework::function::{ArgumentAt, FunctionError, Parameter, Signature};
use crate::framework::provider::Provider;
use crate::protocol::dynamic_value;
use crate::protocol::proto::tfplugin6::{self, DynamicValue, call_function, get_functions};
use crate::protocol::value::{UNKNOWN, Value};

use super::catalog::FunctionEntry;
use super::connection::Connection;

pub(super) async fn get_functions<P: Provider>(
    connection: Connection<P>,
    _: get_functions::Request,
) -> Result<get_functions::Response, Diagnostics> {
    let functions = connection.catalog().functions.iter();
    let functions =
        functions.map(|(name, entry)| ((*name).to_owned(), convert::function(&entry.signature))).collect();
    Ok(get_functions::Response { functions, diagnostics: Vec::new() })
}

pub(super) async fn call_function<P: Provider>(
    connection: Connection<P>,
    request: call_function::Request,
) -> Result<call_function::Response, Diagnostics> {
    let entry = connection.catalog().function(&request.name)?;
    Ok(match call(entry, &request.arguments) {
        Ok(result) => call_function::Response { result: Some(result), error: None },
        Err(error) => call_function::Response { result: None, error: Some(wire_error(error)) },
    })
}

fn call<Ctx>(entry: &FunctionEntry<Ctx>, arguments: &[DynamicValue]) -> Result<DynamicValue, FunctionError> {
    let signature = &entry.signature;
    check_count(signature, arguments.len())?;
    let mut values = Vec::with_capacity(arguments.len());
    let mut undecided = false;
    let mut known = true;
    for (position, argument) in arguments.iter().enumerate() {
        let Some(parameter) = signature.parameter(position) else { continue };
        let value = decode(parameter, position, argument)?;
        known &= value.is_wholly_known();
        undecided |= !parameter.unknown_allowed && !value.is_wholly_known();
        values.push(value);
    }
    let result = if undecided { UNKNOWN } else { outcome(&*entry.object, signature, values, known)? };
    dynamic_value::encode(&result, &signature.result)
        .map_err(|error| bug(&format!("the result does not match its type: {error}")))
}

fn outcome<Ctx>(
    function: &dyn ErasedFunction<Ctx>,
    signature: &Signature,
    arguments: Vec<Value>,
    known: bool,
) -> Result<Value, FunctionError> {
    let result = function.call(signature, arguments)?;
    if known && !result.is_wholly_known() {
        return Err(bug("the result is unknown although all arguments are known"));
    }
    Ok(result)
}

/// Terraform counts before it calls; others may not.
fn check_count(signature: &Signature, given: usize) -> Result<(), FunctionError> {
    let wanted = signature.parameters.len();
    match signature.parameters.get(given) {
        Some(missing) => Err(FunctionError::at_position(
            given,
            format!(
                "the argument for {} is missing: {wanted} are required, and {given} were given",
                missing.name
            ),
        )),
        None if given > wanted && signature.variadic.is_none() => Err(FunctionError::at_position(
            wanted,
            format!("there are too many arguments: {wanted} are required, and {given} were given"),
        )),
        None => Ok(()),
    }
}

fn decode(parameter: &Parameter, position: usize, argument: &DynamicValue) -> Result<Value, FunctionError> {
    // An empty message is null: so OpenTofu writes it.
    let value = dynamic_value::decode(Some(argument), &parameter.ty).map_err(|error| {
        FunctionError::at_position(
            position,
            format!("the argument for {} has the wrong type: {error}", parameter.name),
        )
    })?;
    if value.is_null() && !parameter.null_allowed {
        let text = format!("the argument for {} must not be null", parameter.name);
        return Err(FunctionError::at_position(position, text));
    }
    Ok(value)
}

fn bug(what: &str) -> FunctionError {
    FunctionError::new(format!("{what}, which is a bug in the provider"))
}

fn wire_error(error: FunctionError) -> tfplugin6::FunctionError {
    let function_argument = match error.argument {
        Some(ArgumentAt::Position(position)) => i64::try_from(position).ok(),
        // The erased twin has replaced names.
        Some(ArgumentAt::Named(_)) | None => None,
    };
    tfplugin6::FunctionError { text: error.text, function_argument }
}

#[cfg(test)]
mod tests;
