//! What data sources and the list tell of numbers, and what it costs.

use serde_json::json;
use tokio::sync::mpsc;
use wavix_sim::Fault;

use crate::framework::data_source::DataSource;
use crate::framework::list_resource::{ListRequest, ListResource, ListResults};
use crate::framework::schema::Schema;

use super::super::{PhoneNumberDataSource, PhoneNumberList, PhoneNumbersDataSource};
use super::*;

fn asked(schema: &Schema, arguments: &[(&str, Value)]) -> Value {
    let mut config: std::collections::BTreeMap<String, Value> =
        schema.attributes.iter().map(|attribute| (attribute.name.clone(), Value::Null)).collect();
    config.extend(arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Map(config)
}

async fn one(bench: &Bench, argument: &str, value: &str) -> Result<Value, String> {
    let config = asked(&PhoneNumberDataSource::NEW.schema(), &[(argument, Value::string(value))]);
    let found = PhoneNumberDataSource::NEW.read(&bench.call(), config).await;
    found.map_err(|errors| errors.into_iter().map(|error| error.detail).collect())
}

/// The numbers that pass.
async fn all(bench: &Bench, arguments: &[(&str, Value)]) -> Vec<String> {
    let config = asked(&PhoneNumbersDataSource::NEW.schema(), arguments);
    let found = PhoneNumbersDataSource::NEW.read(&bench.call(), config).await.unwrap();
    let Some(Value::List(numbers)) = found.get("phone_numbers") else { panic!("{found:?}") };
    numbers.iter().map(|number| number.get("number").and_then(Value::as_str).unwrap().to_owned()).collect()
}

/// Requests for the list, and for single numbers, since the last call.
fn requests(bench: &Bench) -> (usize, usize) {
    let journal = bench.sim.journal();
    let counted = (journal.count("GET", NUMBERS), journal.count("GET", NUMBER));
    journal.clear();
    counted
}

fn decimal(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[tokio::test]
async fn one_number_is_found_by_its_digits_its_id_or_its_label_without_a_walk() {
    let bench = Bench::start().await;
    bench.sim.add_phone_numbers(300);
    let login = bench.sim.trunk(bench.trunk).unwrap().name;
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.label = Some("Desk".to_owned());
        number.documents = vec![json!({
            "id": 423, "allow_replace": false, "did_number": DIGITS, "doc_content_type": "image/png",
            "doc_file_name": "id.png", "doc_type_id": 1, "status": "approved", "url": "https://api.wavix.com/x",
        })];
        number.seconds = "90".to_owned();
        let to = wavix_sim::Destination { id: 7, priority: 1, transport: 5, ..Default::default() };
        number.destination = vec![
            wavix_sim::Destination { destination: login.clone(), trunk_id: Some(bench.trunk), ..to.clone() },
            wavix_sim::Destination { priority: 2, destination: "gone".to_owned(), trunk_id: Some(9), ..to.clone() },
            wavix_sim::Destination { priority: 3, transport: 4, destination: "13132847320".to_owned(), ..to },
        ];
    });
    let id = bench.stored().id.to_string();
    let by_number = one(&bench, "number", WRITTEN).await.unwrap();
    assert_eq!(requests(&bench), (1, 1));
    let written = |found: Value, number: &str| {
        let Value::Map(mut found) = found else { panic!("{found:?}") };
        assert_eq!(found.insert("number".to_owned(), Value::Null), Some(Value::string(number)));
        found
    };
    let expected = written(by_number.clone(), WRITTEN);
    assert_eq!(written(one(&bench, "id", &id).await.unwrap(), "+12565378257"), expected);
    assert_eq!(requests(&bench), (0, 1));
    assert_eq!(written(one(&bench, "label", "Desk").await.unwrap(), "+12565378257"), expected);
    assert_eq!(requests(&bench), (1, 1));

    let told = |name: &str| by_number.get(name).cloned().unwrap();
    for (name, value) in [
        ("id", Value::string(&id)),
        ("number", Value::string(WRITTEN)),
        ("label", Value::string("Desk")),
        ("status", Value::string("active")),
        ("country", Value::string("US")),
        ("monthly_fee", decimal("0.99")),
        ("price_per_minute", decimal("0.01")),
        ("seconds", decimal("90")),
        ("sms_relay_url", Value::Null),
        ("unlimited", Value::Bool(false)),
        ("paid_until", Value::string("2027-01-10")),
    ] {
        assert_eq!(told(name), value, "{name}");
    }
    let Value::List(documents) = told("documents") else { panic!() };
    assert_eq!(documents[0].get("doc_type_id"), Some(&Value::string("1")));
    assert_eq!(documents[0].get("status"), Some(&Value::string("approved")));
    assert_eq!(documents[0].get("url"), None, "it opens with the key only");
    let Value::List(destinations) = told("destinations") else { panic!() };
    let label = |place: usize| destinations[place].get("trunk_label").unwrap();
    assert_eq!((label(0), label(1), label(2)), (&Value::string("office"), &Value::Null, &Value::Null));
    assert_eq!(destinations[0].get("sip_trunk_login"), Some(&Value::string(&login)));
    assert_eq!(destinations[0].get("srtp"), Some(&Value::Bool(false)));
    assert_eq!(destinations[2].get("phone_number"), Some(&Value::string("+13132847320")));
}

#[tokio::test]
async fn all_numbers_come_by_number_whoever_filters_them() {
    let bench = Bench::start().await;
    bench.sim.configure(|behaviour| behaviour.list_order = wavix_sim::behaviour::ListOrder::Descending);
    bench.sim.add_phone_number(json!({ "number": "12025550100" }));
    let sorted = ["+12025550100", "+12565378257", "+12565378258"];
    assert_eq!(all(&bench, &[]).await, sorted);
    assert_eq!(all(&bench, &[("search", Value::string("1"))]).await, sorted);
    assert_eq!(all(&bench, &[("country", Value::string("US"))]).await, sorted);
}

#[tokio::test]
async fn a_list_that_shows_what_was_written_is_not_waited_for_however_the_number_is_spelt() {
    let mut bench = Bench::start().await;
    bench.ctx = context(&bench.sim, &bench.temporary).with_patience(Patience::default());
    let wanted = config(|number| number.call_status_url = text("https://hooks.example.com/calls"));
    bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    bench.sim.journal().clear();
    assert_eq!(all(&bench, &[]).await, ["+12565378257", "+12565378258"]);
    assert_eq!(requests(&bench), (1, 0));
    assert_eq!(one(&bench, "number", WRITTEN).await.unwrap().get("number"), Some(&Value::string(WRITTEN)));
}

#[tokio::test]
async fn what_is_not_owned_is_not_found_and_what_is_there_twice_is_not_chosen() {
    let bench = Bench::start().await;
    bench.sim.add_phone_numbers(300);
    // A search finds neighbours.
    let error = one(&bench, "number", "+1256537825").await.unwrap_err();
    assert!(error.contains("The account has no phone number with the number \"+1256537825\"."), "{error}");
    let error = one(&bench, "id", "7").await.unwrap_err();
    assert!(error.contains("The account has no phone number with the id 7."), "{error}");
    assert!(!error.contains("no phone numbers"), "nobody has looked: {error}");
    assert_eq!(requests(&bench), (1, 1), "no walk through the account");
    for digits in [DIGITS, "12565378258"] {
        bench.sim.edit_phone_number(digits, |number| number.label = Some("Twin".to_owned()));
    }
    let error = one(&bench, "label", "Twin").await.unwrap_err();
    assert!(error.contains("has 2 phone numbers") && error.contains("+12565378258"), "{error}");
}

#[tokio::test]
async fn numbers_are_filtered_by_the_api_and_by_what_it_answers() {
    let bench = Bench::start().await;
    bench.sim.add_phone_number(json!({
        "number": "447700900123", "country_short_name": "GB", "label": "London", "status": "inactive", "city_id": 7,
    }));
    let login = bench.sim.trunk(bench.trunk).unwrap().name;
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.sms_enabled = true;
        number.destination = vec![wavix_sim::Destination {
            transport: 5,
            destination: login,
            trunk_id: Some(bench.trunk),
            ..Default::default()
        }];
    });
    let (first, second, london) = ("+12565378257", "+12565378258", "+447700900123");
    let text = |value: &str| Value::string(value);
    for (arguments, expected) in [
        (vec![], vec![first, second, london]),
        (vec![("search", text("900"))], vec![london]),
        (vec![("label", text("London"))], vec![london]),
        (vec![("label_present", Value::Bool(false))], vec![first, second]),
        (vec![("city_id", text("7"))], vec![london]),
        (vec![("status", text("inactive"))], vec![london]),
        (vec![("country", text("US"))], vec![first, second]),
        (vec![("sms_enabled", Value::Bool(true))], vec![first]),
        (vec![("sip_trunk_id", text(&bench.trunk.to_string()))], vec![first]),
        (vec![("search", text("1256537")), ("sms_enabled", Value::Bool(false))], vec![second]),
    ] {
        assert_eq!(all(&bench, &arguments).await, expected, "{arguments:?}");
    }
    // What the API filters is asked for; what it does not is one shared walk.
    let queries: Vec<String> =
        bench.sim.journal().entries().into_iter().filter_map(|entry| entry.query).collect();
    assert_eq!(
        queries
            .iter()
            .filter(|query| !query.contains("search")
                && !query.contains("label")
                && !query.contains("city_id"))
            .count(),
        1,
        "{queries:?}"
    );
    assert!(queries.iter().any(|query| query.contains("label_present=false")), "{queries:?}");
}

#[tokio::test]
async fn the_list_hands_over_whole_numbers_without_a_look_at_any() {
    let mut bench = Bench::start().await;
    bench.sim.add_phone_numbers(248);
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.label = Some("Desk".to_owned());
        number.call_status_url = Some("https://hooks.example.com/calls".to_owned());
    });
    let config = asked(&PhoneNumberList::NEW.schema(), &[("country", Value::string("US"))]);
    let (objects, mut received) = mpsc::channel(300);
    let mut results = ListResults::new(objects, None);
    let request = ListRequest { config, include_resource: true };
    PhoneNumberList::NEW.list(&bench.call(), request, &mut results).await.unwrap();
    drop(results);
    assert_eq!(requests(&bench), (3, 0));
    let mut listed = Vec::new();
    while let Some(object) = received.recv().await {
        listed.push(object);
    }
    assert_eq!((listed.len(), listed[0].display_name.as_str()), (250, "+12565378257 Desk"));
    assert_eq!(listed[1].display_name, "+12565378258");
    bench.run_again();
    let imported = bench.import::<PhoneNumber>("+12565378257").await.ok().state.into_value();
    let Value::Map(mut object) = listed.remove(0).state else { panic!() };
    // What only a read after an import decides.
    object.insert("on_destroy".to_owned(), imported.get("on_destroy").unwrap().clone());
    assert_eq!(Value::Map(object), imported);
}

#[tokio::test]
async fn a_destination_that_cannot_be_read_costs_no_number() {
    let bench = Bench::start().await;
    let id = bench.stored().id.to_string();
    bench.sim.fault("GET", NUMBER, Fault::with("destination", json!("nowhere")));
    let error = one(&bench, "id", &id).await.unwrap_err();
    assert!(error.contains("destination"), "{error}");
    let found = one(&bench, "id", &id).await.unwrap();
    assert_eq!(found.get("destinations"), Some(&Value::List(Vec::new())));
}
