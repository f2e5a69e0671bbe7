//! A user who follows a page: applies its Terraform on the PBX, rotates the
//! password, is refused, and destroys.

use std::path::Path;
use std::sync::Arc;

use wavix_sim::{Fault, Sim};

use crate::machine::Machine;
use crate::support::run::Run;
use crate::support::terraform::Terraform;

/// The account of a user, and the folder in which Terraform runs.
pub struct User {
    pub sim: Arc<Sim>,
    tf: Option<Terraform>,
}

impl User {
    /// With the blocks of a page, as files.
    pub fn pasting(machine: &Machine, blocks: &[String], password: &str) -> Self {
        let user = Self::in_a_folder(machine, password);
        for (index, block) in blocks.iter().enumerate() {
            // The block that names the provider takes the place of the tests' own.
            let file = if block.contains("required_providers") {
                "versions.tf".to_owned()
            } else {
                format!("block-{index}.tf")
            };
            user.tf().write(&file, block);
        }
        user
    }

    /// With a scenario of the examples, but for its tests.
    pub fn copying(machine: &Machine, scenario: &str, password: &str) -> Self {
        let user = Self::in_a_folder(machine, password);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios").join(scenario);
        let mut folders = vec![folder.clone()];
        while let Some(inside) = folders.pop() {
            for entry in std::fs::read_dir(inside).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
                if name.starts_with('.') || name.starts_with("tests") || name.contains("tfstate") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    user.tf().write(&name, &std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        user
    }

    fn in_a_folder(machine: &Machine, password: &str) -> Self {
        let sim = Arc::new(Sim::spawn());
        let tf = Terraform::new(&sim).env("PATH", machine.path()).env("TF_VAR_sip_password", password);
        Self { sim, tf: Some(tf) }
    }

    pub fn tf(&self) -> &Terraform {
        self.tf.as_ref().unwrap()
    }

    /// Sets a variable of the configuration.
    pub fn set(&mut self, variable: &str, value: &str) {
        let tf = self.tf.take().unwrap();
        self.tf = Some(tf.env(&format!("TF_VAR_{variable}"), value));
    }

    /// Applies. Gives the login of the only trunk.
    #[track_caller]
    pub fn applies(&self) -> String {
        self.tf().apply_ok();
        let trunks = self.sim.trunks();
        assert_eq!(trunks.len(), 1);
        trunks[0].name.clone()
    }

    /// A command in which `terraform output -raw NAME` prints the output of this configuration.
    pub fn with_outputs(&self, machine: &Machine, command: &str) -> String {
        const ASKING: &str = "terraform output -raw ";
        let mut rest = command;
        let mut adapted = String::new();
        while let Some((before, after)) = rest.split_once(ASKING) {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
            let file = machine.folder("outputs").join(&after[..end]);
            std::fs::write(&file, self.tf().output(&after[..end]).as_str().unwrap()).unwrap();
            adapted += &format!("{before}cat {}", file.display());
            rest = &after[end..];
        }
        adapted + rest
    }

    /// Rotates to another password, which Wavix takes.
    #[track_caller]
    pub fn rotates(&mut self, password: &str, version: u8) {
        self.set("sip_password", password);
        self.set("sip_password_version", &version.to_string());
        self.applies();
        assert_eq!(self.sim.trunks()[0].password(), password);
    }

    /// Wants to rotate, and Wavix refuses.
    #[track_caller]
    pub fn is_refused_a_rotation(&mut self, version: u8) -> Run {
        self.set("sip_password", "refused");
        self.set("sip_password_version", &version.to_string());
        self.sim.fault("PUT", "/v1/trunks/*", Fault::status(422));
        let run = self.tf().apply_err();
        assert_ne!(self.sim.trunks()[0].password(), "refused");
        run
    }

    /// Destroys everything.
    #[track_caller]
    pub fn destroys(&self) {
        self.tf().run(["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeded();
        assert_eq!(self.sim.trunks(), []);
    }
}
