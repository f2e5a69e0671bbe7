//! Every check that tf-conformance has, on the built provider and a simulated
//! account in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use terraform_provider_wavix::facade::framework::provider::Provider;
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use tf_conformance::api::{ApiControl, BoxFuture};
use tf_conformance::case::Fault;
use tf_conformance::{CHECKS, Format, Outcome, Settings, run};
use wavix_sim::Sim;
use wavix_sim::behaviour::{Behaviour, ListOrder, ProFeatures};

use super::{ALONE, CASES, cases};
use crate::support::plugin::BINARY;

async_trials![no_check_fails, no_check_fails_one_after_another, every_object_of_the_provider_is_in_a_case];

/// How long the simulated API takes when it is slow.
const SLOW: Duration = Duration::from_secs(6);
/// How long the provider may take to answer StopProvider: not until the API has
/// answered.
const STOP: Duration = Duration::from_secs(5);
/// How long anything else may take. Nobody waits so long where a rule is kept,
/// however busy the machine is.
const LONG: Duration = Duration::from_secs(60);

/// Makes the simulated API fail as a check wants it.
struct Control(Arc<Sim>);

impl ApiControl for Control {
    fn begin(&self, fault: Fault) -> BoxFuture<'_, Result<Option<BTreeMap<String, String>>, String>> {
        match fault {
            // The trunk is made, but not as asked: without what the account's
            // tier does not have. And it cannot be deleted again at once.
            Fault::FailAfterCreate => {
                self.0.configure(|behaviour| behaviour.pro_features = ProFeatures::SilentlyOff);
                self.0.fault("DELETE", "/v1/trunks/*", wavix_sim::Fault::status(403));
                self.0.configure(|behaviour| {
                    behaviour.forced.insert("scopes_enabled".to_owned(), false.into());
                });
                self.0.fault("DELETE", "/v1/api-keys/*", wavix_sim::Fault::status(403));
            }
            Fault::Slow => {
                for route in ["/v1/trunks", "/v1/api-keys"] {
                    self.0.fault("POST", route, wavix_sim::Fault::delay_before_commit(SLOW));
                }
            }
            Fault::Reorder => self.0.configure(|behaviour| {
                behaviour.list_order = ListOrder::Shifting;
                behaviour.allowed_ips_order = ListOrder::Shifting;
            }),
        }
        Box::pin(ready(Ok(Some(BTreeMap::new()))))
    }

    fn end(&self, _: Fault) -> BoxFuture<'_, Result<(), String>> {
        self.0.faults().clear();
        self.0.configure(|behaviour| *behaviour = Behaviour::default());
        Box::pin(ready(Ok(())))
    }
}

/// Checks that have nothing to ask of this provider. The case says why.
const NOT_APPLICABLE: [u8; 1] = [33];

async fn no_check_fails() {
    let sim = Arc::new(Sim::spawn());
    let mut settings = Settings::new(BINARY);
    settings.config = Some(json!({ "api_key": sim.api_key(), "base_url": sim.base_url() }));
    settings.cases = cases(&CASES);
    settings.api = Some(Arc::new(Control(Arc::clone(&sim))));
    settings.large_state = 16 << 20;
    // Several of them wait for the API or for an end, each for its own.
    settings.jobs = 4;
    settings.patience.stop = STOP;
    settings.patience.end = LONG;
    settings.patience.leave = LONG;

    let report = run(&settings).await.unwrap();

    let text = Format::Human.render(&report).unwrap();
    println!("{text}");
    assert_eq!(report.checks.len(), CHECKS.len());
    assert!(report.failed().is_empty(), "{text}");
    let skipped = report.checks.iter().filter_map(|check| match &check.outcome {
        Outcome::NotApplicable { reason } => {
            assert!(reason.contains("test switch"), "the reason is the case's: {reason}");
            Some(check.number)
        }
        _ => None,
    });
    assert_eq!(skipped.collect::<Vec<_>>(), NOT_APPLICABLE, "{text}");
    // Check 9 ends the plugin during a create, as Core does when it is
    // interrupted twice: that trunk's result is lost, one for each case.
    let left = sim.trunks();
    assert!(left.len() <= CASES.len(), "trunks are left: {left:?}");
}

async fn no_check_fails_one_after_another() {
    for case in ALONE {
        let sim = Sim::builder().phone_numbers(1).spawn();
        let mut settings = Settings::new(BINARY);
        settings.config = Some(json!({ "api_key": sim.api_key(), "base_url": sim.base_url() }));
        settings.cases = cases(&[case]);
        settings.patience.stop = STOP;
        settings.patience.end = LONG;
        settings.patience.leave = LONG;
        let report = run(&settings).await.unwrap();
        let text = Format::Human.render(&report).unwrap();
        println!("{text}");
        assert!(report.failed().is_empty(), "{text}");
        let passed = report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Pass));
        assert!(passed.count() > CHECKS.len() / 2, "{text}");
    }
}

/// A check asks only about what a case has: what none has would pass unseen.
async fn every_object_of_the_provider_is_in_a_case() {
    let registry = WavixProvider::new(Environment::from_pairs::<String, String>([])).registry();
    let cases: Vec<_> = cases(&CASES).into_iter().chain(cases(&ALONE)).collect();
    let named = |objects: fn(&tf_conformance::case::Case) -> Vec<&str>| {
        cases.iter().flat_map(objects).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let resources = named(|case| case.resource.iter().map(|resource| resource.type_name.as_str()).collect());
    let data_sources =
        named(|case| case.data_sources.iter().map(|object| object.type_name.as_str()).collect());
    let ephemeral = named(|case| case.ephemeral.iter().map(|object| object.type_name.as_str()).collect());
    let lists = named(|case| case.lists.iter().map(|object| object.type_name.as_str()).collect());
    let actions = named(|case| case.actions.iter().map(|object| object.type_name.as_str()).collect());
    let functions = named(|case| case.functions.iter().map(|function| function.name.as_str()).collect());
    let all = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(resources, all(registry.resources().map(|object| object.type_name()).collect()));
    assert_eq!(data_sources, all(registry.data_sources().map(|object| object.type_name()).collect()));
    assert_eq!(ephemeral, all(registry.ephemerals().map(|object| object.type_name()).collect()));
    assert_eq!(lists, all(registry.list_resources().map(|object| object.type_name()).collect()));
    assert_eq!(actions, all(registry.actions().map(|object| object.type_name()).collect()));
    assert_eq!(functions, all(registry.functions().map(|object| object.type_name()).collect()));
}
