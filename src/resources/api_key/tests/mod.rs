//! Tests of the API key resource: tables for what is pure, and each verb against a
//! simulated API.

mod answers;
mod guards;
mod lifecycle;
mod lost;
mod rules;

use std::collections::BTreeMap;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::{ApiKey as Stored, Sim};

use crate::client::{Client, ClientSettings};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, Mapped, SetOf};
use crate::framework::planning::{self, Change};
use crate::framework::private::Private;
use crate::framework::resource::{Call, CreateRequest, Outcome, Phase, PlanRequest, Resource, UpdateRequest};
use crate::lifecycle::context::Context;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::patience::Patience;
use crate::protocol::value::Value;

use super::{ApiKey, ApiKeyModel, ApiKeyResource};

const KEYS: &str = "/v1/api-keys";
const KEY: &str = "/v1/api-keys/*";
const RESOURCE: ApiKeyResource = ApiKeyResource::NEW;

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

fn addresses(texts: &[&str]) -> Attr<SetOf<Attr<String>>> {
    Attr::Known(SetOf(texts.iter().map(|address| text(address)).collect()))
}

fn scopes(granted: &[(&str, &str)]) -> Attr<BTreeMap<String, Attr<String>>> {
    Attr::Known(granted.iter().map(|(scope, access)| ((*scope).to_owned(), text(access))).collect())
}

/// A configuration with a label, and what `change` adds.
fn config(change: impl FnOnce(&mut ApiKeyModel)) -> ApiKeyModel {
    let mut config = ApiKeyModel { label: text("pbx"), ..ApiKeyModel::default() };
    change(&mut config);
    config
}

/// A configuration in which everything is restricted.
fn everything() -> ApiKeyModel {
    config(|key| {
        key.permitted_ips = addresses(&["192.0.2.10", "198.51.100.4"]);
        key.scopes = scopes(&[("trunks", "read"), ("calls", "write")]);
    })
}

/// What a verb left behind.
#[derive(Debug)]
struct Left {
    state: Option<ApiKeyModel>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Left {
    fn of(outcome: Outcome<ApiKeyModel>, result: Result<(), Diagnostics>) -> Self {
        let (state, _, warnings) = outcome.into_parts();
        let errors = result.err().into_iter().flatten().collect();
        Self { state, errors, warnings: warnings.into_iter().collect() }
    }

    #[track_caller]
    fn ok(self) -> ApiKeyModel {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.state.expect("there is an object")
    }

    #[track_caller]
    fn error(&self) -> &Diagnostic {
        self.errors.first().expect("the verb fails")
    }

    fn warned(&self) -> Vec<&str> {
        self.warnings.iter().map(|warning| warning.summary.as_str()).collect()
    }
}

/// A simulated account and a provider configured for it.
struct Bench {
    sim: Sim,
    ctx: Context,
    cancel: CancellationToken,
    time: Duration,
    temporary: TempDir,
}

impl Bench {
    async fn start() -> Self {
        let sim = Sim::start().await;
        let temporary = tempfile::tempdir().unwrap();
        let ctx = context(&sim, sim.api_key(), &temporary);
        Self { sim, ctx, cancel: CancellationToken::new(), time: Duration::from_secs(30), temporary }
    }

    /// Another process of the provider, with this key.
    fn with_key(self, key: &str) -> Self {
        let ctx = context(&self.sim, key, &self.temporary);
        Self { ctx, ..self }
    }

    fn again(self) -> Self {
        let key = self.sim.api_key().to_owned();
        self.with_key(&key)
    }

    fn call(&self) -> Call<'_, Context> {
        Call { ctx: &self.ctx, cancel: &self.cancel, deadline: Instant::now() + self.time }
    }

    fn request<'a>(
        &'a self,
        config: Option<&'a ApiKeyModel>,
        prior: Option<&'a ApiKeyModel>,
    ) -> PlanRequest<'a, Context, ApiKeyModel> {
        PlanRequest { ctx: Some(&self.ctx), config, prior, phase: Phase::PlanAfterRead, cancel: &self.cancel }
    }

    /// The plan as the framework makes it, with its messages.
    async fn try_plan(
        &self,
        config: &ApiKeyModel,
        prior: Option<&ApiKeyModel>,
    ) -> (ApiKeyModel, Vec<Diagnostic>) {
        let mut proposed = config.clone();
        if let Some(prior) = prior {
            proposed.id = prior.id.clone();
            proposed.value = prior.value.clone();
            proposed.created_at = prior.created_at.clone();
            if proposed.active.is_null() {
                proposed.active = prior.active;
            }
        }
        let (config_value, proposed) = (config.clone().into_value(), proposed.into_value());
        let prior_value = prior.map_or(Value::Null, |prior| prior.clone().into_value());
        let change = Change {
            type_name: "wavix_api_key",
            schema: <ApiKey as RemoteObject>::schema(),
            config: &config_value,
            prior: &prior_value,
            proposed: &proposed,
        };
        let mut planned = Some(ApiKeyModel::from_value(&planning::draft(&change)).unwrap());
        let mut diagnostics = Diagnostics::new();
        RESOURCE.plan(self.request(Some(config), prior), &mut planned, &mut diagnostics).await;
        let plan = planning::finish(&change, planned.unwrap().into_value());
        assert_eq!(plan.requires_replace, [], "nothing is a reason to replace a key");
        diagnostics.append(plan.diagnostics);
        (ApiKeyModel::from_value(&plan.state).unwrap(), diagnostics.into_iter().collect())
    }

    async fn plan(&self, config: &ApiKeyModel, prior: Option<&ApiKeyModel>) -> ApiKeyModel {
        let (planned, diagnostics) = self.try_plan(config, prior).await;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        planned
    }

    async fn plan_destroy(&self, prior: &ApiKeyModel) -> Vec<Diagnostic> {
        let mut diagnostics = Diagnostics::new();
        RESOURCE.plan(self.request(None, Some(prior)), &mut None, &mut diagnostics).await;
        diagnostics.into_iter().collect()
    }

    async fn create(&self, config: &ApiKeyModel) -> Left {
        let (plan, _) = self.try_plan(config, None).await;
        let request = CreateRequest { write_only: ApiKeyModel::default(), plan };
        let mut outcome = Outcome::starting_from(None, Private::default());
        let result = RESOURCE.create(&self.call(), request, &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn read(&self, state: &ApiKeyModel) -> Left {
        let mut outcome = Outcome::starting_from(Some(state.clone()), Private::default());
        let result = RESOURCE.read(&self.call(), state.clone(), &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn update(&self, config: &ApiKeyModel, prior: &ApiKeyModel) -> Left {
        let (plan, _) = self.try_plan(config, Some(prior)).await;
        let request = UpdateRequest { write_only: ApiKeyModel::default(), plan, prior: prior.clone() };
        let mut outcome = Outcome::starting_from(Some(prior.clone()), Private::default());
        let result = RESOURCE.update(&self.call(), request, &mut outcome).await;
        Left::of(outcome, result)
    }

    async fn delete(&self, state: &ApiKeyModel) -> Left {
        let mut outcome = Outcome::starting_from(Some(state.clone()), Private::default());
        let result = RESOURCE.delete(&self.call(), state.clone(), &mut outcome).await;
        if result.is_ok() {
            outcome.gone();
        }
        Left::of(outcome, result)
    }

    async fn import(&self, id: i64) -> Left {
        self.read(&RESOURCE.import(&id.to_string()).unwrap()).await
    }

    /// The keys of the account but the first, which the provider presents.
    fn keys(&self) -> Vec<Stored> {
        let own = self.sim.api_key();
        self.sim.api_keys().into_iter().filter(|key| key.value() != own).collect()
    }

    fn stored(&self, state: &ApiKeyModel) -> Stored {
        let id = id_of(state);
        self.sim.api_keys().into_iter().find(|key| key.id == id).expect("the account has it")
    }

    fn count(&self, method: &str, path: &str) -> usize {
        self.sim.journal().count(method, path)
    }

    /// The bodies that were sent.
    fn sent(&self, method: &str, path: &str) -> Vec<serde_json::Value> {
        self.sim.journal().matching(method, path).iter().map(|entry| entry.body.clone().unwrap()).collect()
    }
}

fn context(sim: &Sim, key: &str, temporary: &TempDir) -> Context {
    let mut settings = ClientSettings::new(key);
    settings.base_url = sim.base_url();
    // What the simulator is told to answer, it answers at once and once.
    settings.max_retries = 0;
    let looks = Patience::default().looks.iter().map(|_| Duration::from_millis(2)).collect();
    let patience = Patience { looks, settling: Duration::ZERO, ..Patience::default() };
    let client = Client::new(settings.validate().unwrap());
    Context::new(client, vec![temporary.path().to_owned()]).with_patience(patience)
}

fn id_of(state: &ApiKeyModel) -> i64 {
    state.id.known().unwrap().parse().unwrap()
}
