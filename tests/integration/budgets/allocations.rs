//! Allocations of what runs for every trunk: a count that does not depend on
//! the machine, and grows when something is cloned or parsed once more.

use allocation_counter::measure;
use terraform_provider_wavix::facade::protocol::{json, msgpack};

use super::{budget, excess, keep};
use crate::trunk::Trunk;

trials![
    nothing_that_runs_for_each_trunk_allocates_more_than_its_budget,
    an_allocation_too_many_breaks_the_budget,
    what_is_allocated_only_once_is_no_cost_of_each_run,
];

const DECODE: &str = "decode MessagePack";

/// The least of several runs: the first pays for what is made once in a
/// process or a thread.
fn count(work: impl Fn()) -> u64 {
    (0..5).map(|_| measure(&work).count_total).min().unwrap()
}

fn nothing_that_runs_for_each_trunk_allocates_more_than_its_budget() {
    let trunk = Trunk::new();
    let text = json::encode(&trunk.state, &trunk.ty).unwrap();
    let measured = [
        (DECODE, count(|| drop(msgpack::decode(&trunk.msgpack, &trunk.ty).unwrap()))),
        ("encode MessagePack", count(|| drop(msgpack::encode(&trunk.state, &trunk.ty).unwrap()))),
        ("decode JSON", count(|| drop(json::decode(&text, &trunk.ty).unwrap()))),
        ("encode JSON", count(|| drop(json::encode(&trunk.state, &trunk.ty).unwrap()))),
        ("GetProviderSchema", count(|| trunk.schemas())),
        ("ValidateResourceConfig", count(|| trunk.validate())),
        ("PlanResourceChange, create", count(|| trunk.plan_create())),
        ("PlanResourceChange, no change", count(|| trunk.plan_no_change())),
    ];
    keep("allocations", &measured);
}

fn an_allocation_too_many_breaks_the_budget() {
    let trunk = Trunk::new();
    // Decoding what was decoded already is the mistake to be found.
    let twice = count(|| {
        for _ in 0..2 {
            drop(msgpack::decode(&trunk.msgpack, &trunk.ty).unwrap());
        }
    });
    let complaint = excess(DECODE, twice, budget("allocations", DECODE)).expect("it is noticed");
    assert!(complaint.starts_with(DECODE), "{complaint}");
}

fn what_is_allocated_only_once_is_no_cost_of_each_run() {
    let once = std::cell::OnceCell::new();
    let counted = count(|| {
        once.get_or_init(|| Box::new([0_u8; 64]));
        drop(std::hint::black_box(Box::new(1_u8)));
    });
    assert_eq!(counted, 1);
}
