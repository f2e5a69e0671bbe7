//! Tests of phone numbers and their routing: each verb against a simulated account.

mod adopting;
mod changing;
mod destroying;
mod importing;
mod looking;
mod losing;
mod places;
mod planning;
mod readings;

use std::marker::PhantomData;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::behaviour::Behaviour;
use wavix_sim::{PhoneNumber as Stored, Sim};

use crate::client::{Client, ClientSettings};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::fixtures::propose;
use crate::framework::object::{Attr, Mapped, Object};
use crate::framework::planning::{self as algorithm, Change};
use crate::framework::private::{Draft, Private};
use crate::framework::resource::{Call, CreateRequest, Outcome, Phase, PlanRequest, Resource, UpdateRequest};
use crate::framework::validation::{self, WriteOnly};
use crate::lifecycle::context::Context;
use crate::lifecycle::patience::Patience;
use crate::protocol::value::{UNKNOWN, Value};

use super::destinations::Destination;
use super::object::PhoneNumberModel;
use super::{Form as AnyForm, Managed, PhoneNumber, Routing};

/// A resource of a number.
trait Form: AnyForm<Object = PhoneNumber> {}

impl<F: AnyForm<Object = PhoneNumber>> Form for F {}

const NUMBERS: &str = "/v1/numbers";
const NUMBER: &str = "/v1/numbers/*";
/// The first number of the simulator's, as people write it and as it is stored.
const WRITTEN: &str = "+1 256 537 8257";
const DIGITS: &str = "12565378257";

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

/// A configuration of the number, and what `change` adds.
fn config(change: impl FnOnce(&mut PhoneNumberModel)) -> PhoneNumberModel {
    let mut config = PhoneNumberModel { number: text(WRITTEN), ..Default::default() };
    change(&mut config);
    config
}

/// A routing of the number: the model is the number's, of which it shows some.
fn routing(to: Vec<Destination>) -> PhoneNumberModel {
    config(|number| number.destinations = list(to))
}

/// As a resource of this form has it.
fn shown<F: Form>(model: &PhoneNumberModel) -> Value {
    let Value::Map(mut all) = model.clone().into_value() else { panic!("an object") };
    if let Some(shows) = F::SHOWN.attributes {
        all.retain(|name, _| shows.contains(&name.as_str()));
    }
    Value::Map(all)
}

/// What it does not show is not known.
fn model<F: Form>(shown: &Value) -> PhoneNumberModel {
    let Value::Map(mut all) = shown.clone() else { panic!("an object") };
    for name in PhoneNumberModel::ATTRIBUTES {
        all.entry((*name).to_owned()).or_insert(UNKNOWN);
    }
    PhoneNumberModel::from_value(&Value::Map(all)).unwrap()
}

fn list(all: Vec<Destination>) -> super::destinations::Destinations {
    Attr::Known(all.into_iter().map(Attr::Known).collect())
}

fn trunk(id: i64) -> Destination {
    Destination { sip_trunk_id: text(&id.to_string()), ..Default::default() }
}

fn pstn(number: &str) -> Destination {
    Destination { phone_number: text(number), ..Default::default() }
}

fn uri(uri: &str) -> Destination {
    Destination { sip_uri: text(uri), ..Default::default() }
}

/// What is in the state, and beside it.
#[derive(Clone)]
struct Held<F: Form> {
    state: PhoneNumberModel,
    private: Private,
    form: PhantomData<F>,
}

impl<F: Form> Held<F> {
    fn new(state: PhoneNumberModel, private: Private) -> Self {
        Self { state, private, form: PhantomData }
    }
}

/// What a verb left behind.
struct Left<F: Form> {
    held: Option<Held<F>>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl<F: Form> Left<F> {
    fn of(outcome: Outcome<PhoneNumberModel>, result: Result<(), Diagnostics>) -> Self {
        let (state, private, warnings) = outcome.into_parts();
        let errors = result.err().into_iter().flatten().collect();
        Self {
            held: state.map(|state| Held::new(state, private)),
            errors,
            warnings: warnings.into_iter().collect(),
        }
    }

    #[track_caller]
    fn ok(self) -> Held<F> {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.held.expect("there is an object")
    }

    #[track_caller]
    fn error(&self) -> String {
        let [error] = self.errors.as_slice() else { panic!("one error: {:?}", self.errors) };
        format!("{}: {}", error.summary, error.detail)
    }

    fn warned(&self) -> Vec<&str> {
        self.warnings.iter().map(|warning| warning.summary.as_str()).collect()
    }
}

/// A plan, as the framework makes it.
struct Planned<F: Form> {
    state: PhoneNumberModel,
    form: PhantomData<F>,
    private: Private,
    is_empty: bool,
    replaces: bool,
    told: Vec<Diagnostic>,
}

impl<F: Form> Planned<F> {
    fn errors(&self) -> Vec<String> {
        let errors = self.told.iter().filter(|told| told.severity == Severity::Error);
        errors.map(|error| format!("{} at {}", error.summary, at(error))).collect()
    }

    fn warned(&self) -> Vec<&str> {
        let warnings = self.told.iter().filter(|told| told.severity == Severity::Warning);
        warnings.map(|warning| warning.summary.as_str()).collect()
    }
}

fn at(diagnostic: &Diagnostic) -> String {
    diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// A simulated account with two numbers and a trunk.
struct Bench {
    sim: Sim,
    ctx: Context,
    cancel: CancellationToken,
    /// How long a verb may take.
    time: Duration,
    phase: Phase,
    temporary: TempDir,
    trunk: i64,
}

impl Bench {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Behaviour)) -> Self {
        let sim = Sim::start().await;
        sim.add_phone_numbers(2);
        sim.configure(change);
        let trunk = sim.add_trunk(json!({ "label": "office", "name": "10001" }));
        let temporary = tempfile::tempdir().unwrap();
        let ctx = context(&sim, &temporary);
        let time = Duration::from_secs(30);
        Self {
            sim,
            ctx,
            cancel: CancellationToken::new(),
            time,
            phase: Phase::PlanAfterRead,
            temporary,
            trunk,
        }
    }

    /// Another run of Terraform.
    fn run_again(&mut self) {
        self.ctx = context(&self.sim, &self.temporary);
    }

    /// One that has no time to wait for anything.
    fn impatient(&mut self) {
        let looks = vec![self.time * 2];
        let patience = Patience { looks, settling: Duration::ZERO, ..Patience::default() };
        self.ctx = context(&self.sim, &self.temporary).with_patience(patience);
    }

    fn call(&self) -> Call<'_, Context> {
        Call { ctx: &self.ctx, cancel: &self.cancel, deadline: Instant::now() + self.time }
    }

    async fn plan<F: Form>(&self, held: Option<&Held<F>>, config: &PhoneNumberModel) -> Planned<F> {
        let schema = (F::SHOWN.schema)();
        let config = shown::<F>(config);
        let prior = held.map_or(Value::Null, |held| shown::<F>(&held.state));
        let proposed = propose(schema, &prior, &config);
        let change = Change {
            type_name: F::SHOWN.type_name,
            schema,
            config: &config,
            prior: &prior,
            proposed: &proposed,
        };
        let mut told = validation::check(schema, F::SHOWN.type_name, &config, WriteOnly::Understood);
        let typed = model::<F>(&config);
        Managed::<F>::NEW.validate(&typed, &mut told);
        let private = Draft::new(held.map(|held| held.private.clone()).unwrap_or_default());
        let request = PlanRequest {
            ctx: Some(&self.ctx),
            config: Some(&typed),
            prior: held.map(|held| &held.state),
            phase: self.phase,
            private: &private,
            cancel: &self.cancel,
        };
        let draft = algorithm::draft(&change);
        let mut planned = Some(model::<F>(&draft));
        Managed::<F>::NEW.plan(request, &mut planned, &mut told).await;
        let hooked = shown::<F>(&planned.unwrap());
        assert!(!algorithm::hook_started_a_change(&change, &draft, &hooked), "{hooked:?}");
        let plan = algorithm::finish(&change, hooked);
        told.append(plan.diagnostics);
        Planned {
            is_empty: plan.state == prior,
            state: model::<F>(&plan.state),
            form: PhantomData,
            private: private.into_private(),
            replaces: !plan.requires_replace.is_empty(),
            told: told.into_iter().collect(),
        }
    }

    /// Plans and does it.
    async fn apply<F: Form>(&self, held: Option<&Held<F>>, config: &PhoneNumberModel) -> Left<F> {
        let planned = self.plan(held, config).await;
        assert_eq!(planned.errors(), [""; 0], "{:?}", planned.told);
        self.carry_out(held, planned).await
    }

    async fn carry_out<F: Form>(&self, held: Option<&Held<F>>, planned: Planned<F>) -> Left<F> {
        let plan = planned.state.clone();
        let mut outcome = Outcome::starting_from(held.map(|held| held.state.clone()), planned.private);
        let write_only = PhoneNumberModel::default();
        let result = match held {
            None => {
                let request = CreateRequest { write_only, plan };
                Managed::<F>::NEW.create(&self.call(), request, &mut outcome).await
            }
            Some(held) => {
                let request = UpdateRequest { write_only, plan, prior: held.state.clone() };
                Managed::<F>::NEW.update(&self.call(), request, &mut outcome).await
            }
        };
        let mut left = Left::<F>::of(outcome, result);
        // As the framework does: the plan's spelling, and no unknown value.
        if let Some(held) = &mut left.held {
            let applied = crate::framework::consistency::Applied {
                type_name: F::SHOWN.type_name,
                schema: (F::SHOWN.schema)(),
                operation: crate::framework::resource::Operation::Update,
                planned: &shown::<F>(&planned.state),
                failed: !left.errors.is_empty(),
            };
            let mut bugs = Diagnostics::new();
            let state = shown::<F>(&held.state);
            let settled = crate::framework::consistency::after_apply(&applied, state, &mut bugs);
            assert!(bugs.is_empty(), "{bugs:?}");
            held.state = model::<F>(&settled);
        }
        left
    }

    async fn read<F: Form>(&self, held: &Held<F>) -> Left<F> {
        let mut outcome = Outcome::starting_from(Some(held.state.clone()), held.private.clone());
        let result = Managed::<F>::NEW.read(&self.call(), held.state.clone(), &mut outcome).await;
        let mut left = Left::<F>::of(outcome, result);
        if let Some(found) = &mut left.held {
            let (prior, state) = (shown::<F>(&held.state), shown::<F>(&found.state));
            let mut bugs = Diagnostics::new();
            let settled = crate::framework::consistency::after_read(
                F::SHOWN.type_name,
                (F::SHOWN.schema)(),
                &prior,
                state,
                &mut bugs,
            );
            assert!(bugs.is_empty() || !left.errors.is_empty(), "{bugs:?}");
            found.state = model::<F>(&settled);
        }
        left
    }

    /// Refreshes in another run, and plans: nothing is to be done.
    async fn settled<F: Form>(&mut self, held: &Held<F>, config: &PhoneNumberModel) -> Held<F> {
        self.run_again();
        let found = self.read(held).await.ok();
        let planned = self.plan(Some(&found), config).await;
        assert!(planned.is_empty, "{:?}\n{:?}", found.state, planned.state);
        self.run_again();
        found
    }

    async fn destroy<F: Form>(&self, held: &Held<F>) -> Left<F> {
        let mut outcome = Outcome::starting_from(Some(held.state.clone()), held.private.clone());
        let result = Managed::<F>::NEW.delete(&self.call(), held.state.clone(), &mut outcome).await;
        if result.is_ok() {
            outcome.gone();
        }
        Left::of(outcome, result)
    }

    async fn plan_destroy<F: Form>(&self, held: &Held<F>) -> Vec<Diagnostic> {
        let mut told = Diagnostics::new();
        let request = PlanRequest {
            ctx: Some(&self.ctx),
            config: None,
            prior: Some(&held.state),
            phase: self.phase,
            private: &Draft::new(held.private.clone()),
            cancel: &self.cancel,
        };
        Managed::<F>::NEW.plan(request, &mut None, &mut told).await;
        told.into_iter().collect()
    }

    async fn import<F: Form>(&self, id: &str) -> Left<F> {
        match Managed::<F>::NEW.import(id) {
            Ok(state) => self.read(&Held::new(state, Private::default())).await,
            Err(errors) => Left { held: None, errors: errors.into_iter().collect(), warnings: Vec::new() },
        }
    }

    fn stored(&self) -> Stored {
        self.sim.phone_number(DIGITS).expect("the account has it")
    }

    /// Where calls go: transport and destination, in the order of their priorities.
    fn rings(&self) -> Vec<(i64, String)> {
        let mut all = self.stored().destination;
        all.sort_by_key(|one| one.priority);
        all.into_iter().map(|one| (one.transport, one.destination)).collect()
    }

    /// PATCHes, DELETEs.
    fn writes(&self) -> (usize, usize) {
        let journal = self.sim.journal();
        (journal.count("PATCH", NUMBER), journal.count("DELETE", NUMBERS))
    }

    fn last_patch(&self) -> Json {
        self.sim.journal().last("PATCH", NUMBER).expect("a PATCH").body.expect("a body")
    }
}

fn context(sim: &Sim, temporary: &TempDir) -> Context {
    let mut settings = ClientSettings::new(sim.api_key());
    settings.base_url = sim.base_url();
    // What the simulator is told to answer, it answers at once and once.
    settings.max_retries = 0;
    let looks = Patience::default().looks.iter().map(|_| Duration::from_millis(2)).collect();
    let patience = Patience { looks, settling: Duration::ZERO, ..Patience::default() };
    Context::new(Client::new(settings.validate().unwrap()), vec![temporary.path().to_owned()])
        .with_patience(patience)
}
