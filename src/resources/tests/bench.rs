//! A resource without Terraform: its plans and verbs as the framework calls them, against
//! a simulated account.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt;
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::Sim;

use crate::client::{Client, ClientSettings};
use crate::framework::consistency::{self, Applied};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::fixtures::propose;
use crate::framework::object::{Mapped, Object};
use crate::framework::path::Path;
use crate::framework::planning::{self, Change};
use crate::framework::private::{Draft, Private};
use crate::framework::resource::{
    Call, CreateRequest, Operation, Outcome, Phase, PlanRequest, Resource, UpdateRequest,
};
use crate::framework::walk;
use crate::lifecycle::context::Context;
use crate::lifecycle::managed::{Managed, Ordinary};
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::patience::Patience;
use crate::protocol::value::Value;
use crate::resources::phone_number::{PhoneNumber, PhoneNumberResource};

/// A resource and the object that it manages.
pub(crate) trait Tested: Resource<Context, Model: Object + Default + PartialEq + Debug> {
    /// What there is to say of the object.
    type Remote: RemoteObject<Model = Self::Model>;
    /// The resource.
    const ONLY: Self;

    /// Adds what an account has before any resource.
    fn furnish(_sim: &Sim) {}
}

impl<T: Ordinary> Tested for Managed<T> {
    type Remote = T;
    const ONLY: Self = Self::NEW;
}

impl Tested for PhoneNumberResource {
    type Remote = PhoneNumber;
    const ONLY: Self = Self::NEW;

    fn furnish(sim: &Sim) {
        sim.add_phone_numbers(1);
    }
}

/// What a verb left behind.
#[derive(Debug)]
pub(crate) struct Left<M> {
    pub(crate) state: Option<M>,
    pub(crate) private: Private,
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl<M: Debug> Left<M> {
    #[track_caller]
    pub(crate) fn ok(self) -> M {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.state.expect("there is an object")
    }

    /// The first error.
    #[track_caller]
    pub(crate) fn error(&self) -> &Diagnostic {
        self.errors.first().expect("the verb fails")
    }

    /// The only error, as text.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        only(&self.errors)
    }

    /// The only warning of a success, as text.
    #[track_caller]
    pub(crate) fn warning(&self) -> String {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        only(&self.warnings)
    }

    /// With what is kept beside the state.
    pub(crate) fn and_private(self) -> (Self, Private) {
        let private = self.private.clone();
        (self, private)
    }

    /// The summaries of all warnings.
    pub(crate) fn warned(&self) -> Vec<&str> {
        self.warnings.iter().map(|warning| warning.summary.as_str()).collect()
    }
}

#[track_caller]
fn only(diagnostics: &[Diagnostic]) -> String {
    let [one] = diagnostics else { panic!("exactly one: {diagnostics:?}") };
    format!("{}: {}", one.summary, one.detail)
}

/// A plan, and what is said of it.
#[derive(Debug)]
pub(crate) struct Planned<M> {
    pub(crate) state: M,
    pub(crate) replaces: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
}

/// The plan that the framework makes, whose hook is shown this context.
async fn planned<R: Tested>(
    (ctx, cancel): (Option<&Context>, &CancellationToken),
    config: &R::Model,
    prior: Option<&R::Model>,
) -> Planned<R::Model> {
    let schema = R::ONLY.schema();
    let config_value = config.clone().into_value();
    let prior_value = prior.map_or(Value::Null, |prior| prior.clone().into_value());
    let proposed = propose(&schema, &prior_value, &config_value);
    let change = Change {
        type_name: R::ONLY.type_name(),
        schema: &schema,
        config: &config_value,
        prior: &prior_value,
        proposed: &proposed,
    };
    let hook = async |draft: &Value| {
        let phase = Phase::PlanAfterRead;
        let request =
            PlanRequest { ctx, config: Some(config), prior, phase, private: &Draft::default(), cancel };
        let mut planned = Some(R::Model::from_value(draft).unwrap());
        let mut diagnostics = Diagnostics::new();
        R::ONLY.plan(request, &mut planned, &mut diagnostics).await;
        (planned.unwrap().into_value(), diagnostics)
    };
    let draft = planning::draft(&change);
    let (mut hooked, mut diagnostics) = hook(&draft).await;
    if planning::hook_started_a_change(&change, &draft, &hooked) {
        (hooked, diagnostics) = hook(&planning::changed_draft(&change)).await;
    }
    let plan = planning::finish(&change, hooked);
    diagnostics.append(plan.diagnostics);
    Planned {
        state: R::Model::from_value(&plan.state).unwrap(),
        replaces: plan.requires_replace,
        diagnostics,
    }
}

/// The plan of a provider that can ask nobody.
pub(crate) fn plan_alone<R: Tested>(config: &R::Model, prior: Option<&R::Model>) -> Planned<R::Model> {
    let cancel = CancellationToken::new();
    planned::<R>((None, &cancel), config, prior).now_or_never().expect("nobody is asked")
}

/// What an apply is shown of a configuration.
pub(crate) fn write_only<R: Tested>(config: &R::Model) -> R::Model {
    let shown = walk::write_only_alone(&R::ONLY.schema(), config.clone().into_value());
    R::Model::from_value(&shown).unwrap()
}

/// A provider for an account. What the simulator is told to answer, it answers at once
/// and once.
pub(crate) fn context(
    sim: &Sim,
    temporary: Vec<PathBuf>,
    change: impl FnOnce(&mut ClientSettings),
) -> Context {
    let mut settings = ClientSettings::new(sim.api_key());
    settings.base_url = sim.base_url();
    settings.max_retries = 0;
    change(&mut settings);
    Context::new(Client::new(settings.validate().unwrap()), temporary).with_patience(hasty())
}

/// As many looks as in earnest, without the time between them.
pub(crate) fn hasty() -> Patience {
    let looks = Patience::default().looks.iter().map(|_| Duration::from_millis(2)).collect();
    Patience { looks, settling: Duration::ZERO, ..Patience::default() }
}

/// A simulated account and a provider configured for it.
pub(crate) struct Bench<R> {
    pub(crate) resource: R,
    pub(crate) sim: Sim,
    pub(crate) ctx: Context,
    pub(crate) cancel: CancellationToken,
    /// What an operation may take.
    pub(crate) time: Duration,
    /// What its plans note beside a state.
    pub(crate) noted: Draft,
    /// Where the processes of this machine tell each other what they create. The
    /// account may have been another test's a moment ago, at the same port.
    pub(crate) temporary: TempDir,
}

impl<R: Tested> Bench<R> {
    pub(crate) async fn start() -> Self {
        let sim = Sim::start().await;
        R::furnish(&sim);
        Self::with(sim)
    }

    pub(crate) fn with(sim: Sim) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let ctx = context(&sim, vec![temporary.path().to_owned()], |_| {});
        let time = Duration::from_secs(30);
        let noted = Draft::default();
        Self { resource: R::ONLY, sim, ctx, cancel: CancellationToken::new(), time, noted, temporary }
    }

    /// Another process of the provider, on the same machine.
    pub(crate) fn context(&self, change: impl FnOnce(&mut ClientSettings)) -> Context {
        context(&self.sim, vec![self.temporary.path().to_owned()], change)
    }

    /// The same account, and a new process of the provider.
    pub(crate) fn again(self) -> Self {
        Self { ctx: self.context(|_| {}), ..self }
    }

    /// The same, with this key.
    pub(crate) fn with_key(self, key: &str) -> Self {
        Self { ctx: self.context(|settings| settings.api_key = key.into()), ..self }
    }

    pub(crate) fn call(&self) -> Call<'_, Context> {
        Call { ctx: &self.ctx, cancel: &self.cancel, deadline: Instant::now() + self.time }
    }

    pub(crate) fn request<'a>(
        &'a self,
        config: Option<&'a R::Model>,
        prior: Option<&'a R::Model>,
    ) -> PlanRequest<'a, Context, R::Model> {
        let phase = Phase::PlanAfterRead;
        PlanRequest { ctx: Some(&self.ctx), config, prior, phase, private: &self.noted, cancel: &self.cancel }
    }

    /// The plan, for which the account may be asked.
    pub(crate) async fn try_plan(&self, config: &R::Model, prior: Option<&R::Model>) -> Planned<R::Model> {
        planned::<R>((Some(&self.ctx), &self.cancel), config, prior).await
    }

    /// All that a plan says.
    pub(crate) async fn said(&self, config: &R::Model, prior: Option<&R::Model>) -> Vec<Diagnostic> {
        self.try_plan(config, prior).await.diagnostics.into_iter().collect()
    }

    pub(crate) async fn plan_destroy(&self, prior: &R::Model) -> Vec<Diagnostic> {
        let mut diagnostics = Diagnostics::new();
        self.resource.plan(self.request(None, Some(prior)), &mut None, &mut diagnostics).await;
        diagnostics.into_iter().collect()
    }

    pub(crate) async fn create(&self, config: &R::Model) -> Left<R::Model> {
        let plan = plan_alone::<R>(config, None).state;
        let request = CreateRequest { write_only: write_only::<R>(config), plan: plan.clone() };
        let mut outcome = Outcome::starting_from(None, Private::default());
        let result = self.resource.create(&self.call(), request, &mut outcome).await;
        Self::left(Operation::Create, Some(plan), outcome, result)
    }

    pub(crate) async fn read(&self, state: &R::Model) -> Left<R::Model> {
        self.read_with(state, Private::default()).await
    }

    pub(crate) async fn read_with(&self, state: &R::Model, private: Private) -> Left<R::Model> {
        let mut outcome = Outcome::starting_from(Some(state.clone()), private);
        let result = self.resource.read(&self.call(), state.clone(), &mut outcome).await;
        Self::left(Operation::Read, Some(state.clone()), outcome, result)
    }

    pub(crate) async fn update(&self, config: &R::Model, prior: &R::Model) -> Left<R::Model> {
        self.update_with(config, prior, Private::default()).await
    }

    pub(crate) async fn update_with(
        &self,
        config: &R::Model,
        prior: &R::Model,
        private: Private,
    ) -> Left<R::Model> {
        let plan = plan_alone::<R>(config, Some(prior)).state;
        let write_only = write_only::<R>(config);
        let request = UpdateRequest { write_only, plan: plan.clone(), prior: prior.clone() };
        let mut outcome = Outcome::starting_from(Some(prior.clone()), private);
        let result = self.resource.update(&self.call(), request, &mut outcome).await;
        Self::left(Operation::Update, Some(plan), outcome, result)
    }

    pub(crate) async fn delete(&self, state: &R::Model) -> Left<R::Model> {
        self.delete_with(state, Private::default()).await
    }

    pub(crate) async fn delete_with(&self, state: &R::Model, private: Private) -> Left<R::Model> {
        let mut outcome = Outcome::starting_from(Some(state.clone()), private);
        let result = self.resource.delete(&self.call(), state.clone(), &mut outcome).await;
        if result.is_ok() {
            outcome.gone();
        }
        Self::left(Operation::Delete, None, outcome, result)
    }

    pub(crate) async fn import(&self, id: impl ToString) -> Left<R::Model> {
        self.read(&self.resource.import(&id.to_string()).unwrap()).await
    }

    /// What the framework makes of what a verb saved. `promised` is the plan, or for a
    /// read what the state held.
    fn left(
        operation: Operation,
        promised: Option<R::Model>,
        outcome: Outcome<R::Model>,
        result: Result<(), Diagnostics>,
    ) -> Left<R::Model> {
        let value = |model: Option<R::Model>| model.map_or(Value::Null, Mapped::into_value);
        let (state, private, warnings) = outcome.into_parts();
        let (schema, type_name) = (R::ONLY.schema(), R::ONLY.type_name());
        let (failed, planned) = (result.is_err(), value(promised));
        let mut errors = result.err().unwrap_or_default();
        let state = if operation == Operation::Read {
            consistency::after_read(type_name, &schema, &planned, value(state), &mut errors)
        } else {
            let applied = Applied { type_name, schema: &schema, operation, planned: &planned, failed };
            consistency::after_apply(&applied, value(state), &mut errors)
        };
        let state = (!state.is_null()).then(|| R::Model::from_value(&state).unwrap());
        let errors = errors.into_iter().collect();
        Left { state, private, errors, warnings: warnings.into_iter().collect() }
    }

    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.sim.journal().count(method, path)
    }

    /// The bodies that were sent.
    pub(crate) fn sent(&self, method: &str, path: &str) -> Vec<serde_json::Value> {
        self.sim.journal().matching(method, path).iter().map(|entry| entry.body.clone().unwrap()).collect()
    }
}
