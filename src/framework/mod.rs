//! What a provider author writes against. Knows no HTTP and no particular provider.
//!
//! | modules | are for |
//! |---|---|
//! | [`provider`], [`resource`], [`data_source`], [`registry`] | what an author implements, and lists |
//! | [`schema`], [`validators`], [`timeouts`], [`duration`] | what a user may write |
//! | [`object`], [`path`], [`diagnostics`], [`private`] | what passes between the two sides |
//! | [`validation`], [`planning`], [`consistency`], [`walk`] | Terraform's rules, as pure functions |
//! | `schema_rules` | Terraform's rules for schemas, checked by tests |
//! | [`erased`], [`convert`], [`server`] | from Terraform's messages to an author's code and back |

pub mod action;
pub mod consistency;
pub mod convert;
pub mod data_source;
pub mod diagnostics;
pub mod duration;
pub mod ephemeral;
pub mod erased;
pub mod function;
pub mod generation;
pub mod identity;
pub mod list_resource;
pub mod moving;
pub mod note;
pub mod object;
pub mod path;
pub mod planning;
pub mod private;
pub mod provider;
pub mod registry;
pub mod resource;
pub mod schema;
#[cfg(test)]
pub(crate) mod schema_rules;
pub mod server;
pub mod timeouts;
pub mod validation;
pub mod validators;
pub mod walk;

#[cfg(test)]
pub(crate) mod fixtures;
