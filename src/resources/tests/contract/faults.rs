//! Facts about answers that are lost and about what the account or its key may not do.

use wavix_sim::behaviour::FAMILIES;
use wavix_sim::{Access, Answer, ApiKey, Fault, Rule};

use super::{Bench, Case, Tested, is_settled, key, keys, made_since, route, with_one};
use crate::lifecycle::compare::differences;
use crate::lifecycle::object::RemoteObject;
use crate::resources::tests::bench::{Left, plan_alone};

/// A request with which a verb writes: method, path and how many such it sends before.
type Write = (String, String, usize);

/// The requests that were sent since the journal was cleared and that may write.
fn writes<R: Tested>(bench: &Bench<R>) -> Vec<Write> {
    let mut writes: Vec<Write> = Vec::new();
    for entry in bench.sim.journal().entries().into_iter().filter(|entry| entry.method != "GET") {
        let is_collection = entry.path == route::<R>();
        let path = if is_collection { entry.path } else { format!("{}/*", route::<R>()) };
        let before = writes.iter().filter(|(method, of, _)| *method == entry.method && *of == path).count();
        writes.push((entry.method, path, before));
    }
    assert!(!writes.is_empty(), "the verb writes");
    writes
}

/// Ways to lose an answer, after the request was carried out and before.
fn losses() -> Vec<Fault> {
    let page = || Answer::new(502).html("<p>Bad gateway</p>");
    vec![
        Fault::close_after_commit(),
        Fault::reset_after_commit(),
        Fault::cut_body(),
        Fault::answer_after_commit(Answer::new(500)),
        Fault::answer_after_commit(page()),
        Fault::answer_after_commit(Answer::new(200).empty()),
        Fault::close(),
        Fault::reset(),
        Fault::answer(Answer::new(500)),
        Fault::answer(page()),
    ]
}

/// Each request that a verb writes with, and each way to lose the answer to it.
fn cells<R: Tested>(bench: &Bench<R>) -> Vec<(Rule, String)> {
    let mut cells = Vec::new();
    for (method, path, before) in writes(bench) {
        for fault in losses() {
            let name = format!("{method} {path} after {before} such: {fault:?}");
            cells.push((Rule::new(&method, &path, fault).skip(before), name));
        }
    }
    cells
}

fn texts<M>(left: &Left<M>) -> String {
    left.errors.iter().map(|error| format!("{}: {}\n", error.summary, error.detail)).collect()
}

pub(super) async fn a_create_whose_answer_is_lost_makes_one<R: Tested>() {
    let Case { config, .. } = Case::<R>::read();
    let (clean, ..) = with_one::<R>(&config).await;
    for (rule, name) in cells(&clean) {
        let bench = Bench::<R>::start().await;
        let before = keys(&bench).await;
        bench.sim.faults().push(rule);
        let (left, private) = bench.create(&config).await.and_private();
        assert_eq!(bench.sim.faults().pending(), 0, "{name}: it struck");
        let made = made_since(&bench, &before).await;
        assert!(made.len() <= 1, "{name}: doubled");
        match &left.state {
            Some(state) => {
                assert_eq!((texts(&left), made), (String::new(), vec![key::<R>(state)]), "{name}");
                is_settled(bench, &config, state, private).await;
            }
            None => {
                assert!(!left.errors.is_empty() && made.is_empty(), "{name}: lost: {left:?}");
                let bench = bench.again();
                bench.create(&config).await.ok();
                assert_eq!(made_since(&bench, &before).await.len(), 1, "{name}");
            }
        }
    }
}

pub(super) async fn an_update_whose_answer_is_lost_arrives<R: Tested>() {
    let Case { config, changed, .. } = Case::<R>::read();
    let (clean, made, private) = with_one::<R>(&config).await;
    clean.sim.journal().clear();
    clean.update_with(&changed, &made, private).await.ok();
    for (rule, name) in cells(&clean) {
        let (bench, made, private) = with_one::<R>(&config).await;
        let all = keys(&bench).await;
        bench.sim.faults().push(rule);
        let (left, private) = bench.update_with(&changed, &made, private).await.and_private();
        assert_eq!(bench.sim.faults().pending(), 0, "{name}: it struck");
        assert_eq!(keys(&bench).await, all, "{name}");
        let wanted = plan_alone::<R>(&changed, Some(&made)).state;
        let state = left.ok();
        assert_eq!(differences::<R::Remote>(&wanted, &state), [], "{name}");
        is_settled(bench, &changed, &state, private).await;
    }
}

pub(super) async fn a_delete_whose_answer_is_lost_leaves_nothing<R: Tested>() {
    let Case { config, .. } = Case::<R>::read();
    let (clean, made, private) = with_one::<R>(&config).await;
    clean.sim.journal().clear();
    assert!(clean.delete_with(&made, private).await.errors.is_empty());
    for (rule, name) in cells(&clean) {
        let (bench, made, private) = with_one::<R>(&config).await;
        bench.sim.faults().push(rule);
        let left = bench.delete_with(&made, private).await;
        assert_eq!(bench.sim.faults().pending(), 0, "{name}: it struck");
        assert!(left.errors.is_empty(), "{name}: {left:?}");
        assert!(!keys(&bench).await.contains(&key::<R>(&made)), "{name}");
    }
}

/// What each verb says, for an object that exists, of an account in which nothing works.
async fn all_fail<R: Tested>(bench: &Bench<R>, made: &R::Model, case: &Case<R>) -> Vec<String> {
    let none = bench.create(&case.config).await;
    assert!(none.state.is_none(), "{none:?}");
    let mut said = vec![texts(&none)];
    for left in [bench.read(made).await, bench.update(&case.changed, made).await, bench.delete(made).await] {
        assert_eq!(left.state.as_ref(), Some(made), "{left:?}");
        said.push(texts(&left));
    }
    assert!(said.iter().all(|text| !text.is_empty()), "{said:?}");
    said
}

pub(super) async fn without_the_service_nothing_is_lost<R: Tested>() {
    let case = Case::<R>::read();
    let (bench, made, private) = with_one::<R>(&case.config).await;
    let all = keys(&bench).await;
    let bench = bench.again();
    bench.sim.configure(|knobs| {
        knobs.unprovisioned_families = FAMILIES.iter().map(|family| (*family).to_owned()).collect();
    });
    for said in all_fail(&bench, &made, &case).await {
        assert!(said.contains("provisioned"), "{said}");
    }
    bench.sim.configure(|knobs| knobs.unprovisioned_families.clear());
    assert_eq!(keys(&bench).await, all);
    is_settled(bench, &case.config, &made, private).await;
}

pub(super) async fn a_missing_scope_is_named<R: Tested>() {
    const VALUE: &str = "a-key-for-something-else-entirely";
    let case = Case::<R>::read();
    let (bench, made, private) = with_one::<R>(&case.config).await;
    bench.sim.add_api_key(ApiKey::new(VALUE).label("stranger").scope("validator", Access::Read));
    let all = keys(&bench).await;
    let bench = bench.with_key(VALUE);
    let scope = <R::Remote as RemoteObject>::NOUN.scope;
    for said in all_fail(&bench, &made, &case).await {
        let named = scope.map_or_else(|| "full access".to_owned(), |scope| format!("`{scope}:"));
        assert!(said.contains(&named), "{said}");
        assert!(!said.contains(VALUE));
    }
    assert_eq!(keys(&bench).await, all);
    is_settled(bench, &case.config, &made, private).await;
}
