//! The steps: the real Terraform on the example of the documentation, against a simulated account. Each is shown with its
//! outcome and with what reached the API.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::json;
use wavix_sim::Sim;

use super::cli::{self, Cli, Mirror};
use super::requests;
use super::screen::{Paint, Screen};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
const PROVIDER: &str = "examples/provider/provider.tf";
const EXAMPLE: &str = "examples/resources/wavix_sip_trunk/resource.tf";

/// What a step gives, or why it could not.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// A simulated account. The example's numbers need not belong to it.
pub fn account() -> Outcome<Sim> {
    Ok(Sim::builder().account(|account| account.any_caller_id = true).try_spawn()?)
}

/// What the example leaves to the user to choose.
const PASSWORD: &str = "a-quickstart-password";

/// Everything a step needs.
pub struct Stage<'a> {
    cli: &'a Cli,
    mirror: Mirror,
    work: PathBuf,
    sim: Sim,
    screen: &'a Screen,
    example: String,
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
        Ok(Self { cli, mirror, work, sim: account()?, screen, example: read(EXAMPLE)?, interrupted })
    }

    /// Every step, from `init` to `destroy`; without the last if the trunks are to be kept.
    pub fn play(&self, keep: bool) -> Outcome<()> {
        let start = Instant::now();
        self.screen.line(&Paint::ALWAYS.bold("A Wavix SIP trunk, from plan to destroy"));
        self.screen.line(&format!(
            "  {} with provider {}, against a simulated API on {}",
            self.cli.title,
            cli::PROVIDER_VERSION,
            self.sim.base_url()
        ));
        self.screen.line(&format!("  {EXAMPLE}\n"));
        self.lifecycle()?;
        if !keep {
            self.remove_everything()?;
        }
        self.screen.line(&format!(
            "\n{} {:.0} s. Next: README.md, and examples/ for more.",
            Paint::ALWAYS.green("Everything worked."),
            start.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    fn lifecycle(&self) -> Outcome<()> {
        let example = self.example.as_str();
        self.write("provider.tf", &read(PROVIDER)?)?;
        self.write("main.tf", example)?;

        self.step("install the provider", &["init"])?;
        self.step("what would happen", &["plan"])?;
        self.step("make it so", &["apply", "-auto-approve"])?;
        self.nothing_left_to_do()?;

        // Any change will do; every trunk has a label.
        let changed = relabelled(example).ok_or("the example has no label to change")?;
        self.write("main.tf", &changed)?;
        self.step("change a label", &["apply", "-auto-approve"])?;
        self.nothing_left_to_do()?;

        let id = self.sim.add_trunk(json!({ "label": "Made in the portal", "callerid": "13132847320" }));
        self.write(
            "portal.tf",
            "resource \"wavix_sip_trunk\" \"portal\" {\n  label    = \"Made in the portal\"\n  callerid = \"+1 313 284-7320\"\n}\n",
        )?;
        self.step(
            "take over a trunk made in the portal",
            &["import", "wavix_sip_trunk.portal", &id.to_string()],
        )?;
        self.nothing_left_to_do()?;

        let edited = self.sim.trunks().into_iter().map(|trunk| trunk.id).find(|other| *other != id);
        let edited = edited.ok_or("the example made no trunk")?;
        // Not the label: after an update, a read that shows the argument as it was before may be an old one, and is made
        // again for a while.
        self.sim.edit_trunk(edited, |trunk| trunk.didinfo_enabled = !trunk.didinfo_enabled);
        let repair = self.step("repair what somebody edited in the portal", &["apply", "-auto-approve"])?;
        if !repair.contains("1 changed") {
            return Err(format!("the edit in the portal was not noticed\n{repair}").into());
        }
        self.nothing_left_to_do()
    }

    /// What to type in a shell to go on, as long as the simulated API is there.
    pub fn going_on(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut shell = format!("cd {}\n", quoted(&self.work.to_string_lossy()));
        for (name, value) in self.variables() {
            shell.push_str(&format!("export {name}={}\n", quoted(&value)));
        }
        shell.push_str(&format!("# Its requests in a browser: {}/\n", self.sim.base_url()));
        shell.push_str(&format!("{} plan\n", quoted(&self.cli.path.to_string_lossy())));
        shell
    }

    fn variables(&self) -> Vec<(String, String)> {
        let own = [
            ("TF_CLI_CONFIG_FILE", self.mirror.settings().to_string_lossy().into_owned()),
            ("WAVIX_API_KEY", self.sim.api_key().to_owned()),
            ("WAVIX_BASE_URL", self.sim.base_url()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        own.chain(variables(&self.example).map(|name| (format!("TF_VAR_{name}"), PASSWORD.to_owned())))
            .collect()
    }

    fn remove_everything(&self) -> Outcome<()> {
        self.step("remove everything", &["destroy", "-auto-approve"])?;
        match self.sim.trunks().as_slice() {
            [] => Ok(()),
            left => Err(format!("{} trunks are left after destroy", left.len()).into()),
        }
    }

    fn nothing_left_to_do(&self) -> Outcome<()> {
        let said = self.step("nothing left to do", &["plan", "-detailed-exitcode"])?;
        if said.contains("No changes.") {
            Ok(())
        } else {
            Err(format!("the plan is not empty\n{said}").into())
        }
    }

    fn write(&self, file: &str, content: &str) -> Outcome<()> {
        Ok(fs::write(self.work.join(file), content)?)
    }

    /// Runs one command and shows it, its outcome, and what reached the API.
    fn step(&self, purpose: &str, arguments: &[&str]) -> Outcome<String> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err("interrupted".into());
        }
        let paint = Paint::ALWAYS;
        let journal = self.sim.journal();
        journal.clear();
        let mut command = self.mirror.command(self.cli, &self.work);
        command
            .args(arguments.first())
            .args(["-input=false", "-no-color"])
            .args(arguments.iter().skip(1))
            .envs(self.variables());
        let start = Instant::now();
        let output = command.output()?;
        let seconds = start.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let shown = format!("{} {}", self.program(), arguments.join(" "));

        if !output.status.success() {
            self.screen.line(&format!("{} {}  {}", paint.red("✗"), paint.bold(&shown), paint.dim(purpose)));
            return Err(format!("{shown} failed\n\n{said}{}", String::from_utf8_lossy(&output.stderr)).into());
        }
        self.screen.line(&format!(
            "{} {}  {}",
            paint.green("✓"),
            paint.bold(&shown),
            paint.dim(&format!("{purpose}, {seconds:.1} s"))
        ));
        if let Some(outcome) = outcome(&said) {
            self.screen.line(&format!("    {outcome}"));
        }
        for line in requests::shown(&journal.entries(), paint) {
            self.screen.line(&line);
        }
        Ok(said)
    }

    /// The command, as a shell knows it.
    pub fn program(&self) -> String {
        let name = self.cli.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_suffix(env::consts::EXE_SUFFIX).unwrap_or(&name).to_owned()
    }
}

/// The last line in which Terraform sums up.
fn outcome(said: &str) -> Option<&str> {
    const SUMMARIES: [&str; 6] = [
        "Plan: ",
        "No changes.",
        "Apply complete!",
        "Destroy complete!",
        "Import successful!",
        "- Installed ",
    ];
    said.lines().map(str::trim).rfind(|line| SUMMARIES.iter().any(|summary| line.starts_with(summary)))
}

/// A file of this project.
fn read(path: &str) -> Outcome<String> {
    let path = Path::new(PROJECT).join(path);
    fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

/// The names of the variables that the configuration declares.
fn variables(configuration: &str) -> impl Iterator<Item = &str> {
    configuration.lines().filter_map(|line| line.strip_prefix("variable \"")?.split('"').next())
}

/// The configuration with another first label.
fn relabelled(configuration: &str) -> Option<String> {
    let line =
        configuration.lines().find(|line| line.trim_start().starts_with("label ") && line.contains('"'))?;
    let (before, _) = line.split_once('"')?;
    Some(configuration.replacen(line, &format!("{before}\"Changed by the quickstart\""), 1))
}
