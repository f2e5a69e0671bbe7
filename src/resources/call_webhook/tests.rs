//! Tests of the call webhook: each verb against a simulated API.

mod lost;
mod plans;
mod verbs;

use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::Sim;
use wavix_sim::behaviour::{Behaviour, SecondPost};

use crate::client::{Client, ClientSettings};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::private::Private;
use crate::framework::resource::{Call, CreateRequest, Outcome, Phase, PlanRequest, Resource, UpdateRequest};
use crate::lifecycle::context::{Context, options};
use crate::lifecycle::patience::Patience;

use super::{CallWebhookModel, CallWebhookResource};

const PATH: &str = "/v1/calls/webhooks";
const EVENT: &str = "on-call";
const OLD: &str = "https://old.example.com/calls";
const NEW: &str = "https://new.example.com/calls";
const OTHER: &str = "https://somebody.example.net/else";

const SECOND_POSTS: [SecondPost; 3] = [SecondPost::Rejected, SecondPost::Replaces, SecondPost::Appends];

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

/// A plan for the slot of calls.
fn webhook(url: &str) -> CallWebhookModel {
    CallWebhookModel {
        event_type: text(EVENT),
        url: text(url),
        overwrite: Attr::Known(false),
        timeouts: Attr::Null,
    }
}

fn overwriting(url: &str) -> CallWebhookModel {
    CallWebhookModel { overwrite: Attr::Known(true), ..webhook(url) }
}

/// What a verb left behind.
#[derive(Debug)]
struct Left {
    state: Option<CallWebhookModel>,
    private: Private,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Left {
    fn of(outcome: Outcome<CallWebhookModel>, result: Result<(), Diagnostics>) -> Self {
        let (state, private, warnings) = outcome.into_parts();
        let errors = result.err().into_iter().flatten().collect();
        Self { state, private, errors, warnings: warnings.into_iter().collect() }
    }

    #[track_caller]
    fn ok(self) -> CallWebhookModel {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.state.expect("there is an object")
    }

    #[track_caller]
    fn error(&self) -> String {
        let [error] = self.errors.as_slice() else { panic!("one error: {:?}", self.errors) };
        format!("{}: {}", error.summary, error.detail)
    }

    #[track_caller]
    fn warning(&self) -> String {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        let [warning] = self.warnings.as_slice() else { panic!("one warning: {:?}", self.warnings) };
        format!("{}: {}", warning.summary, warning.detail)
    }
}

/// A simulated account and a provider configured for it.
struct Bench {
    sim: Sim,
    ctx: Context,
    cancel: CancellationToken,
    temporary: TempDir,
}

impl Bench {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Behaviour)) -> Self {
        let sim = Sim::start().await;
        sim.configure(change);
        let temporary = tempfile::tempdir().unwrap();
        let ctx = context(&sim, &temporary, Duration::ZERO);
        Self { sim, ctx, cancel: CancellationToken::new(), temporary }
    }

    /// Another run of Terraform.
    fn run_again(&mut self) {
        self.ctx = context(&self.sim, &self.temporary, Duration::ZERO);
    }

    /// One that waits for an API that is behind its own writes.
    fn patient(&mut self) {
        self.ctx = context(&self.sim, &self.temporary, Duration::from_secs(1));
    }

    fn call(&self) -> Call<'_, Context> {
        let deadline = Instant::now() + Duration::from_secs(60);
        Call { ctx: &self.ctx, cancel: &self.cancel, deadline }
    }

    async fn create(&self, plan: &CallWebhookModel) -> Left {
        let mut outcome = Outcome::starting_from(None, Private::default());
        let request = CreateRequest { write_only: CallWebhookModel::default(), plan: plan.clone() };
        let result = CallWebhookResource::NEW.create(&self.call(), request, &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn read(&self, state: &CallWebhookModel) -> Left {
        let mut outcome = Outcome::starting_from(Some(state.clone()), Private::default());
        let result = CallWebhookResource::NEW.read(&self.call(), state.clone(), &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn update(&self, prior: &CallWebhookModel, plan: &CallWebhookModel) -> Left {
        self.update_with(prior, plan, Private::default()).await
    }

    async fn update_with(&self, prior: &CallWebhookModel, plan: &CallWebhookModel, private: Private) -> Left {
        let mut outcome = Outcome::starting_from(Some(prior.clone()), private);
        let write_only = CallWebhookModel::default();
        let request = UpdateRequest { write_only, plan: plan.clone(), prior: prior.clone() };
        let result = CallWebhookResource::NEW.update(&self.call(), request, &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn delete(&self, state: &CallWebhookModel) -> Left {
        self.delete_with(state, Private::default()).await
    }

    async fn delete_with(&self, state: &CallWebhookModel, private: Private) -> Left {
        let mut outcome = Outcome::starting_from(Some(state.clone()), private);
        let result = CallWebhookResource::NEW.delete(&self.call(), state.clone(), &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn plan(&self, prior: Option<&CallWebhookModel>, config: &CallWebhookModel) -> Vec<Diagnostic> {
        let mut planned = Some(config.clone());
        let mut diagnostics = Diagnostics::new();
        let request = PlanRequest {
            ctx: Some(&self.ctx),
            config: Some(config),
            prior,
            phase: Phase::PlanAfterRead,
            cancel: &self.cancel,
        };
        CallWebhookResource::NEW.plan(request, &mut planned, &mut diagnostics).await;
        assert_eq!(planned.as_ref(), Some(config), "nothing is derived");
        diagnostics.into_iter().collect()
    }

    /// All URLs of the event.
    fn urls(&self) -> Vec<String> {
        let webhooks = self.sim.webhooks().into_iter().filter(|webhook| webhook.event_type == EVENT);
        webhooks.map(|webhook| webhook.url).collect()
    }

    /// POSTs, DELETEs.
    fn writes(&self) -> (usize, usize) {
        (self.sim.journal().count("POST", PATH), self.sim.journal().count("DELETE", PATH))
    }

    /// A list that nothing was written since.
    async fn looked_again(&self) {
        let call = self.call();
        call.ctx.slot::<super::CallWebhook>().fresh(&call, &options(&call)).await.unwrap();
    }

    fn looks(&self) -> usize {
        self.sim.journal().count("GET", PATH)
    }
}

fn context(sim: &Sim, temporary: &TempDir, settling: Duration) -> Context {
    let mut settings = ClientSettings::new(sim.api_key());
    settings.base_url = sim.base_url();
    // What the simulator is told to answer, it answers at once and once.
    settings.max_retries = 0;
    let looks = Patience::default().looks.iter().map(|_| Duration::from_millis(2)).collect();
    let patience = Patience { looks, settling, ..Patience::default() };
    Context::new(Client::new(settings.validate().unwrap()), vec![temporary.path().to_owned()])
        .with_patience(patience)
}
