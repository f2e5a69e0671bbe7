//! The same life of a trunk on a machine without Terraform: tf-conformance
//! plays Terraform's part, with the real handshake, mutual TLS and RPCs, and
//! holds every answer against Terraform's own rules.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tf_conformance::core::{
    Applied, CAPABILITIES, Instance, Launch, Patience, Planned, Resource, Session, Trace, errors,
};
use tf_conformance::oracle::Violation;
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{encode, from_json};
use wavix_sim::Sim;

use super::requests;
use super::screen::Paint;
use super::stage::Outcome;

const TYPE: &str = "wavix_sip_trunk";
const CALLER_ID: &str = "+1 (313) 284-7320";

/// Creates, changes, imports, repairs and removes trunks of `sim` through the
/// provider in `binary`. Of the requests of a step it shows how many there were, or each.
pub fn show(
    binary: &Path,
    sim: &Sim,
    paint: Paint,
    every_request: bool,
    interrupted: &AtomicBool,
) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let patience = Patience::default();
        let mut session =
            Session::start(Launch::by_terraform(binary, patience)?, patience, Trace::default()).await?;
        session.load_schemas().await?;
        let lifecycle = tokio::select! {
            outcome = lifecycle(&session, sim, paint, every_request) => outcome,
            () = wait_for(interrupted) => Err("interrupted".into()),
        };
        let ended = session.shutdown(patience.leave).await;
        lifecycle?;
        ended.map_err(|_| "the provider did not answer Shutdown".into())
    })
}

async fn wait_for(interrupted: &AtomicBool) {
    while !interrupted.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn lifecycle(session: &Session, sim: &Sim, paint: Paint, every_request: bool) -> Outcome<()> {
    configure(session, sim).await?;
    let resource = Resource::new(session, TYPE)?;
    let stage = Stage { resource, sim, paint, every_request };
    let office = |label: &str| {
        json!({
            "label": label, "callerid": CALLER_ID, "allowed_ips": ["203.0.113.10"], "max_channels": 4,
            "max_call_cost": 0.18, "password_wo": "a-quickstart-password", "password_wo_version": 1,
        })
    };

    let trunk = stage.change("create a trunk", &Instance::absent(), &office("Office PBX")).await?;
    let trunk = stage.nothing_left_to_do(trunk, &office("Office PBX")).await?;
    let trunk = stage.change("change its label", &trunk, &office("Changed by the quickstart")).await?;
    let trunk = stage.nothing_left_to_do(trunk, &office("Changed by the quickstart")).await?;

    let id = sim.add_trunk(json!({ "label": "Made in the portal", "callerid": "13132847320" }));
    let portal = stage.import("take over a trunk made in the portal", id).await?;
    let portal_config = json!({ "label": "Made in the portal", "callerid": CALLER_ID });
    let portal = stage.nothing_left_to_do(portal, &portal_config).await?;

    let edited = sim.trunks().into_iter().map(|trunk| trunk.id).find(|other| *other != id);
    // Not the label: after an update, a read that shows the argument as it was before may be an old one, and is made again.
    sim.edit_trunk(edited.ok_or("the create made no trunk")?, |trunk| trunk.didinfo_enabled = false);
    let trunk = stage.refresh(&trunk).await?;
    let trunk = stage
        .change("repair what somebody edited in the portal", &trunk, &office("Changed by the quickstart"))
        .await?;
    let trunk = stage.nothing_left_to_do(trunk, &office("Changed by the quickstart")).await?;

    stage.remove("remove the trunk", &trunk).await?;
    stage.remove("remove the other one", &portal).await?;
    match sim.trunks().len() {
        0 => Ok(()),
        left => Err(format!("{left} trunks are left at the end").into()),
    }
}

async fn configure(session: &Session, sim: &Sim) -> Outcome<()> {
    let schema = &session.schemas.provider;
    let json = json!({ "api_key": sim.api_key(), "base_url": sim.base_url() });
    let config = schema.block.complete(from_json(&json, &schema.ty())?);
    let request = pb::configure_provider::Request {
        terraform_version: "1.11.0".to_owned(),
        config: Some(pb::DynamicValue { msgpack: encode(&config, &schema.ty()), json: Vec::new() }),
        client_capabilities: Some(CAPABILITIES),
    };
    accepted(&session.configure_provider(request).await?.diagnostics)
}

/// What every step needs.
struct Stage<'a> {
    resource: Resource<'a>,
    sim: &'a Sim,
    paint: Paint,
    every_request: bool,
}

impl Stage<'_> {
    /// Plans and applies a configuration, and shows it.
    async fn change(&self, purpose: &str, prior: &Instance, config: &Json) -> Outcome<Instance> {
        let start = self.begin();
        let planned = self.plan(prior, config).await?;
        let applied = self.apply(&planned).await?;
        self.done(purpose, "PlanResourceChange, ApplyResourceChange", start);
        Ok(applied.instance)
    }

    /// Reads the object and plans the same configuration again: the plan must
    /// be the state.
    async fn nothing_left_to_do(&self, instance: Instance, config: &Json) -> Outcome<Instance> {
        let start = self.begin();
        let instance = self.read(&instance).await?;
        let planned = self.plan(&instance, config).await?;
        if planned.state != instance.state {
            return Err("a second plan is not empty".into());
        }
        self.done("nothing left to do", "ReadResource, PlanResourceChange", start);
        Ok(instance)
    }

    async fn import(&self, purpose: &str, id: i64) -> Outcome<Instance> {
        let start = self.begin();
        let nothing = Instance::absent();
        let (imported, diagnostics) = self.resource.import(&id.to_string(), &nothing.identity).await?;
        accepted(&diagnostics)?;
        let imported = imported.into_iter().next().ok_or("the import gave nothing")?;
        let instance = self.read(&imported.instance).await?;
        self.done(purpose, "ImportResourceState, ReadResource", start);
        Ok(instance)
    }

    async fn refresh(&self, instance: &Instance) -> Outcome<Instance> {
        let start = self.begin();
        let seen = self.read(instance).await?;
        if seen.state == instance.state {
            return Err("an edit in the portal was not noticed".into());
        }
        self.done("notice an edit in the portal", "ReadResource", start);
        Ok(seen)
    }

    async fn remove(&self, purpose: &str, instance: &Instance) -> Outcome<()> {
        let start = self.begin();
        let planned = self.resource.plan_destroy(instance).await?;
        self.judged(&planned.diagnostics, &self.resource.judge_plan(&planned))?;
        self.apply(&planned).await?;
        self.done(purpose, "PlanResourceChange, ApplyResourceChange", start);
        Ok(())
    }

    async fn plan(&self, prior: &Instance, config: &Json) -> Outcome<Planned> {
        let config = self.resource.config(config)?;
        accepted(&self.resource.validate(&config).await?)?;
        let planned = self.resource.plan(prior, &config).await?;
        self.judged(&planned.diagnostics, &self.resource.judge_plan(&planned))?;
        Ok(planned)
    }

    async fn apply(&self, planned: &Planned) -> Outcome<Applied> {
        let applied = self.resource.apply(planned).await?;
        self.judged(&applied.diagnostics, &self.resource.judge_apply(&applied))?;
        Ok(applied)
    }

    async fn read(&self, instance: &Instance) -> Outcome<Instance> {
        let (seen, diagnostics) = self.resource.read(instance).await?;
        self.judged(&diagnostics, &self.resource.judge_read(instance, &seen))?;
        Ok(seen)
    }

    fn judged(&self, diagnostics: &[pb::Diagnostic], violations: &[Violation]) -> Outcome<()> {
        accepted(diagnostics)?;
        match violations.first() {
            None => Ok(()),
            Some(violation) => Err(format!("Terraform would not accept an answer: {violation}").into()),
        }
    }

    fn begin(&self) -> Instant {
        self.sim.journal().clear();
        Instant::now()
    }

    fn done(&self, purpose: &str, calls: &str, start: Instant) {
        let paint = self.paint;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        println!(
            "{} {}  {}",
            paint.green("✓"),
            paint.bold(purpose),
            paint.dim(&format!("{calls}, {milliseconds:.0} ms"))
        );
        let entries = self.sim.journal().entries();
        println!("    {}", paint.dim(&format!("Requests: {}.", requests::summary(&entries))));
        if self.every_request {
            requests::shown(&entries, paint).iter().for_each(|line| println!("{line}"));
        }
    }
}

/// No errors among the diagnostics.
fn accepted(diagnostics: &[pb::Diagnostic]) -> Outcome<()> {
    errors(diagnostics).map_or(Ok(()), |errors| Err(errors.into()))
}
