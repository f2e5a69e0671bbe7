//! How a plugin is started: arguments, environment, certificate.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::{ClientCertificate, Plugin, StartError, system};

/// What tells a plugin that Terraform started it.
pub const MAGIC_COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Variables that say how to start a plugin. Those of the surroundings are
/// never passed on.
const PLUGIN_VARIABLES: [&str; 9] = [
    "TF_PLUGIN_MAGIC_COOKIE",
    "PLUGIN_PROTOCOL_VERSIONS",
    "PLUGIN_MIN_PORT",
    "PLUGIN_MAX_PORT",
    "PLUGIN_CLIENT_CERT",
    "PLUGIN_UNIX_SOCKET_DIR",
    "PLUGIN_UNIX_SOCKET_GROUP",
    "PLUGIN_MULTIPLEX_GRPC",
    "TF_REATTACH_PROVIDERS",
];

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the start of the process to its handshake line. Core: 60 s.
    pub start: Duration,
    /// For the answer to one request. Core waits for ever.
    pub answer: Duration,
    /// For an orphan to end by itself, and for what "within seconds" means.
    pub end: Duration,
    /// For the answer to `StopProvider`.
    pub stop: Duration,
    /// From `Shutdown` to the end of the process. Core: 2 s, then it kills.
    pub leave: Duration,
    /// How long a stream must be silent to count as silent.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(60),
            answer: Duration::from_secs(60),
            end: Duration::from_secs(10),
            stop: Duration::from_secs(1),
            leave: Duration::from_secs(2),
            silence: Duration::from_millis(500),
        }
    }
}

/// A plugin about to be started.
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    identity: Option<ClientCertificate>,
    temp: tempfile::TempDir,
    patience: Patience,
}

impl Launch {
    /// As Terraform does it: everything of the own environment, the plugin's
    /// variables, and a certificate.
    ///
    /// # Errors
    ///
    /// When the machine has no place for temporary files, or no randomness.
    pub fn by_terraform(program: &Path, patience: Patience) -> Result<Self, StartError> {
        let identity = ClientCertificate::generate().map_err(|error| cannot(program, &error))?;
        let mut launch = Self::without_tls(program, patience)?.env("PLUGIN_CLIENT_CERT", identity.pem());
        launch.identity = Some(identity);
        Ok(launch)
    }

    /// Without a certificate, as Terraform does it when
    /// `TF_DISABLE_PLUGIN_TLS` is set.
    ///
    /// # Errors
    ///
    /// When the machine has no place for temporary files.
    pub fn without_tls(program: &Path, patience: Patience) -> Result<Self, StartError> {
        let launch = Self::by_hand(program, patience)?
            .env(MAGIC_COOKIE.0, MAGIC_COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000");
        Ok(launch)
    }

    /// As a person would do it: without the plugin's variables. Temporary
    /// files go to a directory of this launch's own.
    ///
    /// # Errors
    ///
    /// When the machine has no place for temporary files.
    pub fn by_hand(program: &Path, patience: Patience) -> Result<Self, StartError> {
        // A socket's path must be short.
        let temp =
            tempfile::Builder::new().prefix("tfc").tempdir().map_err(|error| cannot(program, &error))?;
        let plugin = |name: &OsString| PLUGIN_VARIABLES.iter().any(|variable| name == variable);
        let mut environment: BTreeMap<_, _> = std::env::vars_os().filter(|(name, _)| !plugin(name)).collect();
        environment.insert("TMPDIR".into(), temp.path().into());
        let program = program.to_owned();
        Ok(Self { program, arguments: Vec::new(), environment, identity: None, temp, patience })
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = OsString>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets variables.
    #[must_use]
    pub fn envs<'a>(mut self, variables: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        self.environment.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// The directory for temporary files.
    pub fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// Starts the program, in a process group of its own: whatever it starts
    /// in its turn ends with it.
    ///
    /// # Errors
    ///
    /// When the system cannot start it.
    pub fn spawn(self) -> Result<Plugin, StartError> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        system::own_group(&mut command);
        let child = command.spawn().map_err(|error| cannot(&self.program, &error))?;
        Ok(Plugin::new(child, self.identity, self.temp, self.patience))
    }
}

fn cannot(program: &Path, reason: &dyn std::fmt::Display) -> StartError {
    StartError::Spawn { program: program.display().to_string(), reason: reason.to_string() }
}
