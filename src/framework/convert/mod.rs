//! Between the framework's types and the generated messages. Nothing is decided here.

mod diagnostics;
mod function;
mod schema;

pub use diagnostics::{attribute_path, diagnostics, diagnostics_about};
pub use function::function;
pub use schema::{identity_schema, schema};
