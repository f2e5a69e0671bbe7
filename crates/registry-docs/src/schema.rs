//! A provider's schema, in the form that `terraform providers schema -json`
//! prints for one provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value as Json;

/// Everything a provider has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provider {
    /// The `provider` block.
    pub provider: Schema,
    /// Managed resources by type.
    pub resource_schemas: BTreeMap<String, Schema>,
    /// Data sources by type.
    pub data_source_schemas: BTreeMap<String, Schema>,
    /// Ephemeral resources by type.
    pub ephemeral_resource_schemas: BTreeMap<String, Schema>,
    /// List resources by type. Terraform prints them from 1.14 on.
    pub list_resource_schemas: BTreeMap<String, Schema>,
    /// Actions by type. Terraform prints them from 1.14 on, without a version:
    /// they have no state.
    #[serde(serialize_with = "without_versions")]
    pub action_schemas: BTreeMap<String, Schema>,
    /// Functions by name.
    pub functions: BTreeMap<String, Function>,
    /// What identifies resources, by type. Terraform prints it from 1.12 on.
    pub resource_identity_schemas: BTreeMap<String, Identity>,
}

/// The schema of one object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// The version of stored states.
    pub version: i64,
    /// What is in it.
    pub block: Block,
}

fn without_versions<S: Serializer>(
    schemas: &BTreeMap<String, Schema>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Versionless<'a> {
        block: &'a Block,
    }
    serializer.collect_map(schemas.iter().map(|(name, Schema { block, .. })| (name, Versionless { block })))
}

/// Attributes and nested blocks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Block {
    /// The attributes by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    /// The nested blocks by type name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub block_types: BTreeMap<String, NestedBlock>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How the description is written.
    pub description_kind: DescriptionKind,
    /// On its way out.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
}

/// How a description is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DescriptionKind {
    /// As it is.
    #[default]
    Plain,
    /// In Markdown.
    Markdown,
}

/// An attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attribute {
    /// The type, unless it has attributes of its own.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<Json>,
    /// The attributes of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nested_type: Option<NestedType>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How the description is written.
    pub description_kind: DescriptionKind,
    /// On its way out.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// The configuration must set it.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// The configuration may set it.
    #[serde(skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The provider may set it.
    #[serde(skip_serializing_if = "is_false")]
    pub computed: bool,
    /// Not to be shown.
    #[serde(skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Never in plan or state.
    #[serde(skip_serializing_if = "is_false")]
    pub write_only: bool,
}

/// The type of an attribute that has attributes of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NestedType {
    /// The attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// `single`, `list`, `set` or `map`.
    pub nesting_mode: String,
}

/// A nested block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NestedBlock {
    /// `single`, `group`, `list`, `set` or `map`.
    pub nesting_mode: String,
    /// What is in it.
    pub block: Block,
    /// How many there must be.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_items: i64,
    /// How many there may be; 0 for any number.
    #[serde(skip_serializing_if = "is_zero")]
    pub max_items: i64,
}

/// A function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Function {
    /// What it does, in Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it does, in one sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What comes back.
    pub return_type: Json,
    /// In the order in which they are written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Takes every further argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variadic_parameter: Option<Parameter>,
}

/// A parameter of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether null may be passed.
    #[serde(skip_serializing_if = "is_false")]
    pub is_nullable: bool,
    /// What may be passed.
    #[serde(rename = "type")]
    pub ty: Json,
}

/// What identifies a resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// The version of stored identities.
    pub version: i64,
    /// The attributes by name.
    pub attributes: BTreeMap<String, IdentityAttribute>,
}

/// A part of what identifies a resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityAttribute {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Json,
    /// What it is, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An import must name it.
    #[serde(skip_serializing_if = "is_false")]
    pub required_for_import: bool,
    /// An import may name it.
    #[serde(skip_serializing_if = "is_false")]
    pub optional_for_import: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// The kinds of objects a provider has, and where their pages stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    Ephemeral,
    /// A list resource.
    List,
    /// An action.
    Action,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Resource, Self::DataSource, Self::Ephemeral, Self::List, Self::Action];

    /// The folder of its pages, examples and templates.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::Ephemeral => "ephemeral-resources",
            Self::List => "list-resources",
            Self::Action => "actions",
        }
    }

    /// What its pages call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::Ephemeral => "Ephemeral Resource",
            Self::List => "List Resource",
            Self::Action => "Action",
        }
    }

    /// What stands before its type in an expression or an address.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Resource => "",
            Self::DataSource => "data.",
            Self::Ephemeral => "ephemeral.",
            Self::List => "list.",
            Self::Action => "action.",
        }
    }
}

impl Provider {
    /// The objects of a kind.
    #[must_use]
    pub fn objects(&self, kind: Kind) -> &BTreeMap<String, Schema> {
        match kind {
            Kind::Resource => &self.resource_schemas,
            Kind::DataSource => &self.data_source_schemas,
            Kind::Ephemeral => &self.ephemeral_resource_schemas,
            Kind::List => &self.list_resource_schemas,
            Kind::Action => &self.action_schemas,
        }
    }

    /// The document that `terraform providers schema -json` prints when
    /// `source` (`registry.terraform.io/…/…`) is the only provider. Ends with a
    /// line break.
    ///
    /// # Errors
    ///
    /// Never in practice: every part can be written as JSON.
    pub fn to_document(&self, source: &str) -> Result<String, serde_json::Error> {
        let document = Document {
            format_version: "1.0".to_owned(),
            provider_schemas: BTreeMap::from([(source.to_owned(), self.clone())]),
        };
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// The one provider of such a document.
    ///
    /// # Errors
    ///
    /// When the text is no such document, or names no provider.
    pub fn from_document(text: &str) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_str(text)?;
        let first = document.provider_schemas.into_values().next();
        first.ok_or_else(|| serde::de::Error::custom("the document holds no provider"))
    }

    /// Every object, attribute, block, parameter and identity attribute that
    /// nothing is said about.
    #[must_use]
    pub fn undescribed(&self) -> Vec<String> {
        let mut found = Vec::new();
        block_undescribed("the provider block", &self.provider.block, &mut found);
        for kind in Kind::ALL {
            for (name, schema) in self.objects(kind) {
                block_undescribed(&format!("{}{name}", kind.prefix()), &schema.block, &mut found);
            }
        }
        for (name, function) in &self.functions {
            if function.summary.is_empty() || function.description.is_empty() {
                found.push(format!("the function {name} has no summary or no description"));
            }
            for parameter in function.parameters.iter().chain(&function.variadic_parameter) {
                if parameter.description.is_empty() {
                    found.push(format!(
                        "the parameter {} of the function {name} has no description",
                        parameter.name
                    ));
                }
            }
        }
        for (name, identity) in &self.resource_identity_schemas {
            for (part, attribute) in &identity.attributes {
                if attribute.description.is_empty() {
                    found.push(format!("{part} in the identity of {name} has no description"));
                }
            }
        }
        found
    }
}

/// The document around the providers.
#[derive(Serialize, Deserialize)]
struct Document {
    format_version: String,
    provider_schemas: BTreeMap<String, Provider>,
}

fn block_undescribed(path: &str, block: &Block, found: &mut Vec<String>) {
    if block.description.is_empty() {
        found.push(format!("{path} has no description"));
    }
    attributes_undescribed(path, &block.attributes, found);
    for (name, nested) in &block.block_types {
        block_undescribed(&format!("{path}.{name}"), &nested.block, found);
    }
}

fn attributes_undescribed(path: &str, attributes: &BTreeMap<String, Attribute>, found: &mut Vec<String>) {
    for (name, attribute) in attributes {
        let path = format!("{path}.{name}");
        if attribute.description.is_empty() {
            found.push(format!("{path} has no description"));
        }
        if let Some(nested) = &attribute.nested_type {
            attributes_undescribed(&path, &nested.attributes, found);
        }
    }
}
