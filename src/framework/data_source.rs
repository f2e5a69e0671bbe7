//! What the author of a data source writes.

use std::future::Future;
use std::time::Duration;

use super::diagnostics::Diagnostics;
use super::object::Object;
use super::resource::Call;
use super::schema::Schema;

/// A data source. Contract:
///
/// 1. [`schema`](Self::schema) is pure and answers the same in every process.
/// 2. [`validate`](Self::validate) never asks the API; unknown values trip no
///    check.
/// 3. [`read`](Self::read) gets a wholly known configuration and answers with a
///    wholly known object in which the configured values are unchanged. It
///    writes nothing.
/// 4. What is not found is an error: a data source cannot be null.
pub trait DataSource<Ctx: Send + Sync + 'static>: Send + Sync + 'static {
    /// The struct for configuration and result.
    type Model: Object;

    /// `<provider>_<object>`.
    fn type_name(&self) -> &'static str;

    /// Arguments and results.
    fn schema(&self) -> Schema;

    /// How long a read may take.
    fn timeout(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }

    /// Rules that need more than one attribute.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Looks the object up.
    fn read(
        &self,
        call: &Call<'_, Ctx>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}
