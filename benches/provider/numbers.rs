//! What the next plan costs when hundreds of phone numbers are managed, of as many and of
//! thousands that the account owns. The peer shares the list among its reads as we do.

use std::time::Duration;

use crate::cli::Cli;
use crate::commands::{APPLY, PAIR, PLAN, programs};
use crate::samples::Goal;
use crate::workspace::{Workspace, numbers};
use crate::{Run, programs::Column};

const MANAGED: usize = 300;
/// Seconds of a machine with two cores, for all rounds.
const NEEDED: Duration = Duration::from_secs(70);
const ROUNDS: usize = 3;

pub fn measure(run: &mut Run, cli: &Cli) {
    for owned in [MANAGED, 5_000] {
        plans(run, cli, owned);
    }
}

fn plans(run: &mut Run, cli: &Cli, owned: usize) {
    let title = format!("{MANAGED} phone numbers of {owned}");
    if run.arguments.quick || !run.has_time_for(&title, NEEDED) {
        return;
    }
    println!("Measuring Terraform with {title} …");
    let mut workspaces = Vec::new();
    for (column, path) in programs(run, PAIR) {
        let adopted = Workspace::new(cli, path.as_deref(), Duration::ZERO, &numbers(MANAGED, owned))
            .and_then(|workspace| {
                workspace.own_numbers(owned);
                workspace.run(APPLY)?;
                Ok(workspace)
            });
        match adopted {
            Ok(workspace) => workspaces.push((column, workspace)),
            Err(problem) => run.note(format!("{title}, {column}: {problem}")),
        }
    }
    for _ in 0..run.arguments.rounds(ROUNDS) {
        for (column, workspace) in &workspaces {
            match workspace.run(PLAN) {
                Ok(command) => {
                    let mut add = |what: &str, unit, value: f64, goals: &[Goal]| {
                        let figure = run.samples.figure(&format!("{title}: plan no change, {what}"), unit);
                        figure.add(*column, value).goals(goals);
                    };
                    add("wall", "s", command.wall, &[]);
                    let go = |limit| [Goal::Ratio(Column::Go, limit)];
                    add("provider CPU", "s", command.plugins.processor(), &go(0.1));
                    add("provider peak memory", "MB", command.plugins.peak(), &go(0.2));
                    add("requests", "", command.requests as f64, &[]);
                }
                Err(problem) => run.note(format!("{title}, {column}: {problem}")),
            }
        }
    }
}
