//! The schema of a provider, asked for as Terraform asks: over gRPC, after the
//! real handshake.

use serde_json::Value as Json;
use tf_conformance::core::{CallError, Session};
use tf_conformance::proto::tfplugin6 as pb;

use crate::schema::{
    Attribute, Block, DescriptionKind, Function, Identity, IdentityAttribute, NestedBlock, NestedType,
    Parameter, Provider, Schema,
};

/// The schema of the provider at the other end.
///
/// # Errors
///
/// When a call fails, or an answer lacks what Terraform relies upon.
pub async fn provider(session: &Session) -> Result<Provider, CallError> {
    let answer = session.get_provider_schema(pb::get_provider_schema::Request {}).await?;
    let identities = session.identity_schemas().await?;
    let schemas = |schemas: std::collections::HashMap<String, pb::Schema>| {
        schemas.into_iter().map(|(name, of)| Ok((name, schema(of)?))).collect::<Result<_, CallError>>()
    };
    let actions = answer.action_schemas.into_iter();
    let functions = answer.functions.into_iter();
    let identities = identities.identity_schemas.into_iter();
    Ok(Provider {
        provider: answer.provider.map_or_else(|| Ok(Schema::default()), schema)?,
        resource_schemas: schemas(answer.resource_schemas)?,
        data_source_schemas: schemas(answer.data_source_schemas)?,
        ephemeral_resource_schemas: schemas(answer.ephemeral_resource_schemas)?,
        list_resource_schemas: schemas(answer.list_resource_schemas)?,
        action_schemas: actions
            .map(|(name, action)| Ok((name, schema(action.schema.unwrap_or_default())?)))
            .collect::<Result<_, CallError>>()?,
        functions: functions.map(|(name, of)| Ok((name, function(of)?))).collect::<Result<_, CallError>>()?,
        resource_identity_schemas: identities
            .map(|(name, of)| Ok((name, identity(of)?)))
            .collect::<Result<_, CallError>>()?,
    })
}

fn schema(of: pb::Schema) -> Result<Schema, CallError> {
    Ok(Schema { version: of.version, block: block(of.block.unwrap_or_default())? })
}

fn block(of: pb::schema::Block) -> Result<Block, CallError> {
    let kind = kind(of.description_kind());
    let block_types = of.block_types.into_iter().map(|nested| {
        let nesting_mode = nested.nesting().as_str_name().to_lowercase();
        let name = nested.type_name;
        let of = NestedBlock {
            nesting_mode,
            block: block(nested.block.unwrap_or_default())?,
            min_items: nested.min_items,
            max_items: nested.max_items,
        };
        Ok((name, of))
    });
    Ok(Block {
        block_types: block_types.collect::<Result<_, CallError>>()?,
        attributes: attributes(of.attributes)?,
        description: of.description,
        description_kind: kind,
        deprecated: of.deprecated,
    })
}

fn attributes(
    of: Vec<pb::schema::Attribute>,
) -> Result<std::collections::BTreeMap<String, Attribute>, CallError> {
    of.into_iter().map(|of| Ok((of.name.clone(), attribute(of)?))).collect()
}

fn attribute(of: pb::schema::Attribute) -> Result<Attribute, CallError> {
    let description_kind = kind(of.description_kind());
    let nested_type = of.nested_type.map(|nested| {
        let nesting_mode = nested.nesting().as_str_name().to_lowercase();
        Ok::<_, CallError>(NestedType { attributes: attributes(nested.attributes)?, nesting_mode })
    });
    let nested_type = nested_type.transpose()?;
    let ty = if nested_type.is_none() { Some(type_of(&of.r#type)?) } else { None };
    Ok(Attribute {
        ty,
        nested_type,
        description: of.description,
        description_kind,
        deprecated: of.deprecated,
        required: of.required,
        optional: of.optional,
        computed: of.computed,
        sensitive: of.sensitive,
        write_only: of.write_only,
    })
}

fn function(of: pb::Function) -> Result<Function, CallError> {
    let parameters = of.parameters.into_iter().map(parameter).collect::<Result<_, CallError>>()?;
    Ok(Function {
        description: of.description,
        summary: of.summary,
        return_type: type_of(&of.r#return.unwrap_or_default().r#type)?,
        parameters,
        variadic_parameter: of.variadic_parameter.map(parameter).transpose()?,
    })
}

fn parameter(of: pb::function::Parameter) -> Result<Parameter, CallError> {
    Ok(Parameter {
        ty: type_of(&of.r#type)?,
        name: of.name,
        description: of.description,
        is_nullable: of.allow_null_value,
    })
}

fn identity(of: pb::ResourceIdentitySchema) -> Result<Identity, CallError> {
    let attributes = of.identity_attributes.into_iter().map(|of| {
        let attribute = IdentityAttribute {
            ty: type_of(&of.r#type)?,
            description: of.description,
            required_for_import: of.required_for_import,
            optional_for_import: of.optional_for_import,
        };
        Ok((of.name, attribute))
    });
    Ok(Identity { version: of.version, attributes: attributes.collect::<Result<_, CallError>>()? })
}

fn kind(of: pb::StringKind) -> DescriptionKind {
    match of {
        pb::StringKind::Plain => DescriptionKind::Plain,
        pb::StringKind::Markdown => DescriptionKind::Markdown,
    }
}

fn type_of(bytes: &[u8]) -> Result<Json, CallError> {
    serde_json::from_slice(bytes).map_err(|error| CallError {
        rpc: "GetProviderSchema",
        problem: format!("a type is no JSON: {error}"),
        code: None,
    })
}
