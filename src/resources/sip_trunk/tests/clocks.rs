//! Clocks that disagree, and trunks that look alike: whose a trunk is, and whether
//! it is new, no clock decides.

use std::time::Duration;

use serde_json::json;
use wavix_sim::behaviour::Behaviour;
use wavix_sim::{Fault, Sim};

use crate::lifecycle::context::Context;
use crate::lifecycle::patience::Patience;

use super::{Bench, CALLER_ID, config, hasty, id_of, text};

const TRUNKS: &str = "/v1/trunks";

/// The ways in which the clocks of the API can be.
fn clocks() -> Vec<fn(&mut Behaviour)> {
    vec![
        |_| {},
        |knobs| knobs.created_at_offset_seconds = 2,
        |knobs| knobs.created_at_offset_seconds = 8,
        |knobs| knobs.created_at_offset_seconds = 3600,
        |knobs| knobs.created_at_offset_seconds = -8,
        |knobs| knobs.created_at_offset_seconds = -3600,
        |knobs| knobs.clock_offset_seconds = 86_400,
        |knobs| knobs.clock_offset_seconds = -86_400,
        |knobs| knobs.dated_answers = false,
        |knobs| {
            knobs.dated_answers = false;
            knobs.created_at_offset_seconds = -8;
        },
        |knobs| knobs.created_at_zone = false,
        |knobs| {
            knobs.created_at_zone = false;
            knobs.created_at_offset_seconds = 7200;
        },
    ]
}

async fn with(clock: fn(&mut Behaviour)) -> Bench {
    Bench::with(Sim::builder().behaviour(clock).start().await)
}

/// Another process of the provider, on the same machine.
fn another(bench: &Bench) -> Context {
    bench.context(|_| {})
}

#[tokio::test]
async fn a_lost_trunk_is_adopted_whatever_the_clocks_say() {
    for (number, clock) in clocks().into_iter().enumerate() {
        let bench = with(clock).await;
        bench.sim.add_trunk(json!({ "label": "office", "callerid": CALLER_ID }));
        bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
        let state = bench.create(&config(|_| {})).await.ok();
        assert_eq!(id_of(&state), bench.sim.trunks()[1].id, "clock {number}");
        assert_eq!(bench.sim.journal().count("POST", TRUNKS), 1);
    }
}

/// `create_before_destroy` and `-replace` right after the create: the process that
/// applies has never heard of the trunk that is to be replaced.
#[tokio::test]
async fn a_trunk_that_was_there_before_the_request_is_never_adopted() {
    for (number, clock) in clocks().into_iter().enumerate() {
        let mut bench = with(clock).await;
        let old = bench.create(&config(|_| {})).await.ok();
        bench.ctx = another(&bench);
        bench.sim.fault("POST", TRUNKS, Fault::close());
        let left = bench.create(&config(|_| {})).await;
        let detail = &left.error().detail;
        let named = format!("existed before the request: {}.", id_of(&old));
        assert!(detail.contains(&named), "clock {number}: {detail}");
        assert_eq!((left.state, bench.puts()), (None, 0), "clock {number}");
    }
}

/// The list of what was there does not show it yet.
#[tokio::test]
async fn the_own_older_trunk_is_not_adopted_although_the_list_shows_it_late() {
    let mut bench = Bench::start().await;
    bench.create(&config(|_| {})).await.ok();
    bench.ctx = another(&bench);
    bench.sim.fault("GET", TRUNKS, Fault::with("sip_trunks", json!([])).and_with("/pagination/total", 0));
    bench.sim.fault("POST", TRUNKS, Fault::close());
    let left = bench.create(&config(|_| {})).await;
    assert_eq!((left.error().summary.as_str(), bench.puts()), ("Cannot create SIP trunk", 0));
    assert_eq!((left.state, bench.sim.trunks().len()), (None, 1));
}

/// Two provider blocks for one account, each a process, with equal trunks: one
/// request is never carried out.
#[tokio::test]
async fn what_another_process_makes_is_not_adopted() {
    for (number, clock) in clocks().into_iter().enumerate() {
        for answer in [0, 100] {
            let bench = with(clock).await;
            let mut other = with(|_| {}).await;
            other.ctx = another(&bench);
            let slow = Fault::delay_after_commit(Duration::from_millis(answer));
            bench.sim.fault("POST", TRUNKS, slow);
            bench.sim.fault("POST", TRUNKS, Fault::close());
            let same = config(|_| {});
            let (one, two) = tokio::join!(bench.create(&same), other.create(&same));
            let states: Vec<i64> =
                [&one, &two].iter().filter_map(|left| left.state.as_ref()).map(id_of).collect();
            let stored: Vec<i64> = bench.sim.trunks().iter().map(|trunk| trunk.id).collect();
            assert_eq!(states, stored, "clock {number}, {answer} ms: {one:?} {two:?}");
            assert_eq!(stored.len(), 1);
        }
    }
}

#[tokio::test]
async fn nothing_is_adopted_where_what_was_there_before_is_not_known() {
    let bench = Bench::start().await;
    bench.sim.fault("GET", TRUNKS, Fault::status(500));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let left = bench.create(&config(|_| {})).await;
    let id = bench.sim.trunks()[0].id;
    let part = format!("The SIP trunk {id} matches the request, but may have existed before");
    assert!(left.error().detail.contains(&part), "{}", left.error().detail);
    assert_eq!((left.state, bench.puts()), (None, 0));
}

/// A server that has not heard of the trunk yet answers 404, and its list lacks it.
#[tokio::test]
async fn a_new_trunk_does_not_count_as_gone_whatever_the_clocks_say() {
    for (number, clock) in clocks().into_iter().enumerate() {
        let mut bench = with(clock).await;
        bench.ctx =
            bench.context(|_| {}).with_patience(Patience { settling: Duration::from_secs(10), ..hasty() });
        bench.sim.configure(|knobs| {
            knobs.misses_after_create = 2;
            knobs.list_lag = 2;
        });
        let (left, private) = bench.create(&config(|_| {})).await.and_private();
        let created = left.ok();
        // The next plan is another process.
        bench.ctx =
            bench.context(|_| {}).with_patience(Patience { settling: Duration::from_secs(10), ..hasty() });
        let (read, private) = bench.read_with(&created, private).await.and_private();
        assert_eq!(read.ok(), created, "clock {number}");
        // Once it has settled, nothing is left of that.
        bench.ctx = another(&bench);
        let (_, private) = bench.read_with(&created, private).await.and_private();
        assert!(private.to_bytes().is_empty(), "{private:?}");
    }
}

#[tokio::test]
async fn a_trunk_whose_label_the_server_changed_is_named() {
    use wavix_sim::behaviour::Labels;

    let long = format!("Front  Desk {}", "x".repeat(60));
    for labels in [Labels::Trimmed, Labels::Collapsed, Labels::LowerCase, Labels::Truncated] {
        let bench = Bench::with(Sim::builder().behaviour(|knobs| knobs.labels = labels).start().await);
        bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
        let left = bench.create(&config(|trunk| trunk.label = text(&long))).await;
        let id = bench.sim.trunks()[0].id;
        let is_kept = bench.sim.trunks()[0].label == long;
        match left.state {
            Some(state) => assert!(is_kept && id_of(&state) == id, "{labels:?}"),
            None => assert!(left.error().detail.contains(&format!("SIP trunk {id}")), "{labels:?}: {left:?}"),
        }
    }
}
