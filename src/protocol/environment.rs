//! The environment variables a plugin is started with.
//!
//! They are read once, into a value, so that everything else is a function of
//! that value and can be tested without touching the process environment. What
//! a variable *means* belongs to the module that acts on it.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// Everything Terraform, OpenTofu or a person tells the plugin through the
/// environment. An empty variable counts as one that is not set, as it does in
/// the Go programs on the other side.
#[derive(Clone, Default)]
pub struct Environment {
    /// `TF_PLUGIN_MAGIC_COOKIE`: proof that a plugin host started the process.
    pub magic_cookie: Option<String>,
    /// `PLUGIN_PROTOCOL_VERSIONS`: the major versions the client speaks, such
    /// as `5,6`, in no particular order.
    pub protocol_versions: Option<String>,
    /// `PLUGIN_MIN_PORT`: the first port a TCP listener may take.
    pub min_port: Option<String>,
    /// `PLUGIN_MAX_PORT`: the last port a TCP listener may take.
    pub max_port: Option<String>,
    /// `PLUGIN_CLIENT_CERT`: the client's certificate in PEM. Set means that
    /// the connection must be mutually authenticated TLS.
    pub client_certificate: Option<String>,
    /// `PLUGIN_UNIX_SOCKET_DIR`: where the socket's directory is made.
    pub socket_dir: Option<PathBuf>,
    /// `PLUGIN_UNIX_SOCKET_GROUP`: the group, by name or number, that may
    /// connect as well.
    pub socket_group: Option<String>,
    /// `PLUGIN_MULTIPLEX_GRPC`: the client asks whether the plugin can carry
    /// brokered connections over the one socket.
    pub multiplex_grpc: Option<String>,
    /// `PLUGIN_TRANSPORT`: `unix` or `tcp`, when the platform's usual choice
    /// is not wanted. This project's own variable, not go-plugin's.
    pub transport: Option<String>,
    /// The directory for temporary files: where the socket's directory is made
    /// unless `socket_dir` says otherwise.
    pub temp_dir: PathBuf,
    /// Variables whose name begins with `TF_LOG`, by name.
    log_levels: Vec<(String, String)>,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn from_process() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    /// Reads an environment given as names and values. Where a name occurs
    /// twice the later one wins: go-plugin appends its own variables to a copy
    /// of the host's. `TMPDIR` sets `temp_dir`, else it is the system's.
    #[must_use]
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let mut environment = Self { temp_dir: system_temp_dir(), ..Self::default() };
        for (name, value) in pairs {
            let (name, value) = (name.into(), value.into());
            if let Some(name) = name.to_str() {
                environment.set(name, value);
            }
        }
        environment
    }

    /// The directories for temporary files, best first: `temp_dir`, and the
    /// system's, for when that is missing or unfit.
    #[must_use]
    pub fn temp_dirs(&self) -> Vec<PathBuf> {
        let mut directories = vec![self.temp_dir.clone()];
        let fallbacks = FALLBACKS.iter().map(PathBuf::from);
        directories.extend(fallbacks.filter(|fallback| *fallback != self.temp_dir));
        directories
    }

    /// The value of a variable whose name begins with `TF_LOG`.
    #[must_use]
    pub fn log_level(&self, name: &str) -> Option<&str> {
        self.log_levels.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &str, value: OsString) {
        let path = || Some(PathBuf::from(&value)).filter(|path| !path.as_os_str().is_empty());
        // A value that is not UTF-8 cannot be a valid one of any of these. Its
        // readable rest is kept, so that the error about it can show it.
        let text = || Some(value.to_string_lossy().into_owned()).filter(|text| !text.is_empty());
        match name {
            "TF_PLUGIN_MAGIC_COOKIE" => self.magic_cookie = text(),
            "PLUGIN_PROTOCOL_VERSIONS" => self.protocol_versions = text(),
            "PLUGIN_MIN_PORT" => self.min_port = text(),
            "PLUGIN_MAX_PORT" => self.max_port = text(),
            "PLUGIN_CLIENT_CERT" => self.client_certificate = text(),
            "PLUGIN_UNIX_SOCKET_DIR" => self.socket_dir = path(),
            "PLUGIN_UNIX_SOCKET_GROUP" => self.socket_group = text(),
            "PLUGIN_MULTIPLEX_GRPC" => self.multiplex_grpc = text(),
            "PLUGIN_TRANSPORT" => self.transport = text(),
            "TMPDIR" => self.temp_dir = path().unwrap_or_else(system_temp_dir),
            _ if name.starts_with("TF_LOG") => {
                self.log_levels.push((name.to_owned(), text().unwrap_or_default()));
            }
            _ => {}
        }
    }
}

/// Where there is room on every system of this kind.
#[cfg(unix)]
const FALLBACKS: &[&str] = &["/tmp", "/var/tmp"];
#[cfg(not(unix))]
const FALLBACKS: &[&str] = &[];

/// The system's directory for temporary files. On Unix the library takes an
/// empty `TMPDIR` for a directory without a name.
fn system_temp_dir() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() { PathBuf::from("/tmp") } else { directory }
}

impl fmt::Debug for Environment {
    /// Shows what steers the start. The cookie and the certificate are not
    /// secret, only long: whether they are set is what matters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("magic_cookie", &self.magic_cookie.is_some())
            .field("protocol_versions", &self.protocol_versions)
            .field("client_certificate", &self.client_certificate.is_some())
            .field("transport", &self.transport)
            .field("socket_dir", &self.socket_dir)
            .field("temp_dir", &self.temp_dir)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment =
            Environment::from_pairs([("PLUGIN_CLIENT_CERT", ""), ("PLUGIN_UNIX_SOCKET_DIR", "")]);
        assert_eq!(environment.client_certificate, None);
        assert_eq!(environment.socket_dir, None);
    }

    #[cfg(unix)]
    #[test]
    fn a_temporary_directory_that_was_asked_for_comes_before_the_systems() {
        let directories = |value| Environment::from_pairs([("TMPDIR", value)]).temp_dirs();
        assert_eq!(directories("/nowhere"), ["/nowhere", "/tmp", "/var/tmp"].map(PathBuf::from));
        assert_eq!(directories("/tmp"), ["/tmp", "/var/tmp"].map(PathBuf::from));
    }

    #[test]
    fn the_later_of_two_values_wins() {
        let environment = Environment::from_pairs([
            ("PLUGIN_PROTOCOL_VERSIONS", "4"),
            ("TF_LOG_PROVIDER_X", "WARN"),
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ("TF_LOG_PROVIDER_X", "INFO"),
        ]);
        assert_eq!(environment.protocol_versions.as_deref(), Some("5,6"));
        assert_eq!(environment.log_level("TF_LOG_PROVIDER_X"), Some("INFO"));
        assert_eq!(environment.log_level("TF_LOG_PROVIDER_Y"), None);
    }
}
