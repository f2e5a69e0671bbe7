//! One verb under one fault: before, during, and whether everything comes
//! right once the fault is gone.

use serde_json::json;
use wavix_sim::Sim;

use super::aftermath::{is_same, quiet};
use super::catalogue::How;
use super::expectation::Observed;
use super::scene::{Scene, config};
use super::verb::TRUNKS;
use crate::faults::ledger::{has_errors, text};

/// What a page of the list holds, and how many trunks there are to list.
const PAGE: usize = 3;
const LISTED: usize = 5;

impl Scene<'_> {
    pub async fn configure(&mut self) -> Result<Observed, String> {
        let mut arguments = self.faulty_arguments().await;
        arguments["allowed_account_ids"] = json!([account(&self.sim)]);
        // Its client is new, and so is its connection.
        self.arm();
        if matches!(self.case.how, How::Terminated(_)) {
            self.terminate_at_the_request().await;
        }
        let said = self.bench.configure(&arguments).await;
        let then = if has_errors(&said) { "refused" } else { "ready" };
        let observed = self.observed(then, &said);
        if has_errors(&said) {
            let refused = self.ledger.apply(&self.ledger.config(&config(self.label))).await?;
            if !has_errors(&refused) || !self.ours().is_empty() {
                return Err("a trunk was made although the account is not verified".to_owned());
            }
        }
        self.calm().await;
        self.converge(self.label).await?;
        Ok(observed)
    }

    pub async fn create(&mut self) -> Result<Observed, String> {
        self.ready().await;
        let planned = self.planned(self.label).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let then = match (self.ledger.id(), self.ledger.tainted) {
            (None, _) => "not in the state",
            (Some(_), false) => "in the state",
            (Some(_), true) => "in the state, tainted",
        };
        let observed = self.observed(then, &said);
        let sent = self.sim.journal().matching("POST", TRUNKS);
        let known = self.ledger.id();
        let doubles: Vec<i64> =
            self.ours().iter().map(|trunk| trunk.id).filter(|id| Some(*id) != known).collect();
        if sent.iter().filter(|entry| entry.committed).count() > 1
            && doubles.iter().any(|id| !text(&said).contains(&id.to_string()))
        {
            return Err(format!("doubled\n{}", self.sim.journal()));
        }
        self.repeated(self.label).await?;
        self.calm().await;
        if known.is_some() {
            // What the warning that names them says to do.
            for id in &doubles {
                self.sim.delete_trunk(*id);
            }
        }
        self.nothing_is_lost(&said)?;
        self.converge(self.label).await?;
        Ok(observed)
    }

    pub async fn read(&mut self) -> Result<Observed, String> {
        self.made().await?;
        // Somebody has changed it; a refresh would show that.
        self.sim.edit_trunk(self.ledger.id().unwrap_or_default(), |trunk| {
            trunk.label = self.new_label.to_owned()
        });
        self.strike().await;
        let said = self.ledger.refresh().await?;
        let then = match self.ledger.instance.state.get("label").as_str() {
            None => "gone from the state",
            Some(label) if label == self.new_label => "refreshed",
            Some(_) => "as it was",
        };
        let observed = self.observed(then, &said);
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(self.label).await?;
        Ok(observed)
    }

    pub async fn update(&mut self) -> Result<Observed, String> {
        self.made().await?;
        let planned = self.planned(self.new_label).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let label = self.ledger.instance.state.get("label").as_str().map(str::to_owned);
        let has_password = self.ledger.instance.state.get("password").as_str().is_some();
        let then = match (label.as_deref(), has_password) {
            (Some(label), true) if label == self.new_label => "new values",
            (Some(label), false) if label == self.new_label => "new values, no password",
            (Some(label), true) if label == self.label => "old values",
            (Some(label), false) if label == self.label => "old values, no password",
            (_, true) => "other values",
            (_, false) => "other values, no password",
        };
        let observed = self.observed(then, &said);
        if !has_errors(&said) && self.ours().iter().any(|trunk| !is_same(&trunk.label, self.new_label)) {
            return Err("the update succeeded, and the account has the old label".to_owned());
        }
        self.repeated(self.new_label).await?;
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(self.new_label).await?;
        Ok(observed)
    }

    pub async fn delete(&mut self) -> Result<Observed, String> {
        self.made().await?;
        self.strike().await;
        let said = self.ledger.destroy().await?;
        let then = if self.ledger.id().is_some() { "in the state" } else { "gone from the state" };
        let observed = self.observed(then, &said);
        self.calm().await;
        self.nothing_is_lost(&said)?;
        // What a destroy does next: refresh, then delete what is left.
        let said = self.ledger.refresh().await?;
        quiet("refreshing", &said)?;
        if self.ledger.id().is_some() {
            quiet("the next destroy", &self.ledger.destroy().await?)?;
        }
        if !self.ours().is_empty() {
            return Err(format!("left after the next destroy: {:?}", self.ours()));
        }
        Ok(observed)
    }

    pub async fn list(&mut self) -> Result<Observed, String> {
        for number in 1..LISTED {
            self.sim.add_trunk(json!({ "label": format!("Trunk {number}") }));
        }
        self.sim.configure(|behaviour| behaviour.per_page_cap = Some(PAGE));
        self.strike().await;
        let (found, said) = self.bench.list().await;
        let then = match found {
            0 => "none",
            LISTED => "all",
            _ => "some",
        };
        if then != "all" && !has_errors(&said) {
            return Err(format!("{found} of {LISTED} trunks without an error"));
        }
        let observed = self.observed(then, &said);
        self.calm().await;
        let (found, said) = self.bench.list().await;
        quiet("listing again", &said)?;
        if found != LISTED {
            return Err(format!("{found} trunks when listing again"));
        }
        Ok(observed)
    }

    pub async fn open(&mut self) -> Result<Observed, String> {
        let login = self.sim.trunk(self.twin).map(|trunk| trunk.name).unwrap_or_default();
        self.strike().await;
        let opened = self.bench.open_token(&login).await;
        let failed = has_errors(&opened.diagnostics);
        self.note_tokens();
        let observed = self.observed(if failed { "none" } else { "open" }, &opened.diagnostics);
        self.calm().await;
        if !failed {
            quiet("closing", &self.bench.close_token(opened.private).await)?;
        }
        let text = text(&opened.diagnostics);
        let named = |uuid: &str| text.contains(uuid) || text.contains(&login);
        if let Some(lost) = self.sim.webrtc_tokens().iter().find(|token| !named(&token.uuid)) {
            return Err(format!("the token {} is left and not named: {text}", lost.uuid));
        }
        let left = self.sim.webrtc_tokens().len();
        let again = self.bench.open_token(&login).await;
        quiet("opening again", &again.diagnostics)?;
        quiet("closing again", &self.bench.close_token(again.private).await)?;
        if self.sim.webrtc_tokens().len() != left {
            return Err("opening again left a token".to_owned());
        }
        Ok(observed)
    }

    pub async fn close(&mut self) -> Result<Observed, String> {
        let login = self.sim.trunk(self.twin).map(|trunk| trunk.name).unwrap_or_default();
        self.ready().await;
        let opened = self.bench.open_token(&login).await;
        quiet("opening", &opened.diagnostics)?;
        if matches!(self.case.how, How::Gone) {
            quiet("revoking", &self.bench.close_token(opened.private.clone()).await)?;
        }
        self.note_tokens();
        self.strike().await;
        let said = self.bench.close_token(opened.private.clone()).await;
        let observed = self.observed(if has_errors(&said) { "perhaps valid" } else { "revoked" }, &said);
        self.calm().await;
        if let [token] = self.sim.webrtc_tokens().as_slice()
            && !(has_errors(&said) && text(&said).contains(&token.uuid))
        {
            return Err(format!("the token {} is valid and not named: {}", token.uuid, text(&said)));
        }
        quiet("closing again", &self.bench.close_token(opened.private).await)?;
        if !self.sim.webrtc_tokens().is_empty() {
            return Err("closing again left the token".to_owned());
        }
        Ok(observed)
    }
}

/// The account's id, as the provider's argument wants it.
fn account(sim: &Sim) -> String {
    let mut id = 0;
    sim.configure_account(|account| id = account.id);
    id.to_string()
}
