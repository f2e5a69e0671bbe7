//! The Terraform or OpenTofu command line, and a place where it finds the
//! provider as a user's machine does: unpacked in a filesystem mirror.
//!
//! Shared by the acceptance tests and `examples/quickstart.rs`, so it reports
//! errors instead of failing a test, and prints nothing.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version under which the mirror offers the provider.
pub const PROVIDER_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The hosts that `wavix/wavix` stands for, in Terraform and in OpenTofu.
const REGISTRY_HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Variables of the caller that a child keeps. Everything else is left out:
/// `TF_*` and `WAVIX_*` would change what is tested, a proxy would see it.
const KEPT_VARIABLES: [&str; 5] = ["PATH", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT"];

/// A command line that speaks to providers.
#[derive(Debug, Clone)]
pub struct Cli {
    /// Where it is.
    pub path: PathBuf,
    /// Major and minor number.
    pub version: (u32, u32),
    /// The first line of `version`: `Terraform v1.11.4`.
    pub title: String,
}

/// Why there is no usable command line.
#[derive(Debug, Clone)]
pub struct Missing {
    reason: String,
    /// True when `TF_BINARY` asks for one: then another, or none, will not do.
    pub was_named: bool,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Cli {
    /// The one named by `TF_BINARY`, else `terraform`, else `tofu` on `PATH`.
    ///
    /// # Errors
    /// When there is none, or it does not run.
    pub fn find() -> Result<Self, Missing> {
        Self::named_by(std::env::var_os("TF_BINARY"))
    }

    /// The same, with what `TF_BINARY` is.
    ///
    /// # Errors
    /// As [`Cli::find`].
    pub fn named_by(named: Option<OsString>) -> Result<Self, Missing> {
        if let Some(named) = named.filter(|value| !value.is_empty()) {
            let path = PathBuf::from(named);
            // A bare name is looked up, as the shell would.
            let found = if path.components().count() == 1 { on_path(&path) } else { Some(path.clone()) };
            let found = found.ok_or_else(|| Missing {
                reason: format!("TF_BINARY names {}, which is not on PATH", path.display()),
                was_named: true,
            })?;
            return Self::ask(&found, true);
        }
        let found = ["terraform", "tofu"].iter().find_map(|name| on_path(Path::new(name)));
        let found = found.ok_or_else(|| Missing {
            reason: "neither terraform nor tofu is on PATH, and TF_BINARY is not set".to_owned(),
            was_named: false,
        })?;
        Self::ask(&found, false)
    }

    fn ask(path: &Path, was_named: bool) -> Result<Self, Missing> {
        let missing =
            |why: &dyn fmt::Display| Missing { reason: format!("{} {why}", path.display()), was_named };
        // Commands run in other directories: a relative path would be lost.
        let path = path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => missing(&"does not exist"),
            _ => missing(&format!("cannot be used: {error}")),
        })?;
        let mut command = Command::new(&path);
        scrub(&mut command);
        let output = command
            .env("CHECKPOINT_DISABLE", "1")
            .arg("version")
            .output()
            .map_err(|error| missing(&format!("cannot be started: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let title = text.lines().next().unwrap_or_default().trim().to_owned();
        let version = title
            .split_once(" v")
            .and_then(|(_, version)| {
                let mut numbers = version.split('.');
                Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
            })
            .ok_or_else(|| missing(&format!("does not say its version, but {title:?}")))?;
        Ok(Self { path, version, title })
    }
}

/// A directory that holds the provider and the settings to find it there, and
/// nowhere else.
#[derive(Debug)]
pub struct Mirror {
    root: PathBuf,
}

impl Mirror {
    /// Makes a mirror in `root` that offers `binary`, and an empty home.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn lay(root: &Path, binary: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(root.join("home"))?;
        let mirror = Self { root: root.canonicalize()? };
        mirror.offer("wavix/wavix", PROVIDER_VERSION, binary)?;
        let settings = format!(
            "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.root.join("mirror")
        );
        std::fs::write(mirror.settings(), settings)?;
        Ok(mirror)
    }

    /// Offers a program as the provider `source`, `<namespace>/<type>`.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn offer(&self, source: &str, version: &str, binary: &Path) -> io::Result<()> {
        let platform = format!("{}_{}", os(), architecture());
        let provider = source.rsplit('/').next().unwrap_or(source);
        for host in REGISTRY_HOSTS {
            let package = self.root.join("mirror").join(host).join(source).join(version).join(&platform);
            std::fs::create_dir_all(&package)?;
            let name = format!("terraform-provider-{provider}_v{version}{}", std::env::consts::EXE_SUFFIX);
            let file = package.join(name);
            // A link costs nothing; another file system needs a copy.
            if !file.exists() && std::fs::hard_link(binary, &file).is_err() {
                std::fs::copy(binary, &file)?;
            }
        }
        Ok(())
    }

    /// The settings file: for `TF_CLI_CONFIG_FILE`.
    pub fn settings(&self) -> PathBuf {
        self.root.join("cli.tfrc")
    }

    /// A command of `cli` in `directory` that sees this mirror, and of the
    /// caller's environment nothing that could matter.
    pub fn command(&self, cli: &Cli, directory: &Path) -> Command {
        let mut command = Command::new(&cli.path);
        scrub(&mut command);
        command
            .current_dir(directory)
            .env("HOME", self.root.join("home"))
            .env("TF_CLI_CONFIG_FILE", self.settings())
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null());
        command
    }
}

fn scrub(command: &mut Command) {
    let kept: Vec<(&str, OsString)> = KEPT_VARIABLES
        .into_iter()
        .filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
        .collect();
    command.env_clear().envs(kept);
}

fn on_path(name: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(name).with_extension(std::env::consts::EXE_EXTENSION))
        .find(|candidate| candidate.is_file())
}

/// The operating system, in Go's words.
fn os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// The processor, in Go's words.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}
