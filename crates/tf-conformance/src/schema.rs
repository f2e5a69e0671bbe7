//! A provider's schemas, as Core keeps them after reading the answer. What a
//! schema may not contain is in `oracle::schema`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::proto::tfplugin6 as pb;
use crate::value::{Type, Value, ValueError, parse_type};

/// How often a nested object may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most once; null if it is not there.
    Single,
    /// Always once; an object of nulls if it is not there.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
}

impl Nesting {
    /// The objects in a nested attribute or block.
    pub fn objects(self, value: &Value) -> Vec<&Value> {
        match (self, value) {
            (Self::Map, Value::Map(entries)) => entries.values().collect(),
            (Self::Single | Self::Group, Value::Map(_)) => vec![value],
            _ => value.elements(),
        }
    }

    /// The same with every object changed.
    #[must_use]
    pub fn in_each(self, value: &Value, change: &dyn Fn(&Value) -> Value) -> Value {
        match (self, value) {
            (_, Value::List(elements)) => Value::List(elements.iter().map(change).collect()),
            (_, Value::Set(elements)) => Value::Set(elements.iter().map(change).collect()),
            (Self::Map, Value::Map(entries)) => {
                Value::Map(entries.iter().map(|(key, entry)| (key.clone(), change(entry))).collect())
            }
            _ => change(value),
        }
    }
}

/// What to put in the place of an attribute's value; `None` to look into it.
pub type Replace<'a> = &'a dyn Fn(&Attribute, &Value) -> Option<Value>;

/// What an attribute holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A value of this type.
    Plain(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// What it holds.
    pub kind: Kind,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Not to be shown.
    pub sensitive: bool,
    /// Never in plan or state.
    pub write_only: bool,
}

/// A nested block.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedBlock {
    /// How often it may be there.
    pub nesting: Nesting,
    /// What is in it.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// The attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// The nested blocks by type name.
    pub blocks: BTreeMap<String, NestedBlock>,
}

/// The schema of one object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// The version of stored states.
    pub version: i64,
    /// What is in it.
    pub block: Block,
}

/// One parameter of a function, or its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The types of the parameters, and whether null is allowed.
    pub parameters: Vec<(Type, bool)>,
    /// The type of all further arguments, and whether null is allowed.
    pub variadic: Option<(Type, bool)>,
    /// The type of the result.
    pub result: Type,
}

/// Everything a provider has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schemas {
    /// The provider's configuration.
    pub provider: Schema,
    /// Managed resources by type.
    pub resources: BTreeMap<String, Schema>,
    /// Data sources by type.
    pub data_sources: BTreeMap<String, Schema>,
    /// Ephemeral resources by type.
    pub ephemeral: BTreeMap<String, Schema>,
    /// List resources by type.
    pub lists: BTreeMap<String, Schema>,
    /// Actions by type.
    pub actions: BTreeMap<String, Schema>,
    /// Functions by name.
    pub functions: BTreeMap<String, Signature>,
    /// Identity schemas by resource type.
    pub identities: BTreeMap<String, IdentitySchema>,
    /// What the provider says it can do.
    pub capabilities: pb::ServerCapabilities,
    /// Whether modules may set something about the provider (`provider_meta`).
    pub has_meta: bool,
}

/// The schema of a resource's identity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdentitySchema {
    /// The version of stored identities.
    pub version: i64,
    /// The types of the attributes.
    pub attributes: BTreeMap<String, Type>,
}

impl IdentitySchema {
    /// The type of an identity.
    pub fn ty(&self) -> Type {
        Type::Object(self.attributes.clone())
    }
}

impl Schemas {
    /// Reads the answers to `GetProviderSchema` and
    /// `GetResourceIdentitySchemas`.
    ///
    /// # Errors
    ///
    /// When a part is missing that Core relies on, or a type is none.
    pub fn read(
        schemas: &pb::get_provider_schema::Response,
        identities: &pb::get_resource_identity_schemas::Response,
    ) -> Result<Self, ValueError> {
        let all = |schemas: &HashMap<String, pb::Schema>| -> Result<BTreeMap<_, _>, ValueError> {
            schemas.iter().map(|(name, schema)| Ok((name.clone(), Schema::read(schema, name)?))).collect()
        };
        let provider = schemas.provider.as_ref().ok_or_else(|| missing("provider"))?;
        let actions = schemas.action_schemas.iter().map(|(name, action)| {
            let schema = action.schema.as_ref().ok_or_else(|| missing(&format!("{name}.schema")))?;
            Ok((name.clone(), Schema::read(schema, name)?))
        });
        let functions =
            schemas.functions.iter().map(|(name, function)| Ok((name.clone(), signature(function, name)?)));
        let identities = identities.identity_schemas.iter().map(|(name, schema)| {
            let attributes = schema.identity_attributes.iter();
            let attributes = attributes
                .map(|attribute| Ok((attribute.name.clone(), parse_type(&attribute.r#type)?)))
                .collect::<Result<_, _>>()?;
            Ok((name.clone(), IdentitySchema { version: schema.version, attributes }))
        });
        Ok(Self {
            provider: Schema::read(provider, "provider")?,
            resources: all(&schemas.resource_schemas)?,
            data_sources: all(&schemas.data_source_schemas)?,
            ephemeral: all(&schemas.ephemeral_resource_schemas)?,
            lists: all(&schemas.list_resource_schemas)?,
            actions: actions.collect::<Result<_, _>>()?,
            functions: functions.collect::<Result<_, _>>()?,
            identities: identities.collect::<Result<_, _>>()?,
            capabilities: schemas.server_capabilities.unwrap_or_default(),
            has_meta: schemas.provider_meta.is_some(),
        })
    }
}

fn missing(what: &str) -> ValueError {
    ValueError { path: what.to_owned(), message: "is missing; Core crashes here".to_owned() }
}

fn signature(function: &pb::Function, name: &str) -> Result<Signature, ValueError> {
    let parameter = |parameter: &pb::function::Parameter| {
        Ok((parse_type(&parameter.r#type)?, parameter.allow_null_value))
    };
    let result = function.r#return.as_ref().ok_or_else(|| missing(&format!("{name}.return")))?;
    Ok(Signature {
        parameters: function.parameters.iter().map(parameter).collect::<Result<_, _>>()?,
        variadic: function.variadic_parameter.as_ref().map(parameter).transpose()?,
        result: parse_type(&result.r#type)?,
    })
}

impl Schema {
    fn read(schema: &pb::Schema, name: &str) -> Result<Self, ValueError> {
        let block = schema.block.as_ref().ok_or_else(|| missing(&format!("{name}.block")))?;
        Ok(Self { version: schema.version, block: Block::read(block, name)? })
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        self.block.ty()
    }

    /// A value with every attribute null and no block: an empty
    /// configuration.
    pub fn empty(&self) -> Value {
        self.block.empty()
    }
}

impl Block {
    fn read(block: &pb::schema::Block, path: &str) -> Result<Self, ValueError> {
        let blocks = block.block_types.iter().map(|nested| {
            let path = format!("{path}.{}", nested.type_name);
            let block = nested.block.as_ref().ok_or_else(|| missing(&format!("{path}.block")))?;
            let nesting = match nested.nesting() {
                pb::schema::nested_block::NestingMode::Single => Nesting::Single,
                pb::schema::nested_block::NestingMode::Group => Nesting::Group,
                pb::schema::nested_block::NestingMode::List => Nesting::List,
                pb::schema::nested_block::NestingMode::Set => Nesting::Set,
                pb::schema::nested_block::NestingMode::Map => Nesting::Map,
                pb::schema::nested_block::NestingMode::Invalid => {
                    return Err(ValueError { path, message: "has no nesting mode".to_owned() });
                }
            };
            Ok((nested.type_name.clone(), NestedBlock { nesting, block: Self::read(block, &path)? }))
        });
        let blocks = blocks.collect::<Result<_, _>>()?;
        Ok(Self { attributes: attributes(&block.attributes, path)?, blocks })
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let block = Box::new(nested.block.ty());
            let ty = match nested.nesting {
                Nesting::Single | Nesting::Group => *block,
                Nesting::List => Type::List(block),
                Nesting::Set => Type::Set(block),
                Nesting::Map => Type::Map(block),
            };
            (name.clone(), ty)
        });
        Type::Object(attributes.chain(blocks).collect())
    }

    /// A value with every attribute null and no block.
    pub fn empty(&self) -> Value {
        let attributes = self.attributes.keys().map(|name| (name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|(name, nested)| (name.clone(), nested.absent()));
        Value::Map(attributes.chain(blocks).collect())
    }

    /// `value` with attributes replaced, at any depth.
    #[must_use]
    pub fn replace(&self, value: &Value, rule: Replace<'_>) -> Value {
        let Value::Map(entries) = value else { return value.clone() };
        let mut entries = entries.clone();
        for (name, attribute) in &self.attributes {
            if let Some(entry) = entries.get_mut(name) {
                *entry = attribute.replace(entry, rule);
            }
        }
        for (name, nested) in &self.blocks {
            if let Some(entry) = entries.get_mut(name) {
                *entry = nested.nesting.in_each(entry, &|element| nested.block.replace(element, rule));
            }
        }
        Value::Map(entries)
    }

    /// Completes what JSON leaves out: absent blocks are empty rather than
    /// null.
    #[must_use]
    pub fn complete(&self, value: Value) -> Value {
        let Value::Map(mut entries) = value else { return value };
        for (name, nested) in &self.blocks {
            let Some(entry) = entries.get_mut(name) else { continue };
            *entry = if entry.is_null() {
                nested.absent()
            } else {
                nested.nesting.in_each(entry, &|element| nested.block.complete(element.clone()))
            };
        }
        Value::Map(entries)
    }
}

impl NestedBlock {
    /// What stands for no block.
    pub fn absent(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::Null,
            Nesting::Group => self.block.empty(),
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::Set(BTreeSet::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        }
    }
}

fn attributes(
    attributes: &[pb::schema::Attribute],
    path: &str,
) -> Result<BTreeMap<String, Attribute>, ValueError> {
    attributes.iter().map(|raw| Ok((raw.name.clone(), attribute(raw, path)?))).collect()
}

fn attribute(raw: &pb::schema::Attribute, path: &str) -> Result<Attribute, ValueError> {
    let path = format!("{path}.{}", raw.name);
    let kind = match &raw.nested_type {
        None => {
            Kind::Plain(parse_type(&raw.r#type).map_err(|error| ValueError { path: path.clone(), ..error })?)
        }
        Some(object) => {
            let nesting = match object.nesting() {
                pb::schema::object::NestingMode::Single => Nesting::Single,
                pb::schema::object::NestingMode::List => Nesting::List,
                pb::schema::object::NestingMode::Set => Nesting::Set,
                pb::schema::object::NestingMode::Map => Nesting::Map,
                pb::schema::object::NestingMode::Invalid => {
                    return Err(ValueError { path, message: "has no nesting mode".to_owned() });
                }
            };
            Kind::Nested(nesting, attributes(&object.attributes, &path)?)
        }
    };
    Ok(Attribute {
        kind,
        required: raw.required,
        optional: raw.optional,
        computed: raw.computed,
        sensitive: raw.sensitive,
        write_only: raw.write_only,
    })
}

impl Attribute {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = Type::Object(
                    attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty())).collect(),
                );
                match nesting {
                    Nesting::Single | Nesting::Group => object,
                    Nesting::List => Type::List(Box::new(object)),
                    Nesting::Set => Type::Set(Box::new(object)),
                    Nesting::Map => Type::Map(Box::new(object)),
                }
            }
        }
    }

    /// Whether the configuration can set it.
    pub fn configurable(&self) -> bool {
        self.required || self.optional
    }

    fn replace(&self, value: &Value, rule: Replace<'_>) -> Value {
        if let Some(replaced) = rule(self, value) {
            return replaced;
        }
        let Kind::Nested(nesting, attributes) = &self.kind else { return value.clone() };
        nesting.in_each(value, &|element| {
            let Value::Map(entries) = element else { return element.clone() };
            let replaced = entries.iter().map(|(name, entry)| {
                let entry = attributes.get(name).map_or_else(|| entry.clone(), |a| a.replace(entry, rule));
                (name.clone(), entry)
            });
            Value::Map(replaced.collect())
        })
    }
}
