//! The simulator as a program, for trying a configuration by hand: arguments in, one line per request out.
//! Everything it does is the library's.

mod comparing;

use std::{
    ffi::OsString,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use lexopt::{Arg, ValueExt};
use serde_json::json;
use wavix_sim::{
    Behaviour, Builder, Sim, VERIFIED_NUMBERS,
    behaviour::{AuthMode, ProFeatures},
    compare::behave,
};

const USAGE: &str = "\
A simulator of the Wavix API: SIP trunks, phone numbers, call webhooks, API keys, WebRTC tokens. The state is kept in memory only.

Usage: wavix-sim [OPTIONS]
       wavix-sim compare [OPTIONS]     compares the simulator with the real API; see compare --help

Options:
  --host ADDRESS          Listen on this address [default: 127.0.0.1]
  --port PORT             Listen on this port; 0 selects a free one [default: 8787]
  --api-key KEY           Accept this key; may be repeated
  --auth MODE             bearer, appid or both [default: bearer]
  --caller-id NUMBER      Let the account present this caller ID (digits); may be repeated
  --any-caller-id         Let the account present any caller ID
  --trunks COUNT          Number of trunks at the start [default: 0]
  --numbers COUNT         Number of phone numbers at the start, from +12565378257 [default: 0]
  --latency MS            Delay of every response, in milliseconds [default: 0]
  --requests-per-second N Return 429 above this rate
  --profile FILE          Use the behavior of the real API that `wavix-sim compare --save FILE` stored
  --flex                  Simulate an account that ignores Flex Pro features
  --quiet                 Do not print a line per request
  -h, --help              Print this
  -V, --version           Print the version

While it runs, a browser on this machine shows trunks, numbers, webhooks, keys and all requests at the printed address, and
has buttons to inject faults. Programs can do the same under /_sim; see the README of wavix-sim.

Examples:
  wavix-sim --api-key try                             an empty account; then export WAVIX_API_KEY=try
                                                      WAVIX_BASE_URL=http://127.0.0.1:8787
  wavix-sim --trunks 500 --latency 200                a large, slow account
  wavix-sim --requests-per-second 5 --any-caller-id   an account with a rate limit

Exit code: 0 after an interrupt, 1 if it cannot listen, 2 if the arguments are invalid.
";

/// The exit code for wrong arguments.
const MISUSED: u8 = 2;

enum Command {
    Serve { builder: Box<Builder>, address: SocketAddr, quiet: bool },
    Print(String),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    if arguments.next_if(|argument| argument == "compare").is_some() {
        return comparing::main(arguments).await;
    }
    let command = match command(arguments) {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("wavix-sim: {error}\n\n{USAGE}"));
            return ExitCode::from(MISUSED);
        }
    };
    let (builder, address) = match command {
        Command::Print(text) => {
            say(&text);
            return ExitCode::SUCCESS;
        }
        Command::Serve { builder, address, quiet: true } => (*builder, address),
        Command::Serve { builder, address, quiet: false } => {
            (builder.on_request(|entry| say(&format!("{entry}\n"))), address)
        }
    };
    let sim = match builder.try_start() {
        Ok(sim) => sim,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            return fail(&format!(
                "Cannot listen on {address}: the port is in use, possibly by another wavix-sim. Set another one with \
                 --port, or select a free one with --port 0.\n"
            ));
        }
        Err(error) => return fail(&format!("Cannot listen on {address}: {error}\n")),
    };
    say(&greeting(&sim));
    match tokio::signal::ctrl_c().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("Cannot wait for an interrupt: {error}\n")),
    }
}

fn command(arguments: impl Iterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut builder = Sim::builder();
    let mut host = "127.0.0.1".to_owned();
    let mut port: u16 = 8787;
    let mut quiet = false;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("host") => host = parser.value()?.string()?,
            Arg::Long("port") => port = parser.value()?.parse()?,
            Arg::Long("api-key") => builder = builder.api_key(parser.value()?.string()?),
            Arg::Long("auth") => {
                let mode = match parser.value()?.string()?.as_str() {
                    "bearer" => AuthMode::Bearer,
                    "appid" => AuthMode::AppId,
                    "both" => AuthMode::Both,
                    other => return Err(format!("--auth must be bearer, appid or both, not {other}").into()),
                };
                builder = builder.behaviour(|behaviour| behaviour.auth = mode);
            }
            Arg::Long("caller-id") => {
                let number = parser.value()?.string()?;
                builder = builder.caller_id(number.trim_start_matches('+'));
            }
            Arg::Long("any-caller-id") => builder = builder.account(|account| account.any_caller_id = true),
            Arg::Long("trunks") => {
                let count: usize = parser.value()?.parse()?;
                for number in 1..=count {
                    builder = builder.trunk(json!({ "label": format!("Trunk {number}") }));
                }
            }
            Arg::Long("numbers") => builder = builder.phone_numbers(parser.value()?.parse()?),
            Arg::Long("latency") => {
                let latency = Duration::from_millis(parser.value()?.parse()?);
                builder = builder.behaviour(|behaviour| behaviour.latency = latency);
            }
            Arg::Long("requests-per-second") => {
                let most = parser.value()?.parse()?;
                builder = builder.behaviour(|behaviour| behaviour.requests_per_second = Some(most));
            }
            Arg::Long("profile") => {
                let file = PathBuf::from(parser.value()?);
                let mut outcome = Ok(());
                builder = builder.behaviour(|behaviour| outcome = turn(behaviour, &file));
                outcome?;
            }
            Arg::Long("flex") => {
                builder = builder.behaviour(|behaviour| behaviour.pro_features = ProFeatures::SilentlyOff);
            }
            Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(USAGE.to_owned())),
            Arg::Short('V') | Arg::Long("version") => {
                return Ok(Command::Print(format!("wavix-sim {}\n", env!("CARGO_PKG_VERSION"))));
            }
            other => return Err(other.unexpected()),
        }
    }
    let address: std::net::IpAddr =
        host.parse().map_err(|_| format!("--host must be an IP address, not {host}"))?;
    let address = SocketAddr::new(address, port);
    Ok(Command::Serve { builder: Box::new(builder.address(address)), address, quiet })
}

/// Turns the knobs of a profile.
fn turn(behaviour: &mut Behaviour, file: &Path) -> Result<(), String> {
    let failed = |why: String| format!("--profile {}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let profile = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    behave(behaviour, &profile).map_err(failed)
}

fn greeting(sim: &Sim) -> String {
    let (base_url, api_key) = (sim.base_url(), sim.api_key());
    let callerid = VERIFIED_NUMBERS[0];
    format!(
        r#"Simulated Wavix API on {base_url}; stop with Ctrl-C.
Open {base_url}/ in a browser to watch the requests and to inject faults. To try it with an installed provider:

terraform {{
  required_providers {{ wavix = {{ source = "wavix/wavix" }} }}
}}
provider "wavix" {{
  base_url = "{base_url}"
  api_key  = "{api_key}"
}}
resource "wavix_sip_trunk" "office" {{
  label    = "Office"
  callerid = "{callerid}"
  password = "correct-horse-battery-staple"
}}

"#
    )
}

fn say(text: &str) {
    // Whoever closed the pipe does not want to hear more.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn fail(text: &str) -> ExitCode {
    complain(text);
    ExitCode::FAILURE
}

fn complain(text: &str) {
    // Nor is there anybody left to tell that standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{Command, command};

    fn parse(line: &str) -> Result<Command, lexopt::Error> {
        command(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn every_option_in_the_usage_is_understood() {
        let profile = std::env::temp_dir().join(format!("wavix-sim-{}.json", std::process::id()));
        std::fs::write(&profile, r#"{ "list_lag": 2 }"#).unwrap();
        let line = "--host ::1 --port 0 --api-key a --api-key b --auth both --caller-id +13132847320 \
                    --any-caller-id --trunks 2 --numbers 2 --latency 5 --requests-per-second 9 --flex --quiet";
        let line = format!("{line} --profile {}", profile.display());
        let Ok(Command::Serve { quiet, .. }) = parse(&line) else { panic!("not understood") };
        std::fs::remove_file(profile).unwrap();
        assert!(quiet);
        let documented = super::USAGE.lines().filter_map(|line| line.trim().strip_prefix("--")).count();
        assert_eq!(documented, line.split_whitespace().filter(|word| word.starts_with("--")).count() - 1);
        assert!(matches!(parse("--help"), Ok(Command::Print(text)) if text.contains("--latency")));
    }

    #[test]
    fn nonsense_is_refused() {
        for line in
            ["--port 70000", "--auth basic", "--host localhost", "--colour", "trunk", "--profile /nowhere"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
