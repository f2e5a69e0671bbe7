//! What one request costs: the latency of each RPC of a trunk with one and
//! with ten in flight, the throughput, and the memory after many plans.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tf_conformance::core::{
    CAPABILITIES, Instance, Launch, Patience, Planned, Resource, Session, Trace, errors,
};
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{Forms, Value, encode};
use tokio::task::JoinSet;
use wavix_sim::{Sim, VERIFIED_NUMBERS};

use crate::process::usage;
use crate::programs::Column;
use crate::samples::quantile;
use crate::{Problem, Run};

const ROUNDS: usize = 2;
/// Requests of each kind in one round, with one in flight and with ten.
const ONE_BY_ONE: usize = 150;
const TOGETHER: usize = 600;
/// In flight at once, as Terraform has them.
const CONCURRENCY: usize = 10;
/// The longest that one kind is asked, for programs that take longer.
const LONGEST: Duration = Duration::from_millis(1_200);
/// Plans before memory is looked at again.
const PLANS: usize = 10_000;
const NEEDED: Duration = Duration::from_secs(55);
const NEEDED_FOR_PLANS: Duration = Duration::from_secs(170);

const VALIDATE: &str = "ValidateResourceConfig";
const PLAN: &str = "PlanResourceChange (create)";
const READ: &str = "ReadResource";
const APPLY: &str = "ApplyResourceChange (create)";
const AFTER_PLANS: &str = "resident memory after 10,000 plans";

/// The requests that are sent again and again.
struct Requests {
    validate: pb::validate_resource_config::Request,
    plan: pb::plan_resource_change::Request,
    read: pb::read_resource::Request,
    apply: pb::apply_resource_change::Request,
}

#[derive(Clone, Copy)]
enum Rpc {
    Validate,
    Plan,
    Read,
    Apply,
}

const RPCS: [(Rpc, &str); 4] =
    [(Rpc::Validate, VALIDATE), (Rpc::Plan, PLAN), (Rpc::Read, READ), (Rpc::Apply, APPLY)];

pub async fn measure(run: &mut Run) {
    if !run.arguments.wants("rpc") || !run.has_time_for("rpc", NEEDED) {
        return;
    }
    println!("Measuring single requests …");
    let programs = run.programs.among(&Column::TRUNKS);
    for _ in 0..run.arguments.rounds(ROUNDS) {
        for (column, path) in &programs {
            if let Err(problem) = round(run, *column, path).await {
                run.note(format!("requests of {column}: {problem}"));
            }
        }
    }
}

/// What many plans leave behind. Needs minutes, most of it for the peers.
pub async fn measure_memory(run: &mut Run) {
    let needed = if run.arguments.quick { Duration::ZERO } else { NEEDED_FOR_PLANS };
    if !run.arguments.wants("rpc") || !run.has_time_for(AFTER_PLANS, needed) {
        return;
    }
    println!("Measuring {AFTER_PLANS} …");
    for (column, path) in &run.programs.among(&Column::TRUNKS) {
        match memory_after_plans(path, if run.arguments.quick { 100 } else { PLANS }).await {
            Ok(Some(memory)) => {
                run.samples.figure(AFTER_PLANS, "MB").add(*column, memory);
            }
            Ok(None) => run.note(format!("{AFTER_PLANS} of {column}: this system has no /proc.")),
            Err(problem) => run.note(format!("{AFTER_PLANS} of {column}: {problem}")),
        }
    }
}

async fn round(run: &mut Run, column: Column, path: &Path) -> Result<(), Problem> {
    let (sim, session, requests) = ready(path).await?;
    let divisor = if run.arguments.quick { 10 } else { 1 };
    for (rpc, name) in RPCS {
        // Caches and connections warm up outside the measurement.
        series(&session, &requests, rpc, CONCURRENCY * 2, CONCURRENCY, LONGEST).await?;
        let (alone, _) = series(&session, &requests, rpc, ONE_BY_ONE / divisor, 1, LONGEST).await?;
        let (together, seconds) =
            series(&session, &requests, rpc, TOGETHER / divisor, CONCURRENCY, LONGEST).await?;
        let throughput = together.len() as f64 / seconds;
        for (times, concurrency) in [(alone, 1), (together, CONCURRENCY)] {
            for (part, percentile) in [(0.5, "p50"), (0.99, "p99")] {
                if let Some(value) = quantile(times.clone(), part) {
                    let figure = format!("{name}, {concurrency} in flight, {percentile}");
                    run.samples.figure(&figure, "ms").add(column, value);
                }
            }
        }
        let figure = format!("{name}, {CONCURRENCY} in flight, throughput");
        run.samples.figure(&figure, "1/s").add(column, throughput);
        sim.journal().clear();
    }
    Ok(())
}

/// A configured process with a trunk, and what to ask it.
async fn ready(path: &Path) -> Result<(Sim, Arc<Session>, Arc<Requests>), Problem> {
    let sim = Sim::builder().try_spawn()?;
    let patience = Patience::default();
    let launch = Launch::by_terraform(path, patience)?
        .env("WAVIX_API_KEY", sim.api_key())
        .env("WAVIX_BASE_URL", sim.base_url());
    let mut session = Session::start(launch, patience, Trace::default()).await?;
    session.load_schemas().await?;
    let provider = &session.schemas.provider;
    let configuration =
        pb::DynamicValue { msgpack: encode(&provider.empty(), &provider.ty()), json: Vec::new() };
    let request = pb::configure_provider::Request {
        terraform_version: "1.14.0".to_owned(),
        config: Some(configuration),
        client_capabilities: Some(CAPABILITIES),
    };
    refuse(&session.configure_provider(request).await?.diagnostics)?;
    let requests = {
        let resource = Resource::new(&session, "wavix_sip_trunk")?;
        let config = resource.config(&json!({
            "label": "Office",
            "callerid": VERIFIED_NUMBERS.first().copied().unwrap_or_default(),
            "password": "correct-horse-battery-staple",
            "allowed_ips": ["203.0.113.10", "203.0.113.11"],
        }))?;
        let planned = resource.plan(&Instance::absent(), &config).await?;
        refuse(&planned.diagnostics)?;
        let applied = resource.apply(&planned).await?;
        refuse(&applied.diagnostics)?;
        requests(&resource, &config, &planned, &applied.instance)
    };
    Ok((sim, Arc::new(session), Arc::new(requests)))
}

fn requests(resource: &Resource<'_>, config: &Value, planned: &Planned, instance: &Instance) -> Requests {
    let encoded = pb::DynamicValue { msgpack: encode(config, resource.ty()), json: Vec::new() };
    Requests {
        validate: pb::validate_resource_config::Request {
            type_name: resource.type_name.clone(),
            config: Some(encoded),
            client_capabilities: Some(resource.capabilities),
        },
        plan: resource.plan_request(&Instance::absent(), config, &Forms::default()),
        read: resource.read_request(instance),
        apply: resource.apply_request(planned),
    }
}

fn refuse(diagnostics: &[pb::Diagnostic]) -> Result<(), Problem> {
    errors(diagnostics).map_or(Ok(()), |errors| Err(errors.into()))
}

/// Sends `count` requests, so many at once, but none after `longest`: the time
/// of each in ms, and that of all in seconds.
async fn series(
    session: &Arc<Session>,
    requests: &Arc<Requests>,
    rpc: Rpc,
    count: usize,
    concurrency: usize,
    longest: Duration,
) -> Result<(Vec<f64>, f64), Problem> {
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..concurrency {
        let (session, requests) = (Arc::clone(session), Arc::clone(requests));
        clients.spawn(async move {
            let mut times = Vec::new();
            while times.len() < count.div_ceil(concurrency) && began.elapsed() < longest {
                times.push(ask(&session, &requests, rpc).await?);
            }
            Ok::<_, Problem>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(client) = clients.join_next().await {
        times.extend(client??);
    }
    Ok((times, began.elapsed().as_secs_f64()))
}

async fn ask(session: &Session, requests: &Requests, rpc: Rpc) -> Result<f64, Problem> {
    let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
    let (took, diagnostics) = match rpc {
        Rpc::Validate => {
            let request = requests.validate.clone();
            let began = Instant::now();
            let answer = session.validate_resource_config(request).await?;
            (milliseconds(began), answer.diagnostics)
        }
        Rpc::Plan => {
            let request = requests.plan.clone();
            let began = Instant::now();
            let answer = session.plan_resource_change(request).await?;
            (milliseconds(began), answer.diagnostics)
        }
        Rpc::Read => {
            let request = requests.read.clone();
            let began = Instant::now();
            let answer = session.read_resource(request).await?;
            (milliseconds(began), answer.diagnostics)
        }
        Rpc::Apply => {
            let request = requests.apply.clone();
            let began = Instant::now();
            let answer = session.apply_resource_change(request).await?;
            (milliseconds(began), answer.diagnostics)
        }
    };
    refuse(&diagnostics)?;
    Ok(took)
}

/// `None` where memory cannot be read.
async fn memory_after_plans(path: &Path, plans: usize) -> Result<Option<f64>, Problem> {
    let (_sim, session, requests) = ready(path).await?;
    let (times, _) = series(&session, &requests, Rpc::Plan, plans, CONCURRENCY, NEEDED_FOR_PLANS).await?;
    if times.len() < plans {
        return Err(format!("{} plans took {NEEDED_FOR_PLANS:?}", times.len()).into());
    }
    let pid = session.plugin().await.id();
    Ok(pid.and_then(usage).map(|usage| usage.memory))
}
