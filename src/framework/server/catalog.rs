//! What a provider offers, with the schemas worked out once. The same for all connections
//! of a process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::erased::{
    ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedListResource, ErasedObject,
    ErasedResource,
};
use crate::framework::function::Signature;
use crate::framework::identity::IdentitySchema;
use crate::framework::provider::Provider;
use crate::framework::registry::Registry;
use crate::framework::schema::{Attribute, Block, Kind, Schema};
use crate::protocol::encoded::Encoded;
use crate::protocol::proto::tfplugin6::get_provider_schema;
use crate::protocol::types::Type;
use crate::protocol::value::sorted;

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
    pub(super) functions: BTreeMap<&'static str, FunctionEntry<P::Ctx>>,
    /// Names of the arguments and results that are secret in any schema.
    pub(super) secret_arguments: BTreeSet<String>,
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

fn entries<'a, Ctx: 'a, T: ErasedObject<Ctx> + ?Sized + 'a>(
    objects: impl Iterator<Item = &'a Arc<T>>,
) -> BTreeMap<&'static str, Entry<T>> {
    let entry = |object: &Arc<T>| {
        let schema = object.schema();
        let ty = schema.ty();
        (object.type_name(), Entry { object: Arc::clone(object), schema, ty })
    };
    sorted(objects.map(entry))
}

/// A function the provider offers.
pub(super) struct FunctionEntry<Ctx> {
    pub(super) object: Arc<dyn ErasedFunction<Ctx>>,
    pub(super) signature: Signature,
}

impl<P: Provider> Catalog<P> {
    pub(super) fn new(provider: Arc<P>, address: &str) -> Self {
        let registry: Registry<P::Ctx> = provider.registry();
        let schema = provider.schema();
        let resources = entries(registry.resources());
        let identity = |resource: &Arc<dyn ErasedResource<P::Ctx>>| {
            let schema = resource.identity_schema()?;
            let ty = schema.ty();
            Some((resource.type_name(), Identity { schema, ty }))
        };
        let function = |function: &Arc<dyn ErasedFunction<P::Ctx>>| {
            let entry = FunctionEntry { object: Arc::clone(function), signature: function.signature() };
            (function.type_name(), entry)
        };
        let mut secret_arguments = BTreeSet::new();
        collect_secrets(&schema.attributes, &schema.blocks, &mut secret_arguments);
        for (_, object) in registry.objects() {
            let schema = object.schema();
            collect_secrets(&schema.attributes, &schema.blocks, &mut secret_arguments);
        }
        Self {
            secret_arguments,
            provider,
            address: address.to_owned(),
            ty: schema.ty(),
            schema,
            resources,
            data_sources: entries(registry.data_sources()),
            list_resources: entries(registry.list_resources()),
            identities: sorted(registry.resources().filter_map(identity)),
            ephemerals: entries(registry.ephemerals()),
            actions: entries(registry.actions()),
            functions: sorted(registry.functions().map(function)),
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
    pub(super) fn function(&self, name: &str) -> Result<&FunctionEntry<P::Ctx>, Diagnostic> {
        self.functions.get(name).ok_or_else(|| unknown_type("function", name, self.functions.keys()))
    }

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
        format!("It has no {kind}s.")
    } else {
        format!("It has {}.", known.join(", "))
    };
    Diagnostic::error(
        format!("Cannot find {kind} {name}"),
        format!("This version of the provider has no {kind} `{name}`. {known}"),
    )
}
