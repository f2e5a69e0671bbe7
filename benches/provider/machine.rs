//! Where a run took place: without it nobody can judge a number.

use std::process::{Command, Stdio};
use std::thread;

use crate::programs::{Column, root};

/// What stands above the table, a line each.
pub fn description() -> Vec<String> {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown memory".to_owned());
    let system = first_line("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned());
    let date = time::OffsetDateTime::now_utc().date();
    let version = |program: &str, arguments: &[&str]| {
        first_line(program, arguments).unwrap_or_else(|| format!("no {program}"))
    };
    vec![
        format!("Date: {date}"),
        format!("Machine: {processor}, {cores} cores, {memory}, {system}"),
        format!(
            "Tools: {}, {}, {}",
            version("rustc", &["--version"]),
            version("go", &["version"]),
            terraform()
        ),
        format!(
            "Peers: {} on terraform-plugin-framework {}, {} on tf-provider {}",
            Column::Go,
            pinned("benches/peers/go-framework/go.mod", "hashicorp/terraform-plugin-framework v"),
            Column::TfProvider,
            pinned("benches/peers/tf-provider/Cargo.toml", "tf-provider = \""),
        ),
    ]
}

fn terraform() -> String {
    crate::cli::Cli::find().map_or_else(|missing| missing.to_string(), |cli| cli.title)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned).filter(|line| !line.is_empty())
}

/// The version that a peer's manifest asks for.
fn pinned(file: &str, before: &str) -> String {
    let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.chars().take_while(|character| character.is_ascii_digit() || *character == '.').collect()
}
