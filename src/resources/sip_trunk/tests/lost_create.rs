//! A create whose answer was lost: one request, one trunk, nothing forgotten.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use wavix_sim::behaviour::{AllowedIpsMode, ListOrder, ProFeatures};
use wavix_sim::{Answer, Fault, Rule, Sim};

use crate::client::Secret;
use crate::framework::object::{Attr, Mapped};

use super::super::SipTrunkModel;
use super::{Bench, CALLER_ID, Left, PASSWORD, config, everything, id_of, plan, text};

pub(super) const TRUNKS: &str = "/v1/trunks";
const TRUNK: &str = "/v1/trunks/*";

/// Every way to lose the answer to a create that was carried out.
fn committed() -> Vec<Fault> {
    let answer = |status: u16| Fault::answer_after_commit(Answer::new(status));
    vec![
        Fault::close_after_commit(),
        Fault::reset_after_commit(),
        Fault::cut_body(),
        Fault::wrong_content_length(10),
        answer(500),
        answer(502),
        answer(503),
        answer(504),
        Fault::answer_after_commit(Answer::new(200).html("<p>Welcome</p>")),
        Fault::answer_after_commit(Answer::new(200).empty()),
        Fault::answer_after_commit(Answer::new(201).json(&json!([]))),
        Fault::answer_after_commit(Answer::new(302).empty().header("location", "https://example.com/")),
        Fault::with("id", "not an id"),
        Fault::without("id"),
    ]
}

#[track_caller]
pub(super) fn adopted(left: Left) -> SipTrunkModel {
    let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
    let [summary] = summaries.as_slice() else { panic!("not one warning: {left:?}") };
    assert!(summary.starts_with("Adopted SIP trunk "), "{left:?}");
    left.ok()
}

#[track_caller]
pub(super) fn says(left: &Left, parts: &[&str]) {
    let error = left.error();
    assert_eq!(error.summary, "Cannot create SIP trunk");
    for part in parts {
        assert!(error.detail.contains(part), "no {part:?} in: {}", error.detail);
    }
    assert!(!error.detail.contains("Try again"), "that could make two: {}", error.detail);
}

pub(super) fn posts(bench: &Bench) -> usize {
    bench.sim.journal().count("POST", TRUNKS)
}

#[tokio::test]
async fn a_trunk_whose_answer_was_lost_is_adopted_whatever_lost_it() {
    for fault in committed() {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault);
        let state = adopted(bench.create(&everything()).await);
        let trunks = bench.sim.trunks();
        assert_eq!((trunks.len(), posts(&bench), bench.puts()), (1, 1, 1), "{name}");
        assert_eq!(trunks[0].id, id_of(&state));
        // Nothing is left to do: the next refresh finds what the state says.
        assert_eq!(bench.read(&state).await.ok(), state, "{name}");
        assert_eq!(plan(&everything(), Some(&state)), state, "{name}");
    }
}

/// No answer named it, so it could be somebody's: it is neither deleted nor tainted.
#[tokio::test]
async fn an_adopted_trunk_that_wavix_makes_otherwise_is_kept_untainted() {
    let sim = Sim::builder().behaviour(|knobs| knobs.pro_features = ProFeatures::SilentlyOff).start().await;
    let bench = Bench::with(sim);
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let wanted = config(|trunk| trunk.encrypted_media = Attr::Known(true));
    let left = bench.create(&wanted).await;
    let id = bench.sim.trunks()[0].id;
    let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
    let differs = format!("SIP trunk {id} differs in encrypted_media");
    assert_eq!(summaries, [format!("Adopted SIP trunk {id}"), differs]);
    let state = left.ok();
    assert_eq!((id_of(&state), &state.encrypted_media), (id, &Attr::Known(true)), "as planned");
    // What Terraform demands of an apply: nothing is left open.
    assert!(state.clone().into_value().is_wholly_known());
    let read = bench.read(&state).await.ok();
    assert_eq!(read.encrypted_media, Attr::Known(false), "the next plan shows it");
    assert_eq!(bench.sim.journal().count("DELETE", TRUNK), 0);
}

#[tokio::test]
async fn a_look_that_leaves_limits_out_finds_the_trunk_all_the_same() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    bench.sim.fault("GET", TRUNK, Fault::without("call_limit").and_without("rewrite_prefix"));
    let state = adopted(bench.create(&everything()).await);
    assert_eq!(bench.lists(), 1, "the first look finds it");
    assert_eq!(plan(&everything(), Some(&state)), state);
}

#[tokio::test]
async fn a_list_that_is_known_to_lack_trunks_does_not_say_that_ours_is_missing() {
    let bench = Bench::start().await;
    for _ in 0..4 {
        bench.sim.add_trunk(json!({ "label": "another" }));
    }
    bench.sim.configure(|knobs| knobs.per_page_cap = Some(2));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let gap = Fault::with("sip_trunks", serde_json::Value::Null);
    bench.sim.faults().push(Rule::new("GET", TRUNKS, gap).skip(1).always());
    let left = bench.create(&config(|_| {})).await;
    says(&left, &["The search for it failed", "incomplete list", "terraform import"]);
    assert!(!left.error().detail.contains("lists no SIP trunk"), "{left:?}");
}

#[tokio::test]
async fn a_create_that_was_not_carried_out_is_not_sent_again() {
    for fault in [Fault::close(), Fault::reset(), Fault::status(500), Fault::status(502), Fault::html_200()] {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault);
        let left = bench.create(&config(|trunk| trunk.label = text("lost & found"))).await;
        says(&left, &["POST /v1/trunks", "may still appear", "\"lost & found\"", "terraform import"]);
        assert_eq!((left.state, posts(&bench), bench.sim.trunks().len()), (None, 1, 0));
        assert_eq!(bench.lists(), 4, "a look at once, and one after each wait");
    }
}

#[tokio::test]
async fn a_trunk_that_the_list_or_its_id_shows_late_is_adopted() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| {
        knobs.list_lag = 1;
        knobs.misses_after_create = 2;
    });
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    adopted(bench.create(&config(|_| {})).await);
    assert_eq!((posts(&bench), bench.lists()), (1, 4));
}

#[tokio::test]
async fn equal_creates_whose_answers_were_lost_end_in_one_trunk_each() {
    for lost in [5, 3, 1] {
        let bench = Bench::start().await;
        for _ in 0..lost {
            bench.sim.fault(
                "POST",
                TRUNKS,
                Fault::close_after_commit().after_waiting(Duration::from_millis(20)),
            );
        }
        let same = config(|_| {});
        let left = join_all((0..5).map(|_| bench.create(&same))).await;
        let states: Vec<SipTrunkModel> = left.into_iter().map(Left::ok).collect();
        let ids: BTreeSet<i64> = states.iter().map(id_of).collect();
        let stored: BTreeSet<i64> = bench.sim.trunks().iter().map(|trunk| trunk.id).collect();
        assert_eq!((ids.len(), posts(&bench)), (5, 5), "{lost} lost");
        assert_eq!(ids, stored);
    }
}

#[tokio::test]
async fn of_equal_creates_only_those_without_a_trunk_fail() {
    let bench = Bench::start().await;
    for fault in [Fault::close_after_commit(), Fault::close(), Fault::close_after_commit()] {
        bench.sim.fault("POST", TRUNKS, fault);
    }
    let same = config(|_| {});
    let left = join_all((0..4).map(|_| bench.create(&same))).await;
    let ids: BTreeSet<i64> = left.iter().filter_map(|left| left.state.as_ref()).map(id_of).collect();
    assert_eq!(ids, bench.sim.trunks().iter().map(|trunk| trunk.id).collect());
    let failed: Vec<&Left> = left.iter().filter(|left| !left.errors.is_empty()).collect();
    assert_eq!((failed.len(), ids.len(), posts(&bench)), (1, 3, 4));
    says(failed[0], &["may still appear"]);
}

/// Whoever takes which: the trunk has the password that its state has.
#[tokio::test]
async fn an_adopted_trunk_has_the_password_of_its_state() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    }
    let with = |password: &str| config(|trunk| trunk.password = Attr::Known(Secret::new(password)));
    let (one, two) = (with("password-one"), with("password-two"));
    let (left, right) = tokio::join!(bench.create(&one), bench.create(&two));
    for state in [adopted(left), adopted(right)] {
        let stored = bench.sim.trunk(id_of(&state)).unwrap();
        assert_eq!(state.password, Attr::Known(Secret::new(stored.password())));
    }
}

#[tokio::test]
async fn a_trunk_that_another_resource_has_is_never_adopted() {
    let bench = Bench::start().await;
    let first = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("POST", TRUNKS, Fault::close());
    let left = bench.create(&config(|_| {})).await;
    says(&left, &["may still appear"]);
    assert_eq!((left.state, bench.puts()), (None, 0));
    assert_eq!(bench.read(&first).await.ok(), first);
}

#[tokio::test]
async fn what_time_it_is_here_does_not_matter() {
    for offset in [-86_400, 86_400] {
        for asked_before in [false, true] {
            let bench = Bench::start().await;
            bench.sim.configure(|knobs| {
                knobs.clock_offset_seconds = offset;
                knobs.created_at_millis = asked_before;
            });
            if asked_before {
                bench.create(&config(|_| {})).await.ok();
            }
            bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
            adopted(bench.create(&config(|_| {})).await);
        }
    }
}

#[tokio::test]
async fn a_trunk_too_many_is_named_and_none_is_adopted() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit().after_waiting(Duration::from_millis(100)));
    // Somebody makes an equal one in the very same moment.
    let somebody_else = async {
        while posts(&bench) == 0 {
            tokio::task::yield_now().await;
        }
        bench.sim.add_trunk(json!({ "label": "office", "callerid": CALLER_ID }))
    };
    let wanted = config(|_| {});
    let (left, theirs) = tokio::join!(bench.create(&wanted), somebody_else);
    let ours = theirs + 1;
    says(&left, &[&format!("{theirs}, {ours}"), "adopted none", "terraform import"]);
    assert_eq!((left.state, bench.puts(), posts(&bench)), (None, 0, 1));
}

#[tokio::test]
async fn a_new_trunk_that_is_not_quite_what_was_requested_is_named() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close().after_waiting(Duration::from_millis(100)));
    let somebody_else = async {
        while posts(&bench) == 0 {
            tokio::task::yield_now().await;
        }
        bench.sim.add_trunk(json!({ "label": "office", "max_channels": 3 }))
    };
    let wanted = config(|_| {});
    let (left, other) = tokio::join!(bench.create(&wanted), somebody_else);
    says(
        &left,
        &[&format!("The new SIP trunk {other}"), "differs in `channels_restrict`", "terraform import"],
    );
    assert_eq!((left.state, bench.puts()), (None, 0));
}

#[tokio::test]
async fn the_trunk_is_found_on_any_page_of_a_list_that_shifts() {
    let bench = Bench::start().await;
    for number in 0..250 {
        bench.sim.add_trunk(json!({ "label": format!("trunk {number}") }));
    }
    bench.sim.configure(|knobs| knobs.list_order = ListOrder::Shifting);
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    adopted(bench.create(&config(|_| {})).await);
    assert_eq!(posts(&bench), 1);
}

#[tokio::test]
async fn a_list_that_fails_is_asked_again_and_said_at_last() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    // The first look is before the request.
    bench.sim.faults().push(Rule::new("GET", TRUNKS, Fault::html_200()).skip(1).times(3));
    adopted(bench.create(&config(|_| {})).await);

    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    bench.sim.faults().times(4, "GET", TRUNKS, Fault::status(500));
    let left = bench.create(&config(|trunk| trunk.label = text("blind"))).await;
    says(&left, &["The search for it failed", "GET /v1/trunks", "\"blind\""]);
    assert_eq!((left.state, posts(&bench)), (None, 2));
}

#[tokio::test]
async fn a_candidate_that_cannot_be_read_is_named() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    bench.sim.faults().times(4, "GET", TRUNK, Fault::status(500));
    let left = bench.create(&config(|_| {})).await;
    let id = bench.sim.trunks()[0].id;
    says(&left, &[&format!("The SIP trunk {id}"), "could not be read"]);
}

/// Without the last request the password is most likely right, which is no
/// reason to destroy the trunk; so it is sent again by the next apply.
#[tokio::test]
async fn a_password_that_could_not_be_confirmed_is_sent_by_the_next_apply() {
    for write_only in [None, Some(None), Some(Some(1))] {
        let bench = Bench::start().await;
        let config = config(|trunk| {
            if let Some(version) = write_only {
                trunk.password_wo = std::mem::replace(&mut trunk.password, Attr::Null);
                trunk.password_wo_version = version.into();
            }
        });
        bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
        bench.sim.faults().times(4, "PUT", TRUNK, Fault::status(500));
        let (left, private) = bench.create(&config).await.and_private();
        let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
        let id = bench.sim.trunks()[0].id;
        let expected = [format!("Adopted SIP trunk {id}"), format!("Unconfirmed password of SIP trunk {id}")];
        assert_eq!(summaries, expected);
        let state = left.ok();
        bench.sim.edit_trunk(id_of(&state), |trunk| trunk.set_password("another"));

        let (read, private) = bench.read_with(&state, private).await.and_private();
        let read = read.ok();
        assert_ne!(read, state, "the refresh says that something is to be done");
        let (again, _) = bench.read_with(&read, private).await.and_private();
        assert_eq!(again.ok(), read, "and says it once");
        let updated = bench.update(&config, &read).await.ok();
        assert_eq!(bench.sim.trunk(id_of(&state)).unwrap().password(), PASSWORD);
        assert_eq!(bench.read(&updated).await.ok(), state);
    }
}

#[tokio::test]
async fn the_addresses_of_an_adopted_trunk_are_not_doubled() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.allowed_ips = AllowedIpsMode::NestedAttributes);
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let state = adopted(bench.create(&everything()).await);
    let trunk = bench.sim.trunk(id_of(&state)).unwrap();
    assert_eq!(trunk.allowed_addresses(), ["198.51.100.7", "203.0.113.20"]);
}

#[tokio::test]
async fn a_trunk_with_ip_authentication_is_adopted_with_its_request() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let wanted = super::ip_authentication::requesting("198.51.100.7");
    let state = adopted(bench.create(&wanted).await);
    assert_eq!(state.status, text("pending"));
    assert_eq!(bench.read(&state).await.ok(), state);
}
