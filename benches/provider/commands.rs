//! What users wait for: the real Terraform with each program, from one trunk
//! to thousands, and with twenty configurations of the provider.

use std::path::PathBuf;
use std::time::Duration;

use crate::Run;
use crate::cli::Cli;
use crate::numbers;
use crate::programs::Column;
use crate::samples::Goal;
use crate::workspace::{Command, Workspace, aliases, many};

const VALIDATE: &[&str] = &["validate", "-no-color"];
pub const PLAN: &[&str] = &["plan", "-input=false", "-no-color", "-lock=false"];
const PLAN_WITHOUT_REFRESH: &[&str] = &["plan", "-input=false", "-no-color", "-lock=false", "-refresh=false"];
pub const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false", "-no-color"];
const DESTROY: &[&str] = &["apply", "-destroy", "-auto-approve", "-input=false", "-no-color"];

/// Terraform itself takes most of it, for each program.
const DESTROY_OF_1000: Duration = Duration::from_secs(140);
/// A real API's answer takes about so long.
const LATENCY: Duration = Duration::from_millis(50);
const ALIASES: usize = 20;

/// One size: which commands, how often, for whom.
struct Series {
    count: usize,
    latency: Duration,
    rounds: usize,
    columns: &'static [Column],
    /// Whether everything is created and destroyed, or planned only.
    lives: bool,
    /// Seconds of a machine with two cores, for all rounds.
    needed: u64,
}

const ALL: &[Column] = &[Column::Us, Column::Go, Column::TfProvider, Column::Floor];
pub const PAIR: &[Column] = &[Column::Us, Column::Go];

/// What has goals.
static WITH_GOALS: [Series; 3] = [
    Series { count: 100, latency: Duration::ZERO, rounds: 3, columns: ALL, lives: true, needed: 60 },
    Series { count: 300, latency: Duration::ZERO, rounds: 3, columns: PAIR, lives: true, needed: 60 },
    Series { count: 1_000, latency: Duration::ZERO, rounds: 3, columns: PAIR, lives: true, needed: 190 },
];
/// The others, the most important first.
static OTHERS: [Series; 7] = [
    Series { count: 1, latency: Duration::ZERO, rounds: 3, columns: ALL, lives: true, needed: 25 },
    Series { count: 10, latency: Duration::ZERO, rounds: 3, columns: ALL, lives: true, needed: 25 },
    Series { count: 100, latency: LATENCY, rounds: 1, columns: PAIR, lives: true, needed: 25 },
    Series { count: 10, latency: LATENCY, rounds: 1, columns: PAIR, lives: true, needed: 10 },
    Series { count: 1, latency: LATENCY, rounds: 1, columns: PAIR, lives: true, needed: 10 },
    // Once, to show how it grows.
    Series {
        count: 5_000,
        latency: Duration::ZERO,
        rounds: 1,
        columns: &[Column::Us],
        lives: false,
        needed: 60,
    },
    // Only with more time than the usual run has.
    Series { count: 1_000, latency: LATENCY, rounds: 1, columns: PAIR, lives: true, needed: 200 },
];

pub fn measure(run: &mut Run) {
    if !run.arguments.wants("commands") {
        return;
    }
    let cli = match Cli::find() {
        Ok(cli) => cli,
        Err(missing) => {
            run.note(format!("all commands of Terraform are missing: {missing}."));
            return;
        }
    };
    for series in &WITH_GOALS {
        many_trunks(run, &cli, series);
    }
    numbers::measure(run, &cli);
}

/// What has no goals.
pub fn measure_more(run: &mut Run) {
    if !run.arguments.wants("commands") {
        return;
    }
    // That it is missing was said.
    let Ok(cli) = Cli::find() else { return };
    many_aliases(run, &cli);
    for series in &OTHERS {
        many_trunks(run, &cli, series);
    }
}

fn many_trunks(run: &mut Run, cli: &Cli, series: &Series) {
    let quick = run.arguments.quick;
    if quick && series.count > 100 {
        return;
    }
    let latency = series.latency.as_millis();
    let title = format!("{} trunks, API latency {latency} ms", series.count);
    let rounds = run.arguments.rounds(series.rounds);
    let needed = if quick { 0 } else { series.needed };
    if !run.has_time_for(&title, Duration::from_secs(needed)) {
        return;
    }
    println!("Measuring Terraform with {title} …");
    let programs = programs(run, series.columns);
    let mut workspaces = Vec::new();
    for (column, path) in &programs {
        match Workspace::new(cli, path.as_deref(), series.latency, &many(*column, series.count)) {
            Ok(workspace) => workspaces.push((*column, workspace)),
            Err(problem) => run.note(format!("{title}, {column}: {problem}")),
        }
    }
    let commands: Vec<(&str, &[&str], usize)> = if series.lives {
        // A large apply is not repeated: the plans around it are what has goals.
        let lives = if series.count > 100 { 1 } else { rounds };
        let unread = if series.count > 300 { 1 } else { rounds };
        vec![
            ("validate", VALIDATE, rounds),
            ("plan create", PLAN, rounds),
            ("apply", APPLY, lives),
            ("plan no change", PLAN, rounds),
            ("plan no change, -refresh=false", PLAN_WITHOUT_REFRESH, unread),
            ("destroy", DESTROY, lives),
        ]
    } else {
        vec![("validate", VALIDATE, rounds), ("plan create", PLAN, rounds)]
    };
    let repeats_life = series.lives && series.count <= 100;
    if repeats_life {
        for _ in 0..rounds {
            for (name, arguments, _) in &commands {
                in_turn(run, &mut workspaces, &title, name, arguments, series);
            }
        }
    } else {
        for (name, arguments, times) in &commands {
            let destroys = *name == "destroy" && series.count >= 1_000;
            if destroys && !run.has_time_for(&format!("{title}: {name}"), DESTROY_OF_1000) {
                continue;
            }
            for _ in 0..*times {
                in_turn(run, &mut workspaces, &title, name, arguments, series);
            }
        }
    }
}

/// One command with one program after the other. A program that fails is left
/// out from then on: what it would do next means nothing.
fn in_turn(
    run: &mut Run,
    workspaces: &mut Vec<(Column, Workspace)>,
    title: &str,
    name: &str,
    arguments: &[&str],
    series: &Series,
) {
    workspaces.retain(|(column, workspace)| match workspace.run(arguments) {
        Ok(command) => {
            record(run, *column, title, name, &command, series);
            true
        }
        Err(problem) => {
            run.note(format!("{title}, {column}: {problem}"));
            false
        }
    });
}

fn record(run: &mut Run, column: Column, title: &str, name: &str, command: &Command, series: &Series) {
    let mut add = |what: &str, unit, value: f64, goals: &[Goal], profile| {
        let figure = run.samples.figure(&format!("{title}: {name}, {what}"), unit);
        figure.add(column, value).goals(goals).profile(profile);
    };
    let go = |limit| [Goal::Ratio(Column::Go, limit)];
    let quiet = series.latency.is_zero();
    let plan = name == "plan create" || name == "plan no change";
    match (series.count, name) {
        (1_000, _) if quiet && plan => add("wall", "s", command.wall, &go(0.6), CORE),
        (100, "apply") if quiet => add("wall", "s", command.wall, &go(0.7), CORE),
        _ => add("wall", "s", command.wall, &[], ""),
    }
    if column == Column::Floor {
        return;
    }
    if plan || name == "apply" {
        let (processor, peak) = (command.plugins.processor(), command.plugins.peak());
        let of_300 = series.count == 300 && quiet && plan;
        add("provider CPU", "s", processor, if of_300 { &[Goal::Ratio(Column::Go, 0.1)] } else { &[] }, "");
        add(
            "provider peak memory",
            "MB",
            peak,
            if of_300 { &[Goal::Ratio(Column::Go, 0.2)] } else { &[] },
            "",
        );
    }
    if command.requests > 0 {
        add("requests", "", command.requests as f64, &[], "");
        let of_100 = quiet && series.count == 100;
        let goal: &[Goal] = if of_100 { &[Goal::AtMost(10.0)] } else { &[] };
        let processes = if plan { "" } else { PROCESSES };
        add("connections", "", command.connections as f64, goal, processes);
    }
}

/// What the rows around a wall time say about it.
const CORE: &str = "the provider's own processor time in it stands in the next row; the rest is Terraform's";

/// Why an apply has more connections than a plan.
const PROCESSES: &str = "Terraform plans in one process and applies in another, and each keeps its own connections, \
                         one for each of the ten objects under way";

fn many_aliases(run: &mut Run, cli: &Cli) {
    let title = format!("{ALIASES} provider aliases");
    if !run.has_time_for(&title, Duration::from_secs(25)) {
        return;
    }
    println!("Measuring Terraform with {title} …");
    let mut workspaces = Vec::new();
    for (column, path) in programs(run, &Column::TRUNKS) {
        match Workspace::new(cli, path.as_deref(), Duration::ZERO, &aliases(ALIASES)) {
            Ok(workspace) => workspaces.push((column, workspace)),
            Err(problem) => run.note(format!("{title}, {column}: {problem}")),
        }
    }
    for _ in 0..run.arguments.rounds(3) {
        for (column, workspace) in &workspaces {
            match workspace.run(PLAN) {
                Ok(command) => record_aliases(run, *column, &title, &command),
                Err(problem) => run.note(format!("{title}, {column}: {problem}")),
            }
        }
    }
}

fn record_aliases(run: &mut Run, column: Column, title: &str, command: &Command) {
    run.samples.figure(&format!("{title}: plan create, wall"), "s").add(column, command.wall);
    let memory = command.plugins.sum_of_peaks();
    run.samples.figure(&format!("{title}: plan create, memory of all processes"), "MB").add(column, memory);
}

/// The programs for these columns; the floor needs none.
pub fn programs(run: &Run, columns: &[Column]) -> Vec<(Column, Option<PathBuf>)> {
    columns
        .iter()
        .filter_map(|column| match column {
            Column::Floor => Some((*column, None)),
            column => run.programs.path(*column).map(|path| (*column, Some(path.to_owned()))),
        })
        .collect()
}
