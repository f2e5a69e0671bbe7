//! A create that was carried out, and refused all the same.

use std::time::Duration;

use futures_util::future::join_all;
use wavix_sim::{Answer, Fault, Sim};

use super::{Bench, config, id_of};

const TRUNKS: &str = "/v1/trunks";
/// The id of the second trunk of an account.
const SECOND_ID: i64 = 3108;

fn refusing(status: u16) -> Fault {
    Fault::answer_after_commit(Answer::new(status))
}

#[tokio::test]
async fn a_trunk_that_a_refused_create_has_made_is_named() {
    join_all([400, 404, 409, 418, 422, 429].map(async |status| {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, refusing(status));
        let left = bench.create(&config(|_| {})).await;
        let (detail, id) = (&left.error().detail, bench.sim.trunks()[0].id);
        assert!(detail.contains(&format!("lists {id} with the label")), "{status}: {detail}");
        assert!(
            detail.contains("terraform import") && !detail.contains("No SIP trunk was created"),
            "{detail}"
        );
        assert!(!detail.contains("Try again"), "{detail}");
        assert_eq!((left.state, bench.lists()), (None, 1));
    }))
    .await;
}

#[tokio::test]
async fn that_nothing_was_created_is_said_when_it_is_known() {
    join_all([400, 409, 422, 429].map(async |status| {
        let bench = Bench::start().await;
        bench.sim.add_trunk(serde_json::json!({ "label": "office" }));
        bench.sim.fault("POST", TRUNKS, Fault::status(status));
        let left = bench.create(&config(|_| {})).await;
        let detail = &left.error().detail;
        assert!(detail.contains("No SIP trunk was created."), "{status}: {detail}");
        assert!(detail.contains("lists no new one with the label \"office\""), "{status}: {detail}");

        bench.sim.fault("POST", TRUNKS, Fault::status(status));
        bench.sim.fault("GET", TRUNKS, Fault::status(500));
        let left = bench.create(&config(|_| {})).await;
        let detail = &left.error().detail;
        assert!(
            detail.contains("could not search for it") && !detail.contains("No SIP trunk was"),
            "{detail}"
        );
    }))
    .await;
    // Nobody was let in: that needs no look.
    for status in [401, 403] {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, Fault::status(status));
        let left = bench.create(&config(|_| {})).await;
        assert!(left.error().detail.contains("No SIP trunk was created."), "{status}: {left:?}");
        assert_eq!(bench.lists(), 0);
    }
}

/// The client repeats after 429, which says that nothing was done.
#[tokio::test]
async fn a_second_trunk_of_a_repeated_create_is_named() {
    join_all([true, false].map(async |committed| {
        let mut bench = Bench::with(Sim::start().await);
        bench.ctx = bench.context(|settings| settings.max_retries = 1);
        let slow_down = Answer::new(429).header("retry-after", "0");
        bench.sim.fault(
            "POST",
            TRUNKS,
            if committed { Fault::answer_after_commit(slow_down) } else { Fault::answer(slow_down) },
        );
        let left = bench.create(&config(|_| {})).await;
        let warnings: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
        let trunks = bench.sim.trunks();
        let id = trunks.last().unwrap().id;
        if committed {
            assert_eq!(warnings, [format!("Possible duplicate of SIP trunk {id}")]);
            let detail = &left.warnings[0].detail;
            assert!(detail.contains(&format!("also lists {} with", trunks[0].id)), "{detail}");
        } else {
            assert_eq!(warnings, Vec::<&str>::new());
        }
        assert_eq!((id_of(&left.ok()), bench.lists()), (id, 1));
    }))
    .await;
}

/// The request is repeated after 429, and the second answer is lost.
#[tokio::test]
async fn a_second_trunk_is_named_when_the_repeated_answer_is_lost_too() {
    join_all([0, 4].map(async |unreadable| {
        let mut bench = Bench::with(Sim::start().await);
        bench.ctx = bench.context(|settings| settings.max_retries = 1);
        let slow_down = Answer::new(429).header("retry-after", "0");
        bench.sim.fault("POST", TRUNKS, Fault::answer_after_commit(slow_down));
        bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
        // The second of the two cannot be looked at, also not when that is repeated.
        let second = format!("/v1/trunks/{SECOND_ID}");
        bench.sim.faults().times(2 * unreadable, "GET", &second, Fault::status(500));
        let left = bench.create(&config(|_| {})).await;
        let said: String = left.errors.iter().chain(&left.warnings).map(|one| one.detail.as_str()).collect();
        let made: Vec<i64> = bench.sim.trunks().iter().map(|trunk| trunk.id).collect();
        assert_eq!(made.last(), Some(&SECOND_ID));
        for id in made {
            assert!(said.contains(&id.to_string()), "{id} is not named: {left:?}");
        }
        assert!(left.state.is_none(), "which of them is ours cannot be told: {left:?}");
    }))
    .await;
}

/// The look that adopts one of the two does not show the other yet.
#[tokio::test]
async fn a_second_trunk_that_the_list_shows_late_is_named_after_adopting() {
    let mut bench = Bench::with(Sim::start().await);
    bench.ctx = bench.context(|settings| settings.max_retries = 1);
    let slow_down = Answer::new(429).header("retry-after", "0");
    bench.sim.fault("POST", TRUNKS, Fault::answer_after_commit(slow_down));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let hidden = Fault::without("/sip_trunks/1").and_with("/pagination/total", 1);
    bench.sim.faults().push(wavix_sim::Rule::new("GET", TRUNKS, hidden).skip(1));
    let left = bench.create(&config(|_| {})).await;
    let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
    assert_eq!(summaries, ["Adopted SIP trunk 3107", "Possible duplicate of SIP trunk 3107"], "{left:?}");
    assert!(left.warnings[1].detail.contains(&SECOND_ID.to_string()), "{left:?}");
}

/// The first is found, and the other one is shown several looks later.
#[tokio::test]
async fn later_trunks_of_a_repeated_create_are_named_when_the_first_is_adopted() {
    let mut bench = Bench::with(Sim::start().await);
    bench.ctx = bench.context(|settings| settings.max_retries = 1);
    let slow_down = Answer::new(429).header("retry-after", "0");
    bench.sim.fault("POST", TRUNKS, Fault::answer_after_commit(slow_down));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let hidden = Fault::without("/sip_trunks/1").and_with("/pagination/total", 1);
    bench.sim.faults().push(wavix_sim::Rule::new("GET", TRUNKS, hidden).skip(1).times(3));
    let left = bench.create(&config(|_| {})).await;
    let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
    assert_eq!(summaries, ["Adopted SIP trunk 3107", "Possible duplicate of SIP trunk 3107"], "{left:?}");
    assert!(left.warnings[1].detail.contains(&SECOND_ID.to_string()), "{left:?}");
}

/// The refused one is carried out and shown late, the lost one later still: either may be
/// the one that is adopted.
#[tokio::test]
async fn an_adoption_after_an_equal_refused_create_says_that_another_may_appear() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::answer_after_commit(Answer::new(425)));
    let none = Fault::without("/sip_trunks/0").and_with("/pagination/total", 0);
    bench.sim.faults().push(wavix_sim::Rule::new("GET", TRUNKS, none).skip(1).times(1));
    let refused = bench.create(&config(|_| {})).await;
    assert!(
        refused.state.is_none() && refused.error().detail.contains("Wavix lists no new one"),
        "{refused:?}"
    );

    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    let first = Fault::without("/sip_trunks/1").and_with("/pagination/total", 1);
    bench.sim.faults().push(wavix_sim::Rule::new("GET", TRUNKS, first).times(9));
    let left = bench.create(&config(|_| {})).await;
    let adopted = &left.warnings[0];
    assert!(adopted.summary.starts_with("Adopted SIP trunk"), "{left:?}");
    assert!(adopted.detail.contains("If a second SIP trunk with the label \"office\" appears"), "{left:?}");
}

/// Both are there, and neither look nor answer shows the first one yet.
#[tokio::test]
async fn a_second_trunk_is_named_when_the_list_is_behind() {
    for lag in [1, 2, 9] {
        let mut bench = Bench::with(Sim::builder().behaviour(|b| b.list_lag = lag).start().await);
        bench.ctx = bench.context(|settings| settings.max_retries = 1);
        let slow_down = Answer::new(429).header("retry-after", "0");
        bench.sim.fault("POST", TRUNKS, Fault::answer_after_commit(slow_down));
        let left = bench.create(&config(|_| {})).await;
        let [warning] = left.warnings.as_slice() else { panic!("{lag}: {left:?}") };
        assert_eq!(warning.summary, format!("Possible duplicate of SIP trunk {SECOND_ID}"));
        let seen = if lag == 9 { "does not contain 3108 yet" } else { "also lists 3107 with" };
        assert!(warning.detail.contains(seen), "{lag}: {}", warning.detail);
    }
}

/// What another create is making meanwhile is not taken for what this one left.
#[tokio::test]
async fn the_trunk_of_another_create_is_not_named_as_left_over() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::delay_after_commit(Duration::from_millis(100)));
    bench.sim.fault("POST", TRUNKS, Fault::status(409).after_waiting(Duration::from_millis(50)));
    let same = config(|_| {});
    let (made, refused) = tokio::join!(bench.create(&same), bench.create(&same));
    let (made, refused) = if made.errors.is_empty() { (made, refused) } else { (refused, made) };
    assert!(refused.error().detail.contains("No SIP trunk was created."), "{refused:?}");
    made.ok();
}
