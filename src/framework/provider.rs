//! What the author of a provider writes: its configuration and its list of objects.

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::diagnostics::Diagnostics;
use super::object::Object;
use super::path::Path;
use super::registry::Registry;
use super::schema::Schema;

/// What became of the provider's configuration.
#[derive(Debug)]
pub enum Configured<Ctx> {
    /// Everything is known: verbs may run.
    Ready(Arc<Ctx>),
    /// These arguments are not known before apply. Planning goes on, reads keep
    /// the stored state, and whatever needs the API is an error that names them.
    Deferred(Vec<Path>),
}

/// Facts about the program that started the provider.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// Terraform's or OpenTofu's version, for the user agent. Never to be
    /// tested for features: OpenTofu says what it likes.
    pub version: String,
}

/// A provider. Contract:
///
/// 1. [`schema`](Self::schema) and [`registry`](Self::registry) are pure.
/// 2. [`validate`](Self::validate) is called with unknown values and must not
///    ask the API.
/// 3. [`configure`](Self::configure) may be called more than once; each answer
///    replaces the last.
/// 4. [`configure`](Self::configure) ends soon once `cancel` is cancelled.
pub trait Provider: Send + Sync + 'static {
    /// What verbs get to work with: usually an API client.
    type Ctx: Send + Sync + 'static;
    /// The struct for the provider's configuration.
    type Model: Object;

    /// The arguments of the `provider` block.
    fn schema(&self) -> Schema;

    /// Rules that need more than one argument or the environment.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Builds what verbs work with.
    fn configure(
        &self,
        config: Self::Model,
        host: Host,
        cancel: &CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Result<Configured<Self::Ctx>, Diagnostics>> + Send;

    /// The objects this provider offers.
    fn registry(&self) -> Registry<Self::Ctx>;
}
