//! The steps, from `init` to `destroy`, and what each of them proves.

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};
use wavix_sim::{Fault, Trunk};

use super::screen::Paint;
use super::stage::{LOG, Outcome, PASSWORD, Stage, read};
use super::{changes, cli, secrets};

const FOLDER: &str = "examples/quickstart";
const PROVIDER: &str = "examples/provider/provider.tf";

const OFFICE: &str = "Office PBX";
const BRANCH: &str = "Branch office";
const STATE: &str = "terraform.tfstate";
/// The number of the account, in digits.
const NUMBER: &str = "12565378257";

impl Stage<'_> {
    /// Every step; without the last if the trunks are to be kept.
    ///
    /// # Errors
    /// When a step fails, a plan is not empty, or something is not as the steps say.
    pub fn play(&self, keep: bool) -> Outcome<()> {
        let start = Instant::now();
        let configuration = read(&format!("{FOLDER}/main.tf"))?;
        self.line(&Paint::ALWAYS.bold("A Wavix SIP trunk, from plan to destroy"));
        self.line(&format!(
            "{} with provider {}, against a simulated Wavix account on {}\n",
            self.title(),
            cli::PROVIDER_VERSION,
            self.sim.base_url()
        ));
        for line in configuration.lines() {
            self.line(&if line.is_empty() {
                String::new()
            } else {
                format!("  {}", Paint::ALWAYS.cyan(line))
            });
        }
        self.line("");
        self.write("provider.tf", &read(PROVIDER)?)?;
        self.write("variables.tf", &read(&format!("{FOLDER}/variables.tf"))?)?;
        self.write("main.tf", &configuration)?;
        self.step("init", "The provider is installed from a folder, as behind a firewall.", &[])?;

        self.create()?;
        self.change(&configuration)?;
        self.repair()?;
        self.import()?;
        self.lose_an_answer()?;
        self.look_for_secrets()?;
        if !keep {
            self.destroy()?;
        }
        self.line(&format!(
            "\n{} {:.0} s. Next: README.md, and examples/ for more.",
            Paint::ALWAYS.green("Everything worked."),
            start.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    fn apply(&self, proves: &str) -> Outcome<String> {
        self.step("apply", proves, &["-auto-approve"])
    }

    fn create(&self) -> Outcome<()> {
        self.apply("The PBX gets a trunk to register at, and calls to the number ring there.")?;
        let trunk = self.trunk(OFFICE)?;
        let from = trunk.allowed_addresses().join(", ");
        self.fact(&format!("trunk {}: login {}, registers from {from} only", trunk.id, trunk.name));
        let number = self.sim.phone_number(NUMBER).ok_or("the account has no number")?;
        let rings = number.destination.iter().filter_map(|destination| destination.trunk_id);
        match rings.collect::<Vec<_>>().as_slice() {
            [id] if *id == trunk.id => self.fact(&format!("+{NUMBER} rings at trunk {id}")),
            _ => return Err(format!("the number rings elsewhere: {:?}", number.destination).into()),
        }
        let stored = trunk.callerid.as_deref().unwrap_or_default();
        self.fact(&format!("Wavix stores the caller ID +1 (256) 537-8257 as {stored}, which is no change"));
        self.requests_and_next_plan()
    }

    fn change(&self, configuration: &str) -> Outcome<()> {
        let before = self.trunk(OFFICE)?;
        self.write("main.tf", &configuration.replace("max_channels        = 4", "max_channels        = 8"))?;
        let said = self.apply(
            "Eight calls at once instead of four: the trunk is updated, and phones stay registered.",
        )?;
        let after = self.trunk(OFFICE)?;
        if (before.id, &before.name, before.password()) != (after.id, &after.name, after.password()) {
            return Err("the update made another trunk, or another login".into());
        }
        self.changed(&said, &format!("the login {} and its password stay the same", after.name))
    }

    fn repair(&self) -> Outcome<()> {
        let trunk = self.trunk(OFFICE)?;
        self.sim.edit_trunk(trunk.id, |trunk| {
            trunk.ip_restrict = false;
            trunk.allowed_ips.clear();
        });
        let said = self.apply(
            "In the portal, somebody let any address register. The next apply closes the trunk again.",
        )?;
        if self.trunk(OFFICE)?.allowed_addresses() != trunk.allowed_addresses() {
            return Err(format!("the trunk is still open\n{said}").into());
        }
        self.changed(&said, "every plan reads the trunks, and finds such edits")
    }

    /// What an update changed, in Terraform's words.
    fn changed(&self, said: &str, remark: &str) -> Outcome<()> {
        let changes = changes::of(said);
        if changes.is_empty() {
            return Err(format!("the apply changed nothing\n{said}").into());
        }
        for change in changes {
            self.fact(&Paint::ALWAYS.yellow(&change));
        }
        self.fact(remark);
        self.requests_and_next_plan()
    }

    fn import(&self) -> Outcome<()> {
        let id = self.sim.add_trunk(json!({ "label": "Made in the portal", "callerid": "13132847320" }));
        let before = self.sim.trunk(id);
        self.write("portal.tf", &read(&format!("{FOLDER}/portal.tf"))?.replace("3108", &id.to_string()))?;
        let said =
            self.apply("A trunk that was made in the portal is managed from now on, and stays as it is.")?;
        let summary =
            changes::summary(&said, "Apply complete! Resources: ").ok_or("the apply sums up nothing")?;
        if self.sim.trunk(id) != before {
            return Err(format!("the import changed the trunk\n{said}").into());
        }
        self.fact(&format!("trunk {id}: {summary}"));
        self.requests_and_next_plan()
    }

    fn lose_an_answer(&self) -> Outcome<()> {
        self.write("branch.tf", &read(&format!("{FOLDER}/branch.tf"))?)?;
        self.sim.fault("POST", "/v1/trunks", Fault::close_after_commit());
        self.apply("The connection breaks while Wavix makes a trunk. It is found, not paid for twice.")?;
        let posts = self.sim.journal().entries().iter().filter(|entry| entry.method == "POST").count();
        let trunk = self.trunk(BRANCH)?;
        if posts != 1 || !self.is_managed(&trunk)? {
            return Err(format!("{posts} creates, and trunk {} is not in the state", trunk.id).into());
        }
        self.fact(&format!(
            "trunk {} was made, but its id never arrived; the list of trunks has 1 {BRANCH:?}, which is now managed",
            trunk.id
        ));
        self.requests_and_next_plan()
    }

    /// Whether the state has it.
    fn is_managed(&self, trunk: &Trunk) -> Outcome<bool> {
        let id = json!(trunk.id.to_string());
        let state: Value = serde_json::from_str(&fs::read_to_string(self.work.join(STATE))?)?;
        let resources = state["resources"].as_array().into_iter().flatten();
        let mut instances =
            resources.flat_map(|resource| resource["instances"].as_array().into_iter().flatten());
        Ok(instances.any(|instance| instance["attributes"]["id"] == id))
    }

    fn look_for_secrets(&self) -> Outcome<()> {
        if self.trunk(OFFICE)?.password() != PASSWORD {
            return Err("the trunk has another password".into());
        }
        let found = secrets::search(&self.work, &[PASSWORD, self.sim.api_key()])?;
        if !found.leaks.is_empty() {
            return Err(format!("a secret is in {:?}", found.leaks).into());
        }
        let log = fs::read_to_string(self.work.join(LOG))?;
        if !log.contains("/v1/trunks") || !found.files.iter().any(|file| file == STATE) {
            return Err("the log shows no requests, or there is no state: nothing was looked through".into());
        }
        self.proven(
            "search all files",
            "The PBX registers with the password, and no file on this machine holds it.",
        );
        self.fact(&format!(
            "state, its backup and {LOG} (TF_LOG=TRACE) hold neither the SIP password nor the API key"
        ));
        Ok(())
    }

    fn destroy(&self) -> Outcome<()> {
        self.step(
            "destroy",
            "The trunks are deleted. The number stays in the account and rings nowhere.",
            &["-auto-approve"],
        )?;
        let left = self.sim.trunks().len();
        let number = self.sim.phone_number(NUMBER).ok_or("the number was released")?;
        if left != 0 || !number.destination.is_empty() {
            return Err(
                format!("{left} trunks are left, and the number rings at {:?}", number.destination).into()
            );
        }
        let requests = self.sim.journal().entries();
        self.requests(&requests, &format!("Requests: {}.", super::requests::summary(&requests)));
        Ok(())
    }

    /// The one trunk with this label.
    fn trunk(&self, label: &str) -> Outcome<Trunk> {
        match self.sim.trunks_labelled(label).as_slice() {
            [trunk] => Ok(trunk.clone()),
            trunks => Err(format!("{} trunks are labelled {label:?}", trunks.len()).into()),
        }
    }
}
