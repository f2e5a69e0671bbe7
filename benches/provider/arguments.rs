//! What a run measures, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use crate::Problem;

pub const USAGE: &str = "\
Usage: cargo bench --bench provider -- [OPTIONS] [FIGURES]...

FIGURES choose groups: sizes, start, rpc, commands. Default: all.

Options:
  --quick        One round of each figure; shows that everything works, and is never written down
  --minutes N    Begin no figure that would not end in time [default: 10]
  --no-peers     Measure this provider alone
  --binary PATH  Measure this build of it instead of making one
  -h, --help     Print this";

/// What remains of a quarter of an hour when the harness itself was built.
const DEFAULT_MINUTES: u64 = 10;
const GROUPS: [&str; 4] = ["sizes", "start", "rpc", "commands"];

#[derive(Debug)]
pub struct Arguments {
    /// One round only.
    pub quick: bool,
    /// With what people would use instead.
    pub peers: bool,
    /// Ours, if it is not to be built.
    pub binary: Option<PathBuf>,
    /// For everything after the harness was built.
    pub time: Duration,
    groups: Vec<String>,
}

impl Arguments {
    /// `None` when help is asked for.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, Problem> {
        let minutes = |number: u64| Duration::from_secs(number * 60);
        let mut this = Self {
            quick: false,
            peers: true,
            binary: None,
            time: minutes(DEFAULT_MINUTES),
            groups: Vec::new(),
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                // Cargo's own.
                "--bench" => {}
                "--quick" => this.quick = true,
                "--no-peers" => this.peers = false,
                "--binary" => this.binary = Some(words.next().ok_or("--binary needs a path")?.into()),
                "--minutes" => {
                    let number = words.next().ok_or("--minutes needs a number")?;
                    this.time = minutes(number.parse().map_err(|_| format!("{number:?} is no number"))?);
                }
                "-h" | "--help" => return Ok(None),
                group if GROUPS.contains(&group) => this.groups.push(word),
                other => return Err(format!("unknown argument {other:?}").into()),
            }
        }
        Ok(Some(this))
    }

    pub fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|wanted| wanted == group)
    }

    /// Whether the run has everything that the results say.
    pub fn is_complete(&self) -> bool {
        !self.quick && self.peers && self.binary.is_none() && self.groups.is_empty()
    }

    /// How often a figure is taken.
    pub fn rounds(&self, usual: usize) -> usize {
        if self.quick { 1 } else { usual }
    }
}
