//! A machine of a test's own: a network with nothing but loopback, `/etc` and
//! `/run` that can be written without harm, and processes that end with it.
//!
//! Each test runs as a process of its own in fresh namespaces of Linux, so that
//! all of them may use the ports and folders that the documentation names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed};

use crate::carrier::PATIENCE;

/// Set in the process inside, to the folder that is this machine's own.
const INSIDE: &str = "TELEPHONY_INSIDE";

/// Set to 1, it makes a missing program an error.
const REQUIRED: &str = "TELEPHONY_REQUIRED";

/// Set to 1, it makes a whole run write what was seen.
pub const WRITE: &str = "TELEPHONY_WRITE";

/// Where `.ci/telephony` installs what Debian does not have in this release.
const FOLDER: &str = "TELEPHONY_FOLDER";

/// A program of Debian's, in the release named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Asterisk 22.
    Asterisk22,
    /// Asterisk 16, the oldest that is still found.
    Asterisk16,
    /// Kamailio 6.
    Kamailio6,
    /// Kamailio 5, of this machine.
    Kamailio5,
    /// FreeSWITCH, built by `.ci/freeswitch`.
    FreeSwitch,
    /// LiveKit's server, SIP service and command, built by `.ci/livekit`.
    LiveKit,
}

impl Program {
    /// As tests are named after it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asterisk22 => "asterisk22",
            Self::Asterisk16 => "asterisk16",
            Self::Kamailio6 => "kamailio6",
            Self::Kamailio5 => "kamailio5",
            Self::FreeSwitch => "freeswitch",
            Self::LiveKit => "livekit",
        }
    }

    /// Why it cannot be used here.
    pub fn missing(self) -> Option<String> {
        let what = self.root().join(self.path());
        let script = match self {
            Self::FreeSwitch => ".ci/freeswitch",
            Self::LiveKit => ".ci/livekit",
            _ => ".ci/telephony",
        };
        (!what.is_file()).then(|| format!("{} is not there: see {script}", what.display()))
    }

    /// Whether Debian has it, so that its tests can be insisted on.
    fn is_packaged(self) -> bool {
        !matches!(self, Self::FreeSwitch | Self::LiveKit)
    }

    /// Where it is in its root.
    pub fn path(self) -> &'static str {
        match self {
            Self::Asterisk22 | Self::Asterisk16 => "usr/sbin/asterisk",
            Self::Kamailio6 | Self::Kamailio5 => "usr/sbin/kamailio",
            Self::FreeSwitch => "usr/bin/freeswitch",
            Self::LiveKit => "bin/livekit-sip",
        }
    }

    /// The folder that it is in; `None` for this machine's own.
    fn folder(self) -> Option<&'static str> {
        match self {
            Self::Asterisk22 | Self::Kamailio6 => Some("sid"),
            Self::Asterisk16 => Some("bullseye"),
            Self::Kamailio5 => None,
            Self::FreeSwitch => Some("freeswitch"),
            Self::LiveKit => Some("livekit"),
        }
    }

    /// Its root.
    pub fn root(self) -> PathBuf {
        let folder = std::env::var_os(FOLDER).filter(|value| !value.is_empty()).map_or_else(
            || {
                let cache = std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty());
                let home = std::env::var_os("HOME").unwrap_or_default();
                let cache = cache.map_or_else(|| Path::new(&home).join(".cache"), PathBuf::from);
                cache.join("terraform-provider-wavix-telephony")
            },
            PathBuf::from,
        );
        self.folder().map_or_else(|| PathBuf::from("/"), |inner| folder.join(inner))
    }
}

/// Whether this is the process inside.
pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test of this name in a machine of its own.
pub fn run(name: &str, program: Program) -> Result<Completion, Failed> {
    if let Some(reason) = program.missing().or_else(unable) {
        let insists = std::env::var_os(REQUIRED).is_some_and(|value| value == "1");
        let is_required = insists && (program.is_packaged() || program.missing().is_none());
        return if is_required { Err(reason.into()) } else { Ok(Completion::ignored_with(reason)) };
    }
    let folder = tempfile::Builder::new()
        .prefix("telephony-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .map_err(|error| error.to_string())?;
    let output = unshare()
        .arg(std::env::current_exe().map_err(|error| error.to_string())?)
        .args(["--exact", name, "--test-threads=1", "--nocapture"])
        .env(INSIDE, folder.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let said =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() && said.contains("1 passed") {
        return Ok(Completion::Completed);
    }
    Err(said.into())
}

/// With its processes, which end with it; with its own mounts and network.
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command
}

/// Why no such machine can be made here.
pub fn unable() -> Option<String> {
    static REASON: OnceLock<Option<String>> = OnceLock::new();
    let probe = || {
        let tried = unshare().args(["ip", "link", "set", "lo", "up"]).stdin(Stdio::null()).output();
        match tried {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Some(format!("unshare: {error}")),
        }
    };
    let reason = REASON.get_or_init(probe).clone();
    reason.map(|reason| format!("needs root and namespaces of its own: {reason}"))
}

/// The machine, inside.
pub struct Machine {
    folder: PathBuf,
}

impl Machine {
    /// Lays out network, `/etc` and `/run`.
    pub fn here() -> Self {
        let folder = PathBuf::from(std::env::var_os(INSIDE).expect("only inside"));
        let machine = Self { folder };
        machine.must(Command::new("ip").args(["link", "set", "lo", "up"]));
        machine.mount(&["-t", "tmpfs", "tmpfs"], &machine.folder);
        machine.overlay("/".as_ref(), "etc");
        machine.mount(&["-t", "tmpfs", "-o", "mode=755", "tmpfs"], "/run".as_ref());
        // It may be a link, or a file that somebody else mounted there.
        let _ = fs::remove_file("/etc/resolv.conf");
        fs::write("/etc/resolv.conf", "nameserver 127.0.0.1\n").unwrap();
        machine
    }

    /// A folder that ends with the machine.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Makes `root/part` writable; what is written is not kept.
    pub fn overlay(&self, root: &Path, part: &str) -> PathBuf {
        let name = root.join(part).to_string_lossy().replace('/', "-");
        let (upper, work) = (self.folder(&format!("upper{name}")), self.folder(&format!("work{name}")));
        let lower = root.join(part);
        let options =
            format!("lowerdir={},upperdir={},workdir={}", lower.display(), upper.display(), work.display());
        self.mount(&["-t", "overlay", "overlay", "-o", &options], &lower);
        lower
    }

    /// Mounts something.
    pub fn mount(&self, arguments: &[&str], at: &Path) {
        self.must(Command::new("mount").args(arguments).arg(at));
    }

    /// Makes the root of a program one that it can run in, with its folder of `/etc`
    /// and its user known outside too: as Terraform sees it that runs beside it.
    pub fn enter(&self, program: Program, user: &str) -> PathBuf {
        let root = program.root();
        if root != Path::new("/") {
            for part in ["etc", "var", "tmp"] {
                self.overlay(&root, part);
            }
            self.mount(&["-t", "tmpfs", "tmpfs"], &root.join("run"));
            self.mount(&["--rbind", "/dev"], &root.join("dev"));
            self.mount(&["-t", "proc", "proc"], &root.join("proc"));
            let _ = fs::remove_file(root.join("etc/resolv.conf"));
            fs::write(root.join("etc/resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
            for file in ["etc/passwd", "etc/group"] {
                let theirs = fs::read_to_string(root.join(file)).unwrap();
                let of_user = |line: &&str| line.starts_with(&format!("{user}:"));
                let line = theirs.lines().find(of_user).expect("the package's user");
                let outside = Path::new("/").join(file);
                let ours = fs::read_to_string(&outside).unwrap();
                let others = ours.lines().filter(|line| !of_user(line));
                let others: String = others.map(|line| format!("{line}\n")).collect();
                fs::write(&outside, format!("{line}\n{others}")).unwrap();
            }
            let folder = Path::new("/etc").join(user);
            fs::create_dir_all(&folder).unwrap();
            self.mount(&["--bind", &root.join("etc").join(user).display().to_string()], &folder);
        }
        let run = root.join("run").join(user);
        self.shell(&format!("mkdir -p {0} && chown {user}:{user} {0} && chmod 770 {0}", run.display()))
            .succeeded();
        root
    }

    /// Adds an authority to those that the system trusts, and the program's root.
    pub fn trust(&self, root: &Path, authority: &str) {
        let places = std::collections::BTreeSet::from([root, Path::new("/")]);
        for path in places.into_iter().map(|place| place.join("etc/ssl/certs/ca-certificates.crt")) {
            let known = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{known}\n{authority}")).unwrap();
        }
    }

    /// Puts a script on the path, before everything of that name.
    pub fn script(&self, name: &str, text: &str) {
        let path = self.folder("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        crate::support::system::make_executable(&path).unwrap();
    }

    /// The path with this machine's scripts.
    pub fn path(&self) -> String {
        format!("{}:{}", self.folder("bin").display(), std::env::var("PATH").unwrap_or_default())
    }

    /// Runs commands of a shell, as a user pastes them, until one fails.
    pub fn shell(&self, commands: &str) -> Said {
        let mut shell = Command::new("sh");
        self.said(shell.args(["-ec", commands]).env("PATH", self.path()).current_dir(&self.folder))
    }

    /// Runs a command to its end.
    pub fn said(&self, command: &mut Command) -> Said {
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Said { command: format!("{command:?}"), succeeded: output.status.success(), text }
    }

    #[track_caller]
    fn must(&self, command: &mut Command) -> String {
        self.said(command).succeeded()
    }
}

/// What a command said.
#[derive(Debug, Clone)]
pub struct Said {
    command: String,
    pub succeeded: bool,
    pub text: String,
}

impl Said {
    /// Insists on success.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert!(self.succeeded, "{} failed: {}", self.command, self.text);
        self.text
    }
}

/// Waits until `look` finds something.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(why) => assert!(start.elapsed() < PATIENCE, "never: {what}: {why}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
