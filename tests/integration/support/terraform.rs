//! Real Terraform (or OpenTofu) against the built provider and a simulated API.
//!
//! The provider is started by the command line from a filesystem mirror, never
//! attached to: its name, packaging, handshake and TLS are part of every test.
//! An apply that succeeds must leave an empty plan, with and without refresh;
//! [`Terraform::apply_ok`] checks that and there is no way round it but
//! [`Terraform::apply_expecting_drift`], which wants a reason.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;
use tempfile::TempDir;
use wavix_sim::Sim;

use super::cli::{Cli, Mirror};
use super::require;
use super::run::{Run, Running};
use super::system;

/// Set to anything, it keeps the directory of every test.
const KEEP: &str = "KEEP_TEST_DIRECTORIES";

const VERSIONS: &str = r#"terraform {
  required_providers {
    wavix = {
      source = "wavix/wavix"
    }
  }
}
"#;

/// What all tests of a run share: the mirror, and one directory in which
/// `init` has been run, so that no test pays for it.
struct Installation {
    mirror: Mirror,
    data: PathBuf,
    lock: String,
    directory: TempDir,
}

static INSTALLATION: OnceLock<Installation> = OnceLock::new();
static REMOVED: Mutex<bool> = Mutex::new(false);

fn cli() -> &'static Cli {
    require::cli().as_ref().expect("the trial checked that there is a command line")
}

fn installation() -> &'static Installation {
    INSTALLATION.get_or_init(|| {
        let directory = scratch("installation-");
        let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
        let mirror = Mirror::lay(directory.path(), binary).expect("the mirror can be laid");
        let template = directory.path().join("template");
        std::fs::create_dir(&template).unwrap();
        std::fs::write(template.join("versions.tf"), VERSIONS).unwrap();
        let mut command = mirror.command(cli(), &template);
        command.args(["init", "-no-color", "-input=false"]);
        Run::of(command).succeeded();
        // With hashes in it, every command would read and hash the whole
        // binary again. That they match is tested once, in `install.rs`.
        let lock = std::fs::read_to_string(template.join(".terraform.lock.hcl")).unwrap();
        let (head, rest) = lock.split_once("  hashes = [").expect("init records hashes");
        let (_, tail) = rest.split_once("]\n").expect("the list of hashes ends");
        let lock = format!("{head}{tail}");
        Installation { mirror, data: template.join(".terraform"), lock, directory }
    })
}

/// Removes what the tests of this run shared. Called once, after the last.
pub fn remove_installation() {
    let mut removed = REMOVED.lock().unwrap();
    if let Some(installation) = INSTALLATION.get().filter(|_| !*removed) {
        *removed = true;
        // A leftover directory under `target` is no reason to fail.
        let _ = std::fs::remove_dir_all(installation.directory.path());
    }
}

fn scratch(prefix: &str) -> TempDir {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tempfile::Builder::new().prefix(prefix).tempdir_in(parent).expect("a directory under target can be made")
}

/// A working directory with a configuration and its state.
pub struct Terraform {
    directory: Option<TempDir>,
    path: PathBuf,
    environment: BTreeMap<String, OsString>,
    /// What the provider notes for other processes is for those of this directory:
    /// the simulated account may have been another test's a moment ago, at the same
    /// port. Elsewhere, since a socket's path must be short.
    _temporary: TempDir,
}

impl Terraform {
    /// An empty directory whose provider talks to `sim`, by its environment.
    /// The directory is named after the test's file and line.
    #[track_caller]
    pub fn new(sim: &Sim) -> Self {
        Self::unconfigured().env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url())
    }

    /// An empty directory whose provider knows no account.
    #[track_caller]
    pub fn unconfigured() -> Self {
        let installation = installation();
        let this = Self::uninitialised().env("TF_DATA_DIR", &installation.data);
        this.write("versions.tf", VERSIONS);
        this.write(".terraform.lock.hcl", &installation.lock);
        this
    }

    /// A directory in which nothing was done yet, not even `init`.
    #[track_caller]
    pub fn uninitialised() -> Self {
        let caller = std::panic::Location::caller();
        let file = Path::new(caller.file()).file_stem().unwrap_or_default().to_string_lossy();
        let directory = scratch(&format!("{file}-{}-", caller.line()));
        let path = directory.path().to_owned();
        let temporary = tempfile::Builder::new().prefix("tf").tempdir().expect("a temporary directory");
        let environment = BTreeMap::from([("TMPDIR".to_owned(), temporary.path().into())]);
        Self { directory: Some(directory), path, environment, _temporary: temporary }
    }

    /// Offers another provider than ours to `init`.
    pub fn offer(&self, source: &str, version: &str, binary: &Path) {
        installation().mirror.offer(source, version, binary).expect("the mirror can be written");
    }

    /// Sets a variable for every command.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into the directory.
    pub fn write(&self, file: &str, content: &str) {
        let path = self.path.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes `main.tf`.
    pub fn config(&self, hcl: &str) -> &Self {
        self.write("main.tf", hcl);
        self
    }

    /// Reads a file.
    pub fn read(&self, file: &str) -> String {
        let path = self.path.join(file);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
    }

    /// Runs any command to its end, whatever that is.
    pub fn run<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command(arguments))
    }

    /// Starts a command as a shell does: in a process group of its own.
    pub fn start<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        let mut command = self.command(arguments);
        system::own_group(&mut command);
        Running::of(command)
    }

    fn command<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = installation().mirror.command(cli(), &self.path);
        command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        command.envs(&self.environment);
        command
    }

    /// Applies the configuration, and proves that nothing is left to do: the
    /// plans without and with refresh must both be empty.
    #[track_caller]
    pub fn apply_ok(&self) -> Run {
        let run = self.apply().succeeded();
        self.expect_empty_plans();
        run
    }

    /// Applies a configuration after which the plan is rightly not empty.
    #[track_caller]
    pub fn apply_expecting_drift(&self, reason: &str) -> Run {
        assert!(!reason.is_empty(), "say why the plan is not empty");
        let run = self.apply().succeeded();
        let plan = self.plan().succeeded();
        assert!(!plan.changes().is_empty(), "the plan is empty after all, although: {reason}\n{plan}");
        run
    }

    /// Applies a configuration that must be refused or fail.
    #[track_caller]
    pub fn apply_err(&self) -> Run {
        self.apply().failed()
    }

    fn apply(&self) -> Run {
        self.run(["apply", "-auto-approve", "-input=false", "-json"])
    }

    /// Both plans must be empty, and the refresh must find what the state says.
    #[track_caller]
    pub fn expect_empty_plans(&self) {
        for (kind, refresh) in [("without refresh", "-refresh=false"), ("with refresh", "-refresh=true")] {
            let plan =
                self.run(["plan", "-detailed-exitcode", "-input=false", "-no-color", "-lock=false", refresh]);
            let empty = plan.status == Some(0) && plan.text().contains("Your infrastructure matches");
            assert!(empty, "the plan {kind} is not empty\n{plan}");
        }
    }

    /// Plans, keeping the plan for [`Terraform::plan_json`].
    #[track_caller]
    pub fn plan(&self) -> Run {
        self.run(["plan", "-input=false", "-json", "-out=saved.plan"])
    }

    /// Plans something that must be refused.
    #[track_caller]
    pub fn plan_err(&self) -> Run {
        self.run(["plan", "-input=false", "-json"]).failed()
    }

    /// Plans successfully and gives the plan as `show -json` does.
    #[track_caller]
    pub fn plan_json(&self) -> Value {
        self.plan().succeeded();
        self.show_json("saved.plan")
    }

    /// `show -json` of a plan file.
    #[track_caller]
    pub fn show_json(&self, file: &str) -> Value {
        let run = self.run(["show", "-json", file]).succeeded();
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{run}"))
    }

    /// Validates a configuration that must be refused.
    #[track_caller]
    pub fn validate_err(&self) -> Run {
        self.run(["validate", "-json"]).failed()
    }

    /// Validates a configuration that must be accepted.
    #[track_caller]
    pub fn validate_ok(&self) -> Run {
        self.run(["validate", "-json"]).succeeded()
    }

    /// Brings the state up to date with the API.
    #[track_caller]
    pub fn refresh(&self) -> Run {
        self.run(["apply", "-refresh-only", "-auto-approve", "-input=false", "-json"]).succeeded()
    }

    /// Imports by the `import` command.
    pub fn import(&self, address: &str, id: &str) -> Run {
        self.run(["import", "-input=false", "-no-color", address, id])
    }

    /// Destroys everything and asks the API whether it is gone.
    #[track_caller]
    pub fn destroy(&self, sim: &Sim) -> Run {
        let run = self.run(["apply", "-destroy", "-auto-approve", "-input=false", "-json"]).succeeded();
        assert_eq!(sim.trunks(), [], "destroyed, yet the account has trunks\n{run}");
        assert_eq!(self.state_addresses(), Vec::<String>::new(), "destroyed, yet the state has objects");
        run
    }

    /// The state file; `None` before the first apply.
    pub fn state_file(&self) -> Option<Value> {
        let text = std::fs::read_to_string(self.path.join("terraform.tfstate")).ok()?;
        Some(serde_json::from_str(&text).expect("the state file is JSON"))
    }

    /// Writes this state with other attributes of its first object.
    pub fn edit_state(&self, state: &Value, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
        let mut state = state.clone();
        change(state["resources"][0]["instances"][0]["attributes"].as_object_mut().unwrap());
        self.write("terraform.tfstate", &state.to_string());
    }

    /// Every resource instance of the state: address and instance object.
    fn instances(&self) -> Vec<(String, Value)> {
        let state = self.state_file().unwrap_or_default();
        let resources = state["resources"].as_array().cloned().unwrap_or_default();
        let instances = resources.iter().flat_map(|resource| {
            let data = if resource["mode"] == "data" { "data." } else { "" };
            let name = format!(
                "{data}{}.{}",
                resource["type"].as_str().unwrap(),
                resource["name"].as_str().unwrap()
            );
            let instances = resource["instances"].as_array().unwrap();
            instances.iter().map(move |instance| match &instance["index_key"] {
                Value::Null => (name.clone(), instance.clone()),
                key => (format!("{name}[{key}]"), instance.clone()),
            })
        });
        instances.collect()
    }

    /// The addresses of every resource instance in the state.
    pub fn state_addresses(&self) -> Vec<String> {
        self.instances().into_iter().map(|(address, _)| address).collect()
    }

    /// The attributes of one instance: `wavix_sip_trunk.a`, `…["key"]`, `…[0]`.
    #[track_caller]
    pub fn state(&self, address: &str) -> Value {
        self.instance(address)["attributes"].clone()
    }

    /// Whether the next plan will replace the instance.
    #[track_caller]
    pub fn is_tainted(&self, address: &str) -> bool {
        self.instance(address)["status"] == "tainted"
    }

    #[track_caller]
    fn instance(&self, address: &str) -> Value {
        let instances = self.instances();
        let found = instances.iter().find(|(name, _)| name == address).map(|(_, instance)| instance.clone());
        found.unwrap_or_else(|| panic!("{address} is not in the state: {:?}", self.state_addresses()))
    }

    /// The value of a root output.
    #[track_caller]
    pub fn output(&self, name: &str) -> Value {
        let state = self.state_file().unwrap_or_default();
        let value = state["outputs"][name]["value"].clone();
        assert!(!value.is_null(), "no output {name}: {}", state["outputs"]);
        value
    }

    /// The id of the trunk at `address`.
    #[track_caller]
    pub fn trunk_id(&self, address: &str) -> i64 {
        let state = self.state(address);
        state["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id: {state}"))
    }

    /// The trunk at `address`, as the API holds it.
    #[track_caller]
    pub fn stored(&self, sim: &Sim, address: &str) -> wavix_sim::Trunk {
        let id = self.trunk_id(address);
        sim.trunk(id).unwrap_or_else(|| panic!("{address} has id {id}, which the account does not have"))
    }
}

impl Drop for Terraform {
    fn drop(&mut self) {
        if (std::thread::panicking() || std::env::var_os(KEEP).is_some())
            && let Some(directory) = self.directory.take()
        {
            eprintln!("kept: {}", directory.keep().display());
        }
    }
}
