//! What a provider author writes against. Layer: framework, above `protocol`.
//! Knows no HTTP and no particular provider.

pub mod data_source;
pub mod diagnostics;
pub mod duration;
pub mod erased;
pub mod object;
pub mod path;
pub mod private;
pub mod provider;
pub mod registry;
pub mod resource;
pub mod schema;
