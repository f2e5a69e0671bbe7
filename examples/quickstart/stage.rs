//! What the steps are made of: the real Terraform in a folder of its own, against a simulated account. Each step is shown with
//! what it proves and with what reached the API. The steps themselves are in `steps.rs`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use wavix_sim::{Entry, Sim};

use super::cli::{Cli, Mirror};
use super::requests;
use super::screen::{Paint, Screen};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// What a step gives, or why it could not.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// A simulated account, with a phone number.
pub fn account() -> Outcome<Sim> {
    Ok(Sim::builder().phone_numbers(1).try_spawn()?)
}

/// What the configuration leaves to the user to choose.
pub const PASSWORD: &str = "a-quickstart-password";

/// The log of all steps, at the level that says most.
pub const LOG: &str = "trace.log";

/// Everything a step needs.
pub struct Stage<'a> {
    cli: &'a Cli,
    mirror: Mirror,
    pub(super) work: PathBuf,
    pub(super) sim: Sim,
    screen: &'a Screen,
    every_request: bool,
    interrupted: &'a AtomicBool,
}

impl<'a> Stage<'a> {
    /// Prepares a run in `folder` of the provider in `binary`. No step begins once it is `interrupted`.
    pub fn set(
        cli: &'a Cli,
        binary: &Path,
        folder: &Path,
        screen: &'a Screen,
        interrupted: &'a AtomicBool,
    ) -> Outcome<Self> {
        let work = folder.join("work");
        fs::create_dir(&work)?;
        let mirror = Mirror::lay(folder, binary)?;
        Ok(Self { cli, mirror, work, sim: account()?, screen, every_request: false, interrupted })
    }

    /// Shows each request of each step.
    pub fn with_every_request(mut self, wanted: bool) -> Self {
        self.every_request = wanted;
        self
    }

    /// What to type in a shell to go on, as long as the simulated account is there.
    pub fn going_on(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut shell = format!("cd {}\n", quoted(&self.work.to_string_lossy()));
        shell.push_str("# With these, Terraform finds the provider and the account in any folder.\n");
        for (name, value) in self.variables() {
            shell.push_str(&format!("export {name}={}\n", quoted(&value)));
        }
        shell.push_str(&format!("# Its trunks and requests in a browser: {}/\n", self.sim.base_url()));
        shell.push_str(&format!("{} plan\n", quoted(&self.cli.path.to_string_lossy())));
        shell
    }

    /// A simulator for the same variables, without the trunks.
    pub fn another_simulator(&self) -> String {
        let (port, key) = (self.sim.address().port(), self.sim.api_key());
        format!("cargo run -p wavix-sim -- --port {port} --api-key {key} --numbers 1")
    }

    fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("TF_CLI_CONFIG_FILE", self.mirror.settings().to_string_lossy().into_owned()),
            ("TF_VAR_sip_password", PASSWORD.to_owned()),
            ("WAVIX_API_KEY", self.sim.api_key().to_owned()),
            ("WAVIX_BASE_URL", self.sim.base_url()),
        ]
    }

    /// The command, as a shell knows it.
    pub fn program(&self) -> String {
        let name = self.cli.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_suffix(env::consts::EXE_SUFFIX).unwrap_or(&name).to_owned()
    }

    /// The first line of `version`.
    pub(super) fn title(&self) -> &str {
        &self.cli.title
    }

    /// Shows a line.
    pub(super) fn line(&self, text: &str) {
        self.screen.line(text);
    }

    pub(super) fn write(&self, file: &str, content: &str) -> Outcome<()> {
        Ok(fs::write(self.work.join(file), content)?)
    }

    /// Runs a command, shows that it went well and what that `proves`, and gives what it printed.
    pub(super) fn step(&self, command: &str, proves: &str, arguments: &[&str]) -> Outcome<String> {
        let said = self.run(command, arguments)?;
        self.proven(&format!("{} {command}", self.program()), proves);
        Ok(said)
    }

    /// A line for what was shown to be so.
    pub(super) fn proven(&self, what: &str, proves: &str) {
        let paint = Paint::ALWAYS;
        self.line(&format!("{} {}  {proves}", paint.green("✓"), paint.bold(what)));
    }

    /// Something to see below a step.
    pub(super) fn fact(&self, text: &str) {
        self.line(&format!("    {text}"));
    }

    /// Shows the requests of the last step, and that nothing is left to do after it.
    pub(super) fn requests_and_next_plan(&self) -> Outcome<()> {
        let requests = self.sim.journal().entries();
        let said = self.run("plan", &["-detailed-exitcode"])?;
        if !said.contains("No changes.") {
            return Err(format!("the next plan is not empty\n{said}").into());
        }
        let plan = self.sim.journal().entries();
        let (of_step, of_plan) = (requests::summary(&requests), requests::summary(&plan));
        self.requests(&requests, &format!("Requests: {of_step}. The next plan ({of_plan}): no changes."));
        Ok(())
    }

    /// Shows requests in one line, or all of them below it.
    pub(super) fn requests(&self, requests: &[Entry], summary: &str) {
        let paint = Paint::ALWAYS;
        self.fact(&paint.dim(summary));
        if self.every_request {
            requests::shown(requests, paint).iter().for_each(|line| self.line(line));
        }
    }

    /// Runs one command. Afterwards the journal holds its requests.
    fn run(&self, command: &str, arguments: &[&str]) -> Outcome<String> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err("interrupted".into());
        }
        self.sim.journal().clear();
        let output = self
            .mirror
            .command(self.cli, &self.work)
            .args([command, "-input=false", "-no-color"])
            .args(arguments)
            .envs(self.variables())
            .env("TF_LOG", "TRACE")
            .env("TF_LOG_PATH", self.work.join(LOG))
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let shown = format!("{} {command}", self.program());
        self.line(&format!("{} {}", Paint::ALWAYS.red("✗"), Paint::ALWAYS.bold(&shown)));
        Err(format!("{shown} failed\n\n{said}{}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

/// A file of this project.
pub fn read(path: &str) -> Outcome<String> {
    let path = Path::new(PROJECT).join(path);
    fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}
