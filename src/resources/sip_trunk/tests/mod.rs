//! Tests of the SIP trunk resource: tables for what is pure, and each verb
//! against a simulated API.

mod ceilings;
mod clocks;
mod comparing;
mod faults;
mod interrupts;
mod ip_authentication;
mod lagging;
mod lifecycle;
mod looks;
mod lost_create;
mod lost_delete;
mod lost_update;
mod mapping;
mod odd_answers;
mod planning;
mod presence;
mod refused;
mod schema;
mod settling;
mod strangers;
mod validation;

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, SetOf};
use crate::resources::tests::bench::{self, Tested, hasty, write_only};

use super::{SipTrunk, SipTrunkModel};

const CALLER_ID: &str = "13132847320";
const PASSWORD: &str = "planted-PASSWORD-4711";

impl SipTrunkModel {
    /// What is known of a trunk of which only the id is known.
    pub(crate) fn stub(id: i64) -> Self {
        Self { id: Attr::Known(id.to_string()), ..Self::default() }
    }
}

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

/// A configuration: label, caller ID, password, and what `change` adds.
fn config(change: impl FnOnce(&mut SipTrunkModel)) -> SipTrunkModel {
    let mut config = SipTrunkModel::stub(0);
    config.id = Attr::Null;
    config.label = text("office");
    config.callerid = text(CALLER_ID);
    config.password = Attr::Known(Secret::new(PASSWORD));
    change(&mut config);
    config
}

/// A configuration in which every limit and feature is set.
fn everything() -> SipTrunkModel {
    config(|trunk| {
        trunk.allowed_ips = addresses(&["198.51.100.7", "203.0.113.20"]);
        trunk.didinfo_enabled = Attr::Known(false);
        trunk.call_limit = Attr::Known(600);
        trunk.max_call_cost = Attr::Known("0.18".parse().unwrap());
        trunk.max_channels = Attr::Known(4);
        trunk.rewrite_prefix = text("00");
        trunk.rewrite_cond = text("1");
        trunk.call_recording_enabled = Attr::Known(true);
        trunk.machine_detection_enabled = Attr::Known(true);
        trunk.transcription_enabled = Attr::Known(true);
        trunk.transcription_threshold = Attr::Known(10);
        trunk.encrypted_media = Attr::Known(true);
    })
}

fn addresses(texts: &[&str]) -> Attr<SetOf<Attr<String>>> {
    Attr::Known(SetOf(texts.iter().map(|address| text(address)).collect()))
}

impl Tested for SipTrunk {
    type Remote = Self;
    const ONLY: Self = Self;
}

type Bench = bench::Bench<SipTrunk>;
type Left = bench::Left<SipTrunkModel>;

/// The whole plan of a provider that asks nobody, with its messages.
fn try_plan(config: &SipTrunkModel, prior: Option<&SipTrunkModel>) -> (SipTrunkModel, Diagnostics) {
    let planned = bench::plan_alone::<SipTrunk>(config, prior);
    (planned.state, planned.diagnostics)
}

fn plan(config: &SipTrunkModel, prior: Option<&SipTrunkModel>) -> SipTrunkModel {
    let (planned, diagnostics) = try_plan(config, prior);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    planned
}

impl Bench {
    /// Pages of the list that were asked for, without what the first create asks for
    /// before it.
    fn lists(&self) -> usize {
        let first = self.sim.journal().matching("POST", "/v1/trunks").first().map_or(0, |post| post.sequence);
        let lists = self.sim.journal().matching("GET", "/v1/trunks");
        lists.iter().filter(|list| list.sequence >= first).count()
    }

    fn puts(&self) -> usize {
        self.count("PUT", "/v1/trunks/*")
    }
}

/// The number in a state.
fn id_of(state: &SipTrunkModel) -> i64 {
    state.id.known().unwrap().parse().unwrap()
}

/// The arguments that diagnostics point at, in order.
fn paths<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Vec<String> {
    diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect()
}
