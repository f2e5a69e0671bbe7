//! LiveKit of one's own as `.ci/livekit` builds it: the server, its SIP service,
//! its command `lk`, and the Redis of this machine that keeps what they know.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::machine::{Machine, Program, Said, until};

/// Its address. WebRTC takes none of loopback, so it is on an interface of the
/// machine's own whose other end nobody has.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 20);

const KEY: &str = "key";
const SECRET: &str = "a-secret-of-at-least-thirty-two-characters";

/// An installed LiveKit; it runs between `start` and `stop`.
pub struct LiveKit<'a> {
    machine: &'a Machine,
    folder: PathBuf,
    children: Vec<Child>,
}

impl<'a> LiveKit<'a> {
    /// Writes its configuration, and puts its command on the path.
    pub fn install(machine: &'a Machine, program: Program) -> Self {
        machine
            .shell(&format!(
                "ip link add livekit type veth peer name nobody && ip address add {ADDRESS}/24 dev livekit && \
                 ip link set livekit up && ip link set nobody up"
            ))
            .succeeded();
        let this = Self { machine, folder: program.root(), children: Vec::new() };
        machine.script(
            "lk",
            &format!(
                "export LIVEKIT_URL=http://{ADDRESS}:7880 LIVEKIT_API_KEY={KEY} LIVEKIT_API_SECRET={SECRET}\n\
                 exec '{}' \"$@\"",
                this.program("lk").display()
            ),
        );
        let keeps = machine.folder("redis").display().to_string();
        this.write(
            "redis.conf",
            &format!("bind 127.0.0.1\nappendonly yes\nappendfsync always\ndir {keeps}\n"),
        );
        this.write(
            "server.yaml",
            &format!(
                "port: 7880\nbind_addresses: ['{ADDRESS}']\nkeys: {{{KEY}: {SECRET}}}\n\
                 redis: {{address: '127.0.0.1:6379'}}\n\
                 rtc: {{node_ip: {ADDRESS}, tcp_port: 7881, port_range_start: 50000, port_range_end: 50200}}\n"
            ),
        );
        this.write(
            "sip.yaml",
            &format!(
                "api_key: {KEY}\napi_secret: {SECRET}\nws_url: 'ws://{ADDRESS}:7880'\n\
                 redis: {{address: '127.0.0.1:6379'}}\nlisten_ip: {ADDRESS}\nlocal_net: {ADDRESS}/24\n\
                 max_cpu_utilization: 1\nlogging: {{level: debug}}\n"
            ),
        );
        this
    }

    /// Gives its SIP service a certificate of its own, from the next start on.
    pub fn has_a_certificate(&self) {
        let folder = self.machine.folder("livekit").display().to_string();
        self.machine
            .shell(&format!(
                "cd {folder} && openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=livekit \
                 -keyout sip.key -out sip.crt 2> /dev/null && cat >> sip.yaml <<END\n\
                 tls: {{port: 5061, port_listen: 5061, certs: [{{cert_file: {folder}/sip.crt, key_file: {folder}/sip.key}}]}}\nEND\n"
            ))
            .succeeded();
    }

    /// Where it takes calls.
    pub fn at() -> SocketAddr {
        SocketAddr::from((ADDRESS, 5060))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.machine.folder("livekit").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// Starts all three, and waits until each says that it is well.
    #[track_caller]
    pub fn start(&mut self) {
        let redis = self.file("redis.conf").display().to_string();
        self.run("redis", Command::new("redis-server").arg(redis));
        self.answers("redis-cli ping | grep PONG");
        let server = self.file("server.yaml");
        self.run("server", Command::new(self.program("livekit-server")).arg("--config").arg(server));
        self.answers("lk room list");
        let sip = self.file("sip.yaml");
        self.run("sip", Command::new(self.program("livekit-sip")).arg("--config").arg(sip));
        self.answers(&format!("ss -lun | grep {}", Self::at()));
    }

    #[track_caller]
    fn answers(&self, command: &str) {
        until(command, || {
            let said = self.machine.shell(command);
            if said.succeeded { Ok(()) } else { Err(format!("{}\n{}", said.text, self.log())) }
        });
    }

    fn run(&mut self, name: &str, command: &mut Command) {
        let log = fs::File::create(self.file(&format!("{name}.log"))).unwrap();
        let child =
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.children.push(child);
    }

    /// Stops them in order, the last one first.
    pub fn stop(&mut self) {
        while let Some(mut child) = self.children.pop() {
            self.machine.shell(&format!("kill -TERM {}", child.id())).succeeded();
            until("it has ended", || match child.try_wait() {
                Ok(Some(_)) => Ok(()),
                other => Err(format!("{other:?}\n{}", self.log())),
            });
        }
    }

    /// Its command.
    pub fn lk(&self, arguments: &str) -> Said {
        self.machine.shell(&format!("lk {arguments}"))
    }

    /// The ids of its trunks of this kind, `inbound` or `outbound`.
    pub fn trunks(&self, kind: &str) -> BTreeSet<String> {
        let listed = self.lk(&format!("sip {kind} list --json")).succeeded();
        let ids = listed.split('"').filter(|word| word.starts_with("ST_"));
        ids.map(str::to_owned).collect()
    }

    fn rooms(&self) -> BTreeSet<String> {
        let listed = self.lk("room list --json").succeeded();
        let names = listed.split('"').filter(|word| word.starts_with("call-"));
        names.map(str::to_owned).collect()
    }

    /// An agent joins each new room for a caller while `calls` runs. Gives the rooms too.
    pub fn answering<T>(&self, calls: impl FnOnce() -> T) -> (T, BTreeSet<String>) {
        let is_over = AtomicBool::new(false);
        let before = self.rooms();
        std::thread::scope(|scope| {
            let agent = scope.spawn(|| {
                let mut joined = BTreeSet::new();
                let mut agents = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    for room in self.rooms().difference(&before) {
                        if joined.insert(room.clone()) {
                            agents.push(self.joins(room));
                        }
                    }
                    std::thread::sleep(Duration::from_millis(100));
                }
                for mut agent in agents {
                    // It may have left by itself.
                    let _ = agent.kill();
                    let _ = agent.wait();
                }
                joined
            });
            let outcome = calls();
            is_over.store(true, Ordering::Relaxed);
            (outcome, agent.join().unwrap())
        })
    }

    /// An agent that speaks.
    fn joins(&self, room: &str) -> Child {
        let log = fs::File::create(self.file("agent.log")).unwrap();
        Command::new(self.machine.folder("bin").join("lk"))
            .args(["room", "join", "--identity", "agent", "--publish"])
            .arg(self.folder.join("agent.ogg"))
            .arg(room)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// Waits until its SIP service says this.
    #[track_caller]
    pub fn says(&self, what: &str) {
        until(what, || {
            let text = fs::read_to_string(self.file("sip.log")).unwrap();
            if text.contains(what) { Ok(()) } else { Err(self.log()) }
        });
    }

    /// What its SIP service and the agent said last.
    pub fn log(&self) -> String {
        let texts = ["server.log", "sip.log", "agent.log"].map(|name| {
            let text = fs::read_to_string(self.file(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        });
        texts.join("\n---\n")
    }
}

impl Drop for LiveKit<'_> {
    fn drop(&mut self) {
        for child in &mut self.children {
            // The machine ends, and its processes with it.
            let _ = child.kill();
        }
        if std::thread::panicking() {
            eprintln!("livekit said: {}", self.log());
        }
    }
}
