//! The table that a comparison ends with, in Markdown: to be read, and to be pasted into an issue. It has nothing of the account
//! but how it answers.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    Comparison,
    assumptions::{Assumption, Seen, UNOBSERVED, assumptions},
    evidence::Evidence,
    profile,
};

/// One assumption, and what was seen of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The assumption.
    pub assumption: &'static Assumption,
    /// What a fresh simulator showed.
    pub assumed: Seen,
    /// What the server showed.
    pub seen: Seen,
}

impl Row {
    /// Whether the server showed something else than is assumed.
    pub fn differs(&self) -> bool {
        !matches!(self.seen, Seen::Nothing(_)) && self.seen != self.assumed
    }
}

/// What a comparison found.
#[derive(Debug, Clone)]
pub struct Report {
    /// One for each assumption, in the order of the table.
    pub rows: Vec<Row>,
    /// What it made and could not remove.
    pub left: Vec<String>,
    server: &'static str,
    mode: &'static str,
    requests: u32,
}

pub(super) fn report(
    comparison: &Comparison,
    assumed: &Evidence,
    seen: &Evidence,
    left: Vec<String>,
) -> Report {
    let row = |assumption: &'static Assumption| Row {
        assumption,
        assumed: (assumption.probe)(assumed),
        seen: (assumption.probe)(seen),
    };
    Report {
        rows: assumptions().map(row).collect(),
        left,
        // Any other address may be somebody's secret.
        server: if comparison.base_url.trim_end_matches('/') == super::WAVIX {
            super::WAVIX
        } else {
            "another address"
        },
        mode: match (comparison.writes, comparison.asks_for_review) {
            (false, _) => "reading only",
            (true, false) => "with --write",
            (true, true) => "with --ask-for-review",
        },
        requests: seen.requests,
    }
}

impl Report {
    /// The rows in which the server differs.
    pub fn differences(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.differs())
    }

    /// The knobs with which a simulator behaves like the server, as far as there are any.
    pub fn profile(&self) -> Value {
        let mut profile = Value::Object(Map::new());
        for row in self.differences() {
            if let (Some(knob), Seen::Knob(value)) = (row.assumption.knob, &row.seen) {
                profile::merge(&mut profile, &profile::patch(knob, value.clone()));
            }
        }
        profile
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observed = self.rows.iter().filter(|row| !matches!(row.seen, Seen::Nothing(_))).count();
        writeln!(
            formatter,
            "wavix-sim {} compared with {}, {}, {} requests: {observed} of {} assumptions observed, {} differ.\n",
            env!("CARGO_PKG_VERSION"),
            self.server,
            self.mode,
            self.requests,
            self.rows.len(),
            self.differences().count(),
        )?;
        writeln!(
            formatter,
            "| | assumption | assumed | observed | depends on it | knob |\n|---|---|---|---|---|---|"
        )?;
        for row in &self.rows {
            let is_seen = !matches!(row.seen, Seen::Nothing(_));
            let mark = if row.differs() {
                "**differs**"
            } else if is_seen {
                "equal"
            } else {
                ""
            };
            let knob = match (row.differs(), row.assumption.knob, &row.seen) {
                (true, Some(knob), Seen::Knob(value)) => format!("`{knob}`: `{value}`"),
                (true, _, _) => "none imitates it".to_owned(),
                _ => String::new(),
            };
            writeln!(
                formatter,
                "| {mark} | {} | {} | {} | {} | {knob} |",
                row.assumption.title,
                row.assumption.told(&row.assumed),
                row.assumption.told(&row.seen),
                row.assumption.depends,
            )?;
        }
        writeln!(
            formatter,
            "\nNot to be seen without a call, money, a reviewer's time or an object in use:\n"
        )?;
        for (what, assumed) in UNOBSERVED {
            writeln!(formatter, "- {what}: assumed that {assumed}")?;
        }
        if !self.left.is_empty() {
            writeln!(formatter, "\nLeft in the account:\n")?;
            for left in &self.left {
                writeln!(formatter, "- {left}")?;
            }
        }
        Ok(())
    }
}
