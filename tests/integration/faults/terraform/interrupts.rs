//! Ctrl-C, once and twice, `timeout`, and a provider that is killed.

use std::process::Command;
use std::time::Duration;

use wavix_sim::{Fault, Gate, Rule, Sim};

use crate::support::require::is_opentofu;
use crate::support::run::{Run, Running};
use crate::support::terraform::Terraform;

acceptance_trials! {
    an_interrupt_leaves_every_trunk_in_the_state,
    a_termination_of_the_process_group_leaves_every_trunk_in_the_state,
    a_second_interrupt_leaves_every_trunk_in_the_state_or_in_the_log,
    a_trunk_that_a_killed_provider_made_is_imported_and_not_made_twice,
}

const TRUNKS: usize = 4;

/// Where in the run the signal comes: creates that are over, and whether the
/// next one is carried out already.
const POINTS: [(usize, bool); 4] = [(0, false), (1, true), (2, false), (3, true)];

const LOG: &str = "error.log";

struct Scene {
    sim: Sim,
    tf: Terraform,
}

impl Scene {
    /// With the create after `done` others waiting for the gate.
    fn before(done: usize, committed: bool, gate: &Gate) -> Self {
        let sim = Sim::spawn();
        let tf = Terraform::new(&sim).env("TF_LOG_PROVIDER", "TRACE").env("TF_LOG_PATH", LOG);
        tf.config(&format!(
            r#"resource "wavix_sip_trunk" "many" {{
  count    = {TRUNKS}
  label    = "Interrupted ${{count.index}}"
  callerid = "13132847320"
  password = "password ${{count.index}}"
}}
"#
        ));
        let slow = if committed { Fault::held_after_commit(gate) } else { Fault::held_before_commit(gate) };
        sim.faults().push(Rule::new("POST", "/v1/trunks", slow).skip(done));
        Self { sim, tf }
    }

    /// An apply that has come to the slow create.
    fn under_way(&self, done: usize, committed: bool) -> Running {
        let apply = ["apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=1"];
        let running = self.tf.start(apply);
        let reached = || {
            let posts = self.sim.journal().matching("POST", "/v1/trunks");
            posts.len() > done && (posts[done].committed || !committed && posts[done].body.is_some())
        };
        while !reached() {
            std::thread::sleep(Duration::from_millis(5));
        }
        running
    }

    /// Waits until the provider has been told to stop.
    fn stopped(&self) {
        let told = |line: &str| line.contains("request received") && line.contains("StopProvider");
        while !self.log().lines().any(told) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.tf.path().join(LOG)).unwrap_or_default()
    }

    /// Waits until the server has carried out all that it was sent.
    fn settled(&self, done: usize) {
        let committed =
            || self.sim.journal().matching("POST", "/v1/trunks").iter().filter(|e| e.committed).count();
        while committed() <= done {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn nothing_is_lost(&self, run: &Run) {
        let known: Vec<i64> = self.tf.state_addresses().iter().map(|one| self.tf.trunk_id(one)).collect();
        // What users see who log errors only, and not what the plan showed.
        let log = self.log();
        let log: String =
            log.lines().filter(|line| line.contains("[ERROR]")).map(|line| format!("{line}\n")).collect();
        // OpenTofu keeps the results of a run in memory until it writes its state, and says them.
        let created = run.stdout.lines().filter(|line| is_opentofu() && line.contains("Creation complete"));
        let told = format!("{}\n{log}\n{}", run.stderr, created.collect::<Vec<_>>().join("\n"));
        for trunk in self.sim.trunks() {
            let named = told.contains(&trunk.id.to_string()) || told.contains(&trunk.label);
            assert!(known.contains(&trunk.id) || named, "{} is lost\n{run}\n{log}", trunk.id);
        }
    }
}

/// To the whole process group, as a terminal does it.
fn interrupt(running: &Running) {
    signal(running, "-INT");
}

fn signal(running: &Running, signal: &str) {
    let group = format!("-{}", running.pid());
    assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());
}

/// Every point at the same time: they mostly wait.
fn at_every_point(scene: fn(usize, bool)) {
    std::thread::scope(|scope| {
        for (done, committed) in POINTS {
            scope.spawn(move || scene(done, committed));
        }
    });
}

fn an_interrupt_leaves_every_trunk_in_the_state() {
    at_every_point(|done, committed| stopped_by("-INT", done, committed));
}

/// As `timeout` and the end of a CI job do it: Terraform finishes what it is doing, and the provider must not be the
/// first to go.
fn a_termination_of_the_process_group_leaves_every_trunk_in_the_state() {
    at_every_point(|done, committed| stopped_by("-TERM", done, committed));
}

fn stopped_by(name: &str, done: usize, committed: bool) {
    let gate = Gate::new();
    let scene = Scene::before(done, committed, &gate);
    let running = scene.under_way(done, committed);
    signal(&running, name);
    scene.stopped();
    if name == "-TERM" {
        // Longer than a provider is given that was asked to end.
        std::thread::sleep(Duration::from_secs(3));
    }
    gate.open();
    let run = running.finished().failed();
    assert_eq!(scene.sim.trunks().len(), done + 1, "{run}");
    assert_eq!(scene.tf.state_addresses().len(), done + 1, "what was sent is awaited\n{run}");
    scene.nothing_is_lost(&run);
    scene.tf.apply_ok();
    assert_eq!(scene.sim.journal().count("POST", "/v1/trunks"), TRUNKS);
    scene.tf.destroy(&scene.sim);
}

fn a_second_interrupt_leaves_every_trunk_in_the_state_or_in_the_log() {
    at_every_point(|done, committed| {
        let gate = Gate::new();
        let scene = Scene::before(done, committed, &gate);
        let running = scene.under_way(done, committed);
        interrupt(&running);
        scene.stopped();
        interrupt(&running);
        let run = running.finished();
        gate.open();
        scene.settled(done);
        scene.nothing_is_lost(&run);
    });
}

/// Nobody can say anything after SIGKILL: Terraform's own error is all there
/// is. The next plan names the trunk, and whoever reads it imports it.
fn a_trunk_that_a_killed_provider_made_is_imported_and_not_made_twice() {
    let scene = Scene::before(0, true, &Gate::new());
    let running = scene.under_way(0, true);
    let terraform = running.pid().to_string();
    // The children of this Terraform, and nobody else's.
    assert!(Command::new("pkill").args(["-KILL", "-P", &terraform]).status().unwrap().success());
    let run = running.finished();
    assert_eq!(run.status, Some(1), "{run}");
    assert_eq!(scene.tf.state_addresses(), Vec::<String>::new(), "{run}");

    let [made] = scene.sim.trunks().try_into().expect("one trunk was made");
    let index = made.label.strip_prefix("Interrupted ").expect("one of ours");
    let address = format!("wavix_sip_trunk.many[{index}]");
    let warnings = scene.tf.plan().succeeded().warnings();
    let [warning] = warnings.as_slice() else { panic!("not one warning: {warnings:?}") };
    assert_eq!(warning.summary, format!("Possible duplicate SIP trunk {:?}", made.label));
    assert!(warning.detail.contains(&made.id.to_string()), "{warning:?}");
    scene.tf.import(&address, &made.id.to_string()).succeeded();
    scene.tf.apply_ok();
    assert_eq!(scene.tf.trunk_id(&address), made.id);
    assert_eq!(scene.sim.trunks().len(), TRUNKS);
    assert_eq!(scene.sim.journal().count("POST", "/v1/trunks"), TRUNKS);
    scene.tf.destroy(&scene.sim);
}
