//! What one connection has configured, and how it is interrupted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;
use crate::framework::provider::{Configured, Provider};
use crate::protocol::ending::Ending;

use super::catalog::Catalog;
use super::open_objects::OpenObjects;

/// One client of the plugin, as one of its requests sees it.
pub(super) struct Connection<P: Provider> {
    shared: Arc<Shared<P>>,
    /// Interrupts the request.
    cancel: CancellationToken,
}

/// What the requests of a client share.
struct Shared<P: Provider> {
    catalog: Arc<Catalog<P>>,
    configuration: RwLock<Configuration<P::Ctx>>,
    /// That of every request since the last stop. Stopping replaces it, so that
    /// what comes after a stop, such as cleaning up, runs.
    cancel: Mutex<CancellationToken>,
    ending: Ending,
    opened: OpenObjects,
    has_read: AtomicBool,
}

/// Whether verbs can run.
pub(super) enum Configuration<Ctx> {
    /// Nothing was configured, or it failed.
    Missing,
    /// These arguments are not known before apply.
    Deferred(Arc<[Path]>),
    /// They can, with this.
    Ready(Arc<Ctx>),
}

impl<Ctx> Clone for Configuration<Ctx> {
    fn clone(&self) -> Self {
        match self {
            Self::Missing => Self::Missing,
            Self::Deferred(arguments) => Self::Deferred(Arc::clone(arguments)),
            Self::Ready(ctx) => Self::Ready(Arc::clone(ctx)),
        }
    }
}

impl<Ctx> Configuration<Ctx> {
    /// What verbs work with, if they can.
    pub(super) fn ctx(&self) -> Option<&Ctx> {
        match self {
            Self::Ready(ctx) => Some(ctx),
            Self::Missing | Self::Deferred(_) => None,
        }
    }

    /// What verbs work with.
    ///
    /// # Errors
    /// Why `operation`, such as `read random_pet`, cannot run.
    pub(super) fn require(&self, operation: &str) -> Result<&Ctx, Diagnostic> {
        match self {
            Self::Ready(ctx) => Ok(ctx),
            Self::Missing => Err(Diagnostic::error(
                format!("Cannot {operation}"),
                "The provider is not configured, or its configuration failed. See the errors before this one, and \
                 the `provider` block. Nothing was changed.",
            )),
            Self::Deferred(arguments) => Err(Diagnostic::error(
                format!("Cannot {operation}"),
                format!(
                    "The provider configuration depends on values that are not known yet: {}. Use values that are \
                     known during the plan, or first apply the objects that they come from, with `-target`. Nothing \
                     was changed.",
                    arguments.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
                ),
            )),
        }
    }
}

impl<P: Provider> Clone for Connection<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), cancel: self.cancel.clone() }
    }
}

impl<P: Provider> Connection<P> {
    pub(super) fn new(catalog: Arc<Catalog<P>>, ending: Ending) -> Self {
        // What is hurried by the end of the process is so by every token.
        let cancel = ending.ending().child_token();
        let shared = Shared {
            catalog,
            configuration: RwLock::new(Configuration::Missing),
            cancel: Mutex::new(cancel.clone()),
            ending,
            opened: OpenObjects::default(),
            has_read: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared), cancel }
    }

    /// The same for a request that has just been received. To be called before
    /// anything else: a stop that comes next interrupts it, however little of it
    /// has begun by then.
    pub(super) fn for_request(&self) -> Self {
        let cancel = self.shared.cancel.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { shared: Arc::clone(&self.shared), cancel }
    }

    pub(super) fn catalog(&self) -> &Arc<Catalog<P>> {
        &self.shared.catalog
    }

    /// The configuration as it is now.
    pub(super) fn configuration(&self) -> Configuration<P::Ctx> {
        self.shared.configuration.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the configuration; `None` after a failure. Requests that run
    /// keep the one they began with.
    pub(super) fn configure(&self, configured: Option<Configured<P::Ctx>>) {
        let configuration = match configured {
            None => Configuration::Missing,
            Some(Configured::Ready(ctx)) => Configuration::Ready(ctx),
            Some(Configured::Deferred(arguments)) => Configuration::Deferred(arguments.into()),
        };
        *self.shared.configuration.write().unwrap_or_else(PoisonError::into_inner) = configuration;
    }

    /// What is told what is under way.
    pub(super) fn ending(&self) -> &Ending {
        &self.shared.ending
    }

    /// What was opened and not closed yet.
    pub(super) fn opened(&self) -> &OpenObjects {
        &self.shared.opened
    }

    /// A resource is read.
    pub(super) fn note_read(&self) {
        self.shared.has_read.store(true, Ordering::Relaxed);
    }

    /// Whether one was.
    pub(super) fn has_read(&self) -> bool {
        self.shared.has_read.load(Ordering::Relaxed)
    }

    /// The token of the request.
    pub(super) fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Interrupts the requests that were received, and none that comes after.
    pub(super) fn stop(&self) {
        let mut current = self.shared.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, self.shared.ending.ending().child_token()).cancel();
    }
}
