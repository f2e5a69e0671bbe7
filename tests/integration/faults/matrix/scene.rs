//! The scene of a cell: the account, the provider, and when the fault begins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tf_conformance::core::Planned;
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::Value;
use tokio::task::JoinSet;
use wavix_sim::{Fault, Gate, Rule, Sim};

use super::catalogue::{Case, How, Idle};
use super::expectation::Observed;
use super::subjects::Subject;
use super::unreachable::Place;
use super::verb::Verb;
use crate::faults::bench::{Bench, arguments};
use crate::faults::ledger::{Ledger, text};
use crate::support::secrets;

/// Everything in one cell.
pub struct Scene<'s> {
    pub bench: &'s Bench,
    pub sim: Arc<Sim>,
    pub subject: &'static Subject,
    pub verb: Verb,
    pub case: &'static Case,
    /// Of the argument that an update changes: when it is made, and after it.
    pub value: &'static str,
    pub new_value: &'static str,
    pub ledger: Ledger<'s>,
    /// The key of an object of somebody else's that looks exactly like the one that is
    /// made.
    pub twin: String,
    /// Who certifies a server that speaks HTTPS.
    authority: Option<NamedTempFile>,
    /// Keeps an unreachable place as it is.
    pub place: Option<Place>,
    /// Keeps a request from being carried out.
    pub late: Option<Gate>,
    /// What happens meanwhile.
    tasks: JoinSet<()>,
    /// Secrets that the account made up.
    pub tokens: BTreeSet<String>,
}

/// Tries one cell. The error says what must never be, whatever the table says.
/// The second part is the account's own secrets.
pub async fn run(
    bench: &Bench,
    subject: &'static Subject,
    verb: Verb,
    case: &'static Case,
) -> (Result<Observed, String>, BTreeSet<String>) {
    let sim = Sim::builder().api_key(secrets::API_KEY);
    let sim = Arc::new(if matches!(case.how, How::OverHttp2(_)) { sim.http2() } else { sim }.start().await);
    let authority = authority_of(&sim, case);
    let [value, new_value] = case.values(subject);
    let twin = subject.remote.twin(&sim, value);
    let before = subject.remote.stored(&sim, &twin);
    let ledger = Ledger::new(bench.objects(subject.remote.type_name()));
    let tokens = BTreeSet::new();
    let mut scene = Scene {
        bench,
        sim,
        subject,
        verb,
        case,
        value,
        new_value,
        ledger,
        twin,
        authority,
        place: None,
        late: None,
        tasks: JoinSet::new(),
        tokens,
    };
    let observed = match verb {
        Verb::Configure => scene.configure().await,
        Verb::Create => scene.create().await,
        Verb::Read => scene.read().await,
        Verb::Update => scene.update().await,
        Verb::Delete => scene.delete().await,
        Verb::ListFirst | Verb::ListNext => scene.list().await,
        Verb::Open => scene.open().await,
        Verb::Close => scene.close().await,
    };
    scene.note_tokens();
    let untouched = subject.remote.stored(&scene.sim, &scene.twin) == before;
    let observed = observed.and_then(|observed| {
        let touched = || format!("somebody else's object was touched\n{}", scene.sim.journal());
        if untouched { Ok(observed) } else { Err(touched()) }
    });
    (observed, scene.tokens)
}

impl Scene<'_> {
    /// The provider's configuration.
    fn arguments(&self) -> Json {
        let mut arguments = arguments(&self.sim);
        if let Some(authority) = &self.authority {
            arguments["ca_bundle"] = json!(authority.path());
        }
        arguments
    }

    /// The provider is configured, and nothing is wrong with that.
    pub async fn ready(&self) {
        let said = self.bench.configure(&self.arguments()).await;
        assert!(said.is_empty(), "{}", text(&said));
    }

    /// Sends the provider a SIGTERM when the request of this verb has come.
    pub async fn terminate_at_the_request(&mut self) {
        let pid = self.bench.session().plugin().await.pid().expect("it runs");
        let (sim, spared) = (Arc::clone(&self.sim), self.verb.spared());
        let (method, path) = self.subject.target(self.verb);
        self.tasks.spawn(async move {
            while sim.journal().count(method, path) <= spared {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            terminate(pid);
        });
    }

    /// The provider's configuration while the fault lasts.
    pub async fn faulty_arguments(&mut self) -> Json {
        let mut arguments = self.arguments();
        if let Some(timeout) = self.case.request_timeout {
            arguments["request_timeout"] = timeout.into();
        }
        if let How::Unreachable(unreachable) = &self.case.how {
            let (place, difference) = unreachable.prepare().await;
            self.place = Some(place);
            for (name, value) in difference.as_object().unwrap() {
                arguments[name] = value.clone();
            }
        }
        arguments
    }

    /// The fault begins.
    pub async fn strike(&mut self) {
        let arguments = self.faulty_arguments().await;
        let said = self.bench.configure(&arguments).await;
        assert!(said.is_empty(), "{}", text(&said));
        if let How::Before(fault, idle) = &self.case.how
            && self.verb != Verb::ListNext
        {
            self.before(fault());
            let (_, said) = self.bench.list(self.subject.remote.type_name()).await;
            assert!(said.is_empty(), "{}", text(&said));
            // The provider knows that the connection is closed when it has closed its end.
            while *idle == Idle::Closed && self.sim.journal().open_connections() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        self.arm();
        self.sim.journal().clear();
        if matches!(self.case.how, How::Terminated(_)) {
            self.terminate_at_the_request().await;
        }
    }

    pub fn arm(&mut self) {
        if let How::Before(fault, _) = &self.case.how
            && self.verb == Verb::ListNext
        {
            self.before(fault());
        }
        if matches!(self.case.how, How::Gone)
            && let Some(key) = self.key()
        {
            self.subject.remote.remove(&self.sim, &key);
        }
        if matches!(self.case.how, How::Late) {
            self.act_late();
        }
        self.case.arm(self.subject, self.verb, &self.sim);
    }

    /// Holds the request of this verb until the one that follows has come, or of a create
    /// the second look, and lets that one wait until it is carried out.
    fn act_late(&mut self) {
        let ((method, path), spared) = (self.subject.target(self.verb), self.verb.spared());
        let (following, looks) = match method {
            "POST" => ("GET", usize::from(self.verb != Verb::Open)),
            _ => (method, 0),
        };
        let (late, next) = (Gate::new(), Gate::new());
        self.sim.faults().push(Rule::new(method, path, Fault::held_before_commit(&late)).skip(spared));
        self.late = Some(late.clone());
        let sim = Arc::clone(&self.sim);
        self.tasks.spawn(async move {
            let held = || sim.journal().entries().iter().filter(|entry| entry.fault.is_some()).count();
            let until = async |is_so: &(dyn Fn() -> bool + Sync)| {
                while !is_so() {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            until(&|| held() == 1).await;
            sim.faults().push(Rule::new(following, path, Fault::held_before_commit(&next)).skip(looks));
            until(&|| held() == 2).await;
            late.open();
            let is_over = || {
                sim.journal().matching(method, path).get(spared).is_some_and(|entry| entry.status.is_some())
            };
            until(&is_over).await;
            next.open();
        });
    }

    /// Strikes a list of the objects.
    fn before(&self, fault: Fault) {
        let list = self.subject.remote.list();
        self.sim.faults().once("GET", list, fault);
    }

    /// The key in the state.
    pub fn key(&self) -> Option<String> {
        self.ledger.instance.state.get(self.subject.remote.key()).as_str().map(str::to_owned)
    }

    /// The value in the state of the argument that an update changes.
    pub fn stored_value(&self) -> Option<String> {
        self.ledger.instance.state.get(self.subject.remote.argument()).as_str().map(str::to_owned)
    }

    /// The configuration with this value.
    pub fn config(&self, value: &str) -> Value {
        self.ledger.config(&self.subject.remote.config(value))
    }

    /// An object that Terraform made before the fault.
    pub async fn made(&mut self) -> Result<(), String> {
        self.ready().await;
        let said = self.ledger.apply(&self.config(self.value)).await?;
        if !said.is_empty() || self.key().is_none() {
            return Err(format!("cannot prepare: {}", text(&said)));
        }
        // What is new is looked for more patiently.
        self.sim.configure(|behaviour| behaviour.clock_offset_seconds = 3600);
        Ok(())
    }

    /// A plan that was made before the fault.
    pub async fn planned(&self, value: &str) -> Result<Planned, String> {
        let planned = self.ledger.plan(&self.config(value)).await?;
        planned.map_err(|said| text(&said))?.ok_or_else(|| "nothing is planned".to_owned())
    }

    /// Keeps the secrets of what there is now.
    pub fn note_tokens(&mut self) {
        self.tokens.extend(self.subject.remote.made_up(&self.sim));
        self.tokens.extend(self.sim.webrtc_tokens().iter().map(|token| token.token().to_owned()));
    }

    pub fn observed(&self, then: impl Into<String>, said: &[pb::Diagnostic]) -> Observed {
        Observed::new(self.subject, self.sim.journal(), then, said)
    }
}

fn terminate(pid: u32) {
    let status = std::process::Command::new("kill").args(["-TERM", &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the provider runs");
}

fn authority_of(sim: &Sim, case: &Case) -> Option<NamedTempFile> {
    matches!(case.how, How::OverHttp2(_)).then(|| {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), sim.ca_pem()).unwrap();
        file
    })
}
