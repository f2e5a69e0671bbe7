//! Half an hour of everything at once: random operations on many trunks of one
//! long-lived plugin, under random faults. Ignored unless asked for:
//! `cargo test --test integration -- --ignored soak --nocapture`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use libtest_mimic::Trial;
use tokio::time::{Instant, sleep};
use wavix_sim::{ApiKey, Sim};

use super::bench::{Bench, arguments};
use super::ledger::{Ledger, has_errors, text};
use super::limits;
use super::sequences::{Kind, quiet, rule};

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let soak = crate::support::trial(
        module,
        "half_an_hour_of_random_faults_leaks_nothing_and_loses_nothing",
        || {
            crate::support::block_on(soak());
        },
    );
    let slow = crate::support::require::acceptance_trial(
        module,
        "three_hundred_trunks_at_five_per_second",
        crate::support::require::Least::of((1, 5)),
        || {
            limits::apply_under(limits::SLOW, 300);
        },
    );
    vec![soak.with_ignored_flag(true), slow.with_ignored_flag(true)]
}

/// Minutes; 30 if not set.
const MINUTES: &str = "SOAK_MINUTES";
/// The seed; 1 if not set.
const SEED: &str = "SOAK_SEED";
/// Trunks at the same time, at most.
const TRUNKS: usize = 200;
/// How often the process is measured.
const SAMPLES: u32 = 40;

/// The size of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Size {
    /// Resident memory in KiB.
    memory: usize,
    /// Open file descriptors.
    files: usize,
    /// Threads.
    threads: usize,
}

impl Size {
    fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux has /proc");
        let number = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).expect("the line is there");
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
        };
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("Linux has /proc").count();
        Self { memory: number("VmRSS:"), files, threads: number("Threads:") }
    }
}

async fn soak() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = number(SEED).unwrap_or(1);
    let length = Duration::from_secs(60 * number(MINUTES).unwrap_or(30));
    println!("{MINUTES}={}, {SEED}={seed}", length.as_secs() / 60);
    let sim = Sim::start().await;
    // The simulator's journal is for tests that end soon.
    let bench = Bench::start(&[("TF_LOG_PROVIDER_WAVIX", "ERROR")]).await;
    assert!(bench.configure(&arguments(&sim)).await.is_empty());
    let end = Instant::now() + length;
    let counts = RefCell::new(Counts::default());
    let slots = (0..TRUNKS).map(|slot| {
        let rng = Rng::with_seed(seed.wrapping_mul(1000).wrapping_add(slot as u64));
        Slot { number: slot, rng, ledger: Ledger::new(bench.trunks()), sim: &sim, counts: &counts }
    });
    let mut slots: Vec<Slot<'_>> = slots.collect();
    let work = join_all(slots.iter_mut().map(|slot| slot.work(end)));
    let trouble = async {
        let mut rng = Rng::with_seed(seed);
        while Instant::now() < end {
            sim.faults().clear();
            for _ in 0..rng.usize(..12) {
                sim.faults().push(rule(&mut rng, &[Kind::Trunk]));
            }
            sim.journal().clear();
            bench.session().trace.clear();
            sleep(Duration::from_millis(rng.u64(100..1000))).await;
        }
        sim.faults().clear();
    };
    let pid = bench.session().plugin().await.pid().expect("it runs");
    let watch = async {
        let mut sizes = Vec::new();
        while Instant::now() < end {
            sleep(length / SAMPLES).await;
            sizes.push(Size::of(pid));
        }
        sizes
    };
    let (problems, (), sizes) = tokio::join!(work, trouble, watch);
    let problems: Vec<String> = problems.into_iter().filter_map(Result::err).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));

    for slot in &mut slots {
        slot.settle().await.unwrap();
    }
    let known: BTreeSet<i64> = slots.iter().filter_map(|slot| slot.ledger.id()).collect();
    let stored: BTreeSet<i64> = sim.trunks().iter().map(|trunk| trunk.id).collect();
    println!("{:?}; {} trunks in the end", counts.borrow(), stored.len());
    assert_eq!(known, stored, "the account is what the states say");
    for slot in &mut slots {
        quiet("the last destroy", &slot.ledger.destroy().await.unwrap()).unwrap();
    }
    assert!(sim.trunks().is_empty());
    flat(&sizes);
    sim.set_keys([ApiKey::new("revoked")]);
}

/// The last quarter is as the second: what grows for ever is seen, what is
/// kept for reuse is not.
fn flat(sizes: &[Size]) {
    let quarter = sizes.len() / 4;
    let median = |sizes: &[Size], of: fn(&Size) -> usize| {
        let mut values: Vec<usize> = sizes.iter().map(of).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let (early, late) = (&sizes[quarter..2 * quarter], &sizes[3 * quarter..]);
    for (what, of, slack) in [
        ("KiB of memory", (|size: &Size| size.memory) as fn(&Size) -> usize, 4096),
        ("file descriptors", |size: &Size| size.files, 16),
        ("threads", |size: &Size| size.threads, 2),
    ] {
        let (early, late) = (median(early, of), median(late, of));
        println!("{what}: {early} in the second quarter, {late} in the last");
        assert!(late <= early + early / 10 + slack, "{what} grew from {early} to {late}");
    }
}

#[derive(Debug, Default)]
struct Counts {
    operations: usize,
    failed: usize,
    recovered: usize,
}

/// One trunk of the configuration.
struct Slot<'s> {
    number: usize,
    rng: Rng,
    ledger: Ledger<'s>,
    sim: &'s Sim,
    counts: &'s RefCell<Counts>,
}

impl Slot<'_> {
    fn config(&self, variant: u8) -> tf_conformance::value::Value {
        let mut config = Kind::Trunk.config(variant);
        config["label"] = self.label().into();
        self.ledger.config(&config)
    }

    fn label(&self) -> String {
        format!("Soak {}", self.number)
    }

    async fn work(&mut self, end: Instant) -> Result<(), String> {
        while Instant::now() < end {
            let variant = self.rng.u8(1..4);
            let config = self.config(variant);
            let said = match self.rng.u8(..10) {
                0..=5 => self.ledger.apply(&config).await?,
                6..=8 => self.ledger.refresh().await?,
                _ if self.ledger.id().is_some() => self.ledger.destroy().await?,
                _ => Vec::new(),
            };
            {
                let mut counts = self.counts.borrow_mut();
                counts.operations += 1;
                counts.failed += usize::from(has_errors(&said));
            }
            self.judge(&text(&said))?;
            sleep(Duration::from_millis(self.rng.u64(..2000))).await;
        }
        Ok(())
    }

    /// What is in the account and not in the state was just named; whoever
    /// reads it deletes it.
    fn judge(&self, said: &str) -> Result<(), String> {
        for trunk in self.sim.trunks_labelled(&self.label()) {
            if Some(trunk.id) == self.ledger.id() {
                continue;
            }
            if !said.contains(&trunk.id.to_string()) && !said.contains(&format!("{:?}", trunk.label)) {
                return Err(format!("trunk {} is in no state, and nothing names it: {said}", trunk.id));
            }
            self.counts.borrow_mut().recovered += 1;
            self.sim.delete_trunk(trunk.id);
        }
        Ok(())
    }

    /// With the faults gone.
    async fn settle(&mut self) -> Result<(), String> {
        let config = self.config(1);
        quiet("refreshing", &self.ledger.refresh().await?)?;
        quiet("the last apply", &self.ledger.apply(&config).await?)?;
        quiet("refreshing again", &self.ledger.refresh().await?)?;
        if self.ledger.is_settled(&config).await? {
            Ok(())
        } else {
            Err("the last plan is not empty".to_owned())
        }
    }
}
