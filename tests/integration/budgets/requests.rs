//! Requests to the API, by what Terraform asks: counted by the simulator's
//! journal, with the built binary.

use futures_util::future::join_all;
use serde_json::json;
use tf_conformance::core::{CAPABILITIES, Instance, Launch, Patience, Resource, Session, Trace, errors};
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{Value, encode};
use wavix_sim::{Fault, PhoneNumber, Sim, VERIFIED_NUMBERS};

use super::{budget, excess, keep};
use crate::support::plugin::BINARY;

async_trials![
    no_verb_makes_more_requests_than_its_budget,
    a_request_too_many_breaks_the_budget,
    a_refresh_of_many_numbers_shares_the_list_whatever_the_account_has,
];

const READ: &str = "read";

/// A configured provider.
async fn start(sim: &Sim) -> Session {
    let patience = Patience::default();
    let launch = Launch::by_terraform(BINARY.as_ref(), patience)
        .unwrap()
        .env("WAVIX_API_KEY", sim.api_key())
        .env("WAVIX_BASE_URL", sim.base_url());
    let mut session = Session::start(launch, patience, Trace::default()).await.unwrap();
    session.load_schemas().await.unwrap();
    let provider = &session.schemas.provider;
    let config = pb::DynamicValue { msgpack: encode(&provider.empty(), &provider.ty()), json: Vec::new() };
    let request = pb::configure_provider::Request {
        terraform_version: "1.14.0".to_owned(),
        config: Some(config),
        client_capabilities: Some(CAPABILITIES),
    };
    let answer = session.configure_provider(request).await.unwrap();
    assert_eq!(errors(&answer.diagnostics), None);
    session
}

fn config(resource: &Resource<'_>, label: &str) -> Value {
    resource
        .config(&json!({
            "label": label,
            "callerid": VERIFIED_NUMBERS[0],
            "password": "correct-horse-battery-staple",
            "allowed_ips": ["203.0.113.10"],
        }))
        .unwrap()
}

async fn create(resource: &Resource<'_>, config: &Value) -> Instance {
    let planned = resource.plan(&Instance::absent(), config).await.unwrap();
    let applied = resource.apply(&planned).await.unwrap();
    assert_eq!(errors(&applied.diagnostics), None);
    applied.instance
}

/// Requests since the last call.
fn taken(sim: &Sim) -> u64 {
    let count = sim.journal().entries().len();
    sim.journal().clear();
    count as u64
}

async fn no_verb_makes_more_requests_than_its_budget() {
    let sim = Sim::start().await;
    let session = start(&sim).await;
    let resource = Resource::new(&session, "wavix_sip_trunk").unwrap();
    let mut measured = vec![("start and configure", taken(&sim))];

    let office = config(&resource, "Office");
    assert_eq!(errors(&resource.validate(&office).await.unwrap()), None);
    measured.push(("validate", taken(&sim)));
    let planned = resource.plan(&Instance::absent(), &office).await.unwrap();
    measured.push(("plan of a create", taken(&sim)));
    let applied = resource.apply(&planned).await.unwrap();
    assert_eq!(errors(&applied.diagnostics), None);
    measured.push(("create", taken(&sim)));

    let (held, diagnostics) = resource.read(&applied.instance).await.unwrap();
    assert_eq!(errors(&diagnostics), None);
    measured.push((READ, taken(&sim)));
    resource.plan(&held, &office).await.unwrap();
    measured.push(("plan of no change", taken(&sim)));
    let (imported, diagnostics) =
        resource.import(&sim.trunks()[0].id.to_string(), &Value::Null).await.unwrap();
    assert_eq!((imported.len(), errors(&diagnostics)), (1, None));
    measured.push(("import", taken(&sim)));

    let planned = resource.plan(&held, &config(&resource, "Branch")).await.unwrap();
    measured.push(("plan of an update", taken(&sim)));
    let updated = resource.apply(&planned).await.unwrap();
    assert_eq!(errors(&updated.diagnostics), None);
    measured.push(("update", taken(&sim)));

    let planned = resource.plan_destroy(&updated.instance).await.unwrap();
    measured.push(("plan of a delete", taken(&sim)));
    let deleted = resource.apply(&planned).await.unwrap();
    assert_eq!(errors(&deleted.diagnostics), None);
    assert!(sim.trunks().is_empty());
    measured.push(("delete", taken(&sim)));
    keep("requests", &measured);
}

/// As many as Terraform reads at the same time.
const AT_ONCE: usize = 10;

async fn a_refresh_of_many_numbers_shares_the_list_whatever_the_account_has() {
    for (managed, owned, most) in [(300, 5_000, 102), (3, 5_000, 4), (300, 300, 8), (1, 1, 1)] {
        let sim = Sim::builder().phone_numbers(owned).start().await;
        // Not those of the first page, which need no request of their own.
        let numbers = sim.phone_numbers();
        let numbers = &numbers[owned - managed..];
        let session = start(&sim).await;
        let resource = Resource::new(&session, "wavix_phone_number").unwrap();
        let digits = |number: &PhoneNumber| format!("+{}", number.number);
        let (imported, diagnostics) = resource.import(&digits(&numbers[0]), &Value::Null).await.unwrap();
        assert_eq!(errors(&diagnostics), None);
        let (one, diagnostics) = resource.read(&imported[0].instance).await.unwrap();
        assert_eq!(errors(&diagnostics), None);
        // They differ in nothing else.
        let held: Vec<Instance> = numbers
            .iter()
            .map(|number| {
                let digits = || Value::string(digits(number));
                let state = one.state.clone().with("id", Value::string(number.id.to_string()));
                Instance {
                    state: state.with("number", digits()),
                    identity: one.identity.clone().with("number", digits()),
                    private: one.private.clone(),
                }
            })
            .collect();
        drop(session);
        // Each plan is another process.
        let session = start(&sim).await;
        let resource = Resource::new(&session, "wavix_phone_number").unwrap();
        taken(&sim);
        for some in held.chunks(AT_ONCE) {
            let read = join_all(some.iter().map(|instance| resource.read(instance))).await;
            for (instance, answer) in some.iter().zip(read) {
                let (found, diagnostics) = answer.unwrap();
                assert_eq!(errors(&diagnostics), None);
                assert_eq!(found.state, instance.state);
            }
        }
        let requests = taken(&sim);
        assert!(requests <= most, "{managed} of {owned}: {requests} requests, and {most} are enough");
    }
}

/// One answer is bad, so that the read takes two requests.
async fn a_request_too_many_breaks_the_budget() {
    let sim = Sim::start().await;
    let session = start(&sim).await;
    let resource = Resource::new(&session, "wavix_sip_trunk").unwrap();
    let held = create(&resource, &config(&resource, "Office")).await;
    taken(&sim);
    sim.fault("GET", "/v1/trunks/*", Fault::too_many_requests(Some("0")));
    let (_, diagnostics) = resource.read(&held).await.unwrap();
    assert_eq!(errors(&diagnostics), None);
    let complaint = excess(READ, taken(&sim), budget("requests", READ)).expect("it is noticed");
    assert!(complaint.starts_with("read: 2, and the budget is 1."), "{complaint}");
}
