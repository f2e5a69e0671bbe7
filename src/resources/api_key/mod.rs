//! Resources layer: `wavix_api_key`. An ordinary object, but that its value must not
//! be lost, and that the key in use must not be cut off.

mod guard;
mod lost;
mod object;
mod rules;
mod schema;

#[cfg(test)]
mod tests;

use tokio::sync::OwnedMutexGuard;
use tokio::time::sleep_until;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome, PlanRequest};
use crate::lifecycle::context::{Context, Part};
use crate::lifecycle::managed::{self, Managed, Ordinary};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::key_of;
use crate::lifecycle::turns::Turns;
use crate::lifecycle::{find, label, read, views};

pub use self::object::NOUN;
pub use self::schema::ApiKeyModel;

/// All that there is to say of an API key.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiKey;

/// `resource "wavix_api_key"`
pub type ApiKeyResource = Managed<ApiKey>;
/// `data "wavix_api_keys"`
pub type ApiKeysDataSource = views::Plural<ApiKey>;
/// `list "wavix_api_key"`
pub type ApiKeyList = views::List<ApiKey, ApiKeyResource>;

impl Ordinary for ApiKey {
    async fn plan(
        request: &PlanRequest<'_, Context, ApiKeyModel>,
        planned: &mut ApiKeyModel,
        diagnostics: &mut Diagnostics,
    ) {
        guard::change(request, planned, diagnostics);
    }

    async fn plan_destroy(
        request: &PlanRequest<'_, Context, ApiKeyModel>,
        prior: &ApiKeyModel,
        diagnostics: &mut Diagnostics,
    ) {
        guard::destroy(request, prior, diagnostics).await;
    }

    async fn create(
        call: &Call<'_, Context>,
        plan: ApiKeyModel,
        outcome: &mut Outcome<ApiKeyModel>,
    ) -> Result<(), Diagnostics> {
        let creates = call.ctx.part::<Creates>();
        let _turn = creates.turn(call, plan.label.known().map_or("", String::as_str)).await;
        managed::created::<Self>(call, plan, outcome).await?;
        let Some((key, made)) = outcome.state().and_then(|made| Some((key_of::<Self>(made)?, made.clone())))
        else {
            return Ok(());
        };
        // Nothing else shows it, so a refresh would take it for gone.
        match find::until_listed::<Self>(call, &key).await {
            Ok(true) => {}
            Ok(false) => outcome.warn(lost::not_listed(&key, "The time for the create ended before.")),
            Err(error) => outcome.warn(lost::not_listed(&key, &error.to_string())),
        }
        if lost::is_lost(&made) { Err(lost::without_value(&key)) } else { Ok(()) }
    }

    async fn read(
        call: &Call<'_, Context>,
        state: ApiKeyModel,
        outcome: &mut Outcome<ApiKeyModel>,
    ) -> Result<(), Diagnostics> {
        let Some(record) = read::read::<Self>(call, &state, outcome).await? else { return Ok(()) };
        let found = record.state(&state);
        if lost::is_lost(&found) && read::is_import::<Self>(&state, &record.key) {
            outcome.warn(lost::imported_without_value(&record.key));
        }
        read::save::<Self>(call, &state, found, outcome);
        Ok(())
    }

    /// A replacement destroys without a plan that could have refused it.
    async fn delete(
        call: &Call<'_, Context>,
        state: ApiKeyModel,
        outcome: &mut Outcome<ApiKeyModel>,
    ) -> Result<(), Diagnostics> {
        if guard::is_own(call.ctx, &state) {
            return Err(guard::refused(Verb::Delete, &state).into());
        }
        managed::deleted::<Self>(call, state, outcome).await
    }
}

/// Creates of one label go one after the other: a key whose answer was lost is told by
/// label and contents, and must not be a sibling's that is being made.
struct Creates(Turns<()>);

impl Part for Creates {
    fn new(_ctx: &Context) -> Self {
        Self(Turns::default())
    }
}

impl Creates {
    /// Waits for the turn. `None` when there is no time to: the create then says so
    /// itself, and sends nothing.
    async fn turn(&self, call: &Call<'_, Context>, label: &str) -> Option<OwnedMutexGuard<()>> {
        tokio::select! {
            biased;
            () = call.cancel.cancelled() => None,
            turn = self.0.of(&label::group(label)).lock_owned() => Some(turn),
            () = sleep_until(call.deadline) => None,
        }
    }
}
