//! The guide "Around Terraform": what it shows is typed in as it stands, with the
//! real tools, where the machine has them. Nobody needs them to work on this
//! project, so that not even CI insists on one; who names one means it.

mod caching;
mod cdk_terrain;
mod language_servers;
mod lsp;
mod plugin_testing;
mod pulumi;
mod terragrunt;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Completion, Trial};
use tempfile::TempDir;
use wavix_sim::Sim;

use crate::packages;
use crate::support::{require, snippets, system};

const GUIDE: &str = "docs/guides/around-terraform.md";
const PASSWORD: &str = "planted-around-4711";

/// All tests of the guide.
pub fn trials() -> Vec<Trial> {
    [
        caching::trials(),
        terragrunt::trials(),
        cdk_terrain::trials(),
        plugin_testing::trials(),
        language_servers::trials(),
        pulumi::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Something that a test needs, and how a person names it.
struct Need {
    /// What is looked for on `PATH`.
    program: &'static str,
    /// The variable that names it elsewhere.
    variable: &'static str,
}

impl Need {
    /// Where it is, or why the test cannot run.
    fn find(&self) -> Result<PathBuf, String> {
        if let Some(named) = std::env::var_os(self.variable).filter(|named| !named.is_empty()) {
            let path = PathBuf::from(&named);
            return path
                .canonicalize()
                .map_err(|error| format!("{}={}: {error}", self.variable, path.display()));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|folder| folder.join(self.program));
        let missing = || format!("{} is not on PATH, and {} is not set", self.program, self.variable);
        found.into_iter().find(|candidate| candidate.is_file()).ok_or_else(missing)
    }

    fn is_named(&self) -> bool {
        std::env::var_os(self.variable).is_some_and(|named| !named.is_empty())
    }
}

/// A test with one of these tools and the real Terraform.
fn trial(name: &str, need: &'static Need, test: fn(&Path)) -> Trial {
    Trial::ignorable_test(format!("around::{name}"), move || {
        if let Err(missing) = require::cli() {
            return Ok(Completion::ignored_with(missing));
        }
        match need.find() {
            Ok(tool) => {
                test(&tool);
                Ok(Completion::Completed)
            }
            Err(reason) if need.is_named() => Err(reason.into()),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        }
    })
}

/// A folder in which a section of the guide is followed, with a mirror of the
/// provider and a simulated account.
struct Workshop {
    folder: TempDir,
    sim: Sim,
    section: String,
    path: Vec<PathBuf>,
}

impl Workshop {
    /// Writes the files of the section, and the settings that name the mirror.
    fn of(heading: &str) -> Self {
        let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE)).unwrap();
        let folder = packages::scratch("around-");
        let section = snippets::section(&page, heading).to_owned();
        let path = vec![folder.path().join("bin"), "/usr/bin".into(), "/bin".into()];
        let this = Self { folder, sim: Sim::spawn(), section, path };
        packager::mirror::add(&packages::release().dist, &this.at("mirror")).unwrap();
        let [settings] = &snippets::files(snippets::section(&page, "# Around Terraform"))[..] else {
            panic!("the introduction shows other files")
        };
        let content = settings.1.replace("/srv/providers", this.at("mirror").to_str().unwrap());
        this.write(&settings.0, &content);
        fs::create_dir(this.at("home")).unwrap();
        // The guide calls it terraform, whatever is tested.
        this.wrap("terraform", &require::cli().as_ref().unwrap().path);
        for (name, content) in snippets::files(&this.section) {
            this.write(&name, &content);
        }
        this
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Lets the shell find a program under a name of the guide's.
    fn wrap(&self, name: &str, program: &Path) {
        let file = format!("bin/{name}");
        self.write(&file, &format!("#!/bin/sh\nexec '{}' \"$@\"\n", program.display()));
        system::make_executable(&self.at(&file)).unwrap();
    }

    /// Looks for programs in this folder, too, before others.
    fn also_in(&mut self, folder: &Path) {
        self.path.insert(1, folder.to_owned());
    }

    /// The shell blocks of the section.
    fn shell(&self) -> Vec<String> {
        snippets::shell(&self.section)
    }

    /// What a person's shell has.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::join_paths(&self.path).unwrap())
            .env("HOME", self.at("home"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", self.at("mirror.tfrc"))
            .env("TF_VAR_sip_password", PASSWORD)
            .env("WAVIX_API_KEY", self.sim.api_key())
            .env("WAVIX_BASE_URL", self.sim.base_url());
        command
    }

    /// Types a script into a shell that ends with the first command that fails.
    fn type_in(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let mut shell = self.command(Path::new("sh"));
        shell.args(["-ec", script]).envs(variables.iter().copied()).output().unwrap()
    }

    /// The same, which must go well; what was printed.
    #[track_caller]
    fn typed(&self, script: &str, variables: &[(&str, &str)]) -> String {
        let output = self.type_in(script, variables);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{script}\n{said}");
        said
    }
}
