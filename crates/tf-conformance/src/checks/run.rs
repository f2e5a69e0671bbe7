//! Runs the checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value as Json;

use super::{CHECKS, Check, Context, Needs, Stop, Verdict};
use crate::api::ApiControl;
use crate::case::Case;
use crate::core::{Exchange, Launch, Patience, Session, StartError, Trace};
use crate::schema::{Schema, Schemas};
use crate::secrets::Secrets;
use crate::value::from_json;

/// How much of the conversation stands beside a failure.
const EVIDENCE: usize = 2;
/// How many characters of it.
const LONGEST_EVIDENCE: usize = 4_000;

/// What to check, and how.
#[derive(Clone)]
pub struct Settings {
    /// The provider.
    pub program: PathBuf,
    /// The provider's configuration; for cases that have none.
    pub config: Option<Json>,
    /// What the checks know about the provider.
    pub cases: Vec<Case>,
    /// The checks to run; all if empty.
    pub only: BTreeSet<u8>,
    /// How long things may take.
    pub patience: Patience,
    /// How long one check may take altogether.
    pub check_limit: Duration,
    /// The size of a large state, in bytes.
    pub large_state: usize,
    /// Whether checks that are not about TLS go without, as Terraform does
    /// when `TF_DISABLE_PLUGIN_TLS` is set: much quicker.
    pub without_tls: bool,
    /// How many checks run at once. Those that break the API are always alone.
    pub jobs: usize,
    /// Somebody who breaks the API; instead of what the case files say.
    pub api: Option<Arc<dyn ApiControl>>,
    /// Variables for the provider's process.
    pub environment: BTreeMap<String, String>,
}

impl Settings {
    /// What makes sense without knowing anything about the provider.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            config: None,
            cases: Vec::new(),
            only: BTreeSet::new(),
            patience: Patience::default(),
            check_limit: Duration::from_secs(300),
            large_state: 100 << 20,
            without_tls: false,
            jobs: 1,
            api: None,
            environment: BTreeMap::new(),
        }
    }

    /// How the provider is started where nothing else is asked.
    pub(super) fn launch(&self) -> Result<Launch, StartError> {
        if self.without_tls {
            Launch::without_tls(&self.program, self.patience)
        } else {
            Launch::by_terraform(&self.program, self.patience)
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Outcome {
    /// The rule is kept.
    Pass,
    /// The rule is broken.
    Fail {
        /// How.
        message: String,
    },
    /// There is nothing to ask.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

/// A check that has run.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Its number.
    pub number: u8,
    /// What it is called.
    pub title: &'static str,
    /// The rule that it asks for.
    pub rule: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What it has found.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The last of what was said before a failure; secrets masked.
    pub evidence: Vec<Exchange>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// All results.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The provider.
    pub program: String,
    /// Every check, by number.
    pub checks: Vec<Checked>,
}

impl Report {
    /// The checks that failed.
    pub fn failed(&self) -> Vec<&Checked> {
        self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Fail { .. })).collect()
    }
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The program is none.
    #[error("{0}")]
    Program(String),
    /// A case does not fit the provider.
    #[error("case {number}: {reason}")]
    Case {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
    /// A configuration does not fit the provider.
    #[error("the provider's configuration: {0}")]
    Config(String),
}

/// Runs the checks.
///
/// # Errors
///
/// When there is no such program, or a case or a configuration does not fit
/// the provider's schemas.
pub async fn run(settings: &Settings) -> Result<Report, RunError> {
    let settings = &resolved(settings)?;
    let (ready, schemas) = probe(settings).await?;
    let mut secrets = Secrets::default();
    if let Ok(schemas) = &schemas {
        fits(settings, schemas, &mut secrets)?;
    }
    let all_config =
        settings.config.iter().chain(settings.cases.iter().filter_map(|case| case.provider.as_ref()));
    all_config.for_each(|json| add_texts(json, &mut secrets));
    let schemas = Arc::new(schemas.unwrap_or_default());
    let wanted = |check: &&Check| settings.only.is_empty() || settings.only.contains(&check.number);
    let one = |check: &'static Check| one(settings, &schemas, &ready, &secrets, check);
    let (alone, together): (Vec<_>, Vec<_>) =
        CHECKS.iter().filter(wanted).partition(|check| breaks_api(settings, check));
    let mut checks: Vec<Checked> =
        stream::iter(together).map(one).buffer_unordered(settings.jobs.max(1)).collect().await;
    for check in alone {
        checks.push(one(check).await);
    }
    checks.sort_by_key(|check| check.number);
    Ok(Report { program: settings.program.display().to_string(), checks })
}

/// The settings, with the addresses of the API's control as the provider's
/// configuration has them.
fn resolved(settings: &Settings) -> Result<Settings, RunError> {
    let mut resolved = settings.clone();
    for (index, case) in resolved.cases.iter_mut().enumerate() {
        let configuration = case.provider.as_ref().or(settings.config.as_ref()).cloned().unwrap_or_default();
        let wrong = |reason| RunError::Case { number: index + 1, reason: format!("faults: {reason}") };
        case.resolve_urls(&configuration).map_err(wrong)?;
    }
    Ok(resolved)
}

/// Whether a check would disturb others. Faults by variables do not, and of a
/// control that is no case file nobody knows.
fn breaks_api(settings: &Settings, check: &Check) -> bool {
    let requests =
        settings.cases.iter().flat_map(|case| case.faults.values()).any(|fault| !fault.begin.is_empty());
    (requests || settings.api.is_some()) && matches!(check.number, 9 | 19 | 22 | 24 | 25)
}

/// How far the provider gets, and why not further.
struct Ready {
    reached: Needs,
    obstacle: String,
}

async fn probe(settings: &Settings) -> Result<(Ready, Result<Schemas, String>), RunError> {
    let launch = settings.launch().map_err(|error| RunError::Program(error.to_string()))?;
    let launch = launch.envs(&settings.environment);
    let launch = settings.cases.iter().fold(launch, |launch, case| launch.envs(&case.environment));
    let stopped = |reached, error: &dyn std::fmt::Display| {
        let error = error.to_string();
        Ok((Ready { reached, obstacle: error.clone() }, Err(error)))
    };
    match Session::start(launch, settings.patience, Trace::default()).await {
        Err(error @ StartError::Spawn { .. }) => Err(RunError::Program(error.to_string())),
        // It has started, and those who ask why nobody gets in can ask.
        Err(error @ StartError::Connect(_)) => stopped(Needs::Start, &error),
        Err(error) => stopped(Needs::Program, &error),
        Ok(mut session) => match session.load_schemas().await {
            Err(error) => stopped(Needs::Start, &error),
            Ok(()) => {
                let ready = Ready { reached: Needs::Schemas, obstacle: String::new() };
                Ok((ready, Ok(Schemas::clone(&session.schemas))))
            }
        },
    }
}

/// Whether cases and configurations fit the schemas; and their secrets.
fn fits(settings: &Settings, schemas: &Schemas, secrets: &mut Secrets) -> Result<(), RunError> {
    let mut read = |schema: &Schema, json: &Json| {
        let value = from_json(json, &schema.ty()).map_err(|error| error.to_string())?;
        secrets.add_sensitive(&schema.block, &value);
        Ok::<_, String>(())
    };
    if let Some(config) = &settings.config {
        read(&schemas.provider, config).map_err(RunError::Config)?;
    }
    for (index, case) in settings.cases.iter().enumerate() {
        let wrong = |reason: String| RunError::Case { number: index + 1, reason };
        if let Some(config) = &case.provider {
            read(&schemas.provider, config).map_err(|reason| wrong(format!("provider: {reason}")))?;
        }
        if let Some(resource) = &case.resource {
            let name = &resource.type_name;
            let none = || wrong(format!("the provider has no resource type {name:?}"));
            let schema = schemas.resources.get(name).ok_or_else(none)?;
            let configs = std::iter::once(&resource.config).chain(&resource.changed).chain(&resource.invalid);
            for config in configs {
                read(schema, config).map_err(|reason| wrong(format!("{name}: {reason}")))?;
            }
        }
        let objects = [
            ("data source", &schemas.data_sources, &case.data_sources),
            ("ephemeral resource", &schemas.ephemeral, &case.ephemeral),
            ("list", &schemas.lists, &case.lists),
            ("action", &schemas.actions, &case.actions),
        ];
        for (what, types, objects) in objects {
            for object in objects {
                let name = &object.type_name;
                let none = || wrong(format!("the provider has no {what} {name:?}"));
                let schema = types.get(name).ok_or_else(none)?;
                // What is borrowed may be of any type, which is seen when it is there.
                if !object.borrows() {
                    read(schema, &object.config)
                        .map_err(|reason| wrong(format!("{what} {name}: {reason}")))?;
                }
            }
        }
        let unknown = |name: &&String| !schemas.functions.contains_key(*name);
        if let Some(name) = case.functions.iter().map(|function| &function.name).find(unknown) {
            return Err(wrong(format!("the provider has no function {name:?}")));
        }
        let unknown = |number: &&u8| CHECKS.iter().all(|check| check.number != **number);
        if let Some(number) = case.not_applicable.keys().find(unknown) {
            return Err(wrong(format!("not_applicable: there is no check {number}")));
        }
    }
    Ok(())
}

fn add_texts(json: &Json, secrets: &mut Secrets) {
    match json {
        Json::String(text) => secrets.add(text),
        Json::Array(elements) => elements.iter().for_each(|element| add_texts(element, secrets)),
        Json::Object(entries) => entries.values().for_each(|entry| add_texts(entry, secrets)),
        _ => {}
    }
}

async fn one(
    settings: &Settings,
    schemas: &Arc<Schemas>,
    ready: &Ready,
    secrets: &Secrets,
    check: &'static Check,
) -> Checked {
    let begun = Instant::now();
    let context = Context { settings, schemas, trace: Trace::default() };
    let verdict = if check.needs <= ready.reached {
        let limit = settings.check_limit;
        let late = |_| Err(Stop::Fail(format!("the check is not done after {limit:?}")));
        let verdict = tokio::time::timeout(limit, (check.run)(&context)).await.unwrap_or_else(late);
        justified(settings, check, verdict)
    } else {
        unready(check, ready)
    };
    let mut evidence = Vec::new();
    let outcome = match verdict {
        Ok(()) => Outcome::Pass,
        Err(Stop::NotApplicable(reason)) => Outcome::NotApplicable { reason },
        Err(Stop::Fail(message)) => {
            evidence =
                context.trace.last(EVIDENCE).into_iter().map(|said| presentable(said, secrets)).collect();
            Outcome::Fail { message: secrets.mask(&message) }
        }
    };
    let (number, title, rule, source) = (check.number, check.title, check.rule, check.source);
    Checked { number, title, rule, source, outcome, evidence, seconds: begun.elapsed().as_secs_f64() }
}

/// A check without anything to ask gets the reason that a case gives. A case
/// that gives one for a check that has asked is out of date.
fn justified(settings: &Settings, check: &Check, verdict: Verdict) -> Verdict {
    let reason = settings.cases.iter().find_map(|case| case.not_applicable.get(&check.number));
    match (verdict, reason) {
        (Err(Stop::NotApplicable(_)), Some(reason)) => Err(Stop::NotApplicable(reason.clone())),
        (Ok(()), Some(_)) => Err(Stop::Fail(
            "a case says that this is not applicable, but it was asked, and passes".to_owned(),
        )),
        (verdict, _) => verdict,
    }
}

/// What a check says about a provider that does not get so far. The check that
/// is about the obstacle itself runs anyway.
fn unready(check: &Check, ready: &Ready) -> Verdict {
    let what = match ready.reached {
        Needs::Program => "the plugin does not start",
        Needs::Start | Needs::Schemas => "the schemas cannot be read",
    };
    debug_assert!(check.needs > ready.reached, "it could have run");
    Err(Stop::NotApplicable(format!("{what}: {}", ready.obstacle)))
}

fn presentable(exchange: Exchange, secrets: &Secrets) -> Exchange {
    let shorten = |json: Json| {
        let text = json.to_string();
        if text.len() <= LONGEST_EVIDENCE {
            return json;
        }
        let beginning: String = text.chars().take(LONGEST_EVIDENCE).collect();
        Json::String(format!("{beginning}… ({} bytes)", text.len()))
    };
    Exchange {
        rpc: exchange.rpc,
        request: shorten(secrets.mask_json(exchange.request)),
        answer: shorten(secrets.mask_json(exchange.answer)),
    }
}
