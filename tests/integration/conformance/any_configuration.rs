//! Any configuration of a trunk, through its whole life, judged by Terraform
//! Core's own rules: validate, plan, apply, read, plan again without a change,
//! import, update to any other, destroy. One plugin, one simulated account,
//! many lives at once.
//!
//! `CONFORMANCE_CASES` says how many (1,000 with a release build, 100 without),
//! `CONFORMANCE_SEED` which; both are printed. `CONFORMANCE_SEED=7:42` runs the one that failed as 7:42.
//! `RELEASE_BINARY` names the plugin, instead of the debug build.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value as Json, json};
use tf_conformance::core::{Applied, Instance, Launch, Patience, Planned, Resource, Session, Trace, errors};
use tf_conformance::oracle::{self, Violation, describe};
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{Forms, Value, decode, encode, from_json, to_json};
use wavix_sim::Sim;

use super::configurations::{Step, arguments, step};
use super::stored;
use crate::support::plugin::{BINARY, release_binary};

async_trials![
    every_generated_configuration_lives_by_the_rules,
    every_argument_is_in_a_generated_configuration
];

const TRUNK: &str = "wavix_sip_trunk";

/// For the release build.
const CASES: u64 = 1_000;
/// For the debug build, which takes ten times as long for each.
const DEBUG_CASES: u64 = 100;
/// How many lives at once. More than the provider's connections.
const AT_ONCE: usize = 16;
/// How long after its destroy a trunk is read, by the server's clock, in
/// seconds. One that was made a moment ago would be asked for over and over,
/// as not every server might know it yet.
const LATER: i64 = 60;
/// How many lives have every argument between them.
const LIVES_WITH_EVERYTHING: u64 = 60;
/// How many simpler lives are tried after a failure.
const SIMPLER: usize = 100;

/// The cases to run.
struct Plan {
    seed: u64,
    cases: std::ops::Range<u64>,
}

impl Plan {
    fn by_environment() -> Self {
        let number = |name: &str| {
            let text = std::env::var(name).ok()?;
            Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
        };
        let seed = std::env::var("CONFORMANCE_SEED").unwrap_or_default();
        if let Some((seed, case)) = seed.split_once(':') {
            let case: u64 = case.parse().expect("CONFORMANCE_SEED is SEED or SEED:CASE");
            return Self { seed: seed.parse().expect("a number"), cases: case..case + 1 };
        }
        // A new one each time: what a run has not seen, another may.
        let seed = number("CONFORMANCE_SEED").unwrap_or_else(seed_of_this_moment);
        let usual = if release_binary().is_some() { CASES } else { DEBUG_CASES };
        Self { seed, cases: 0..number("CONFORMANCE_CASES").unwrap_or(usual) }
    }
}

fn seed_of_this_moment() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// The two configurations of one life, and simpler ones.
fn life(arguments: &[String], seed: u64, case: u64) -> impl ValueTree<Value = (Step, Step)> + use<> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (step(arguments), step(arguments)).new_tree(&mut runner).expect("the filters are loose")
}

async fn every_generated_configuration_lives_by_the_rules() {
    let sim = Sim::builder().account(|account| account.any_caller_id = true).spawn();
    let session = configured(&sim).await;
    let arguments = arguments(&session.schemas.resources[TRUNK]);
    let plan = Plan::by_environment();
    println!("seed {}, {} cases", plan.seed, plan.cases.end - plan.cases.start);
    let judged = futures_util::stream::iter(plan.cases.clone()).map(|case| {
        let (session, sim, arguments) = (&session, &sim, &arguments);
        async move {
            let (first, second) = life(arguments, plan.seed, case).current();
            let lived = live(session, sim, &first, &second).await;
            sim.journal().clear();
            lived.err().map(|problem| (case, problem))
        }
    });
    let mut failed = judged.buffer_unordered(AT_ONCE).filter_map(std::future::ready).boxed_local();
    if let Some((case, problem)) = failed.next().await {
        drop(failed);
        let (first, second, problem) =
            simplest(&session, &sim, life(&arguments, plan.seed, case), problem).await;
        panic!("CONFORMANCE_SEED={}:{case}: {problem}\nfirst: {first:#?}\nsecond: {second:#?}", plan.seed);
    }
    assert!(sim.trunks().is_empty(), "every life has ended: {:?}", sim.trunks());
}

/// An argument that no configuration has is judged by nobody.
async fn every_argument_is_in_a_generated_configuration() {
    let sim = Sim::spawn();
    let session = configured(&sim).await;
    let schema = &session.schemas.resources[TRUNK];
    let arguments = arguments(schema);
    let lives = (0..LIVES_WITH_EVERYTHING).map(|case| life(&arguments, 0, case).current());
    let steps: Vec<Step> = lives.flat_map(|(first, second)| [first, second]).collect();
    let set: BTreeSet<&String> = steps.iter().flat_map(|step| step.config.keys()).collect();
    assert_eq!(set, arguments.iter().chain(schema.block.blocks.keys()).collect(), "set somewhere");
    let unknown: BTreeSet<&String> = steps.iter().flat_map(|step| &step.unknown).collect();
    assert_eq!(unknown, arguments.iter().collect(), "unknown somewhere");
}

/// The simplest life that is found to fail as well.
async fn simplest(
    session: &Session,
    sim: &Sim,
    mut tree: impl ValueTree<Value = (Step, Step)>,
    problem: String,
) -> (Step, Step, String) {
    let (mut found, mut problem) = (tree.current(), problem);
    let mut simpler = tree.simplify();
    for _ in 0..SIMPLER {
        if !simpler {
            break;
        }
        let (first, second) = tree.current();
        simpler = match live(session, sim, &first, &second).await {
            Err(again) => {
                (found, problem) = ((first, second), again);
                tree.simplify()
            }
            Ok(()) => tree.complicate(),
        };
    }
    (found.0, found.1, problem)
}

async fn configured(sim: &Sim) -> Session {
    // What users run where it is there: it answers in a tenth of the time.
    let binary = release_binary().unwrap_or_else(|| BINARY.into());
    let launch = Launch::by_terraform(&binary, Patience::default()).unwrap();
    let mut session = Session::start(launch, Patience::default(), Trace::default()).await.unwrap();
    session.load_schemas().await.unwrap();
    let config = json!({ "api_key": sim.api_key(), "base_url": sim.base_url() });
    let ty = session.schemas.provider.ty();
    let config = from_json(&config, &ty).unwrap();
    let request = pb::configure_provider::Request {
        terraform_version: "1.14.0".to_owned(),
        config: Some(pb::DynamicValue { msgpack: encode(&config, &ty), json: Vec::new() }),
        client_capabilities: Some(tf_conformance::core::CAPABILITIES),
    };
    let answer = session.configure_provider(request).await.unwrap();
    assert_eq!(errors(&answer.diagnostics), None);
    session
}

type Lived<T> = Result<T, String>;

fn no_errors(doing: &str, diagnostics: &[pb::Diagnostic]) -> Lived<()> {
    errors(diagnostics).map_or(Ok(()), |errors| Err(format!("{doing}: {errors}")))
}

fn unbroken(doing: &str, violations: &[Violation]) -> Lived<()> {
    if violations.is_empty() { Ok(()) } else { Err(format!("{doing}: {}", describe(violations))) }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Lived<()> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

async fn live(session: &Session, sim: &Sim, first: &Step, second: &Step) -> Lived<()> {
    let life = Life { resource: Resource::new(session, TRUNK).map_err(said)?, session, sim };
    let created = life.change(&Instance::absent(), first, "create").await?;
    life.import(&created, first).await?;
    let updated = life.change(&created, second, "update").await?;
    life.destroy(&updated).await
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

struct Life<'s> {
    resource: Resource<'s>,
    session: &'s Session,
    sim: &'s Sim,
}

impl Life<'_> {
    /// Creates or updates, twice planned where something was unknown at first.
    async fn change(&self, prior: &Instance, step: &Step, doing: &str) -> Lived<Instance> {
        let config = self.resource.config(&Json::Object(step.config.clone())).map_err(said)?;
        let early = if step.unknown.is_empty() {
            None
        } else {
            let config = partly_unknown(&config, step);
            Some(self.planned(prior, &config, &step.forms(), &format!("{doing}, partly unknown")).await?)
        };
        let planned = self.planned(prior, &config, &step.forms(), doing).await?;
        if let Some(early) = early {
            let block = &self.resource.schema().block;
            let changed = oracle::applied(block, &early.state, &planned.state);
            unbroken(&format!("{doing}, planned again with everything known"), &changed)?;
        }
        ensure(planned.replace.is_empty(), || format!("{doing}: asks for a replacement"))?;
        let applied = self.applied(&planned, doing).await?;
        stored::check(self.sim, &step.config, &applied.instance.state)
            .map_err(|why| format!("{doing}: {why}"))?;
        let found = self.read(&applied.instance, doing).await?;
        ensure(found.state == applied.instance.state, || {
            let changed =
                oracle::applied(&self.resource.schema().block, &applied.instance.state, &found.state);
            format!("{doing}: a read changes the state: {}", describe(&changed))
        })?;
        self.nothing_to_do(&found, &config, &step.forms(), &format!("after the {doing}")).await?;
        Ok(found)
    }

    async fn planned(&self, prior: &Instance, config: &Value, forms: &Forms, doing: &str) -> Lived<Planned> {
        let diagnostics = self.resource.validate_as(config, forms).await.map_err(said)?;
        no_errors(&format!("validating the {doing}"), &diagnostics)?;
        let planned = self.resource.plan_as(prior, config, forms).await.map_err(said)?;
        no_errors(&format!("planning the {doing}"), &planned.diagnostics)?;
        unbroken(&format!("the plan of the {doing}"), &self.resource.judge_plan(&planned))?;
        Ok(planned)
    }

    async fn applied(&self, planned: &Planned, doing: &str) -> Lived<Applied> {
        let applied = self.resource.apply(planned).await.map_err(said)?;
        no_errors(&format!("applying the {doing}"), &applied.diagnostics)?;
        unbroken(&format!("the apply of the {doing}"), &self.resource.judge_apply(&applied))?;
        Ok(applied)
    }

    async fn read(&self, instance: &Instance, doing: &str) -> Lived<Instance> {
        let (found, diagnostics) = self.resource.read(instance).await.map_err(said)?;
        no_errors(&format!("reading after the {doing}"), &diagnostics)?;
        unbroken(&format!("the read after the {doing}"), &self.resource.judge_read(instance, &found))?;
        ensure(!found.state.is_null(), || format!("after the {doing} nothing is found"))?;
        Ok(found)
    }

    /// The plan of a configuration that is in force.
    async fn nothing_to_do(&self, prior: &Instance, config: &Value, forms: &Forms, when: &str) -> Lived<()> {
        let planned = self.planned(prior, config, forms, when).await?;
        ensure(planned.replace.is_empty(), || format!("{when}: asks for a replacement"))?;
        ensure(planned.state == prior.state, || {
            let changed = oracle::applied(&self.resource.schema().block, &prior.state, &planned.state);
            format!("{when}: the plan is not empty: {}", describe(&changed))
        })
    }

    /// By id and by identity the same comes back, and neither the configuration
    /// nor the generated one has anything to do.
    async fn import(&self, created: &Instance, step: &Step) -> Lived<()> {
        let id = created.state.get("id").as_str().unwrap_or_default();
        let by_id = self.imported(id, &Value::Null).await?;
        let by_identity = self.imported("", &created.identity).await?;
        ensure(by_id.state == by_identity.state, || "by id and by identity comes something else".to_owned())?;
        ensure(by_id.identity == created.identity, || "the import changes the identity".to_owned())?;
        let generated = self.generated(&by_id).await?;
        self.nothing_to_do(&by_id, &generated, &Forms::default(), "with the generated configuration").await?;
        let mut config = step.config.clone();
        config.retain(|name, value| stored::can_be_imported(&step.config, name, value));
        let config = self.resource.config(&Json::Object(config)).map_err(said)?;
        self.nothing_to_do(&by_id, &config, &step.forms(), "after the import").await
    }

    async fn imported(&self, id: &str, identity: &Value) -> Lived<Instance> {
        let (imported, diagnostics) = self.resource.import(id, identity).await.map_err(said)?;
        no_errors("importing", &diagnostics)?;
        let [imported] = imported.as_slice() else { return Err("not one resource is imported".to_owned()) };
        self.read(&imported.instance, "import").await
    }

    async fn generated(&self, imported: &Instance) -> Lived<Value> {
        let ty = self.resource.ty();
        let request = pb::generate_resource_config::Request {
            type_name: self.resource.type_name.clone(),
            state: Some(pb::DynamicValue { msgpack: encode(&imported.state, ty), json: Vec::new() }),
        };
        let answer = self.session.generate_resource_config(request).await.map_err(said)?;
        no_errors("generating the configuration", &answer.diagnostics)?;
        let config = decode(&answer.config.unwrap_or_default().msgpack, ty).map_err(said)?;
        let computed = |name: &&str| !config.get(name).is_null();
        let computed =
            ["id", "login", "status", "access_token", "password", "timeouts"].into_iter().find(computed);
        ensure(computed.is_none(), || {
            format!("the generated configuration has {computed:?}: {}", to_json(&config))
        })?;
        Ok(config)
    }

    async fn destroy(&self, instance: &Instance) -> Lived<()> {
        let planned = self.resource.plan_destroy(instance).await.map_err(said)?;
        no_errors("planning the destroy", &planned.diagnostics)?;
        unbroken("the plan of the destroy", &self.resource.judge_plan(&planned))?;
        let gone = self.resource.apply(&planned).await.map_err(said)?;
        no_errors("destroying", &gone.diagnostics)?;
        ensure(gone.instance.state.is_null(), || "a state is left after the destroy".to_owned())?;
        self.sim.configure(|behaviour| behaviour.clock_offset_seconds += LATER);
        let (found, diagnostics) = self.resource.read(instance).await.map_err(said)?;
        no_errors("reading what is destroyed", &diagnostics)?;
        ensure(found.state.is_null(), || "what is destroyed is still read".to_owned())
    }
}

/// The configuration as it is before others have been applied.
fn partly_unknown(config: &Value, step: &Step) -> Value {
    step.unknown.iter().fold(config.clone(), |config, name| {
        let value = match (config.get(name), step.in_part) {
            (Value::Set(elements), true) if !elements.is_empty() => {
                let known = elements.iter().skip(1).cloned();
                Value::Set(known.chain([Value::Unknown]).collect())
            }
            (nested @ Value::Map(_), true) => nested.clone().with("host", Value::Unknown),
            _ => Value::Unknown,
        };
        config.with(name, value)
    })
}
