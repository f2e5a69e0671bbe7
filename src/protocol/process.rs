//! A plugin's process from start to end. Puts the other modules of this layer together, and
//! decides what is printed and which code the process exits with.

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use tokio::runtime;
use tokio_util::sync::CancellationToken;

use super::ending::Ending;
use super::environment::Environment;
use super::handshake::{self, Announcement};
use super::lifetime::{self, Owner};
use super::listener::{self, Listener};
use super::proto::tfplugin6::provider_server::Provider;
use super::reattach::Reattach;
use super::serve::serve;
use super::tls::{self, ServerTls};
use super::{logging, output, panic};

/// Which provider this is.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The provider's type, such as `random`: part of the log level's variable
    /// and of the log lines.
    pub name: &'static str,
    /// The full source address, such as
    /// `registry.terraform.io/hashicorp/random`.
    pub address: &'static str,
    /// The version of the build.
    pub version: &'static str,
}

/// How the process was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By Terraform, which reads the handshake line and ends the process.
    Managed,
    /// By a person (`-debug`). There is no cookie, no handshake line and no
    /// TLS; Terraform is told where to connect through
    /// `TF_REATTACH_PROVIDERS`, and Ctrl-C ends the process.
    Debug,
}

/// Threads that do the work.
const WORKERS: usize = 2;
/// Those, and one for what blocks: looking up names, reading certificates.
const THREADS: usize = WORKERS + 1;

/// Why the plugin cannot start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Tls(#[from] tls::Error),
    #[error("cannot open a socket for Terraform to connect to: {0}")]
    Listener(#[from] listener::Error),
    #[error("cannot handle signals: {0}")]
    Signals(#[source] io::Error),
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
    #[error(
        "cannot start {THREADS} threads: {0}; the limit of processes of this user (`ulimit -u`) or of this container \
         (its cgroup's `pids.max`) is reached: raise it, or end other processes"
    )]
    Threads(#[source] io::Error),
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
}

/// Runs the plugin until it is asked to end. `provider` makes the provider for
/// one connection; it is called for each. `ending` is told what is under way by
/// whoever does the work.
///
/// Exits with 0 after an orderly end, and with 1 when the plugin was started
/// by hand or cannot start; standard error then says why, and standard output
/// is empty.
pub fn run<P: Provider>(
    identity: Identity,
    mode: Mode,
    ending: &Ending,
    provider: impl Fn() -> P,
) -> ExitCode {
    panic::install_hook();
    let environment = Environment::from_process();
    if mode == Mode::Managed && !handshake::cookie_matches(&environment) {
        output::write_stderr(started_by_hand(&identity).as_bytes());
        return ExitCode::FAILURE;
    }
    logging::init(identity.name, &environment);
    match run_until_shutdown(identity, mode, ending, provider, &environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Terraform shows users what follows this prefix. Without it they
            // would only read that the plugin did not respond.
            output::write_stderr(format!("fatal error: {error}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn started_by_hand(identity: &Identity) -> String {
    format!(
        "This is the provider {}, a plugin that Terraform and OpenTofu start automatically. Run one of them instead, \
         or see --help.\n",
        identity.address
    )
}

fn run_until_shutdown<P: Provider>(
    identity: Identity,
    mode: Mode,
    ending: &Ending,
    provider: impl Fn() -> P,
    environment: &Environment,
) -> Result<(), StartError> {
    // Two threads, so that one busy with a large state does not keep the other
    // from answering StopProvider. The work is waiting for an API; more would
    // only cost memory, and Terraform starts many of these processes.
    enough_threads(THREADS, MIN_STACK).map_err(StartError::Threads)?;
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name(identity.name)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let result = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let owner = if mode == Mode::Managed { Owner::Terraform } else { Owner::Person };
        // Before anything is announced: from the first connection on, an
        // interrupt must not kill the process.
        lifetime::watch(owner, &shutdown).map_err(StartError::Signals)?;
        let tls = match (mode, &environment.client_certificate) {
            (Mode::Managed, Some(pem)) => Some(ServerTls::new(pem)?),
            _ => None,
        };
        let listener = Listener::bind(environment)?;
        announce(&identity, mode, environment, &listener, tls.as_ref())?;
        listener.sweep();
        serve(listener, tls.map(|tls| tls.config), provider, shutdown, ending).await;
        Ok(())
    });
    // A request may be stuck in something that cannot be cancelled; the client
    // kills a process that is not gone after two seconds.
    runtime.shutdown_background();
    result
}

/// Whether so many threads can run at once. The runtime would panic, or wait for
/// a thread for ever.
fn enough_threads(number: usize, stack: usize) -> io::Result<()> {
    let (release, hold) = mpsc::channel::<()>();
    let hold = Arc::new(Mutex::new(hold));
    let mut started = Vec::new();
    let mut outcome = Ok(());
    for _ in 0..number {
        let hold = Arc::clone(&hold);
        // Ends when `release` is dropped, with an error that says so.
        let wait = move || drop(hold.lock().map(|hold| hold.recv()));
        match thread::Builder::new().stack_size(stack).spawn(wait) {
            Ok(thread) => started.push(thread),
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    drop(release);
    for thread in started {
        // They do nothing that could panic.
        let _ = thread.join();
    }
    outcome
}

/// Enough for a thread that only waits.
const MIN_STACK: usize = 64 * 1024;

/// Tells whoever started the process where to connect. The socket is listening
/// already: the client connects at once.
fn announce(
    identity: &Identity,
    mode: Mode,
    environment: &Environment,
    listener: &Listener,
    tls: Option<&ServerTls>,
) -> Result<(), StartError> {
    let (network, address) = (listener.network(), listener.address());
    tracing::debug!(
        version = identity.version,
        ?mode,
        network,
        address,
        tls = tls.is_some(),
        "plugin started"
    );
    let text = match mode {
        Mode::Managed => {
            if !handshake::client_speaks_our_version(environment) {
                tracing::warn!(
                    client = environment.protocol_versions.as_deref().unwrap_or_default(),
                    "the client does not list protocol version {}",
                    handshake::PROTOCOL_VERSION
                );
            }
            let announcement = Announcement {
                network,
                address,
                certificate: tls.map(|tls| tls.certificate.as_ref()),
                multiplexing_asked: environment.multiplex_grpc.is_some(),
            };
            format!("{announcement}\n")
        }
        Mode::Debug => {
            Reattach { provider: identity.address, pid: std::process::id(), network, address }.instructions()
        }
    };
    output::write_stdout(&text).map_err(StartError::Stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_threads_are_an_error_that_says_what_to_do_and_not_a_hang() {
        enough_threads(THREADS, MIN_STACK).unwrap();
        // No system has room for it.
        let refused = enough_threads(THREADS, usize::MAX / 4).unwrap_err();
        let text = StartError::Threads(refused).to_string();
        assert!(text.starts_with("cannot start 3 threads: ") && text.contains("ulimit -u"), "{text}");
    }
}
