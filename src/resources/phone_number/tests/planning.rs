//! What validation and plans refuse and warn of, and where they point.

use serde_json::json;
use wavix_sim::Fault;

use super::*;

/// The errors and warnings of a plan of a number with these destinations, and requests.
async fn told(change: impl FnOnce(&mut PhoneNumberModel, i64)) -> (Vec<String>, Vec<String>) {
    let bench = Bench::start().await;
    let trunk = bench.trunk;
    let planned = bench.plan::<PhoneNumber>(None, &config(|number| change(number, trunk))).await;
    assert_eq!(bench.writes(), (0, 0));
    (planned.errors(), planned.warned().into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn bad_destinations_are_errors_at_their_place() {
    let both = Destination { phone_number: text("+13132847320"), ..uri("calls@pbx.example.com") };
    let (errors, _) = told(|number, _| number.destinations = list(vec![pstn("+13132847321"), both])).await;
    assert_eq!(errors, ["Ambiguous destination at destinations[1].phone_number"]);
    let (errors, _) = told(|number, _| number.destinations = list(vec![Destination::default()])).await;
    assert_eq!(errors, ["Missing destination at destinations[0]"]);
    let (errors, _) = told(|number, _| number.destinations = list(vec![pstn(DIGITS)])).await;
    assert_eq!(errors, ["Destination is the number itself at destinations[0].phone_number"]);
    let login = Destination { sip_trunk_login: text("10001"), ..pstn("+13132847320") };
    let (errors, _) = told(|number, _| number.destinations = list(vec![login])).await;
    assert_eq!(errors, ["Missing sip_trunk_id at destinations[0].sip_trunk_login"]);
    let ranked = Destination { priority: Attr::Known(1), ..pstn("+13132847320") };
    let some = list(vec![ranked.clone(), pstn("+13132847321")]);
    let (errors, _) = told(|number, _| number.destinations = some).await;
    assert_eq!(errors, ["Missing priority at destinations[1].priority"]);
    let (errors, warnings) = told(|number, _| number.destinations = list(vec![ranked.clone(), ranked])).await;
    assert_eq!((errors.len(), warnings), (0, vec!["Equal priorities".to_owned()]));
    let (errors, warnings) =
        told(|number, _| number.destinations = list(vec![uri("10001@nl.wavix.net")])).await;
    assert_eq!((errors.len(), warnings), (0, vec!["Destination is a gateway of Wavix".to_owned()]));
    let (errors, _) = told(|number, trunk| number.destinations = list(vec![self::trunk(trunk + 1)])).await;
    assert_eq!(errors, ["SIP trunk does not exist at destinations[0].sip_trunk_id"]);
    let many = (0..21).map(|last| pstn(&format!("+131328473{last:02}"))).collect();
    let (_, warnings) = told(|number, _| number.destinations = list(many)).await;
    assert_eq!(warnings, ["Many destinations"]);
}

#[tokio::test]
async fn sms_that_cannot_be_is_told_at_its_argument() {
    let (errors, _) = told(|number, _| {
        number.sms_enabled = Attr::Known(false);
        number.sms_relay_url = text("https://hooks.example.com/sms");
    })
    .await;
    assert_eq!(errors.first().map(String::as_str), Some("SMS relay URL without SMS at sms_relay_url"));
    // The account's number has none, and the configuration does not say.
    let (errors, _) = told(|number, _| number.sms_relay_url = text("https://hooks.example.com/sms")).await;
    assert_eq!(errors, ["SMS relay URL without SMS at sms_relay_url"]);
    let bench = Bench::start().await;
    bench.sim.add_phone_number(json!({ "number": "493012345678", "country_short_name": "DE" }));
    let german = PhoneNumberModel {
        number: text("+49 30 12345678"),
        sms_enabled: Attr::Known(true),
        ..Default::default()
    };
    let planned = bench.plan::<PhoneNumber>(None, &german).await;
    assert_eq!(planned.warned(), ["SMS may not be available"]);
    let left = bench.carry_out(None, planned).await;
    assert!(left.error().contains("US and CA"), "{}", left.error());
    assert_eq!(at(&left.errors[0]), "sms_enabled");
}

#[tokio::test]
async fn what_an_apply_changes_or_meets_is_told() {
    let bench = Bench::start().await;
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.status = "inactive".to_owned();
        number.require_docs = vec!["1".to_owned()];
        number.destination = vec![wavix_sim::Destination {
            destination: "13132847320".to_owned(),
            transport: 4,
            priority: 1,
            ..Default::default()
        }];
    });
    let other = config(|number| number.destinations = list(vec![trunk(bench.trunk)]));
    let planned = bench.plan::<PhoneNumber>(None, &other).await;
    assert_eq!(planned.warned(), ["Phone number is inactive", "Phone number is already routed"]);
    assert!(planned.told[1].detail.contains("+13132847320"), "{:?}", planned.told);
    let insecure = config(|number| number.call_status_url = text("http://hooks.example.com"));
    assert!(bench.plan::<PhoneNumber>(None, &insecure).await.warned().contains(&"Webhook without TLS"));
}

#[tokio::test]
async fn two_resources_of_one_number_are_refused_and_a_routing_beside_a_number_is_not() {
    let routed = || config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    let elsewhere = || routing(vec![pstn("+13132847321")]);
    let bench = Bench::start().await;
    assert_eq!(bench.plan::<PhoneNumber>(None, &config(|_| {})).await.errors(), [""; 0]);
    assert_eq!(bench.plan::<Routing>(None, &elsewhere()).await.errors(), [""; 0]);
    let twice = ["Phone number is managed twice at number"];
    assert_eq!(bench.plan::<PhoneNumber>(None, &config(|_| {})).await.errors(), twice);
    assert_eq!(bench.plan::<PhoneNumber>(None, &routed()).await.errors(), twice);
    let bench = Bench::start().await;
    assert_eq!(bench.plan::<PhoneNumber>(None, &routed()).await.errors(), [""; 0]);
    assert_eq!(bench.plan::<Routing>(None, &elsewhere()).await.errors(), twice);
    // Where the number was not known before.
    let bench = Bench::start().await;
    let first = bench.plan::<PhoneNumber>(None, &routed()).await;
    bench.carry_out(None, first).await.ok();
    let second = bench.plan::<Routing>(None, &elsewhere()).await;
    assert!(
        bench.carry_out(None, second).await.error().contains("Remove one of the two resources"),
        "by the apply at the latest"
    );
    assert_eq!(bench.rings(), [(4, "13132847320".to_owned())]);
}

#[tokio::test]
async fn a_kept_number_is_not_its_own_double() {
    let bench = Bench::start().await;
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    let bench = Bench { ctx: context(&bench.sim, &bench.temporary), ..bench };
    let held = bench.read(&held).await.ok();
    assert_eq!(bench.plan(Some(&held), &wanted).await.errors(), [""; 0]);
    assert_eq!(
        bench.plan(Some(&held), &wanted).await.errors().len(),
        1,
        "another resource of the same number"
    );
}

#[tokio::test]
async fn plans_do_without_looks_that_are_refused() {
    let bench = Bench::start().await;
    bench.sim.faults().always("GET", NUMBERS, Fault::status(403));
    bench.sim.faults().always("GET", "/v1/trunks/*", Fault::status(403));
    let wanted = config(|number| number.destinations = list(vec![trunk(999)]));
    let planned = bench.plan::<PhoneNumber>(None, &wanted).await;
    assert_eq!(planned.told, []);
}

#[tokio::test]
async fn a_routing_of_a_number_that_is_not_owned_is_only_warned_of() {
    let bench = Bench::start().await;
    bench.sim.release_phone_number(DIGITS);
    let planned = bench.plan::<Routing>(None, &routing(vec![pstn("+13132847320")])).await;
    assert_eq!((planned.errors().len(), planned.warned()), (0, vec!["Phone number is not owned"]));
}

#[tokio::test]
async fn an_unknown_number_trips_nothing_unless_it_is_to_be_released() {
    let bench = Bench::start().await;
    let unknown = config(|number| number.number = Attr::unknown());
    assert_eq!(bench.plan::<PhoneNumber>(None, &unknown).await.told, []);
    assert_eq!(bench.sim.journal().entries().len(), 0);
    let released = PhoneNumberModel { on_destroy: text("release"), ..unknown };
    let planned = bench.plan::<PhoneNumber>(None, &released).await;
    assert_eq!(planned.errors(), ["Cannot release a number that is not known yet at on_destroy"]);
}

#[tokio::test]
async fn another_number_replaces_and_another_spelling_does_not() {
    let bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let spelled = config(|number| number.number = text("001 256-537-8257"));
    assert!(bench.plan(Some(&held), &spelled).await.is_empty);
    let other = config(|number| number.number = text("+1 256 537 8258"));
    let planned = bench.plan(Some(&held), &other).await;
    assert!(planned.replaces);
    assert_eq!(planned.warned(), ["Phone number stays in the account"]);
}
