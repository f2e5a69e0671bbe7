//! What a sequence has of one kind: the object that the configuration is about, what it
//! has left, and what a stranger has.

use std::collections::BTreeSet;

use serde_json::json;
use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::{ApiKey, Sim};

use super::object::{EVENT, Kind, OTHER_EVENT, OWN_NUMBER, STRANGERS_URI, STRANGERS_URL, Stored};
use crate::faults::bench::Bench;
use crate::faults::ledger::{Ledger, has_errors, text};

pub struct Life<'s> {
    bench: &'s Bench,
    pub kind: Kind,
    ledger: Ledger<'s>,
    /// What was applied last.
    variant: u8,
    /// What was replaced and could not be deleted yet.
    deposed: Vec<Ledger<'s>>,
    /// What is nobody's here.
    strangers: BTreeSet<String>,
    /// What is in no state, and was named when it came to be so.
    named: BTreeSet<String>,
    /// What is otherwise than configured, and was named when it came to be so.
    odd: BTreeSet<String>,
    /// Whether there was something after the last step, and whether this one may end it.
    serves: bool,
    is_ending: bool,
}

impl<'s> Life<'s> {
    /// Among so many strangers, of whom one looks like ours.
    pub fn new(bench: &'s Bench, sim: &Sim, kind: Kind, strangers: usize) -> Self {
        if kind == Kind::Number {
            sim.add_phone_number(json!({ "number": OWN_NUMBER }));
        }
        for number in 0..strangers {
            let url = format!("{STRANGERS_URL}/{number}");
            match kind {
                Kind::Trunk => {
                    let label = if number == 0 { "Trunk 1".to_owned() } else { format!("Stranger {number}") };
                    sim.add_trunk(json!({ "label": label, "created_at": "2023-05-16T17:13:25.000Z" }));
                }
                Kind::Key => {
                    let label = if number == 0 { "Key 1".to_owned() } else { format!("Stranger {number}") };
                    sim.add_api_key(ApiKey::new(format!("{number}").repeat(50)).label(label));
                }
                Kind::Webhook if number == 0 => sim.set_webhook(OTHER_EVENT, &url),
                // The place is taken, until the faults are gone.
                Kind::Webhook if number == 2 => sim.set_webhook(EVENT, &url),
                Kind::Webhook => {}
                Kind::Number => {
                    let to = json!({ "id": 1, "destination": STRANGERS_URI, "priority": 1, "transport": 1 });
                    sim.add_phone_number(json!({ "call_status_url": url, "destination": [to] }));
                }
            }
        }
        Self {
            bench,
            kind,
            ledger: Ledger::new(bench.objects(kind.type_name())),
            variant: 0,
            deposed: Vec::new(),
            strangers: kind.stored(sim).into_iter().map(|stored| stored.identity).collect(),
            named: BTreeSet::new(),
            odd: BTreeSet::new(),
            serves: false,
            is_ending: false,
        }
    }

    pub fn exists(&self) -> bool {
        self.key().is_some()
    }

    fn key(&self) -> Option<String> {
        self.kind.key_of(&self.ledger)
    }

    /// As a story says it.
    pub fn state(&self) -> String {
        let taint = if self.ledger.tainted { ", tainted" } else { "" };
        format!("[{}: {:?}{taint}]", self.kind.type_name(), self.key())
    }

    pub async fn apply(&mut self, variant: u8) -> Result<Vec<pb::Diagnostic>, String> {
        self.variant = variant;
        self.note_what_stays();
        let config = self.ledger.config(&self.kind.config(variant));
        self.ledger.apply(&config).await
    }

    fn note_what_stays(&mut self) {
        if self.kind.stays(&self.ledger) {
            self.named.insert(OWN_NUMBER.to_owned());
        }
    }

    pub async fn refresh(&mut self) -> Result<Vec<pb::Diagnostic>, String> {
        self.ledger.refresh().await
    }

    pub async fn destroy(&mut self) -> Result<Vec<pb::Diagnostic>, String> {
        self.is_ending = true;
        self.note_what_stays();
        self.ledger.destroy().await
    }

    /// Creates before it destroys, as a replacement may.
    pub async fn replace(&mut self, variant: u8) -> Result<Vec<pb::Diagnostic>, String> {
        let mut new = Ledger::new(self.bench.objects(self.kind.type_name()));
        let config = new.config(&self.kind.config(variant));
        let mut said = new.apply(&config).await?;
        let key = self.kind.key_of(&new);
        if key.is_some() {
            if key == self.key() {
                return Err(format!("{} was replaced by itself: {}", self.state(), text(&said)));
            }
            let mut old = std::mem::replace(&mut self.ledger, new);
            if !has_errors(&said) {
                said.extend(old.destroy().await?);
            }
            if self.kind.key_of(&old).is_some() {
                self.deposed.push(old);
            }
        }
        Ok(said)
    }

    /// Nothing doubled, nothing lost, nothing opened.
    pub fn judge(&mut self, sim: &Sim, just_said: &str) -> Result<(), String> {
        let kind = self.kind.type_name();
        let stored = self.kind.stored(sim);
        let is_there = |stranger: &&String| stored.iter().any(|stored| stored.identity == **stranger);
        if let Some(lost) = self.strangers.iter().find(|stranger| !is_there(stranger)) {
            return Err(format!("{kind}: {lost}, which is a stranger's, is gone"));
        }
        if let Some(taken) = self.kind.taken_away(sim) {
            return Err(taken);
        }
        let serves = !self.ours(sim).is_empty();
        let is_ending = std::mem::take(&mut self.is_ending);
        // Of a number no update takes away where it rings, whatever fails.
        if self.kind == Kind::Number && std::mem::replace(&mut self.serves, serves) && !serves && !is_ending {
            return Err(format!("{kind}: it rings nowhere, and nothing was destroyed"));
        }
        let said = just_said.to_lowercase();
        // What a server made of a request that was not answered is known by that request.
        let requested = self.kind.requested(self.variant);
        let is_named = |stored: &Stored| {
            let mut names = stored.names.iter().chain(&requested);
            names.any(|name| said.contains(&name.to_lowercase()))
        };
        let mut odd = BTreeSet::new();
        for stored in self.ours(sim) {
            let Some(how) = &stored.odd else { continue };
            // What a server makes of what it is sent is not the provider's doing, and is told.
            if !is_named(&stored) && !self.odd.contains(&stored.identity) {
                return Err(format!("{kind}: {} is as nobody configured it: {how}", stored.identity));
            }
            odd.insert(stored.identity);
        }
        self.odd = odd;
        let ledgers = || self.deposed.iter().chain([&self.ledger]);
        if let Some(wrong) = ledgers().find_map(|ledger| self.kind.false_secret(ledger, sim)) {
            return Err(wrong);
        }
        let unknown = self.unknown(sim)?;
        self.named.retain(|named| unknown.iter().any(|stored| stored.identity == *named));
        for stored in unknown {
            if !is_named(&stored) && !self.named.contains(&stored.identity) {
                return Err(format!("{kind}: {} is in no state, and nothing names it", stored.identity));
            }
            self.named.insert(stored.identity);
        }
        Ok(())
    }

    fn ours(&self, sim: &Sim) -> Vec<Stored> {
        let mut ours = self.kind.stored(sim);
        ours.retain(|stored| !self.strangers.contains(&stored.identity));
        ours
    }

    /// What is in no state.
    fn unknown(&self, sim: &Sim) -> Result<Vec<Stored>, String> {
        let mut unknown = self.ours(sim);
        let mut keys = BTreeSet::new();
        for ledger in self.deposed.iter().chain([&self.ledger]) {
            let Some(key) = self.kind.key_of(ledger) else { continue };
            let exactly = |stored: &Stored| stored.key == key && self.kind.is_as(ledger, stored);
            let place = unknown.iter().position(exactly);
            if let Some(place) = place.or_else(|| unknown.iter().position(|stored| stored.key == key)) {
                unknown.remove(place);
            }
            if !keys.insert(key.clone()) {
                return Err(format!("{}: {key} is in two states", self.kind.type_name()));
            }
        }
        Ok(unknown)
    }

    /// With the faults gone, what whoever reads the errors does: destroys what was
    /// replaced, imports what may have been made, and deletes what is too much. How much
    /// that was.
    pub async fn recover(&mut self, sim: &Sim) -> Result<usize, String> {
        let taken = format!("{STRANGERS_URL}/2");
        if self.kind == Kind::Webhook && self.strangers.remove(&taken) {
            sim.remove_webhook(EVENT);
        }
        for mut deposed in std::mem::take(&mut self.deposed) {
            quiet("destroying what was replaced", &deposed.destroy().await?)?;
        }
        let unknown = self.unknown(sim)?;
        for stored in &unknown {
            if self.exists() {
                self.kind.remove(sim, stored);
            } else {
                quiet("importing", &self.ledger.import(&stored.key).await?)?;
            }
        }
        Ok(unknown.len())
    }

    /// Whether the next plan is empty.
    pub async fn is_settled(&self, variant: u8) -> Result<bool, String> {
        self.ledger.is_settled(&self.ledger.config(&self.kind.config(variant))).await
    }

    /// There is one, and it is the state's.
    pub fn is_one(&self, sim: &Sim) -> Result<(), String> {
        let ours = self.ours(sim);
        match ours.as_slice() {
            [one]
                if one.odd.is_none()
                    && Some(&one.key) == self.key().as_ref()
                    && self.kind.is_as(&self.ledger, one) =>
            {
                Ok(())
            }
            _ => Err(format!("in the end the account has {ours:?} and the state {}", self.state())),
        }
    }

    /// There is none.
    pub fn is_gone(&self, sim: &Sim) -> Result<(), String> {
        let ours = self.ours(sim);
        if ours.is_empty() { Ok(()) } else { Err(format!("the destroy left {ours:?}")) }
    }
}

/// Insists on no error.
pub fn quiet(what: &str, said: &[pb::Diagnostic]) -> Result<(), String> {
    if has_errors(said) { Err(format!("{what}, with the faults gone: {}", text(said))) } else { Ok(()) }
}
