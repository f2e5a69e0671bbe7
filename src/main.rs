//! The provider's process: reads the arguments, and hands over to the layers.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use terraform_provider_wavix::facade::framework::server::ProviderServer;
use terraform_provider_wavix::facade::protocol;
use terraform_provider_wavix::facade::protocol::ending::Ending;
use terraform_provider_wavix::facade::protocol::output;
use terraform_provider_wavix::facade::protocol::process::{self, Identity, Mode};
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;

const IDENTITY: Identity = Identity {
    name: "wavix",
    address: "registry.terraform.io/wavix/wavix",
    version: env!("CARGO_PKG_VERSION"),
};

/// The exit code for arguments that are not understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match Invocation::parse(std::env::args_os().skip(1)) {
        Invocation::Serve(mode) => serve(mode),
        Invocation::Version => print(&format!("{} {}\n", env!("CARGO_PKG_NAME"), IDENTITY.version)),
        Invocation::Help => print(&help()),
        Invocation::Unknown(argument) => {
            let argument = argument.to_string_lossy();
            output::write_stderr(format!("unknown argument {argument:?}; see --help\n").as_bytes());
            ExitCode::from(USAGE)
        }
    }
}

fn serve(mode: Mode) -> ExitCode {
    let temporary = protocol::environment::Environment::from_process().temp_dirs();
    let provider = Arc::new(WavixProvider::new(Environment::of_process()).with_temporary_folders(temporary));
    let ending = Ending::default();
    let server = ProviderServer::new(provider, IDENTITY.address).telling(ending.clone());
    process::run(IDENTITY, mode, &ending, || server.for_new_connection())
}

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
enum Invocation {
    Serve(Mode),
    Version,
    Help,
    Unknown(OsString),
}

impl Invocation {
    /// Terraform starts a plugin without arguments. Each of ours may have one
    /// hyphen, as is usual among Go programs, or two. The last one counts, but
    /// one that is unknown is never passed over.
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut invocation = Self::Serve(Mode::Managed);
        for argument in arguments {
            invocation = match argument.to_str() {
                Some("-debug" | "--debug") => Self::Serve(Mode::Debug),
                Some("-version" | "--version") => Self::Version,
                Some("-help" | "--help" | "-h") => Self::Help,
                _ => return Self::Unknown(argument),
            };
        }
        invocation
    }
}

fn print(text: &str) -> ExitCode {
    match output::write_stdout(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn help() -> String {
    format!(
        "\
{name} {version}

A provider for Terraform and OpenTofu, which start it by themselves. By hand:

  --debug     serve until Ctrl-C, and print what to set so that Terraform uses
              this process
  --version   print the version
  --help      print this text

Environment variables:

  TF_LOG_PROVIDER_{upper}   TRACE, DEBUG, INFO, WARN, ERROR or OFF: what the
                          provider logs; Terraform shows it as TF_LOG says
  PLUGIN_TRANSPORT        {transport}
",
        name = env!("CARGO_PKG_NAME"),
        version = IDENTITY.version,
        upper = IDENTITY.name.to_uppercase(),
        transport = if cfg!(unix) {
            "unix (default) or tcp: how Terraform connects"
        } else {
            "tcp, the only way on this system: how Terraform connects"
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Invocation {
        Invocation::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_terraform_is_served() {
        assert_eq!(parse(&[]), Invocation::Serve(Mode::Managed));
    }

    #[test]
    fn one_hyphen_is_as_good_as_two() {
        assert_eq!(parse(&["-debug"]), parse(&["--debug"]));
        assert_eq!(parse(&["-version"]), Invocation::Version);
        assert_eq!(parse(&["--help"]), Invocation::Help);
    }

    #[test]
    fn an_unknown_argument_is_never_passed_over() {
        assert_eq!(parse(&["--port", "--debug"]), Invocation::Unknown("--port".into()));
        assert_eq!(parse(&["--debug", "x"]), Invocation::Unknown("x".into()));
    }
}
