//! Random sequences of operations under random faults: after each, whatever
//! trunk there is stands in the state or was named; in the end there is one.
//!
//! A sequence is made of a seed and nothing else. A failure prints its seed;
//! `FAULT_SEED=<seed> FAULT_SEQUENCES=1` repeats it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use futures_util::future::join_all;
use serde_json::{Value as Json, json};
use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::behaviour::{Behaviour, DeleteAnswer, Labels, ListOrder};
use wavix_sim::{Answer, Fault, Rule, Sim};

use super::bench::{Bench, arguments};
use super::ledger::{Ledger, has_errors, text};

async_trials![random_faults_double_nothing_and_lose_nothing];

/// How many sequences; 1,000 if not set.
const COUNT: &str = "FAULT_SEQUENCES";
/// The seed of the first; from the clock if not set.
const SEED: &str = "FAULT_SEED";

/// Sequences under way at the same time. They mostly wait.
const AT_ONCE: usize = 200;

/// Problems that are printed before the rest is only counted.
const SHOWN: usize = 5;

async fn random_faults_double_nothing_and_lose_nothing() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let count = number(COUNT).unwrap_or(1000);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let first = number(SEED).unwrap_or(u64::from(now.subsec_nanos()) * 1_000_000);
    println!("{count} sequences, {SEED}={first}");

    // Logging everything would be most of the work.
    let bench = Bench::start(&[("TF_LOG_PROVIDER_WAVIX", "ERROR")]).await;
    let next = AtomicUsize::new(0);
    let workers = (0..AT_ONCE).map(|_| async {
        let mut tally = Tally::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed) as u64;
            if index >= count {
                return tally;
            }
            let seed = first + index;
            let connection = bench.another().await;
            if let Err(problem) = Sequence::new(&connection, seed, &mut tally).await.run().await {
                tally.problems.push(format!("{SEED}={seed}: {problem}"));
            }
            tally.sequences += 1;
        }
    });
    let tally = join_all(workers).await.into_iter().fold(Tally::default(), Tally::and);
    println!(
        "{} sequences, {} operations, {} of them failed, {} faults struck, {} trunks made, {} adopted or named",
        tally.sequences, tally.operations, tally.failed, tally.struck, tally.made, tally.recovered
    );
    assert!(tally.struck * 2 > tally.sequences, "hardly a fault struck: nothing was shown");
    let problems = &tally.problems;
    assert!(
        problems.is_empty(),
        "{} of {count} sequences, among them:\n{}",
        problems.len(),
        problems.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n\n")
    );
}

/// What was done, in all.
#[derive(Default)]
struct Tally {
    sequences: usize,
    operations: usize,
    failed: usize,
    struck: usize,
    made: usize,
    recovered: usize,
    problems: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.sequences += other.sequences;
        self.operations += other.operations;
        self.failed += other.failed;
        self.struck += other.struck;
        self.made += other.made;
        self.recovered += other.recovered;
        self.problems.extend(other.problems);
        self
    }
}

struct Sequence<'s> {
    bench: &'s Bench,
    arguments: Json,
    rng: Rng,
    sim: Sim,
    ledger: Ledger<'s>,
    /// Trunks that were replaced and could not be deleted yet.
    deposed: Vec<Ledger<'s>>,
    tally: &'s mut Tally,
    /// Every text that was said; what names a trunk stays true.
    said: String,
    /// Operations, for the message of a failure.
    story: Vec<String>,
    /// Requests that were looked at.
    seen: BTreeSet<u64>,
    /// Trunks in no state that an earlier step had to name.
    judged: BTreeSet<i64>,
}

impl<'s> Sequence<'s> {
    async fn new(bench: &'s Bench, seed: u64, tally: &'s mut Tally) -> Self {
        let mut rng = Rng::with_seed(seed);
        let behaviour = Behaviour {
            list_order: [ListOrder::Ascending, ListOrder::Descending][rng.usize(..2)],
            delete_answer: [DeleteAnswer::Success, DeleteAnswer::NoContent][rng.usize(..2)],
            created_at_millis: rng.bool(),
            per_page_cap: Some(rng.usize(1..4)),
            clock_offset_seconds: [0, -7200, 7200][rng.usize(..3)],
            created_at_offset_seconds: [0, 0, 2, 3600, -8, -3600][rng.usize(..6)],
            created_at_zone: rng.u8(..4) > 0,
            dated_answers: rng.u8(..4) > 0,
            labels: if rng.u8(..6) > 0 { Labels::AsSent } else { Labels::LowerCase },
            ..Behaviour::default()
        };
        let sim = Sim::builder().behaviour(|default| *default = behaviour).start().await;
        for number in 0..rng.usize(..4) {
            // Among strangers there is one that looks like ours.
            let label = if number == 0 { "Trunk 1".to_owned() } else { format!("Stranger {number}") };
            sim.add_trunk(json!({ "label": label, "created_at": "2023-05-16T17:13:25.000Z" }));
        }
        let mut arguments = arguments(&sim);
        arguments["max_retries"] = rng.u32(..3).into();
        let refused = bench.configure(&arguments).await;
        assert!(refused.is_empty(), "{}", text(&refused));
        let ledger = Ledger::new(bench.trunks());
        Self {
            bench,
            arguments,
            rng,
            sim,
            ledger,
            deposed: Vec::new(),
            tally,
            said: String::new(),
            story: Vec::new(),
            seen: BTreeSet::new(),
            judged: BTreeSet::new(),
        }
    }

    async fn run(mut self) -> Result<(), String> {
        let strangers: Vec<i64> = self.sim.trunks().iter().map(|trunk| trunk.id).collect();
        let outcome = self.steps(&strangers).await;
        self.tally.made +=
            self.sim.journal().matching("POST", "/v1/trunks").iter().filter(|e| e.committed).count();
        self.tally.struck +=
            self.sim.journal().entries().iter().filter(|entry| entry.fault.is_some()).count();
        outcome.map_err(|problem| format!("{problem}\n{}\n{}", self.story.join("\n"), self.sim.journal()))
    }

    async fn steps(&mut self, strangers: &[i64]) -> Result<(), String> {
        for _ in 0..self.rng.usize(2..6) {
            for _ in 0..self.rng.usize(..6) {
                let rule = rule(&mut self.rng);
                self.sim.faults().push(rule);
            }
            if self.rng.u8(..3) == 0 {
                self.begin_anew().await?;
            }
            let said = self.step().await?;
            self.judge(strangers, &said)?;
            if self.rng.bool() {
                self.sim.faults().clear();
            }
        }
        self.sim.faults().clear();
        self.sim.configure(|behaviour| behaviour.labels = Labels::AsSent);
        self.story.push("the faults are gone".to_owned());
        for mut deposed in std::mem::take(&mut self.deposed) {
            quiet("destroying what was replaced", &deposed.destroy().await?)?;
        }
        self.recover(strangers).await?;
        let config = self.ledger.config(&config(9));
        for attempt in 0..2 {
            quiet("refreshing", &self.ledger.refresh().await?)?;
            if attempt == 1 && !self.ledger.is_settled(&config).await? {
                return Err("the second plan is not empty".to_owned());
            }
            quiet("the last apply", &self.ledger.apply(&config).await?)?;
        }
        self.judge(strangers, "")?;
        let ours = self.ours(strangers);
        if ours.len() != 1 || Some(ours[0]) != self.ledger.id() {
            return Err(format!("in the end the account has {ours:?} and the state {:?}", self.ledger.id()));
        }
        quiet("the destroy", &self.ledger.destroy().await?)?;
        if !self.ours(strangers).is_empty() || !strangers.iter().all(|id| self.sim.trunk(*id).is_some()) {
            return Err("the destroy left a trunk, or took a stranger's".to_owned());
        }
        Ok(())
    }

    /// As the next run of Terraform: a process that has read nothing yet.
    async fn begin_anew(&mut self) -> Result<(), String> {
        self.story.push("another process".to_owned());
        quiet("configuring", &self.bench.configure(&self.arguments).await)
    }

    /// Creates before it destroys, as a replacement may.
    async fn replace(&mut self) -> Result<(String, Vec<pb::Diagnostic>), String> {
        let config = self.ledger.config(&config(1));
        let mut new = Ledger::new(self.bench.trunks());
        let mut said = new.apply(&config).await?;
        let what = format!("replace {:?}", self.ledger.id());
        if new.id().is_some() {
            if new.id() == self.ledger.id() {
                return Err(format!("{what}: it was replaced by itself: {}", text(&said)));
            }
            let mut old = std::mem::replace(&mut self.ledger, new);
            if !has_errors(&said) {
                said.extend(old.destroy().await?);
            }
            if old.id().is_some() {
                self.deposed.push(old);
            }
        }
        Ok((what, said))
    }

    async fn step(&mut self) -> Result<String, String> {
        let (what, said) = match self.rng.u8(..12) {
            10.. if self.ledger.id().is_some() => self.replace().await?,
            0..=5 => {
                let variant = self.rng.u8(1..4);
                let config = self.ledger.config(&config(variant));
                (format!("apply {variant}"), self.ledger.apply(&config).await?)
            }
            6..=7 => ("refresh".to_owned(), self.ledger.refresh().await?),
            _ if self.ledger.id().is_some() => ("destroy".to_owned(), self.ledger.destroy().await?),
            _ => ("nothing to destroy".to_owned(), Vec::new()),
        };
        self.tally.operations += 1;
        self.tally.failed += usize::from(has_errors(&said));
        let text = text(&said);
        self.story.push(format!("{what}: {}{}", text.replace('\n', " "), self.state()));
        self.said.push_str(&text);
        Ok(text)
    }

    fn state(&self) -> String {
        let taint = if self.ledger.tainted { ", tainted" } else { "" };
        format!(" [state: {:?}{taint}]", self.ledger.id())
    }

    fn ours(&self, strangers: &[i64]) -> Vec<i64> {
        self.sim.trunks().iter().map(|trunk| trunk.id).filter(|id| !strangers.contains(id)).collect()
    }

    /// Nothing doubled, nothing lost.
    fn judge(&mut self, strangers: &[i64], just_said: &str) -> Result<(), String> {
        let known: Vec<i64> =
            self.deposed.iter().chain([&self.ledger]).filter_map(|ledger| ledger.id()).collect();
        let unknown: Vec<i64> = self.ours(strangers).into_iter().filter(|id| !known.contains(id)).collect();
        let fresh: Vec<i64> = unknown.iter().copied().filter(|id| self.judged.insert(*id)).collect();
        let all_said = self.said.to_lowercase();
        for id in &unknown {
            let label = self.sim.trunk(*id).map(|trunk| trunk.label.to_lowercase()).unwrap_or_default();
            if !all_said.contains(&id.to_string()) && !all_said.contains(&format!("{label:?}")) {
                return Err(format!("trunk {id} is in no state, and nothing names it"));
            }
        }
        let posts = self.sim.journal().matching("POST", "/v1/trunks");
        let new: Vec<_> = posts.iter().filter(|entry| self.seen.insert(entry.sequence)).collect();
        let committed = new.iter().filter(|entry| entry.committed).count();
        // After a 429 a create is sent again; what the first made all the same is named,
        // by its label where the account cannot be looked at.
        let label =
            |id: &i64| self.sim.trunk(*id).map(|trunk| trunk.label).unwrap_or_default().to_lowercase();
        let just_said = just_said.to_lowercase();
        let names =
            |id: &i64| just_said.contains(&id.to_string()) || just_said.contains(&format!("{:?}", label(id)));
        if committed > 1 && !fresh.iter().all(names) {
            return Err(format!("one apply made {committed} trunks"));
        }
        Ok(())
    }

    /// What whoever reads the errors does: imports what may have been made, and
    /// deletes what is too much.
    async fn recover(&mut self, strangers: &[i64]) -> Result<(), String> {
        for id in self.ours(strangers) {
            if Some(id) == self.ledger.id() {
                continue;
            }
            self.tally.recovered += 1;
            if self.ledger.id().is_none() {
                self.story.push(format!("import {id}"));
                quiet("importing", &self.ledger.import(id).await?)?;
            } else {
                self.story.push(format!("delete {id} by hand"));
                self.sim.delete_trunk(id);
            }
        }
        Ok(())
    }
}

/// A trunk, in one of a few forms.
pub fn config(variant: u8) -> Json {
    json!({
        "label": format!("Trunk {variant}"), "callerid": "13132847320", "password": format!("password {variant}"),
        "multiple_numbers": variant == 2,
        "allowed_ips": if variant == 3 { json!(["198.51.100.7", "203.0.113.20"]) } else { Json::Null },
    })
}

/// A random fault at a random place.
pub fn rule(rng: &mut Rng) -> Rule {
    let (method, path) = [
        ("POST", "/v1/trunks"),
        ("POST", "/v1/trunks"),
        ("GET", "/v1/trunks/*"),
        ("PUT", "/v1/trunks/*"),
        ("DELETE", "/v1/trunks/*"),
        ("GET", "/v1/trunks"),
        ("*", "/v1/*"),
    ][rng.usize(..7)];
    let status = [500, 502, 503, 504][rng.usize(..4)];
    let refused = [400, 409, 422, 429][rng.usize(..4)];
    let fault = match rng.u8(..18) {
        0 => Fault::reset(),
        1 => Fault::close(),
        2 => Fault::reset_after_commit(),
        3 => Fault::close_after_commit(),
        4 => Fault::cut_body(),
        5 => Fault::wrong_content_length([-1, 1, 50][rng.usize(..3)]),
        6 => Fault::status(status),
        7 | 8 => Fault::answer_after_commit(Answer::new(status)),
        9 => Fault::html_200(),
        10 => Fault::answer_after_commit(Answer::new(200).html("<html>OK</html>")),
        11 => Fault::answer_after_commit(Answer::new(200).empty()),
        12 => Fault::answer_after_commit(Answer::new(200).json(&json!({ "data": [] }))),
        13 => Fault::too_many_requests([None, Some("0"), Some("1")][rng.usize(..3)]),
        14 => Fault::without("id"),
        15 => Fault::answer_after_commit(Answer::new(refused)),
        16 => Fault::answer_after_commit(Answer::new(429).header("retry-after", "0")),
        _ => Fault::delay_after_commit(Duration::from_millis(20)),
    };
    Rule::new(method, path, fault).skip(rng.usize(..2)).times(rng.usize(1..4))
}

/// Insists on no error.
pub fn quiet(what: &str, said: &[pb::Diagnostic]) -> Result<(), String> {
    if has_errors(said) { Err(format!("{what}, with the faults gone: {}", text(said))) } else { Ok(()) }
}
