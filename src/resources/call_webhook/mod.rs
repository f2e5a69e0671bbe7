//! `wavix_call_webhook`, where Wavix reports the account's calls. One place for each kind
//! of event, so its verbs are those of `lifecycle::natural`.

mod object;
mod url;

#[cfg(test)]
mod tests;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::{Call, Outcome, PlanRequest};
use crate::lifecycle::context::Context;
use crate::lifecycle::managed::{Managed, Ordinary};
use crate::lifecycle::{natural, views};

pub use self::object::CallWebhookModel;

/// All that there is to say of a call webhook.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallWebhook;

/// `resource "wavix_call_webhook"`
pub type CallWebhookResource = Managed<CallWebhook>;
/// `data "wavix_call_webhooks"`
pub type CallWebhooksDataSource = views::Plural<CallWebhook>;
/// `list "wavix_call_webhook"`
pub type CallWebhookList = views::List<CallWebhook, CallWebhookResource>;

type Saved<'a> = &'a mut Outcome<CallWebhookModel>;

impl Ordinary for CallWebhook {
    fn validate(config: &CallWebhookModel, diagnostics: &mut Diagnostics) {
        diagnostics.extend(config.url.known().into_iter().flat_map(|text| url::warnings(text)));
    }

    async fn plan(
        request: &PlanRequest<'_, Context, CallWebhookModel>,
        planned: &mut CallWebhookModel,
        diagnostics: &mut Diagnostics,
    ) {
        natural::plan::<Self>(request, planned, diagnostics).await;
    }

    async fn create(
        call: &Call<'_, Context>,
        plan: CallWebhookModel,
        saved: Saved<'_>,
    ) -> Result<(), Diagnostics> {
        natural::create::<Self>(call, plan, saved).await
    }

    async fn read(
        call: &Call<'_, Context>,
        state: CallWebhookModel,
        saved: Saved<'_>,
    ) -> Result<(), Diagnostics> {
        natural::was_read::<Self>(call, state, saved).await
    }

    async fn update(
        call: &Call<'_, Context>,
        plan: CallWebhookModel,
        prior: CallWebhookModel,
        saved: Saved<'_>,
    ) -> Result<(), Diagnostics> {
        natural::update::<Self>(call, plan, prior, saved).await
    }

    async fn delete(
        call: &Call<'_, Context>,
        state: CallWebhookModel,
        saved: Saved<'_>,
    ) -> Result<(), Diagnostics> {
        natural::delete::<Self>(call, state, saved).await
    }
}
