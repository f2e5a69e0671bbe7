//! One sequence: a few operations on objects of every kind in one account while things
//! go wrong, and then everything that must come right without.

use fastrand::Rng;
use serde_json::Value as Json;
use wavix_sim::Sim;
use wavix_sim::behaviour::Labels;

use super::Tally;
use super::life::{Life, quiet};
use super::misfortune::{LONGEST_LAG, mind, nature, rule};
use super::object::Kind;
use crate::faults::bench::{Bench, arguments};
use crate::faults::ledger::{has_errors, text};

pub struct Sequence<'s> {
    bench: &'s Bench,
    arguments: Json,
    rng: Rng,
    sim: Sim,
    lives: Vec<Life<'s>>,
    tally: &'s mut Tally,
    /// Operations, for the message of a failure.
    story: Vec<String>,
}

/// What is configured in the end.
const LAST: u8 = 9;

impl<'s> Sequence<'s> {
    pub async fn new(bench: &'s Bench, seed: u64, tally: &'s mut Tally) -> Self {
        let mut rng = Rng::with_seed(seed);
        let behaviour = nature(&mut rng);
        let sim = Sim::builder().behaviour(|default| *default = behaviour).start().await;
        let lives = Kind::ALL.map(|kind| Life::new(bench, &sim, kind, rng.usize(..4))).into();
        let mut arguments = arguments(&sim);
        arguments["max_retries"] = rng.u32(..3).into();
        let refused = bench.configure(&arguments).await;
        assert!(refused.is_empty(), "{}", text(&refused));
        Self { bench, arguments, rng, sim, lives, tally, story: Vec::new() }
    }

    pub async fn run(mut self) -> Result<(), String> {
        let mut outcome = self.steps().await;
        if outcome.is_ok() {
            outcome = self.comes_right().await;
        }
        let journal = self.sim.journal();
        for (kind, made) in Kind::ALL.into_iter().zip(&mut self.tally.made) {
            let (method, path) = kind.making();
            *made += journal.matching(method, path).iter().filter(|entry| entry.committed).count();
        }
        self.tally.struck += journal.entries().iter().filter(|entry| entry.fault.is_some()).count();
        outcome.map_err(|problem| format!("{problem}\n{}\n{journal}", self.story.join("\n")))
    }

    async fn steps(&mut self) -> Result<(), String> {
        for _ in 0..self.rng.usize(3..8) {
            let life = [0, 0, 1, 2, 3][self.rng.usize(..5)];
            let kind = self.lives[life].kind;
            for _ in 0..self.rng.usize(..6) {
                self.sim.faults().push(rule(&mut self.rng, &[kind]));
            }
            let forced = mind(&mut self.rng);
            if !forced.is_empty() {
                self.story.push(format!("the server forces {forced:?}"));
            }
            self.sim.configure(|behaviour| behaviour.forced = forced);
            if kind.is_single() || self.rng.u8(..3) == 0 {
                self.begin_anew().await?;
            }
            self.step(life).await?;
            if self.rng.bool() {
                self.sim.faults().clear();
            }
        }
        Ok(())
    }

    async fn step(&mut self, life: usize) -> Result<(), String> {
        let variant = self.rng.u8(1..5);
        let choice = self.rng.u8(..12);
        let life = &mut self.lives[life];
        let (what, said) = match choice {
            10.. if life.exists() && !life.kind.is_single() => {
                (format!("replace by {variant}"), life.replace(variant).await?)
            }
            0..=5 => (format!("apply {variant}"), life.apply(variant).await?),
            6..=7 => ("refresh".to_owned(), life.refresh().await?),
            _ if life.exists() => ("destroy".to_owned(), life.destroy().await?),
            _ => ("nothing to destroy".to_owned(), Vec::new()),
        };
        self.tally.operations += 1;
        self.tally.failed += usize::from(has_errors(&said));
        let text = text(&said);
        self.story.push(format!("{what}: {} {}", text.replace('\n', " "), life.state()));
        life.judge(&self.sim, &text)
    }

    /// As the next run of Terraform: a process that has read nothing yet.
    async fn begin_anew(&mut self) -> Result<(), String> {
        self.story.push("another process".to_owned());
        quiet("configuring", &self.bench.configure(&self.arguments).await)
    }

    /// Without faults, when all that was written before is shown.
    async fn comes_right(&mut self) -> Result<(), String> {
        self.sim.faults().clear();
        self.sim.configure(|behaviour| {
            behaviour.labels = Labels::AsSent;
            behaviour.forced.clear();
        });
        tokio::time::sleep(LONGEST_LAG).await;
        self.begin_anew().await?;
        self.story.push("the faults are gone".to_owned());
        for life in 0..self.lives.len() {
            self.tally.recovered += self.lives[life].recover(&self.sim).await?;
        }
        for _ in 0..2 {
            self.begin_anew().await?;
            for life in &mut self.lives {
                quiet("refreshing", &life.refresh().await?)?;
                quiet("the last apply", &life.apply(LAST).await?)?;
            }
        }
        self.begin_anew().await?;
        for life in &mut self.lives {
            quiet("refreshing", &life.refresh().await?)?;
            if !life.is_settled(LAST).await? {
                return Err(format!("the second plan is not empty: {}", life.state()));
            }
            life.judge(&self.sim, "")?;
            life.is_one(&self.sim)?;
            quiet("the destroy", &life.destroy().await?)?;
            life.is_gone(&self.sim)?;
            life.judge(&self.sim, "")?;
        }
        Ok(())
    }
}
