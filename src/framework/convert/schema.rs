//! Schemas for the wire. Terraform crashes on a schema without its block, and on a type
//! that is not valid JSON: neither can leave here.

use bytes::Bytes;

use crate::framework::identity::{ForImport, IdentitySchema};
use crate::framework::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use crate::protocol::proto::tfplugin6;
use crate::protocol::proto::tfplugin6::schema::nested_block::NestingMode as BlockNesting;
use crate::protocol::proto::tfplugin6::schema::object::NestingMode as ObjectNesting;
use crate::protocol::type_json;

/// A provider's, resource's or data source's schema.
#[must_use]
pub fn schema(schema: &Schema) -> tfplugin6::Schema {
    let block = tfplugin6::schema::Block {
        deprecated: schema.deprecation.is_some(),
        deprecation_message: schema.deprecation.clone().unwrap_or_default(),
        ..block(&schema.description, &schema.attributes, &schema.blocks)
    };
    tfplugin6::Schema { version: schema.version, block: Some(block) }
}

/// What identifies the objects of a resource type.
#[must_use]
pub fn identity_schema(schema: &IdentitySchema) -> tfplugin6::ResourceIdentitySchema {
    let attributes =
        schema.attributes.iter().map(|attribute| tfplugin6::resource_identity_schema::IdentityAttribute {
            name: attribute.name.clone(),
            r#type: Bytes::from(type_json::encode(&attribute.ty)),
            required_for_import: attribute.for_import == ForImport::Required,
            optional_for_import: attribute.for_import == ForImport::Optional,
            description: attribute.description.clone(),
        });
    tfplugin6::ResourceIdentitySchema { version: schema.version, identity_attributes: attributes.collect() }
}

fn block(description: &str, attributes: &[Attribute], blocks: &[Block]) -> tfplugin6::schema::Block {
    tfplugin6::schema::Block {
        // The block's own version is not used by anybody: the schema's is.
        version: 0,
        attributes: attributes.iter().map(attribute).collect(),
        block_types: blocks.iter().map(nested_block).collect(),
        description: description.to_owned(),
        description_kind: tfplugin6::StringKind::Markdown.into(),
        deprecated: false,
        deprecation_message: String::new(),
        computed: false,
    }
}

fn nested_block(nested: &Block) -> tfplugin6::schema::NestedBlock {
    let nesting = match nested.nesting {
        Nesting::Single => BlockNesting::Single,
        Nesting::List => BlockNesting::List,
        Nesting::Set => BlockNesting::Set,
        Nesting::Map => BlockNesting::Map,
    };
    tfplugin6::schema::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.description, &nested.attributes, &nested.blocks)),
        nesting: nesting.into(),
        min_items: 0,
        max_items: 0,
    }
}

fn attribute(attribute: &Attribute) -> tfplugin6::schema::Attribute {
    // Exactly one of the two says what the attribute holds.
    let (ty, nested_type) = match &attribute.kind {
        Kind::Value(ty) => (Bytes::from(type_json::encode(ty)), None),
        Kind::Nested(nesting, attributes) => (Bytes::new(), Some(object(*nesting, attributes))),
    };
    tfplugin6::schema::Attribute {
        name: attribute.name.clone(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.sensitive,
        description_kind: tfplugin6::StringKind::Markdown.into(),
        deprecated: attribute.deprecation.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
    }
}

// The counts are deprecated in the protocol, and zero.
#[allow(deprecated, reason = "a message is written with all its fields")]
fn object(nesting: Nesting, attributes: &[Attribute]) -> tfplugin6::schema::Object {
    let nesting = match nesting {
        Nesting::Single => ObjectNesting::Single,
        Nesting::List => ObjectNesting::List,
        Nesting::Set => ObjectNesting::Set,
        Nesting::Map => ObjectNesting::Map,
    };
    tfplugin6::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        min_items: 0,
        max_items: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::types::Type;
    use crate::protocol::value::Value;

    #[test]
    fn every_block_is_present_and_every_type_is_json() {
        let example = Schema {
            version: 3,
            description: "An *object*.".into(),
            deprecation: Some("Use another.".into()),
            attributes: vec![
                Attribute::string("name").required(),
                Attribute::of("ips", Type::set(Type::String)).deprecated("Use `addresses`."),
                Attribute::bool("on").default_value(Value::Bool(true)),
                Attribute::string("id").computed(),
                Attribute::string("secret").sensitive().write_only(),
                Attribute::nested("host", Nesting::Map, vec![Attribute::number("port")]),
            ],
            blocks: vec![Block {
                name: "timeouts".into(),
                nesting: Nesting::Single,
                description: "Time.".into(),
                attributes: vec![Attribute::string("create")],
                blocks: vec![],
            }],
        };
        let wire = schema(&example);
        assert_eq!(wire.version, 3);
        let block = wire.block.unwrap();
        assert_eq!(block.deprecation_message, "Use another.");
        assert!(block.deprecated);
        let [name, ips, on, id, secret, host] = block.attributes.as_slice() else { panic!("six attributes") };
        assert!(name.required && !name.optional && !name.computed);
        assert_eq!(name.r#type, Bytes::from_static(b"\"string\""));
        assert!(ips.optional && !ips.computed && ips.deprecated);
        assert_eq!(ips.r#type, Bytes::from_static(b"[\"set\",\"string\"]"));
        assert!(on.optional && on.computed && !on.required);
        assert!(!id.optional && id.computed && !id.required);
        assert!(secret.sensitive && secret.write_only);
        assert!(host.r#type.is_empty());
        let nested = host.nested_type.as_ref().unwrap();
        assert_eq!(nested.nesting(), ObjectNesting::Map);
        assert_eq!(nested.attributes.len(), 1);
        let [timeouts] = block.block_types.as_slice() else { panic!("one block") };
        assert_eq!(timeouts.nesting(), BlockNesting::Single);
        assert_eq!(timeouts.block.as_ref().unwrap().attributes.len(), 1);
        assert!(block.attributes.iter().all(|attribute| attribute.description_kind == 1));
    }

    #[test]
    fn an_empty_schema_still_has_its_block() {
        assert!(schema(&Schema::default()).block.is_some());
    }
}
