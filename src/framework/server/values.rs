//! Values in and out of messages, with errors a user can read.

use crate::framework::diagnostics::Diagnostic;
use crate::framework::private::Private;
use crate::protocol::dynamic_value;
use crate::protocol::proto::tfplugin6::DynamicValue;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

/// The value of a message. `what` names it: `the configuration of random_pet`.
///
/// # Errors
/// The message does not fit the type. Nothing of its content is shown.
pub(super) fn decode(what: &str, message: Option<&DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    dynamic_value::decode(message, ty).map_err(|error| {
        Diagnostic::bug(
            format!("Cannot understand {what}"),
            format!(
                "Nothing was changed. The data that Terraform sent does not match the provider's schema: {error}."
            ),
        )
    })
}

/// The message of a value. `what` names it, as in [`decode`].
///
/// # Errors
/// The value does not fit the type: the author's mistake.
pub(super) fn encode(what: &str, value: &Value, ty: &Type) -> Result<DynamicValue, Diagnostic> {
    dynamic_value::encode(value, ty).map_err(|error| {
        Diagnostic::bug(
            format!("Cannot return {what}"),
            format!("The result does not match the provider's schema: {error}."),
        )
    })
}

/// What a resource stored beside its state.
///
/// # Errors
/// The bytes are none that the framework wrote.
pub(super) fn private(type_name: &str, bytes: &[u8]) -> Result<Private, Diagnostic> {
    Private::from_bytes(bytes).map_err(|error| {
        Diagnostic::error(
            format!("Cannot understand the private data of {type_name}"),
            format!(
                "Nothing was changed. The private data in the state was not written by this provider, or is damaged: \
                 the JSON is malformed at line {}, column {}.",
                error.line(),
                error.column()
            ),
        )
    })
}
