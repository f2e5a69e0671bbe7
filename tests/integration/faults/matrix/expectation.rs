//! What a cell came to, and what the table allows.

use std::collections::BTreeMap;
use std::fmt;

use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::Journal;

use super::subjects::Subject;

/// What requests are called in the table, in the order in which it has them. `LIST` is
/// a GET of the collection.
pub const WORDS: [&str; 9] =
    ["PROFILE", "POST", "PUT", "PATCH", "DELETE", "LIST", "GET", "NUMBERS", "TRUNKS"];

/// How a verb ended.
pub struct Observed {
    /// How often each kind of request was made.
    pub requests: BTreeMap<&'static str, usize>,
    /// What is true afterwards, in the word of the verb.
    pub then: String,
    /// `-`, or the kind and the summary of the worst diagnostic.
    pub says: String,
    /// All that was said, for the message of a failure.
    pub text: String,
}

impl Observed {
    pub fn new(
        subject: &Subject,
        journal: &Journal,
        then: impl Into<String>,
        diagnostics: &[pb::Diagnostic],
    ) -> Self {
        let mut requests = BTreeMap::new();
        for entry in journal.entries() {
            let word = subject.word(&entry.method, &entry.path);
            let word = word.unwrap_or_else(|| {
                panic!(
                    "a request of an unknown kind:
{journal}"
                )
            });
            *requests.entry(word).or_default() += 1;
        }
        let worst = diagnostics.iter().min_by_key(|one| one.severity);
        let says = worst.map_or_else(
            || "-".to_owned(),
            |worst| {
                let kind =
                    if worst.severity() == pb::diagnostic::Severity::Error { "error" } else { "warning" };
                format!("{kind}: {}", without_ids(&worst.summary))
            },
        );
        Self { requests, then: then.into(), says, text: crate::faults::ledger::text(diagnostics) }
    }
}

/// A summary as the table has it, whatever trunk it names.
fn without_ids(summary: &str) -> String {
    let is_id = |word: &str| word.parse::<u64>().is_ok();
    summary.split(' ').map(|word| if is_id(word) { "ID" } else { word }).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: Vec<String> = WORDS
            .into_iter()
            .filter_map(|word| Some(format!("{} {word}", self.requests.get(word)?)))
            .collect();
        let requests = if requests.is_empty() { "none".to_owned() } else { requests.join(", ") };
        write!(f, "{requests} | {} | {}", self.then, self.says)
    }
}

/// What the table says of one cell.
#[derive(Debug, Clone)]
pub struct Expected {
    /// `1 POST, 1-4 LIST`, or `none`.
    pub requests: String,
    /// See [`Observed::then`].
    pub then: String,
    /// See [`Observed::says`].
    pub says: String,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {}", self.requests, self.then, self.says)
    }
}

impl Expected {
    /// How what was seen differs.
    pub fn mismatch(&self, observed: &Observed) -> Option<String> {
        let fits =
            self.then == observed.then && self.says == observed.says && self.allows(&observed.requests);
        (!fits).then(|| {
            format!("expected {self}\n    seen     {observed}\n    {}", observed.text.replace('\n', "\n    "))
        })
    }

    fn allows(&self, requests: &BTreeMap<&'static str, usize>) -> bool {
        let allowed = parsed(&self.requests);
        requests.keys().all(|word| allowed.iter().any(|(_, _, allowed)| allowed == word))
            && allowed.iter().all(|(least, most, word)| {
                let count = requests.get(word).copied().unwrap_or_default();
                (*least..=*most).contains(&count)
            })
    }
}

/// `1 POST, 1-4 LIST` as least, most and word.
fn parsed(requests: &str) -> Vec<(usize, usize, &str)> {
    if requests == "none" {
        return Vec::new();
    }
    let parts = requests.split(',').map(|part| {
        let (count, word) = part.trim().split_once(' ').expect("a number and a word");
        let (least, most) = count.split_once('-').unwrap_or((count, count));
        (least.parse().expect("a number"), most.parse().expect("a number"), word)
    });
    parts.collect()
}
