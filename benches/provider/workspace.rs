//! A directory in which Terraform is run with one of the measured programs
//! against a simulated API.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use wavix_sim::{Sim, VERIFIED_NUMBERS};

use crate::Problem;
use crate::cli::{Cli, Mirror};
use crate::process::{Plugins, own_group, watch};
use crate::programs::Column;

/// The longest one command may take.
const LONGEST: Duration = Duration::from_secs(180);

/// One command's costs.
pub struct Command {
    /// Seconds.
    pub wall: f64,
    pub plugins: Plugins,
    pub requests: usize,
    pub connections: u64,
}

pub struct Workspace {
    sim: Sim,
    mirror: Mirror,
    cli: Cli,
    directory: PathBuf,
    _scratch: tempfile::TempDir,
}

impl Workspace {
    /// Writes a configuration and initialises the directory. `None` as program
    /// is Terraform without a plugin.
    pub fn new(
        cli: &Cli,
        program: Option<&Path>,
        latency: Duration,
        configuration: &str,
    ) -> Result<Self, Problem> {
        let scratch = tempfile::Builder::new().prefix("bench-").tempdir()?;
        let mirror = Mirror::lay(scratch.path(), program.unwrap_or(&cli.path))?;
        let directory = scratch.path().join("work");
        std::fs::create_dir(&directory)?;
        std::fs::write(directory.join("main.tf"), configuration)?;
        let sim = Sim::builder().behaviour(|behaviour| behaviour.latency = latency).try_spawn()?;
        let this = Self { sim, mirror, cli: cli.clone(), directory, _scratch: scratch };
        this.run(&["init", "-no-color", "-input=false"])?;
        this.forget_hashes()?;
        Ok(this)
    }

    /// With hashes in the lock file, every command would read and hash the
    /// whole binary: a cost of the size that is shown elsewhere.
    fn forget_hashes(&self) -> Result<(), Problem> {
        let path = self.directory.join(".terraform.lock.hcl");
        let Ok(lock) = std::fs::read_to_string(&path) else { return Ok(()) };
        if let Some((head, rest)) = lock.split_once("  hashes = [")
            && let Some((_, tail)) = rest.split_once("]\n")
        {
            std::fs::write(path, format!("{head}{tail}"))?;
        }
        Ok(())
    }

    /// Gives the account so many phone numbers.
    pub fn own_numbers(&self, count: usize) {
        self.sim.add_phone_numbers(count);
    }

    /// Runs a command, which must succeed.
    pub fn run(&self, arguments: &[&str]) -> Result<Command, Problem> {
        let what = arguments.join(" ");
        let log = self.directory.join("output.txt");
        let output = std::fs::File::create(&log)?;
        let mut command = self.mirror.command(&self.cli, &self.directory);
        command
            .args(arguments)
            .env("WAVIX_API_KEY", self.sim.api_key())
            .env("WAVIX_BASE_URL", self.sim.base_url())
            .stdout(Stdio::from(output.try_clone()?))
            .stderr(Stdio::from(output));
        own_group(&mut command);
        self.sim.journal().clear();
        let connections = self.sim.journal().connections();
        let (status, wall, plugins) =
            watch(command.spawn()?, LONGEST).map_err(|problem| format!("`{what}`: {problem}"))?;
        if !status.success() {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let end: String = text.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect();
            return Err(format!("`{what}` ended with {status}: {end}").into());
        }
        let journal = self.sim.journal();
        Ok(Command {
            wall,
            plugins,
            requests: journal.entries().len(),
            connections: journal.connections() - connections,
        })
    }
}

const PROVIDER: &str = r#"terraform {
  required_providers {
    wavix = {
      source = "wavix/wavix"
    }
  }
}
"#;

/// So many trunks, or so many objects of Terraform's own.
pub fn many(column: Column, count: usize) -> String {
    if column == Column::Floor {
        return format!(
            "resource \"terraform_data\" \"many\" {{\n  count = {count}\n  input = \"Trunk ${{count.index}}\"\n}}\n"
        );
    }
    let callerid = VERIFIED_NUMBERS.first().copied().unwrap_or_default();
    format!(
        r#"{PROVIDER}
resource "wavix_sip_trunk" "many" {{
  count       = {count}
  label       = "Trunk ${{count.index}}"
  callerid    = "{callerid}"
  password    = "correct-horse-${{count.index}}"
  allowed_ips = ["203.0.113.10", "203.0.113.11"]
}}
"#
    )
}

/// So many phone numbers: the last of those that the account owns.
pub fn numbers(count: usize, owned: usize) -> String {
    format!(
        r#"{PROVIDER}
resource "wavix_phone_number" "many" {{
  count           = {count}
  number          = "+${{12565378257 + {owned} - {count} + count.index}}"
  destinations    = [{{ phone_number = "+1 313 284 7320" }}, {{ sip_uri = "[did]@pbx.example.com" }}]
  call_status_url = "https://hooks.example.com/calls"
}}
"#
    )
}

/// One trunk in each of so many provider configurations.
pub fn aliases(count: usize) -> String {
    let callerid = VERIFIED_NUMBERS.first().copied().unwrap_or_default();
    let blocks: String = (0..count)
        .map(|number| {
            format!(
                r#"
provider "wavix" {{
  alias = "a{number}"
}}

resource "wavix_sip_trunk" "a{number}" {{
  provider = wavix.a{number}
  label    = "Trunk {number}"
  callerid = "{callerid}"
  password = "correct-horse-{number}"
}}
"#
            )
        })
        .collect();
    format!("{PROVIDER}{blocks}")
}
