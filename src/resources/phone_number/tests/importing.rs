//! What a number is imported by, and the configuration that is written for it.

use serde_json::json;

use crate::framework::erased::{ErasedResource, TypedResource};
use crate::framework::generation;
use crate::lifecycle::object::RemoteObject;

use super::*;

#[tokio::test]
async fn a_number_is_imported_by_its_digits_or_its_record_id() {
    let bench = Bench::start().await;
    let id = bench.stored().id.to_string();
    for text in ["+12565378257", "+1 (256) 537-8257", DIGITS, &id] {
        let held = bench.import::<PhoneNumber>(text).await.ok();
        assert_eq!(PhoneNumber::called(&held.state), WRITTEN.replace(' ', ""), "{text}");
        assert_eq!((held.state.id, held.state.on_destroy), (super::text(&id), super::text("keep")), "{text}");
        let held = bench.import::<Routing>(text).await.ok();
        assert_eq!(held.state.on_destroy, super::text("unroute"), "{text}");
    }
    assert_eq!(bench.writes(), (0, 0));
}

#[tokio::test]
async fn an_import_of_what_is_not_there_or_not_clear_is_an_error_at_the_number() {
    let bench = Bench::start().await;
    for (text, said) in
        [("+13132847320", "+13132847320"), ("99", "99"), ("office", "by its `number`"), ("+1", "7 to 15")]
    {
        let left = bench.import::<PhoneNumber>(text).await;
        assert!(left.error().contains(said), "{text}: {}", left.error());
        assert!(left.held.is_none_or(|held| held.state.status.is_null()));
    }
    let twin = bench.sim.add_phone_number(json!({ "number": "1998877" }));
    let both = bench.sim.add_phone_number(json!({ "id": 1_998_877 }));
    assert_ne!(twin, both);
    let left = bench.import::<PhoneNumber>("1998877").await;
    assert!(left.error().contains("+1998877"), "{}", left.error());
    bench.import::<PhoneNumber>("+1998877").await.ok();
}

#[tokio::test]
async fn an_imported_number_plans_empty_with_the_configuration_that_is_written_for_it() {
    let bench = Bench::start().await;
    let (plain, routed) = (config(|_| {}), bench.trunk);
    bench.sim.edit_phone_number(DIGITS, |number| {
        let to = |id, priority, transport, destination: &str, trunk_id| wavix_sim::Destination {
            id,
            priority,
            transport,
            destination: destination.to_owned(),
            trunk_id,
            ..Default::default()
        };
        number.destination = vec![to(1, 1, 5, "10001", Some(routed)), to(2, 2, 4, "13132847320", None)];
        number.sms_enabled = true;
    });
    let held = bench.import::<PhoneNumber>("+12565378257").await.ok();
    let value = held.state.clone().into_value();
    let written = generation::configuration((PhoneNumber::SHOWN.schema)(), &value);
    let mut written = PhoneNumberModel::from_value(&written).unwrap();
    Managed::<PhoneNumber>::NEW.generate(&held.state, &mut written);
    assert_eq!(written.destinations, list(vec![trunk(routed), pstn("+13132847320")]));
    assert_eq!(
        (written.sms_enabled, written.sms_relay_url.clone(), written.call_recording_enabled),
        (Attr::Known(true), Attr::Null, Attr::Null)
    );
    assert!(written.on_destroy.is_null() && written.transcription_threshold.is_null());
    let planned = bench.plan(Some(&held), &written).await;
    assert!(planned.is_empty, "{:?}", planned.state);
    assert_eq!(planned.told, []);
    assert!(bench.plan(Some(&held), &plain).await.is_empty, "what is left out stays");
}

/// The model is the number's: what is not the routing's must not reach Terraform.
#[test]
fn a_routing_goes_out_with_what_it_shows_and_nothing_else() {
    let erased = TypedResource::new(Managed::<Routing>::NEW);
    let imported = ErasedResource::<Context>::import(&erased, WRITTEN).unwrap();
    let Value::Map(shown) = &imported else { panic!("{imported:?}") };
    let names: Vec<&str> = shown.keys().map(String::as_str).collect();
    assert_eq!(names, ["destinations", "id", "number", "on_destroy", "timeouts"]);
    let identity = ErasedResource::<Context>::identity(&erased, &imported).unwrap();
    assert_eq!(identity.get("number"), Some(&Value::string("+12565378257")));
}

#[tokio::test]
async fn a_routing_that_leads_nowhere_is_written_as_one() {
    let bench = Bench::start().await;
    let held = bench.import::<Routing>("+12565378257").await.ok();
    let written = generation::configuration((Routing::SHOWN.schema)(), &shown::<Routing>(&held.state));
    let mut written = model::<Routing>(&written);
    Managed::<Routing>::NEW.generate(&held.state, &mut written);
    assert_eq!(written.destinations, list(Vec::new()), "it is required");
    assert!(bench.plan(Some(&held), &written).await.is_empty);
}

#[tokio::test]
async fn the_identity_is_the_number_however_it_is_written() {
    let bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let identity = Managed::<PhoneNumber>::NEW.identity(&held.state).unwrap();
    assert_eq!(identity.get("number").and_then(Value::as_str), Some("+12565378257"));
    let stub = Managed::<PhoneNumber>::NEW.import_identity(&identity).unwrap();
    let found = bench.read(&Held::<PhoneNumber>::new(stub, Private::default())).await;
    assert_eq!(found.held.unwrap().state.id, held.state.id);
}
