//! Answers that are lost and requests that are refused, of each request of each verb: no
//! failed update leaves a number ringing nowhere, nothing is released that was not to be,
//! and with the fault gone the next apply makes it right.

use wavix_sim::{Answer, Fault, Rule};

use super::*;

fn faults() -> Vec<Fault> {
    let page = || Answer::new(502).html("<p>Bad gateway</p>");
    vec![
        Fault::close_after_commit(),
        Fault::reset_after_commit(),
        Fault::cut_body(),
        Fault::answer_after_commit(Answer::new(500)),
        Fault::answer_after_commit(page()),
        Fault::answer_after_commit(Answer::new(200).empty()),
        Fault::answer_after_commit(Answer::new(409)),
        Fault::answer_after_commit(Answer::new(422)),
        Fault::close(),
        Fault::reset(),
        Fault::answer(Answer::new(500)),
        Fault::answer(page()),
        Fault::html_200(),
        Fault::status(400),
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(409),
        Fault::status(422),
        Fault::success_false("no"),
        Fault::with("destination", 7),
        Fault::without("id"),
        Fault::gzip(),
        Fault::invalid_utf8(),
    ]
}

/// Each request since the journal was cleared, each way to lose it, once and for ever.
fn cells(bench: &Bench) -> Vec<(Rule, String)> {
    let mut sent: Vec<(String, String, usize)> = Vec::new();
    for entry in bench.sim.journal().entries() {
        let path = if entry.path == NUMBERS { NUMBERS.to_owned() } else { NUMBER.to_owned() };
        let before = sent.iter().filter(|(method, of, _)| *method == entry.method && *of == path).count();
        sent.push((entry.method, path, before));
    }
    assert!(!sent.is_empty(), "the verb asks for something");
    let mut cells = Vec::new();
    for (method, path, before) in sent {
        for fault in faults() {
            let name = format!("{method} {path} after {before} such: {fault:?}");
            let once = Rule::new(&method, &path, fault.clone()).skip(before);
            cells.push((once.clone(), name.clone()));
            cells.push((once.always(), format!("{name}, for ever")));
        }
    }
    cells
}

fn before() -> PhoneNumberModel {
    config(|number| number.destinations = list(vec![pstn("+13132847320")]))
}

fn after() -> PhoneNumberModel {
    config(|number| {
        number.destinations = list(vec![uri("calls@pbx.example.com"), pstn("+13132847320")]);
        number.call_status_url = text("https://hooks.example.com/calls");
    })
}

/// An account with the number as it was before, and its state.
async fn scene(on_destroy: &'static str) -> (Bench, Held<PhoneNumber>) {
    let mut bench = Bench::start().await;
    let wanted = PhoneNumberModel { on_destroy: text(on_destroy), ..before() };
    let held = bench.apply::<PhoneNumber>(None, &wanted).await.ok();
    bench.run_again();
    bench.impatient();
    bench.sim.journal().clear();
    (bench, held)
}

/// With the fault gone: a refresh, an apply, and an empty plan.
async fn comes_right(
    name: &str,
    bench: &mut Bench,
    held: Option<Held<PhoneNumber>>,
    wanted: &PhoneNumberModel,
) {
    bench.sim.faults().clear();
    bench.run_again();
    let held = match held {
        Some(held) => bench.read(&held).await.held,
        None => None,
    };
    let left = bench.apply(held.as_ref(), wanted).await;
    assert!(left.errors.is_empty(), "{name}: {:?}", left.errors);
    bench.settled(&left.ok(), wanted).await;
    assert_eq!(bench.writes().1, 0, "{name}: something was released");
}

#[tokio::test]
async fn an_adoption_comes_right_whatever_is_lost() {
    let mut clean = Bench::start().await;
    clean.apply::<PhoneNumber>(None, &after()).await.ok();
    for (rule, name) in cells(&clean) {
        let mut bench = Bench { phase: Phase::PlanOrApply, ..Bench::start().await };
        bench.ctx.siblings().note_plan();
        let planned = bench.plan::<PhoneNumber>(None, &after()).await;
        bench.impatient();
        bench.sim.faults().push(rule);
        let left = bench.carry_out(None, planned).await;
        assert!(left.held.is_some() || !left.errors.is_empty(), "{name}");
        if let (Some(held), false) = (&left.held, left.errors.is_empty()) {
            assert_eq!(held.state.on_destroy, text("keep"), "{name}: a failed create is never released");
        }
        comes_right(&name, &mut bench, left.held, &after()).await;
    }
    clean.run_again();
}

#[tokio::test]
async fn an_update_that_fails_leaves_no_number_ringing_nowhere() {
    let (clean, held) = scene("keep").await;
    clean.apply(Some(&held), &after()).await.ok();
    for (rule, name) in cells(&clean) {
        let (mut bench, held) = scene("keep").await;
        let planned = bench.plan(Some(&held), &after()).await;
        bench.sim.faults().push(rule);
        let left = bench.carry_out(Some(&held), planned).await;
        assert!(!bench.rings().is_empty(), "{name}: it rings nowhere");
        assert!(left.held.is_some(), "{name}: it left the state");
        if left.errors.is_empty() {
            assert_eq!(bench.rings().len(), 2, "{name}: a success that is none");
        }
        comes_right(&name, &mut bench, left.held, &after()).await;
    }
}

#[tokio::test]
async fn a_read_that_fails_forgets_nothing() {
    let (clean, held) = scene("release").await;
    clean.read(&held).await.ok();
    for (rule, name) in cells(&clean) {
        let (mut bench, held) = scene("release").await;
        bench.sim.faults().push(rule);
        let left = bench.read(&held).await;
        assert!(left.held.is_some(), "{name}: {:?}", left.warned());
        let wanted = PhoneNumberModel { on_destroy: text("release"), ..before() };
        comes_right(&name, &mut bench, left.held, &wanted).await;
    }
}

#[tokio::test]
async fn a_destroy_does_what_it_says_or_keeps_the_state() {
    for on_destroy in ["unroute", "release", "keep"] {
        let (clean, held) = scene(on_destroy).await;
        assert!(clean.destroy(&held).await.errors.is_empty());
        if on_destroy == "keep" {
            assert_eq!(clean.sim.journal().entries().len(), 0);
            continue;
        }
        for (rule, name) in cells(&clean) {
            let (mut bench, held) = scene(on_destroy).await;
            bench.sim.faults().push(rule);
            let left = bench.destroy(&held).await;
            bench.sim.faults().clear();
            let is_done = match on_destroy {
                "release" => bench.sim.phone_number(DIGITS).is_none(),
                _ => bench.rings().is_empty(),
            };
            assert!(
                is_done || !left.errors.is_empty(),
                "{name}: {on_destroy} was not done, and nobody says so"
            );
            assert_eq!(left.errors.is_empty(), left.held.is_none(), "{name}");
            assert!(bench.sim.phone_number("12565378258").is_some(), "{name}: another number is gone");
            if on_destroy == "unroute" {
                assert_eq!(bench.writes().1, 0, "{name}: it was released");
            }
            if let Some(held) = left.held {
                bench.run_again();
                let found = bench.read(&held).await;
                if let Some(found) = found.held {
                    let again = bench.destroy(&found).await;
                    assert!(again.errors.is_empty(), "{name}: {:?}", again.errors);
                }
            }
        }
    }
}

/// A look that is behind shows what the request has taken away.
#[tokio::test]
async fn what_a_destroy_may_have_taken_away_is_sent_again() {
    let (bench, held) = scene("unroute").await;
    bench.sim.configure(|behaviour| behaviour.numbers.settle_reads = 9);
    bench.sim.fault("PATCH", NUMBER, Fault::without("id"));
    let left = bench.destroy(&held).await;
    assert_eq!((left.errors.len(), bench.rings().len()), (1, 0));
    bench.sim.configure(|behaviour| behaviour.numbers.settle_reads = 0);
    let wanted = PhoneNumberModel { on_destroy: text("unroute"), ..before() };
    bench.apply(left.held.as_ref(), &wanted).await.ok();
    assert_eq!(bench.rings().len(), 1);
}
