//! After the fault: is everything known, and does it come right?

use std::time::Duration;

use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::behaviour::Labels;

use super::catalogue::How;
use super::scene::Scene;
use super::subjects::Seen;
use super::verb::Verb;
use crate::faults::ledger::{has_errors, text};

impl Scene<'_> {
    /// The fault is over, and what the server had still to do is done.
    pub async fn calm(&mut self) {
        if let Some(late) = self.late.take() {
            late.open();
            let (method, path) = self.subject.target(self.verb);
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
    /// the labels it is sent: no object that was there is gone or another, and none is
    /// left behind.
    pub async fn repeated(&mut self, value: &str) -> Result<(), String> {
        if !matches!(self.case.how, How::Relabelled(..)) {
            return Ok(());
        }
        let keys = |scene: &Self| -> Vec<String> {
            scene.subject.remote.all(&scene.sim).into_iter().map(|seen| seen.key).collect()
        };
        let before = keys(self);
        let config = self.config(value);
        for round in 1..=3 {
            self.ledger.refresh().await?;
            self.ledger.apply(&config).await?;
            let now = keys(self);
            if now != before {
                return Err(format!("apply {round} against the same server: {before:?} became {now:?}"));
            }
        }
        Ok(())
    }

    /// The objects that are not somebody else's.
    pub fn ours(&self) -> Vec<Seen> {
        let all = self.subject.remote.all(&self.sim);
        all.into_iter().filter(|seen| seen.key != self.twin).collect()
    }

    /// What is in the account and not in the state must be named.
    pub fn nothing_is_lost(&self, said: &[pb::Diagnostic]) -> Result<(), String> {
        let known = self.key();
        let lost = self.ours().into_iter().find(|seen| Some(&seen.key) != known.as_ref());
        let text = text(said);
        match lost {
            Some(lost) if !has_errors(said) || !names(&text, &lost) => Err(format!(
                "{} is in no state, and no error names it: {text}\n{}",
                lost.key,
                self.sim.journal()
            )),
            _ => Ok(()),
        }
    }

    /// With the fault gone the next apply makes it one object, and the plan after
    /// that is empty.
    pub async fn converge(&mut self, value: &str) -> Result<(), String> {
        let config = self.config(value);
        if self.ledger.instance.state.is_null()
            && let [lost] = self.ours().as_slice()
        {
            // What the error said to do.
            let said = self.ledger.import(&lost.key).await?;
            quiet("importing", &said)?;
        }
        let said = self.ledger.refresh().await?;
        quiet("refreshing", &said)?;
        let said = self.ledger.apply(&config).await?;
        quiet("the next apply", &said)?;
        // The next plan is another process, which plans each resource once.
        self.ready().await;
        let said = self.ledger.refresh().await?;
        quiet("refreshing again", &said)?;
        if !self.ledger.is_settled(&config).await? {
            return Err("the plan after the next apply is not empty".to_owned());
        }
        let [seen] = self
            .ours()
            .try_into()
            .map_err(|ours: Vec<Seen>| format!("{} objects after the next apply: {ours:?}", ours.len()))?;
        if Some(&seen.key) != self.key().as_ref()
            || !is_same(&seen.value, value)
            || !self.subject.remote.has_secrets_of(&self.sim, &seen.key, value)
        {
            return Err(format!("the next apply did not make it right: {seen:?}"));
        }
        let committed = self.committed(Verb::Create).saturating_sub(self.committed(Verb::Delete));
        // What a create takes back was never anybody's.
        if committed > 2 {
            return Err(format!("{committed} objects were made in all\n{}", self.sim.journal()));
        }
        Ok(())
    }

    /// Requests of this verb that were carried out, whichever verb sent them.
    fn committed(&self, verb: Verb) -> usize {
        if !self.subject.verbs().any(|one| one == verb) {
            return 0;
        }
        let (method, path) = self.subject.target(verb);
        self.sim.journal().matching(method, path).iter().filter(|entry| entry.committed).count()
    }
}

/// Whether a text says enough to find an object: its key, or the value it has.
fn names(text: &str, seen: &Seen) -> bool {
    text.contains(&seen.key) || text.contains(&format!("{:?}", seen.value))
}

/// Insists on no error.
pub fn quiet(what: &str, said: &[pb::Diagnostic]) -> Result<(), String> {
    if has_errors(said) { Err(format!("{what}, with the fault gone: {}", text(said))) } else { Ok(()) }
}

/// Whether two values differ in nothing but blanks at their ends.
pub fn is_same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}
