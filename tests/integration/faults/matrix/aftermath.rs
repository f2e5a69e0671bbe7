//! After the fault: is everything known, and does it come right?

use std::time::Duration;

use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::Trunk;
use wavix_sim::behaviour::Labels;

use super::catalogue::How;
use super::scene::{Scene, config, password};
use super::verb::{ONE_TRUNK, TRUNKS};
use crate::faults::ledger::{has_errors, text};

impl Scene<'_> {
    /// The fault is over, and what the server had still to do is done.
    pub async fn calm(&mut self) {
        if self.case.acts_late {
            let (method, path) = self.verb.target();
            let unanswered =
                || self.sim.journal().matching(method, path).iter().any(|entry| entry.status.is_none());
            while unanswered() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        self.sim.faults().clear();
        self.sim.configure(|knobs| knobs.labels = Labels::AsSent);
        self.place = None;
        self.ready().await;
    }

    /// What `apply -auto-approve` does three times more against a server that changes
    /// the labels it is sent: no trunk that was there is gone or another, and none is
    /// left behind.
    pub async fn repeated(&mut self, label: &str) -> Result<(), String> {
        if !matches!(self.case.how, How::Relabelled(..)) {
            return Ok(());
        }
        let logins = |trunks: Vec<Trunk>| trunks.into_iter().map(|trunk| trunk.name).collect::<Vec<_>>();
        let before = logins(self.sim.trunks());
        let config = self.ledger.config(&config(label));
        for round in 1..=3 {
            self.ledger.refresh().await?;
            self.ledger.apply(&config).await?;
            let now = logins(self.sim.trunks());
            if now != before {
                return Err(format!("apply {round} against the same server: {before:?} became {now:?}"));
            }
        }
        Ok(())
    }

    /// The trunks that are not somebody else's.
    pub fn ours(&self) -> Vec<Trunk> {
        self.sim.trunks().into_iter().filter(|trunk| trunk.id != self.twin).collect()
    }

    /// What is in the account and not in the state must be named.
    pub fn nothing_is_lost(&self, said: &[pb::Diagnostic]) -> Result<(), String> {
        let known = self.ledger.id();
        let lost = self.ours().into_iter().find(|trunk| Some(trunk.id) != known);
        let text = text(said);
        match lost {
            Some(lost) if !has_errors(said) || !names(&text, &lost) => Err(format!(
                "trunk {} is in no state, and no error names it: {text}\n{}",
                lost.id,
                self.sim.journal()
            )),
            _ => Ok(()),
        }
    }

    /// With the fault gone the next apply makes it one trunk, and the plan after
    /// that is empty.
    pub async fn converge(&mut self, label: &str) -> Result<(), String> {
        let config = self.ledger.config(&config(label));
        if self.ledger.instance.state.is_null()
            && let [lost] = self.ours().as_slice()
        {
            // What the error said to do.
            let said = self.ledger.import(lost.id).await?;
            quiet("importing", &said)?;
        }
        let said = self.ledger.refresh().await?;
        quiet("refreshing", &said)?;
        let said = self.ledger.apply(&config).await?;
        quiet("the next apply", &said)?;
        let said = self.ledger.refresh().await?;
        quiet("refreshing again", &said)?;
        if !self.ledger.is_settled(&config).await? {
            return Err("the plan after the next apply is not empty".to_owned());
        }
        let [trunk] = self.ours().try_into().map_err(|trunks: Vec<Trunk>| {
            format!("{} trunks after the next apply: {trunks:?}", trunks.len())
        })?;
        if Some(trunk.id) != self.ledger.id()
            || !is_same(&trunk.label, label)
            || trunk.password() != password(label)
        {
            return Err(format!("the next apply did not make it right: {trunk:?}"));
        }
        let count = |method, path| {
            self.sim.journal().matching(method, path).iter().filter(|entry| entry.committed).count()
        };
        // What a create takes back was never anybody's.
        let committed = count("POST", TRUNKS).saturating_sub(count("DELETE", ONE_TRUNK));
        if committed > 2 {
            return Err(format!("{committed} trunks were made in all\n{}", self.sim.journal()));
        }
        Ok(())
    }
}

/// Whether a text says enough to find a trunk: its id, or the label it has.
fn names(text: &str, trunk: &Trunk) -> bool {
    text.contains(&trunk.id.to_string()) || text.contains(&format!("{:?}", trunk.label))
}

/// Insists on no error.
pub fn quiet(what: &str, said: &[pb::Diagnostic]) -> Result<(), String> {
    if has_errors(said) { Err(format!("{what}, with the fault gone: {}", text(said))) } else { Ok(()) }
}

/// Whether two labels differ in nothing but blanks at their ends.
pub fn is_same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}
