//! Asterisk as Debian packages it, in a root of its own, running as the
//! package's user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::machine::{Machine, Program, Said, until};

/// Where it listens, in place of the documentation's `0.0.0.0`: the gateways
/// have the same port on the same machine.
pub const ADDRESS: &str = "127.0.0.10";

/// What takes its ports, or looks for devices that nobody has.
const UNNEEDED: [&str; 12] = [
    "chan_sip.so",
    "chan_iax2.so",
    "chan_dahdi.so",
    "chan_mgcp.so",
    "chan_skinny.so",
    "chan_unistim.so",
    "chan_ooh323.so",
    "pbx_dundi.so",
    "res_phoneprov.so",
    "res_calendar.so",
    "cdr_radius.so",
    "cel_radius.so",
];

/// An installed Asterisk; it runs between `start` and `stop`.
pub struct Asterisk<'a> {
    machine: &'a Machine,
    root: PathBuf,
    child: Option<Child>,
}

impl<'a> Asterisk<'a> {
    /// Lays its root over, and puts its command on the path.
    pub fn install(machine: &'a Machine, program: Program) -> Self {
        let root = machine.enter(program, "asterisk");
        machine.shell("chown -R asterisk:asterisk /etc/asterisk").succeeded();
        machine.script("asterisk", &format!("exec chroot '{}' /usr/sbin/asterisk \"$@\"", root.display()));
        let this = Self { machine, root, child: None };
        let unneeded: String = UNNEEDED.iter().map(|module| format!("noload => {module}\n")).collect();
        let modules = this.read("modules.conf").replace("autoload=yes", &format!("autoload=yes\n{unneeded}"));
        this.write("modules.conf", &modules);
        this.write("logger.conf", "[general]\n[logfiles]\nfull => notice,warning,error,verbose\n");
        this
    }

    /// Writes a file of `/etc/asterisk`, as the package's user does.
    pub fn write(&self, file: &str, text: &str) {
        let path = Path::new("/etc/asterisk").join(file);
        fs::write(&path, text).unwrap();
        self.machine
            .shell(&format!("chown asterisk:asterisk {} && chmod 640 {0}", path.display()))
            .succeeded();
    }

    /// A file of `/etc/asterisk`.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(Path::new("/etc/asterisk").join(file))
            .unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Adds an authority to those that the system trusts.
    pub fn trust(&self, authority: &str) {
        self.machine.trust(&self.root, authority);
    }

    /// Starts it, and waits until it has read its files.
    #[track_caller]
    pub fn start(&mut self) {
        let mut command = Command::new("chroot");
        command.arg(&self.root).args(["/usr/sbin/asterisk", "-f", "-U", "asterisk", "-G", "asterisk"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.child = Some(child);
        until("asterisk is up", || {
            let said = self.rx("core waitfullybooted");
            if said.text.contains("fully booted") { Ok(()) } else { Err(said.text) }
        });
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        self.rx("core stop now");
        if let Some(mut child) = self.child.take() {
            until("asterisk has ended", || match child.try_wait() {
                Ok(Some(_)) => Ok(()),
                other => Err(format!("{other:?}")),
            });
        }
    }

    /// A command of its console.
    pub fn rx(&self, command: &str) -> Said {
        self.machine.said(Command::new("chroot").arg(&self.root).args(["/usr/sbin/asterisk", "-rx", command]))
    }

    /// What its log has against the files of these tests, and the objects in them.
    pub fn complaints(&self) -> Vec<String> {
        let log = fs::read_to_string(self.root.join("var/log/asterisk/full")).unwrap_or_default();
        // Where Asterisk says that a file, an object or an option is not taken,
        // and that a call or a registration failed.
        let about = [
            "pjsip.conf",
            "pjsip_wavix",
            "extensions.conf",
            "sorcery",
            "config_options.c",
            "res_pjsip.c",
            "res_pjsip/",
            "res_pjsip_outbound",
            "endpoint_identifier",
            "chan_pjsip",
            "res_srtp",
            "wavix-",
        ];
        let lines = log.lines().filter(|line| {
            (line.contains("WARNING") || line.contains("ERROR"))
                && about.iter().any(|word| line.contains(word))
        });
        lines.map(str::to_owned).collect()
    }

    /// Waits until the registration of `name` has this state.
    #[track_caller]
    pub fn registration(&self, name: &str, state: &str) {
        until(&format!("{name} is {state}"), || {
            let said = self.rx("pjsip show registrations").text;
            let is_so = said.lines().any(|line| line.trim_start().starts_with(name) && line.contains(state));
            if is_so { Ok(()) } else { Err(format!("{said}\n{:?}", self.complaints())) }
        });
    }
}

impl Drop for Asterisk<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // The machine ends, and its processes with it.
            let _ = child.kill();
            if std::thread::panicking() {
                eprintln!("asterisk said: {:#?}", self.complaints());
            }
        }
    }
}
