//! What the provider may cost, in units that every machine counts alike: bytes,
//! requests and allocations. `benches/budgets.json` has the numbers; growth
//! beyond them fails the build. Time is no budget: see `benches/RESULTS.md`.
//!
//! Each kind of budget has a test that breaks it, since a checker that finds
//! nothing proves nothing.

mod allocations;
mod requests;
mod sizes;

use libtest_mimic::Trial;
use serde_json::Value;

/// All tests of the budgets.
pub fn trials() -> Vec<Trial> {
    [allocations::trials(), requests::trials(), sizes::trials()].into_iter().flatten().collect()
}

/// The budget for `name` among those of one kind.
fn budget(kind: &str, name: &str) -> u64 {
    let budgets: Value = serde_json::from_str(include_str!("../../../benches/budgets.json")).unwrap();
    budgets[kind][name].as_u64().unwrap_or_else(|| panic!("benches/budgets.json has no {kind} for {name:?}"))
}

/// What is wrong with a measured cost, if anything is.
fn excess(name: &str, measured: u64, budget: u64) -> Option<String> {
    (measured > budget).then(|| {
        format!(
            "{name}: {measured}, and the budget is {budget}. Find out what it is spent on; if it is worth it, raise \
             the number in benches/budgets.json and say why in the commit."
        )
    })
}

/// Fails with all that is over budget.
fn keep(kind: &str, measured: &[(&str, u64)]) {
    let complaints: Vec<_> =
        measured.iter().filter_map(|(name, cost)| excess(name, *cost, budget(kind, name))).collect();
    assert!(
        complaints.is_empty(),
        "over the budget of {kind}:\n{}\nmeasured: {measured:?}",
        complaints.join("\n")
    );
}
