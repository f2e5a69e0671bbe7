//! What a destroy does, and above all what it does not.

use wavix_sim::behaviour::IdsEncoding;
use wavix_sim::{Answer, Fault};

use super::*;

fn with(on_destroy: &'static str) -> PhoneNumberModel {
    config(|number| {
        number.destinations = list(vec![pstn("+13132847320")]);
        number.call_status_url = text("https://hooks.example.com/calls");
        number.on_destroy = text(on_destroy);
    })
}

async fn held(bench: &mut Bench, on_destroy: &'static str) -> Held<PhoneNumber> {
    let wanted = with(on_destroy);
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    let held = bench.settled(&held, &wanted).await;
    bench.sim.journal().clear();
    held
}

#[tokio::test]
async fn keep_sends_nothing_and_the_plan_says_what_goes_on() {
    let mut bench = Bench::start().await;
    let held = held(&mut bench, "keep").await;
    let told = bench.plan_destroy(&held).await;
    assert_eq!(told[0].summary, "Phone number stays in the account");
    assert!(
        told[0].detail.contains("0.99 USD per month") && told[0].detail.contains("+13132847320"),
        "{told:?}"
    );
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.sim.journal().entries().len(), 0);
    assert_eq!(bench.rings().len(), 1);
}

#[tokio::test]
async fn unroute_takes_away_what_was_configured_and_no_more() {
    let mut bench = Bench::start().await;
    let held = held(&mut bench, "unroute").await;
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.sms_relay_url = Some("https://other.example.com".to_owned())
    });
    assert_eq!(bench.plan_destroy(&held).await, []);
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.writes(), (1, 0));
    assert_eq!(bench.last_patch(), serde_json::json!({ "destinations": [], "call_status_url": null }));
    assert_eq!((bench.rings().len(), bench.stored().call_status_url), (0, None));
}

/// An update that was carried out and refused is in no state.
#[tokio::test]
async fn unroute_takes_away_what_a_refused_update_has_set() {
    let bench = Bench::start().await;
    let before = config(|number| number.on_destroy = text("unroute"));
    let held = bench.apply::<PhoneNumber>(None, &before).await.ok();
    bench.sim.fault("PATCH", NUMBER, Fault::answer_after_commit(Answer::new(404)));
    let left = bench.apply(Some(&held), &with("unroute")).await;
    assert_eq!((left.errors.len(), bench.rings().len()), (1, 1));
    assert!(bench.destroy(&left.held.unwrap()).await.errors.is_empty());
    assert_eq!((bench.rings().len(), bench.stored().call_status_url), (0, None));
}

#[tokio::test]
async fn unroute_of_a_number_that_is_gone_is_done() {
    let mut bench = Bench::start().await;
    let held = held(&mut bench, "unroute").await;
    bench.sim.release_phone_number(DIGITS);
    assert!(bench.destroy(&held).await.errors.is_empty());
}

#[tokio::test]
async fn release_is_one_delete_with_one_id_and_is_verified() {
    let mut bench = Bench::start().await;
    let held = held(&mut bench, "release").await;
    let told = bench.plan_destroy(&held).await;
    assert_eq!(told[0].summary, "Phone number will be released");
    let id = bench.stored().id;
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.writes(), (0, 1));
    let sent = bench.sim.journal().last("DELETE", NUMBERS).unwrap();
    assert_eq!(sent.query, Some(format!("ids={id}")));
    assert!(bench.sim.phone_number(DIGITS).is_none());
    assert!(bench.sim.phone_number("12565378258").is_some(), "the other one stays");
}

/// The id of the state is another number's by now, as a destroy without a refresh meets it.
#[tokio::test]
async fn a_destroy_follows_the_number_and_never_the_id_of_the_state() {
    const OTHER: &str = "12565378258";
    for on_destroy in ["release", "unroute"] {
        let mut bench = Bench::start().await;
        let mut held = held(&mut bench, on_destroy).await;
        let other = bench.sim.phone_number(OTHER).unwrap();
        held.state.id = text(&other.id.to_string());
        assert!(bench.destroy(&held).await.errors.is_empty(), "{on_destroy}");
        let own = bench.sim.phone_number(DIGITS);
        assert!(own.is_none_or(|own| on_destroy == "unroute" && own.destination.is_empty()), "{on_destroy}");
        assert_eq!(bench.sim.phone_number(OTHER), Some(other), "{on_destroy}: the other one is left alone");
    }
}

#[tokio::test]
async fn release_finds_the_encoding_that_the_api_understands() {
    for (encoding, requests) in [
        (IdsEncoding::Repeat, 1),
        (IdsEncoding::Both, 1),
        (IdsEncoding::LastWins, 1),
        (IdsEncoding::Brackets, 2),
    ] {
        let mut bench = Bench::with(|behaviour| behaviour.numbers.ids_encoding = encoding).await;
        let held = held(&mut bench, "release").await;
        let left = bench.destroy(&held).await;
        assert!(left.errors.is_empty(), "{encoding:?}: {:?}", left.errors);
        assert_eq!(bench.writes(), (0, requests), "{encoding:?}");
        assert!(bench.sim.phone_number(DIGITS).is_none(), "{encoding:?}");
    }
}

#[tokio::test]
async fn a_release_without_an_answer_is_looked_at_and_a_refused_one_keeps_the_state() {
    let mut bench = Bench::start().await;
    let number = held(&mut bench, "release").await;
    bench.sim.fault("DELETE", NUMBERS, Fault::reset_after_commit());
    assert!(bench.destroy(&number).await.errors.is_empty());
    let mut bench = Bench::start().await;
    let number = held(&mut bench, "release").await;
    bench.sim.fault("DELETE", NUMBERS, Fault::status(403));
    let left = bench.destroy(&number).await;
    assert!(left.error().contains("numbers:write"), "{}", left.error());
    assert!(left.held.is_some());
}

/// The destroy leg of a replacement has the private data of the create's plan.
#[tokio::test]
async fn a_tainted_number_is_never_released_by_its_replacement() {
    let mut bench = Bench::start().await;
    let old = held(&mut bench, "release").await;
    bench.run_again();
    // Without a refresh nothing but the create is planned.
    let create = bench.plan::<PhoneNumber>(None, &with("release")).await;
    let leg = Held::<PhoneNumber>::new(old.state.clone(), create.private.clone());
    assert!(bench.destroy(&leg).await.errors.is_empty());
    assert_eq!(bench.writes(), (0, 0));
    let new = bench.carry_out(None, create).await.ok();
    assert_eq!(bench.writes(), (0, 0));
    // What is destroyed later is destroyed as ever.
    assert!(bench.destroy(&new).await.errors.is_empty());
    assert_eq!(bench.writes(), (0, 1));
}

#[tokio::test]
async fn a_number_that_is_destroyed_and_made_in_one_run_is_told_and_never_if_it_would_be_released() {
    for (on_destroy, told) in [("release", "error"), ("unroute", "warning"), ("keep", "warning")] {
        for destroy_comes_first in [None, Some(true), Some(false)] {
            let mut bench = Bench::start().await;
            let old = held(&mut bench, on_destroy).await;
            bench.run_again();
            if destroy_comes_first != Some(false) {
                bench.read(&old).await.ok();
            }
            let mut all = Vec::new();
            if destroy_comes_first == Some(true) {
                all.extend(bench.plan_destroy(&old).await);
            }
            all.extend(bench.plan::<PhoneNumber>(None, &with(on_destroy)).await.told);
            if destroy_comes_first == Some(false) {
                all.extend(bench.plan_destroy(&old).await);
            }
            let about: Vec<&str> = all
                .iter()
                .filter(|told| told.summary.contains("anew") || told.summary.contains("adopted again"))
                .map(|told| if told.severity == Severity::Error { "error" } else { "warning" })
                .collect();
            assert_eq!(about, [told], "{on_destroy} {destroy_comes_first:?}: {all:?}");
        }
    }
}

/// A key of `for_each` was renamed: the new resource may come first.
#[tokio::test]
async fn a_number_that_another_resource_has_by_now_is_left_to_it() {
    for on_destroy in ["unroute", "release"] {
        let mut bench = Bench::start().await;
        let old = held(&mut bench, on_destroy).await;
        bench.run_again();
        bench.apply::<PhoneNumber>(None, &with("keep")).await.ok();
        bench.sim.journal().clear();
        assert!(bench.destroy(&old).await.errors.is_empty());
        assert_eq!(bench.writes(), (0, 0), "{on_destroy}");
        assert_eq!(bench.rings().len(), 1);
    }
}

#[tokio::test]
async fn routing_that_a_number_took_over_is_left_to_it() {
    let bench = Bench::start().await;
    let to = || vec![pstn("+13132847320")];
    let old = bench.apply::<Routing>(None, &routing(to())).await.ok();
    let bench = Bench { ctx: context(&bench.sim, &bench.temporary), ..bench };
    bench.apply::<PhoneNumber>(None, &config(|number| number.destinations = list(to()))).await.ok();
    assert!(bench.destroy(&old).await.errors.is_empty());
    assert_eq!(bench.rings().len(), 1);
}

#[tokio::test]
async fn destroying_a_routing_takes_its_destinations_away() {
    let bench = Bench::start().await;
    let held = bench.apply::<Routing>(None, &routing(vec![pstn("+13132847320")])).await.ok();
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.rings(), []);
    let kept = PhoneNumberModel { on_destroy: text("keep"), ..routing(vec![pstn("+13132847320")]) };
    let bench = Bench::start().await;
    let held = bench.apply::<Routing>(None, &kept).await.ok();
    assert!(bench.destroy(&held).await.errors.is_empty());
    assert_eq!(bench.rings().len(), 1);
}

#[tokio::test]
async fn a_release_tells_of_trunks_that_present_the_number() {
    let mut bench = Bench::start().await;
    bench.sim.edit_trunk(bench.trunk, |trunk| trunk.callerid = Some(DIGITS.to_owned()));
    let held = held(&mut bench, "release").await;
    let told = bench.plan_destroy(&held).await;
    assert_eq!(told[1].summary, "Released phone number is a caller ID");
    assert!(told[1].detail.contains("office"), "{told:?}");
}

#[tokio::test]
async fn a_released_number_that_is_still_listed_stays_in_the_state() {
    let mut bench = Bench::start().await;
    let held = held(&mut bench, "release").await;
    bench.impatient();
    bench.sim.configure(|knobs| knobs.list_lag = 10_000);
    let left = bench.destroy(&held).await;
    assert!(left.error().contains("may not be released and stays in the state"), "{:?}", left.errors);
}
