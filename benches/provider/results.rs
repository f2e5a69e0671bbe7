//! The table, and whether it may be kept.

use std::fmt;

use crate::machine;
use crate::programs::{Column, root};
use crate::samples::{Figure, Goal};
use crate::{Problem, Run};

/// From this spread on, a run says more about the machine than about programs.
const NOISY: f64 = 0.2;
const FILE: &str = "benches/RESULTS.md";

pub struct Page {
    text: String,
    /// The worst spread among the figures with goals, and whose it is. `None`
    /// when nothing could be compared.
    spread: Option<(f64, String)>,
    complete: bool,
}

impl Page {
    pub fn new(run: &Run, ceiling: f64) -> Self {
        let figures = run.samples.figures();
        let noisiest = figures
            .iter()
            .filter(|figure| figure.goals.iter().any(|goal| matches!(goal, Goal::Ratio(..))))
            .filter_map(|figure| Some((figure.spread()?, figure.name.clone())))
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        let text = text(run, ceiling, noisiest.as_ref().map(|(spread, _)| *spread));
        Self { text, spread: noisiest, complete: run.arguments.is_complete() }
    }

    /// Writes the page, unless the run is not worth it.
    pub fn keep(&self) -> Result<(), Problem> {
        let obstacle = match &self.spread {
            _ if !self.complete => "this was not a whole run".to_owned(),
            None => "there was nothing to compare with".to_owned(),
            Some((spread, figure)) if *spread > NOISY => format!(
                "the rounds of `{figure}` differ by {}, and more than {} says that the machine was busy",
                percent(*spread),
                percent(NOISY)
            ),
            Some(_) => {
                std::fs::write(root().join(FILE), &self.text)
                    .map_err(|error| format!("cannot write {FILE}: {error}"))?;
                println!("Written to {FILE}.");
                return Ok(());
            }
        };
        println!("{FILE} is left as it is: {obstacle}.");
        Ok(())
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn text(run: &Run, ceiling: f64, worst: Option<f64>) -> String {
    let figures = run.samples.figures();
    let mut lines = vec![
        "# Results".to_owned(),
        String::new(),
        "Output of `cargo bench --bench provider`. Medians of rounds in which the programs take turns; a ratio is the \
         median of the ratios of single rounds, and the spread is how much the middle half of those differ. Smaller is \
         better except for throughput. The peers are in `benches/peers`; \"no plugin\" is Terraform's own \
         `terraform_data`."
            .to_owned(),
        String::new(),
    ];
    lines.extend(machine::description().into_iter().map(|line| format!("- {line}")));
    lines.push(format!(
        "- The simulated API by itself answers {ceiling:.0} requests per second to ten clients that do nothing else. \
         Where a throughput comes near that, it is the simulator's."
    ));
    let worst = worst.map_or_else(|| "not known".to_owned(), percent);
    lines.push(format!("- Largest spread among the figures with a goal: {worst}"));
    lines.extend([String::new(), "## Goals".to_owned(), String::new()]);
    lines.push("| figure | goal | measured | |".to_owned());
    lines.push("|---|---|---|---|".to_owned());
    lines.extend(figures.iter().flat_map(goals));
    lines.extend([String::new(), "## Figures".to_owned(), String::new()]);
    let titles: Vec<_> = Column::ALL.iter().map(|column| column.title()).collect();
    lines.push(format!(
        "| figure | unit | {} | us ÷ {} | us ÷ {} | spread |",
        titles.join(" | "),
        Column::Go,
        Column::TfProvider
    ));
    lines.push(format!("|---|---|{}---|---|---|", "---|".repeat(titles.len())));
    lines.extend(figures.iter().map(line));
    if !run.notes.is_empty() {
        lines.extend([String::new(), "## What is missing, and why".to_owned(), String::new()]);
        lines.extend(run.notes.iter().map(|note| format!("- {}", note.replace('\n', " "))));
    }
    lines.join("\n") + "\n"
}

/// One line of the table of goals for each goal of a figure.
fn goals(figure: &Figure) -> Vec<String> {
    let goals = figure.verdicts().into_iter().map(|(goal, measured)| {
        let wanted = match goal {
            Goal::Ratio(other, limit) => format!("≤ {limit} × {other}"),
            Goal::AtMost(limit) => format!("≤ {limit} {}", figure.unit),
        };
        let unit = if matches!(goal, Goal::Ratio(..)) { "×" } else { figure.unit };
        let (shown, verdict) = match measured {
            None => (String::new(), "not measured".to_owned()),
            Some(value) if value <= goal.limit() => (format!("{} {unit}", number(value)), "met".to_owned()),
            Some(value) => {
                let by = percent(value / goal.limit() - 1.0);
                let profile =
                    if figure.profile.is_empty() { String::new() } else { format!(": {}", figure.profile) };
                (format!("{} {unit}", number(value)), format!("**missed by {by}**{profile}"))
            }
        };
        format!("| {} | {} | {shown} | {verdict} |", figure.name, wanted.trim_end())
    });
    goals.collect()
}

fn line(figure: &Figure) -> String {
    let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
    let cells: Vec<_> = Column::ALL.iter().map(|column| shown(figure.median(*column))).collect();
    let spread = figure.spread().map(percent).unwrap_or_default();
    format!(
        "| {} | {} | {} | {} | {} | {spread} |",
        figure.name,
        figure.unit,
        cells.join(" | "),
        shown(figure.ratio(Column::Go)),
        shown(figure.ratio(Column::TfProvider)),
    )
}

/// Three digits that mean something.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 || (value.fract() == 0.0 && large >= 1.0) => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        small if small >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}
