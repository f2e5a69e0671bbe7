//! Every reading of the documents that the simulator knows: the apply converges to an
//! empty second plan, or fails with a precise message and the state as it is.

use wavix_sim::behaviour::{
    ClearedUrl, DestinationOrder, EmptyDestinations, LoginMismatch, NumberNotFound, PatchReply, Priorities,
    SentDestinations, Tolerance, UnsetText,
};

use super::*;

const RELAY: &str = "https://hooks.example.com/sms";
const STATUS: &str = "https://hooks.example.com/calls";

fn everything(bench: &Bench) -> PhoneNumberModel {
    config(|number| {
        number.destinations = list(vec![
            trunk(bench.trunk),
            pstn("+13132847320"),
            uri("sip:calls@PBX.example.com;transport=tls"),
        ]);
        number.sms_enabled = Attr::Known(true);
        number.sms_relay_url = text(RELAY);
        number.call_status_url = text(STATUS);
    })
}

fn nothing() -> PhoneNumberModel {
    config(|number| {
        number.destinations = list(Vec::new());
        number.sms_relay_url = text("");
        number.call_status_url = text("");
    })
}

/// Applies everything, then nothing; each time the second plan is empty.
async fn converges(name: &str, change: impl FnOnce(&mut Behaviour)) {
    let mut bench = Bench::with(change).await;
    let mut held = None;
    for wanted in [everything(&bench), nothing(), everything(&bench)] {
        let left = bench.apply::<PhoneNumber>(held.as_ref(), &wanted).await;
        assert!(left.errors.is_empty(), "{name}: {:?}", left.errors);
        held = Some(bench.settled(&left.ok(), &wanted).await);
    }
    assert_eq!(bench.rings().len(), 3, "{name}");
    assert_eq!(bench.stored().sms_relay_url.as_deref(), Some(RELAY), "{name}");
}

#[tokio::test]
async fn readings_that_make_no_difference_make_none() {
    converges("defaults", |_| {}).await;
    converges("settle_reads", |it| it.numbers.settle_reads = 3).await;
    converges("patch_reply", |it| it.numbers.patch_reply = PatchReply::Stale).await;
    converges("both", |it| {
        it.numbers.patch_reply = PatchReply::Stale;
        it.numbers.settle_reads = 2;
    })
    .await;
    for cleared in [ClearedUrl::NullClears, ClearedUrl::EmptyClears, ClearedUrl::BothClear] {
        converges("cleared_url", |it| it.numbers.cleared_url = cleared).await;
    }
    for unset in [UnsetText::Null, UnsetText::Empty, UnsetText::Absent] {
        converges("unset_url_answer", |it| it.numbers.unset_url_answer = unset).await;
    }
    for mismatch in [LoginMismatch::Rejected, LoginMismatch::IdWins, LoginMismatch::LoginWins] {
        converges("trunk_login_mismatch", |it| it.numbers.trunk_login_mismatch = mismatch).await;
    }
    converges("missing_trunk_id", |it| it.numbers.missing_trunk_id = Tolerance::Rejected).await;
    for order in [DestinationOrder::Priority, DestinationOrder::Id, DestinationOrder::Reversed] {
        converges("destination_order", |it| it.numbers.destination_order = order).await;
    }
    for priorities in [Priorities::Kept, Priorities::RenumberedFrom0, Priorities::RenumberedFrom1] {
        converges("priorities", |it| it.numbers.priorities = priorities).await;
    }
    converges("inactive_patch", |it| it.numbers.inactive_patch = Tolerance::Rejected).await;
}

#[tokio::test]
async fn an_inactive_number_that_cannot_be_changed_says_so() {
    let bench = Bench::with(|it| it.numbers.inactive_patch = Tolerance::Rejected).await;
    bench.sim.edit_phone_number(DIGITS, |number| number.status = "inactive".to_owned());
    let left = bench.apply::<PhoneNumber>(None, &everything(&bench)).await;
    assert!(left.error().contains("not active"), "{}", left.error());
    assert_eq!(left.held.unwrap().state.status, text("inactive"));
}

/// What was there stays beside what was sent.
#[tokio::test]
async fn destinations_that_are_added_instead_are_told_and_the_state_says_what_is() {
    let mut bench = Bench::with(|it| it.numbers.destinations_on_patch = SentDestinations::Append).await;
    let held = bench.apply::<PhoneNumber>(None, &everything(&bench)).await.ok();
    bench.run_again();
    bench.impatient();
    let one = config(|number| number.destinations = list(vec![pstn("+13132847321")]));
    let left = bench.apply(Some(&held), &one).await;
    assert!(left.error().contains("SIP trunk"), "{}", left.error());
    assert_eq!(at(&left.errors[0]), "destinations");
    let held = left.held.unwrap();
    assert_eq!(held.state.destinations.known().unwrap().len(), 4);
    assert!(!bench.plan(Some(&held), &one).await.is_empty, "the next plan shows it");
}

#[tokio::test]
async fn destinations_that_cannot_be_emptied_are_told_and_stay_in_the_state() {
    for (empty, said) in [(EmptyDestinations::Rejected, "400"), (EmptyDestinations::Ignored, "+13132847320")]
    {
        let mut bench = Bench::with(|it| it.numbers.empty_destinations = empty).await;
        let held = bench.apply::<PhoneNumber>(None, &everything(&bench)).await.ok();
        bench.run_again();
        bench.impatient();
        let none = PhoneNumberModel { destinations: list(Vec::new()), ..everything(&bench) };
        let left = bench.apply(Some(&held), &none).await;
        assert!(left.error().contains(said), "{empty:?}: {}", left.error());
        assert_eq!(at(&left.errors[0]), "destinations");
        assert_eq!(left.held.unwrap().state.destinations.known().unwrap().len(), 3);
        // A destroy that was to do the same keeps the state too.
        bench.run_again();
        bench.impatient();
        let unrouted = PhoneNumberModel { on_destroy: text("unroute"), ..everything(&bench) };
        let held = bench.apply(Some(&held), &unrouted).await.ok();
        let left = bench.destroy(&held).await;
        assert!(!left.errors.is_empty() && left.held.is_some(), "{empty:?}");
    }
}

#[tokio::test]
async fn urls_that_cannot_be_emptied_are_told_and_stay_in_the_state() {
    for (cleared, count) in [(ClearedUrl::Rejected, 1), (ClearedUrl::Ignored, 2)] {
        let mut bench = Bench::with(|it| it.numbers.cleared_url = cleared).await;
        let held = bench.apply::<PhoneNumber>(None, &everything(&bench)).await.ok();
        bench.run_again();
        bench.impatient();
        let none =
            PhoneNumberModel { sms_relay_url: text(""), call_status_url: text(""), ..everything(&bench) };
        let left = bench.apply(Some(&held), &none).await;
        assert_eq!(left.errors.len(), count, "{cleared:?}: {:?}", left.errors);
        let held = left.held.unwrap();
        assert_eq!((held.state.sms_relay_url, held.state.call_status_url), (text(RELAY), text(STATUS)));
    }
}

#[tokio::test]
async fn features_outside_of_the_accounts_plan_are_told_as_such() {
    use wavix_sim::behaviour::ProFeatures;

    for (features, said) in [(ProFeatures::SilentlyOff, "Ask Wavix support"), (ProFeatures::Refused, "403")] {
        let bench = Bench::with(|it| it.pro_features = features).await;
        let wanted = config(|number| number.call_recording_enabled = Attr::Known(true));
        let left = bench.apply::<PhoneNumber>(None, &wanted).await;
        assert!(left.error().contains(said), "{}", left.error());
        assert_eq!(left.held.unwrap().state.call_recording_enabled, Attr::Known(false));
    }
}

#[tokio::test]
async fn a_number_that_is_not_there_is_gone_in_all_words_but_those_of_a_gateway() {
    for (words, is_gone) in [
        (NumberNotFound::RecordNotFound, true),
        (NumberNotFound::DidWithId, true),
        (NumberNotFound::Html, false),
    ] {
        let bench = Bench::with(|it| it.numbers.not_found = words).await;
        let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
        bench.sim.release_phone_number(DIGITS);
        assert_eq!(bench.read(&held).await.held.is_none(), is_gone, "{words:?}");
    }
}

#[tokio::test]
async fn what_does_not_settle_in_time_shows_both_routings() {
    let mut bench = Bench::with(|it| it.numbers.settle_reads = 100_000).await;
    bench.impatient();
    let left = bench.apply::<PhoneNumber>(None, &everything(&bench)).await;
    let told: Vec<&String> = left.errors.iter().map(|error| &error.detail).collect();
    assert!(told.iter().any(|it| it.contains("nothing for `destinations` instead of SIP trunk")), "{told:?}");
    assert_eq!(left.held.unwrap().state.destinations, list(Vec::new()));
}
