//! What is expected of each cell. It stands in a file for each object, with a table for
//! each verb.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::catalogue::CASES;
use super::expectation::{Expected, Observed};
use super::subjects::{SUBJECTS, Subject};
use super::verb::Verb;

/// Between the faults of a row.
const BETWEEN: &str = "; ";

/// What stands above the tables of a file.
const HEAD: &str = "Every verb against every fault: what is requested, what is true then, and what Terraform is told. `-` is \
                    nothing.\n`LIST` is a GET of the collection, `GET` one of a single object, `NUMBERS` one of the phone \
                    numbers, `TRUNKS` of the SIP trunks. Written by `MATRIX_WRITE=1 cargo test --test integration every_cell`.\n";

/// The file of an object.
fn path(subject: &Subject) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/integration/golden/faults");
    folder.join(format!("{}.md", subject.name))
}

/// A row: faults and what is expected.
type Row = (Vec<String>, Expected);

/// The rows under each heading of a file. None while there is no file.
fn rows(subject: &Subject) -> BTreeMap<String, Vec<Row>> {
    let text = fs::read_to_string(path(subject)).unwrap_or_default();
    let mut tables: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut heading = "";
    for line in text.lines() {
        if let Some(verb) = line.strip_prefix("## ") {
            heading = verb;
        } else if line.starts_with("| ") && !line.starts_with("| fault |") {
            let cells: Vec<String> =
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            let [faults, requests, then, says] = cells.try_into().expect("four columns");
            let faults = faults.split(BETWEEN).map(str::to_owned).collect();
            tables.entry(heading.to_owned()).or_default().push((faults, Expected { requests, then, says }));
        }
    }
    tables
}

/// What the table says of a cell.
pub fn expected(subject: &Subject, verb: Verb, fault: &str) -> Option<&'static Expected> {
    static CELLS: OnceLock<BTreeMap<(&str, String, String), Expected>> = OnceLock::new();
    let cells = CELLS.get_or_init(|| {
        let of_subject = |subject: &'static Subject| {
            rows(subject).into_iter().flat_map(move |(verb, rows)| {
                rows.into_iter().flat_map(move |(faults, expected)| {
                    let verb = verb.clone();
                    faults
                        .into_iter()
                        .map(move |fault| ((subject.name, verb.clone(), fault), expected.clone()))
                })
            })
        };
        SUBJECTS.iter().flat_map(of_subject).collect()
    });
    cells.get(&(subject.name, verb.to_string(), fault.to_owned()))
}

/// The file of an object, made of what was seen. A range that has what was seen in it
/// stays a range.
pub fn write(subject: &Subject, seen: &[(Verb, &str, &Observed)]) {
    let mut text = format!("# Faults: {}\n\n{HEAD}", subject.name);
    for verb in subject.verbs() {
        let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
        for (_, fault, observed) in seen.iter().filter(|(of, ..)| *of == verb) {
            let cell = match expected(subject, verb, fault) {
                Some(expected) if expected.mismatch(observed).is_none() => expected.to_string(),
                _ => observed.to_string(),
            };
            match rows.iter_mut().find(|(row, _)| *row == cell) {
                Some((_, faults)) => faults.push(fault),
                None => rows.push((cell, vec![fault])),
            }
        }
        text.push_str(&format!(
            "\n## {verb}\n\n| fault | requests | then | Terraform is told |\n|---|---|---|---|\n"
        ));
        for (cell, faults) in rows {
            text.push_str(&format!("| {} | {cell} |\n", faults.join(BETWEEN)));
        }
    }
    fs::write(path(subject), text).unwrap();
}

/// The test that no cell is left out, invented, or said to be two things.
pub fn is_complete() {
    let mut complaints = Vec::new();
    for subject in SUBJECTS.iter() {
        let mut tables = rows(subject);
        for verb in subject.verbs() {
            let place = format!("{}, {verb}", subject.name);
            let possible: BTreeSet<&str> = CASES
                .iter()
                .filter(|case| case.inapplicable(subject, verb).is_none())
                .map(|case| case.name)
                .collect();
            let mut seen = BTreeSet::new();
            let rows = tables.remove(&verb.to_string()).unwrap_or_default();
            for fault in rows.into_iter().flat_map(|(faults, _)| faults) {
                if !possible.contains(fault.as_str()) {
                    complaints.push(format!("{place}: there is no fault {fault:?}"));
                }
                if !seen.insert(fault.clone()) {
                    complaints.push(format!("{place}: {fault:?} stands there twice"));
                }
            }
            let missing = possible.into_iter().filter(|fault| !seen.contains(*fault));
            complaints.extend(missing.map(|fault| format!("{place}: {fault:?} is missing")));
        }
        complaints
            .extend(tables.into_keys().map(|verb| format!("{}: there is no verb {verb:?}", subject.name)));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
