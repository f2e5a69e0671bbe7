//! `terraform query`: which trunks arrive, what with, and at what cost.

use std::time::Duration;

use serde_json::json;
use terraform_provider_wavix::facade::framework::list_resource::ListResource;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::list_resource::{Event, Request};
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::validate_list_resource_config;
use terraform_provider_wavix::facade::protocol::value::Value;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunkList;
use wavix_sim::{Fault, Gate, Rule};

use super::{Bench, TRUNK, decode, encode, identity, one_error};

async_trials![
    a_long_list_is_walked_page_by_page_without_looking_at_a_single_trunk,
    the_object_of_a_trunk_is_what_an_import_of_it_reads,
    no_more_is_asked_of_the_api_than_the_limit_needs,
    a_client_that_goes_away_ends_the_walk,
    filters_choose,
    a_filter_that_cannot_be_is_an_error_at_validation,
    what_was_found_before_a_failure_arrives,
    a_trunk_deleted_during_the_walk_is_passed_over,
];

const LIST: &str = "/v1/trunks";
const ONE: &str = "/v1/trunks/*";

fn request<const N: usize>(filters: [(&str, &str); N]) -> Request {
    let schema = SipTrunkList::NEW.schema();
    let mut config = super::nothing(&schema);
    config.extend(filters.map(|(name, value)| (name.to_owned(), Value::string(value))));
    Request {
        type_name: TRUNK.to_owned(),
        config: Some(encode(&Value::Map(config), &schema.ty())),
        include_resource_object: false,
        limit: 1000,
    }
}

async fn list(bench: &mut Bench, request: Request) -> Vec<Event> {
    let mut events = bench.provider.list_resource(request).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(event) = events.message().await.unwrap() {
        all.push(event);
    }
    all
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

fn add(bench: &Bench, count: usize) -> Vec<i64> {
    (0..count).map(|number| bench.sim.add_trunk(json!({ "label": format!("Trunk {number}") }))).collect()
}

async fn a_long_list_is_walked_page_by_page_without_looking_at_a_single_trunk() {
    let mut bench = Bench::start().await;
    let mut ids = add(&bench, 250);
    let events = list(&mut bench, request([])).await;
    assert!(events.iter().all(|event| event.diagnostic.is_empty() && event.resource_object.is_none()));
    for event in &events {
        let number: usize = event.display_name.strip_prefix("Trunk ").unwrap().parse().unwrap();
        assert_eq!(event.identity, identity(&ids[number].to_string()));
    }
    let mut seen: Vec<_> = events.iter().map(|event| event.display_name.clone()).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), ids.drain(..).len());
    assert_eq!((bench.sim.journal().count("GET", LIST), bench.sim.journal().count("GET", ONE)), (3, 0));
}

async fn the_object_of_a_trunk_is_what_an_import_of_it_reads() {
    let mut bench = Bench::start().await;
    bench.sim.add_trunk(json!({
        "label": "Everything", "callerid": "13137890021", "allowed_ips": [{ "ip": "198.51.100.7" }],
        "call_restrict": true, "call_limit": 600, "cost_limit": true, "max_call_cost": 0.18,
        "rewrite_enabled": true, "rewrite_prefix": "00",
    }));
    bench.sim.add_trunk(json!({ "label": "IP", "host_request": { "host": "203.0.113.9" } }));
    add(&bench, 20);
    let events = list(&mut bench, Request { include_resource_object: true, ..request([]) }).await;
    assert_eq!(events.len(), 22);
    assert_eq!((bench.sim.journal().count("GET", LIST), bench.sim.journal().count("GET", ONE)), (1, 22));
    for event in events {
        let object = decode(event.resource_object.as_ref());
        let id: i64 = object.get("id").and_then(Value::as_str).unwrap().parse().unwrap();
        let read = bench.import(id).await;
        assert_eq!(object, decode(read.new_state.as_ref()), "{}", event.display_name);
        assert_eq!(event.identity, read.new_identity);
        assert!(object.get("password").unwrap().is_null());
    }
}

async fn no_more_is_asked_of_the_api_than_the_limit_needs() {
    let mut bench = Bench::start().await;
    add(&bench, 250);
    let asked = Request { include_resource_object: true, limit: 5, ..request([]) };
    assert_eq!(list(&mut bench, asked).await.len(), 5);
    assert_eq!((bench.sim.journal().count("GET", LIST), bench.sim.journal().count("GET", ONE)), (1, 5));
}

async fn a_client_that_goes_away_ends_the_walk() {
    let mut bench = Bench::start().await;
    add(&bench, 250);
    // The client leaves while the second page is on its way.
    let gate = Gate::new();
    bench.sim.faults().push(Rule::new("GET", LIST, Fault::held_before_commit(&gate)).skip(1));
    let mut events = bench.provider.list_resource(request([])).await.unwrap().into_inner();
    assert!(events.message().await.unwrap().is_some());
    drop(events);
    let noticed = |line: &String| line.contains("the client has seen enough");
    while !bench.plugin.stderr.so_far().iter().any(noticed) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    gate.open();
    assert!(bench.sim.journal().count("GET", LIST) <= 2, "the third page is never asked for");
    // The plugin is in order.
    assert_eq!(list(&mut bench, Request { limit: 1, ..request([]) }).await.len(), 1);
}

async fn filters_choose() {
    let mut bench = Bench::start().await;
    add(&bench, 12);
    let pending = json!({ "label": "Trunk IP", "host_request": { "host": "203.0.113.9" } });
    bench.sim.add_trunk(pending);
    let mut found = list(&mut bench, request([("label_regex", "^Trunk 1[01]?$")])).await;
    found.sort_by(|a, b| a.display_name.cmp(&b.display_name));
    assert_eq!(names(&found), ["Trunk 1", "Trunk 10", "Trunk 11"]);
    assert_eq!(names(&list(&mut bench, request([("status", "pending")])).await), ["Trunk IP"]);
    let both = request([("status", "pending"), ("label_regex", "1")]);
    assert_eq!(list(&mut bench, both).await, []);
}

async fn a_filter_that_cannot_be_is_an_error_at_validation() {
    let mut bench = Bench::start().await;
    for (filter, value, fragment) in
        [("label_regex", "(", "not a regular expression"), ("status", "broken", "`active`")]
    {
        let request = validate_list_resource_config::Request {
            type_name: TRUNK.to_owned(),
            config: request([(filter, value)]).config,
            ..Default::default()
        };
        let answer = bench.provider.validate_list_resource_config(request).await.unwrap().into_inner();
        let error = one_error(&answer.diagnostics);
        assert!(error.contains(fragment), "{error}");
    }
    assert_eq!(bench.sim.journal().entries().len(), 0);
}

async fn what_was_found_before_a_failure_arrives() {
    let mut bench = Bench::start().await;
    add(&bench, 150);
    bench.sim.faults().push(Rule::new("GET", LIST, Fault::status(403)).skip(1));
    let events = list(&mut bench, request([])).await;
    let (last, found) = events.split_last().unwrap();
    assert_eq!(found.len(), 100);
    assert!(found.iter().all(|event| event.identity.is_some() && event.diagnostic.is_empty()));
    let error = one_error(&last.diagnostic);
    assert!(error.starts_with("Cannot list SIP trunks") && error.contains("trunks:read"), "{error}");
}

async fn a_trunk_deleted_during_the_walk_is_passed_over() {
    let mut bench = Bench::start().await;
    add(&bench, 3);
    let gone = Fault::answer(wavix_sim::Answer::new(404).message("Record not found"));
    bench.sim.fault("GET", ONE, gone);
    let events = list(&mut bench, Request { include_resource_object: true, ..request([]) }).await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.diagnostic.is_empty()));
}
