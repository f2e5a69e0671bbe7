//! `wavix-sim compare` as a program: arguments and the key in, a table out. The comparing is the library's.

use std::{ffi::OsString, fs, path::PathBuf, process::ExitCode};

use lexopt::{Arg, ValueExt};
use tokio::sync::watch;
use wavix_sim::compare::{COMPARISON, Comparison, Failure, Report, Scheme, WAVIX};

use crate::{MISUSED, complain, fail, say};

pub(crate) const USAGE: &str = "\
Compares the Wavix API with what this simulator, and the provider, assume of it. Prints a table, ready to be pasted into an issue: it has
nothing of the account but how the API answers. The key is taken from WAVIX_API_KEY.

Usage: wavix-sim compare [OPTIONS]

Options:
  --base-url URL          Where the API is [default: https://api.wavix.com]
  --auth MODE             bearer, or appid, which puts the key into URLs [default: bearer]
  --write                 Also make two trunks to which nobody can register, three API keys (two that are closed, one that may read
                          trunks) and, if a slot is empty, a call webhook that leads nowhere; all of it is removed. Without
                          this, it only reads
  --ask-for-review        Also make a trunk that asks for IP authentication, which people at Wavix look at; implies --write
  --save FILE             Write the knobs that imitate the API, for `wavix-sim --profile FILE`
  -h, --help              Print this

It never buys, releases, sends or calls, and changes nothing that it did not make. What it makes is labelled `wavix-sim-compare …` and
removed at the end, after an interrupt, and at the start of the next --write.

Examples:
  wavix-sim compare                                   an account in production: read only
  wavix-sim compare --write --save account.json       an account for tests
  wavix-sim --profile account.json                    a simulator that behaves like it

Exit code: 0 if nothing differs, 3 if something does, 1 if the comparison failed or left something, 2 if the arguments are wrong.
";

/// The exit code for differences.
const DIFFERS: u8 = 3;

pub(crate) struct Order {
    comparison: Comparison,
    save: Option<PathBuf>,
}

/// What the arguments after `compare` order; `None`: to be told how.
pub(crate) fn order(
    arguments: impl Iterator<Item = OsString>,
    key: Option<String>,
) -> Result<Option<Order>, lexopt::Error> {
    let (mut base_url, mut scheme, mut save) = (WAVIX.to_owned(), Scheme::Bearer, None);
    let (mut writes, mut asks_for_review) = (false, false);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("base-url") => base_url = parser.value()?.string()?,
            Arg::Long("auth") => {
                scheme = match parser.value()?.string()?.as_str() {
                    "bearer" => Scheme::Bearer,
                    "appid" => Scheme::AppId,
                    other => return Err(format!("--auth is bearer or appid, not {other}").into()),
                };
            }
            Arg::Long("write") => writes = true,
            Arg::Long("ask-for-review") => asks_for_review = true,
            Arg::Long("save") => save = Some(PathBuf::from(parser.value()?)),
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    let key = key.filter(|key| !key.is_empty()).ok_or("set WAVIX_API_KEY to the key of the account")?;
    let mut comparison = Comparison::new(base_url, key).scheme(scheme);
    if writes {
        comparison = comparison.write();
    }
    if asks_for_review {
        comparison = comparison.ask_for_review();
    }
    Ok(Some(Order { comparison, save }))
}

/// The program, from its arguments to its exit code.
pub(crate) async fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let order = match order(arguments, std::env::var("WAVIX_API_KEY").ok()) {
        Ok(Some(order)) => order,
        Ok(None) => {
            say(USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&format!("wavix-sim compare: {error}\n\n{USAGE}"));
            return ExitCode::from(MISUSED);
        }
    };
    let (interrupt, interrupted) = watch::channel(false);
    tokio::select! {
        outcome = order.comparison.run(interrupted) => finish(outcome, order.save),
        () = second_interrupt(interrupt) => {
            let mark = COMPARISON.label;
            fail(&format!("Interrupted twice. What is labelled `{mark} …` may be left; the next --write removes it.\n"))
        }
    }
}

/// Passes the first interrupt on, and ends with the second.
async fn second_interrupt(interrupt: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        complain("Interrupted: removing what was made. Once more to leave it there.\n");
        interrupt.send_replace(true);
        if tokio::signal::ctrl_c().await.is_ok() {
            return;
        }
    }
    // Without signals, nobody interrupts.
    std::future::pending().await
}

fn finish(outcome: Result<Report, Failure>, save: Option<PathBuf>) -> ExitCode {
    let report = match outcome {
        Ok(report) => report,
        Err(failure) => {
            let left = failure.left.iter().map(|left| format!("Left in the account: {left}\n"));
            return fail(&format!("{}\n{}", failure.trouble, left.collect::<String>()));
        }
    };
    say(&report.to_string());
    if let Some(file) = save
        && let Err(error) = fs::write(&file, format!("{:#}\n", report.profile()))
    {
        return fail(&format!("Cannot write {}: {error}\n", file.display()));
    }
    if !report.left.is_empty() {
        ExitCode::FAILURE
    } else if report.differences().next().is_some() {
        ExitCode::from(DIFFERS)
    } else {
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use super::{USAGE, order};

    #[test]
    fn every_option_in_the_usage_is_understood() {
        let line = "--base-url https://api.example --auth appid --write --ask-for-review --save f";
        let parse = |line: &str, key: Option<&str>| {
            order(line.split_whitespace().map(Into::into), key.map(str::to_owned))
        };
        assert!(parse(line, Some("k")).unwrap().is_some());
        let documented = USAGE.lines().filter(|text| text.starts_with("  --")).count();
        assert_eq!(documented, line.split_whitespace().filter(|word| word.starts_with("--")).count());
        assert!(parse("--help", None).unwrap().is_none());
        for (wrong, key) in [("", None), ("", Some("")), ("--auth basic", Some("k")), ("--buy", Some("k"))] {
            assert!(parse(wrong, key).is_err(), "{wrong}");
        }
    }
}
