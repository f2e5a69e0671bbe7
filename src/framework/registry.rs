//! Type name → erased object. Layer: framework.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::action::Action;
use super::data_source::DataSource;
use super::ephemeral::Ephemeral;
use super::erased::{
    ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedListResource, ErasedResource,
    TypedAction, TypedDataSource, TypedEphemeral, TypedFunction, TypedListResource, TypedResource,
};
use super::function::Function;
use super::list_resource::ListResource;
use super::resource::Resource;

/// The objects of a provider, by type name. Each name once per kind: the
/// second registration of a name is reported by [`duplicates`](Self::duplicates),
/// which the server turns into a schema error.
pub struct Registry<Ctx> {
    resources: BTreeMap<&'static str, Arc<dyn ErasedResource<Ctx>>>,
    data_sources: BTreeMap<&'static str, Arc<dyn ErasedDataSource<Ctx>>>,
    list_resources: BTreeMap<&'static str, Arc<dyn ErasedListResource<Ctx>>>,
    ephemerals: BTreeMap<&'static str, Arc<dyn ErasedEphemeral<Ctx>>>,
    functions: BTreeMap<&'static str, Arc<dyn ErasedFunction>>,
    actions: BTreeMap<&'static str, Arc<dyn ErasedAction<Ctx>>>,
    duplicates: Vec<&'static str>,
}

impl<Ctx: Send + Sync + 'static> Default for Registry<Ctx> {
    fn default() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            list_resources: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            functions: BTreeMap::new(),
            actions: BTreeMap::new(),
            duplicates: Vec::new(),
        }
    }
}

impl<Ctx: Send + Sync + 'static> Registry<Ctx> {
    /// Adds a managed resource.
    #[must_use]
    pub fn resource<R: Resource<Ctx>>(mut self, resource: R) -> Self {
        let name = resource.type_name();
        if self.resources.insert(name, Arc::new(TypedResource::new(resource))).is_some() {
            self.duplicates.push(name);
        }
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Ctx>>(mut self, data_source: D) -> Self {
        let name = data_source.type_name();
        if self.data_sources.insert(name, Arc::new(TypedDataSource::new(data_source))).is_some() {
            self.duplicates.push(name);
        }
        self
    }

    /// Adds a list resource.
    #[must_use]
    pub fn list_resource<L: ListResource<Ctx>>(mut self, list_resource: L) -> Self {
        let name = list_resource.type_name();
        if self.list_resources.insert(name, Arc::new(TypedListResource::new(list_resource))).is_some() {
            self.duplicates.push(name);
        }
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral<E: Ephemeral<Ctx>>(mut self, ephemeral: E) -> Self {
        let name = ephemeral.type_name();
        if self.ephemerals.insert(name, Arc::new(TypedEphemeral::new(ephemeral))).is_some() {
            self.duplicates.push(name);
        }
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function<F: Function>(mut self, function: F) -> Self {
        let name = function.name();
        if self.functions.insert(name, Arc::new(TypedFunction::new(function))).is_some() {
            self.duplicates.push(name);
        }
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action<Ctx>>(mut self, action: A) -> Self {
        let name = action.type_name();
        if self.actions.insert(name, Arc::new(TypedAction::new(action))).is_some() {
            self.duplicates.push(name);
        }
        self
    }
}

impl<Ctx> Registry<Ctx> {
    /// The managed resource of that type.
    #[must_use]
    pub fn find_resource(&self, type_name: &str) -> Option<&Arc<dyn ErasedResource<Ctx>>> {
        self.resources.get(type_name)
    }

    /// The data source of that type.
    #[must_use]
    pub fn find_data_source(&self, type_name: &str) -> Option<&Arc<dyn ErasedDataSource<Ctx>>> {
        self.data_sources.get(type_name)
    }

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
    pub fn functions(&self) -> impl Iterator<Item = &Arc<dyn ErasedFunction>> {
        self.functions.values()
    }

    /// All actions, by name.
    pub fn actions(&self) -> impl Iterator<Item = &Arc<dyn ErasedAction<Ctx>>> {
        self.actions.values()
    }

    /// Names registered more than once.
    #[must_use]
    pub fn duplicates(&self) -> &[&'static str] {
        &self.duplicates
    }
}

impl<Ctx> fmt::Debug for Registry<Ctx> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("resources", &self.resources.keys())
            .field("data_sources", &self.data_sources.keys())
            .field("list_resources", &self.list_resources.keys())
            .field("ephemerals", &self.ephemerals.keys())
            .field("functions", &self.functions.keys())
            .field("actions", &self.actions.keys())
            .finish_non_exhaustive()
    }
}
