//! One verb under one fault: before, during, and whether everything comes
//! right once the fault is gone.

use serde_json::json;
use wavix_sim::Sim;

use super::aftermath::{is_same, quiet};
use super::catalogue::How;
use super::expectation::Observed;
use super::scene::Scene;
use crate::faults::ledger::{has_errors, text};

/// What a page of a list holds.
const PAGE: usize = 3;

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
            let refused = self.ledger.apply(&self.config(self.value)).await?;
            if !has_errors(&refused) || !self.ours().is_empty() {
                return Err("something was made although the account is not verified".to_owned());
            }
        }
        self.calm().await;
        self.converge(self.value).await?;
        Ok(observed)
    }

    pub async fn create(&mut self) -> Result<Observed, String> {
        self.ready().await;
        let planned = self.planned(self.value).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let then = match (self.key(), self.ledger.tainted) {
            (None, _) => "not in the state",
            (Some(_), false) => "in the state",
            (Some(_), true) => "in the state, tainted",
        };
        let observed = self.observed(then, &said);
        let (method, path) = self.subject.target(self.verb);
        let sent = self.sim.journal().matching(method, path);
        let known = self.key();
        let doubles: Vec<String> =
            self.ours().into_iter().map(|seen| seen.key).filter(|key| Some(key) != known.as_ref()).collect();
        if sent.iter().filter(|entry| entry.committed).count() > 1
            && doubles.iter().any(|key| !text(&said).contains(key))
        {
            return Err(format!("doubled\n{}", self.sim.journal()));
        }
        self.repeated(self.value).await?;
        self.calm().await;
        if known.is_some() {
            // What the warning that names them says to do.
            for key in &doubles {
                self.subject.remote.remove(&self.sim, key);
            }
        }
        self.nothing_is_lost(&said)?;
        self.converge(self.value).await?;
        Ok(observed)
    }

    pub async fn read(&mut self) -> Result<Observed, String> {
        self.made().await?;
        // Somebody has changed it; a refresh would show that.
        let key = self.key().unwrap_or_default();
        self.subject.remote.edit(&self.sim, &key, self.new_value);
        self.strike().await;
        let said = self.ledger.refresh().await?;
        let then = match self.stored_value().as_deref() {
            None => "gone from the state",
            Some(value) if value == self.new_value => "refreshed",
            Some(_) => "as it was",
        };
        let observed = self.observed(then, &said);
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(self.value).await?;
        Ok(observed)
    }

    pub async fn update(&mut self) -> Result<Observed, String> {
        self.made().await?;
        let planned = self.planned(self.new_value).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let values = match self.stored_value().as_deref() {
            Some(value) if value == self.new_value => "new",
            Some(value) if value == self.value => "old",
            _ => "other",
        };
        let lost = self.subject.remote.secret();
        let lost = lost.filter(|secret| self.ledger.instance.state.get(secret).as_str().is_none());
        let lost = lost.map_or_else(String::new, |secret| format!(", no {secret}"));
        let then = format!("{values} values{lost}");
        let observed = self.observed(then, &said);
        if !has_errors(&said) && self.ours().iter().any(|seen| !is_same(&seen.value, self.new_value)) {
            return Err("the update succeeded, and the account has the old value".to_owned());
        }
        self.repeated(self.new_value).await?;
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(self.new_value).await?;
        Ok(observed)
    }

    pub async fn delete(&mut self) -> Result<Observed, String> {
        self.made().await?;
        self.strike().await;
        let said = self.ledger.destroy().await?;
        let then = if self.key().is_some() { "in the state" } else { "gone from the state" };
        let observed = self.observed(then, &said);
        self.calm().await;
        self.nothing_is_lost(&said)?;
        // What a destroy does next: refresh, then delete what is left.
        let said = self.ledger.refresh().await?;
        quiet("refreshing", &said)?;
        if self.key().is_some() {
            quiet("the next destroy", &self.ledger.destroy().await?)?;
        }
        if !self.ours().is_empty() {
            return Err(format!("left after the next destroy: {:?}", self.ours()));
        }
        Ok(observed)
    }

    pub async fn list(&mut self) -> Result<Observed, String> {
        let remote = self.subject.remote;
        remote.fill(&self.sim);
        let all = remote.listed(&self.sim);
        self.sim.configure(|behaviour| behaviour.per_page_cap = Some(PAGE));
        self.strike().await;
        let (found, said) = self.bench.list(remote.type_name()).await;
        let then = match found {
            0 => "none",
            found if found == all => "all",
            _ => "some",
        };
        if then != "all" && !has_errors(&said) {
            return Err(format!("{found} of {all} without an error"));
        }
        let observed = self.observed(then, &said);
        self.calm().await;
        let (found, said) = self.bench.list(remote.type_name()).await;
        quiet("listing again", &said)?;
        if found != all {
            return Err(format!("{found} of {all} when listing again"));
        }
        Ok(observed)
    }

    pub async fn open(&mut self) -> Result<Observed, String> {
        let login = self.login();
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
        let login = self.login();
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

impl Scene<'_> {
    /// Of the trunk that tokens are for.
    fn login(&self) -> String {
        let trunk = self.sim.trunk(self.twin.parse().expect("the id of a trunk"));
        trunk.map(|trunk| trunk.name).unwrap_or_default()
    }
}

/// The account's id, as the provider's argument wants it.
fn account(sim: &Sim) -> String {
    let mut id = 0;
    sim.configure_account(|account| id = account.id);
    id.to_string()
}
