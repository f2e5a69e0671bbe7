//! Random sequences of operations on all managed resources under random faults: after
//! each, whatever there is stands in the state or was named, and is as configured; in
//! the end there is one of each.
//!
//! A sequence is made of a seed and nothing else. A failure prints its seed;
//! `FAULT_SEED=<seed> FAULT_SEQUENCES=1` repeats it.

mod life;
mod misfortune;
mod object;
mod sequence;

pub use self::life::quiet;
pub use self::misfortune::rule;
pub use self::object::Kind;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use futures_util::future::join_all;

use self::sequence::Sequence;
use super::bench::Bench;
use crate::support::plugin::release_binary;

async_trials![random_faults_double_nothing_lose_nothing_and_open_nothing];

/// How many sequences; if not set, 250, or 1,000 with a release build.
const COUNT: &str = "FAULT_SEQUENCES";
/// The seed of the first; from the clock if not set.
const SEED: &str = "FAULT_SEED";

/// Sequences under way at the same time, where so many files may be open. They mostly wait.
const AT_ONCE: usize = 500;
/// Connections of a sequence, at most.
const FILES: usize = 8;

/// Problems of which everything is printed; of the others their first lines are.
const SHOWN: usize = 5;

async fn random_faults_double_nothing_lose_nothing_and_open_nothing() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    // Of a debug build, each costs a seventh of a second of a processor.
    let count = number(COUNT).unwrap_or(if release_binary().is_some() { 1000 } else { 250 });
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let first = number(SEED).unwrap_or(u64::from(now.subsec_nanos()) * 1_000_000);
    println!("{count} sequences, {SEED}={first}");

    // Logging everything would be most of the work.
    let bench = Bench::start(&[("TF_LOG_PROVIDER_WAVIX", "ERROR")]).await;
    let next = AtomicUsize::new(0);
    let workers = (0..AT_ONCE.min(open_files() / FILES)).map(|_| async {
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
        "{} sequences, {} operations, {} of them failed, {} faults struck, made: {:?}, {} imported or deleted by hand",
        tally.sequences,
        tally.operations,
        tally.failed,
        tally.struck,
        Kind::ALL.iter().zip(tally.made).collect::<Vec<_>>(),
        tally.recovered
    );
    assert!(tally.struck * 2 > tally.sequences, "hardly a fault struck: nothing was shown");
    assert!(count < 100 || !tally.made.contains(&0), "of some kind nothing was made: {:?}", tally.made);
    let problems = &tally.problems;
    assert!(
        problems.is_empty(),
        "{} of {count} sequences:\n{}\n\n{}",
        problems.len(),
        problems.iter().filter_map(|problem| problem.lines().next()).collect::<Vec<_>>().join("\n"),
        problems.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n\n")
    );
}

/// How many files a process may have open; few, where nobody says it.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}

/// What was done, in all.
#[derive(Default)]
struct Tally {
    sequences: usize,
    operations: usize,
    failed: usize,
    struck: usize,
    /// Of each kind.
    made: [usize; Kind::ALL.len()],
    recovered: usize,
    problems: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.sequences += other.sequences;
        self.operations += other.operations;
        self.failed += other.failed;
        self.struck += other.struck;
        self.made.iter_mut().zip(other.made).for_each(|(all, made)| *all += made);
        self.recovered += other.recovered;
        self.problems.extend(other.problems);
        self
    }
}
