//! Function signatures for the wire. Terraform crashes on a function without its return.

use bytes::Bytes;

use crate::framework::function::{Parameter, Signature};
use crate::protocol::proto::tfplugin6;
use crate::protocol::type_json;

/// What a function takes and gives.
#[must_use]
pub fn function(signature: &Signature) -> tfplugin6::Function {
    tfplugin6::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(tfplugin6::function::Return {
            r#type: Bytes::from(type_json::encode(&signature.result)),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: tfplugin6::StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn parameter(parameter: &Parameter) -> tfplugin6::function::Parameter {
    tfplugin6::function::Parameter {
        name: parameter.name.clone(),
        r#type: Bytes::from(type_json::encode(&parameter.ty)),
        allow_null_value: parameter.null_allowed,
        allow_unknown_values: parameter.unknown_allowed,
        description: parameter.description.clone(),
        description_kind: tfplugin6::StringKind::Markdown.into(),
    }
}
