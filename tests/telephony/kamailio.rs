//! Kamailio as Debian packages it, running as the package's user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::machine::{Machine, Program, Said, until};

const CONFIGURATION: &str = "/etc/kamailio/kamailio.cfg";

/// The installed Kamailio; it runs between `start` and `stop`.
pub struct Kamailio<'a> {
    machine: &'a Machine,
    root: PathBuf,
    child: Option<Child>,
}

impl<'a> Kamailio<'a> {
    /// Lays its root over, and puts its command on the path.
    pub fn install(machine: &'a Machine, program: Program) -> Self {
        let root = machine.enter(program, "kamailio");
        machine.script("kamcmd", &format!("exec chroot '{}' /usr/sbin/kamcmd \"$@\"", root.display()));
        Self { machine, root, child: None }
    }

    /// Adds an authority to those that the system trusts.
    pub fn trust(&self, authority: &str) {
        self.machine.trust(&self.root, authority);
    }

    /// Writes a file that root owns and everybody reads.
    pub fn write(&self, file: &str, text: &str) {
        let path = Path::new(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What it says of its configuration, as its own user.
    pub fn check(&self) -> Said {
        let mut command = Command::new("chroot");
        command.arg("--userspec=kamailio:kamailio").arg(&self.root).arg("/usr/sbin/kamailio");
        self.machine.said(command.args(["-c", "-f", CONFIGURATION]))
    }

    /// Starts it, and waits until it answers its control command.
    #[track_caller]
    pub fn start(&mut self) {
        let log = fs::File::create(self.log_file()).unwrap();
        let child = Command::new("chroot")
            .arg(&self.root)
            .args([
                "/usr/sbin/kamailio",
                "-DD",
                "-E",
                "-f",
                CONFIGURATION,
                "-u",
                "kamailio",
                "-g",
                "kamailio",
                "-Y",
                "/run/kamailio",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        until("kamailio is up", || {
            let said = self.machine.shell("kamcmd core.uptime");
            if said.succeeded { Ok(()) } else { Err(format!("{}\n{}", said.text, self.log())) }
        });
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.machine.shell(&format!("kill {}", child.id())).succeeded();
            until("kamailio has ended", || match child.try_wait() {
                Ok(Some(_)) => Ok(()),
                other => Err(format!("{other:?}")),
            });
        }
    }

    /// What it said since it was started.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Its errors.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.log();
        let lines = log.lines().filter(|line| line.contains("ERROR:") || line.contains("CRITICAL:"));
        lines.map(str::to_owned).collect()
    }

    fn log_file(&self) -> PathBuf {
        self.machine.folder("log").join("kamailio")
    }
}

impl Drop for Kamailio<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // The machine ends, and its processes with it.
            let _ = child.kill();
            if std::thread::panicking() {
                eprintln!("kamailio said: {}", self.log());
            }
        }
    }
}
