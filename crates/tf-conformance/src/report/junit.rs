//! The report as JUnit XML.

use std::fmt::Write;

use crate::checks::{Outcome, Report};

pub(super) fn render(report: &Report) -> String {
    let count =
        |wanted: fn(&Outcome) -> bool| report.checks.iter().filter(|check| wanted(&check.outcome)).count();
    let failed = count(|outcome| matches!(outcome, Outcome::Fail { .. }));
    let skipped = count(|outcome| matches!(outcome, Outcome::NotApplicable { .. }));
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "<testsuite name=\"tf-conformance\" tests=\"{}\" failures=\"{failed}\" skipped=\"{skipped}\">",
        report.checks.len()
    );
    for check in &report.checks {
        let name = escaped(&format!("{} {}", check.number, check.title));
        let class = escaped(&report.program);
        let _ =
            write!(text, "  <testcase classname=\"{class}\" name=\"{name}\" time=\"{:.3}\"", check.seconds);
        let _ = match &check.outcome {
            Outcome::Pass => writeln!(text, "/>"),
            Outcome::Fail { message } => {
                let mut evidence = format!("{}\n{} ({})\n", message, check.rule, check.source);
                for said in &check.evidence {
                    let _ = writeln!(evidence, "{} {} -> {}", said.rpc, said.request, said.answer);
                }
                let (message, evidence) = (escaped(message), escaped(&evidence));
                writeln!(text, ">\n    <failure message=\"{message}\">{evidence}</failure>\n  </testcase>")
            }
            Outcome::NotApplicable { reason } => {
                writeln!(text, ">\n    <skipped message=\"{}\"/>\n  </testcase>", escaped(reason))
            }
        };
    }
    text.push_str("</testsuite>\n");
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(c),
            // XML has no way to write other control characters.
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
