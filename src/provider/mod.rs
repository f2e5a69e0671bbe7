//! Provider layer, the composition root: what a `provider "wavix"` block means,
//! and the client and context built from it. Knows every layer below, and
//! nothing about any single object: those are registered in `resources`.
//!
//! | file | decides |
//! |---|---|
//! | `schema.rs`, `model.rs` | what may be written |
//! | [`environment`] | where environment variables come from |
//! | `precedence.rs` | which of several given values counts |
//! | `settings.rs` | what all values together come to |
//! | `user_agent.rs` | how requests introduce themselves |
//! | `account_guard.rs` | whether the key's account may be worked on |

pub mod environment;

mod account_guard;
mod ca_bundle;
mod model;
mod precedence;
mod schema;
mod settings;
mod user_agent;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::{Configured, Host, Provider};
use crate::framework::registry::Registry;
use crate::framework::schema::Schema;
use crate::lifecycle::context::Context;
use crate::resources;

pub use self::model::ProviderModel;

use self::environment::Environment;

/// The provider `wavix/wavix`.
#[derive(Debug, Clone)]
pub struct WavixProvider {
    environment: Environment,
    temporary: Vec<PathBuf>,
}

impl WavixProvider {
    /// Arguments left out of the configuration are looked up in `environment`.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment, temporary: Vec::new() }
    }

    /// The same, with folders for temporary files: in the first that is there,
    /// processes on this machine tell each other what they create. Without one,
    /// no trunk whose answer was lost is adopted.
    #[must_use]
    pub fn with_temporary_folders(self, temporary: Vec<PathBuf>) -> Self {
        Self { temporary, ..self }
    }
}

impl Provider for WavixProvider {
    type Ctx = Context;
    type Model = ProviderModel;

    fn schema(&self) -> Schema {
        schema::schema()
    }

    /// A missing API key is no error here: `terraform validate` runs in places
    /// that have none.
    fn validate(&self, config: &ProviderModel, diagnostics: &mut Diagnostics) {
        let resolved = settings::resolve(config, &self.environment, &Host::default());
        diagnostics.append(resolved.faults());
    }

    async fn configure(
        &self,
        config: ProviderModel,
        host: Host,
        cancel: &CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<Configured<Context>, Diagnostics> {
        let resolved = settings::resolve(&config, &self.environment, &host);
        let mut faults = resolved.faults();
        if let Some(missing) = resolved.missing_api_key() {
            faults.push(missing);
        }
        diagnostics.append(faults.into_result()?);
        if !resolved.unknown.is_empty() {
            return Ok(Configured::Deferred(resolved.unknown));
        }

        let client = Client::new(resolved.client_config().await?);
        tracing::debug!(config = ?client.config(), "configured");
        account_guard::check(&client, &resolved.allowed_account_ids, cancel).await?;
        let context = Context::new(client, self.temporary.clone());
        Ok(Configured::Ready(Arc::new(if resolved.skip_account_limit_checks {
            context.without_account_limits()
        } else {
            context
        })))
    }

    fn registry(&self) -> Registry<Context> {
        resources::registry()
    }
}
