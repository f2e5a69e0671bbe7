//! Answers Terraform's requests for a provider. A handler looks up, converts in, calls, and
//! converts out; what is decided is decided in the modules above this one. There is one
//! file per group of RPCs.
//!
//! A handler never answers with a gRPC status: Terraform would show the user a
//! broken plugin. What is wrong becomes a diagnostic, a panic included.

mod action;
mod answer;
mod apply;
mod catalog;
mod configure;
mod connection;
mod data_source;
mod dispatch;
mod ephemeral;
mod function;
mod generation;
mod identity;
mod import;
mod list;
mod moving;
mod open_objects;
mod plan;
mod read;
mod schema;
mod size;
mod unsupported;
mod upgrade;
mod validate;
mod values;

use std::fmt;
use std::sync::Arc;

use super::provider::Provider;
use crate::protocol::ending::Ending;
use catalog::Catalog;
use connection::Connection;

/// The provider `P` as a service for one connection.
///
/// What a connection configures stays with it: in debug mode Terraform opens
/// one for every alias and every command. Schemas are shared by all connections
/// that come from one server.
pub struct ProviderServer<P: Provider> {
    connection: Connection<P>,
}

impl<P: Provider> ProviderServer<P> {
    /// Serves `provider`, whose full source address is `address`, such as
    /// `registry.terraform.io/hashicorp/random`.
    pub fn new(provider: Arc<P>, address: &str) -> Self {
        let catalog = Arc::new(Catalog::new(provider, address));
        Self { connection: Connection::new(catalog, Ending::default()) }
    }

    /// The same, telling `ending` what is under way.
    #[must_use]
    pub fn telling(self, ending: Ending) -> Self {
        Self { connection: Connection::new(Arc::clone(self.connection.catalog()), ending) }
    }

    /// The same provider for another connection, not yet configured.
    #[must_use]
    pub fn for_new_connection(&self) -> Self {
        Self {
            connection: Connection::new(
                Arc::clone(self.connection.catalog()),
                self.connection.ending().clone(),
            ),
        }
    }
}

impl<P: Provider> fmt::Debug for ProviderServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderServer").finish_non_exhaustive()
    }
}
