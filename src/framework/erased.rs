//! The untyped twins of what a provider registers, which the registry holds and the server
//! calls. The only generic plumbing.

mod action;
mod data_source;
mod ephemeral;
mod function;
mod list_resource;
mod plan;
mod resource;

use std::future::Future;
use std::pin::Pin;

use crate::protocol::value::Value;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::object::{MappingError, Object};
use super::schema::Schema;

pub use self::action::{ErasedAction, TypedAction};
pub use self::data_source::{ErasedDataSource, TypedDataSource};
pub use self::ephemeral::{ErasedEphemeral, TypedEphemeral};
pub use self::function::{ErasedFunction, TypedFunction};
pub use self::list_resource::{ErasedListRequest, ErasedListResource, TypedListResource};
pub use self::plan::ErasedPlan;
pub use self::resource::{ErasedChange, ErasedResource, Slot, TypedResource};

/// A future the server can hold without knowing the object.
pub type Verb<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What objects of all kinds have. The schema of a function is that of its parameters.
pub trait ErasedObject<Ctx>: Send + Sync {
    /// The name under which it is registered, once among its kind.
    fn type_name(&self) -> &'static str;
    /// What is written into it and comes out of it. Pure.
    fn schema(&self) -> Schema;
    /// The names its model maps, to compare with the schema.
    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]>;
}

fn model<M: Object>(value: &Value, type_name: &str) -> Result<M, Diagnostic> {
    M::from_value(value).map_err(|error| mapping_bug(type_name, &error))
}

/// The model of a configuration that was checked against its schema.
fn check_model<M: Object>(config: &Value, type_name: &str, diagnostics: &mut Diagnostics) -> Option<M> {
    checked(model(config, type_name), diagnostics)
}

fn checked<M>(config: Result<M, Diagnostic>, diagnostics: &mut Diagnostics) -> Option<M> {
    match config {
        Ok(config) => return Some(config),
        // A value that breaks its own rule, such as a fraction where a whole
        // number must stand, cannot be mapped either. That was said already.
        Err(_) if diagnostics.has_errors() => {}
        Err(bug) => diagnostics.push(bug),
    }
    None
}

fn mapping_bug(type_name: &str, error: &MappingError) -> Diagnostic {
    Diagnostic::bug(format!("Cannot map {type_name}"), format!("A value does not match its schema: {error}."))
}
