//! An update whose answer was lost is looked at and repeated until it is certain.

use serde_json::json;
use wavix_sim::behaviour::{AllowedIpsMode, HostRequestResent};
use wavix_sim::{Answer, Fault, Sim};

use crate::client::Secret;
use crate::framework::object::Attr;

use super::super::SipTrunkModel;
use super::ip_authentication::requesting;
use super::{Bench, PASSWORD, addresses, config, id_of, paths, plan, text};

const TRUNK: &str = "/v1/trunks/*";

fn renamed() -> SipTrunkModel {
    config(|trunk| trunk.label = text("renamed"))
}

fn faults() -> Vec<Fault> {
    vec![
        Fault::close(),
        Fault::close_after_commit(),
        Fault::reset_after_commit(),
        Fault::cut_body(),
        Fault::status(500),
        Fault::answer_after_commit(Answer::new(500)),
        Fault::status(503),
        Fault::html_200(),
        Fault::answer_after_commit(Answer::new(200).empty()),
        Fault::answer_after_commit(Answer::new(200).json(&json!([]))),
        Fault::without("id"),
    ]
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_is_certain_in_the_end() {
    for fault in faults() {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.fault("PUT", TRUNK, fault);
        let left = bench.update(&renamed(), &created).await;
        assert!(left.warnings.is_empty(), "{name}: {left:?}");
        let updated = left.ok();
        assert_eq!(bench.sim.trunk(id_of(&created)).unwrap().label, "renamed", "{name}");
        assert_eq!(bench.read(&updated).await.ok(), updated, "{name}");
    }
}

#[tokio::test]
async fn a_change_that_a_look_proves_is_not_sent_again() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("PUT", TRUNK, Fault::close_after_commit());
    bench.update(&renamed(), &created).await.ok();
    assert_eq!((bench.puts(), bench.sim.journal().count("GET", TRUNK)), (1, 1));
}

/// No answer shows a password, so nothing but an answer proves its change.
#[tokio::test]
async fn a_new_password_is_sent_until_it_is_acknowledged() {
    for fault in faults() {
        let bench = Bench::start().await;
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.fault("PUT", TRUNK, fault);
        let rotated = config(|trunk| trunk.password = Attr::Known(Secret::new("another-PASSWORD")));
        let updated = bench.update(&rotated, &created).await.ok();
        assert_eq!(bench.sim.trunk(id_of(&created)).unwrap().password(), "another-PASSWORD");
        assert_eq!((updated.password, bench.puts()), (rotated.password, 2));
    }
}

#[tokio::test]
async fn a_password_that_may_have_changed_is_claimed_by_no_state_and_sent_by_the_next_apply() {
    for (from, to) in [(None, None), (Some(1), Some(2)), (None, Some(1)), (Some(1), None)] {
        let bench = Bench::start().await;
        let with = |password: &str, version: Option<i64>| {
            config(|trunk| {
                trunk.password = Attr::Known(Secret::new(password));
                if from.is_some() || to.is_some() {
                    trunk.password_wo = std::mem::replace(&mut trunk.password, Attr::Null);
                    trunk.password_wo_version = version.into();
                }
            })
        };
        let created = bench.create(&with(PASSWORD, from)).await.ok();
        let rotated = with("another-PASSWORD", to);
        bench.sim.faults().times(4, "PUT", TRUNK, Fault::answer_after_commit(Answer::new(500)));
        let left = bench.update(&rotated, &created).await;
        let detail = &left.error().detail;
        assert!(detail.contains("may be changed"), "{detail}");
        assert!(detail.contains("the old password or the new one"), "{detail}");
        assert_eq!(bench.puts(), 4);

        let state = left.state.clone().unwrap();
        let read = bench.read(&state).await.ok();
        assert_ne!(plan(&rotated, Some(&read)), read, "{from:?} to {to:?}: it is planned again");
        bench.sim.edit_trunk(id_of(&read), |trunk| trunk.set_password("whatever"));
        let repaired = bench.update(&rotated, &read).await.ok();
        assert_eq!(bench.sim.trunk(id_of(&read)).unwrap().password(), "another-PASSWORD");
        assert_eq!(plan(&rotated, Some(&repaired)), repaired);
        // So is taking the change back.
        let back = bench.update(&with(PASSWORD, from), &read).await.ok();
        assert_eq!(bench.sim.trunk(id_of(&back)).unwrap().password(), PASSWORD, "{from:?} to {to:?}");
    }
}

#[tokio::test]
async fn a_password_that_may_have_moved_out_of_the_state_is_sent_again() {
    let bench = Bench::start().await;
    let kept = config(|_| {});
    let created = bench.create(&kept).await.ok();
    // Without a version there is nothing else in the state that would differ.
    let moved = config(|trunk| trunk.password_wo = std::mem::replace(&mut trunk.password, Attr::Null));
    bench.sim.faults().times(4, "PUT", TRUNK, Fault::status(500));
    let state = bench.update(&moved, &created).await.state.unwrap();
    for config in [&kept, &moved] {
        assert_ne!(plan(config, Some(&state)), state);
    }
    let updated = bench.update(&moved, &state).await.ok();
    assert_eq!(plan(&moved, Some(&updated)), updated);
}

#[tokio::test]
async fn an_update_that_stays_in_doubt_leaves_what_was_seen() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.faults().times(4, "PUT", TRUNK, Fault::status(500));
    let left = bench.update(&renamed(), &created).await;
    assert_eq!(left.error().summary, "Cannot update SIP trunk");
    assert!(left.error().detail.contains("may be changed"), "{}", left.error().detail);
    assert_eq!((left.state, bench.puts()), (Some(created.clone()), 4));

    // Nobody could look either: then what was true before is all that is known.
    bench.sim.faults().times(4, "PUT", TRUNK, Fault::status(500));
    bench.sim.faults().times(4, "GET", TRUNK, Fault::status(500));
    let left = bench.update(&renamed(), &created).await;
    assert_eq!(left.state, Some(created.clone()));
    bench.update(&renamed(), &created).await.ok();
}

#[tokio::test]
async fn what_the_client_has_repeated_is_not_repeated_again() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let patient = Bench { ctx: bench.context(|settings| settings.max_retries = 1), ..bench };
    patient.sim.faults().times(9, "PUT", TRUNK, Fault::status(503));
    let left = patient.update(&renamed(), &created).await;
    assert!(left.error().detail.contains("2 attempts"), "{}", left.error().detail);
    assert_eq!(patient.puts(), 2);
}

#[tokio::test]
async fn a_refusal_after_a_doubt_does_not_say_that_nothing_happened() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("PUT", TRUNK, Fault::status(500));
    bench.sim.faults().times(3, "PUT", TRUNK, Fault::status(409));
    let left = bench.update(&renamed(), &created).await;
    assert!(left.error().detail.contains("may be changed"), "{}", left.error().detail);
}

fn adding_server() -> wavix_sim::Builder {
    Sim::builder().behaviour(|knobs| knobs.allowed_ips = AllowedIpsMode::NestedAttributes)
}

fn allowing(texts: &[&str]) -> SipTrunkModel {
    config(|trunk| trunk.allowed_ips = addresses(texts))
}

#[tokio::test]
async fn an_api_that_adds_addresses_is_told_which_to_remove() {
    let bench = Bench::with(adding_server().start().await);
    let mut state = bench.create(&allowing(&["198.51.100.7", "198.51.100.8"])).await.ok();
    for wanted in [&["198.51.100.8", "198.51.100.9"][..], &["198.51.100.7"]] {
        state = bench.update(&allowing(wanted), &state).await.ok();
        assert_eq!(bench.sim.trunk(id_of(&state)).unwrap().allowed_addresses(), wanted);
        assert_eq!(bench.read(&state).await.ok(), state);
    }
    // Without a change of the addresses none is doubled either.
    let mut named = allowing(&["198.51.100.7"]);
    named.label = text("named");
    bench.update(&named, &state).await.ok();
    assert_eq!(bench.sim.trunk(id_of(&state)).unwrap().allowed_addresses(), ["198.51.100.7"]);
}

#[tokio::test]
async fn addresses_that_cannot_be_removed_are_named() {
    let bench = Bench::with(adding_server().start().await);
    let created = bench.create(&allowing(&["198.51.100.7"])).await.ok();
    bench.sim.fault("PUT", TRUNK, Fault::delay_before_commit(std::time::Duration::ZERO));
    bench.sim.fault("PUT", TRUNK, Fault::status(400));
    let left = bench.update(&allowing(&["198.51.100.8"]), &created).await;
    assert_eq!(paths(&left.errors), ["allowed_ips"]);
    let detail = &left.error().detail;
    assert!(detail.contains("Not requested: 198.51.100.7."), "{detail}");
    assert_eq!(left.state.unwrap().allowed_ips, addresses(&["198.51.100.7", "198.51.100.8"]));
}

#[tokio::test]
async fn an_answer_that_leaves_the_addresses_out_has_removed_none() {
    let bench = Bench::start().await;
    let created = bench.create(&allowing(&["198.51.100.7"])).await.ok();
    for wanted in [&["198.51.100.7"][..], &["198.51.100.8", "198.51.100.9"]] {
        bench.sim.fault("PUT", TRUNK, Fault::without("allowed_ips"));
        let mut renamed = allowing(wanted);
        renamed.label = text("renamed");
        let updated = bench.update(&renamed, &created).await.ok();
        assert_eq!(updated.allowed_ips, addresses(wanted));
        bench.sim.fault("GET", TRUNK, Fault::without("allowed_ips"));
        assert_eq!(bench.read(&updated).await.ok(), updated);
    }
    assert_eq!(bench.puts(), 2);
}

/// Whoever takes the last address away must not be told that it is gone
/// because an answer does not mention it.
#[tokio::test]
async fn a_look_that_leaves_the_addresses_out_does_not_prove_their_removal() {
    let bench = Bench::start().await;
    let created = bench.create(&allowing(&["198.51.100.7"])).await.ok();
    bench.sim.fault("PUT", TRUNK, Fault::close());
    bench.sim.fault("GET", TRUNK, Fault::without("allowed_ips").and_without("ip_restrict"));
    bench.update(&config(|trunk| trunk.ip_restrict = Attr::Known(false)), &created).await.ok();
    assert_eq!(bench.puts(), 2);
    assert!(bench.sim.trunk(id_of(&created)).unwrap().allowed_addresses().is_empty());
}

/// The same for a limit that is to be another one.
#[tokio::test]
async fn a_look_that_leaves_a_limit_out_does_not_prove_its_change() {
    let limited = |limit| config(|trunk| trunk.call_limit = Attr::Known(limit));
    let bench = Bench::start().await;
    let created = bench.create(&limited(600)).await.ok();
    bench.sim.fault("PUT", TRUNK, Fault::close());
    bench.sim.fault("GET", TRUNK, Fault::without("call_limit"));
    bench.update(&limited(700), &created).await.ok();
    assert_eq!(bench.puts(), 2);
    assert_eq!(bench.sim.trunk(id_of(&created)).unwrap().call_limit, Some(700));
}

/// What Wavix keeps of a limit that is not enforced says nothing, its flag does.
#[tokio::test]
async fn a_look_proves_that_a_limit_was_switched_off() {
    let limited = config(|trunk| trunk.call_limit = Attr::Known(600));
    let idle = config(|trunk| {
        trunk.call_restrict = Attr::Known(false);
        trunk.call_limit = Attr::Known(700);
    });
    for off in [config(|_| {}), idle] {
        let bench = Bench::start().await;
        let created = bench.create(&limited).await.ok();
        bench.sim.fault("PUT", TRUNK, Fault::close_after_commit());
        let updated = bench.update(&off, &created).await.ok();
        assert_eq!((bench.puts(), updated.call_restrict), (1, Attr::Known(false)));
    }
}

#[tokio::test]
async fn a_review_that_an_unrelated_change_reopens_is_told() {
    for resent in [HostRequestResent::ReopensReview, HostRequestResent::KeepsStatus] {
        let bench = Bench::start().await;
        bench.sim.configure(|knobs| knobs.host_request_resent = resent);
        let created = bench.create(&requesting("198.51.100.40")).await.ok();
        bench.sim.approve(id_of(&created));
        let bench = bench.again();
        let approved = bench.read(&created).await.ok();
        let mut changed = requesting("198.51.100.40");
        changed.label = text("renamed");
        let left = bench.update(&changed, &approved).await;
        let told: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
        let expected: &[&str] = if resent == HostRequestResent::ReopensReview {
            &["SIP trunk 3107 needs approval again"]
        } else {
            &[]
        };
        assert_eq!(told, expected);
        left.ok();
    }
}
