//! The whole life of a SIP trunk, with nothing to set up and no account:
//!
//! ```text
//! cargo run --example quickstart                # shows every step
//! cargo run --example quickstart -- --requests  # and each request of it
//! cargo run --example quickstart -- --keep      # and leaves the trunks, to go on with
//! cargo run --example quickstart -- --picture   # and draws the README's picture anew
//! cargo run --example quickstart -- --provider FILE  # with a binary that is built already
//! ```
//!
//! Builds the provider and the simulator, starts a simulated Wavix account, and runs
//! the real Terraform (or OpenTofu: from `TF_BINARY`, else `PATH`) on the configuration
//! in `examples/quickstart`. Without one it says how to get it, and goes on with a
//! stand-in for Terraform. Exits with 1 when a step fails, when something is not as it
//! says, or when a plan finds something left to do.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]
#![allow(unreachable_pub, reason = "what is shared with the tests is public there")]

#[path = "quickstart/changes.rs"]
mod changes;
#[path = "../tests/integration/support/cli.rs"]
mod cli;
#[path = "quickstart/picture.rs"]
mod picture;
#[path = "quickstart/requests.rs"]
mod requests;
#[path = "quickstart/screen.rs"]
mod screen;
#[path = "quickstart/secrets.rs"]
mod secrets;
#[path = "quickstart/stage.rs"]
mod stage;
#[path = "quickstart/steps.rs"]
mod steps;
#[path = "quickstart/without_terraform.rs"]
mod without_terraform;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cli::Cli;
use screen::{Paint, Screen};
use serde_json::Value;
use stage::{Outcome, Stage};

const BINARY: &str = "terraform-provider-wavix";
const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

const USAGE: &str = "usage: quickstart [--requests] [--keep] [--picture] [--provider FILE]

--requests  show each request to the API, not only how many there are
--keep      leave the trunks and the folder with the configuration and the state, say how to go on
            with them, and let the simulated account run until Ctrl-C
--picture   write what was shown to examples/quickstart/output.svg, the picture in the README
--provider  a binary to use instead of building one, such as that of a release";

const GET_ONE: &str = "  Terraform:  https://developer.hashicorp.com/terraform/install
  OpenTofu:   https://opentofu.org/docs/intro/install/

Put one of them on PATH, or name it:  TF_BINARY=/path/to/terraform cargo run --example quickstart";

/// What was asked for.
#[derive(Default)]
struct Wishes {
    every_request: bool,
    keep: bool,
    draw: bool,
    provider: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut wishes = Wishes::default();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--provider" => match arguments.next() {
                Some(file) => wishes.provider = Some(PathBuf::from(file)),
                None => {
                    eprintln!("--provider needs a file; {USAGE}");
                    return ExitCode::from(2);
                }
            },
            "--requests" => wishes.every_request = true,
            "--keep" => wishes.keep = true,
            "--picture" => wishes.draw = true,
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("unknown argument {other:?}; {USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let paint = paint_for_stdout();
    if let Err(error) = heed_interrupts() {
        eprintln!("cannot listen for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    let cli = match Cli::find() {
        Ok(cli) => cli,
        Err(missing) => {
            let what = if missing.was_named { "Cannot use TF_BINARY:" } else { "No Terraform:" };
            eprintln!("{} {missing}.\n\n{GET_ONE}", paint.red(what));
            if missing.was_named {
                eprintln!(
                    "Without TF_BINARY, terraform or tofu on PATH is used, or a stand-in where there is none."
                );
            }
            // Who names one wants that one, and a picture shows no stand-in.
            let none = missing.was_named || wishes.draw;
            return if none { ExitCode::FAILURE } else { ended(stand_in(&wishes, paint), paint) };
        }
    };
    // The configuration keeps its password out of the state.
    if cli.version < (1, 11) {
        eprintln!("{} is too old: write-only arguments came with 1.11.\n\n{GET_ONE}", cli.title);
        return ExitCode::FAILURE;
    }
    if wishes.draw && !cli.title.starts_with("Terraform") {
        eprintln!("{} is not what the picture shows: name Terraform in TF_BINARY.", cli.title);
        return ExitCode::FAILURE;
    }
    ended(show(&cli, &wishes, paint), paint)
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
fn stand_in(wishes: &Wishes, paint: Paint) -> Outcome<()> {
    let binary = provider_binary(wishes.provider.as_deref())?;
    let sim = stage::account()?;
    println!("\n{}", paint.bold("Meanwhile, the same with a stand-in for Terraform"));
    println!("  crates/tf-conformance, against a simulated account on {}\n", sim.base_url());
    without_terraform::show(&binary, &sim, paint, wishes.every_request, &INTERRUPTED)?;
    println!("\n{} Next: install one of the above and run this again.", paint.green("Everything worked."));
    Ok(())
}

fn show(cli: &Cli, wishes: &Wishes, paint: Paint) -> Outcome<()> {
    let binary = provider_binary(wishes.provider.as_deref())?;
    let folder = tempfile::Builder::new().prefix("wavix-quickstart-").tempdir()?;
    let screen = Screen::new(Some(paint));
    let stage = Stage::set(cli, &binary, folder.path(), &screen, &INTERRUPTED)?;
    let stage = stage.with_every_request(wishes.every_request);
    stage.play(wishes.keep)?;
    if wishes.draw {
        let picture = picture::draw(&screen.shown())?;
        fs::write(Path::new(PROJECT).join(picture::FILE), picture)
            .map_err(|error| format!("cannot write {}: {error}", picture::FILE))?;
        println!("drawn: {}", picture::FILE);
    }
    if wishes.keep {
        println!("\nThe trunks and the simulated account stay until Ctrl-C. In another terminal:\n");
        println!("{}", stage.going_on());
        println!("An empty account for the same variables, after that:\n\n{}", stage.another_simulator());
        while !INTERRUPTED.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
        }
        println!("\nkept: {}", folder.keep().display());
    }
    Ok(())
}

/// Whether somebody pressed Ctrl-C. Terraform, in the same process group, hears it too and ends, so that the step under way
/// fails, and the folder is removed on the way out.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends this program in order, and no longer at once.
fn heed_interrupts() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            INTERRUPTED.store(true, Ordering::Relaxed);
        }
    });
    Ok(())
}

/// The provider: the one that was named, or else one that is built now, unless
/// this program was started without cargo; then it must be where cargo would
/// have put it.
fn provider_binary(named: Option<&Path>) -> Outcome<PathBuf> {
    if let Some(named) = named {
        let found = named.canonicalize();
        return found.map_err(|error| format!("cannot use {}: {error}", named.display()).into());
    }
    println!("Building the provider and the simulator…\n");
    let Some(cargo) = env::var_os("CARGO") else {
        let own = env::current_exe()?;
        let beside = own.parent().and_then(Path::parent).map(|profile| profile.join(BINARY));
        let beside = beside.map(|path| path.with_extension(env::consts::EXE_EXTENSION));
        return beside
            .filter(|path| path.is_file())
            .ok_or_else(|| "start this with cargo run --example quickstart".into());
    };
    // With this program, so that the dependencies are those already built for it.
    let built = build(&cargo, &["--bin", BINARY, "--example", "quickstart"])?;
    // As `cargo run -p wavix-sim` builds it, with fewer features of its dependencies: who goes on with it does not wait.
    build(&cargo, &["-p", "wavix-sim"])?;
    built
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == BINARY)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo does not say where it put the provider".into())
}

/// Builds what `selected` says, and gives what cargo tells of it, as JSON.
fn build(cargo: &OsStr, selected: &[&str]) -> Outcome<String> {
    let mut build = Command::new(cargo);
    build.current_dir(PROJECT).args(["build", "--message-format=json-render-diagnostics"]).args(selected);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("cargo build {} failed", selected.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// On a terminal, unless `NO_COLOR` is set.
fn paint_for_stdout() -> Paint {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Paint { wanted: std::io::stdout().is_terminal() && !refused }
}
