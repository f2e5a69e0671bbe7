//! Changes of a number that is managed.

use wavix_sim::Fault;

use crate::framework::note::Note;

use super::*;

#[tokio::test]
async fn what_the_api_is_not_told_of_needs_no_request() {
    let mut bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let held = bench.read(&held).await.ok();
    bench.sim.journal().clear();
    let other = config(|number| {
        number.number = text("12565378257");
        number.on_destroy = text("unroute");
    });
    let planned = bench.plan(Some(&held), &other).await;
    assert!(!planned.replaces && !planned.is_empty);
    let held = bench.carry_out(Some(&held), planned).await.ok();
    assert_eq!(bench.sim.journal().entries().len(), 0);
    assert_eq!((held.state.number.clone(), held.state.on_destroy.clone()), (text(WRITTEN), text("unroute")));
    bench.settled(&held, &other).await;
}

#[tokio::test]
async fn a_setting_that_is_left_out_stays_and_its_loss_is_told_once() {
    let mut bench = Bench::start().await;
    let wanted = config(|number| number.call_status_url = text("https://hooks.example.com/calls"));
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    let held = bench.read(&held).await.ok();
    let planned = bench.plan(Some(&held), &config(|_| {})).await;
    assert_eq!((planned.is_empty, planned.warned()), (true, vec!["Argument is no longer managed"]));
    // Somebody changes it: nobody minds.
    bench.sim.edit_phone_number(DIGITS, |number| number.call_status_url = None);
    bench.run_again();
    let held = bench.read(&held).await.ok();
    assert!(bench.plan(Some(&held), &config(|_| {})).await.is_empty);
    // Written as none, it is none.
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.call_status_url = Some("https://other.example.com".to_owned())
    });
    bench.run_again();
    let held = bench.read(&held).await.ok();
    let none = config(|number| number.call_status_url = text(""));
    let held = bench.apply(Some(&held), &none).await.ok();
    assert_eq!(bench.stored().call_status_url, None);
    let held = bench.settled(&held, &none).await;
    assert_eq!(held.state.call_status_url, text(""));
}

#[tokio::test]
async fn drift_of_what_is_managed_is_put_right_and_only_that_is_sent() {
    let mut bench = Bench::start().await;
    let wanted = config(|number| {
        number.destinations = list(vec![pstn("+13132847320"), uri("calls@pbx.example.com")]);
        number.sms_enabled = Attr::Known(true);
        number.sms_relay_url = text("https://hooks.example.com/sms");
    });
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    bench.sim.edit_phone_number(DIGITS, |number| number.destination.clear());
    bench.run_again();
    let held = bench.read(&held).await.ok();
    let held = bench.apply(Some(&held), &wanted).await.ok();
    assert_eq!(bench.last_patch().as_object().unwrap().len(), 1);
    assert_eq!(bench.rings().len(), 2);
    bench.settled(&held, &wanted).await;
}

#[tokio::test]
async fn a_number_that_was_bought_again_is_followed_to_its_new_id() {
    let mut bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let rebuy = |bench: &Bench| {
        bench.sim.release_phone_number(DIGITS);
        assert!(bench.sim.buy_phone_number(DIGITS).is_some());
    };
    rebuy(&bench);
    bench.run_again();
    let found = bench.read(&held).await.ok();
    assert_ne!(found.state.id, held.state.id);
    assert_eq!(found.state.id, text(&bench.stored().id.to_string()));
    // Also by an update that no refresh came before.
    rebuy(&bench);
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    bench.apply(Some(&found), &wanted).await.ok();
    assert_eq!(bench.rings(), [(4, "13132847320".to_owned())]);
}

/// The id of the state is another number's by now, as an update without a refresh meets it.
#[tokio::test]
async fn an_update_follows_the_number_and_never_the_id_of_the_state() {
    let bench = Bench::start().await;
    let mut held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let other = bench.sim.phone_number("12565378258").unwrap();
    held.state.id = text(&other.id.to_string());
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    bench.apply(Some(&held), &wanted).await.ok();
    assert_eq!(bench.rings(), [(4, "13132847320".to_owned())]);
    assert_eq!(bench.sim.phone_number("12565378258"), Some(other), "the other one is left alone");
}

#[tokio::test]
async fn an_update_that_cannot_look_first_or_finds_no_number_changes_nothing() {
    let bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    bench.sim.fault("GET", NUMBER, Fault::status(403));
    let left = bench.apply(Some(&held), &wanted).await;
    assert!(
        left.error()
            .contains("Nothing was changed, because the phone number +12565378257 could not be read."),
        "{}",
        left.error()
    );
    bench.sim.release_phone_number(DIGITS);
    let left = bench.apply(Some(&held), &wanted).await;
    assert!(left.error().contains("does not own the number +12565378257"), "{}", left.error());
    assert!(left.held.is_some(), "the next refresh says it");
    assert_eq!(bench.writes(), (0, 0));
}

/// For the log of a process that is ended meanwhile.
#[tokio::test]
async fn what_is_under_way_is_noted_by_its_number() {
    let bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    let plan = bench.plan(Some(&held), &wanted).await.state;
    let note = Note::default();
    let mut outcome =
        Outcome::starting_from(Some(held.state.clone()), Private::default()).noting(note.clone());
    let request = UpdateRequest { write_only: PhoneNumberModel::default(), plan, prior: held.state };
    Managed::<PhoneNumber>::NEW.update(&bench.call(), request, &mut outcome).await.unwrap();
    assert_eq!(note.read(), "phone number +12565378257");
}

#[tokio::test]
async fn an_id_that_is_another_numbers_now_is_not_believed() {
    let bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    let other = bench.sim.phone_number("12565378258").unwrap().id;
    let mut mixed = held.clone();
    mixed.state.id = text(&other.to_string());
    let found = bench.read(&mixed).await.ok();
    assert_eq!(found.state.id, held.state.id);
}

#[tokio::test]
async fn a_number_that_is_gone_leaves_the_state_and_a_404_alone_does_not_prove_it() {
    let mut bench = Bench::start().await;
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    bench.run_again();
    bench.sim.faults().always("GET", NUMBER, Fault::status(404));
    assert!(bench.read(&held).await.held.is_some());
    bench.sim.faults().clear();
    bench.run_again();
    bench.sim.release_phone_number(DIGITS);
    bench.run_again();
    let left = bench.read(&held).await;
    assert!(left.held.is_none());
    assert_eq!(left.warned().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_of_a_patch_is_settled_and_nothing_is_left_empty() {
    for fault in [Fault::reset_after_commit(), Fault::status(500), Fault::html_200(), Fault::reset()] {
        let mut bench = Bench::start().await;
        let before = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
        let held = bench.apply::<PhoneNumber>(None, &before).await.ok();
        bench.sim.fault("PATCH", NUMBER, fault);
        let after = config(|number| number.destinations = list(vec![pstn("+13132847321")]));
        let left = bench.apply(Some(&held), &after).await;
        assert_eq!(bench.rings().len(), 1);
        if left.errors.is_empty() {
            let held = left.ok();
            bench.settled(&held, &after).await;
        }
    }
}

/// The reply is a fresh server's, the look after it one that is behind in everything.
#[tokio::test]
async fn what_a_reply_has_shown_is_waited_for_where_a_look_is_behind() {
    let mut bench = Bench::with(|behaviour| behaviour.stale_reads_after_update = 1).await;
    bench.ctx = context(&bench.sim, &bench.temporary).with_patience(Patience::default());
    let wanted = config(|number| {
        number.destinations = list(vec![pstn("+13132847320")]);
        number.call_status_url = text("https://hooks.example.com/calls");
    });
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    assert_eq!(held.state.call_status_url, text("https://hooks.example.com/calls"));
    assert_eq!(bench.writes(), (1, 0));
    bench.settled(&held, &wanted).await;
}

#[tokio::test]
async fn a_destination_of_an_unknown_kind_is_shown_and_never_written_back() {
    let mut bench = Bench::start().await;
    bench.sim.edit_phone_number(DIGITS, |number| {
        number.destination = vec![wavix_sim::Destination {
            id: 1,
            destination: "queue-7".to_owned(),
            priority: 1,
            transport: 9,
            ..Default::default()
        }];
    });
    let held = bench.apply::<PhoneNumber>(None, &config(|_| {})).await.ok();
    bench.run_again();
    let left = bench.read(&held).await;
    assert_eq!(left.warned(), ["Unsupported type of destination"]);
    let held = left.ok();
    let all = held.state.destinations.known().unwrap();
    let shown = uri(all[0].known().unwrap().sip_uri.known().unwrap());
    assert_eq!(shown, uri("unknown kind 9: queue-7"));
    // As it is generated, or copied from what is shown.
    let kept = config(|number| number.destinations = list(vec![shown, pstn("+13132847320")]));
    let errors = bench.plan(Some(&held), &kept).await.errors();
    assert_eq!(errors, ["Invalid value for an argument at destinations[0].sip_uri"]);
    // What is left out is not sent along with a change of something else.
    bench.run_again();
    let other = config(|number| number.sms_enabled = Attr::Known(true));
    let held = bench.apply(Some(&held), &other).await.ok();
    assert_eq!(bench.last_patch(), serde_json::json!({ "sms_enabled": true }));
    bench.run_again();
    let replaced = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    bench.apply(Some(&held), &replaced).await.ok();
}

#[tokio::test]
async fn a_trunk_that_is_gone_is_no_drift() {
    let mut bench = Bench::start().await;
    let wanted = config(|number| number.destinations = list(vec![trunk(bench.trunk)]));
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    bench.sim.delete_trunk(bench.trunk);
    bench.settled(&held, &wanted).await;
}

#[tokio::test]
async fn a_change_that_cannot_be_looked_at_is_not_taken_for_seen() {
    let bench = Bench::start().await;
    bench.sim.faults().always("GET", NUMBER, Fault::status(403));
    let wanted = config(|number| number.destinations = list(vec![pstn("+13132847320")]));
    let left = bench.apply::<PhoneNumber>(None, &wanted).await;
    assert_eq!(left.warned(), ["Change of a phone number is not confirmed"]);
    assert_eq!(left.ok().state.destinations.known().unwrap().len(), 1);
}
