//! One verb under one fault: before, during, and whether everything comes
//! right once the fault is gone.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tf_conformance::core::Planned;
use tf_conformance::proto::tfplugin6 as pb;
use wavix_sim::Sim;

use super::aftermath::quiet;
use super::catalogue::{Case, How};
use super::expectation::Observed;
use super::unreachable::Place;
use super::verb::Verb;
use crate::faults::bench::{Bench, arguments};
use crate::faults::ledger::{Ledger, has_errors, text};
use crate::support::secrets;

/// Of the trunk that is made.
pub const LABEL: &str = "Reception";
/// Of the same trunk after an update.
pub const NEW_LABEL: &str = "Front desk";
/// What a page of the list holds, and how many trunks there are to list.
const PAGE: usize = 3;
const LISTED: usize = 5;

/// Everything in one cell.
pub struct Scene<'s> {
    pub bench: &'s Bench,
    pub sim: Sim,
    pub verb: Verb,
    pub case: &'static Case,
    pub ledger: Ledger<'s>,
    /// A trunk of somebody else's that looks exactly like the one that is made.
    pub twin: i64,
    /// Keeps an unreachable place as it is.
    pub place: Option<Place>,
    /// Secrets that the account made up.
    pub tokens: BTreeSet<String>,
}

/// Tries one cell. The error says what must never be, whatever the table says.
/// The second part is the account's own secrets.
pub async fn run(
    bench: &Bench,
    verb: Verb,
    case: &'static Case,
) -> (Result<Observed, String>, BTreeSet<String>) {
    let sim = Sim::builder().api_key(secrets::API_KEY).start().await;
    let twin = sim.add_trunk(json!({
        "label": LABEL, "callerid": "13132847320", "password": "somebody else's",
        "allowed_ips": [{ "ip": "198.51.100.7" }], "call_limit": 600, "rewrite_prefix": "00",
        "call_restrict": true, "rewrite_enabled": true, "ip_restrict": true, "created_at": "2023-05-16T17:13:25.000Z",
    }));
    let before = sim.trunk(twin);
    let ledger = Ledger::new(bench.trunks());
    let mut scene = Scene { bench, sim, verb, case, ledger, twin, place: None, tokens: BTreeSet::new() };
    let observed = match verb {
        Verb::Configure => scene.configure().await,
        Verb::Create => scene.create().await,
        Verb::Read => scene.read().await,
        Verb::Update => scene.update().await,
        Verb::Delete => scene.delete().await,
        Verb::ListFirst | Verb::ListNext => scene.list().await,
        Verb::Open => scene.open().await,
        Verb::Close => scene.close().await,
    };
    scene.note_tokens();
    let untouched = scene.sim.trunk(twin) == before;
    let observed = observed.and_then(|observed| {
        let touched = || format!("somebody else's trunk was touched\n{}", scene.sim.journal());
        if untouched { Ok(observed) } else { Err(touched()) }
    });
    (observed, scene.tokens)
}

/// A trunk's configuration, with something of every kind that an answer may
/// leave out.
pub fn config(label: &str) -> Json {
    json!({
        "label": label, "callerid": "13132847320", "password": password(label),
        "allowed_ips": ["198.51.100.7"], "call_limit": 600, "rewrite_prefix": "00",
    })
}

/// Differs from label to label, so that a rotation can be seen.
pub fn password(label: &str) -> String {
    format!("{} {label}", secrets::PASSWORD)
}

impl Scene<'_> {
    /// The provider's configuration while the fault lasts.
    async fn faulty_arguments(&mut self) -> Json {
        let mut arguments = arguments(&self.sim);
        if let Some(timeout) = self.case.request_timeout {
            arguments["request_timeout"] = timeout.into();
        }
        if let How::Unreachable(unreachable) = &self.case.how {
            let (place, difference) = unreachable.prepare().await;
            self.place = Some(place);
            for (name, value) in difference.as_object().unwrap() {
                arguments[name] = value.clone();
            }
        }
        arguments
    }

    /// The fault begins.
    async fn strike(&mut self) {
        let arguments = self.faulty_arguments().await;
        let said = self.bench.configure(&arguments).await;
        assert!(said.is_empty(), "{}", text(&said));
        if let How::Before(fault) = &self.case.how
            && self.verb != Verb::ListNext
        {
            self.sim.faults().once("GET", "/v1/trunks", fault());
            let (_, said) = self.bench.list().await;
            assert!(said.is_empty(), "{}", text(&said));
            // A moment for the news that the connection is closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.arm();
        self.sim.journal().clear();
    }

    fn arm(&self) {
        if let How::Before(fault) = &self.case.how
            && self.verb == Verb::ListNext
        {
            self.sim.faults().once("GET", "/v1/trunks", fault());
        }
        if matches!(self.case.how, How::Gone)
            && let Some(id) = self.ledger.id()
        {
            self.sim.delete_trunk(id);
        }
        self.case.arm(self.verb, &self.sim);
    }

    /// A trunk that Terraform made before the fault.
    async fn made(&mut self) -> Result<(), String> {
        self.bench.configure_for(&self.sim).await;
        let said = self.ledger.apply(&self.ledger.config(&config(LABEL))).await?;
        if !said.is_empty() || self.ledger.id().is_none() {
            return Err(format!("cannot prepare: {}", text(&said)));
        }
        // What is new is looked for more patiently.
        self.sim.configure(|behaviour| behaviour.clock_offset_seconds = 3600);
        Ok(())
    }

    /// A plan that was made before the fault.
    async fn planned(&self, label: &str) -> Result<Planned, String> {
        let planned = self.ledger.plan(&self.ledger.config(&config(label))).await?;
        planned.map_err(|said| text(&said))?.ok_or_else(|| "nothing is planned".to_owned())
    }

    /// Keeps the secrets of what there is now.
    fn note_tokens(&mut self) {
        self.tokens
            .extend(self.sim.trunks().iter().filter_map(|trunk| trunk.access_token().map(str::to_owned)));
        self.tokens.extend(self.sim.webrtc_tokens().iter().map(|token| token.token().to_owned()));
    }

    fn observed(&self, then: &'static str, said: &[pb::Diagnostic]) -> Observed {
        Observed::new(self.sim.journal(), then, said)
    }

    async fn configure(&mut self) -> Result<Observed, String> {
        let mut arguments = self.faulty_arguments().await;
        arguments["allowed_account_ids"] = json!([account(&self.sim)]);
        // Its client is new, and so is its connection.
        self.arm();
        let said = self.bench.configure(&arguments).await;
        let then = if has_errors(&said) { "refused" } else { "ready" };
        let observed = self.observed(then, &said);
        if has_errors(&said) {
            let refused = self.ledger.apply(&self.ledger.config(&config(LABEL))).await?;
            if !has_errors(&refused) || !self.ours().is_empty() {
                return Err("a trunk was made although the account is not verified".to_owned());
            }
        }
        self.calm().await;
        self.converge(LABEL).await?;
        Ok(observed)
    }

    async fn create(&mut self) -> Result<Observed, String> {
        self.bench.configure_for(&self.sim).await;
        let planned = self.planned(LABEL).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let then = match (self.ledger.id(), self.ledger.tainted) {
            (None, _) => "not in the state",
            (Some(_), false) => "in the state",
            (Some(_), true) => "in the state, tainted",
        };
        let observed = self.observed(then, &said);
        let sent = self.sim.journal().matching("POST", super::verb::TRUNKS);
        let known = self.ledger.id();
        let doubles: Vec<i64> =
            self.ours().iter().map(|trunk| trunk.id).filter(|id| Some(*id) != known).collect();
        if sent.iter().filter(|entry| entry.committed).count() > 1
            && doubles.iter().any(|id| !text(&said).contains(&id.to_string()))
        {
            return Err(format!("doubled\n{}", self.sim.journal()));
        }
        self.calm().await;
        if known.is_some() {
            // What the warning that names them says to do.
            for id in &doubles {
                self.sim.delete_trunk(*id);
            }
        }
        self.nothing_is_lost(&said)?;
        self.converge(LABEL).await?;
        Ok(observed)
    }

    async fn read(&mut self) -> Result<Observed, String> {
        self.made().await?;
        // Somebody has changed it; a refresh would show that.
        self.sim.edit_trunk(self.ledger.id().unwrap_or_default(), |trunk| trunk.label = NEW_LABEL.to_owned());
        self.strike().await;
        let said = self.ledger.refresh().await?;
        let then = match self.ledger.instance.state.get("label").as_str() {
            None => "gone from the state",
            Some(NEW_LABEL) => "refreshed",
            Some(_) => "as it was",
        };
        let observed = self.observed(then, &said);
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(LABEL).await?;
        Ok(observed)
    }

    async fn update(&mut self) -> Result<Observed, String> {
        self.made().await?;
        let planned = self.planned(NEW_LABEL).await?;
        self.strike().await;
        let said = self.ledger.carry_out(&planned).await?;
        let label = self.ledger.instance.state.get("label").as_str().map(str::to_owned);
        let then = match (label.as_deref(), self.ledger.instance.state.get("password").as_str()) {
            (Some(NEW_LABEL), Some(_)) => "new values",
            (Some(NEW_LABEL), None) => "new values, no password",
            (_, Some(_)) => "old values",
            (_, None) => "old values, no password",
        };
        let observed = self.observed(then, &said);
        if !has_errors(&said) && self.ours().iter().any(|trunk| trunk.label != NEW_LABEL) {
            return Err("the update succeeded, and the account has the old label".to_owned());
        }
        self.calm().await;
        self.nothing_is_lost(&said)?;
        self.converge(NEW_LABEL).await?;
        Ok(observed)
    }

    async fn delete(&mut self) -> Result<Observed, String> {
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

    async fn list(&mut self) -> Result<Observed, String> {
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

    async fn open(&mut self) -> Result<Observed, String> {
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

    async fn close(&mut self) -> Result<Observed, String> {
        let login = self.sim.trunk(self.twin).map(|trunk| trunk.name).unwrap_or_default();
        self.bench.configure_for(&self.sim).await;
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
