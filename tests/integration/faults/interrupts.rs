//! An apply of ten trunks that is interrupted, at each point a create can be
//! at: whatever was made is in a state, in an error, or in the log.

use std::fmt;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tf_conformance::core::End;
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::Value;
use wavix_sim::{Fault, Gate, Rule, Sim, Trunk};

use super::bench::{Bench, arguments};
use super::ledger::{Ledger, has_errors, text};

async_trials![
    a_stop_at_any_point_of_an_apply_loses_no_trunk,
    a_stop_and_a_shutdown_at_any_point_of_an_apply_lose_no_trunk,
];

const TRUNKS: usize = 10;

/// Where in a create the interrupt comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The request is at the server, which has not carried it out.
    BeforeCommit,
    /// It has, and has not answered.
    AfterCommit,
}

/// A point of an apply.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// How many creates are over.
    done: usize,
    moment: Moment,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create {} of {TRUNKS}, {:?}", self.done + 1, self.moment)
    }
}

fn points() -> impl Iterator<Item = Point> {
    (0..TRUNKS)
        .flat_map(|done| [Moment::BeforeCommit, Moment::AfterCommit].map(|moment| Point { done, moment }))
}

/// The plugin, and ten trunks that it is about to make, one after the other.
struct Scene {
    bench: Bench,
    sim: Sim,
}

impl Scene {
    /// With the request at `point` waiting for the gate. `level` is the log's.
    async fn before(point: Point, level: &str, gate: &Gate) -> Self {
        let held = match point.moment {
            Moment::BeforeCommit => Fault::held_before_commit(gate),
            Moment::AfterCommit => Fault::held_after_commit(gate),
        };
        let sim = Sim::start().await;
        let bench = Bench::start(&[("TF_LOG_PROVIDER_WAVIX", level)]).await;
        let mut arguments = arguments(&sim);
        arguments["max_concurrent_requests"] = 1.into();
        assert!(bench.configure(&arguments).await.is_empty());
        sim.faults().push(Rule::new("POST", "/v1/trunks", held).skip(point.done));
        Self { bench, sim }
    }

    fn ledgers(&self) -> Vec<Ledger<'_>> {
        (0..TRUNKS).map(|_| Ledger::new(self.bench.trunks())).collect()
    }

    /// Waits until the request at `point` is where the interrupt is to come.
    async fn reach(&self, point: Point) {
        let sent = || {
            let posts = self.sim.journal().matching("POST", "/v1/trunks");
            match point.moment {
                Moment::BeforeCommit => posts.len() > point.done && posts[point.done].body.is_some(),
                Moment::AfterCommit => posts.len() > point.done && posts[point.done].committed,
            }
        };
        while !sent() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until the provider has been asked for every trunk: what arrives
    /// after a stop is a new request, and is carried out.
    async fn all_asked(&self) {
        let log = self.bench.session().plugin().await.stderr.clone();
        let is_apply =
            |line: &String| line.contains("request received") && line.contains("ApplyResourceChange");
        while log.so_far().iter().filter(|line| is_apply(line)).count() < TRUNKS {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn stop(&self) {
        let answer = self.bench.session().stop_provider(pb::stop_provider::Request {}).await.unwrap();
        assert_eq!(answer.error, "");
    }

    /// The trunks of the account that no state has.
    fn stateless(&self, ledgers: &[Ledger<'_>]) -> Vec<Trunk> {
        let known: Vec<_> = ledgers.iter().filter_map(Ledger::id).collect();
        self.sim.trunks().into_iter().filter(|trunk| !known.contains(&trunk.id)).collect()
    }
}

fn config(ledger: &Ledger<'_>, number: usize) -> Value {
    ledger.config(&json!({
        "label": format!("Interrupted {number}"), "callerid": "13132847320", "password": "a password",
    }))
}

fn names(text: &str, trunk: &Trunk) -> bool {
    text.contains(&trunk.id.to_string()) || text.contains(&trunk.label)
}

/// Runs a scene for every point, a few at a time.
async fn at_every_point<F: Future<Output = Result<(), String>>>(scene: impl Fn(Point) -> F) {
    let points: Vec<Point> = points().collect();
    assert!(points.len() >= 20);
    let mut problems = Vec::new();
    for some in points.chunks(10) {
        let outcomes = join_all(some.iter().map(|point| scene(*point))).await;
        let failed = some.iter().zip(outcomes).filter_map(|(point, outcome)| Some((point, outcome.err()?)));
        problems.extend(failed.map(|(point, problem)| format!("{point}: {problem}")));
    }
    assert!(problems.is_empty(), "{} of {} points:\n{}", problems.len(), points.len(), problems.join("\n"));
}

async fn a_stop_at_any_point_of_an_apply_loses_no_trunk() {
    at_every_point(async |point| {
        // Answered when the stop has arrived, however busy the machine is.
        let gate = Gate::new();
        let scene = Scene::before(point, "TRACE", &gate).await;
        let mut ledgers = scene.ledgers();
        let apply = join_all(ledgers.iter_mut().enumerate().map(async |(number, ledger)| {
            let config = config(ledger, number);
            ledger.apply(&config).await
        }));
        let interrupt = async {
            scene.reach(point).await;
            scene.all_asked().await;
            scene.stop().await;
            gate.open();
        };
        let (said, ()) = tokio::join!(apply, interrupt);
        let said: Vec<pb::Diagnostic> = said.into_iter().collect::<Result<Vec<_>, _>>()?.concat();

        let made = scene.sim.trunks().len();
        if made != point.done + 1 {
            return Err(format!("{made} trunks: the create that was sent is carried out, none after it"));
        }
        // What was sent is awaited, so everything that exists is in a state.
        if let Some(lost) = scene.stateless(&ledgers).first() {
            return Err(format!("{} is in no state: {}", lost.id, text(&said)));
        }
        let errors = said.iter().filter(|one| has_errors(std::slice::from_ref(one))).count();
        if errors != TRUNKS - made {
            return Err(format!(
                "{errors} errors for {} trunks that were not made: {}",
                TRUNKS - made,
                text(&said)
            ));
        }
        // The process goes on: the next apply makes the rest.
        for (number, ledger) in ledgers.iter_mut().enumerate() {
            let config = config(ledger, number);
            let said = ledger.apply(&config).await?;
            if has_errors(&said) {
                return Err(format!("the next apply: {}", text(&said)));
            }
        }
        let posts = scene.sim.journal().count("POST", "/v1/trunks");
        if scene.sim.trunks().len() != TRUNKS || posts != TRUNKS || !scene.stateless(&ledgers).is_empty() {
            return Err(format!("{posts} creates for {} trunks", scene.sim.trunks().len()));
        }
        Ok(())
    })
    .await;
}

/// As Terraform does it after a second Ctrl-C: nobody takes the answer.
async fn a_stop_and_a_shutdown_at_any_point_of_an_apply_lose_no_trunk() {
    at_every_point(async |point| {
        let gate = Gate::new();
        let scene = Scene::before(point, "ERROR", &gate).await;
        let mut ledgers = scene.ledgers();
        let apply = join_all(ledgers.iter_mut().enumerate().map(async |(number, ledger)| {
            let config = config(ledger, number);
            ledger.apply(&config).await
        }));
        let interrupt = async {
            scene.reach(point).await;
            scene.stop().await;
            // The answer may be lost with the connection.
            let _ = scene.bench.session().shutdown(Duration::from_secs(30)).await;
            // Some answers come within the time that a shutdown gives, some never.
            if point.done % 2 == 0 {
                gate.open();
            }
            let mut plugin = scene.bench.session().plugin().await;
            let end = plugin.wait(Duration::from_secs(30)).await;
            let log = plugin.stderr.clone();
            drop(plugin);
            log.ended().await;
            (end, log.so_far().join("\n"))
        };
        let (said, (end, log)) = tokio::join!(apply, interrupt);
        if end == End::Running {
            return Err("the process is still there".to_owned());
        }
        let said: Vec<pb::Diagnostic> = said.into_iter().flatten().flatten().collect();
        // The server carries out what it has been sent, whoever listens.
        gate.open();
        while scene.sim.journal().matching("POST", "/v1/trunks").iter().filter(|e| e.committed).count()
            <= point.done
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let told = format!("{}\n{log}", text(&said));
        match scene.stateless(&ledgers).iter().find(|trunk| !names(&told, trunk)) {
            None => Ok(()),
            Some(lost) => {
                Err(format!("{} ({:?}) is in no state, error or log:\n{told}", lost.id, lost.label))
            }
        }
    })
    .await;
}
