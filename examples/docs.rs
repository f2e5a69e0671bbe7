//! Writes `docs/`, the pages of the Terraform Registry, and the golden schema:
//!
//! ```text
//! cargo run --example docs              # writes what has changed
//! cargo run --example docs -- --check   # only says what has
//! ```
//!
//! The pages are made of the built provider's schema, of `examples/`,
//! `templates/` and of the `documentation.json` beside each object's code. The
//! provider is asked as Terraform asks it, but Terraform is not needed. Exits
//! with 1 when something is wrong or, with `--check`, out of date; what was
//! there then stays as it was.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(unreachable_pub, reason = "shared with the tests")]

#[path = "../tests/integration/documentation/pages.rs"]
mod pages;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const BINARY: &str = "terraform-provider-wavix";
const USAGE: &str = "usage: docs [--check]\n\n--check  write nothing; say what is out of date, and exit with 1 if anything is";

fn main() -> ExitCode {
    let mut check = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
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
    match run(check) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("docs: {error}\nNothing was written.");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<ExitCode, Box<dyn Error>> {
    let binary = provider_binary()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let made = runtime.block_on(pages::of_provider(&binary))?;
    let differences = made.differences()?;
    if differences.is_empty() {
        println!("docs/ and {} are up to date", pages::SCHEMA);
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        eprintln!("{}\nRun cargo run --example docs, and commit the result.", differences.join("\n"));
        return Ok(ExitCode::FAILURE);
    }
    write(&made)?;
    println!(
        "{}\nWritten anew: {} pages and {}.",
        differences.join("\n"),
        made.site.pages().len(),
        pages::SCHEMA
    );
    Ok(ExitCode::SUCCESS)
}

fn write(made: &pages::Pages) -> Result<(), Box<dyn Error>> {
    let file = pages::root().join(pages::SCHEMA);
    let folder = file.parent().unwrap_or(pages::root());
    std::fs::create_dir_all(folder)?;
    let new = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::write(new.path(), &made.schema)?;
    made.site.write(&pages::docs())?;
    new.persist(&file)?;
    Ok(())
}

/// The provider as it is now, or without cargo the one beside this program.
fn provider_binary() -> Result<PathBuf, Box<dyn Error>> {
    let own = env::current_exe()?;
    let beside = own.parent().and_then(Path::parent).map(|profile| profile.join(BINARY));
    let beside = beside.map(|path| path.with_extension(env::consts::EXE_EXTENSION)).unwrap_or_default();
    if let Some(cargo) = env::var_os("CARGO") {
        let mut build = Command::new(cargo);
        // With this program, so that the dependencies are those already built for it.
        build.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--bin", BINARY, "--example", "docs"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        if !build.stdin(Stdio::null()).stdout(Stdio::null()).status()?.success() {
            return Err("the provider cannot be built".into());
        }
    }
    if beside.is_file() { Ok(beside) } else { Err("start this with cargo run --example docs".into()) }
}
