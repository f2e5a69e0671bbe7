//! The provider's schemas.

use std::collections::HashMap;

use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::schema::Schemas;

use crate::breaks;

/// How an attribute gets its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Required,
    Optional,
    Computed,
    Both,
    WriteOnly,
    Nowhere,
}

fn attribute(name: &str, ty: &str, given: Given) -> pb::schema::Attribute {
    pb::schema::Attribute {
        name: name.to_owned(),
        r#type: ty.as_bytes().to_vec(),
        required: given == Given::Required,
        optional: matches!(given, Given::Optional | Given::Both | Given::WriteOnly),
        computed: matches!(given, Given::Computed | Given::Both),
        write_only: given == Given::WriteOnly,
        ..Default::default()
    }
}

fn sensitive(attribute: pb::schema::Attribute) -> pb::schema::Attribute {
    pb::schema::Attribute { sensitive: true, ..attribute }
}

fn schema(version: i64, attributes: Vec<pb::schema::Attribute>) -> pb::Schema {
    let block = pb::schema::Block { attributes, ..Default::default() };
    pb::Schema { version, block: Some(block) }
}

const STRING: &str = r#""string""#;
const NUMBER: &str = r#""number""#;

fn thing() -> pb::Schema {
    let owner = pb::schema::Object {
        attributes: vec![
            attribute("name", STRING, Given::Required),
            attribute("mail", STRING, Given::Optional),
        ],
        nesting: pb::schema::object::NestingMode::Single.into(),
        ..Default::default()
    };
    let mut schema = schema(
        1,
        vec![
            attribute("id", STRING, Given::Computed),
            attribute("name", STRING, Given::Required),
            attribute("size", NUMBER, Given::Optional),
            attribute("note", STRING, Given::Both),
            sensitive(attribute("secret", STRING, Given::Optional)),
            attribute("password_wo", STRING, Given::WriteOnly),
            attribute("tags", r#"["set","string"]"#, Given::Optional),
            sensitive(attribute("token", STRING, Given::Computed)),
            pb::schema::Attribute {
                r#type: Vec::new(),
                nested_type: Some(owner),
                ..attribute("owner", "", Given::Optional)
            },
        ],
    );
    if let Some(block) = &mut schema.block {
        block.block_types.push(pb::schema::NestedBlock {
            type_name: "rule".to_owned(),
            nesting: pb::schema::nested_block::NestingMode::List.into(),
            block: Some(pb::schema::Block {
                attributes: vec![
                    attribute("action", STRING, Given::Required),
                    attribute("priority", NUMBER, Given::Optional),
                ],
                ..Default::default()
            }),
            ..Default::default()
        });
    }
    schema
}

/// The answer to `GetProviderSchema`.
pub(crate) fn provider() -> pb::get_provider_schema::Response {
    let nowhere = if breaks("7a") { Given::Nowhere } else { Given::Computed };
    let version = if breaks("7b") { i64::from(std::process::id()) } else { 0 };
    let name = attribute("name", STRING, nowhere);
    let data = schema(version, vec![attribute("id", STRING, Given::Required), name]);
    let token = schema(
        0,
        vec![attribute("name", STRING, Given::Required), attribute("value", STRING, Given::Computed)],
    );
    let parameter = pb::function::Parameter {
        name: "text".to_owned(),
        r#type: STRING.as_bytes().to_vec(),
        allow_null_value: true,
        ..Default::default()
    };
    let shout = pb::Function {
        parameters: vec![parameter],
        r#return: Some(pb::function::Return { r#type: STRING.as_bytes().to_vec() }),
        ..Default::default()
    };
    let touch = pb::ActionSchema { schema: Some(schema(0, vec![attribute("id", STRING, Given::Required)])) };
    let config = vec![
        attribute("endpoint", STRING, Given::Optional),
        sensitive(attribute("key", STRING, Given::Optional)),
    ];
    pb::get_provider_schema::Response {
        provider_meta: Some(schema(0, vec![attribute("module", STRING, Given::Optional)])),
        provider: Some(schema(0, config)),
        resource_schemas: HashMap::from([("memory_thing".to_owned(), thing())]),
        data_source_schemas: HashMap::from([("memory_thing".to_owned(), data)]),
        ephemeral_resource_schemas: HashMap::from([("memory_token".to_owned(), token)]),
        list_resource_schemas: HashMap::from([(
            "memory_thing".to_owned(),
            schema(0, vec![attribute("prefix", STRING, Given::Optional)]),
        )]),
        action_schemas: HashMap::from([("memory_touch".to_owned(), touch)]),
        functions: HashMap::from([("shout".to_owned(), shout)]),
        server_capabilities: Some(pb::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: true,
        }),
        ..Default::default()
    }
}

/// The answer to `GetResourceIdentitySchemas`.
pub(crate) fn identities() -> pb::get_resource_identity_schemas::Response {
    let id = pb::resource_identity_schema::IdentityAttribute {
        name: "id".to_owned(),
        r#type: STRING.as_bytes().to_vec(),
        required_for_import: true,
        ..Default::default()
    };
    let schema = pb::ResourceIdentitySchema { version: 0, identity_attributes: vec![id] };
    pb::get_resource_identity_schemas::Response {
        identity_schemas: HashMap::from([("memory_thing".to_owned(), schema)]),
        ..Default::default()
    }
}

/// Both, read.
pub(crate) fn schemas() -> Schemas {
    Schemas::read(&provider(), &identities()).unwrap_or_default()
}
