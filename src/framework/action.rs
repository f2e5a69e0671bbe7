//! What the author of an action writes: something done to the world that leaves no object
//! behind.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::diagnostics::Diagnostics;
use super::object::Object;
use super::resource::Call;
use super::schema::Schema;

/// Tells the user how far an action is, while it runs.
pub struct Progress<'a>(&'a (dyn Fn(String) + Send + Sync));

impl<'a> Progress<'a> {
    /// Each message goes to `sink`, in order.
    pub fn new(sink: &'a (dyn Fn(String) + Send + Sync)) -> Self {
        Self(sink)
    }

    /// One line, shown at once. It must never hold a secret.
    pub fn report(&self, message: impl Into<String>) {
        (self.0)(message.into());
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// An action to come, which [`Action::plan`] may refuse.
#[derive(Debug)]
pub struct ActionPlan<'a, Ctx, M> {
    /// The configured provider; `None` while its configuration holds unknown
    /// values, and when nothing was configured.
    pub ctx: Option<&'a Ctx>,
    /// What the user wrote; may hold unknown values.
    pub config: &'a M,
    /// Set when the user interrupts.
    pub cancel: &'a CancellationToken,
}

/// An action. Contract:
///
/// 1. [`schema`](Self::schema) is pure, answers the same in every process and
///    has no computed attribute: an action has no result.
/// 2. [`validate`](Self::validate) never asks the API, and neither it nor
///    [`plan`](Self::plan) changes anything. Unknown values trip no check.
/// 3. [`invoke`](Self::invoke) gets a wholly known configuration. Between two
///    steps it looks whether the user interrupted, and then ends with an error
///    that says what was done and what was not. What was begun is finished.
/// 4. Done twice, it does no harm: there is no state to tell that it was done.
/// 5. Verbs may run at the same time for different objects.
pub trait Action<Ctx: Send + Sync + 'static>: Send + Sync + 'static {
    /// The struct for the configuration.
    type Model: Object;

    /// `<provider>_<verb>_<object>`.
    fn type_name(&self) -> &'static str;

    /// Arguments.
    fn schema(&self) -> Schema;

    /// How long it may take.
    fn timeout(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }

    /// Rules that need more than one attribute.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// What can be said against the action before anything else is applied.
    fn plan(
        &self,
        _plan: ActionPlan<'_, Ctx, Self::Model>,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Does it. On success the diagnostics are warnings.
    fn invoke(
        &self,
        call: &Call<'_, Ctx>,
        config: Self::Model,
        progress: &Progress<'_>,
    ) -> impl Future<Output = Result<Diagnostics, Diagnostics>> + Send;
}
