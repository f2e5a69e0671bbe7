//! What a provider offers, with the schemas worked out once. Layer: framework.
//! The same for all connections of a process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::erased::{
    ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedListResource, ErasedResource,
};
use crate::framework::function::Signature;
use crate::framework::identity::IdentitySchema;
use crate::framework::object::Object;
use crate::framework::provider::Provider;
use crate::framework::registry::Registry;
use crate::framework::schema::{Attribute, Block, Kind, Schema};
use crate::framework::schema_rules;
use crate::protocol::encoded::Encoded;
use crate::protocol::proto::tfplugin6::get_provider_schema;
use crate::protocol::types::Type;

/// Everything a request can name.
pub(super) struct Catalog<P: Provider> {
    pub(super) provider: Arc<P>,
    pub(super) address: String,
    /// Of the provider block.
    pub(super) schema: Schema,
    /// Of the provider block's value.
    pub(super) ty: Type,
    pub(super) resources: BTreeMap<&'static str, Entry<dyn ErasedResource<P::Ctx>>>,
    pub(super) data_sources: BTreeMap<&'static str, Entry<dyn ErasedDataSource<P::Ctx>>>,
    pub(super) list_resources: BTreeMap<&'static str, Entry<dyn ErasedListResource<P::Ctx>>>,
    /// Of the managed resources that have one.
    pub(super) identities: BTreeMap<&'static str, Identity>,
    pub(super) ephemerals: BTreeMap<&'static str, Entry<dyn ErasedEphemeral<P::Ctx>>>,
    pub(super) actions: BTreeMap<&'static str, Entry<dyn ErasedAction<P::Ctx>>>,
    pub(super) functions: BTreeMap<&'static str, FunctionEntry>,
    /// Names of the arguments and results that are secret in any schema.
    pub(super) secret_arguments: BTreeSet<String>,
    /// What is wrong with the schemas, all of it the author's mistakes.
    pub(super) faults: Vec<String>,
    /// The answer to the first request for all schemas, for the others.
    pub(super) wire: OnceLock<Encoded<get_provider_schema::Response>>,
}

/// An object the provider offers.
pub(super) struct Entry<T: ?Sized> {
    pub(super) object: Arc<T>,
    pub(super) schema: Schema,
    /// Of its configuration, plan and state.
    pub(super) ty: Type,
}

/// What identifies the objects of a managed resource's type.
pub(super) struct Identity {
    pub(super) schema: IdentitySchema,
    /// Of its value.
    pub(super) ty: Type,
}

impl<T: ?Sized> Entry<T> {
    fn new(object: &Arc<T>, schema: Schema) -> Self {
        let ty = schema.ty();
        Self { object: Arc::clone(object), schema, ty }
    }
}

/// A function the provider offers.
pub(super) struct FunctionEntry {
    pub(super) object: Arc<dyn ErasedFunction>,
    pub(super) signature: Signature,
}

impl<P: Provider> Catalog<P> {
    pub(super) fn new(provider: Arc<P>, address: &str) -> Self {
        let registry: Registry<P::Ctx> = provider.registry();
        let schema = provider.schema();
        let mut faults: Vec<String> = schema_rules::faults(&schema, P::Model::attributes())
            .into_iter()
            .map(|fault| format!("provider: {fault}"))
            .collect();
        faults.extend(registry.duplicates().iter().map(|name| format!("{name}: registered more than once")));
        let mut check = |name: &str, schema: &Schema, model: Option<&[&str]>| {
            let found = schema_rules::faults(schema, model);
            faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        };
        let mut resources = BTreeMap::new();
        let mut identities = BTreeMap::new();
        let mut broken = Vec::new();
        for resource in registry.resources() {
            let schema = resource.schema();
            check(resource.type_name(), &schema, resource.model_attributes());
            if let Some(identity) = resource.identity_schema() {
                let name = resource.type_name();
                broken.extend(identity.faults().into_iter().map(|fault| format!("{name}: {fault}")));
                let ty = identity.ty();
                identities.insert(name, Identity { schema: identity, ty });
            }
            resources.insert(resource.type_name(), Entry::new(resource, schema));
        }
        let mut data_sources = BTreeMap::new();
        for data_source in registry.data_sources() {
            let schema = data_source.schema();
            check(data_source.type_name(), &schema, data_source.model_attributes());
            data_sources.insert(data_source.type_name(), Entry::new(data_source, schema));
        }
        let mut list_resources = BTreeMap::new();
        for list_resource in registry.list_resources() {
            let (name, schema) = (list_resource.type_name(), list_resource.schema());
            check(name, &schema, list_resource.model_attributes());
            if !identities.contains_key(name) {
                broken.push(format!("{name}: only a managed resource with an identity can be listed"));
            }
            if schema.attributes.iter().any(Attribute::is_computed) {
                broken.push(format!("{name}: a list has arguments only"));
            }
            list_resources.insert(name, Entry::new(list_resource, schema));
        }
        let mut ephemerals = BTreeMap::new();
        for ephemeral in registry.ephemerals() {
            let schema = ephemeral.schema();
            check(ephemeral.type_name(), &schema, ephemeral.model_attributes());
            ephemerals.insert(ephemeral.type_name(), Entry::new(ephemeral, schema));
        }
        let mut actions = BTreeMap::new();
        for action in registry.actions() {
            let schema = action.schema();
            check(action.type_name(), &schema, action.model_attributes());
            actions.insert(action.type_name(), Entry::new(action, schema));
        }
        for (name, entry) in &actions {
            let results = entry.schema.attributes.iter().filter(|attribute| attribute.is_computed());
            broken.extend(results.map(|result| format!("{name}: {}: an action has no results", result.name)));
        }
        let mut functions = BTreeMap::new();
        for function in registry.functions() {
            let (name, signature) = (function.name(), function.signature());
            let found = signature.faults(name, function.model_attributes());
            broken.extend(found.into_iter().map(|fault| format!("function {name}: {fault}")));
            functions.insert(name, FunctionEntry { object: Arc::clone(function), signature });
        }
        faults.extend(broken);
        let mut secret_arguments = BTreeSet::new();
        let all = std::iter::once(&schema)
            .chain(resources.values().map(|entry: &Entry<_>| &entry.schema))
            .chain(data_sources.values().map(|entry: &Entry<_>| &entry.schema))
            .chain(list_resources.values().map(|entry: &Entry<_>| &entry.schema))
            .chain(ephemerals.values().map(|entry: &Entry<_>| &entry.schema))
            .chain(actions.values().map(|entry: &Entry<_>| &entry.schema));
        for schema in all {
            collect_secrets(&schema.attributes, &schema.blocks, &mut secret_arguments);
        }
        Self {
            secret_arguments,
            provider,
            address: address.to_owned(),
            ty: schema.ty(),
            schema,
            resources,
            data_sources,
            list_resources,
            identities,
            ephemerals,
            actions,
            functions,
            faults,
            wire: OnceLock::new(),
        }
    }

    /// # Errors
    /// There is no such resource; says which there are.
    pub(super) fn resource(&self, name: &str) -> Result<&Entry<dyn ErasedResource<P::Ctx>>, Diagnostic> {
        self.resources.get(name).ok_or_else(|| unknown_type("resource", name, self.resources.keys()))
    }

    /// # Errors
    /// There is no such data source; says which there are.
    pub(super) fn data_source(&self, name: &str) -> Result<&Entry<dyn ErasedDataSource<P::Ctx>>, Diagnostic> {
        self.data_sources.get(name).ok_or_else(|| unknown_type("data source", name, self.data_sources.keys()))
    }

    /// # Errors
    /// There is no such ephemeral resource; says which there are.
    pub(super) fn ephemeral(&self, name: &str) -> Result<&Entry<dyn ErasedEphemeral<P::Ctx>>, Diagnostic> {
        self.ephemerals
            .get(name)
            .ok_or_else(|| unknown_type("ephemeral resource", name, self.ephemerals.keys()))
    }

    /// # Errors
    /// There is no such action; says which there are.
    pub(super) fn action(&self, name: &str) -> Result<&Entry<dyn ErasedAction<P::Ctx>>, Diagnostic> {
        self.actions.get(name).ok_or_else(|| unknown_type("action", name, self.actions.keys()))
    }

    /// # Errors
    /// There is no such function; says which there are.
    pub(super) fn function(&self, name: &str) -> Result<&FunctionEntry, Diagnostic> {
        self.functions.get(name).ok_or_else(|| unknown_type("function", name, self.functions.keys()))
    }
}

impl<P: Provider> Catalog<P> {
    /// # Errors
    /// There is no such list resource; says which there are.
    pub(super) fn list_resource(
        &self,
        name: &str,
    ) -> Result<&Entry<dyn ErasedListResource<P::Ctx>>, Diagnostic> {
        self.list_resources
            .get(name)
            .ok_or_else(|| unknown_type("list resource", name, self.list_resources.keys()))
    }
}

fn collect_secrets(attributes: &[Attribute], blocks: &[Block], into: &mut BTreeSet<String>) {
    for attribute in attributes {
        if attribute.sensitive || attribute.write_only {
            into.insert(attribute.name.clone());
        }
        if let Kind::Nested(_, attributes) = &attribute.kind {
            collect_secrets(attributes, &[], into);
        }
    }
    for block in blocks {
        collect_secrets(&block.attributes, &block.blocks, into);
    }
}

fn unknown_type<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a &'static str>) -> Diagnostic {
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    let known = if known.is_empty() {
        format!("It has no {kind}s at all.")
    } else {
        format!("It has {}.", known.join(", "))
    };
    Diagnostic::error(
        format!("Cannot find {kind} {name}"),
        format!("This version of the provider has no {kind} of the type `{name}`. {known}"),
    )
}
