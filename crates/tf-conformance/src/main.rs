//! The command line: reads the arguments and the files, runs, prints, and
//! says with its exit code how it went.

mod outside;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use lexopt::prelude::{Long, Short, Value, ValueExt};
use tf_conformance::case::read_file;
use tf_conformance::{CHECKS, Format, Settings, run};

const HELP: &str = "\
Starts a Terraform provider like Terraform Core, and checks its responses.

    tf-conformance PATH [--config FILE] [--case FILE]... [--only N]...
                   [--format human|json|junit] [--jobs N] [--timeout SECONDS]
                   [--large-state MIB]
    tf-conformance --list

  PATH           the provider's binary
  --config       the provider's configuration, in JSON
  --case         objects to create, import, open and call, and faults; see the README
  --only         run this check only; a number, several with commas
  --format       how to print the results (human)
  --jobs         number of concurrent checks (4)
  --timeout      timeout of a start or a response, in seconds (60)
  --large-state  size of the large state of check 30, in MiB (100)
  --list         print the checks

Examples:
  tf-conformance target/debug/terraform-provider-wavix
                 the checks that need no configuration
  tf-conformance ./terraform-provider-x --config provider.json --case server.json
                 all of them, with a resource to create and break
  tf-conformance ./terraform-provider-x --only 2,12 --format junit > report.xml
                 two of them, for a CI server

Exit code: 0 if no check failed, 1 if one did, 2 if nothing could be checked.
";

/// The exit code when nothing could be checked.
const UNUSABLE: u8 = 2;

/// What the arguments ask for.
enum Invocation {
    Check { settings: Box<Settings>, format: Format },
    List,
    Help,
}

fn main() -> ExitCode {
    match parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Help) => print(HELP),
        Ok(Invocation::List) => print(&list()),
        Ok(Invocation::Check { settings, format }) => check(&settings, format),
        Err(reason) => complain(&reason),
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut settings = Settings::new("");
    settings.jobs = 4;
    let mut format = Format::default();
    let mut program = None;
    let wrong = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Long("help") | Short('h') => return Ok(Invocation::Help),
            Long("list") => return Ok(Invocation::List),
            Long("config") => {
                let path = PathBuf::from(parser.value().map_err(wrong)?);
                settings.config = Some(read_file(&path).map_err(|error| error.to_string())?);
            }
            Long("case") => {
                let path = PathBuf::from(parser.value().map_err(wrong)?);
                settings.cases.push(read_file(&path).map_err(|error| error.to_string())?);
            }
            Long("only") => settings.only.extend(numbers(&parser.value().map_err(wrong)?)?),
            Long("format") => {
                let name = parser.value().and_then(|value| value.string()).map_err(wrong)?;
                format = Format::named(&name).ok_or_else(|| format!("{name:?} is not a format"))?;
            }
            Long("jobs") => settings.jobs = parser.value().and_then(|value| value.parse()).map_err(wrong)?,
            Long("timeout") => {
                let seconds: u64 = parser.value().and_then(|value| value.parse()).map_err(wrong)?;
                settings.patience.start = Duration::from_secs(seconds);
                settings.patience.answer = Duration::from_secs(seconds);
            }
            Long("large-state") => {
                let mebibytes: usize = parser.value().and_then(|value| value.parse()).map_err(wrong)?;
                settings.large_state = mebibytes.saturating_mul(1 << 20);
            }
            Value(path) if program.is_none() => program = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    settings.program = program.ok_or("the path of a provider is required; see --help")?;
    // Without a slash the system would look in PATH.
    settings.program = std::path::absolute(&settings.program).map_err(|error| error.to_string())?;
    Ok(Invocation::Check { settings: Box::new(settings), format })
}

fn numbers(text: &OsString) -> Result<BTreeSet<u8>, String> {
    let text = text.to_string_lossy();
    let known = |number: &u8| CHECKS.iter().any(|check| check.number == *number);
    let number = |part: &str| {
        part.trim().parse().ok().filter(known).ok_or(format!("the check {part:?} does not exist"))
    };
    text.split(',').map(number).collect()
}

fn check(settings: &Settings, format: Format) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}")),
    };
    // Interrupted or not: what is dropped here is killed.
    let report = runtime.block_on(async {
        tokio::select! {
            report = run(settings) => report.map_err(|error| error.to_string()),
            name = outside::ended() => Err(format!("ended by {name}")),
        }
    });
    let rendered = report.and_then(|report| {
        let text = format.render(&report).map_err(|error| error.to_string())?;
        Ok((text, report.failed().is_empty()))
    });
    match rendered {
        Err(reason) => complain(&reason),
        Ok((text, true)) => print(&text),
        Ok((text, false)) => {
            print(&text);
            ExitCode::FAILURE
        }
    }
}

fn list() -> String {
    let line = |check: &tf_conformance::Check| {
        format!("{:>3}  {}\n     {}\n     {}\n", check.number, check.title, check.rule, check.source)
    };
    CHECKS.iter().map(line).collect()
}

fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(UNUSABLE),
    }
}

fn complain(reason: &str) -> ExitCode {
    // Without standard error the exit code has to do.
    let _ = writeln!(std::io::stderr(), "tf-conformance: {reason}");
    ExitCode::from(UNUSABLE)
}
