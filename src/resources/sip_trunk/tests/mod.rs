//! Tests of the SIP trunk resource: tables for what is pure, and each verb
//! against a simulated API.

mod ceilings;
mod clocks;
mod comparing;
mod faults;
mod interrupts;
mod ip_authentication;
mod lagging;
mod lifecycle;
mod looks;
mod lost_create;
mod lost_delete;
mod lost_update;
mod mapping;
mod odd_answers;
mod planning;
mod presence;
mod refused;
mod schema;
mod settling;
mod strangers;
mod validation;

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::Sim;

use crate::client::{Client, ClientSettings, Secret};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::object::{Attr, Mapped};
use crate::framework::private::Private;
use crate::framework::resource::{Call, CreateRequest, Outcome, Resource, UpdateRequest};
use crate::framework::walk;
use crate::lifecycle::context::Context;
use crate::lifecycle::patience::Patience;

use super::model::DEFAULT_TRANSCRIPTION_THRESHOLD;
use super::{SipTrunk, SipTrunkModel};

const CALLER_ID: &str = "13132847320";
const PASSWORD: &str = "planted-PASSWORD-4711";

impl SipTrunkModel {
    /// What is known of a trunk of which only the id is known.
    pub(crate) fn stub(id: i64) -> Self {
        Self { id: Attr::Known(id.to_string()), ..Self::default() }
    }
}

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

/// A configuration: label, caller ID, password, and what `change` adds.
fn config(change: impl FnOnce(&mut SipTrunkModel)) -> SipTrunkModel {
    let mut config = SipTrunkModel::stub(0);
    config.id = Attr::Null;
    config.label = text("office");
    config.callerid = text(CALLER_ID);
    config.password = Attr::Known(Secret::new(PASSWORD));
    change(&mut config);
    config
}

/// A configuration in which every limit and feature is set.
fn everything() -> SipTrunkModel {
    config(|trunk| {
        trunk.allowed_ips = addresses(&["198.51.100.7", "203.0.113.20"]);
        trunk.didinfo_enabled = Attr::Known(false);
        trunk.call_limit = Attr::Known(600);
        trunk.max_call_cost = Attr::Known("0.18".parse().unwrap());
        trunk.max_channels = Attr::Known(4);
        trunk.rewrite_prefix = text("00");
        trunk.rewrite_cond = text("1");
        trunk.call_recording_enabled = Attr::Known(true);
        trunk.machine_detection_enabled = Attr::Known(true);
        trunk.transcription_enabled = Attr::Known(true);
        trunk.transcription_threshold = Attr::Known(10);
        trunk.encrypted_media = Attr::Known(true);
    })
}

fn addresses(texts: &[&str]) -> Attr<crate::framework::object::SetOf<Attr<String>>> {
    Attr::Known(crate::framework::object::SetOf(texts.iter().map(|address| text(address)).collect()))
}

/// What the framework makes of a configuration before the resource's hook:
/// defaults, the prior spelling of the same number, the prior values of what
/// keeps its state, and unknown values.
fn draft(config: &SipTrunkModel, prior: Option<&SipTrunkModel>) -> SipTrunkModel {
    fn or<T: Clone>(value: &mut Attr<T>, default: T) {
        if value.is_null() {
            *value = Attr::Known(default);
        }
    }
    let mut planned = config.clone();
    planned.password_wo = Attr::Null;
    let number = |text: &Attr<String>| text.known().map(|text| super::caller_id::digits(text));
    if let Some(prior) = prior
        && number(&planned.callerid) == number(&prior.callerid)
    {
        planned.callerid = prior.callerid.clone();
    }
    or(&mut planned.multiple_numbers, false);
    or(&mut planned.allowed_ips, crate::framework::object::SetOf::default());
    or(&mut planned.didinfo_enabled, true);
    or(&mut planned.call_recording_enabled, false);
    or(&mut planned.machine_detection_enabled, false);
    or(&mut planned.transcription_enabled, false);
    or(&mut planned.transcription_threshold, DEFAULT_TRANSCRIPTION_THRESHOLD);
    or(&mut planned.encrypted_media, false);
    planned.id = prior.map_or(Attr::unknown(), |prior| prior.id.clone());
    planned.login = prior.map_or(Attr::unknown(), |prior| prior.login.clone());
    planned.created_at = prior.map_or(Attr::unknown(), |prior| prior.created_at.clone());
    planned.host = prior.map_or(Attr::unknown(), |prior| prior.host.clone());
    planned.auth_method = prior.map_or(Attr::unknown(), |prior| prior.auth_method.clone());
    planned.status = prior.map_or(Attr::unknown(), |prior| prior.status.clone());
    planned.passthrough = prior.map_or(Attr::unknown(), |prior| prior.passthrough);
    planned.access_token = prior.map_or(Attr::unknown(), |prior| prior.access_token.clone());
    planned
}

/// What an apply is shown of a configuration.
fn write_only(config: &SipTrunkModel) -> SipTrunkModel {
    let shown = walk::write_only_alone(&SipTrunk.schema(), config.clone().into_value());
    SipTrunkModel::from_value(&shown).unwrap()
}

/// The whole plan, without and with its messages.
fn try_plan(config: &SipTrunkModel, prior: Option<&SipTrunkModel>) -> (SipTrunkModel, Diagnostics) {
    let mut planned = draft(config, prior);
    let mut diagnostics = Diagnostics::new();
    super::refine(config, prior, &mut planned, &mut diagnostics);
    (planned, diagnostics)
}

fn plan(config: &SipTrunkModel, prior: Option<&SipTrunkModel>) -> SipTrunkModel {
    let (planned, diagnostics) = try_plan(config, prior);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    planned
}

/// What a verb left behind.
#[derive(Debug)]
struct Left {
    state: Option<SipTrunkModel>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Left {
    #[track_caller]
    fn ok(self) -> SipTrunkModel {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.state.expect("there is an object")
    }

    #[track_caller]
    fn error(&self) -> &Diagnostic {
        self.errors.first().expect("the verb fails")
    }
}

/// A simulated account and a provider configured for it.
struct Bench {
    sim: Sim,
    ctx: Context,
    cancel: CancellationToken,
    /// What an operation may take.
    time: Duration,
    /// Where the processes of this machine tell each other what they create. The
    /// account may have been another test's a moment ago, at the same port.
    temporary: TempDir,
}

impl Bench {
    async fn start() -> Self {
        Self::with(Sim::start().await)
    }

    fn with(sim: Sim) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let ctx = context(&sim, vec![temporary.path().to_owned()], |_| {});
        Self { sim, ctx, cancel: CancellationToken::new(), time: Duration::from_secs(30), temporary }
    }

    /// Another process of the provider, on the same machine.
    fn context(&self, change: impl FnOnce(&mut ClientSettings)) -> Context {
        context(&self.sim, vec![self.temporary.path().to_owned()], change)
    }

    fn call(&self) -> Call<'_, Context> {
        Call { ctx: &self.ctx, cancel: &self.cancel, deadline: Instant::now() + self.time }
    }

    async fn create(&self, config: &SipTrunkModel) -> Left {
        self.create_with_private(config).await.0
    }

    async fn create_with_private(&self, config: &SipTrunkModel) -> (Left, Private) {
        let request = CreateRequest { write_only: write_only(config), plan: plan(config, None) };
        let mut outcome = Outcome::starting_from(None, Private::default());
        let result = SipTrunk.create(&self.call(), request, &mut outcome).await;
        let private = outcome.private.clone();
        (left(outcome, result), private)
    }

    async fn read(&self, state: &SipTrunkModel) -> Left {
        self.read_with_private(state, Private::default()).await.0
    }

    async fn read_with_private(&self, state: &SipTrunkModel, private: Private) -> (Left, Private) {
        let mut outcome = Outcome::starting_from(Some(state.clone()), private);
        let result = SipTrunk.read(&self.call(), state.clone(), &mut outcome).await;
        let private = outcome.private.clone();
        (left(outcome, result), private)
    }

    async fn update(&self, config: &SipTrunkModel, prior: &SipTrunkModel) -> Left {
        self.update_with_private(config, prior).await.0
    }

    async fn update_with_private(&self, config: &SipTrunkModel, prior: &SipTrunkModel) -> (Left, Private) {
        let plan = plan(config, Some(prior));
        let request = UpdateRequest { write_only: write_only(config), plan, prior: prior.clone() };
        let mut outcome = Outcome::starting_from(Some(prior.clone()), Private::default());
        let result = SipTrunk.update(&self.call(), request, &mut outcome).await;
        let private = outcome.private.clone();
        (left(outcome, result), private)
    }

    async fn delete(&self, state: &SipTrunkModel) -> Left {
        let mut outcome = Outcome::starting_from(Some(state.clone()), Private::default());
        let result = SipTrunk.delete(&self.call(), state.clone(), &mut outcome).await;
        if result.is_ok() {
            outcome.gone();
        }
        left(outcome, result)
    }

    async fn import(&self, id: i64) -> Left {
        self.read(&SipTrunk.import(&id.to_string()).unwrap()).await
    }

    /// Pages of the list that were asked for, without what the first create asks for
    /// before it.
    fn lists(&self) -> usize {
        let first = self.sim.journal().matching("POST", "/v1/trunks").first().map_or(0, |post| post.sequence);
        let lists = self.sim.journal().matching("GET", "/v1/trunks");
        lists.iter().filter(|list| list.sequence >= first).count()
    }

    fn puts(&self) -> usize {
        self.sim.journal().count("PUT", "/v1/trunks/*")
    }
}

fn context(sim: &Sim, temporary: Vec<PathBuf>, change: impl FnOnce(&mut ClientSettings)) -> Context {
    let mut settings = ClientSettings::new(sim.api_key());
    settings.base_url = sim.base_url();
    // What the simulator is told to answer, it answers at once and once.
    settings.max_retries = 0;
    change(&mut settings);
    Context::new(Client::new(settings.validate().unwrap()), temporary).with_patience(hasty())
}

/// As many looks as in earnest, without the time between them.
fn hasty() -> Patience {
    let looks = Patience::default().looks.iter().map(|_| Duration::from_millis(2)).collect();
    Patience { looks, settling: Duration::ZERO, ..Patience::default() }
}

fn left(outcome: Outcome<SipTrunkModel>, result: Result<(), Diagnostics>) -> Left {
    let (state, _, warnings) = outcome.into_parts();
    let errors: Vec<Diagnostic> = result.err().into_iter().flatten().collect();
    assert!(errors.iter().all(|error| error.severity == Severity::Error));
    Left { state, errors, warnings: warnings.into_iter().collect() }
}

/// The number in a state.
fn id_of(state: &SipTrunkModel) -> i64 {
    state.id.known().unwrap().parse().unwrap()
}

/// The arguments that diagnostics point at, in order.
fn paths<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<String> {
    diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect()
}
