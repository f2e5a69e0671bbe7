//! The whole life of a SIP trunk, with nothing to set up and no account:
//!
//! ```text
//! cargo run --example quickstart            # shows every step
//! cargo run --example quickstart -- --keep  # and leaves the folder
//! ```
//!
//! Builds the provider, starts a simulated Wavix API, and runs the real
//! Terraform (or OpenTofu: from `TF_BINARY`, else `PATH`) on the configuration
//! that the documentation shows: `examples/resources/wavix_sip_trunk`. Without
//! one it says how to get it, and goes on with a stand-in for Terraform. Exits
//! with 1 when a step fails, or when a plan finds something left to do.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]
#![allow(unreachable_pub, reason = "cli.rs is shared with the tests")]

#[path = "../tests/integration/support/cli.rs"]
mod cli;
#[path = "quickstart/without_terraform.rs"]
mod without_terraform;

use std::env;
use std::error::Error;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use cli::{Cli, Mirror};
use serde_json::{Value, json};
use wavix_sim::Sim;

const BINARY: &str = "terraform-provider-wavix";
const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
const PROVIDER: &str = "examples/provider/provider.tf";
const EXAMPLE: &str = "examples/resources/wavix_sip_trunk/resource.tf";

const GET_ONE: &str = "  Terraform:  https://developer.hashicorp.com/terraform/install
  OpenTofu:   https://opentofu.org/docs/intro/install/

Put one of them on PATH, or name it:  TF_BINARY=/path/to/terraform cargo run --example quickstart";

fn main() -> ExitCode {
    let mut keep = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--keep" => keep = true,
            "--help" | "-h" => {
                println!(
                    "usage: quickstart [--keep]\n\n--keep  leave the folder with the configuration and the state"
                );
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("unknown argument {other:?}; usage: quickstart [--keep]");
                return ExitCode::from(2);
            }
        }
    }
    let paint = Paint::for_stdout();
    let cli = match Cli::find() {
        Ok(cli) => cli,
        Err(missing) => {
            let what = if missing.was_named { "Cannot use TF_BINARY:" } else { "No Terraform:" };
            eprintln!("{} {missing}.\n\n{GET_ONE}", paint.red(what));
            // Who names one wants that one.
            return if missing.was_named { ExitCode::FAILURE } else { ended(stand_in(paint), paint) };
        }
    };
    // The example keeps its passwords out of the state.
    if cli.version < (1, 11) {
        eprintln!("{} is too old: write-only arguments came with 1.11.\n\n{GET_ONE}", cli.title);
        return ExitCode::FAILURE;
    }
    ended(show(cli, paint, keep), paint)
}

fn ended(result: Outcome<()>, paint: Paint) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{} {error}", paint.red("✗"));
            ExitCode::FAILURE
        }
    }
}

/// What can be shown without Terraform.
fn stand_in(paint: Paint) -> Outcome<()> {
    let binary = provider_binary()?;
    let sim = account()?;
    println!("\n{}", paint.bold("Meanwhile, the same with a stand-in for Terraform"));
    println!("  crates/tf-conformance, against a simulated API on {}\n", sim.base_url());
    without_terraform::show(&binary, &sim, paint)?;
    println!("\n{} Next: install one of the above and run this again.", paint.green("Everything worked."));
    Ok(())
}

/// A simulated account. The example's numbers need not belong to it.
fn account() -> Outcome<Sim> {
    Ok(Sim::builder().account(|account| account.any_caller_id = true).try_spawn()?)
}

type Outcome<T> = Result<T, Box<dyn Error>>;

fn show(cli: Cli, paint: Paint, keep: bool) -> Outcome<()> {
    let binary = provider_binary()?;
    let folder = tempfile::Builder::new().prefix("wavix-quickstart-").tempdir()?;
    let work = folder.path().join("work");
    fs::create_dir(&work)?;
    let mirror = Mirror::lay(folder.path(), &binary)?;
    let sim = account()?;

    println!("{}", paint.bold("A Wavix SIP trunk, from plan to destroy"));
    println!(
        "  {} with provider {}, against a simulated API on {}",
        cli.title,
        cli::PROVIDER_VERSION,
        sim.base_url()
    );
    println!("  {EXAMPLE}\n");

    let start = Instant::now();
    let stage = Stage { cli, mirror, work, sim, paint, example: read(EXAMPLE)? };
    let result = stage.lifecycle();
    if keep {
        println!("\nkept: {}", folder.keep().display());
    }
    result?;
    println!(
        "\n{} {:.0} s. Next: README.md, and examples/ for more.",
        paint.green("Everything worked."),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The built provider. Built now, unless this program was started without
/// cargo; then it must be where cargo would have put it.
fn provider_binary() -> Outcome<PathBuf> {
    let Some(cargo) = env::var_os("CARGO") else {
        let own = env::current_exe()?;
        let beside = own.parent().and_then(Path::parent).map(|profile| profile.join(BINARY));
        let beside = beside.map(|path| path.with_extension(env::consts::EXE_EXTENSION));
        return beside
            .filter(|path| path.is_file())
            .ok_or_else(|| "start this with cargo run --example quickstart".into());
    };
    let mut build = Command::new(cargo);
    build.current_dir(PROJECT).args([
        "build",
        "--bin",
        BINARY,
        // With this program, so that the dependencies are those already built for it.
        "--example",
        "quickstart",
        "--message-format=json-render-diagnostics",
    ]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the provider cannot be built".into());
    }
    String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == BINARY)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo does not say where it put the provider".into())
}

/// Everything a step needs.
struct Stage {
    cli: Cli,
    mirror: Mirror,
    work: PathBuf,
    sim: Sim,
    paint: Paint,
    example: String,
}

impl Stage {
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
        self.sim.edit_trunk(edited, |trunk| trunk.label = "Edited in the portal".to_owned());
        let repair = self.step("repair what somebody edited in the portal", &["apply", "-auto-approve"])?;
        if !repair.contains("1 changed") {
            return Err(format!("the edit in the portal was not noticed\n{repair}").into());
        }
        self.nothing_left_to_do()?;

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
        let paint = self.paint;
        let journal = self.sim.journal();
        journal.clear();
        let mut command = self.mirror.command(&self.cli, &self.work);
        command
            .args(arguments.first())
            .args(["-input=false", "-no-color"])
            .args(arguments.iter().skip(1))
            .env("WAVIX_API_KEY", self.sim.api_key())
            .env("WAVIX_BASE_URL", self.sim.base_url())
            // What the example leaves to the user to choose.
            .envs(variables(&self.example).map(|name| (format!("TF_VAR_{name}"), "a-quickstart-password")));
        let start = Instant::now();
        let output = command.output()?;
        let seconds = start.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let shown = format!("{} {}", self.program(), arguments.join(" "));

        if !output.status.success() {
            println!("{} {}  {}", paint.red("✗"), paint.bold(&shown), paint.dim(purpose));
            return Err(format!("{shown} failed\n\n{said}{}", String::from_utf8_lossy(&output.stderr)).into());
        }
        println!(
            "{} {}  {}",
            paint.green("✓"),
            paint.bold(&shown),
            paint.dim(&format!("{purpose}, {seconds:.1} s"))
        );
        if let Some(outcome) = outcome(&said) {
            println!("    {outcome}");
        }
        for entry in journal.entries() {
            println!("    {}", paint.cyan(&format!("→ {entry}")));
        }
        Ok(said)
    }

    fn program(&self) -> String {
        self.cli.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
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

/// Colour, where it is wanted.
#[derive(Clone, Copy)]
struct Paint {
    wanted: bool,
}

impl Paint {
    /// On a terminal, unless `NO_COLOR` is set.
    fn for_stdout() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { wanted: std::io::stdout().is_terminal() && !refused }
    }

    fn style(self, code: &str, text: &str) -> String {
        if self.wanted { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.style("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.style("2", text)
    }

    fn red(self, text: &str) -> String {
        self.style("31", text)
    }

    fn green(self, text: &str) -> String {
        self.style("32", text)
    }

    fn cyan(self, text: &str) -> String {
        self.style("36", text)
    }
}
