//! The built provider, a simulated account, and every check that
//! tf-conformance has.

use std::collections::BTreeMap;
use std::future::ready;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tf_conformance::api::{ApiControl, BoxFuture};
use tf_conformance::case::{Case, Fault, read_file};
use tf_conformance::{CHECKS, Format, Outcome, Settings, run};
use wavix_sim::Sim;
use wavix_sim::behaviour::{Behaviour, ListOrder, ProFeatures};

use crate::support::plugin::BINARY;

async_trials![no_check_fails];

/// How long the simulated API takes when it is slow.
const SLOW: Duration = Duration::from_secs(2);

/// Makes the simulated API fail as a check wants it.
struct Control(Arc<Sim>);

impl ApiControl for Control {
    fn begin(&self, fault: Fault) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>, String>> {
        match fault {
            // The trunk is made, but not as asked: without what the account's
            // tier does not have.
            Fault::FailAfterCreate => {
                self.0.configure(|behaviour| behaviour.pro_features = ProFeatures::SilentlyOff);
            }
            Fault::Slow => self.0.fault("POST", "/v1/trunks", wavix_sim::Fault::delay_before_commit(SLOW)),
            Fault::Reorder => self.0.configure(|behaviour| behaviour.list_order = ListOrder::Shifting),
        }
        Box::pin(ready(Ok(Some(BTreeMap::new()))))
    }

    fn end(&self, _: Fault) -> BoxFuture<'_, Result<(), String>> {
        self.0.faults().clear();
        self.0.configure(|behaviour| *behaviour = Behaviour::default());
        Box::pin(ready(Ok(())))
    }
}

/// Checks that have nothing to ask of this provider. A switch that makes it
/// panic would be a test switch in production, which is not allowed here.
const NOT_APPLICABLE: [(u8, &str); 1] = [(33, "no case says how to make the provider panic")];

async fn no_check_fails() {
    let sim = Arc::new(Sim::spawn());
    let mut settings = Settings::new(BINARY);
    settings.config = Some(json!({ "api_key": sim.api_key(), "base_url": sim.base_url() }));
    let cases = ["sip_trunk.json", "sip_trunk_password.json"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    settings.cases = cases.iter().map(|case| read_file::<Case>(&folder.join(case)).unwrap()).collect();
    settings.api = Some(Arc::new(Control(Arc::clone(&sim))));
    settings.large_state = 16 << 20;

    let report = run(&settings).await.unwrap();

    let text = Format::Human.render(&report).unwrap();
    println!("{text}");
    assert_eq!(report.checks.len(), CHECKS.len());
    assert!(report.failed().is_empty(), "{text}");
    let skipped = report.checks.iter().filter_map(|check| match &check.outcome {
        Outcome::NotApplicable { reason } => Some((check.number, reason.as_str())),
        _ => None,
    });
    assert_eq!(skipped.collect::<Vec<_>>(), NOT_APPLICABLE, "{text}");
    // Check 9 ends the plugin during a create, as Core does when it is
    // interrupted twice: that trunk's result is lost, one for each case.
    let left = sim.trunks();
    assert!(left.len() <= cases.len(), "trunks are left: {left:?}");
}
