//! The report for people.

use std::fmt::Write;

use crate::checks::{Outcome, Report};

pub(super) fn render(report: &Report) -> String {
    let mut text = format!("{}\n\n", report.program);
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for check in &report.checks {
        let (mark, more) = match &check.outcome {
            Outcome::Pass => {
                passed += 1;
                ("pass", None)
            }
            Outcome::Fail { message } => {
                failed += 1;
                ("FAIL", Some(message))
            }
            Outcome::NotApplicable { reason } => {
                skipped += 1;
                ("n/a ", Some(reason))
            }
        };
        let title = check.title;
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>3}  {mark}  {title} ({:.1} s)", check.number, check.seconds);
        if let Some(more) = more {
            let _ = writeln!(text, "           {more}");
        }
        if matches!(check.outcome, Outcome::Fail { .. }) {
            let _ = writeln!(text, "           rule: {} ({})", check.rule, check.source);
            for said in &check.evidence {
                let _ = writeln!(
                    text,
                    "           {} {}\n             -> {}",
                    said.rpc, said.request, said.answer
                );
            }
        }
    }
    let _ = writeln!(text, "\n{passed} passed, {failed} failed, {skipped} not applicable");
    text
}
