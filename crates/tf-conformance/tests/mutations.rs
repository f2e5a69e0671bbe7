//! Every check fails on a provider that breaks its rule, and no other check
//! does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test states expectations")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use tf_conformance::case::{Case, read_file};
use tf_conformance::{CHECKS, Outcome, Report, Settings, run};

/// Every rule the memory provider can break: the number of the check that must
/// find it, and a letter where there are several.
const MUTATIONS: [&str; 84] = [
    "1", "2", "3", "4a", "4b", "4c", "4d", "5a", "5b", "5c", "6", "7a", "7b", "8", "9a", "9b", "9c", "10a",
    "10b", "10c", "11", "12a", "12b", "12c", "13a", "13b", "13c", "14", "15a", "15b", "16a", "16b", "17",
    "18a", "18b", "18c", "18d", "18e", "19a", "19b", "20a", "20b", "21a", "21b", "21c", "22a", "22b", "23a",
    "23b", "23c", "23d", "24a", "24b", "25", "26a", "26b", "27", "28", "29", "30", "31a", "31b", "32", "33",
    "34a", "34b", "35a", "35b", "35c", "35d", "36", "37a", "37b", "37c", "38a", "38b", "38c", "39a", "39b",
    "39c", "39d", "40", "41", "42",
];

/// How many other checks run beside the one that must fail, unless
/// `CONFORMANCE_MUTATIONS=all`: all of them takes minutes.
const OTHERS: usize = 4;

fn case() -> Case {
    read_file(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/memory.json"))).unwrap()
}

fn settings() -> Settings {
    let mut settings = Settings::new(env!("CARGO_BIN_EXE_memory-provider"));
    settings.cases = vec![case()];
    settings.large_state = 5 << 20;
    settings.without_tls = true;
    settings.jobs = 4;
    // Where a rule is kept nobody waits so long, however busy the machine is.
    settings.patience.start = Duration::from_secs(120);
    settings.patience.answer = Duration::from_secs(120);
    settings.patience.end = Duration::from_secs(60);
    settings.patience.leave = Duration::from_secs(20);
    settings.patience.stop = Duration::from_secs(30);
    settings.patience.silence = Duration::from_millis(200);
    settings
}

/// For the check that is to fail: it waits as long as this where a rule is
/// broken by never doing something.
fn impatient() -> Settings {
    let mut settings = settings();
    settings.patience.start = Duration::from_secs(20);
    settings.patience.answer = Duration::from_secs(20);
    settings.patience.end = Duration::from_secs(2);
    settings.patience.leave = Duration::from_secs(2);
    settings.patience.stop = Duration::from_secs(3);
    // Here a stream that should be silent has something to say, and time for it.
    settings.patience.silence = Duration::from_secs(5);
    settings
}

fn failed(report: &Report) -> BTreeSet<u8> {
    report.failed().iter().map(|check| check.number).collect()
}

/// The check that must find this mutation.
fn finder(mutation: &str) -> u8 {
    mutation.trim_end_matches(|c: char| c.is_ascii_lowercase()).parse().unwrap()
}

/// Runs some checks on a provider that breaks one rule; says so if others fail
/// than should.
async fn run_on(mutation: &str, settings: Settings, wanted: BTreeSet<u8>) -> Option<String> {
    let mut settings = settings;
    settings.environment.insert("MEMORY_PROVIDER_MUTATION".to_owned(), mutation.to_owned());
    let report = run(&settings).await.unwrap();
    let failed = failed(&report);
    let text = tf_conformance::Format::Human.render(&report).unwrap();
    (failed != wanted).then(|| format!("mutation {mutation} is found by {failed:?}\n{text}"))
}

async fn judge(index: usize, mutation: &str) -> Option<String> {
    let finder = finder(mutation);
    let others: BTreeSet<u8> = if std::env::var("CONFORMANCE_MUTATIONS").as_deref() == Ok("all") {
        CHECKS.iter().map(|check| check.number).filter(|number| *number != finder).collect()
    } else {
        // A different few each time, so that every check is among them often.
        let others = (0..OTHERS).map(|other| CHECKS[(index * OTHERS + other) % CHECKS.len()].number);
        others.filter(|number| *number != finder).collect()
    };
    let found = Settings { only: BTreeSet::from([finder]), ..impatient() };
    if let Some(wrong) = run_on(mutation, found, BTreeSet::from([finder])).await {
        return Some(wrong);
    }
    run_on(mutation, Settings { only: others, ..settings() }, BTreeSet::new()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_the_check_of_a_broken_rule_fails() {
    let mutations = MUTATIONS.iter().enumerate();
    let judged = mutations.map(|(index, mutation)| judge(index, mutation));
    let wrong: Vec<String> =
        futures_util::stream::iter(judged).buffer_unordered(8).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_a_mutation() {
    let found: BTreeSet<u8> = MUTATIONS.iter().map(|mutation| finder(mutation)).collect();
    let all: BTreeSet<u8> = CHECKS.iter().map(|check| check.number).collect();
    assert_eq!(found, all);
    assert!(all.iter().copied().eq(1..=42), "checks are numbered in order");
}

#[tokio::test]
async fn a_well_behaved_provider_passes_everything() {
    let report = run(&Settings { without_tls: false, ..settings() }).await.unwrap();
    let not_passed: Vec<_> = report.checks.iter().filter(|check| check.outcome != Outcome::Pass).collect();
    assert!(not_passed.is_empty(), "{not_passed:#?}");
    assert_eq!(report.checks.len(), 42);
}
