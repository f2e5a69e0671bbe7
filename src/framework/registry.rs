//! Type name → erased object.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::action::Action;
use super::data_source::DataSource;
use super::ephemeral::Ephemeral;
use super::erased::{
    ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedListResource, ErasedObject,
    ErasedResource, TypedAction, TypedDataSource, TypedEphemeral, TypedFunction, TypedListResource,
    TypedResource,
};
use super::function::Function;
use super::list_resource::ListResource;
use super::resource::Resource;

/// The objects of a provider, by type name. Each name once per kind, or the last one
/// counts: that and the other rules of `schema_rules` are for a test to check.
pub struct Registry<Ctx> {
    resources: Kind<dyn ErasedResource<Ctx>>,
    data_sources: Kind<dyn ErasedDataSource<Ctx>>,
    list_resources: Kind<dyn ErasedListResource<Ctx>>,
    ephemerals: Kind<dyn ErasedEphemeral<Ctx>>,
    functions: Kind<dyn ErasedFunction<Ctx>>,
    actions: Kind<dyn ErasedAction<Ctx>>,
    /// What was registered, as often as it was.
    names: Vec<(&'static str, &'static str)>,
}

/// The objects of one kind.
type Kind<T> = BTreeMap<&'static str, Arc<T>>;

impl<Ctx> Default for Registry<Ctx> {
    fn default() -> Self {
        Self {
            resources: Kind::new(),
            data_sources: Kind::new(),
            list_resources: Kind::new(),
            ephemerals: Kind::new(),
            functions: Kind::new(),
            actions: Kind::new(),
            names: Vec::new(),
        }
    }
}

impl<Ctx: Send + Sync + 'static> Registry<Ctx> {
    /// Adds a managed resource.
    #[must_use]
    pub fn resource<R: Resource<Ctx>>(mut self, resource: R) -> Self {
        let name = resource.type_name();
        self.resources.insert(name, Arc::new(TypedResource::new(resource)));
        self.named("resource", name)
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Ctx>>(mut self, data_source: D) -> Self {
        let name = data_source.type_name();
        self.data_sources.insert(name, Arc::new(TypedDataSource::new(data_source)));
        self.named("data source", name)
    }

    /// Adds a list resource.
    #[must_use]
    pub fn list_resource<L: ListResource<Ctx>>(mut self, list_resource: L) -> Self {
        let name = list_resource.type_name();
        self.list_resources.insert(name, Arc::new(TypedListResource::new(list_resource)));
        self.named("list resource", name)
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral<E: Ephemeral<Ctx>>(mut self, ephemeral: E) -> Self {
        let name = ephemeral.type_name();
        self.ephemerals.insert(name, Arc::new(TypedEphemeral::new(ephemeral)));
        self.named("ephemeral resource", name)
    }

    /// Adds a function.
    #[must_use]
    pub fn function<F: Function>(mut self, function: F) -> Self {
        let name = function.name();
        self.functions.insert(name, Arc::new(TypedFunction::new(function)));
        self.named("function", name)
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action<Ctx>>(mut self, action: A) -> Self {
        let name = action.type_name();
        self.actions.insert(name, Arc::new(TypedAction::new(action)));
        self.named("action", name)
    }

    fn named(mut self, kind: &'static str, name: &'static str) -> Self {
        self.names.push((kind, name));
        self
    }

    /// All objects of all kinds, each with what it is called.
    pub fn objects(&self) -> impl Iterator<Item = (&'static str, &dyn ErasedObject<Ctx>)> {
        fn of<'a, Ctx: 'a, T: ?Sized + 'a>(
            kind: &'static str,
            objects: &'a Kind<T>,
            up: fn(&'a T) -> &'a dyn ErasedObject<Ctx>,
        ) -> impl Iterator<Item = (&'static str, &'a dyn ErasedObject<Ctx>)> {
            objects.values().map(move |object| (kind, up(object)))
        }
        of("resource", &self.resources, |object| object)
            .chain(of("data source", &self.data_sources, |object| object))
            .chain(of("list resource", &self.list_resources, |object| object))
            .chain(of("ephemeral resource", &self.ephemerals, |object| object))
            .chain(of("function", &self.functions, |object| object))
            .chain(of("action", &self.actions, |object| object))
    }
}

impl<Ctx> Registry<Ctx> {
    /// All managed resources, by name.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<dyn ErasedResource<Ctx>>> {
        self.resources.values()
    }

    /// All data sources, by name.
    pub fn data_sources(&self) -> impl Iterator<Item = &Arc<dyn ErasedDataSource<Ctx>>> {
        self.data_sources.values()
    }

    /// All list resources, by name.
    pub fn list_resources(&self) -> impl Iterator<Item = &Arc<dyn ErasedListResource<Ctx>>> {
        self.list_resources.values()
    }

    /// All ephemeral resources, by name.
    pub fn ephemerals(&self) -> impl Iterator<Item = &Arc<dyn ErasedEphemeral<Ctx>>> {
        self.ephemerals.values()
    }

    /// All functions, by name.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<dyn ErasedFunction<Ctx>>> {
        self.functions.values()
    }

    /// All actions, by name.
    pub fn actions(&self) -> impl Iterator<Item = &Arc<dyn ErasedAction<Ctx>>> {
        self.actions.values()
    }

    /// Kind and name of every registration, in order.
    #[must_use]
    pub fn names(&self) -> &[(&'static str, &'static str)] {
        &self.names
    }
}

impl<Ctx> fmt::Debug for Registry<Ctx> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.names).finish()
    }
}
