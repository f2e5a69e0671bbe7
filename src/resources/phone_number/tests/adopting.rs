//! A number is adopted: what is sent, and what is not.

use serde_json::json;
use wavix_sim::Fault;

use super::*;

#[tokio::test]
async fn a_number_that_is_as_planned_is_adopted_without_a_write() {
    let mut bench = Bench::start().await;
    let nothing = config(|_| {});
    let held = bench.apply::<PhoneNumber>(None, &nothing).await.ok();
    assert_eq!(bench.writes(), (0, 0));
    assert_eq!(held.state.number, text(WRITTEN), "the spelling is the user's");
    assert_eq!((held.state.country.clone(), held.state.on_destroy.clone()), (text("US"), text("keep")));
    assert_eq!(held.state.monthly_fee.known().unwrap().to_string(), "0.99");
    bench.settled(&held, &nothing).await;
}

#[tokio::test]
async fn one_patch_carries_what_is_configured_and_differs() {
    let mut bench = Bench::start().await;
    bench.sim.edit_phone_number(DIGITS, |number| number.sms_enabled = true);
    let wanted = config(|number| {
        number.destinations = list(vec![trunk(bench.trunk), pstn("+1 313 284 7320")]);
        number.sms_enabled = Attr::Known(true);
        number.call_status_url = text("https://hooks.example.com/calls");
    });
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    assert_eq!(bench.writes(), (1, 0));
    assert_eq!(
        bench.last_patch(),
        json!({
            "destinations": [
                { "destination": "10001", "priority": 1, "transport": 5, "trunk_id": bench.trunk },
                { "destination": "13132847320", "priority": 2, "transport": 4 },
            ],
            "call_status_url": "https://hooks.example.com/calls",
        })
    );
    let held = bench.settled(&held, &wanted).await;
    // Another order is another routing.
    let swapped = config(|number| {
        number.destinations = list(vec![pstn("+1 313 284 7320"), trunk(bench.trunk)]);
        number.call_status_url = text("https://hooks.example.com/calls");
    });
    let held = bench.apply(Some(&held), &swapped).await.ok();
    assert_eq!(bench.writes(), (2, 0));
    assert_eq!(bench.last_patch().as_object().unwrap().keys().collect::<Vec<_>>(), ["destinations"]);
    assert_eq!(bench.rings(), [(4, "13132847320".to_owned()), (5, "10001".to_owned())]);
    bench.settled(&held, &swapped).await;
}

#[tokio::test]
async fn a_number_that_is_not_owned_is_refused_and_no_neighbour_is_taken() {
    let bench = Bench::start().await;
    // The API finds parts of numbers too.
    bench.sim.add_phone_number(json!({ "number": "125653782579" }));
    bench.sim.release_phone_number(DIGITS);
    let planned = bench.plan::<PhoneNumber>(None, &config(|_| {})).await;
    assert_eq!(planned.errors(), ["Cannot create phone number at number"]);
    let left = bench.carry_out(None, planned).await;
    assert!(left.error().contains("does not own the number +12565378257"), "{}", left.error());
    assert!(left.held.is_none());
}

#[tokio::test]
async fn a_refused_patch_leaves_a_state_that_no_destroy_releases() {
    let mut bench = Bench::start().await;
    bench.sim.fault("PATCH", NUMBER, Fault::status(422));
    let wanted = config(|number| {
        number.destinations = list(vec![pstn("+13132847320")]);
        number.on_destroy = text("release");
    });
    let left = bench.apply::<PhoneNumber>(None, &wanted).await;
    assert!(left.error().contains("without releasing it"), "{}", left.error());
    let held = left.held.unwrap();
    assert_eq!(held.state.on_destroy, text("keep"));
    assert_eq!(held.state.destinations, Attr::Known(Vec::new()), "what it is");
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.writes().1, 0);
    // The next create of it adopts it.
    bench.run_again();
    let held = bench.apply::<PhoneNumber>(None, &wanted).await;
    assert_eq!(held.ok().state.on_destroy, text("release"));
}

#[tokio::test]
async fn the_login_of_a_trunk_is_looked_up_once_and_spared_by_giving_it() {
    let bench = Bench { phase: Phase::PlanOrApply, ..Bench::start().await };
    // Terraform's own plan was before: this is an apply.
    bench.ctx.siblings().note_plan();
    let to_trunk = |number: &str| PhoneNumberModel {
        number: text(number),
        destinations: list(vec![trunk(bench.trunk)]),
        ..Default::default()
    };
    for number in [WRITTEN, "+12565378258"] {
        let planned = bench.plan::<PhoneNumber>(None, &to_trunk(number)).await;
        bench.carry_out(None, planned).await.ok();
    }
    assert_eq!(bench.sim.journal().count("GET", "/v1/trunks/*"), 1);
}

#[tokio::test]
async fn a_login_that_is_given_needs_no_look_at_the_trunk() {
    let bench = Bench::start().await;
    bench.sim.faults().always("GET", "/v1/trunks/*", Fault::status(403));
    let one = Destination { sip_trunk_login: text("10001"), ..trunk(bench.trunk) };
    let wanted = config(|number| number.destinations = list(vec![one]));
    bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    let without = config(|number| number.destinations = list(vec![trunk(bench.trunk)]));
    let bench = Bench::start().await;
    bench.sim.faults().always("GET", "/v1/trunks/*", Fault::status(403));
    let left = bench.apply::<PhoneNumber>(None, &without).await;
    assert!(left.error().contains("trunks:read"), "{}", left.error());
    assert_eq!(bench.writes(), (0, 0));
}

#[tokio::test]
async fn routing_writes_destinations_and_nothing_else() {
    let mut bench = Bench::start().await;
    bench.sim.edit_phone_number(DIGITS, |number| number.sms_enabled = true);
    let wanted = routing(vec![trunk(bench.trunk)]);
    let held = bench.apply::<Routing>(None, &wanted).await.ok();
    assert_eq!(bench.writes(), (1, 0));
    assert_eq!(held.state.on_destroy, text("unroute"));
    let held = bench.settled(&held, &wanted).await;
    let nowhere = routing(Vec::new());
    let held = bench.apply(Some(&held), &nowhere).await.ok();
    assert_eq!(bench.rings(), []);
    bench.settled(&held, &nowhere).await;
    assert!(bench.stored().sms_enabled, "the rest is not its business");
}
