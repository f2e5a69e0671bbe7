//! FreeSWITCH as `.ci/freeswitch` builds it, with the configuration that it
//! installs, running as a user of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::asterisk::ADDRESS;
use crate::carrier::RECEPTION;
use crate::machine::{Machine, Program, Said, until};

/// The port of its external profile.
pub const PORT: u16 = 5080;

/// What was built; the installed list names others too.
const MODULES: [&str; 9] = [
    "mod_console",
    "mod_logfile",
    "mod_event_socket",
    "mod_sofia",
    "mod_loopback",
    "mod_commands",
    "mod_dptools",
    "mod_dialplan_xml",
    "mod_tone_stream",
];

/// The reader's own phone, in place of the example's thousand.
const DIAL_PLAN: &str = "<include>\n<context name=\"default\">\n\
    <X-PRE-PROCESS cmd=\"include\" data=\"default/*.xml\"/>\n\
    <extension name=\"reception\"><condition field=\"destination_number\" expression=\"^1000$\">\n\
    <action application=\"bridge\" data=\"sofia/internal/1000@PHONE:5060\"/>\n\
    </condition></extension>\n</context>\n</include>\n";

/// An installed FreeSWITCH; it runs between `start` and `stop`.
pub struct FreeSwitch<'a> {
    machine: &'a Machine,
    root: PathBuf,
    child: Option<Child>,
}

impl<'a> FreeSwitch<'a> {
    /// Lays its root over, puts its command on the path, and gives it this
    /// machine's address.
    pub fn install(machine: &'a Machine, program: Program) -> Self {
        let root = machine.enter(program, "freeswitch");
        machine.script("fs_cli", &format!("exec chroot '{}' /usr/bin/fs_cli \"$@\"", root.display()));
        let this = Self { machine, root, child: None };
        let modules = MODULES.map(|module| format!("<load module=\"{module}\"/>"));
        this.write(
            "autoload_configs/modules.conf.xml",
            &format!(
                "<configuration name=\"modules.conf\"><modules>{}</modules></configuration>",
                modules.concat()
            ),
        );
        this.write("dialplan/default.xml", &DIAL_PLAN.replace("PHONE", &RECEPTION.to_string()));
        this.change("vars.xml", |vars| {
            let set = format!("cmd=\"set\" data=\"local_ip_v4={ADDRESS}\"/>\n  <X-PRE-PROCESS ");
            let vars = vars.replacen(
                "cmd=\"set\" data=\"default_password=",
                &format!("{set}cmd=\"set\" data=\"default_password="),
                1,
            );
            // Nobody tells it from outside what its address is.
            vars.replace("cmd=\"stun-set\"", "cmd=\"set\"").replace("stun:stun.freeswitch.org", ADDRESS)
        });
        for file in ["internal-ipv6.xml", "external-ipv6.xml", "external/example.xml"] {
            let _ = fs::remove_file(this.file(&format!("sip_profiles/{file}")));
        }
        this
    }

    /// A file of its configuration.
    pub fn file(&self, name: &str) -> PathBuf {
        Path::new("/etc/freeswitch").join(name)
    }

    /// Writes a file of its configuration, as its user.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.machine.shell(&format!("chown freeswitch:freeswitch {}", path.display())).succeeded();
    }

    /// Changes a file of its configuration. That nothing changes is a mistake.
    #[track_caller]
    pub fn change(&self, name: &str, change: impl FnOnce(String) -> String) {
        let before = fs::read_to_string(self.file(name)).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "{name}");
        self.write(name, &after);
    }

    /// The gateways.
    pub fn gateways(&self, text: &str) {
        self.write("sip_profiles/external/wavix.xml", text);
    }

    /// Starts it, and waits until its profiles run.
    #[track_caller]
    pub fn start(&mut self) {
        let _ = fs::remove_file(self.log_file());
        let output = fs::File::create(self.output_file()).unwrap();
        let child = Command::new("chroot")
            .arg(&self.root)
            .args(["/usr/bin/freeswitch", "-nf", "-nc", "-nonat"])
            .args(["-u", "freeswitch", "-g", "freeswitch"])
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        self.child = Some(child);
        until("freeswitch is up", || {
            let said = self.cli("sofia status").text;
            let runs = |profile: &str| {
                let is_it = |line: &&str| line.trim_start().starts_with(profile) && line.contains("RUNNING");
                said.lines().any(|line| is_it(&line))
            };
            let is_up = runs("external") && runs("internal");
            if is_up { Ok(()) } else { Err(format!("{said}\n{}", self.log())) }
        });
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        self.cli("shutdown");
        if let Some(mut child) = self.child.take() {
            until("freeswitch has ended", || match child.try_wait() {
                Ok(Some(_)) => Ok(()),
                other => Err(format!("{other:?}")),
            });
        }
    }

    /// A command of its console.
    pub fn cli(&self, command: &str) -> Said {
        self.machine.said(Command::new("chroot").arg(&self.root).args(["/usr/bin/fs_cli", "-x", command]))
    }

    /// Waits until it has registered at the gateway of this name.
    #[track_caller]
    pub fn registered(&self, gateway: &str) {
        until(&format!("{gateway} is registered"), || {
            let said = self.cli(&format!("sofia status gateway {gateway}")).text;
            let is_so = said
                .lines()
                .any(|line| line.starts_with("State") && line.contains("REGED") && !line.contains("UN"));
            if is_so { Ok(()) } else { Err(format!("{said}\n{}", self.log())) }
        });
    }

    /// Has it call, as a phone of its own would.
    pub fn calls(&self, number: &str) {
        self.cli(&format!("bgapi originate loopback/{number}/default &sleep(3000)")).succeeded();
    }

    /// What it says against the files of these tests.
    pub fn complaints(&self) -> Vec<String> {
        let about = ["wavix", "acl", "external", "dialplan", "XML", "gateway"];
        let log = self.log();
        let lines = log.lines().filter(|line| {
            !line.contains("'example.com'")
                && (line.contains("[ERR]") || line.contains("[CRIT]") || line.contains("[WARNING]"))
                && about.iter().any(|word| line.contains(word))
        });
        lines.map(str::to_owned).collect()
    }

    /// What it said since it was started.
    pub fn log(&self) -> String {
        let texts =
            [self.output_file(), self.log_file()].map(|file| fs::read_to_string(file).unwrap_or_default());
        texts.concat()
    }

    /// What it prints before it has a log.
    fn output_file(&self) -> PathBuf {
        self.machine.folder("log").join("freeswitch")
    }

    fn log_file(&self) -> PathBuf {
        self.root.join("var/log/freeswitch/freeswitch.log")
    }

    /// Adds an authority to those that the system trusts.
    pub fn trust(&self, authority: &str) {
        self.machine.trust(&self.root, authority);
    }
}

impl Drop for FreeSwitch<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // The machine ends, and its processes with it.
            let _ = child.kill();
            if std::thread::panicking() {
                eprintln!("freeswitch said: {:#?}", self.complaints());
            }
        }
    }
}
