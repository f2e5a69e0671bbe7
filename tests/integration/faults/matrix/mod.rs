//! Verbs against faults, for each object. [`subjects`] has the objects, [`verb`] the
//! columns, [`catalogue`] the rows, [`table`] what is expected of each cell; [`scene`] and
//! [`cell`] try one out, and here all of them are.

mod aftermath;
mod catalogue;
mod cell;
mod expectation;
mod odd;
mod scene;
mod subjects;
mod table;
mod unreachable;
mod verb;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use self::catalogue::{CASES, Case};
use self::expectation::Observed;
use self::subjects::{SUBJECTS, Subject};
use self::verb::Verb;
use super::bench::Bench;
use crate::support::secrets::{API_KEY, PASSWORD, PROXY_PASSWORD, shown};

/// The tests of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    let module = module_path!();
    vec![
        crate::support::trial(module, "every_cell_of_the_matrix_is_as_its_table_says", || {
            crate::support::block_on(walk());
        }),
        crate::support::trial(module, "every_cell_is_in_the_table_exactly_once", table::is_complete),
    ]
}

/// Plugins that walk at the same time.
const WALKERS: usize = 48;

/// Set to a part of a name, it leaves out all other cells.
const FILTER: &str = "MATRIX_FILTER";

/// Set to anything, it writes the files of the objects anew, by what was seen: of those
/// in whose name the filter is.
const WRITE: &str = "MATRIX_WRITE";

struct Finished {
    subject: &'static Subject,
    verb: Verb,
    case: &'static Case,
    observed: Result<Observed, String>,
    tokens: BTreeSet<String>,
}

/// A cell: its object, its column and its row.
type Place = (&'static Subject, Verb, &'static Case);

impl Finished {
    async fn at((subject, verb, case): Place, bench: &Bench) -> Self {
        let (observed, tokens) = scene::run(bench, subject, verb, case).await;
        Self { subject, verb, case, observed, tokens }
    }

    /// What is wrong with it.
    fn problem(&self) -> Option<String> {
        let observed = match &self.observed {
            Ok(observed) => observed,
            Err(problem) => return Some(problem.clone()),
        };
        match table::expected(self.subject, self.verb, self.case.name) {
            None => Some(format!("is not in the table; seen: {observed}")),
            Some(expected) => expected.mismatch(observed),
        }
    }
}

/// No secret stands in a log at TRACE, which is what a plugin writes by
/// default, nor in what was said of a cell.
fn nothing_is_shown(finished: &[Finished], logs: &[String]) {
    let tokens: BTreeSet<&str> = finished.iter().flat_map(|cell| &cell.tokens).map(String::as_str).collect();
    // Those that are planted, and the account's own.
    let secrets: Vec<&str> = [API_KEY, PASSWORD, PROXY_PASSWORD].into_iter().chain(tokens).collect();
    let said = finished.iter().map(|cell| match &cell.observed {
        Ok(observed) => observed.text.as_str(),
        Err(problem) => problem.as_str(),
    });
    let said = said.collect::<Vec<_>>().join("\n");
    let texts = logs.iter().chain([&said]);
    let shown: Vec<String> = texts.clone().flat_map(|text| shown(text, &secrets)).collect();
    let megabytes = texts.map(String::len).sum::<usize>() / 1_000_000;
    println!("{} secrets looked for in {megabytes} MB of log and messages", secrets.len());
    assert!(logs.iter().any(|log| log.contains("/v1/")), "the log has something to find");
    assert!(shown.is_empty(), "{} times, first:\n{}", shown.len(), shown[0]);
}

/// The cells in which somebody waits for a time-out: all at once, each over a
/// connection of its own.
async fn wait(slow: &[Place]) -> Option<(Vec<Finished>, String)> {
    if slow.is_empty() {
        return None;
    }
    let bench = Bench::start(&[]).await;
    let finished = slow.iter().map(async |place| Finished::at(*place, &bench.another().await).await);
    Some((join_all(finished).await, log(&bench).await))
}

/// What the plugin has written so far.
async fn log(bench: &Bench) -> String {
    bench.session().plugin().await.stderr.so_far().join("\n")
}

async fn walk() {
    let filter = std::env::var(FILTER).unwrap_or_default();
    let of_subject = |subject: &'static Subject| {
        let of_case = move |case| subject.verbs().map(move |verb| (subject, verb, case));
        CASES.iter().flat_map(of_case)
    };
    let cells: Vec<Place> = SUBJECTS
        .iter()
        .flat_map(of_subject)
        .filter(|(subject, verb, case)| case.inapplicable(subject, *verb).is_none())
        .filter(|(subject, verb, case)| format!("{}, {verb}, {}", subject.name, case.name).contains(&filter))
        .collect();
    let (slow, quick): (Vec<Place>, Vec<Place>) =
        cells.into_iter().partition(|(_, _, case)| case.request_timeout.is_some());
    let next = AtomicUsize::new(0);
    let walkers = (0..WALKERS.min(quick.len())).map(|_| async {
        let bench = Bench::start(&[]).await;
        let mut finished = Vec::new();
        while let Some(place) = quick.get(next.fetch_add(1, Ordering::Relaxed)) {
            finished.push(Finished::at(*place, &bench).await);
        }
        (finished, log(&bench).await)
    });
    let (walked, waited) = tokio::join!(join_all(walkers), wait(&slow));
    let (finished, logs): (Vec<_>, Vec<_>) = walked.into_iter().chain(waited).unzip();
    let mut finished: Vec<Finished> = finished.into_iter().flatten().collect();
    finished.sort_by_key(|cell| {
        let subject = SUBJECTS.iter().position(|subject| std::ptr::eq(subject, cell.subject));
        let case = CASES.iter().position(|case| std::ptr::eq(case, cell.case));
        (subject, cell.verb, case)
    });

    println!("{:<14}{:<22}{:>7}{:>9}", "object", "verb", "cells", "passed");
    for subject in SUBJECTS.iter() {
        let of_subject = finished.iter().filter(|cell| std::ptr::eq(cell.subject, subject));
        for verb in subject.verbs() {
            let of_verb = of_subject.clone().filter(|cell| cell.verb == verb);
            let passed = of_verb.clone().filter(|cell| cell.problem().is_none()).count();
            println!("{subject:<14?}{verb:<22}{:>7}{passed:>9}", of_verb.count());
        }
        if std::env::var_os(WRITE).is_some() && subject.name.contains(&filter) {
            let seen: Vec<_> = of_subject
                .filter_map(|cell| Some((cell.verb, cell.case.name, cell.observed.as_ref().ok()?)))
                .collect();
            table::write(subject, &seen);
        }
    }
    let problems: Vec<String> = finished
        .iter()
        .filter_map(|cell| {
            Some(format!("{}, {}, {}: {}", cell.subject.name, cell.verb, cell.case.name, cell.problem()?))
        })
        .collect();
    println!("{:<36}{:>7}{:>9}", "all", finished.len(), finished.len() - problems.len());
    assert!(!finished.is_empty(), "no cell matches {filter:?}");
    nothing_is_shown(&finished, &logs);
    assert!(problems.is_empty(), "{} of {} cells:\n{}", problems.len(), finished.len(), problems.join("\n"));
}
