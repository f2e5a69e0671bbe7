//! What is expected of each cell. It stands in ARCHITECTURE.md, a table for
//! each verb, so that the page and the test cannot disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::catalogue::CASES;
use super::expectation::{Expected, Observed};
use super::verb::Verb;
use crate::tidy::document;

/// Between the faults of a row.
const BETWEEN: &str = "; ";

/// The rows under the heading of a verb: faults and what is expected.
fn rows(verb: Verb) -> Vec<(Vec<String>, Expected)> {
    let rows = document::table(&format!("### Faults: {verb}"));
    let row = |row: Vec<String>| {
        let [faults, requests, then, says] = row.try_into().expect("four columns");
        (faults.split(BETWEEN).map(str::to_owned).collect(), Expected { requests, then, says })
    };
    rows.into_iter().map(row).collect()
}

/// What the table says of a cell.
pub fn expected(verb: Verb, fault: &str) -> Option<&'static Expected> {
    static CELLS: OnceLock<BTreeMap<(Verb, String), Expected>> = OnceLock::new();
    let cells = CELLS.get_or_init(|| {
        let of_verb = |verb| {
            rows(verb).into_iter().flat_map(move |(faults, expected)| {
                faults.into_iter().map(move |fault| ((verb, fault), expected.clone()))
            })
        };
        Verb::ALL.into_iter().flat_map(of_verb).collect()
    });
    cells.get(&(verb, fault.to_owned()))
}

/// The table of a verb as the page has it, made of what was seen.
pub fn rendered(verb: Verb, seen: &[(&str, &Observed)]) -> String {
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    for (fault, observed) in seen {
        let cell = observed.to_string();
        match rows.iter_mut().find(|(row, _)| *row == cell) {
            Some((_, faults)) => faults.push(fault),
            None => rows.push((cell, vec![fault])),
        }
    }
    let mut text =
        format!("### Faults: {verb}\n\n| fault | requests | then | Terraform is told |\n|---|---|---|---|\n");
    for (cell, faults) in rows {
        text.push_str(&format!("| {} | {cell} |\n", faults.join(BETWEEN)));
    }
    text
}

/// The test that no cell is left out, invented, or said to be two things.
pub fn is_complete() {
    let mut complaints = Vec::new();
    for verb in Verb::ALL {
        let possible: BTreeSet<&str> =
            CASES.iter().filter(|case| case.inapplicable(verb).is_none()).map(|case| case.name).collect();
        let mut seen = BTreeSet::new();
        for fault in rows(verb).into_iter().flat_map(|(faults, _)| faults) {
            if !possible.contains(fault.as_str()) {
                complaints.push(format!("{verb}: there is no fault {fault:?}"));
            }
            if !seen.insert(fault.clone()) {
                complaints.push(format!("{verb}: {fault:?} stands there twice"));
            }
        }
        let missing = possible.into_iter().filter(|fault| !seen.contains(*fault));
        complaints.extend(missing.map(|fault| format!("{verb}: {fault:?} is missing")));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
